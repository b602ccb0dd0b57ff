"""A script that starts several servers, which nobody but servicewrapper tells when to stop."""

import signal
import subprocess

import pytest

from ..ports import free_port
from ..waiting import always, eventually

pytestmark = [pytest.mark.root, pytest.mark.needs("unshare", "bash", "redis-server", "redis-cli")]

# Each saves what it was given when it is told to stop, and only then.
WORKERS = """
for port in $1 $2; do
  mkdir -p "$3/$port"
  redis-server --bind 127.0.0.1 --port $port --dir "$3/$port" --save '3600 1' &
done
"""
DIES_AT_ONCE = WORKERS + "wait"
WAITS_FOR_THEM = "trap 'echo the script is told' TERM" + WORKERS + "wait; wait; exit 5"


class Workers:
    def __init__(self, container, folder):
        self._container, self.folder, self.ports = container, folder, [free_port(), free_port()]

    def run(self, script, *options):
        command = ["bash", "-c", script, "bash", *map(str, self.ports), str(self.folder)]
        ours = self._container("workers", command, *options, port=self.ports[0]).serves()
        for port in self.ports:
            eventually(lambda: self.ask(port, "SET", "colour", "blue") == "OK", 20, f"redis on {port}")
        return ours

    def ask(self, port, *words):
        command = ["redis-cli", "-p", str(port), *words]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        return answer.stdout.strip()

    def saved(self):
        """The ports of those who had the time to."""
        return [port for port in self.ports if (self.folder / str(port) / "dump.rdb").exists()]


@pytest.fixture
def workers(container, tmp_path):
    return Workers(container, tmp_path)


def eventually_told(ours):
    """Amid what the workers write: redis writes a line in pieces when a signal makes it."""
    eventually(lambda: b"the script is told" in b"".join(ours.output), what="the script's trap")


def test_without_a_group_the_script_is_signalled_and_its_workers_run_on(workers):
    ours = workers.run(WAITS_FOR_THEM)
    ours.send(signal.SIGTERM)
    eventually_told(ours)
    always(ours.is_running, during=0.5, what="waiting for workers that nobody has told")
    assert [workers.ask(port, "PING") for port in workers.ports] == ["PONG", "PONG"]
    assert not ours.is_registered()


def test_as_a_group_all_are_signalled_and_the_script_ends_last(workers):
    ours = workers.run(WAITS_FOR_THEM, "--process-group")
    ours.send(signal.SIGTERM)
    assert ours.ends() == 5
    eventually_told(ours)
    assert workers.saved() == workers.ports


def test_what_a_script_leaves_behind_is_killed_with_the_container(workers):
    ours = workers.run(DIES_AT_ONCE)
    ours.send(signal.SIGTERM)
    assert ours.ends() == 128 + signal.SIGTERM
    assert workers.saved() == []


@pytest.mark.parametrize("group", [[], ["--process-group"]], ids=["alone", "group"])
def test_where_all_are_waited_for_they_save_before_the_container_ends(workers, group):
    ours = workers.run(DIES_AT_ONCE, "--wait-for-all", "30s", *group)
    ours.send(signal.SIGTERM)
    assert ours.ends() == 128 + signal.SIGTERM
    assert workers.saved() == workers.ports
