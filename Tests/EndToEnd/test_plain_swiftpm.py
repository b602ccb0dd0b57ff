"""Plain SwiftPM builds the programs, without make, without what another build left and without a network."""

import os
import pathlib
import re
import subprocess
import tempfile

import pytest

from .promises import ID, registered, stop_within
from .repository import ROOT
from .wrapper import Wrapper

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("swift", "git", "tar", "readelf", "unshare", "consul"),
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def checkout():
    """What is committed, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="plain-") as folder:
        # The continuous integration's checkout belongs to another user than ours.
        archive = ["git", "-c", f"safe.directory={ROOT}", "archive", "HEAD"]
        packed = subprocess.run(archive, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=60).stdout
        subprocess.run(["tar", "-x"], cwd=folder, input=packed, check=True, timeout=60)
        yield pathlib.Path(folder)


def swift(folder, *arguments):
    """What it printed, and its exit status is 0. In a network namespace without any interface that is up."""
    command = ["unshare", "--net", "swift", *arguments]
    ours = {key: value for key, value in os.environ.items() if not key.startswith("SERVICEWRAPPER")}
    done = subprocess.run(
        command, cwd=folder, env=ours, capture_output=True, text=True, timeout=800, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def release(checkout):
    """The servicewrapper that `swift build -c release` makes."""
    swift(checkout, "build", "-c", "release")
    return checkout / ".build" / "release" / "servicewrapper"


def test_the_release_build_is_a_static_program_that_prints_its_help(release):
    headers = subprocess.run(
        ["readelf", "--wide", "--program-headers", release], capture_output=True, text=True, check=True
    ).stdout
    assert "LOAD" in headers and "INTERP" not in headers
    shown = subprocess.run([release, "--help"], capture_output=True, text=True, timeout=10, check=False)
    assert shown.returncode == 0
    assert "--consul-addr" in shown.stdout


def test_the_release_build_registers_a_service_and_deregisters_it_before_the_stop(release, server, agent):
    served = server()
    options = ["--consul-addr", agent.address, "--name", "web", "--id", ID, "--port", served.port]
    ours = Wrapper([*options, "--", *served.command], program=str(release))
    try:
        registered(ours, agent)
        stop_within(ours, served, status=0)
        assert agent.service(ID) is None
    finally:
        ours.kill()


def test_swift_run_builds_the_debug_program_and_prints_its_help(checkout):
    shown = swift(checkout, "run", "servicewrapper", "--help")
    assert re.search(r"^ *--consul-addr", shown, re.M)
