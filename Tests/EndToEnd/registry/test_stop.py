"""Gone before it stops taking work, and gone for good, whatever was under way."""

import signal
import time

import pytest

from ..agent import keeping
from ..ports import count_connected, count_unread
from ..promises import ENDED, FORWARDED, ID, registered, stop_within
from ..waiting import always, eventually

# How old an answer of DNS a client may use, and a drain longer than that by what a busy machine takes.
ANSWER_LIVES = 0.1
DRAIN = "600ms"


def gone(agent):
    return agent.service(ID) is None and agent.in_catalog("web") == [] and agent.dig("web") == []


# No client is refused


def test_no_client_is_refused_while_it_drains(run, server, agent, clients):
    ours = run(server(), agent, "--drain", DRAIN)
    registered(ours, agent)
    with clients(ANSWER_LIVES) as connecting:
        connecting.have_been_served(1000)
        sent = ours.send(signal.SIGTERM)
        connecting.have_finished()
        assert ours.wait() == 0
    assert any(when > sent for when in connecting.served), "they still came after the stop signal"
    assert connecting.refused == []


@pytest.mark.parametrize(
    "options", [[], ["--drain", DRAIN, "--stop-signal", "QUIT"]], ids=["no-drain", "told-before-deregistered"]
)
def test_clients_are_refused_without_a_drain_or_in_the_other_order(run, server, agent, clients, options):
    """So the test before could fail: a stop signal that isn't one to us reaches the process first."""
    ours = run(server(), agent, *options)
    registered(ours, agent)
    with clients(ANSWER_LIVES) as connecting:
        connecting.have_been_served(100)
        assert ours.stop() == 0
        connecting.have_finished()
    assert connecting.refused


# An agent that is there and has no room


FULL = {
    # What Consul 1.8.7 does with a connection that is one too many, and what newer ones say.
    "closes": b"",
    "says-429": b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("answer", FULL.values(), ids=FULL)
def test_a_refused_deregistration_is_retried_for_longer_than_a_hung_agent_is_waited_for(
    run, server, own_agent, front, answer
):
    agent = own_agent()
    before = front(agent)
    served = server()
    ours = run(served, before.address)
    registered(ours, agent)
    before.lie(answer, then=lambda _: None)
    ours.send(signal.SIGTERM)
    ended = served.event("ending")["at"]
    eventually(lambda: time.monotonic() - ended > ENDED + 0.1, what="longer than that")
    assert ours.is_running()
    before.be_honest()
    assert ours.wait() == 0
    assert agent.service(ID) is None
    assert "is gone" not in ours.log, "nothing is said to be left behind"


# What is under way can't bring it back


HELD = {"heartbeat": "/v1/agent/check/", "registration": "/v1/agent/service/register"}


@pytest.mark.parametrize("let_go", ["during-the-stop", "after-it"])
@pytest.mark.parametrize("what", ["request", "answer"])
@pytest.mark.parametrize("held", HELD)
def test_a_pending_registration_does_not_outlive_the_stop(
    run, server, own_agent, holding, held, what, let_go
):
    agent = own_agent()
    proxy = holding(agent)
    served = server(**({"late": True} if held == "registration" else {}))
    ours = run(served, proxy.address, "--ttl", "3s")
    if held == "heartbeat":
        registered(ours, agent)
    else:
        eventually(lambda: agent.finished("GET", f"/v1/agent/service/{ID}"), what="the question about our ID")
    proxy.hold(what, HELD[held])
    if held == "registration":
        served.open_port()
    assert proxy.holds.wait(5), "nothing was held"

    if let_go == "during-the-stop":
        sent = ours.send(signal.SIGTERM)
        eventually(lambda: proxy.times("/deregister/"), within=1, what="the deregistration")
        proxy.let_go()
        assert served.signal("TERM")["at"] - sent <= FORWARDED
        assert ours.wait() == 0
    else:
        stop_within(ours, served)
        proxy.let_go()
    eventually(proxy.is_idle, what="all to be handed through")
    assert gone(agent)
    always(lambda: gone(agent), during=0.2, what="gone")


ROUNDS, AT_A_TIME = 4, 10


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_agent_that_hung_while_ten_wrappers_stopped_keeps_no_registration(
    wrapper, server, own_agent, _round
):
    agent = own_agent()
    served = [server(late=True) for _ in range(AT_A_TIME)]
    ours = [
        wrapper("--name", "web", "--id", f"web-{place}", "--port", one.port, "--", *one.command, consul=agent)
        for place, one in enumerate(served)
    ]
    eventually(lambda: agent.log().count("/v1/agent/service/web-") >= AT_A_TIME, what="all to have asked")
    eventually(lambda: count_connected(agent.http) == 0, what="all to be answered")
    agent.pause()
    for one in served:
        one.open_port()
    eventually(lambda: count_unread(agent.http) == AT_A_TIME, what="registrations that it doesn't read")
    for one in ours:
        one.send(signal.SIGTERM)
    assert [one.wait() for one in ours] == [0] * AT_A_TIME
    agent.resume()
    deregistered = "Request finished: method=PUT url=/v1/agent/service/deregister/web-"
    eventually(lambda: agent.log().count(deregistered) >= AT_A_TIME, what="all to be deregistered")
    assert agent.services() == {} and agent.in_catalog("web") == []


# Maintenance mode is the operator's


MAINTENANCE = f"_service_maintenance:{ID}"


def maintain(agent, on):
    agent.put(f"/v1/agent/service/maintenance/{ID}?enable={str(on).lower()}&reason=upgrade")


def is_maintained(agent):
    """Critical by that check alone, and out of DNS."""
    checks = agent.checks(ID)
    return (
        MAINTENANCE in checks
        and checks[MAINTENANCE]["Status"] == "critical"
        and checks[MAINTENANCE]["Notes"] == "upgrade"
        and agent.dig("web") == []
    )


def stays_maintained_for_beats(agent, proxy, count=3):
    before = len(proxy.times(":alive"))

    def has_beaten():
        assert is_maintained(agent)
        return len(proxy.times(":alive")) >= before + count

    eventually(has_beaten, within=10, what="heartbeats")


def test_maintenance_mode_is_never_lifted_while_it_is_registered(run, server, own_agent, proxy, tmp_path):
    agent = own_agent(mode=keeping(tmp_path / "data"))
    counting = proxy(agent)
    ours = run(server(), counting, "--ttl", "1s")
    registered(ours, agent)
    maintain(agent, on=True)
    stays_maintained_for_beats(agent, counting)
    maintain(agent, on=False)
    eventually(lambda: agent.is_passing(ID) and agent.dig("web"), what="passing without maintenance")
    maintain(agent, on=True)
    stays_maintained_for_beats(agent, counting)

    # Registered again, beside the check of the operator.
    agent.put(f"/v1/agent/check/deregister/{ID}:ready")
    ours.logs("again")
    eventually(lambda: len(agent.checks(ID)) == 3, what="its checks again")
    stays_maintained_for_beats(agent, counting)

    agent.kill()
    agent.start()
    stays_maintained_for_beats(agent, counting)
    maintain(agent, on=False)
    eventually(lambda: agent.is_passing(ID) and agent.dig("web"), what="passing without maintenance")
    assert ours.stop() == 0
    assert gone(agent)


def test_a_stop_in_maintenance_mode_deregisters(run, server, agent):
    ours = run(server(), agent)
    registered(ours, agent)
    maintain(agent, on=True)
    assert is_maintained(agent)
    started = time.monotonic()
    assert ours.stop() == 0
    assert time.monotonic() - started < 1
    assert gone(agent) and agent.checks(ID) == {}
