"""One run: servicewrapper, an unruly process, a faulty way to an agent, and all that was seen of it."""

import asyncio
import os
import random
import signal
import socket
import time

from ..ports import free_port
from ..wrapper import clean_environment, descriptors, memory
from .commands import command, standard_error
from .plan import LIFETIME
from .proxy import FaultProxy

# Beyond all that the plan and the promises allow.
PATIENCE = 5.0


class Observed:
    """What happened, in seconds of CLOCK_MONOTONIC."""

    def __init__(self, plan, sampler):
        self.plan, self.sampler = plan, sampler
        self.records = []  # (when, what, number): of the process and of the ward
        self.sent = []  # (when, signal)
        self.samples = []  # (asked, answered, one is listed, one is passing, all are passing)
        self.modes = []  # the proxy's (when, mode)
        self.agent_faults = []  # (when, what) of the agent
        self.deregistered_at = []
        self.most_memory, self.most_descriptors, self.zombies = 0, 0, 0
        self.entries, self.passes_on, self.hung, self.log = [], False, False, ""

    def all(self, *whats):
        return [(when, number) for when, what, number in sorted(self.records) if what in whats]

    def first(self, *whats):
        return next(iter(self.all(*whats)), (None, None))

    @property
    def outcome(self):
        return next(((what, n) for _, what, n in self.records if what in ("exited", "killed")), None)


async def perform(plan, seen, tools):
    """`tools`: the folder of the compiled programs, where logs are written too."""
    run = _Run(plan, seen, tools)
    try:
        await run.start()
        await run.live()
    finally:
        await run.end()


