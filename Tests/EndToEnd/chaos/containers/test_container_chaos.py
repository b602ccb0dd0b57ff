"""One round of the campaign of containers; that it finds what is wrong; and that nothing of it stays."""

import glob
import os
import subprocess
import sys
import tempfile

import pytest

from ...repository import ROOT
from ...started import start
from ...waiting import eventually
from ..campaign_process import campaign
from .round_generator import generate_round

_CAMPAIGN = f"{__package__}.container_campaign"
# From the environment, if set.
SEED, ROUNDS = os.environ.get("CHAOS_SEED", "ci"), os.environ.get("CHAOS_ROUNDS", "1")
LONGEST = 100 + 100 * int(ROUNDS)  # seconds

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("consul", "dockerd", "docker", "catatonit", "unshare", "nsenter", "cc", "ip"),
    pytest.mark.timeout(max(900, LONGEST)),
]


def test_a_round_is_a_function_of_its_seed_and_number():
    rounds = [str(generate_round("any", number)) for number in range(100)]
    assert rounds == [str(generate_round("any", number)) for number in range(100)]
    assert len(set(rounds)) == 100


def test_the_registry_matches_the_running_containers(record_property):
    status, output = campaign(_CAMPAIGN, "--seed", SEED, "--rounds", ROUNDS, within=LONGEST)
    record_property("chaos", output.splitlines()[-5:])
    assert status == 0, output


# `--broken` alone tries the others; each takes 20 s.
@pytest.mark.parametrize("variant", ["not started again", "deregisters living containers"])
def test_the_campaign_finds_a_broken_watcher(record_property, variant):
    options = ["--seed", "spoilt", "--operations", "20", "--broken", variant]
    status, output = campaign(_CAMPAIGN, *options, within=300)
    record_property("broken variants", output.splitlines())
    assert status == 0, output


def _first_pause(seed):
    steps = generate_round(seed, 1).steps
    return min((at for at, _, what, more in steps if what == "pause" and not more["lasts"]), default=99)


def _groups(campaign):
    """Its control groups, of either version."""
    return glob.glob(f"/sys/fs/cgroup/**/servicewrapper-tests-{campaign.pid}-*", recursive=True)


def _is_frozen(folder):
    files = glob.glob(f"{folder}/*/freezer.state") + glob.glob(f"{folder}/*/cgroup.events")
    return any("FROZEN" in _text(file) or "frozen 1" in _text(file) for file in files)


def _text(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


@pytest.fixture
def folder():
    """With a name that is short enough for sockets in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def test_a_campaign_that_is_killed_leaves_nothing_behind(folder):
    """Not even a container that is paused just then, which old cgroups don't let be killed."""
    seed = min(range(50), key=_first_pause)
    command = [sys.executable, "-m", _CAMPAIGN, "--seed", str(seed), "--rounds", "1"]
    killed = start(command, stdout=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, "TMPDIR": folder})
    try:
        eventually(lambda: any(map(_is_frozen, _groups(killed))), 60, "a paused container", every=0.05)
    finally:
        killed.kill()
        killed.wait()
    eventually(lambda: not _groups(killed), 20, "no container left", every=0.05)

    def left():
        processes = filter(str.isdigit, os.listdir("/proc"))
        return [process for process in processes if folder in _text(f"/proc/{process}/cmdline")]

    eventually(lambda: not left(), 20, "no process left", every=0.05)
