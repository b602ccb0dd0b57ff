"""How fast it is, with an agent on loopback. The figures are printed: pytest -s."""

import http.client
import signal
import statistics
import time

import pytest

from .ports import free_port
from .waiting import eventually
from .wrapper import Server, Wrapper

RUNS = 20
ID = "web-1"


class Watcher:
    """Asks the agent about us over one connection, as fast as it answers."""

    def __init__(self, agent):
        self._connection = http.client.HTTPConnection("127.0.0.1", agent.http, timeout=10)

    def status(self):
        self._connection.request("GET", f"/v1/agent/service/{ID}")
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def registered_at(self, within=5.0):
        """When the agent was first seen to know us (CLOCK_MONOTONIC, seconds)."""
        deadline = time.monotonic() + within
        while self.status() != 200:
            assert time.monotonic() < deadline, "not registered"
        return time.monotonic()


def one_life(agent, folder):
    """What the registration and the TERM of a server took, in milliseconds."""
    served = Server(folder, port=free_port())
    options = ["--name", "web", "--id", ID, "--port", served.port, "--consul-addr", agent.address]
    ours = Wrapper([*options, "--", *served.command])
    try:
        registered = Watcher(agent).registered_at() - served.event("accepting")["at"]
        eventually(lambda: agent.is_passing(ID), what="registered and passing")
        sent = ours.send(signal.SIGTERM)
        forwarded = served.signal("TERM")["at"] - sent
        assert ours.wait() == 0
        return registered * 1000, forwarded * 1000
    finally:
        ours.kill()


@pytest.fixture(scope="module")
def lives(shared_agent, tmp_path_factory):
    """The two figures of twenty lives of a server."""
    folder = tmp_path_factory.mktemp("lives")
    return list(zip(*(one_life(shared_agent, folder) for _ in range(RUNS))))


def median_of(what, figures):
    median = statistics.median(figures)
    print(
        f"{what}: median {median:.1f} ms, {min(figures):.1f} to {max(figures):.1f} ms in {len(figures)} runs"
    )
    return median


def test_a_service_is_registered_ten_milliseconds_after_its_port_accepts(lives):
    assert median_of("port accepts -> registered", lives[0]) <= 10


def test_the_process_has_sigterm_after_five_milliseconds(lives):
    assert median_of("TERM -> the process has it", lives[1]) <= 5
