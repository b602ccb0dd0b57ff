"""redis: stops on TERM and saves what it has, ends by its clients' command too, and reloads on no signal."""

import os
import signal
import subprocess

import pytest

from ..container import status
from ..ports import free_port
from ..waiting import eventually

pytestmark = [pytest.mark.root, pytest.mark.needs("unshare", "redis-server", "redis-cli")]


class Redis:
    def __init__(self, container, folder):
        self._container, self._folder, self.port = container, folder, free_port()

    def run(self, *options):
        # Saved at its end if anything was written: by itself it would wait an hour.
        command = ["redis-server", "--port", self.port, "--dir", self._folder, "--save", "3600 1"]
        command += ["--bind", "127.0.0.1"]
        return self._container("redis", map(str, command), *options, port=self.port)

    def ask(self, *words):
        """What redis-cli says, or None where nobody answers."""
        command = ["redis-cli", "-p", str(self.port), *words]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        return answer.stdout.strip() if answer.returncode == 0 else None


@pytest.fixture
def redis(container, tmp_path):
    return Redis(container, tmp_path)


def output(ours):
    return b"".join(ours.output).decode()


def test_redis_saves_its_data_when_term_stops_it(redis):
    ours = redis.run().serves()
    assert redis.ask("SET", "colour", "blue") == "OK"
    assert redis.ask("GET", "colour") == "blue"
    ours.send(signal.SIGTERM)
    assert ours.ends() == 0
    assert "DB saved on disk" in output(ours)

    redis.run().serves()
    assert redis.ask("GET", "colour") == "blue"


def test_it_is_out_of_consul_and_still_answers_until_the_drain_is_over(redis):
    ours = redis.run("--drain", "1m").serves()
    ours.send(signal.SIGTERM)
    ours.is_withdrawn()
    assert redis.ask("PING") == "PONG"
    assert "scheduling shutdown" not in output(ours)

    ours.send(signal.SIGTERM)
    assert ours.ends() == 0
    assert "scheduling shutdown" in output(ours)


def test_a_client_s_shutdown_ends_it_with_0(redis):
    ours = redis.run().serves()
    redis.ask("SHUTDOWN", "NOSAVE")
    assert ours.ends() == 0
    assert ours.lines("SIG") == [], "nobody sent a signal"


def test_killed_it_is_137_and_out_of_consul(redis):
    ours = redis.run().serves()
    os.kill(ours.main, signal.SIGKILL)
    assert ours.ends() == 128 + signal.SIGKILL


def test_hup_is_no_reload_redis_ignores_it(redis):
    ours = redis.run().serves()
    ours.passes_on(signal.SIGHUP)
    assert int(status(ours.main, "SigIgn")[0], 16) & 1 << (signal.SIGHUP - 1)
    assert redis.ask("CONFIG", "SET", "maxmemory", "123mb") == "OK", "this is"
    assert ours.agent.is_passing(ours.id)


def test_its_background_save_leaves_no_zombie(redis):
    ours = redis.run().serves()
    assert redis.ask("SET", "colour", "blue") == "OK"
    assert redis.ask("BGSAVE") == "Background saving started"
    eventually(lambda: "rdb_bgsave_in_progress:0" in redis.ask("INFO", "persistence"), 20, "the save's end")
    assert "rdb_last_bgsave_status:ok" in redis.ask("INFO", "persistence")
    assert ours.zombies() == [] and ours.processes() == [ours.main]
