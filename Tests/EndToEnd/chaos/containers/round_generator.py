"""Rounds at random: a pure function of the campaign's seed and the round's number."""

import dataclasses
import random

from ..plan_generator import FAULTS

WRAPPED, PUBLISHED = 6, 6
SLOTS = [f"wrapped-{n}" for n in range(WRAPPED)] + [f"published-{n}" for n in range(PUBLISHED)]
EVERY = 0.3  # seconds from one operation to the next, on average

# What is done to a container, and how often.
DEEDS = {"run": 34, "start": 16, "stop": 9, "kill": 18, "signal": 5, "remove": 6, "restart": 8, "pause": 7}
DEEDS |= {"ends": 9, "pid-1": 8, "shim": 2, "burst": 5}
# What is done to everybody else: to whom, what, and how often.
TROUBLES = {
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
SHARE_OF_TROUBLES = 0.22
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
        lines = [f"{at:8.3f} {whom}: {what} {spelt(more)}".rstrip() for at, whom, what, more in self.steps]
        return "\n".join([f"round {self.seed}/{self.number}, {len(self.steps)} steps", *lines])


def spelt(more):
    more = {key: round(value, 3) if isinstance(value, float) else value for key, value in more.items()}
    return " ".join(f"{key}={value}" for key, value in more.items() if value not in (None, False))


def draft(seed, number, operations=100):
    rng = random.Random(f"containers/{seed}/{number}")
    plan = Round(str(seed), number, operations)
    plan.steps = [(0.0, slot, "run", _container(rng)) for slot in SLOTS]
    for _ in range(operations):
        at = rng.uniform(2, 2 + EVERY * operations)
        if rng.random() < SHARE_OF_TROUBLES:
            plan.steps += _troubles(rng, at)
        else:
            plan.steps += _deeds(rng, at)
    plan.steps += _finale(rng, 2 + EVERY * operations)
    plan.steps.sort(key=lambda step: step[0])
    return plan


def _finale(rng, at):
    """Some are away together, and meanwhile containers end and begin that nobody tells of."""
    for whom in rng.sample(sorted({whom for whom, _ in TROUBLES}), rng.randrange(1, 4)):
        ways = [what for who, what in TROUBLES if who == whom]
        yield _trouble(rng, at + rng.uniform(0, 0.3), (whom, rng.choice(ways)), lasts=rng.uniform(0.5, 4))
    for slot in rng.sample(SLOTS, rng.randrange(len(SLOTS))):
        what = rng.choice(("pid-1", "shim", "run", "run"))
        yield at + rng.uniform(0.2, 1.5), slot, what, _container(rng) if what == "run" else {}


def _deeds(rng, at):
    what = _weighted(rng, DEEDS)
    if what == "burst":
        slots = rng.sample(SLOTS, rng.randrange(3, len(SLOTS) + 1))
        return [(at, slot, "kill", {"signal": "KILL"}) for slot in slots]
    more = {}
    if what == "run":
        more = _container(rng)
    elif what in ("kill", "signal"):
        more = {"signal": rng.choice(ENDING if what == "kill" else HARMLESS)}
    elif what == "ends":
        what, more = "kill", {"signal": rng.choice(("USR1", "USR2"))}
    elif what == "pause":
        more = {"lasts": rng.choice((None, rng.uniform(0.1, 4)))}
    return [(at, rng.choice(SLOTS), what, more)]


def _container(rng):
    """`again`: the engine starts it again when it ends by itself."""
    again = rng.random() < 0.3
    lives = None if again or rng.random() < 0.8 else rng.randrange(100, 8000)
    removed = not again and rng.random() < 0.2
    return {"again": again, "lives": lives, "rm": removed, "ttl": rng.choice((1, 3, 15))}


def _troubles(rng, at):
    at, whom, what, more = _trouble(rng, at)
    yield at, whom, what, more
    if more.get("live_restore") is False:
        # Nobody lived through that.
        for slot in rng.sample(SLOTS, len(SLOTS) // 2):
            yield at + more["lasts"] + rng.uniform(0, 4), slot, "start", {}


def _trouble(rng, at, trouble=None, lasts=None):
    whom, what = trouble or _weighted(rng, TROUBLES)
    more = {"lasts": lasts or rng.choice((0.05, rng.uniform(0.1, 3)))}
    if whom == "dockerd" and what != "pause":
        more["live_restore"] = rng.random() < 0.6
    if whom == "socket":
        more["mode"] = rng.choice(FAULTS)
    return at, whom, what, more


def _weighted(rng, weights):
    return rng.choices(list(weights), weights.values())[0]
