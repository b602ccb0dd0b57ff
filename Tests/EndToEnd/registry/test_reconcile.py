"""Whatever becomes of our registration, it is back within a heartbeat of the agent being there: once, and
told once."""

import subprocess

import pytest

from ..agent import denying, keeping
from ..promises import ID, registered
from ..waiting import eventually

# A third of the TTL is a heartbeat, and the longest pause between two tries; the rest is for a busy machine.
HEARTBEATS = {"3s": 1.0, "15s": 5.0}
SLACK = 0.6
WRITE_WEB = 'service "web" { policy = "write" }'


@pytest.fixture
def serve(run, server, tmp_path):
    """The service on this agent, registered and passing; with a token of its own where that denies."""

    def start(agent, *options):
        if agent.token:
            token = tmp_path / "token"
            token.write_text(agent.token_for(WRITE_WEB))
            options += ("--token-file", token)
        ours = run(server(), agent, "--log-level", "debug", *options)
        registered(ours, agent)
        return ours

    return start


def is_back(agent):
    """Passing, and for once only."""
    if not agent.is_passing(ID):
        return False
    assert list(agent.services()) == [ID]
    # DNS has no token, and finds nothing where one is needed.
    found = agent.token or len(agent.dig("web")) == 1
    return found and [entry["ServiceID"] for entry in agent.in_catalog("web")] == [ID]


def is_back_within(agent, seconds):
    eventually(lambda: is_back(agent), seconds + SLACK, "back, passing and once in the catalog")


def tries(ours):
    return len(ours.lines("asking Consul"))


def notices_for_long(ours):
    """Until the pauses between its tries are as long as they get."""
    ours.logs("Connection refused", within=6)
    before = tries(ours)
    eventually(lambda: tries(ours) >= before + 5, within=10, what="several tries that met nobody")


# Taken away behind our back


def deregister(agent):
    token = [f"-token={agent.token}"] if agent.token else []
    command = ["consul", "services", "deregister", f"-http-addr={agent.address}", *token, f"-id={ID}"]
    subprocess.run(command, check=True, timeout=10, capture_output=True)
    assert agent.service(ID) is None


def remove_check(name):
    def remove(agent):
        agent.put(f"/v1/agent/check/deregister/{ID}:{name}")
        assert name not in agent.statuses(ID)

    return remove


def remove_both_checks(agent):
    remove_check("alive")(agent)
    remove_check("ready")(agent)


REMOVALS = {
    "service": deregister,
    "alive-check": remove_check("alive"),
    "ready-check": remove_check("ready"),
    "both-checks": remove_both_checks,
}


@pytest.fixture(params=["open", "denying"])
def either_agent(request):
    """Without ACLs and with: the same loss has other answers."""
    return request.getfixturevalue({"open": "agent", "denying": "denying_agent"}[request.param])


@pytest.mark.parametrize("removal", REMOVALS)
def test_a_deregistered_service_or_check_is_restored_within_a_heartbeat(serve, either_agent, removal):
    ours = serve(either_agent, "--ttl", "3s")
    REMOVALS[removal](either_agent)
    is_back_within(either_agent, HEARTBEATS["3s"])
    ours.logs("again")
    assert len(ours.lines("forgot")) == 1 and not ours.lines("warning")[1:], ours.log
    assert ours.stop() == 0
    assert either_agent.service(ID) is None


def test_with_the_default_ttl_a_lost_registration_is_restored_within_five_seconds(serve, agent):
    ours = serve(agent)
    deregister(agent)
    is_back_within(agent, HEARTBEATS["15s"])
    ours.logs("again")
    assert len(ours.lines("forgot")) == 1


