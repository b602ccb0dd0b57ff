"""What is done to each: a case yields rows and what came of them, durations in seconds, or words."""

import os
import time

from Tests.EndToEnd.waiting import eventually
from Tests.EndToEnd.watcher.real_engines import Told
from Tests.EndToEnd.wrapper import memory

from .scene import NEVER, since

MANY = 30
WHOLE, QUICK = [], []  # (case, how many times)


def case(times=1, quick=False):
    def add(function):
        WHOLE.append((function, times))
        if quick:
            QUICK.append((function, 1))
        return function

    return add


# A container's life


@case(times=4, quick=True)
def one_by_one(scene):
    containers = scene.stage.some(5)
    scene.begin()
    with Told(scene.engine, "start") as started, Told(scene.engine, "die") as died:
        for one in containers:
            scene.do("start", one, begin=True)
            registered = scene.registered(one)
            yield "a container starts → registered", since(started.when(one), registered)
            scene.do("kill", one, begin=True)
            gone = scene.gone(one)
            yield "`docker kill`: it dies → gone", since(died.when(one), gone)


@case(times=3)
def ended_otherwise(scene):
    stopped, removed = scene.stage.some(1)[0], scene.stage.create()
    scene.begin(stopped, removed)
    with Told(scene.engine, "die") as died:
        for verb, one in (("stop", stopped), ("rm -f", removed)):
            scene.do(verb, one, begin=True)
            gone = scene.gone(one)
            yield f"`docker {verb}`: it dies → gone", since(died.when(one), gone)


@case(times=2)
def all_at_once(scene):
    containers = scene.stage.some(MANY)
    scene.begin(*containers)
    with Told(scene.engine, "die") as died:
        scene.do("kill", *containers, begin=True)
        gone = scene.gone(*containers)
        last = max(map(died.when, containers))
        yield f"{MANY} killed at once: the last dies → all gone", since(last, gone)


@case()
def killed_while_it_compares(scene):
    """One after the other, over more than a `-resync`; then as long again."""
    containers = scene.stage.some(MANY)
    scene.begin(*containers)
    for one in containers:
        scene.do("kill", one)
        time.sleep(0.1)
    scene.gone(*containers)
    back = scene.when(lambda: scene.entries(*containers), within=7) is not NEVER
    yield f"{MANY} killed one after the other: does one stay or come back?", "yes" if back else "no"


# Consul


@case(times=4)
def agent_forgets(scene):
    containers = scene.stage.some(3)
    scene.begin(*containers)
    scene.agent.kill()
    scene.agent.start()
    began = time.time()
    yield (
        "the agent is restarted and has lost everything → registered again",
        since(began, scene.registered(*containers)),
    )


@case()
def consul_comes_later(scene):
    (one,) = scene.stage.some(1)
    scene.run(one)
    scene.agent.kill()
    scene.start()
    ended = scene.when(lambda: not scene.program.is_running(), within=5) is not NEVER
    yield "Consul isn't there when it starts", "it ends" if ended else "it waits"
    scene.agent.start()
    began = time.time()
    scene.is_kept_up()
    yield "… and comes → registered", since(began, scene.registered(one))


@case()
def consul_is_away(scene):
    killed, started = scene.stage.some(2)
    scene.agent = scene.stage.keeping
    scene.begin(killed)
    scene.agent.kill()
    scene.do("kill", killed)
    scene.run(started)
    # What it tries at once, it has tried.
    time.sleep(1)
    scene.agent.start()
    began = time.time()
    yield "killed while Consul was away: Consul is back → gone", since(began, scene.gone(killed))
    yield (
        "started while Consul was away: Consul is back → registered",
        since(began, scene.registered(started)),
    )


# The engine


@case()
def engine_restarts(scene):
    alive, killed, started = scene.stage.some(3)
    scene.begin(alive, killed)
    process = killed.pid
    scene.stage.docker.end()
    killed.kill_process(process, "KILL")
    scene.stage.docker.start("--live-restore")
    began = time.time()
    yield "dockerd is restarted", "it stays" if scene.program.is_running() else "it ends"
    scene.is_kept_up()
    gone = scene.gone(killed)
    yield "… killed meanwhile: dockerd is back → gone", since(began, gone)
    with Told(scene.engine, "start", "die") as told:
        scene.do("start", started, begin=True)
        registered = scene.registered(started)
        yield "… a container starts afterwards → registered", since(told.when(started), registered)
        scene.do("kill", alive, begin=True)
        gone = scene.gone(alive)
        yield "… one dies afterwards → gone", since(told.when(alive), gone)


# The program itself


@case()
def it_was_away(scene):
    killed, removed, started = scene.stage.some(1)[0], scene.stage.create(), scene.stage.some(2)[1]
    alive = scene.stage.some(3)[2]
    scene.begin(alive, killed, removed)
    scene.end()
    scene.do("kill", killed)
    scene.do("rm -f", removed)
    scene.run(started)
    began = time.time()
    scene.start()
    yield "started while it was away: it is back → registered", since(began, scene.registered(started))
    yield "killed while it was away: it is back → gone", since(began, scene.gone(killed))
    yield "removed while it was away: it is back → gone", since(began, scene.gone(removed))
    yield "killed and started again: entries of one container", scene.entries(alive)


@case()
def host_is_renamed(scene):
    (alive,) = scene.stage.some(1)
    scene.begin(alive)
    scene.end()
    # A name that has an address: registrator asks for it.
    scene.begin(alive, prefix=["unshare", "--uts", "sh", "-c", 'hostname localhost && exec "$@"', "sh"])
    scene.when(lambda: scene.entries(alive) == 1)
    yield "the host's name is changed: entries of one container", scene.entries(alive)


@case(times=3, quick=True)
def told_to_end(scene):
    containers = scene.stage.some(3)
    scene.begin(*containers)
    sent = scene.program.send(15)
    _, ended = scene.program.wait_until_ended()
    yield "SIGTERM → it has ended", ended - sent
    yield "… entries of 3 containers that it leaves", scene.entries(*containers)


# Beside the wrapper


@case()
def wrapped(scene):
    scene.agent = scene.stage.keeping
    folder = scene.stage.socket_folder
    consul = f"CONSUL_HTTP_ADDR=unix://{scene.agent.unix_path}"
    where = ["--volume", f"{folder}:{folder}", "--env", consul, "--env", "SERVICE_NAME=web"]
    one = scene.stage.create(*where, words=["/servicewrapper", "--", "/waits"])
    scene.begin()
    scene.run(one)
    eventually(lambda: scene.agent.in_catalog("web"), 10, "the wrapper's registration")
    scene.registered(one, within=3)
    yield "a container with servicewrapper: entries of it", len(scene.agent.in_catalog("web"))
    scene.do("kill", one)
    scene.when(lambda: not scene.agent.in_catalog("web"), within=3)
    yield "… and 3 s after its `docker kill`", len(scene.agent.in_catalog("web"))


# What it takes


@case()
def with_a_hundred(scene):
    containers = scene.stage.some(100)
    scene.begin(*containers)
    pid = scene.program.pid
    yield "the file itself", f"{os.path.getsize(scene.contender.path) / 1e6:.1f} MB"
    yield "with 100 containers: resident", f"{memory(pid, 'Rss') / 1000:.1f} MB"
    yield "… private dirty", f"{memory(pid, 'Private_Dirty') / 1000:.1f} MB"
    yield "… threads", len(os.listdir(f"/proc/{pid}/task"))
