"""What was missed is found: the watcher away, the engine away, Consul away."""

import pytest

from ..agent import keeping
from ..containers.served import EXPIRED, TTL
from ..waiting import always, eventually
from .real_engines import RestartableDocker
from .servicewatcher import BACK, leave, marks, new_id

REMOVED = {"removed": (), "own": ("--rm",)}


def are_gone(agent, *names):
    return lambda: not any(agent.in_catalog(name) for name in names)


def test_deaths_during_a_watcher_outage_are_found(served, watch, agent, engine):
    """What the engine doesn't know any more may live on another engine, until its TTL has run out."""
    first = watch(engine, agent).watches()
    killed = served(engine, name="killed")
    removed, own = (served(engine, name=name, how=how, ttl=TTL) for name, how in REMOVED.items())
    alive = served(engine, name="alive")
    first.kill()
    killed.container.ask("kill")
    removed.container.ask("rm", "--force", *(["--time", "0"] if engine.name == "podman" else []))
    own.container.ask("kill")
    eventually(lambda: not own.container.exists(), 20, "removed", every=0.05)
    assert not any(are_gone(agent, name)() for name in ("killed", *REMOVED))
    second = watch(engine, agent)
    second.until(are_gone(agent, "killed"), BACK)
    second.until(are_gone(agent, *REMOVED), EXPIRED + BACK)
    assert alive.is_passing() and alive.is_found()


@pytest.fixture
def restartable(sandbox):
    """Docker that keeps its containers when it ends."""
    return RestartableDocker(*sandbox("restartable"), "--live-restore")


def test_deaths_during_an_engine_outage_are_found(served, watch, agent, restartable):
    engine = restartable.engine
    alive, killed, removed = (
        served(engine, name="alive"),
        served(engine, name="killed"),
        served(engine, name="own", how=["--rm"]),
    )
    pids = [one.container.pid for one in (killed, removed)]
    ours = watch(engine, agent).watches()
    restartable.end()
    ours.logs("warning")
    engine.sandbox.run("kill", "-s", "KILL", *pids)
    always(lambda: len(agent.services()) == 3, during=0.5, what="nobody says that they are dead")
    restartable.start("--live-restore")
    ours.until(are_gone(agent, "killed", "own"), BACK)
    assert alive.container.is_running() and alive.is_passing()
    assert len(ours.lines("warning")) == 1, ours.log
    alive.container.ask("kill")
    ours.until(are_gone(agent, "alive"), BACK)


@pytest.mark.parametrize("how", ["hung", "killed"])
def test_deaths_during_a_consul_outage_are_found(served, watch, docker, own_agent, tmp_path, how):
    agent = own_agent(mode=keeping(tmp_path / "data"))
    alive, killed, removed = (served(docker, name=name, consul=agent) for name in ("alive", "killed", "own"))
    ours = watch(docker, agent).watches()
    (agent.pause if how == "hung" else agent.kill)()
    killed.container.ask("kill")
    removed.container.ask("rm", "--force")
    if how == "hung":
        agent.resume()
    else:
        ours.logs("warning")
        agent.start()
    ours.until(are_gone(agent, "killed", "own"), BACK)
    eventually(alive.is_passing, 10, "alive")
    assert len(ours.lines("warning")) == (how == "killed"), ours.log
    assert agent.service(alive.id)["Meta"].items() >= marks(alive.container.identity).items()


def test_an_entry_that_returns_after_its_removal_stays_until_its_check_is_critical(
    fake, agent, watch, wrapped
):
    """As where the container lives on a second engine of the same kernel, and its wrapper registers it again."""
    container = wrapped()
    ours = watch(fake, agent).watches()
    fake.die(container)
    ours.cleans(agent)
    check = {"CheckID": "web-1:alive", "Name": "alive", "TTL": "10m", "Status": "passing"}
    leave(agent, "web-1", marks(container), Checks=[check])
    fake.tell("die", new_id())
    ours.logs(f"web-1 was registered again although container {container[:12]} is gone from this engine")
    always(lambda: agent.service("web-1") is not None, during=3.0, what=f"it stays: {ours.log}")
    assert len(ours.troubles()) == 1
    agent.put("/v1/agent/check/fail/web-1:alive")
    ours.cleans(agent, 5)
