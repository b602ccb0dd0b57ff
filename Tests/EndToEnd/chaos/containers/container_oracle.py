"""Compares what a round observed with the promises about containers and registrations."""

from itertools import pairwise

MOST_MEMORY = 2_000_000 / 1024  # kB
MOST_DESCRIPTORS = 10
# The old life's registration may be taken out when the new one has just begun: what the watcher asked right
# before may be so old.
BEGUN = 1.5
# What the old life's wrapper has sent arrives within this.
ARRIVES = 0.3
# Its own wrapper takes it out so long before it ends, at most: a stop that was begun, and its last second.
ENDING = 2.0
# The agent does what waited for it while it was paused within this.
CATCHES_UP = 1.0


def violations(seen):
    yield from seen.broken
    for difference in seen.differences:
        yield f"{seen.settled_in:.1f} s after the last fault {difference}"
    yield from _living_deregistered(seen)
    if seen.most_memory > MOST_MEMORY:
        yield f"servicewatcher took {seen.most_memory} kB"
    if seen.most_descriptors > MOST_DESCRIPTORS:
        yield f"servicewatcher had {seen.most_descriptors} descriptors open"


def _living_deregistered(seen):
    """A living container stays registered when others die."""
    for removal in seen.removals:
        who = seen.name(removal.container)
        for life in seen.lives:
            since = removal.before if _is_of(life, removal, seen) else removal.before - BEGUN
            is_it = life.who == who and life.covers(since, removal.after + ENDING)
            if is_it and not _is_excused(seen, removal, life):
                age = removal.after - life.since
                yield f"{removal.service} of {who} taken out after {age:.2f} s, and it lived on"


def _is_of(life, removal, seen):
    """Whether only this life's wrapper can have registered it."""
    earlier = [one.until for one in seen.lives if one.who == life.who and one.since < life.since]
    before = max(earlier, default=0)
    return life.container_name.startswith("wrapped") and (not before or removal.appeared > before + ARRIVES)


def _is_excused(seen, removal, life):
    for began, ended, what in faults_of(seen, "agent"):
        if what == "forget" and began <= removal.after and ended >= removal.before:
            return True
        # It may hear of the old life's end when the new one has registered.
        has_just_begun = began - BEGUN <= life.since <= ended
        if what == "pause" and has_just_begun and removal.before <= ended + CATCHES_UP:
            return True
    return _was_told_to_stop(seen, removal, life)


def _was_told_to_stop(seen, removal, life):
    """By the engine; a wrapper that is paused then ends later."""
    stops = ("stop", "kill", "restart")
    stopped = [
        when
        for when, target, what, _ in seen.events
        if target == life.container_name and what.split()[0] in stops
    ]
    return any(life.since <= when <= removal.after for when in stopped)


def faults_of(seen, target):
    """(from, to, what) of what happened to it."""
    its = [(when, what) for when, who, what in seen.faults if who == target]
    every = [(began, ended, what) for (began, what), (ended, _) in pairwise(its)]
    return [one for one in every if not one[2].startswith("ended")]
