"""Many of one contender on one machine, all registered with one agent, then all stopped at once."""

import os
import re
import signal
import subprocess
import time

from Tests.EndToEnd.agent import Agent
from Tests.EndToEnd.ports import free_port
from Tests.EndToEnd.started import kill, start
from Tests.EndToEnd.waiting import eventually
from Tests.EndToEnd.wrapper import clean_environment

from .contenders import Service
from .processes import PID_1, children, processor_time, total, whole_processor_time

NAME = "bench"
_LOOKS = 0.25  # seconds between two of ours: for each the agent writes down all of them
_PATIENCE = 60  # seconds until all are passing
_LATE = 5  # seconds after the last process: what the catalog has now was left behind
# An agent takes 200 connections from one address, and loopback is one. In containers each has its own: more
# are allowed where they are to be as if they had.
OWN_ADDRESSES = "limits { http_max_conns_per_client = 10000 }"
_COUNTING = 'log_level = "warn" telemetry { prometheus_retention_time = "10m" }'


def fleet(contender, folder, programs, count, seconds, limits=""):
    """`seconds`: how long they are left alone and counted; 0: not at all."""
    folder.mkdir()
    # What we ask comes by a unix socket: it isn't to be one of the connections from loopback.
    agent = Agent(folder, config=_COUNTING + limits, unix_beside="127.0.0.1").start()
    running = None
    try:
        running = _Fleet(contender, agent, folder, programs, count)
        figures = {"count": count} | running.wait_until_passing()
        if seconds:
            figures |= running.memory() | running.heartbeats(seconds)
        return figures | running.stop()
    finally:
        if running:
            running.kill()
        agent.kill()


def memory(contender, folder, programs, count):
    """Of as many that register nothing."""
    running = _Fleet(contender, None, folder, programs, count)
    try:
        running.wait_until_started()
        return running.memory()
    finally:
        running.kill()


class _Fleet:
    """One process starts them all in a namespace, and all end with it; see programs/fleet.c."""

    def __init__(self, contender, agent, folder, programs, count):
        self._agent, self._count = agent, count
        service = Service(agent.address if agent else "", folder, port="@", called=NAME)
        command = contender.command(service, [str(programs["serves"]), "@"])
        options = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        ports = "".join(f"{free_port()}\n" for _ in range(count)).encode()
        self._began = time.monotonic()
        self._process = start([*PID_1, programs["fleet"], *command], env=clean_environment(), **options)
        self._process.stdin.write(ports)
        self._process.stdin.close()

    def kill(self):
        kill(self._process)

    @property
    def _wrappers(self):
        return [pid for starter in children(self._process.pid) for pid in children(starter)]

    def wait_until_started(self):
        """Each has its process."""
        eventually(lambda: len(self._wrappers) == self._count, within=60, what="all started", every=0.1)
        eventually(lambda: all(map(children, self._wrappers)), within=60, what="all processes", every=0.1)

    def wait_until_passing(self):
        """Seconds until all are, or None and how many were at most."""
        most = 0
        while most < self._count and time.monotonic() < self._began + _PATIENCE:
            time.sleep(_LOOKS)
            most = max(most, self._passing())
        took = time.monotonic() - self._began
        return {"passing": took if most == self._count else None, "most_passing": most}

    def _passing(self):
        return len(self._agent.get(f"/v1/health/service/{NAME}?passing"))

    def memory(self):
        os.sync()
        fields = {"rss": "Rss", "pss": "Pss", "dirty": "Private_Dirty"}
        return {key: total(self._wrappers, field) for key, field in fields.items()}

    def heartbeats(self, seconds):
        """The processors' milliseconds in a minute, and the requests in a second; the agent counts them."""
        wrappers = self._wrappers
        before = sum(map(processor_time, wrappers)), whole_processor_time(self._agent.pid), self._requests()
        began = time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        after = sum(map(processor_time, wrappers)), whole_processor_time(self._agent.pid), self._requests()
        ours, agents, requests = (late - early for early, late in zip(before, after))
        return {"cpu": ours * 60 / took, "agent_cpu": agents * 60 / took, "requests": requests / took}

    def _requests(self):
        """Those about one service or check of the agent, which are theirs alone."""
        _, metrics = self._agent.request("GET", "/v1/agent/metrics?format=prometheus")
        theirs = r"^consul_http_\w+_v1_agent_(?:check|service)_\w+_count (\d+)"
        return sum(map(int, re.findall(theirs, metrics.decode(), re.MULTILINE)))

    def stop(self):
        """Seconds until all processes are gone, and until the catalog is empty; who is left in it, if anybody
        is, and the seconds until no client is sent to one."""
        sent = time.monotonic()
        for pid in self._wrappers:
            os.kill(pid, signal.SIGTERM)
        gone = empty = None
        while not (gone and (empty or time.monotonic() > sent + gone + _LATE)):
            if not gone and self._process.poll() is not None:
                gone = time.monotonic() - sent
            if not empty and not self._agent.in_catalog(NAME):
                empty = time.monotonic() - sent
            time.sleep(0.01)
        left = len(self._agent.in_catalog(NAME))
        eventually(lambda: self._passing() == 0, within=60, what="none passing", every=_LOOKS)
        return {"gone": gone, "empty": empty, "left": left, "unfound": time.monotonic() - sent}
