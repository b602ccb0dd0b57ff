"""The registry is true: what Consul said, held against what the process did."""

import signal

from .moments import ANSWER, SLACK, STOPS, lets_through, was_faulty
from .plan import NEVER

# A process that can be registered for so long was, and looked at. Where something was wrong before, the
# second comes on top of the first, and a third of the TTL: the longest pause between two tries.
REGISTERS_WITHIN, MENDS_WITHIN = 0.5, 0.7
# Of a port that closes the agent is told with the next heartbeat, after a third of the TTL and this.
TOLD_WITHIN = 0.5
# Reached for so long at the end, Consul was told: the longest pause between two tries is a third of the TTL.
LAST_TRY = 0.9


def _truth(seen, story):
    """Passing only while the port accepts; where we can't say otherwise, no longer than the TTL."""
    plan = seen.plan
    if plan.ready == "none" or plan.stale:
        return
    first = story.listened[0][0] if story.listened else NEVER
    for asked, answered, present, passing, _ in seen.sightings:
        if present and answered < first:
            yield "registered before it listened"
            return
        if plan.ttl and passing and asked > _last_excuse(seen, story, answered) + plan.ttl / 1000 + SLACK:
            yield f"passing {asked - story.ended:+.2f} s from its end, though it didn't listen any more"
            return
        if plan.ttl and passing and first < asked < story.closing and not story.paused:
            closed = max(min(b, answered) for a, b in story.listened if a <= answered)
            calm = not was_faulty(seen, answered) and seen.watch.was_reachable(closed, answered)
            if calm and asked > closed + plan.ttl / 3000 + TOLD_WITHIN + (plan.ready == "exec"):
                yield f"still passing {asked - closed:.2f} s after it closed its port"
                return


def _stale(seen, story):
    """What an earlier life left behind is out of DNS at once, also while the process isn't ready."""
    if seen.plan.ready == "none":
        return
    if seen.plan.stale and story.started and not was_faulty(seen, story.ended) and not story.paused:
        first = story.listened[0][0] if story.listened else NEVER
        soon = story.started + SLACK
        for asked, answered, _, passing, _ in seen.sightings:
            is_late = passing and soon < asked < story.ended and answered < first
            if is_late and seen.watch.was_reachable(story.started, asked):
                yield "an earlier life's entry goes on passing"
                return


def _last_excuse(seen, story, at):
    """When it listened last, or what was held up on the way to the agent came through."""
    listened = [min(b, at) for a, b in story.listened if a <= at]
    changes = [(before, when) for (_, before), (when, _) in zip(seen.modes, seen.modes[1:])]
    mended = [when for before, when in changes if before == "hole" and when <= at]
    resumed = [when for when, what in seen.fates if what in ("resume", "start") and when <= at]
    # A start isn't over at once, and what was kept is given its TTL anew.
    return max([*listened, *mended, *(when + 5 for when in resumed)], default=0)


def _registration(seen, story):
    """Passing whenever it could be for long enough."""
    plan = seen.plan
    if not plan.registers and any(present for _, _, present, *_ in seen.sightings):
        yield "registered"
    if plan.registers and story.started:
        for since, until in _serviceable(seen, story):
            if not any(passing and since < answered < until for _, answered, *_, passing in seen.sightings):
                yield f"not passing, though it could for {until - since:.2f} s"


def _withdrawal(seen, story):
    """Away before the process has its stop signal, where Consul answers."""
    if 0 < seen.plan.ttl < 1000:
        # Who takes a third of that for an answer has failed, and isn't waited for.
        return
    since = story.stopped or NEVER
    arrived = [at for at, n in seen.all("signal") if n in (*STOPS, signal.SIGQUIT) and at >= since]
    if len(story.stops) != 1 or seen.plan.early or not arrived:
        return
    if was_faulty(seen, arrived[0] + 0.05) or not seen.watch.was_reachable(story.stopped, arrived[0] + 0.05):
        return
    if arrived[0] - story.resumed(story.stopped) < ANSWER:
        if any(present and asked > arrived[0] for asked, _, present, *_ in seen.sightings):
            yield "still listed after the process had its stop signal"


def _serviceable(seen, story):
    """Spans in which it listened, was left alone, and could reach Consul, long enough to be registered in."""
    plan, closing = seen.plan, story.closing
    if plan.ttl == 0 and was_faulty(seen, story.ended):
        # Paused for up to five seconds.
        return
    at_once = REGISTERS_WITHIN + (1 if plan.ready == "exec" else 0)
    # A refusal that nothing went before is repeated after a minute.
    until = min([at for at, mode in seen.modes if mode == "denied"], default=closing)
    ends = [at for at, _ in seen.modes[1:]] + [until]
    for place, (begin, end) in enumerate(
        story.listened if plan.ready != "none" else [(story.started, closing)]
    ):
        # It is looked at all the time until it listens for the first time, and then with each heartbeat.
        long = at_once + (plan.ttl / 3000 if place > 0 else 0)
        begin = max([begin, *(at for at in seen.meddled if at < end)])
        for (since, mode), to in zip(seen.modes, ends):
            a, b = max(begin, since), min(end, to, until, closing)
            is_paused = any(one < b and other > a for one, other in story.paused)
            if lets_through(plan, mode) and not is_paused:
                mended = seen.meddled or not seen.watch.was_reachable(story.started, b) or was_faulty(seen, b)
                yield from _reachable(
                    seen, a, b, at_once + plan.ttl / 3000 + MENDS_WITHIN if mended else long
                )


def _reachable(seen, a, b, long):
    for bad_from, bad_until in [*seen.watch.bad, (b, b)]:
        if bad_until >= a and bad_from <= b:
            if bad_from - a >= long:
                yield a, bad_from
            a = max(a, bad_until)


def _farewell(seen, story):
    plan = seen.plan
    # Who never heard of the agent doesn't know what an earlier life left.
    if not seen.entries or not plan.registers or plan.stale and was_faulty(seen, story.ended):
        return
    if seen.passes_on and not plan.stale:
        yield "left behind, and still passing after its TTL"
    if plan.kind == "killed" or plan.early:
        return
    # Whoever died of the signal itself did so after it; without a TTL, a pause may be longer than this.
    since = story.process_ended or story.stopped or story.ended
    if plan.ttl:
        since = max(since, story.ended - LAST_TRY)
    faults = [
        (max(at, since), mode)
        for (at, mode), (until, _) in zip(seen.modes, [*seen.modes[1:], (NEVER, None)])
        if until > since and at < story.ended and not lets_through(plan, mode)
    ]
    if not faults and seen.watch.was_reachable(since - 0.1, story.ended):
        yield "left behind, though Consul could be reached"


JUDGES = (_truth, _stale, _registration, _withdrawal, _farewell)
