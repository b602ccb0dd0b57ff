"""What was promised of containers and what is registered, held against what was seen in a round."""

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


def complaints(seen):
    yield from seen.broken
    for difference in seen.differences:
        yield f"{seen.settled_in:.1f} s after the last fault {difference}"
    yield from _taken_out(seen)
    if seen.most_memory > MOST_MEMORY:
        yield f"servicewatcher took {seen.most_memory} kB"
    if seen.most_descriptors > MOST_DESCRIPTORS:
        yield f"servicewatcher had {seen.most_descriptors} descriptors open"


def _taken_out(seen):
    """Who lives stays registered, whoever else dies."""
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
    return life.slot.startswith("wrapped") and (not before or removal.appeared > before + ARRIVES)


def _is_excused(seen, removal, life):
    for struck, mended, what in troubles(seen, "agent"):
        if what == "forget" and struck <= removal.after and mended >= removal.before:
            return True
        # It may hear of the old life's end when the new one has registered.
        has_just_begun = struck - BEGUN <= life.since <= mended
        if what == "pause" and has_just_begun and removal.before <= mended + CATCHES_UP:
            return True
    return _was_told_to_stop(seen, removal, life)


def _was_told_to_stop(seen, removal, life):
    """By the engine; a wrapper that is paused then ends later."""
    stops = ("stop", "kill", "restart")
    told = [when for when, whom, what, _ in seen.events if whom == life.slot and what.split()[0] in stops]
    return any(life.since <= when <= removal.after for when in told)


def troubles(seen, whom):
    """(from, to, what) of what happened to it."""
    its = [(when, what) for when, who, what in seen.fates if who == whom]
    every = [(struck, mended, what) for (struck, what), (mended, _) in pairwise(its)]
    return [one for one in every if not one[2].startswith("mended")]
