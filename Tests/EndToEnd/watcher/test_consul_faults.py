"""Whatever is wrong with Consul: what died meanwhile is taken out when it is back, and nothing else."""

import signal

import pytest

from ..fakes import Front
from ..networks import Network
from ..registry.cluster import Cluster
from ..registry.faults import FAULTS, IN_NO_HURRY
from ..waiting import eventually
from ..wrapper import descriptors, memory
from .servicewatcher import BACK, leave, leave_dead, marks, new_id

HELD_ON_TO = 10.0 + 2.0  # a question that is lost on the way is given up after 10 s


@pytest.fixture
def network():
    networks = []

    def make():
        networks.append(Network())
        return networks[-1]

    yield make
    for one in networks:
        one.end()


@pytest.fixture
def front():
    fronts = []

    def start_front(agent):
        fronts.append(Front(agent.http).__enter__())
        return fronts[-1]

    yield start_front
    for one in fronts:
        one.__exit__()


@pytest.fixture
def cluster(tmp_path):
    clusters = []

    def start_cluster():
        clusters.append(Cluster(tmp_path))
        return clusters[-1].__enter__()

    yield start_cluster
    for one in clusters:
        one.__exit__()


def entries(fault, dead, alive):
    """A dead container's, a living one's, one of neither."""
    leave(fault.agent, "web-1", marks(dead))
    leave(fault.agent, "web-2", marks(alive))
    leave(fault.agent, "web-3", {})


@pytest.mark.root
@pytest.mark.parametrize("name", [name for name in FAULTS if name != "killed"])  # in test_missed.py
def test_containers_that_died_during_an_outage_are_deregistered_when_consul_returns(
    request, fake, watch, name
):
    fault = FAULTS[name](request)
    dead, alive = fake.run(), fake.run()
    entries(fault, dead, alive)
    fake.lateness = 1  # the longest way: none of its pages is new when memory is compared
    ours = watch(fake, fault.consul, prefix=fault.prefix).watches()
    first = fake.run()
    leave(fault.agent, "first", marks(first))
    fake.die(first)
    ours.until(lambda: fault.agent.service("first") is None)
    before = memory(ours.pid, "Private_Dirty")
    fault.strike()
    fake.die(dead)
    if fault.tries > 1:
        ours.logs("warning")
    for _ in range(200):
        fake.tell("die", new_id())
    assert memory(ours.pid, "Private_Dirty") - before <= 64 and descriptors(ours.pid) <= 10
    if fault.is_seen:
        assert {"web-1", "web-2", "web-3"} <= set(fault.agent.services())
    fault.mend()
    ours.until(
        lambda: set(services(fault.agent)) == {"web-2", "web-3"}, HELD_ON_TO if fault.tries == 1 else BACK
    )
    # What was under way when it began to deny is told by itself.
    assert len(ours.troubles()) <= (2 if name in IN_NO_HURRY else 1), ours.log


def services(agent):
    try:
        return agent.services() or {}
    except OSError:
        return {}


@pytest.mark.parametrize("name", ["killed", "hung", "one-byte-a-second", "denied"])
def test_a_stop_signal_ends_it_at_once(request, fake, watch, name):
    fault = FAULTS[name](request)
    dead, alive = fake.run(), fake.run()
    entries(fault, dead, alive)
    ours = watch(fake, fault.consul, "--deregister-on-exit").watches()
    fault.strike()
    fake.die(dead)
    if name != "hung":
        eventually(lambda: fake.count("list"), what="at work")
    sent = ours.send(signal.SIGTERM)
    status, ended = ours.wait_until_ended()
    assert status == 0 and ended - sent <= 0.1, f"{(ended - sent) * 1000:.0f} ms"
    fault.mend()


READ = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }'
WRITE = 'service_prefix "" { policy = "write" } node_prefix "" { policy = "read" }'


def test_a_token_without_rights_is_reported_once_and_a_better_one_in_its_file_is_used(
    fake, watch, denying_agent, tmp_path
):
    agent, file = denying_agent, tmp_path / "token"
    dead = fake.run()
    leave(agent, "web-1", marks(dead))
    leave(agent, "web-2", marks(fake.run()))
    file.write_text(agent.token_for(READ, "reads"))
    fake.lateness = 1
    ours = watch(fake, agent, "--token-file", file).watches()
    fake.die(dead)
    ours.logs(" 403")
    for _ in range(3):
        before = fake.count("inspect")
        fake.tell("die", new_id())
        eventually(lambda: fake.count("inspect") > before, what="tried again")
    assert len(ours.lines("error")) == 1 and "web-1" in ours.lines("error")[0], ours.log
    assert agent.service("web-1") and agent.service("web-2")
    secret = agent.token_for(WRITE, "writes")
    file.write_text(secret)
    fake.tell("die", new_id())
    ours.until(lambda: agent.service("web-1") is None)
    assert agent.service("web-2") and secret not in ours.log


def test_without_a_token_entries_that_it_may_not_see_stay(fake, watch, own_agent):
    rules = 'acl { enabled = true default_policy = "deny" tokens { master = "root-token" } }'
    agent = own_agent(config=rules, token="root-token").wait_for_tokens()
    leave_dead(agent, "web-1", marks(new_id()))
    ours = watch(fake, agent).watches()
    asked = "Request finished: method=GET url=/v1/agent/services?filter="
    ours.until(lambda: asked in agent.log())
    assert agent.service("web-1")
