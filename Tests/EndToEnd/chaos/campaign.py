"""Run after run with servicewrapper, each with an unruly process, random faults on the way to a real agent,
and random signals; each held against what was promised.

python3 -m Tests.EndToEnd.chaos.campaign
    --seed 1 --runs 1000         runs 1 to 1000 of seed 1
    --seed 1 --run 4711          this one again, with its log
    --seed 1 --runs 12 --broken  12 with each of the wrappers that break a promise; are all found?
"""

import argparse
import asyncio
import collections
import logging
import os
import re
import resource
import signal
import sys
import tempfile
import time
import traceback

from ..agent import Agent, keeping
from .agent_sampler import AgentSampler
from .broken_variants import BROKEN_VARIANTS, broken_plans
from .c_programs import compile_programs
from .network_namespace import enter_own_network
from .oracle import time_to_stop, violations
from .plan import join_words
from .plan_generator import generate_plan
from .single_run import Observed, perform

QUIET = 'log_level = "err" limits { http_max_conns_per_client = 4096 }'


class Campaign:
    """Runs in lanes: side by side where they share an agent, one after the other where their agent dies."""

    def __init__(self, folder, report):
        self._folder, self._report = folder, report
        self._samplers, self._sampling = {}, []
        self.kinds, self.faults, self.failed = collections.Counter(), collections.Counter(), []
        self.times_to_stop = []
        self.most_memory, self.runs, self.share_reachable = 0, 0, 1

    async def run(self, plans, side_by_side):
        plans = list(plans)
        lanes = {"shared": side_by_side, "forgets": 1, "keeps": 1}
        queues = {lane: collections.deque(plan for plan in plans if _lane(plan) == lane) for lane in lanes}
        try:
            for lane in lanes:
                if queues[lane]:
                    await self._start_agent(lane)
            workers = [self._work(lane, queues[lane]) for lane, count in lanes.items() for _ in range(count)]
            await asyncio.gather(*workers)
        finally:
            for sampling in self._sampling:
                sampling.cancel()
            for lane, sampler in self._samplers.items():
                if lane == "shared":
                    self.share_reachable = sampler.share_reachable()
                sampler.agent.kill()

    async def _start_agent(self, lane):
        mode = {"mode": keeping(os.path.join(self._folder, "data"))} if lane == "keeps" else {}
        agent = Agent(self._folder, node=lane, config=QUIET, **mode)
        agent.launch()
        self._samplers[lane] = AgentSampler(agent)
        self._sampling.append(asyncio.ensure_future(self._samplers[lane].sample_forever()))
        await self._samplers[lane].next_sample()

    async def _work(self, lane, queue):
        while queue:
            await self._samplers[lane].wait_until_fast()
            if not queue:
                return
            plan = queue.popleft()
            seen = Observed(plan, self._samplers[lane])
            try:
                await perform(plan, seen, self._folder)
                broken = violations(seen)
            except (OSError, ValueError, TypeError, AssertionError, TimeoutError):
                broken = [traceback.format_exc()]
            self._count(plan, seen, broken)

    def _count(self, plan, seen, broken):
        self.runs += 1
        if self.runs % 1000 == 0:
            self._report(f"{self.runs} runs, {len(self.failed)} failed")
        self.kinds[plan.kind] += 1
        self.faults.update({mode for _, mode in seen.modes if mode != "pass"})
        self.faults.update(
            {f"agent {join_words([what for _, what in plan.agent_faults])}" for _ in plan.agent_faults[:1]}
        )
        self.most_memory = max(self.most_memory, seen.most_memory)
        if took := time_to_stop(seen):
            self.times_to_stop.append(took)
        if broken:
            self.failed.append((plan, broken))
            self._report(f"FAILED {plan}")
            self._report("".join(f"    {one}\n" for one in broken) + event_log(seen))
            self._report(f"    again: make chaos SEED={plan.seed} RUN={plan.number}")


def _lane(plan):
    return "shared" if not plan.agent_faults else "keeps" if plan.keeps else "forgets"


