"""Compares what a run observed with the promises of the README; it knows nothing of the implementation. Where
the order of events allows several outcomes, it accepts each of them."""

import signal

from . import registry_oracle
from .allowed_outcomes import outcomes, rewritten
from .run_times import ANSWER, SLACK, RunTimes, is_early, last_chance, was_faulty

MOST_MEMORY = 2048  # kB
# Six, and for each service while it talks to the agent, probes, and waits for a name server.
MOST_DESCRIPTORS, AND_PER_SERVICE = 6, 4


def violations(seen):
    """A line for each promise that was broken."""
    if seen.hung:
        return ["still there long after its end"]
    if not seen.first("started")[0] and seen.plan.kind not in ("missing", "early", "unready"):
        return ["the process was never started"]
    if seen.outcome not in (allowed := outcomes(seen.plan)):
        return [f"ended {seen.outcome}, predicted {sorted(allowed)}"]
    checks = (_end, _signals, _pauses, _processes, _resources, *registry_oracle.CHECKS)
    return [violation for check in checks for violation in check(seen, RunTimes(seen))]


def _end(seen, times):
    plan = seen.plan
    if plan.kind in ("missing", "killed") or not times.started:
        return
    others = (plan.wait_for_all or 0) / 1000 + 1 if plan.wait_for_all else 0
    if times.process_ended:
        took = times.ended - times.resumed(times.process_ended)
        answered = seen.sampler.was_reachable(times.process_ended, times.ended)
        calm = answered and not was_faulty(seen, times.ended)
        patience = last_chance(seen, times.process_ended - times.closing)
        if took > others + SLACK + (0 if calm else patience):
            yield f"ended {took:.2f} s after the process"
    elif times.stopped:
        took = times.ended - times.resumed(times.stopped)
        slowest = (plan.drain + (plan.stop_timeout or 0)) / 1000
        if took > ANSWER + slowest + last_chance(seen, ANSWER + slowest) + others + SLACK:
            yield f"ended {took:.2f} s after the stop signal"


# Signals


def _signals(seen, times):
    plan = seen.plan
    received = seen.all("signal")
    wanted = [rewritten(plan, number) for _, number in seen.sent]
    allowed = {signal.SIGCONT} | ({rewritten(plan, signal.SIGTERM)} if plan.kind == "unready" else set())
    for number in {number for _, number in received} - allowed:
        count, limit = sum(n == number for _, n in received), wanted.count(number)
        if count > limit:
            yield f"signal {number} reached the process {count} times, sent {limit} times"
    if times.started:
        yield from _latencies(seen, times, received)


def time_to_stop(seen):
    """From the stop signal to the process having it; None where that says nothing about us."""
    times = RunTimes(seen)
    number = times.stops and rewritten(seen.plan, times.stops[0][1])
    arrivals = [at for at, n in seen.all("signal") if n == number and at >= times.stopped]
    if arrivals and not seen.plan.drain and not times.paused:
        return arrivals[0] - times.stopped
    return None


def _latencies(seen, times, received):
    """Each reached a process that lived long enough for it."""
    plan = seen.plan
    frozen = min((at for at, _ in seen.all("stopping")), default=float("inf"))
    end = times.process_ended or _earliest_end(seen, times)
    last = last_sent = 0
    for at, number in seen.sent:
        number = rewritten(plan, number)
        if number in (0, signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT) or is_early(plan, at, seen):
            continue
        if number == signal.SIGTSTP and times.resumed(at) != at:
            # CONT undoes what is pending of it.
            continue
        is_stop, is_first = at in [stop for stop, _ in times.stops], at == times.stopped
        if is_stop and plan.stop[0] == "dies" or not is_stop and at > frozen - 0.1:
            continue
        # A second stop signal ends the waiting.
        bound = times.resumed(at) + SLACK + (ANSWER + plan.drain / 1000 if is_first else 0)
        arrivals, sent = [when for when, n in received if n == number and when >= at], times.resumed(at)
        if end > bound and not any(when <= bound for when in arrivals):
            late = f"{arrivals[0] - at:.2f} s late" if arrivals else "not at all"
            yield f"signal {number} reached the process {late}"
        if arrivals and not is_stop:
            if last > arrivals[0] and last_sent < sent - 0.25:
                yield f"signal {number} overtook another"
            last, last_sent = max(last, arrivals[0]), sent


def _earliest_end(seen, times):
    """Of a process that was killed, or ended by the signal itself."""
    plan = seen.plan
    if plan.stop[0] == "dies" and times.stopped:
        return times.resumed(times.stopped)
    return times.ended - last_chance(seen, 0) - (plan.wait_for_all or 0) / 1000


def _pauses(seen, times):
    """No sooner than asked for."""
    plan = seen.plan
    if len(times.stops) != 1 or plan.early:
        return
    at, number = times.stops[0]
    number = rewritten(plan, number)
    arrived = next((when for when, n in seen.all("signal") if n == number and when >= at), None)
    was_served = any(passing and at - 0.5 < asked < at for asked, *_, passing in seen.samples)
    is_expected = arrived and was_served and not plan.stale and not was_faulty(seen, at)
    if is_expected and arrived - at < plan.drain / 1000:
        yield f"drained for {arrived - at:.3f} s only"
    if plan.stop[0] == "ignores" and plan.kind == "ignores" and times.ended - at < plan.stop_timeout / 1000:
        yield f"killed {times.ended - at:.3f} s after the stop signal"


# Processes and what they cost


def _processes(seen, times):
    left = seen.first("left")[1]
    least, most = _may_be_left(seen, times)
    if not least <= left <= most:
        yield f"{left} processes left, {least} to {most} expected"
    if seen.zombies and not times.paused:
        yield f"{seen.zombies} zombies"


def _may_be_left(seen, times):
    plan = seen.plan
    storms = [act for act in plan.acts if act[1] == "orphans"]
    forked = [(at, act) for (at, _), act in zip(seen.all("forking"), storms)]
    lives = [(at, at + act[3] / 1000, act[2]) for at, act in forked]
    surely = sum(count for at, end, count in lives if at < times.ended - 0.3 and end > times.ended + 0.2)
    # Until each has forked once more and is gone, there are twice as many.
    perhaps = sum(count * 2 for _, end, count in lives if end > times.ended - 0.5)
    # A probe's command that was killed a moment ago.
    perhaps += plan.ready == "exec"
    if plan.mode == "pid-1":
        return 0, 0
    if plan.kind == "killed":
        return 0, perhaps + 1
    if plan.wait_for_all:
        return 0, int(plan.ready == "exec")
    return (0 if plan.group or plan.kind == "early" else surely), perhaps


def _resources(seen, times):
    if seen.most_memory > MOST_MEMORY:
        yield f"{seen.most_memory} kB of memory"
    if seen.most_descriptors > MOST_DESCRIPTORS + AND_PER_SERVICE * seen.plan.ports:
        yield f"{seen.most_descriptors} descriptors"
    # Standard ones, and the one for its records.
    if times.started and (count := seen.first("started")[1]) != 4:
        yield f"the process got {count} descriptors"
