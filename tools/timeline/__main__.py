"""What clients see when a container is stopped or killed: recorded from a real run, and drawn.

python3 -m tools.timeline           record docs/timeline.json, draw docs/timeline.svg and the terminal's picture
python3 -m tools.timeline --draw    draw what was recorded
"""

import argparse
import json
import pathlib
import shutil
import sys

from Tests.EndToEnd.repository import ROOT

from ..ending import run
from . import svg, terminal
from .cases import CASES
from .docker_container import NEEDED
from .recording import record

TOOLS = ("unshare", "consul", "redis-server", "redis-cli", "curl")


def main():
    arguments = parse()
    recorded = arguments.folder / "timeline.json"
    if not arguments.draw:
        if lacking := missing(TOOLS):
            sys.exit(f"timeline: {lacking} missing: scripts/install-tools demo")
        result = record(possible(arguments.cases))
        recorded.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    result = json.loads(recorded.read_text(encoding="utf-8"))
    (arguments.folder / "timeline.svg").write_text(svg.draw(result), encoding="utf-8")
    print(terminal.draw(result, colour=sys.stdout.isatty()))


def missing(tools):
    return ", ".join(tool for tool in tools if not shutil.which(tool))


def possible(names):
    """Without those that need Docker, where it isn't there."""
    watched = [name for name in names if CASES[name].watched]
    lacking = missing(NEEDED)
    if not (watched and lacking):
        return names
    without = ", ".join(watched)
    print(f"timeline: {lacking} missing, so without {without}: scripts/install-tools test", file=sys.stderr)
    return [name for name in names if name not in watched]


def parse():
    parser = argparse.ArgumentParser(
        prog="timeline", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--draw", action="store_true", help="only draw; record nothing")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "docs", help="where they are")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), help="record only these")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
