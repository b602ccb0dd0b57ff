"""What a round runs in: an engine, an agent, servicewatcher, a proxy between, and the faults of each."""

import asyncio
import os
import random
import shutil
import signal
import threading
import time

from ...agent import Agent, keeping
from ...containers.images import pack_programs
from ...containers.sandbox import Sandbox
from ...waiting import eventually
from ...watcher.real_engines import RestartableDocker
from ...watcher.servicewatcher import Watcher
from ...wrapper import SERVICEWRAPPER
from ..c_programs import compile_programs
from ..proxy import FaultProxy

IMAGE = "localhost/present"
_PROGRAMS = os.path.join(os.path.dirname(__file__), "programs")


class EngineProxy(FaultProxy):
    """The same before an engine, from one unix socket to another."""

    def __init__(self, engine, path, rng):
        super().__init__(None, None, rng)
        self._engine, self.path = engine.address.removeprefix("unix://"), path

    async def _listen(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        return await asyncio.start_unix_server(self._serve, self.path)

    async def _dial(self):
        return await asyncio.open_unix_connection(self._engine)


class RoundEnvironment:
    """A context. What ends on it in the course of a round is started again by `repair`."""

    def __init__(self, folder, name, variant):
        self.folder, self._name, self.variant = folder, name, variant
        self.watchers = []
        self.faults = []  # (when, whom, what)
        self._sandbox = self._loop = self.agent = None

    def __enter__(self):
        try:
            return self._build()
        except BaseException:
            self.__exit__()
            raise

    def _build(self):
        os.mkdir(place := os.path.join(self.folder, "room"))
        self._sandbox = Sandbox(place)
        self.docker = RestartableDocker(self._sandbox, place, "--live-restore")
        self.engine = self.docker.engine
        self._make_image()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        watched = os.path.join(self.folder, "watched.sock")
        self.proxy = EngineProxy(self.engine, watched, random.Random(self._name))
        self.let("pass")
        self._data = os.path.join(self.folder, "data")
        self.agent = Agent(self.folder, mode=keeping(self._data), config='log_level = "err"').start()
        if self.variant.starts:
            self.start_watcher()
        return self

    def _make_image(self):
        compile_programs(self.folder, _PROGRAMS)
        programs = {"/servicewrapper": SERVICEWRAPPER, "/present": os.path.join(self.folder, "present")}
        self.engine.import_tree(IMAGE, pack_programs(os.path.join(self.folder, "image.tar"), programs))

    def __exit__(self, *_):
        for watcher in self.watchers:
            watcher.kill()
        if self.agent:
            self.agent.kill()
        if self._loop:
            self.let("refuse")
            self._loop.call_soon_threadsafe(self._loop.stop)
        if self._sandbox:
            self._sandbox.end()

    def log(self):
        """What every servicewatcher said."""
        return "".join(watcher.log for watcher in self.watchers)

    def first_process(self, container):
        """The machine's PID of it; None where it doesn't run. By its control group, of either version."""
        for root in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup"):
            path = f"{root}{self._sandbox.cgroup}/{container}/cgroup.procs"
            if os.path.exists(path):
                with open(path, encoding="ascii") as processes:
                    return min(map(int, processes), default=None)
        return None

    # What happens

    def inject(self, target, what, more):
        if target == "watcher" and not self.watcher_ran():
            return
        self.faults.append((time.monotonic(), target, what))
        getattr(self, f"_{what}_{target}")(more)

    def watcher_ran(self):
        """All the time since it was started."""
        if not self.watchers:
            return False
        is_running = self.watchers[-1].is_running()
        assert is_running or not self.variant.restarts, f"ended by itself: {self.watchers[-1].log}"
        return is_running

    def repair(self, target, what):
        getattr(self, f"_repair_{target}")()
        self.faults.append((time.monotonic(), target, f"ended after {what}"))

    def start_watcher(self):
        how = {"prefix": self.variant.prefix}
        self.watchers.append(Watcher(self.proxy.path, self.agent, *self.variant.options, **how))

    def _kill_watcher(self, _):
        self.watchers[-1].kill()

    def _terminate_watcher(self, _):
        self.watchers[-1].stop()

    def _pause_watcher(self, _):
        self.watchers[-1].send(signal.SIGSTOP)

    def _repair_watcher(self):
        if self.watchers and self.watchers[-1].is_running():
            self.watchers[-1].send(signal.SIGCONT)
        elif self.watchers and self.variant.restarts:
            self.start_watcher()

    def _kill_dockerd(self, more):
        self._end_dockerd(signal.SIGKILL, more)

    def _terminate_dockerd(self, more):
        self._end_dockerd(signal.SIGTERM, more)

    def _end_dockerd(self, number, more):
        self._start_with = ["--live-restore"] if more["live_restore"] else []
        self.docker.end(number)

    def _pause_dockerd(self, _):
        self._start_with = None
        self.docker.pause()

    def _repair_dockerd(self):
        if self._start_with is None:
            self.docker.resume()
        else:
            self.docker.start(*self._start_with)

    def _kill_agent(self, _):
        self.agent.kill()

    def _forget_agent(self, _):
        self.agent.kill()
        shutil.rmtree(self._data)

    def _pause_agent(self, _):
        self.agent.pause()

    def _repair_agent(self):
        if not self.agent.is_running():
            self.agent.launch()
            eventually(self.agent.works, within=60, what="Consul's return", every=0.05)
        self.agent.resume()

    def _fault_socket(self, more):
        mode = more["mode"]
        self.let(tuple(mode) if isinstance(mode, list) else (mode, 20) if mode == "delay" else mode)

    def _repair_socket(self):
        self.let("pass")

    def let(self, mode):
        asyncio.run_coroutine_threadsafe(self.proxy.set(mode), self._loop).result(10)
