"""What the tests of the init share. Nothing that they start outlives its test."""

import ctypes
import json
import os
import shutil
import signal
import subprocess

import pytest

from .cases import CASES
from .inits import INIT, Running, children
from .terminals import Terminal

_PROGRAMS = os.path.join(os.path.dirname(__file__), "programs")
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def pytest_configure(config):
    config.addinivalue_line("markers", "case(*numbers): the cases that this tests; cases.py has their titles")
    config.addinivalue_line("markers", "ours: about servicewrapper alone; left out for other inits")


def pytest_collection_modifyitems(items):
    here = os.path.dirname(__file__)
    others = [item for item in items if item.get_closest_marker("ours") and not INIT.is_ours]
    items[:] = [item for item in items if item not in others]
    for item in items:
        if str(item.path).startswith(here):
            cases = {number for marker in item.iter_markers("case") for number in marker.args}
            assert cases and cases <= set(CASES), f"{item.nodeid} is of no case"
            item.user_properties.append(("cases", sorted(cases)))


# The report for tools/compare-inits

_results, _figures = [], {}


def pytest_runtest_logreport(report):
    properties = dict(report.user_properties)
    if "cases" not in properties or (report.when != "call" and report.passed):
        return
    outcome = "not offered" if report.skipped and "not offered" in str(report.longrepr) else report.outcome
    _results.append({"test": report.nodeid, "cases": properties.pop("cases"), "outcome": outcome})
    _figures.update(properties)


def pytest_sessionfinish():
    path = os.environ.get("INIT_REPORT")
    if path:
        report = {"init": INIT.name, "version": INIT.version, "tests": _results, "figures": _figures}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)


# Programs


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """The C programs, compiled: the folder that they are in."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("programs")
    for source in os.listdir(_PROGRAMS):
        target = folder / source.removesuffix(".c")
        command = [compiler, "-O2", "-static", "-o", target, os.path.join(_PROGRAMS, source)]
        subprocess.run(command, check=True, timeout=60)
    return folder


@pytest.fixture(scope="session")
def recorder(programs):
    """Notes each signal that reaches it."""
    return programs / "recorder"


@pytest.fixture(scope="session")
def waits(programs):
    """Says `ready` and waits, with the default action for every signal."""
    return programs / "waits"


@pytest.fixture(scope="session")
def ticks(programs):
    """Prints a line every 20 ms."""
    return programs / "ticks"


# Running inits


@pytest.fixture(autouse=True)
def nothing_is_left():
    """Orphans come to us, and end with the test: some inits give a process a session of its own."""
    before = set(children(os.getpid()))
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    yield
    while left := set(children(os.getpid())) - before:
        for pid in left:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 0)


@pytest.fixture(params=[pytest.param("pid-1", marks=pytest.mark.root), "child"])
def mode(request):
    """As PID 1 of a namespace, and as the child of somebody."""
    return request.param


@pytest.fixture
def start_init():
    """Starts the init under test with this process; see Running."""
    started = []

    def start(*command, **how):
        started.append(Running(*command, **how))
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def run(start_init, mode):
    """The same, in both modes."""

    def start(*command, **how):
        return start_init(*command, mode=mode, **how)

    return start


@pytest.fixture
def terminal():
    """Makes terminals."""
    made = []

    def make():
        made.append(Terminal())
        return made[-1]

    yield make
    for one in made:
        one.hang_up()
