"""A service that can't serve is out of DNS at once, and still there to be seen."""

import os
import signal
import socket

import pytest

from ..ports import free_port
from ..promises import ID, registered
from ..waiting import always, eventually

SICK = {"alive": "passing", "ready": "critical"}
AT_ONCE = 1.0


def test_a_port_that_stops_accepting_is_critical_with_the_reason_and_still_listed(run, server, agent):
    served = server()
    ours = run(served, agent, "--ttl", "3s")
    registered(ours, agent)

    served.close_port()
    eventually(lambda: agent.statuses(ID) == SICK, within=1.6, what="critical within a heartbeat")
    assert agent.dig("web") == [] and agent.dig("web", "SRV") == []
    assert [entry["ServiceID"] for entry in agent.in_catalog("web")] == [ID]
    ready = agent.checks(ID)[f"{ID}:ready"]
    assert "Connection refused" in ready["Output"] and str(served.port) in ready["Output"]
    assert "Connection refused" in ours.logs("critical")
    always(lambda: agent.statuses(ID) == SICK, during=4, what="critical and listed, beyond the TTL")
    assert len(ours.lines("critical")) == 1, ours.log

    served.open_port()
    eventually(lambda: agent.is_passing(ID), within=1.6, what="passing within a heartbeat")
    assert len(agent.dig("web")) == 1
    assert "accepts" in agent.checks(ID)[f"{ID}:ready"]["Output"]
    ours.logs("is passing")
    assert len(ours.lines("is passing")) == 1, ours.log


@pytest.mark.needs("redis-server")
def test_a_redis_that_is_stopped_is_critical_at_once_although_it_accepts(wrapper, agent, tmp_path):
    port = free_port()
    redis = ["redis-server", "--port", str(port), "--save", "", "--dir", tmp_path]
    # With the default TTL: a heartbeat would come too late.
    ours = wrapper("--name", "redis", "--id", "redis-1", "--port", port, "--", *redis, consul=agent)
    eventually(lambda: agent.is_passing("redis-1"), what="registered and passing")
    pid = int(ours.logs("started").split("pid=")[1])

    for beyond in (6, 0.5):  # a heartbeat; and once more
        os.kill(pid, signal.SIGSTOP)
        eventually(lambda: agent.statuses("redis-1") == SICK, within=AT_ONCE, what="critical at once")
        assert agent.dig("redis") == []
        assert len(agent.in_catalog("redis")) == 1
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            pass  # by its kernel, as the probe's would be
        always(lambda: agent.statuses("redis-1") == SICK, during=beyond, what="critical")
        os.kill(pid, signal.SIGCONT)
        eventually(lambda: agent.is_passing("redis-1"), within=AT_ONCE, what="passing at once")
        assert len(agent.dig("redis")) == 1
    assert ours.stop() == 0
    assert agent.service("redis-1") is None
