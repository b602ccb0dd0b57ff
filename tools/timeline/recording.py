"""Records the cases, side by side, with one Consul agent. The moments of their stops are apart, so that each
is watched closely and undisturbed."""

import contextlib
import datetime
import os
import platform
import re
import signal
import subprocess
import tempfile
import threading
import time

from Tests.EndToEnd.agent import Agent
from Tests.EndToEnd.ports import free_port
from Tests.EndToEnd.waiting import eventually
from Tests.EndToEnd.wrapper import SERVICEWRAPPER

from .cases import CASES, GRACE, REAP, TTL, Container
from .docker_container import DockerContainer, watched_docker
from .service_sampler import CLOSE, RELAXED, ServiceSampler

_APART = 4.0  # seconds between the starts of two cases
_SERVING = 2.0  # seconds that a service is left alone before its end
_AROUND = 0.5  # seconds watched closely, before and after
_REAPED_WITHIN = TTL + REAP + 45  # Consul looks for those to be dropped every 30 s


def record(names):
    recordings = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ending:
        agent = Agent(folder, node="demo").start()
        ending.callback(agent.kill)
        engine = None
        if any(CASES[name].watched for name in names):
            engine = ending.enter_context(watched_docker(folder, agent))
        ending.callback(lambda: [one.end() for one in recordings])
        for number, name in enumerate(names):
            recordings.append(Recording(name, agent, engine, folder, delay=number * _APART))
        for one in recordings:
            one.wait()
        time.sleep(1)  # Those whose entries stay are seen to stay.
        around = surroundings(engine)
    return {**around, "cases": {one.name: one.result() for one in recordings}}


def surroundings(engine):
    def version(*command):
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return re.search(r"\d+\.\d+\S*", said)[0]

    docker = {"docker": engine.ask("version", "--format", "{{.Server.Version}}")} if engine else {}
    return {
        "recorded": datetime.date.today().isoformat(),
        "machine": f"Linux {platform.release().split('-')[0]}, {platform.machine()}, {os.cpu_count()} CPUs",
        "versions": {
            "servicewrapper": version(SERVICEWRAPPER, "--version"),
            "consul": version("consul", "version"),
            "redis": version("redis-server", "--version"),
            **docker,
        },
        "settings": {"ttl": TTL, "deregister_after": REAP, "grace": GRACE},
        "looked_every": {"around_a_signal": CLOSE, "otherwise": RELAXED},
    }


class Recording:
    """One case in a thread of its own, from before its start to the end of the recording."""

    def __init__(self, name, agent, engine, folder, delay):
        self.name, self._case, self._agent, self._engine = name, CASES[name], agent, engine
        self._folder = folder
        self._port, self._delay = free_port(), delay
        self._sampler = ServiceSampler(agent, name, f"{name}-1", self._port)
        self._container, self._signals, self._over = None, [], threading.Event()
        self._started = self._ended = self._failure = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self):
        self._thread.join()
        if self._failure:
            raise self._failure

    def _run(self):
        try:
            self._start_and_stop()
        except Exception as failure:  # raised by `wait`, in the thread that can end the recording
            self._failure = failure

    def _start_and_stop(self):
        if self._over.wait(self._delay):
            return
        container = self._make()
        with self._closely():
            self._started, self._container = time.monotonic(), container
            container.start()
            eventually(self._serves, within=10, what=f"{self.name}: redis found and serving")
        self._over.wait(_SERVING)
        self._stop()
        if self._case.by == signal.SIGKILL:
            eventually(self._is_dropped, within=_REAPED_WITHIN, what=f"{self.name} dropped", every=0.1)

    def _make(self):
        about = (self._case, self.name, self._port, self._agent.address)
        if self._case.watched:
            return DockerContainer(self._engine, *about)
        return Container(*about, self._folder)

    def _serves(self):
        seen = all(self._sampler.is_(kind) for kind in ("accepts", "dns", "agent", "catalog"))
        return seen and not self._sampler.is_("critical")

    def _is_dropped(self):
        return self._over.is_set() or not self._sampler.is_("catalog")

    def _stop(self):
        """`docker stop` and `docker kill`: the signal, and KILL for whoever outlives Docker's grace."""
        with self._closely():
            kill_at = self._send(self._case.by) + GRACE
            if self._ends(within=_AROUND):
                return
        if self._ends(within=kill_at - time.monotonic() - _AROUND):
            return
        with self._closely():
            if not self._ends(within=max(0, kill_at - time.monotonic())):
                self._send(signal.SIGKILL)
                assert self._ends(within=5), f"{self.name} outlived SIGKILL"

    def _send(self, number):
        sent = time.monotonic()
        self._signals.append({"name": signal.Signals(number).name, "at": sent})
        self._container.send(number)
        return sent

    def _ends(self, within):
        if self._container.has_ended(within):
            self._ended = time.monotonic()
        return self._ended is not None

    def _closely(self):
        return _Closely(self._sampler, self._over)

    def end(self):
        self._over.set()
        self._until = time.monotonic()
        if self._container:
            self._container.kill()
        self._thread.join()
        self._sampler.end()

    def result(self):
        return {
            "watched": self._case.watched,
            "signals": [{**one, "at": self._since(one["at"])} for one in self._signals],
            "ended": self._since(self._ended),
            "watched_until": self._since(self._until),
            "spans": {kind: self._span(changes) for kind, changes in self._sampler.changes.items()},
        }

    def _span(self, changes):
        """From and to when it was so; None where that wasn't seen."""

        def when(change):
            return change and {"after": self._since(change[0]), "by": self._since(change[1])}

        until = None if changes.value else changes.became(False)
        return {"from": when(changes.became(True)), "to": when(until)}

    def _since(self, moment):
        """Milliseconds since the container was started."""
        return round((moment - self._started) * 1000, 1)


class _Closely:
    """Watches more often, and for a moment before and after."""

    def __init__(self, watch, over):
        self._sampler, self._over = watch, over

    def __enter__(self):
        self._sampler.pause = CLOSE
        self._over.wait(_AROUND)

    def __exit__(self, *_):
        self._over.wait(_AROUND)
        self._sampler.pause = RELAXED
