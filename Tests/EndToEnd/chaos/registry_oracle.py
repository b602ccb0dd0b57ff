"""Compares what Consul reported with what the process did."""

import signal

from .plan import NEVER
from .run_times import ANSWER, SLACK, STOPS, lets_through, was_faulty

# A process that can be registered for so long was, and looked at. Where something was wrong before, the
# second comes on top of the first, and a third of the TTL: the longest pause between two tries.
REGISTERS_WITHIN, RECOVERS_WITHIN = 0.5, 0.7
# The next heartbeat reports a port that has closed: after a third of the TTL, and this.
REPORTED_WITHIN = 0.5
# If the agent was reachable for so long at the end, it was reached: retries are at most a third of the TTL apart.
LAST_TRY = 0.9


def _passing_only_while_listening(seen, times):
    """Passing only while the port accepts; where we can't say otherwise, no longer than the TTL."""
    plan = seen.plan
    if plan.ready == "none" or plan.stale:
        return
    first = times.listened[0][0] if times.listened else NEVER
    for asked, answered, present, passing, _ in seen.samples:
        if present and answered < first:
            yield "registered before it listened"
            return
        if (
            plan.ttl
            and passing
            and asked > _latest_reason_to_pass(seen, times, answered) + plan.ttl / 1000 + SLACK
        ):
            yield f"passing {asked - times.ended:+.2f} s from its end, though it didn't listen any more"
            return
        if plan.ttl and passing and first < asked < times.closing and not times.paused:
            closed = max(min(b, answered) for a, b in times.listened if a <= answered)
            calm = not was_faulty(seen, answered) and seen.sampler.was_reachable(closed, answered)
            if calm and asked > closed + plan.ttl / 3000 + REPORTED_WITHIN + (plan.ready == "exec"):
                yield f"still passing {asked - closed:.2f} s after it closed its port"
                return


def _stale_entry_not_passing(seen, times):
    """What an earlier life left behind is out of DNS at once, also while the process isn't ready."""
    if seen.plan.ready == "none":
        return
    if seen.plan.stale and times.started and not was_faulty(seen, times.ended) and not times.paused:
        first = times.listened[0][0] if times.listened else NEVER
        soon = times.started + SLACK
        for asked, answered, _, passing, _ in seen.samples:
            is_late = passing and soon < asked < times.ended and answered < first
            if is_late and seen.sampler.was_reachable(times.started, asked):
                yield "an earlier life's entry goes on passing"
                return


def _latest_reason_to_pass(seen, times, at):
    """When it listened last, or what was held up on the way to the agent came through."""
    listened = [min(b, at) for a, b in times.listened if a <= at]
    changes = [(before, when) for (_, before), (when, _) in zip(seen.modes, seen.modes[1:])]
    recovered = [when for before, when in changes if before == "hole" and when <= at]
    resumed = [when for when, what in seen.agent_faults if what in ("resume", "start") and when <= at]
    # A start isn't over at once, and what was kept is given its TTL anew.
    return max([*listened, *recovered, *(when + 5 for when in resumed)], default=0)


def _registered_while_serviceable(seen, times):
    """Passing whenever it could be for long enough."""
    plan = seen.plan
    if not plan.registers and any(present for _, _, present, *_ in seen.samples):
        yield "registered"
    if plan.registers and times.started:
        for since, until in _serviceable(seen, times):
            if not any(passing and since < answered < until for _, answered, *_, passing in seen.samples):
                yield f"not passing, though it could for {until - since:.2f} s"


def _deregistered_before_stop(seen, times):
    """Away before the process has its stop signal, where Consul answers."""
    if 0 < seen.plan.ttl < 1000:
        # Who takes a third of that for an answer has failed, and isn't waited for.
        return
    since = times.stopped or NEVER
    arrived = [at for at, n in seen.all("signal") if n in (*STOPS, signal.SIGQUIT) and at >= since]
    if len(times.stops) != 1 or seen.plan.early or not arrived:
        return
    if was_faulty(seen, arrived[0] + 0.05) or not seen.sampler.was_reachable(
        times.stopped, arrived[0] + 0.05
    ):
        return
    if arrived[0] - times.resumed(times.stopped) < ANSWER:
        if any(present and asked > arrived[0] for asked, _, present, *_ in seen.samples):
            yield "still listed after the process had its stop signal"


def _serviceable(seen, times):
    """Spans in which it listened, was left alone, and could reach Consul, long enough to be registered in."""
    plan, closing = seen.plan, times.closing
    if plan.ttl == 0 and was_faulty(seen, times.ended):
        # Paused for up to five seconds.
        return
    at_once = REGISTERS_WITHIN + (1 if plan.ready == "exec" else 0)
    # A refusal that nothing went before is repeated after a minute.
    until = min([at for at, mode in seen.modes if mode == "denied"], default=closing)
    ends = [at for at, _ in seen.modes[1:]] + [until]
    for place, (begin, end) in enumerate(
        times.listened if plan.ready != "none" else [(times.started, closing)]
    ):
        # It is looked at all the time until it listens for the first time, and then with each heartbeat.
        long = at_once + (plan.ttl / 3000 if place > 0 else 0)
        begin = max([begin, *(at for at in seen.deregistered_at if at < end)])
        for (since, mode), to in zip(seen.modes, ends):
            a, b = max(begin, since), min(end, to, until, closing)
            is_paused = any(one < b and other > a for one, other in times.paused)
            if lets_through(plan, mode) and not is_paused:
                recovered = (
                    seen.deregistered_at
                    or not seen.sampler.was_reachable(times.started, b)
                    or was_faulty(seen, b)
                )
                yield from _reachable(
                    seen, a, b, at_once + plan.ttl / 3000 + RECOVERS_WITHIN if recovered else long
                )


def _reachable(seen, a, b, long):
    for bad_from, bad_until in [*seen.sampler.unreachable, (b, b)]:
        if bad_until >= a and bad_from <= b:
            if bad_from - a >= long:
                yield a, bad_from
            a = max(a, bad_until)


def _nothing_left_registered(seen, times):
    plan = seen.plan
    # Who never heard of the agent doesn't know what an earlier life left.
    if not seen.entries or not plan.registers or plan.stale and was_faulty(seen, times.ended):
        return
    if seen.passes_on and not plan.stale:
        yield "left behind, and still passing after its TTL"
    if plan.kind == "killed" or plan.early:
        return
    # Whoever died of the signal itself did so after it; without a TTL, a pause may be longer than this.
    since = times.process_ended or times.stopped or times.ended
    if plan.ttl:
        since = max(since, times.ended - LAST_TRY)
    faults = [
        (max(at, since), mode)
        for (at, mode), (until, _) in zip(seen.modes, [*seen.modes[1:], (NEVER, None)])
        if until > since and at < times.ended and not lets_through(plan, mode)
    ]
    if not faults and seen.sampler.was_reachable(since - 0.1, times.ended):
        yield "left behind, though Consul could be reached"


CHECKS = (
    _passing_only_while_listening,
    _stale_entry_not_passing,
    _registered_while_serviceable,
    _deregistered_before_stop,
    _nothing_left_registered,
)
