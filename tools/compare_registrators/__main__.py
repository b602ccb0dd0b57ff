"""servicewatcher beside registrator, on the same containers and through the same faults: a table in Markdown.
Without a `registrator` on the path it is ours alone.

python3 -m tools.compare_registrators           everything
python3 -m tools.compare_registrators --quick   a few of the cases, once: to see whether it works
"""

import argparse
import collections
import datetime
import os
import pathlib
import shutil
import sys
import tempfile

from ..ending import run
from ..benchmark.contenders import package_version
from ..benchmark.machine import machine
from . import cases, table
from .case_run import CaseRun
from .contenders import OURS, REGISTRATOR, found
from .environment import Environment

TOOLS = ("dockerd", "docker", "consul", "catatonit", "unshare", "nsenter", "ip", "cc")


def main():
    arguments = parse()
    check_this_machine()
    contenders = [OURS] if arguments.ours else found()
    wanted = cases.QUICK if arguments.quick else cases.WHOLE
    if arguments.only:
        wanted = [one for one in cases.WHOLE if one[0].__name__ == arguments.only]
    rows = collections.defaultdict(lambda: collections.defaultdict(list))
    try:
        with tempfile.TemporaryDirectory() as folder, Environment(pathlib.Path(folder)) as environment:
            measure(rows, environment, contenders, wanted)
    finally:
        # Where a case couldn't be done, what came before it is still worth reading.
        print(about(contenders) + "\n\n" + table.shown(rows, [one.name for one in contenders]))


def check_this_machine():
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        sys.exit(f"compare-registrators: {', '.join(missing)} missing: scripts/install-tools test")
    if os.geteuid() != 0:
        sys.exit("compare-registrators: needs root, for Docker and its network")


def measure(rows, environment, contenders, wanted):
    """By turns, so that what else the machine does is the same for everybody."""
    for case, times in wanted:
        for _ in range(times):
            for contender in contenders:
                say(f"{case.__name__}: {contender.name}")
                with CaseRun(environment, contender) as case_run:
                    for row, came_of_it in case(case_run):
                        rows[row][contender.name].append(came_of_it)


def about(contenders):
    programs = {one.program: one for one in contenders}.values()
    versions = [f"{pathlib.Path(one.program).name} {one.version}" for one in programs]
    versions += [f"Docker {package_version('docker.io')}", f"Consul {package_version('consul')}"]
    here = machine()
    where = [here["kernel"], here["processor"], f"{here['processors']} processors", here["distribution"]]
    missing = "" if len(contenders) > 1 else f" No {REGISTRATOR} was on the path."
    today = datetime.date.today().isoformat()
    return f"{'; '.join(versions)}. {', '.join(where)}, {today}.{missing} {table.LEGEND}"


def say(what):
    print(f"compare-registrators: {what} …", file=sys.stderr, flush=True)


def parse():
    parser = argparse.ArgumentParser(
        prog="compare_registrators", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a few of the cases, once")
    parser.add_argument("--ours", action="store_true", help="without registrator")
    parser.add_argument("--only", metavar="CASE", help="this one alone")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
