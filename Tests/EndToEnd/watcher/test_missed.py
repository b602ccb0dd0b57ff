"""What was missed is found: the watcher away, the engine away, Consul away."""

import pytest

from agent import keeping
from real_engines import RestartableDocker
from servicewatcher import BACK, marks
from waiting import always, eventually

AWAY = {"killed": (), "removed": (), "own": ("--rm",)}


def are_gone(agent, *names):
    return lambda: not any(agent.in_catalog(name) for name in names)


def test_while_the_watcher_was_away(served, watch, agent, engine):
    first = watch(engine, agent).watches()
    killed, removed, own = (served(engine, name=name, how=how) for name, how in AWAY.items())
    alive = served(engine, name="alive")
    first.kill()
    killed.container.ask("kill")
    removed.container.ask("rm", "--force", *(["--time", "0"] if engine.name == "podman" else []))
    own.container.ask("kill")
    eventually(lambda: not own.container.exists(), 20, "removed", every=0.05)
    assert not any(are_gone(agent, name)() for name in AWAY)
    second = watch(engine, agent)
    second.until(are_gone(agent, *AWAY), BACK)
    assert alive.is_passing() and alive.is_found()


@pytest.fixture
def restartable(room):
    """Docker that keeps its containers when it ends."""
    return RestartableDocker(*room("restartable"), "--live-restore")


def test_while_the_engine_was_away(served, watch, agent, restartable):
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
    engine.room.run("kill", "-s", "KILL", *pids)
    always(lambda: len(agent.services()) == 3, during=0.5, what="nobody says that they are dead")
    restartable.start("--live-restore")
    ours.until(are_gone(agent, "killed", "own"), BACK)
    assert alive.container.is_running() and alive.is_passing()
    assert len(ours.lines("warning")) == 1, ours.log
    alive.container.ask("kill")
    ours.until(are_gone(agent, "alive"), BACK)


@pytest.mark.parametrize("how", ["hung", "killed"])
def test_while_consul_was_away(served, watch, docker, own_agent, tmp_path, how):
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
