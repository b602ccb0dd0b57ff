"""The times in a run that the promises refer to."""

import signal

# A stop signal waits for Consul no longer than this, and its end no longer than that.
ANSWER, LAST_CHANCE = 0.3, 1.0
# After a refusal we retry for so long, counted from the beginning of the stop.
STOP_BUDGET = 3.0
# Modes that close the connection before the answer.
TURNING_AWAY = ("refuse", "cut", "reset", "half-close", "cut-answer")
# What a busy machine may add to any of it.
SLACK = 1.0
# What a request takes beside that, in ms.
OVERHEAD = 20
STOPS = (signal.SIGTERM, signal.SIGINT)


class RunTimes:
    """Each is None if it didn't occur."""

    def __init__(self, seen):
        plan = seen.plan
        self.ended = seen.first("exited", "killed")[0]
        self.started = seen.first("started")[0]
        late = [(at, number) for at, number in seen.sent if not is_early(plan, at, seen)]
        self.stops = [(at, number) for at, number in late if number in STOPS]
        self.stopped = self.stops[0][0] if self.stops else None
        # One that came at the very start may have been taken, or not.
        self._had_stop = min((at for at, number in seen.all("signal") if number in STOPS), default=None)
        # None if it was killed, or ended by a signal's default action: nothing reported it.
        self.process_ended = seen.first("ending")[0]
        self.listened = _listening(seen, self.process_ended or self.ended)
        self.paused = _pairs(seen.sent, signal.SIGSTOP, signal.SIGCONT, self.ended)

    def resumed(self, at):
        """When servicewrapper could act on what came then, perhaps just before it was stopped."""
        return max([at, *(b for a, b in self.paused if a - SLACK <= at <= b)])

    @property
    def closing(self):
        """From here on it takes itself out."""
        return min(at for at in (self.stopped, self._had_stop, self.process_ended, self.ended) if at)


def _pairs(events, begin, end, until):
    starts = [at for at, what in events if what == begin]
    ends = [at for at, what in events if what == end]
    return [(start, min([at for at in ends if at > start], default=until)) for start in starts]


def _listening(seen, until):
    spans, since = [], None
    for at, what, _ in sorted(seen.records):
        if what == "listening":
            since = since or at
        elif since and what in ("closed", "stopping"):
            spans.append((since, at))
            since = None
    return spans + ([(since, until)] if since else [])


def was_faulty(seen, until):
    """A mere delay makes an update fail whose TTL is short, and an agent that failed last isn't waited for."""
    return bool(seen.agent_faults or [mode for at, mode in seen.modes if mode != "pass" and at < until])


def lets_through(plan, mode):
    """Whether Consul can be reached: both ways are delayed, and an answer must take less than a third of the
    TTL."""
    delay = max((fault[1] for _, fault in plan.proxy_modes if isinstance(fault, tuple)), default=0)
    is_slow = plan.ttl and 2 * delay + OVERHEAD > plan.ttl / 3
    return mode == "pass" or mode == "delay" and not is_slow


def last_chance(seen, left):
    """What Consul may take of the time from the process's end on, which came so long after we began to leave."""
    is_turned_away = seen.agent_faults or any(mode in TURNING_AWAY for _, mode in seen.modes)
    return max(LAST_CHANCE, STOP_BUDGET - left) if is_turned_away else LAST_CHANCE


def is_early(plan, at, seen):
    return plan.early is not None and (at, plan.early[1]) == next(iter(seen.sent), None)
