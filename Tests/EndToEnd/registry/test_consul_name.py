"""Consul by a host name: one ID never ends up on two agents, whatever becomes of the name."""

import pytest

from ..agent import keeping
from ..promises import AT_ONCE, ID, registered, stop_within
from ..waiting import always, eventually

NAME = "consul.example.test"
TTL, HEARTBEAT = "3s", 1.0

pytestmark = [pytest.mark.root, pytest.mark.needs("unshare")]


@pytest.fixture
def two_agents(own_agent, tmp_path):
    """At one port of two addresses."""
    return _start_two(own_agent)


@pytest.fixture
def two_that_keep(own_agent, tmp_path):
    """The same, with data that survives them."""
    return _start_two(own_agent, tmp_path)


def _start_two(own_agent, folder=None):
    modes = [{"mode": keeping(folder / name)} if folder else {} for name in ("first", "second")]
    first = own_agent(host="127.0.21.1", **modes[0])
    return first, own_agent(host="127.0.22.1", http=first.http, **modes[1])


@pytest.fixture
def names(name_server):
    return name_server(answers=True)


@pytest.fixture
def run_by_name(run, server, names, tmp_path):
    """As service `web` with the agent at this port of whatever the name means."""

    def start(agent, served=None, **how):
        consul = f"{NAME}:{agent.http}"
        return run(served or server(), consul, "--ttl", TTL, prefix=names.alone(tmp_path), **how)

    return start


def holders(*agents):
    return [agent.node for agent in agents if agent.is_running() and agent.service(ID)]


def moves_to(agent):
    # A heartbeat that meets nobody, and a pause.
    eventually(lambda: agent.is_passing(ID), within=2 * HEARTBEAT + 1, what=f"passing at {agent.node}")


def test_the_agent_that_took_the_registration_keeps_it_when_the_name_changes(run_by_name, names, two_agents):
    first, second = two_agents
    names.addresses = [first.host]
    ours = run_by_name(first)
    registered(ours, first)
    names.addresses = [second.host]
    always(lambda: first.is_passing(ID) and not second.service(ID), during=4, what="at the first, for long")
    assert ours.stop() == 0
    assert holders(first, second) == []


def test_the_next_agent_is_used_when_the_first_is_gone(run_by_name, names, two_agents):
    first, second = two_agents
    names.addresses = [first.host, second.host]
    ours = run_by_name(first)
    eventually(lambda: holders(first, second), what="registered")
    assert len(holders(first, second)) == 1
    holder, spare = (first, second) if first.service(ID) else (second, first)
    holder.kill()
    moves_to(spare)
    assert ours.stop() == 0
    assert holders(spare) == []


def test_a_new_address_is_resolved_when_the_old_one_is_gone(run_by_name, names, two_agents):
    first, second = two_agents
    names.addresses = [first.host]
    ours = run_by_name(first)
    registered(ours, first)
    names.addresses = [second.host]
    first.kill()
    moves_to(second)
    ours.logs("again")
    assert ours.stop() == 0
    assert holders(second) == []


def test_an_agent_that_returns_with_its_data_keeps_no_second_registration(run_by_name, names, two_that_keep):
    first, second = two_that_keep
    names.addresses = [first.host, second.host]
    ours = run_by_name(first)
    eventually(lambda: holders(first, second), what="registered")
    holder, spare = (first, second) if first.service(ID) else (second, first)
    holder.kill()
    moves_to(spare)
    holder.start()
    eventually(lambda: len(holders(first, second)) == 1, within=5, what="told to drop it")
    always(lambda: len(holders(first, second)) == 1, during=2, what="with one of them")
    assert ours.stop() == 0
    assert holders(first, second) == []


def test_a_hung_agent_is_not_replaced_by_another(run_by_name, names, two_agents):
    """It still has the registration, and shows it when it continues."""
    first, second = two_agents
    names.addresses = [first.host]
    ours = run_by_name(first)
    registered(ours, first)
    names.addresses = [second.host, first.host]
    first.pause()
    # Longer than we wait for an answer.
    ours.logs("no answer", within=15)
    always(lambda: not second.service(ID), during=2, what="not at the second")
    first.resume()
    eventually(lambda: first.is_passing(ID), within=2 * HEARTBEAT + 1, what="passing at the first")
    assert holders(first, second) == [first.node]
    assert ours.stop() == 0
    assert holders(first, second) == []


def test_a_name_that_stops_resolving_changes_nothing_while_the_agent_answers(run_by_name, names, two_agents):
    first, _ = two_agents
    names.addresses = [first.host]
    ours = run_by_name(first)
    registered(ours, first)
    names.addresses = []
    always(lambda: first.is_passing(ID), during=4, what="passing, beyond its TTL")
    assert not ours.lines("warning"), ours.log
    assert ours.stop() == 0
    assert first.service(ID) is None


def test_a_name_that_resolves_again_restores_the_registration_within_a_heartbeat(
    run_by_name, names, own_agent, server
):
    agent = own_agent()
    names.addresses = [agent.host]
    served = server(status=4)
    ours = run_by_name(agent, served)
    registered(ours, agent)
    names.addresses = []
    agent.kill()
    ours.logs("Name", within=5)
    agent.start()
    names.addresses = [agent.host]
    eventually(lambda: agent.is_passing(ID), within=HEARTBEAT + 0.6, what="passing again")
    ours.logs("again")
    assert len(ours.lines("Name")) == 1, ours.log
    stop_within(ours, served, forwarded=AT_ONCE, status=4)
    assert agent.service(ID) is None
