"""Weeks of service in an hour: a TTL of 100 ms, so that a heartbeat comes every 33 ms, and an agent that is
made to forget a service again and again. Memory and descriptors of each servicewrapper are sampled all along.

    python3 -m Tests.EndToEnd.chaos.soak --heartbeats 100000 --registrations 10000
"""

import argparse
import os
import sys
import tempfile
import time

from ..agent import Agent
from ..ports import free_port
from ..waiting import eventually
from ..wrapper import Wrapper, descriptors, memory
from .c_programs import compile_programs

TTL = "100ms"
# In kB. Heap that was never touched before may be at any time; a leak of a byte with each heartbeat would be 98 kB. What is
# resident grows by clean pages of the file too, 64 kB at a time, the first time that something rare is done.
TOLERANCES = {"RSS": 256, "private dirty": 8}
COUNTING = 'log_level = "err" telemetry { prometheus_retention_time = "240h" disable_hostname = true }'
LOG_KEPT = 100
# Whatever becomes of us, the process doesn't outlive the longest soak by much.
LIFETIME = 12 * 3600 * 1000


class Soaked:
    """A servicewrapper with a process that listens, and samples of what it takes."""

    def __init__(self, folder, agent, name):
        self.id, port = name, free_port()
        options = ["--name", "soak", "--id", name, "--port", port, "--ttl", TTL]
        options += ["--consul-addr", agent.address]
        unruly = [os.path.join(folder, "unruly"), str(port), "-", "obeys:0:7", "0:listen"]
        unruly.append(f"{LIFETIME}:exit:99")
        self._wrapper = Wrapper([*options, "--", *unruly], prefix=["sh", "-c", 'exec "$@" 3>/dev/null', "sh"])
        self.samples = []  # (Rss, Private_Dirty, descriptors)
        self.registrations = 0

    def sample(self):
        pid = self._wrapper.pid
        self.samples.append((memory(pid, "Rss"), memory(pid, "Private_Dirty"), descriptors(pid)))
        del self._wrapper.error[:-LOG_KEPT]

    def stop(self):
        assert self._wrapper.stop() == 7, self._wrapper.log

    def kill(self):
        self._wrapper.kill()


def tenths(soaked, column):
    """The samples of the first tenth and of the last, the very first apart: it warms up."""
    values = [sample[column] for sample in soaked.samples[1:]]
    length = max(1, len(values) // 10)
    return values[:length], values[-length:]


def violations(soaked):
    for column, (what, tolerance) in enumerate(TOLERANCES.items()):
        first, last = (max(tenth) for tenth in tenths(soaked, column))
        if last > first + tolerance:
            yield f"{soaked.id}: {what} grew from {first} to {last} kB"
    # While it talks or probes, a connection more is open.
    first, last = (min(tenth) for tenth in tenths(soaked, 2))
    if last > first:
        yield f"{soaked.id}: {first} descriptors became {last}"


def count(agent, endpoint):
    """How many such requests the agent has answered."""
    _, metrics = agent.request("GET", "/v1/agent/metrics?format=prometheus")
    name = f"consul_http_PUT_v1_agent_{endpoint}_count "
    return sum(int(line[len(name) :]) for line in metrics.decode().splitlines() if line.startswith(name))


def forget(agent, soaked):
    """Behind its back; returns when it has registered again."""
    agent.put(f"/v1/agent/service/deregister/{soaked.id}")
    eventually(lambda: agent.service(soaked.id), within=10, what="registered again")
    soaked.registrations += 1


def soak(folder, heartbeats, registrations, beating, report):
    compile_programs(folder)
    agent = Agent(folder, config=COUNTING).start()
    everybody = [Soaked(folder, agent, f"beating-{place + 1}") for place in range(beating)]
    forgotten = Soaked(folder, agent, "forgotten")
    everybody.append(forgotten)
    began, next_sample = time.monotonic(), 0
    try:
        for one in everybody:
            eventually(lambda: agent.is_passing(one.id), what=f"{one.id} passing")
        while True:
            if time.monotonic() > next_sample:
                next_sample = time.monotonic() + 1
                for one in everybody:
                    one.sample()
                # A process doesn't see its TCP probes; the agent counts an update of each of two checks.
                each = count(agent, "check_update__") // (2 * len(everybody))
                if each >= heartbeats and forgotten.registrations >= registrations:
                    break
            if forgotten.registrations < registrations:
                forget(agent, forgotten)
            else:
                time.sleep(0.1)
        updates, registered = (count(agent, what) for what in ("check_update__", "service_register"))
        for one in everybody:
            one.stop()
        assert not [left for left in agent.services() if left != "consul"]
    finally:
        for one in everybody:
            one.kill()
        agent.kill()
    report(f"{time.monotonic() - began:.0f} s; the agent answered {updates:,} updates of checks")
    report(f"and {registered:,} registrations, {forgotten.registrations:,} of them after it forgot")
    for one in everybody:
        report(figures(one))
    return [violation for one in everybody for violation in violations(one)]


def figures(soaked):
    first, last = (
        [f"{min(tenth)}–{max(tenth)}" for tenth in (tenths(soaked, column)[end] for column in range(3))]
        for end in (0, 1)
    )
    names = ("RSS", "private dirty", "descriptors")
    columns = [f"{what} {a} → {b}" for what, a, b in zip(names, first, last)]
    return f"{soaked.id}: first tenth → last, kB: {', '.join(columns)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--heartbeats", type=int, default=100_000, help="of each servicewrapper, on average")
    parser.add_argument("--registrations", type=int, default=10_000)
    parser.add_argument("--wrappers", type=int, default=2, help="that beat, beside the one that is forgotten")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        found = soak(folder, arguments.heartbeats, arguments.registrations, arguments.wrappers, print)
    print("\n".join(found) or "flat")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
