"""Round after round with containers of a real engine, a real agent and servicewatcher: containers are run,
killed, stopped, paused; the watcher, the engine, the agent and the way between fail. At the end what is
registered is what runs, and meanwhile no living container is deregistered.

python3 -m Tests.EndToEnd.chaos.containers.container_campaign
    --seed 1 --rounds 20    rounds 1 to 20 of seed 1
    --seed 1 --round 7      this one again, with its log
    --broken                with watchers that break a promise; are all found?
"""

import argparse
import collections
import logging
import signal
import sys
import tempfile
import time
import traceback

from ..network_namespace import enter_own_network
from .container_broken_variants import BROKEN_VARIANTS, NONE
from .container_oracle import violations
from .round_environment import RoundEnvironment
from .round_generator import generate_round
from .single_round import Seen, perform


def run_round(plan, variant=NONE):
    """What was seen, and what was wrong with it."""
    seen = Seen(plan)
    with tempfile.TemporaryDirectory(prefix="chaos-containers-") as folder:
        try:
            with RoundEnvironment(folder, f"{plan.seed}/{plan.number}", variant) as environment:
                perform(plan, environment, seen)
        except (OSError, ValueError, AssertionError):
            seen.broken.append(traceback.format_exc())
    return seen, list(violations(seen))


def event_log(seen):
    """All that happened, in order, in seconds from the first operation."""
    events = [(at, f"{target}: {what}: {how}") for at, target, what, how in seen.events]
    events += [(life.since, f"{life.who} begins") for life in seen.lives]
    events += [(life.until, f"{life.who} ends") for life in seen.lives if life.until < float("inf")]
    events += [(at, f"{target}: {what}") for at, target, what in seen.faults]
    events += [(one.after, f"{one.service} of {seen.name(one.container)} gone") for one in seen.removals]
    events += zip(seen.settling, ("every fault has ended", "nothing has changed since", "settled"))
    events.sort()
    start = events[0][0] if events else 0
    lines = [f"    {at - start:+9.3f} {what}" for at, what in events]
    return "\n".join(lines + [f"    {line}" for line in seen.log.splitlines()])


class Tally:
    """Of all rounds."""

    def __init__(self, report):
        self._report = report
        self.rounds, self.failed, self.times = 0, [], []
        self.counts, self.most_memory = collections.Counter(), 0

    def add(self, seen, broken):
        plan = seen.plan
        self.rounds += 1
        self.times += [seen.settled_in] if seen.settled_in is not None else []
        deaths = sum(life.until < float("inf") for life in seen.lives)
        self.most_memory = max(self.most_memory, seen.most_memory)
        self.counts.update(operations=len(seen.events), lives=len(seen.lives), deaths=deaths)
        self.counts.update(samples=seen.samples, disputed=len(seen.disputed))
        settled = f"settled in {seen.settled_in:.1f} s" if seen.settled_in is not None else "never settled"
        counted = f"{len(seen.lives)} lives, {deaths} deaths"
        self._report(f"round {plan.number}: {counted}, {settled}, {seen.most_memory} kB")
        if broken:
            self.failed.append(plan.number)
            self._report(f"FAILED {plan.seed}/{plan.number}")
            self._report("".join(f"    {one}\n" for one in broken) + event_log(seen))
            self._report(f"    again: make chaos-containers SEED={plan.seed} ROUND={plan.number}")

    def summary(self, seconds):
        counted = ", ".join(f"{count:,} {what}" for what, count in self.counts.items())
        yield f"{self.rounds} rounds in {seconds:.0f} s, {len(self.failed)} failed; {counted}"
        yield f"most memory {self.most_memory} kB"
        if times := sorted(self.times):
            half, most = times[len(times) // 2], times[-1]
            yield f"registered as it runs {half:.1f} s after the last fault (median), {most:.1f} s at most"
        if self.failed:
            yield "failed: " + " ".join(map(str, self.failed))


def run_campaign(plans, with_log):
    tally, began = Tally(lambda line: print(line, flush=True)), time.monotonic()
    for plan in plans:
        if with_log:
            print(plan, flush=True)
        seen, broken = run_round(plan)
        if with_log and not broken:
            print(event_log(seen), flush=True)
        tally.add(seen, broken)
    print(*tally.summary(time.monotonic() - began), sep="\n")
    return not tally.failed


def run_variants(variants, seed, operations):
    """Whether each is found, in the first round or the next two."""
    are_found = True
    for name in variants:
        broken = []
        for number in range(1, 4):
            broken = broken or run_round(generate_round(seed, number, operations), BROKEN_VARIANTS[name])[1]
        print(f"{name}: {broken[0].splitlines()[-1] if broken else 'NOT FOUND'}", flush=True)
        are_found &= bool(broken)
    return are_found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--round", type=int, help="this one alone, with its log")
    parser.add_argument("--operations", type=int, default=100, help="in each round")
    parser.add_argument("--broken", nargs="?", const="", help="with what breaks a promise, or this alone")
    arguments = parser.parse_args()
    enter_own_network()
    # Connections that break are what it is about.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    if arguments.broken is not None:
        variants = [arguments.broken] if arguments.broken else BROKEN_VARIANTS
        sys.exit(not run_variants(variants, arguments.seed, arguments.operations))
    numbers = range(arguments.first, arguments.first + arguments.rounds)
    numbers = [arguments.round] if arguments.round is not None else numbers
    plans = [generate_round(arguments.seed, number, arguments.operations) for number in numbers]
    sys.exit(not run_campaign(plans, arguments.round is not None))


if __name__ == "__main__":
    # At once, and what was started ends with us.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
