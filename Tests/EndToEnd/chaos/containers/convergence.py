"""After the last fault: what the agent has becomes what runs, all of it within the time that was promised."""

import time

from ...waiting import eventually
from ...watcher.real_engines import get
from ...watcher.servicewatcher import BACK
from ..moments import SLACK
from .sampler import registered

LABEL = "org.example.chaos"
# What Consul's servers couldn't be told of they are told of again 15 s later, and a random pause; ae.go.
CATALOG = 45
EVERY = 0.05
STAYS = 0.5
# Whatever goes on; a container that ends as soon as it has begun is started ever more seldom.
LONGEST = 60


def settle(stage, slots, roll, seen):
    """Notes how long it took until all was equal and stayed so, or what is different for too long."""
    ended, equal_since = time.monotonic(), None
    while True:
        now, moment = time.monotonic(), max(ended, roll.last_change())
        differences, seen.disputed = compare(stage, slots, roll)
        equal_since = None if differences else equal_since or now
        late = [one for one, allowed in differences if now > min(moment + allowed, ended + LONGEST)]
        # Who ends or begins just now is seen by one of the two first; for longer, it is the engine that is wrong.
        if seen.disputed and now <= moment + BACK:
            equal_since = None
        if late or equal_since and now - equal_since > STAYS:
            break
        time.sleep(EVERY)
    seen.settling = ended, moment, now
    seen.settled_in, seen.differences = max(0, (equal_since or now) - moment), late
    if not late:
        eventually(lambda: is_in_catalog(stage.agent), CATALOG, "the catalog as the agent", every=EVERY)


def compare(stage, slots, roll):
    """What is different, each with the seconds that it may be; and whom engine and kernel disagree about."""
    running = {one["Labels"][LABEL]: one["Id"] for one in get(stage.engine, "/containers/json") or []}
    disputed = {who.partition("#")[0] for who in running.keys() ^ roll.living()}
    wanted = {slots[who.partition("#")[0]].service_id: identity for who, identity in running.items()}
    actual = registered(stage.agent) or {}
    owners = {slot.service_id: slot for slot in slots.values()}
    differences = []
    for service in sorted(wanted.keys() | actual.keys()):
        want, has, slot = wanted.get(service), actual.get(service), owners.get(service)
        if want != has and not (slot and slot.name in disputed):
            told = f"{service}: runs {short(want)}, registered {short(has)}"
            differences.append((told, BACK + SLACK + (slot.heartbeat if slot and want else 0)))
    return differences, sorted(disputed)


def short(identity):
    return identity[:12] if identity else "none"


def is_in_catalog(agent):
    node = agent.get(f"/v1/catalog/node/{agent.node}")
    return node and set(node["Services"]) - {"consul"} == set(agent.services())
