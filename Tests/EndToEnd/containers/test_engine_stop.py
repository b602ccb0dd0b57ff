"""`docker stop`, and every other end that is not KILL, cleans up, whatever the engine does after it."""

import pytest

from ..waiting import eventually

# Stop


def test_stop_takes_it_out_and_ends_with_redis_s_status(redis, engine):
    ours = redis(engine=engine)
    assert ours.ping() == b"+PONG\r\n" and ours.is_found()
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 0
    assert ours.is_clean()


def test_it_is_out_of_consul_before_redis_closes(redis, engine):
    ours = redis("--drain", "1m", engine=engine)
    ours.container.begin("stop", "--time", "30")
    ours.is_withdrawn()
    assert ours.ping() == b"+PONG\r\n"

    # The second one ends the drain.
    ours.container.ask("kill", "--signal", "TERM")
    assert ours.container.ends() == 0
    assert ours.ping() == b""


def test_a_grace_shorter_than_the_drain_gets_it_killed_and_consul_is_clean_all_the_same(redis, engine):
    ours = redis("--drain", "1m", engine=engine)
    ours.container.ask("stop", "--time", "1")
    assert ours.container.state()["ExitCode"] == 137
    assert ours.is_clean(), "deregistered first, drained then"


def test_so_is_it_after_the_stop_of_a_process_that_ignores_term(waits, engine):
    ours = waits("deaf", engine=engine)
    ours.container.ask("stop", "--time", "1")
    assert ours.container.state()["ExitCode"] == 137
    assert ours.is_clean()


@pytest.mark.parametrize("signal", ["TERM", "INT"])
def test_kill_with_a_signal_that_can_be_caught_is_a_stop(waits, docker, signal):
    ours = waits(engine=docker)
    ours.container.ask("kill", "--signal", signal)
    assert ours.container.ends() == 0
    assert f"got {signal}" in ours.container.log()
    assert ours.is_clean()


@pytest.mark.parametrize("signal", ["HUP", "USR1"])
def test_kill_with_another_signal_is_that_signal_and_no_stop(waits, docker, signal):
    ours = waits(engine=docker)
    ours.container.ask("kill", "--signal", signal)
    ours.container.logs(f"got {signal}")
    assert ours.container.is_running() and ours.is_passing()


# The process's own end


def test_a_crash_is_its_status_and_consul_is_clean(redis, engine):
    ours = redis(engine=engine)
    ours.container.kill_process(ours.container.main, "KILL")
    assert ours.container.ends() == 137
    assert ours.is_clean()


@pytest.mark.parametrize("status", [0, 7])
def test_its_own_exit_is_the_container_s(waits, docker, status):
    ours = waits("ends", status, engine=docker, passing=False)
    assert ours.container.ends() == status
    assert ours.is_clean()


def test_the_oom_killer_takes_the_process_and_we_clean_up_after_it(waits, docker):
    limit = ["--memory", "32m", "--memory-swap", "32m"]
    ours = waits("greedy", engine=docker, how=["--network", "host", *limit])
    ours.container.ask("kill", "--signal", "USR1")
    assert ours.container.ends() == 137
    assert ours.container.state()["OOMKilled"]
    assert "exited" in ours.container.log() or "killed" in ours.container.log(), "PID 1 lived to tell"
    assert ours.is_clean()


# Restart


def test_a_restart_is_the_same_instance(redis, engine):
    ours = redis(engine=engine)
    before = ours.id
    ours.container.ask("restart")
    ours.serves()
    assert ours.id == before
    assert ours.container.log().count("deregistered") == 1
    ours.container.ask("stop")
    assert ours.is_clean()


# Pause


def test_a_pause_longer_than_the_ttl_is_out_of_dns_and_back_after_it(redis, docker):
    ours = redis("--ttl", "2s", engine=docker)
    ours.container.ask("pause")
    eventually(lambda: not ours.is_found(), within=4, what="out of DNS by the TTL", every=0.05)
    assert ours.agent.statuses(ours.id)["alive"] == "critical"

    ours.container.ask("unpause")
    eventually(ours.is_found, within=2, what="found again", every=0.05)
    ours.serves()
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 0 and ours.is_clean()


def test_a_pause_that_consul_did_not_wait_for_is_over_with_a_new_registration(slept):
    """Consul reaps what was critical for a minute, when it looks, every 30 s."""
    eventually(slept.is_clean, within=120, what="reaped", every=0.5)
    slept.container.ask("unpause")
    slept.serves(within=5)
    slept.container.logs("registered again")
    slept.container.ask("stop")
    assert slept.is_clean()
