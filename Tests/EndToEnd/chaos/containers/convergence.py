"""After the last fault: the agent's services converge on the running containers within the promised time."""

import time

from ...waiting import eventually
from ...watcher.real_engines import get
from ...watcher.servicewatcher import BACK
from ..run_times import SLACK
from .registry_sampler import registered

LABEL = "org.example.chaos"
# The agent retries an update that the servers didn't take after 15 s and a random pause; ae.go.
CATALOG = 45
EVERY = 0.05
STAYS = 0.5
# In any case: the engine restarts a container that ends at once more and more rarely.
LONGEST = 60


def settle(environment, containers, tracker, seen):
    """Records how long it took until both were equal and stayed so, or the differences that lasted too long."""
    ended, equal_since = time.monotonic(), None
    while True:
        now, moment = time.monotonic(), max(ended, tracker.last_change())
        differences, seen.disputed = compare(environment, containers, tracker)
        equal_since = None if differences else equal_since or now
        late = [one for one, allowed in differences if now > min(moment + allowed, ended + LONGEST)]
        # Engine and kernel see a start or an end at different times; if they still differ later, the engine is wrong.
        if seen.disputed and now <= moment + BACK:
            equal_since = None
        if late or equal_since and now - equal_since > STAYS:
            break
        time.sleep(EVERY)
    seen.settling = ended, moment, now
    seen.settled_in, seen.differences = max(0, (equal_since or now) - moment), late
    if not late:
        eventually(lambda: is_in_catalog(environment.agent), CATALOG, "the catalog as the agent", every=EVERY)


def compare(environment, containers, tracker):
    """The differences, each with the seconds that it may last; and the names of the containers that engine and
    kernel disagree about."""
    running = {one["Labels"][LABEL]: one["Id"] for one in get(environment.engine, "/containers/json") or []}
    disputed = {who.partition("#")[0] for who in running.keys() ^ tracker.living()}
    wanted = {containers[who.partition("#")[0]].service_id: identity for who, identity in running.items()}
    actual = registered(environment.agent) or {}
    owners = {named.service_id: named for named in containers.values()}
    differences = []
    for service in sorted(wanted.keys() | actual.keys()):
        want, has, named = wanted.get(service), actual.get(service), owners.get(service)
        if want != has and not (named and named.name in disputed):
            difference = f"{service}: runs {short(want)}, registered {short(has)}"
            differences.append((difference, BACK + SLACK + (named.heartbeat if named and want else 0)))
    return differences, sorted(disputed)


def short(identity):
    return identity[:12] if identity else "none"


def is_in_catalog(agent):
    node = agent.get(f"/v1/catalog/node/{agent.node}")
    return node and set(node["Services"]) - {"consul"} == set(agent.services())
