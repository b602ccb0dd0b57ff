"""What is done to each: a case yields rows and what came of them, durations in seconds, or words."""

import os
import time

from Tests.EndToEnd.waiting import eventually
from Tests.EndToEnd.watcher.real_engines import Told
from Tests.EndToEnd.wrapper import memory

from .case_run import NEVER, since

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
def one_by_one(case_run):
    containers = case_run.environment.some(5)
    case_run.begin()
    with Told(case_run.engine, "start") as started, Told(case_run.engine, "die") as died:
        for one in containers:
            case_run.do("start", one, begin=True)
            registered = case_run.registered(one)
            yield "a container starts → registered", since(started.when(one), registered)
            case_run.do("kill", one, begin=True)
            gone = case_run.gone(one)
            yield "`docker kill`: it dies → gone", since(died.when(one), gone)


@case(times=3)
def ended_otherwise(case_run):
    stopped, removed = case_run.environment.some(1)[0], case_run.environment.create()
    case_run.begin(stopped, removed)
    with Told(case_run.engine, "die") as died:
        for verb, one in (("stop", stopped), ("rm -f", removed)):
            case_run.do(verb, one, begin=True)
            gone = case_run.gone(one)
            yield f"`docker {verb}`: it dies → gone", since(died.when(one), gone)


@case(times=2)
def all_at_once(case_run):
    containers = case_run.environment.some(MANY)
    case_run.begin(*containers)
    with Told(case_run.engine, "die") as died:
        case_run.do("kill", *containers, begin=True)
        gone = case_run.gone(*containers)
        last = max(map(died.when, containers))
        yield f"{MANY} killed at once: the last dies → all gone", since(last, gone)


@case()
def killed_while_it_compares(case_run):
    """One after the other, over more than a `-resync`; then as long again."""
    containers = case_run.environment.some(MANY)
    case_run.begin(*containers)
    for one in containers:
        case_run.do("kill", one)
        time.sleep(0.1)
    case_run.gone(*containers)
    back = case_run.when(lambda: case_run.entries(*containers), within=7) is not NEVER
    yield f"{MANY} killed one after the other: does one stay or come back?", "yes" if back else "no"


# Consul


@case(times=4)
def agent_forgets(case_run):
    containers = case_run.environment.some(3)
    case_run.begin(*containers)
    case_run.agent.kill()
    case_run.agent.start()
    began = time.time()
    yield (
        "the agent is restarted and has lost everything → registered again",
        since(began, case_run.registered(*containers)),
    )


@case()
def consul_comes_later(case_run):
    (one,) = case_run.environment.some(1)
    case_run.run(one)
    case_run.agent.kill()
    case_run.start()
    ended = case_run.when(lambda: not case_run.program.is_running(), within=5) is not NEVER
    yield "Consul isn't there when it starts", "it ends" if ended else "it waits"
    case_run.agent.start()
    began = time.time()
    case_run.is_kept_up()
    yield "… and comes → registered", since(began, case_run.registered(one))


@case()
def consul_is_away(case_run):
    killed, started = case_run.environment.some(2)
    case_run.agent = case_run.environment.keeping
    case_run.begin(killed)
    case_run.agent.kill()
    case_run.do("kill", killed)
    case_run.run(started)
    # What it tries at once, it has tried.
    time.sleep(1)
    case_run.agent.start()
    began = time.time()
    yield "killed while Consul was away: Consul is back → gone", since(began, case_run.gone(killed))
    yield (
        "started while Consul was away: Consul is back → registered",
        since(began, case_run.registered(started)),
    )


# The engine


@case()
def engine_restarts(case_run):
    alive, killed, started = case_run.environment.some(3)
    case_run.begin(alive, killed)
    process = killed.pid
    case_run.environment.docker.end()
    killed.kill_process(process, "KILL")
    case_run.environment.docker.start("--live-restore")
    began = time.time()
    yield "dockerd is restarted", "it stays" if case_run.program.is_running() else "it ends"
    case_run.is_kept_up()
    gone = case_run.gone(killed)
    yield "… killed meanwhile: dockerd is back → gone", since(began, gone)
    with Told(case_run.engine, "start", "die") as told:
        case_run.do("start", started, begin=True)
        registered = case_run.registered(started)
        yield "… a container starts afterwards → registered", since(told.when(started), registered)
        case_run.do("kill", alive, begin=True)
        gone = case_run.gone(alive)
        yield "… one dies afterwards → gone", since(told.when(alive), gone)


# The program itself


@case()
def it_was_away(case_run):
    killed, removed, started = (
        case_run.environment.some(1)[0],
        case_run.environment.create(),
        case_run.environment.some(2)[1],
    )
    alive = case_run.environment.some(3)[2]
    case_run.begin(alive, killed, removed)
    case_run.end()
    case_run.do("kill", killed)
    case_run.do("rm -f", removed)
    case_run.run(started)
    began = time.time()
    case_run.start()
    yield "started while it was away: it is back → registered", since(began, case_run.registered(started))
    yield "killed while it was away: it is back → gone", since(began, case_run.gone(killed))
    yield "removed while it was away: it is back → gone", since(began, case_run.gone(removed))
    yield "killed and started again: entries of one container", case_run.entries(alive)


@case()
def host_is_renamed(case_run):
    (alive,) = case_run.environment.some(1)
    case_run.begin(alive)
    case_run.end()
    # A name that has an address: registrator asks for it.
    case_run.begin(alive, prefix=["unshare", "--uts", "sh", "-c", 'hostname localhost && exec "$@"', "sh"])
    case_run.when(lambda: case_run.entries(alive) == 1)
    yield "the host's name is changed: entries of one container", case_run.entries(alive)


@case(times=3, quick=True)
def told_to_end(case_run):
    containers = case_run.environment.some(3)
    case_run.begin(*containers)
    sent = case_run.program.send(15)
    _, ended = case_run.program.wait_until_ended()
    yield "SIGTERM → it has ended", ended - sent
    yield "… entries of 3 containers that it leaves", case_run.entries(*containers)


# Beside the wrapper


@case()
def wrapped(case_run):
    case_run.agent = case_run.environment.keeping
    folder = case_run.environment.socket_folder
    consul = f"CONSUL_HTTP_ADDR=unix://{case_run.agent.unix_path}"
    where = ["--volume", f"{folder}:{folder}", "--env", consul, "--env", "SERVICE_NAME=web"]
    one = case_run.environment.create(*where, words=["/servicewrapper", "--", "/waits"])
    case_run.begin()
    case_run.run(one)
    eventually(lambda: case_run.agent.in_catalog("web"), 10, "the wrapper's registration")
    case_run.registered(one, within=3)
    yield "a container with servicewrapper: entries of it", len(case_run.agent.in_catalog("web"))
    case_run.do("kill", one)
    case_run.when(lambda: not case_run.agent.in_catalog("web"), within=3)
    yield "… and 3 s after its `docker kill`", len(case_run.agent.in_catalog("web"))


# What it takes


@case()
def with_a_hundred(case_run):
    containers = case_run.environment.some(100)
    case_run.begin(*containers)
    pid = case_run.program.pid
    yield "the file itself", f"{os.path.getsize(case_run.contender.path) / 1e6:.1f} MB"
    yield "with 100 containers: resident", f"{memory(pid, 'Rss') / 1000:.1f} MB"
    yield "… private dirty", f"{memory(pid, 'Private_Dirty') / 1000:.1f} MB"
    yield "… threads", len(os.listdir(f"/proc/{pid}/task"))
