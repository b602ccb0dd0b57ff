"""Whatever is wrong with Consul, nothing of it reaches the process: its signals are in time, we neither grow
nor leak, the log says it once, and we are back when it is over."""

import signal
from statistics import median

import pytest

from ..networks import in_networks
from ..ports import free_port, is_free
from ..promises import AT_ONCE, ENDED, FORWARDED, ID, TURNED_AWAY, registered, stop_within
from ..started import kill, start
from ..waiting import always, eventually
from ..wrapper import descriptors, memory
from .faults import FAULTS, IN_NO_HURRY

TTL, HEARTBEAT = "3s", 1.0
DRAIN = 0.1
GROWTH = 200  # kB
# A connection to the agent and one of a probe.
AT_WORK = 2
OTHER = "web-2"


@pytest.fixture(params=FAULTS)
def fault(request):
    return FAULTS[request.param](request)


@pytest.fixture
def run_beside(run, wrapper, server, fault):
    """Runs `web-1`, whose log tells its tries."""

    def start(served):
        options = ["--ttl", TTL, "--drain", f"{int(DRAIN * 1000)}ms", "--log-level", "debug"]
        ours = run(served, fault.consul, *options, prefix=fault.prefix)
        registered(ours, fault.agent)
        return ours

    return start


@pytest.fixture
def other(wrapper, server, fault):
    """A second instance, which outlives the fault."""
    served = server()
    options = ["--name", "web", "--id", OTHER, "--port", served.port, "--ttl", TTL]
    ours = wrapper(*options, "--", *served.command, consul=fault.consul, prefix=fault.prefix)
    eventually(lambda: fault.agent.is_passing(OTHER), what=f"{OTHER} registered and passing")
    return ours


def tries(ours):
    return len(ours.lines("asking Consul"))


def signals_are_in_time(ours, served):
    """The promise is about every one; a busy machine may delay one or two."""
    took, before = [], len(served.signals())
    for count in range(5):
        sent = ours.send(signal.SIGHUP)
        eventually(lambda: len(served.signals()) > before + count, within=2, what="HUP")
        took.append(served.events("signal")[-1]["at"] - sent)
    assert median(took) <= AT_ONCE, f"HUP took {[round(one * 1000) for one in took]} ms"


@in_networks
def test_no_fault_of_consul_affects_the_process(request, run_beside, other, server, fault):
    served = server(status=7)
    ours = run_beside(served)
    open_before = descriptors(ours.pid)
    tries_before = tries(ours)

    fault.strike()
    eventually(lambda: tries(ours) > tries_before, within=2, what="a try of ours")
    before = memory(ours.pid, "Private_Dirty")
    signals_are_in_time(ours, served)
    most_open = 0

    def has_tried():
        nonlocal most_open
        most_open = max(most_open, descriptors(ours.pid))
        return tries(ours) >= tries_before + fault.tries

    eventually(has_tried, within=8, what=f"{fault.tries} tries")
    signals_are_in_time(ours, served)
    assert most_open <= open_before + AT_WORK, f"{most_open} descriptors, {open_before} before"
    assert memory(ours.pid, "Private_Dirty") <= before + GROWTH
    assert len(ours.lines("retrying")) <= 1, ours.log
    ended = TURNED_AWAY if fault.turns_away else ENDED
    stop_within(ours, served, forwarded=FORWARDED + DRAIN, ended=ended, status=7)

    if request.node.callspec.params["fault"] in IN_NO_HURRY:
        return
    if fault.is_seen:
        eventually(lambda: not fault.agent.is_passing(OTHER), within=5, what="critical: not heard of")
    fault.mend()
    eventually(fault.agent.works, within=20, what="Consul to be there")
    eventually(lambda: fault.agent.is_passing(OTHER), within=HEARTBEAT + 1, what=f"{OTHER} to be back")
    assert all(len(other.lines(said)) <= 1 for said in ("retrying", "answers again", "forgot")), other.log


CLOSING = """
defaults
  mode http
  option httpclose
  timeout connect 1s
  timeout client 10s
  timeout server 10s
frontend closing
  bind 127.0.0.1:{port}
  default_backend consul
backend consul
  server agent 127.0.0.1:{agent}
"""


@pytest.mark.needs("haproxy")
def test_a_proxy_that_closes_after_each_answer_changes_nothing(run, server, agent, tmp_path):
    port, file = free_port(), tmp_path / "haproxy.cfg"
    file.write_text(CLOSING.format(port=port, agent=agent.http), encoding="ascii")
    haproxy = start(["haproxy", "-f", file])
    try:
        eventually(lambda: not is_free("127.0.0.1", port), within=10, what="haproxy")
        served = server()
        ours = run(served, f"127.0.0.1:{port}", "--ttl", TTL)
        registered(ours, agent)
        always(lambda: agent.is_passing(ID), during=4.0, what="passing, for longer than the TTL")
        stop_within(ours, served, forwarded=AT_ONCE)
        assert agent.service(ID) is None
        assert ours.lines("warning") == []
    finally:
        kill(haproxy)


def test_a_lost_heartbeat_is_repeated_within_the_ttl(run, server, agent, holding):
    """It is due every third of the TTL, so that one or two may fail."""
    proxy = holding(agent)
    ours = run(server(), proxy.address, "--ttl", TTL)
    registered(ours, agent)
    proxy.hold("request", "/v1/agent/check/")
    assert proxy.holds.wait(2), "no heartbeat"
    proxy.hold("request", "none more")
    always(lambda: agent.is_passing(ID), during=4.0, what="passing, for longer than the TTL")
