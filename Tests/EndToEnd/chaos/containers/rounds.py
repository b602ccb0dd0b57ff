"""One round: what is planned is done, one thing after the other to each, side by side to all; then all faults
end."""

import time
from functools import partial

from ...waiting import eventually
from .acting import Actor
from .container_actions import LONGEST, Slot
from .container_oracle import BEGUN
from .convergence import settle
from .liveness import RollCall
from .round_generator import SLOTS, spelt
from .sampler import Census, registered

OVER = 90  # seconds after the last step, by which everything is done


class Seen:
    """What happened, in seconds of CLOCK_MONOTONIC."""

    def __init__(self, plan):
        self.plan, self.events = plan, []  # (when, whom, what, how it went)
        self.identities = {}  # by `who`
        self.lives, self.fates, self.removals = [], [], []
        self.settled_in, self.differences, self.disputed, self.settling = None, [], [], ()
        self.most_memory, self.most_descriptors, self.looks, self.log = 0, 0, 0, ""
        self.broken = []

    def name(self, container):
        """`who` has this ID."""
        return next((who for who, identity in self.identities.items() if identity == container), None)


def perform(plan, stage, seen):
    with RollCall() as roll, Census(stage) as census:
        slots = {name: Slot(name, stage, roll, seen) for name in SLOTS}
        others = ("watcher", "dockerd", "agent", "socket", "spoiler")
        everybody = {whom: Actor(seen) for whom in (*SLOTS, *others)}
        try:
            if stage.spoiler.takes_out:
                everybody["spoiler"].do("somebody", "takes out", lambda: _take_out(stage, slots, roll))
            _play(plan, stage, slots, everybody)
            _end_all_faults(slots, everybody)
            settle(stage, slots, roll, seen)
        finally:
            seen.lives, seen.fates, seen.removals = roll.lives, stage.fates, census.removals
            seen.looks, seen.log = census.looks, stage.log()
            seen.most_memory, seen.most_descriptors = census.most_memory, census.most_descriptors
            for actor in everybody.values():
                actor.end()


def _take_out(stage, slots, roll):
    """Who has lived for long enough to be missed."""
    taken = []
    for _ in range(5):

        def who():
            lives = [life for life in list(roll.lives) if life.is_older_than(2 * BEGUN) and life not in taken]
            services = registered(stage.agent) or {}
            return [life for life in lives if slots[life.slot].service_id in services]

        taken.append(eventually(who, LONGEST, "somebody who lives", every=0.1)[0])
        stage.agent.put(f"/v1/agent/service/deregister/{slots[taken[-1].slot].service_id}")
    return " ".join(life.who for life in taken)


def _play(plan, stage, slots, everybody):
    began = time.monotonic()
    for at, whom, what, more in plan.steps:
        time.sleep(max(0, began + at - time.monotonic()))
        act = slots[whom].do if whom in slots else partial(_trouble, stage, whom)
        everybody[whom].do(whom, f"{what} {spelt(more)}".rstrip(), partial(act, what, more))
    wait_for(everybody.values())


def _trouble(stage, whom, what, more):
    stage.strike(whom, what, more)
    time.sleep(more["lasts"])
    stage.mend(whom, what)


def _end_all_faults(slots, everybody):
    """Each fault has ended with its step. A wrapper that is paused can't do anything."""
    for name, slot in slots.items():
        if slot.is_wrapped:
            everybody[name].do(name, "unpause", slot.unpause)
    wait_for(everybody.values())


def wait_for(actors):
    eventually(lambda: all(actor.is_done() for actor in actors), OVER, "every operation done", every=0.02)
