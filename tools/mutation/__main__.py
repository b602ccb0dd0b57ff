"""Break the machine in every listed way, one at a time, and expect the graph to name the promise broken.

    python3 -m tools.mutation [PROMISE...]   each mutation of listed.toml, or those of some promises
    python3 -m tools.mutation --generic      a change of each condition, constant, statement: what sees no test?

All mutations are built into one copy of the machine, each behind a number that the environment chooses: one
build, then a run for each.
"""

import argparse
import sys

from . import generic, listed

if __name__ == "__main__":
    plain = argparse.RawDescriptionHelpFormatter
    arguments = argparse.ArgumentParser(prog="mutation", description=__doc__, formatter_class=plain)
    arguments.add_argument("--generic", action="store_true")
    arguments.add_argument("promise", nargs="*")
    given = arguments.parse_args()
    sys.exit(generic.survey() if given.generic else listed.prove(given.promise))