class _Run:
    def __init__(self, plan, seen, tools):
        self.plan, self.seen, self.sampler, self.tools = plan, seen, seen.sampler, tools
        self.proxy = FaultProxy(self.sampler.agent.http, free_port(), random.Random(plan.name))
        self.ward, self.init, self.log_path = None, None, os.path.join(tools, f"{plan.name}.log")
        self.began, self.over = asyncio.Event(), asyncio.Event()
        self._descriptors, self._reading = [], None
        self.ports = [free_port() for _ in range(plan.ports)]
        self.ids = [f"{plan.name}-{socket.gethostname()}-{port}" for port in self.ports]

    async def start(self):
        await self.proxy.set(self.plan.proxy_modes[0][1] if self.plan.proxy_modes else "pass")
        if self.plan.stale:
            await self.sampler.register_stale(self.plan.name, self.ids[0])
        self.sampler.runs[self.plan.name] = self.ids, self.plan.ttl > 0, self.seen.samples
        ready, theirs = os.pipe()
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(ready, "rb")
        )
        error, other_end = standard_error(self.plan.stderr, self.log_path)
        self._descriptors += [other_end] if other_end else []
        actions = [(os.POSIX_SPAWN_OPEN, number, "/dev/null", os.O_RDWR, 0) for number in (0, 1)]
        actions += [(os.POSIX_SPAWN_DUP2, error, 2), (os.POSIX_SPAWN_DUP2, theirs, 3)]
        ward = [f"{self.tools}/ward", self.plan.mode]
        ward += command(self.plan, self.ports, f"{self.plan.host}:{self.proxy.port}", self.tools)
        self.ward = os.posix_spawn(ward[0], ward, clean_environment(), file_actions=actions, setsid=True)
        os.close(theirs)
        os.close(error)
        self._reading = asyncio.ensure_future(self._read(reader))

    async def _read(self, reader):
        while line := await reader.readline():
            when, what, number = line.decode().split()
            self.seen.records.append((int(when) / 1e9, what, int(number)))
            if what == "init":
                self._on_init_started(int(number))
            elif what == "started":
                self.began.set()
            elif what == "left":
                break
        self.over.set()

    def _on_init_started(self, pid):
        try:
            self.init = pid, os.pidfd_open(pid)
            self._descriptors.append(self.init[1])
        except ProcessLookupError:
            return
        if self.plan.early:
            delay, number = self.plan.early
            asyncio.get_running_loop().call_later(delay / 1e6, self._send, number)

    # Its life

    async def live(self):
        await self._either(self.began, 10)
        base = self.seen.first("started")[0] or time.monotonic()
        acting = asyncio.ensure_future(self._act(base))
        await self._either(self.over, self.plan.last / 1000 + self._allowed() + PATIENCE)
        acting.cancel()
        self.seen.hung = not self.over.is_set()

    def _allowed(self):
        plan = self.plan
        slowest = max(plan.stop[1] if plan.stop[0] == "obeys" else 0, plan.stop_timeout or 0)
        pauses = sum(after[0] - before[0] for before, after in self._pauses())
        return 2.3 + (plan.drain + min(slowest, 1000) + (plan.wait_for_all or 0) + pauses) / 1000

    def _pauses(self):
        stops = [sent for sent in self.plan.signals if sent[1] == signal.SIGSTOP]
        return zip(stops, [sent for sent in self.plan.signals if sent[1] == signal.SIGCONT])

    async def _either(self, event, within):
        waits = [asyncio.ensure_future(one.wait()) for one in (event, self.over)]
        await asyncio.wait(waits, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()

    async def _act(self, base):
        plan = self.plan
        steps = [(at, self._send, number) for at, number in plan.signals]
        steps += [(at, self.proxy.set, mode) for at, mode in plan.proxy_modes[1:]]
        steps += [(at, self._agent_fault, what) for at, what in plan.agent_faults]
        steps += [(at, self._deregister_externally, None) for at in plan.external_deregistrations]
        steps += [(at, self._look, None) for at in self._looks()]
        for at, do, with_what in sorted(steps, key=lambda step: step[0]):
            await asyncio.sleep(base + at / 1000 - time.monotonic())
            waited_for = do(with_what)
            if waited_for:
                await waited_for

    def _send(self, number):
        """Timed before it is sent: it can't arrive earlier."""
        self.seen.sent.append((time.monotonic(), int(number)))
        try:
            signal.pidfd_send_signal(self.init[1], number)
        except (OSError, TypeError):
            self.seen.sent.pop()

    def _agent_fault(self, what):
        agent = self.sampler.agent
        self.seen.agent_faults.append((time.monotonic(), what))
        {"kill": agent.kill, "start": agent.launch, "pause": agent.pause, "resume": agent.resume}[what]()

    async def _deregister_externally(self, _):
        for service_id in self.ids:
            await self.sampler.deregister(service_id)
        self.seen.deregistered_at.append(time.monotonic())

    def _looks(self):
        """Just before the end; and when all that a storm left must be reaped."""
        plan = self.plan
        brief = [act[0] + act[3] + 500 for act in plan.acts if act[1] == "orphans" and act[3] < LIFETIME]
        return [max(plan.last - 30, 1), *(at for at in brief if at < plan.last)]

    async def _look(self, _):
        try:
            pid = self.init[0]
            self.seen.most_memory = max(self.seen.most_memory, memory(pid, "Rss"))
            self.seen.most_descriptors = max(self.seen.most_descriptors, descriptors(pid))
            before = self._zombies(pid)
            if before:
                await asyncio.sleep(0.05)
                self.seen.zombies = max(self.seen.zombies, len(before & self._zombies(pid)))
        except (OSError, TypeError, StopIteration):
            pass

    @staticmethod
    def _zombies(pid):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return {child for child in children.read().split() if _is_zombie(child)}

    # Its end

    async def end(self):
        seen, plan = self.seen, self.plan
        if self.ward and not self.over.is_set():
            # What it started dies with the ward, and with the namespace.
            os.kill(self.ward, signal.SIGKILL)
            if self.init:
                self._kill_init()
        if self.ward:
            await asyncio.to_thread(os.waitpid, self.ward, 0)
        if self._reading:
            self._reading.cancel()
        seen.modes = self.proxy.history[:]
        await self.proxy.close()
        await self._query_agent(seen)
        self.sampler.runs.pop(plan.name, None)
        for number in self._descriptors:
            os.close(number)
        if os.path.exists(self.log_path):
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                seen.log = log.read()
            os.unlink(self.log_path)

    def _kill_init(self):
        try:
            signal.pidfd_send_signal(self.init[1], signal.SIGKILL)
        except OSError:
            pass

    async def _query_agent(self, seen):
        if seen.agent_faults:
            self._repair_agent()
        await self.sampler.next_sample()
        seen.entries = [one for one in self.ids if await self.sampler.is_listed(one)]
        if seen.entries and self.plan.ttl:
            seen.passes_on = await self._passes_on()
        for service_id in self.ids:
            await self.sampler.deregister(service_id)

    def _repair_agent(self):
        agent = self.sampler.agent
        if not agent.is_running():
            agent.launch()
        agent.resume()

    async def _passes_on(self):
        """Whether what was left behind is still passing when its TTL is over, and by a second more."""
        deadline = time.monotonic() + self.plan.ttl / 1000 + 1.5
        while time.monotonic() < deadline:
            await asyncio.sleep(0.1)
            if self.seen.samples and not self.seen.samples[-1][3]:
                return False
        return True


def _is_zombie(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
