"""However a container ends, its service is gone at once; and nothing else is."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..containers.served import EXPIRED, TTL
from ..waiting import eventually
from .real_engines import Deaths, get
from .servicewatcher import BOOT_ID, leave, leave_dead, marks, new_id

PROMISED = 0.1  # seconds, with the machine at our service: the best of some rounds
BUSY = 0.4  # and their median, with what else may run on it
ROUNDS = 4


def gone_at(served):
    """When the agent knows it no more, in seconds of the real-time clock."""
    eventually(lambda: served.agent.service(served.known_id) is None, 10, "gone", every=0.002)
    return time.time()


@pytest.fixture
def killed(served, watch, agent):
    """A watched service; what its name finds by DNS, before and after."""

    def run(engine, *words, **how):
        ours = served(engine, *words, **how)
        ours.known_id = ours.id
        ours.watcher = watch(engine, agent).watches()

        def compares():
            """Another one dies, and its entry is gone: by then it has compared all others, too."""
            other = served(engine, name="other")
            other.known_id = other.id
            other.container.ask("kill")
            gone_at(other)

        ours.compares = compares
        assert ours.is_found()
        return ours

    return run


def test_a_killed_container_leaves_agent_and_dns_within_100_ms(served, watch, agent, engine):
    """Docker isn't asked; Podman is, and most of the time is its own: it reads its events from a file."""
    watch(engine, agent).watches()
    took, ours = [], []
    with Deaths(engine) as deaths, ThreadPoolExecutor() as pool:
        for _ in range(ROUNDS):
            one = served(engine)
            one.known_id = one.id
            said = pool.submit(says_stopped_at, engine, deaths, one.container)
            one.container.begin("kill")
            gone = gone_at(one)
            assert not one.is_found(), "out of DNS at once"
            took.append(gone - deaths.when(one.container))
            ours.append(gone - said.result(10))
    print(f"{engine.name}, from die to gone: {in_ms(took)}; from the engine's word to gone: {in_ms(ours)}")
    assert statistics.median(ours) <= PROMISED
    # Podman's event alone may take longer than that to arrive.
    assert min(took) <= (PROMISED if engine.name == "docker" else BUSY) and statistics.median(took) <= BUSY


def says_stopped_at(engine, deaths, container):
    """When the engine answers that it is dead, if it is asked as soon as it tells."""
    deaths.when(container)
    assert not get(engine, f"/containers/{container.identity}/json")["State"]["Running"]
    return time.time()


def in_ms(times):
    return f"{sorted(round(one * 1000) for one in times)} ms"


def at_once(*words):
    return lambda container: container.ask(*words)


ENDS = {
    "stop": at_once("stop", "--time", "0"),
    "kill": at_once("kill"),
    "term": at_once("kill", "--signal", "TERM"),
    "shim": lambda container: container.kill_process(container.status(container.pid, "PPid"), "KILL"),
    "pid-1": lambda container: container.kill_process(container.pid, "KILL"),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_killed_container_stays_deregistered(killed, docker, end):
    ours = killed(docker)
    ENDS[end](ours.container)
    gone_at(ours)
    eventually(ours.is_clean, within=1, what="out of DNS")
    ours.container.ends()


def test_a_container_removed_by_force_is_deregistered(killed, engine):
    ours = killed(engine)
    ours.container.ask("rm", "--force", *(["--time", "0"] if engine.name == "podman" else []))
    gone_at(ours)
    eventually(ours.is_clean, within=1, what="out of DNS")


def test_a_container_removed_at_its_end_is_deregistered(killed, engine):
    ours = killed(engine, how=["--rm"])
    ours.container.ask("kill")
    gone_at(ours)
    eventually(ours.is_clean, within=1, what="out of DNS")
    eventually(lambda: not ours.container.exists(), what="removed", every=0.05)


def test_a_container_killed_for_memory_is_deregistered(killed, docker):
    ours = killed(docker, "greedy", how=["--memory", "32m", "--memory-swap", "32m"])
    ours.container.ask("kill", "--signal", "USR1")
    gone_at(ours)
    assert ours.container.ends() == 137 and ours.container.state()["OOMKilled"]


def test_a_restart_keeps_the_new_registration(killed, engine):
    ours = killed(engine)
    before = ours.container.pid
    ours.container.ask("restart", "--time", "0")
    assert ours.container.pid != before
    eventually(lambda: ours.container.log().count("started") == 2, 10, "the next life", every=0.05)
    ours.serves()
    ours.compares()
    assert len(ours.instances()) == 1, ours.watcher.log


def test_a_paused_container_stays_registered(killed, docker, watch):
    ours = killed(docker)
    ours.container.ask("pause")
    ours.compares()
    ours.watcher.kill()
    watch(docker, ours.agent).watches()
    ours.compares()
    assert ours.agent.service(ours.known_id)
    ours.container.ask("unpause")
    ours.compares()
    assert ours.is_passing()


def test_an_entry_without_all_marks_is_never_removed(killed, docker, agent):
    """As much like a dead container's as can be."""
    dead = new_id()
    by_hand = {
        "plain": {},
        "other-boot": marks(dead, boot="00000000-0000-4000-8000-000000000000"),
        "no-boot": {**marks(dead), "boot-id": ""},
        "other-manager": marks(dead, manager="nomad"),
        "no-container": {"managed-by": "servicewrapper", "boot-id": BOOT_ID},
        "other-engine": marks(dead, engine="podman"),
        "no-engine": marks(dead, engine=None),
    }
    for service_id, meta in by_hand.items():
        leave(agent, service_id, meta, name="hand")
    leave_dead(agent, "web-dead", marks(dead), name="hand")
    ours = killed(docker)
    eventually(lambda: agent.service("web-dead") is None, what="the first comparison")
    ours.container.ask("kill")
    gone_at(ours)
    assert set(agent.services()) == set(by_hand)


def test_each_watcher_removes_only_entries_of_its_own_engine(served, watch, agent, docker, podman):
    """The living and the dead of another are none of its business."""
    names = [(engine, fate) for engine in (docker, podman) for fate in ("lives", "dies")]
    all_of = {
        f"{engine.name}-{fate}": served(
            engine, name=f"{engine.name}-{fate}", ttl=TTL if fate == "dies" else 0
        )
        for engine, fate in names
    }

    def left():
        return {name for name in all_of if agent.in_catalog(name)}

    for name in ("docker-dies", "podman-dies"):
        all_of[name].container.ask("kill")
    all_of["podman-dies"].container.ask("rm", "--force")
    watch(docker, agent, "--cleanup-only")
    eventually(lambda: "docker-dies" not in left(), 5)
    other = served(docker, name="other")
    other.known_id = other.id
    other.container.ask("kill")
    gone_at(other)
    assert left() == {"docker-lives", "podman-lives", "podman-dies"}
    watch(podman, agent, "--cleanup-only")
    eventually(lambda: "podman-dies" not in left(), EXPIRED + 5)
    for name in ("docker-lives", "podman-lives"):
        assert all_of[name].is_passing()
