"""Generates random rounds: a pure function of the campaign's seed and the round's number."""

import dataclasses
import random

from ..plan_generator import FAULTS

WRAPPED, PUBLISHED = 6, 6
CONTAINER_NAMES = [f"wrapped-{n}" for n in range(WRAPPED)] + [f"published-{n}" for n in range(PUBLISHED)]
EVERY = 0.3  # seconds from one operation to the next, on average

# Actions on a container, with their weights.
ACTIONS = {"run": 34, "start": 16, "stop": 9, "kill": 18, "signal": 5, "remove": 6, "restart": 8, "pause": 7}
ACTIONS |= {"ends": 9, "pid-1": 8, "shim": 2, "burst": 5}
# Faults of the other components: (target, fault), with their weights.
FAULTS_TO_INJECT = {
    ("watcher", "kill"): 6,
    ("watcher", "terminate"): 2,
    ("watcher", "pause"): 3,
    ("dockerd", "kill"): 2,
    ("dockerd", "terminate"): 1,
    ("dockerd", "pause"): 2,
    ("agent", "kill"): 2,
    ("agent", "forget"): 2,
    ("agent", "pause"): 3,
    ("socket", "fault"): 8,
}
SHARE_OF_FAULTS = 0.22
ENDING = ("KILL", "KILL", "KILL", "TERM", "INT")
HARMLESS = ("HUP", "CHLD", "WINCH")


@dataclasses.dataclass
class Round:
    seed: str
    number: int
    operations: int
    # (seconds from the beginning, whom it is done to, what, more about it), in order
    steps: list = dataclasses.field(default_factory=list)

    def __str__(self):
        lines = [
            f"{at:8.3f} {target}: {what} {format_details(more)}".rstrip()
            for at, target, what, more in self.steps
        ]
        return "\n".join([f"round {self.seed}/{self.number}, {len(self.steps)} steps", *lines])


def format_details(more):
    more = {key: round(value, 3) if isinstance(value, float) else value for key, value in more.items()}
    return " ".join(f"{key}={value}" for key, value in more.items() if value not in (None, False))


def generate_round(seed, number, operations=100):
    rng = random.Random(f"containers/{seed}/{number}")
    plan = Round(str(seed), number, operations)
    plan.steps = [(0.0, name, "run", _container(rng)) for name in CONTAINER_NAMES]
    for _ in range(operations):
        at = rng.uniform(2, 2 + EVERY * operations)
        if rng.random() < SHARE_OF_FAULTS:
            plan.steps += _faults(rng, at)
        else:
            plan.steps += _actions(rng, at)
    plan.steps += _simultaneous_faults(rng, 2 + EVERY * operations)
    plan.steps.sort(key=lambda step: step[0])
    return plan


def _simultaneous_faults(rng, at):
    """Several components are away together; meanwhile containers start and end without an event."""
    for target in rng.sample(sorted({target for target, _ in FAULTS_TO_INJECT}), rng.randrange(1, 4)):
        ways = [what for who, what in FAULTS_TO_INJECT if who == target]
        yield _fault(rng, at + rng.uniform(0, 0.3), (target, rng.choice(ways)), lasts=rng.uniform(0.5, 4))
    for name in rng.sample(CONTAINER_NAMES, rng.randrange(len(CONTAINER_NAMES))):
        what = rng.choice(("pid-1", "shim", "run", "run"))
        yield at + rng.uniform(0.2, 1.5), name, what, _container(rng) if what == "run" else {}


def _actions(rng, at):
    what = _weighted(rng, ACTIONS)
    if what == "burst":
        names = rng.sample(CONTAINER_NAMES, rng.randrange(3, len(CONTAINER_NAMES) + 1))
        return [(at, name, "kill", {"signal": "KILL"}) for name in names]
    more = {}
    if what == "run":
        more = _container(rng)
    elif what in ("kill", "signal"):
        more = {"signal": rng.choice(ENDING if what == "kill" else HARMLESS)}
    elif what == "ends":
        what, more = "kill", {"signal": rng.choice(("USR1", "USR2"))}
    elif what == "pause":
        more = {"lasts": rng.choice((None, rng.uniform(0.1, 4)))}
    return [(at, rng.choice(CONTAINER_NAMES), what, more)]


def _container(rng):
    """`again`: the engine starts it again when it ends by itself."""
    again = rng.random() < 0.3
    lives = None if again or rng.random() < 0.8 else rng.randrange(100, 8000)
    removed = not again and rng.random() < 0.2
    return {"again": again, "lives": lives, "rm": removed, "ttl": rng.choice((1, 3, 15))}


def _faults(rng, at):
    at, target, what, more = _fault(rng, at)
    yield at, target, what, more
    if more.get("live_restore") is False:
        # No container survived that.
        for name in rng.sample(CONTAINER_NAMES, len(CONTAINER_NAMES) // 2):
            yield at + more["lasts"] + rng.uniform(0, 4), name, "start", {}


def _fault(rng, at, fault=None, lasts=None):
    target, what = fault or _weighted(rng, FAULTS_TO_INJECT)
    more = {"lasts": lasts or rng.choice((0.05, rng.uniform(0.1, 3)))}
    if target == "dockerd" and what != "pause":
        more["live_restore"] = rng.random() < 0.6
    if target == "socket":
        more["mode"] = rng.choice(FAULTS)
    return at, target, what, more


def _weighted(rng, weights):
    return rng.choices(list(weights), weights.values())[0]