def event_log(seen):
    """All that happened, in order, in seconds from the process's start."""
    start = seen.first("started", "init")[0] or 0
    events = [(at, f"{what} {number}") for at, what, number in seen.records]
    events += [(at, f"signal {number} sent") for at, number in seen.sent]
    events += [(at, f"proxy: {mode}") for at, mode in seen.modes]
    events += [(at, f"agent: {what}") for at, what in seen.agent_faults]
    events += [(at, "deregistered externally") for at in seen.deregistered_at]
    before = None
    for _, at, present, passing, _ in seen.samples:
        if (present, passing) != before:
            events.append((at, f"in Consul: {'passing' if passing else 'listed' if present else 'no'}"))
        before = present, passing
    lines = [f"    {at - start:+9.4f} {what}" for at, what in sorted(events)]
    return "\n".join(lines + [f"    {line}" for line in seen.log.splitlines()])


def summary(campaign, seconds):
    count, memory = len(campaign.failed), campaign.most_memory
    yield f"{campaign.runs} runs in {seconds:.0f} s, {count} failed; most memory {memory} kB"
    for what, counter in (("ends", campaign.kinds), ("faults", campaign.faults)):
        yield f"{what}: " + ", ".join(f"{name} {count}" for name, count in counter.most_common())
    yield f"Consul could be reached within 0.25 s for {campaign.share_reachable:.1%} of the time"
    if times := sorted(campaign.times_to_stop):
        half, most = (f"{times[place] * 1000:.1f} ms" for place in (len(times) // 2, -1))
        yield f"without a drain {len(times)} stop signals took {half} to the process (median), {most} at most"
    if campaign.failed:
        yield "failed: " + " ".join(str(plan.number) for plan, _ in campaign.failed)


def found(campaign, runs):
    """How many of the runs with each variant broke a promise, and which promises most of them."""
    for variant in BROKEN_VARIANTS:
        broken = [broken for plan, broken in campaign.failed if plan.variant == variant]
        words = collections.Counter(re.sub(r"[-+]?[0-9.]+( m?s\b)?", "…", ones[0]) for ones in broken)
        most = ", ".join(f"{what} ({count})" for what, count in words.most_common(3))
        yield f"{variant}: {len(broken)} of {runs}: {most}"


def run_campaign(plans, report=print, side_by_side=None):
    """A campaign that is over."""
    most = min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    # What our caller left open is not for the processes to find.
    for number in map(int, os.listdir("/proc/self/fd")):
        if number > 2 and os.path.exists(f"/proc/self/fd/{number}"):
            os.set_inheritable(number, False)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        compile_programs(folder)
        campaign = Campaign(folder, report)
        began = time.monotonic()
        asyncio.run(campaign.run(plans, side_by_side or 4 * os.cpu_count()))
    for line in summary(campaign, time.monotonic() - began):
        report(line)
    return campaign


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--run", type=int, help="this one alone, with its log")
    parser.add_argument("--side-by-side", type=int)
    parser.add_argument("--broken", action="store_true", help="with what breaks a promise")
    parser.add_argument("--plans", action="store_true", help="print the plans, and run none")
    arguments = parser.parse_args()
    numbers = range(arguments.first, arguments.first + arguments.runs)
    numbers = [arguments.run] if arguments.run is not None else numbers
    plans = [generate_plan(arguments.seed, number) for number in numbers]
    if arguments.broken:
        plans = list(broken_plans(arguments.seed, arguments.runs))
    if arguments.plans or arguments.run is not None:
        print(*plans, sep="\n", flush=True)
    if arguments.plans:
        return
    enter_own_network()
    report = (lambda line: None) if arguments.broken else print
    campaign = run_campaign(plans, report, arguments.side_by_side)
    if arguments.broken:
        print(*found(campaign, arguments.runs), sep="\n")
        sys.exit({plan.variant for plan, _ in campaign.failed} != set(BROKEN_VARIANTS))
    sys.exit(bool(campaign.failed))


if __name__ == "__main__":
    # At once, and what was started ends with us.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
