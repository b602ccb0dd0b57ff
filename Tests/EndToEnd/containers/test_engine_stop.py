"""`docker stop`, and every other end that is not KILL, cleans up, whatever the engine does after it."""

import pytest

from ..waiting import eventually

# Stop


def test_docker_stop_deregisters_redis_and_keeps_its_exit_status(redis, engine):
    ours = redis(engine=engine)
    assert ours.ping() == b"+PONG\r\n" and ours.is_found()
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 0
    assert ours.is_clean()


def test_redis_is_deregistered_before_it_closes_its_port(redis, engine):
    ours = redis("--drain", "1m", engine=engine)
    ours.container.begin("stop", "--time", "30")
    ours.is_withdrawn()
    assert ours.ping() == b"+PONG\r\n"

    # The second one ends the drain.
    ours.container.ask("kill", "--signal", "TERM")
    assert ours.container.ends() == 0
    assert ours.ping() == b""


def test_a_grace_period_shorter_than_the_drain_kills_it_after_the_deregistration(redis, engine):
    ours = redis("--drain", "1m", engine=engine)
    ours.container.ask("stop", "--time", "1")
    assert ours.container.state()["ExitCode"] == 137
    assert ours.is_clean(), "deregistered first, drained then"


def test_stopping_a_process_that_ignores_term_deregisters_it(waits, engine):
    ours = waits("deaf", engine=engine)
    ours.container.ask("stop", "--time", "1")
    assert ours.container.state()["ExitCode"] == 137
    assert ours.is_clean()


@pytest.mark.parametrize("signal", ["TERM", "INT"])
def test_docker_kill_with_a_stop_signal_stops_it(waits, docker, signal):
    ours = waits(engine=docker)
    ours.container.ask("kill", "--signal", signal)
    assert ours.container.ends() == 0
    assert f"got {signal}" in ours.container.log()
    assert ours.is_clean()


@pytest.mark.parametrize("signal", ["HUP", "USR1"])
def test_docker_kill_with_another_signal_forwards_the_signal(waits, docker, signal):
    ours = waits(engine=docker)
    ours.container.ask("kill", "--signal", signal)
    ours.container.logs(f"got {signal}")
    assert ours.container.is_running() and ours.is_passing()


# The process's own end


def test_a_crash_keeps_its_exit_status_and_deregisters(redis, engine):
    ours = redis(engine=engine)
    ours.container.kill_process(ours.container.main, "KILL")
    assert ours.container.ends() == 137
    assert ours.is_clean()


@pytest.mark.parametrize("status", [0, 7])
def test_the_process_s_exit_status_is_the_container_s(waits, docker, status):
    ours = waits("ends", status, engine=docker, passing=False)
    assert ours.container.ends() == status
    assert ours.is_clean()


def test_a_process_killed_by_the_oom_killer_is_deregistered(waits, docker):
    limit = ["--memory", "32m", "--memory-swap", "32m"]
    ours = waits("greedy", engine=docker, how=["--network", "host", *limit])
    ours.container.ask("kill", "--signal", "USR1")
    assert ours.container.ends() == 137
    assert ours.container.state()["OOMKilled"]
    assert "exited" in ours.container.log() or "killed" in ours.container.log(), "PID 1 lived to tell"
    assert ours.is_clean()


# Restart


def test_a_restart_keeps_the_service_id(redis, engine):
    ours = redis(engine=engine)
    before = ours.id
    ours.container.ask("restart")
    ours.serves()
    assert ours.id == before
    assert ours.container.log().count("deregistered") == 1
    ours.container.ask("stop")
    assert ours.is_clean()


# Pause


def test_a_pause_longer_than_the_ttl_leaves_dns_and_returns_afterwards(redis, docker):
    ours = redis("--ttl", "2s", engine=docker)
    ours.container.ask("pause")
    eventually(lambda: not ours.is_found(), within=4, what="out of DNS by the TTL", every=0.05)
    assert ours.agent.statuses(ours.id)["alive"] == "critical"

    ours.container.ask("unpause")
    eventually(ours.is_found, within=2, what="found again", every=0.05)
    ours.serves()
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 0 and ours.is_clean()


def test_a_service_that_consul_removed_during_a_pause_is_registered_again(slept):
    """Consul reaps what was critical for a minute, when it looks, every 30 s."""
    eventually(slept.is_clean, within=120, what="reaped", every=0.5)
    slept.container.ask("unpause")
    slept.serves(within=5)
    slept.container.logs("registered again")
    slept.container.ask("stop")
    assert slept.is_clean()