# The agent restarted


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_an_agent_that_lost_its_data_has_the_service_again_within_a_heartbeat(serve, own_agent, end):
    agent = own_agent()
    ours = serve(agent, "--ttl", "3s")
    getattr(agent, end)()
    notices_for_long(ours)
    agent.start()
    is_back_within(agent, HEARTBEATS["3s"])
    ours.logs("again")
    assert len(ours.lines("forgot")) == 1
    assert len(ours.lines("Connection refused")) <= 1 and len(ours.lines("warning")) <= 2, ours.log


def test_an_agent_that_lost_its_data_has_the_service_again_within_five_seconds_by_default(serve, own_agent):
    agent = own_agent()
    ours = serve(agent)
    agent.kill()
    ours.logs("Connection refused", within=6)
    agent.start()
    is_back_within(agent, HEARTBEATS["15s"])
    ours.logs("again")
    assert len(ours.lines("forgot")) == 1


@pytest.mark.parametrize("acl", [{}, denying()], ids=["open", "denying"])
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_an_agent_that_kept_its_data_has_the_service_passing_within_a_heartbeat(
    serve, own_agent, tmp_path, end, acl
):
    agent = own_agent(mode=keeping(tmp_path / "data"), **acl)
    if acl:
        agent.wait_for_tokens()
    ours = serve(agent, "--ttl", "3s")
    getattr(agent, end)()
    notices_for_long(ours)
    agent.start()
    # What was unexpired comes back passing; that it stays so takes us.
    well = "a line that it is well again"
    eventually(lambda: ours.lines("answers again") or ours.lines("forgot"), HEARTBEATS["3s"] + SLACK, well)
    is_back_within(agent, HEARTBEATS["3s"])
    assert len(ours.lines("answers again") + ours.lines("forgot")) == 1, ours.log
    assert len(ours.lines("Connection refused")) == 1 and not ours.lines("every minute"), ours.log
    assert ours.stop() == 0
    assert agent.service(ID) is None


def test_an_agent_that_starts_with_its_data_during_a_request_has_the_service_passing(
    serve, own_agent, tmp_path
):
    """Its token is unknown until the agent has read its own data: no reason to wait for a minute."""
    agent = own_agent(mode=keeping(tmp_path / "data"), **denying()).wait_for_tokens()
    ours = serve(agent, "--ttl", "300ms")
    for _ in range(3):
        agent.kill()
        agent.start()
        is_back_within(agent, 0.3)
    assert not ours.lines("every minute"), ours.log


def test_another_agent_at_the_same_address_has_the_service_within_a_heartbeat(serve, own_agent):
    agent = own_agent()
    ours = serve(agent, "--ttl", "3s")
    agent.kill()
    agent.node = "another"
    agent.start()
    is_back_within(agent, HEARTBEATS["3s"])
    assert [entry["Node"] for entry in agent.in_catalog("web")] == ["another"]
    ours.logs("again")
    assert len(ours.lines("forgot")) == 1
    assert ours.stop() == 0
    assert agent.service(ID) is None and agent.in_catalog("web") == []


# What no agent here says, but newer ones do


FORGOTTEN = {
    "404": (404, 'Unknown check ID "web-1:alive". Ensure that the check ID is passed, not the check name.'),
    "500": (500, 'CheckID "web-1:alive" does not have associated TTL'),
    "500-acl": (500, 'Unknown check "web-1:alive"'),
}


@pytest.mark.parametrize("how", FORGOTTEN)
def test_every_error_for_an_unknown_service_causes_a_registration_at_once(run, server, agent, front, how):
    status, body = FORGOTTEN[how]
    answer = f"HTTP/1.1 {status} No\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    way = front(agent)
    ours = run(server(), way, "--ttl", "3s", "--log-level", "debug")
    registered(ours, agent)
    way.lie(answer)
    asked = "about web-1: register"
    eventually(
        lambda: len(ours.lines(asked)) > 1, HEARTBEATS["3s"] + SLACK, "a registration right behind the beat"
    )
    way.be_honest()
    ours.logs("forgot web-1")
    eventually(lambda: agent.is_passing(ID), what="passing")
