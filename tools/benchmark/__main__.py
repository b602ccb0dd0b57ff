"""What servicewrapper costs beside other inits and registrators: measured by turns in one run, and drawn.

python3 -m tools.benchmark           measure: docs/bench.json; then the figures of docs/bench.md, and docs/bench.svg
python3 -m tools.benchmark --quick   the same with few rounds and twenty instead of a thousand
python3 -m tools.benchmark --draw    draw what was measured
"""

import argparse
import datetime
import json
import os
import pathlib
import resource
import shutil
import sys
import tempfile

from Tests.EndToEnd.agent import Agent
from Tests.EndToEnd.repository import ROOT

from ..ending import run
from . import fleet, idle, lives, page, picture
from .contenders import OURS, found, package_version
from .machine import machine
from .processes import compile_programs
from .rows import summary

TOOLS = ("consul", "redis-server", "strace", "cc", "unshare", "tini")
FULL = {"starts": 200, "registrations": 30, "stops": 40, "instances": 5, "minute": 60, "ttl": 15}
FULL |= {"orphan_rounds": 7, "orphans": 10_000, "fleet": 1_000}
QUICK = {"starts": 5, "registrations": 2, "stops": 2, "instances": 1, "minute": 3, "ttl": 3}
QUICK |= {"orphan_rounds": 1, "orphans": 500, "fleet": 20}


def main():
    arguments = parse()
    recorded = arguments.folder / "bench.json"
    if not arguments.draw:
        check_this_machine()
        measured = measure(QUICK if arguments.quick else FULL)
        recorded.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    measured = json.loads(recorded.read_text(encoding="utf-8"))
    (arguments.folder / "bench.svg").write_text(picture.draw(measured), encoding="utf-8")
    figures = page.figures(measured)
    page.put(figures, arguments.folder / "bench.md")
    print(figures)


def check_this_machine():
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        sys.exit(f"bench: {', '.join(missing)} missing: scripts/install-tools test")
    if os.geteuid() != 0:
        sys.exit("bench: needs root, for namespaces and strace")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def measure(settings):
    contenders, here = found(), machine()
    ours, tini = (next(one for one in contenders if one.name == name) for name in (OURS, "tini"))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        programs = compile_programs(folder)
        agent = Agent(folder, config='log_level = "warn"').start()
        about = agent, folder
        try:
            say("files, memory, wake-ups and system calls beside redis")
            samples = idle.files(contenders)
            watched = settings["instances"], settings["minute"], settings["ttl"]
            samples |= idle.idle(contenders, *about, *watched)
            say("starts")
            samples |= lives.starts(contenders, *about, programs, settings["starts"])
            say("registrations of redis")
            samples |= lives.registrations(contenders, *about, settings["registrations"])
            say("stops")
            samples |= lives.stops(contenders, *about, programs, settings["stops"])
            say("orphans")
            rounds = settings["orphan_rounds"]
            samples |= lives.orphans(contenders, *about, programs, rounds, settings["orphans"])
        finally:
            agent.kill()
        count, minute = settings["fleet"], settings["minute"]
        say(f"{count} at once")
        many = {"one address": fleet.fleet(ours, folder / "one", programs, count, minute)}
        many["own addresses"] = fleet.fleet(ours, folder / "own", programs, count, 0, fleet.OWN_ADDRESSES)
        many["tini"] = fleet.memory(tini, folder, programs, count)
    rows = {row: {who: summary(some) for who, some in of_row.items()} for row, of_row in samples.items()}
    versions = {one.name: one.version for one in contenders if one.parts}
    versions |= {"Consul": package_version("consul"), "redis": package_version("redis-server")}
    about = {"measured": datetime.date.today().isoformat(), "machine": here, "versions": versions}
    return {**about, "settings": settings, "rows": rows, "fleet": many}


def say(what):
    print(f"bench: {what} …", file=sys.stderr, flush=True)


def parse():
    parser = argparse.ArgumentParser(
        prog="benchmark", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--draw", action="store_true", help="only draw; measure nothing")
    parser.add_argument("--quick", action="store_true", help="see whether it works; the figures say little")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "docs", help="where they are")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
