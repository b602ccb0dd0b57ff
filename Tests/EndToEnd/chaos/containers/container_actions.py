"""What is done to containers, and how the engine is asked for it."""

import os
import signal
import time

from ...container import status
from ...ports import free_port
from ...watcher.published import HOST
from ...watcher.real_engines import request
from .convergence import LABEL
from .round_environment import IMAGE

LONGEST = 20  # seconds that the engine may take for anything
HEARTBEATS = 3  # in a TTL


class NamedContainer:
    """Containers of one name and one port, one after the other: all with the wrapper, or all without."""

    def __init__(self, name, environment, tracker, seen):
        self.name, self._environment, self._tracker, self._seen = name, environment, tracker, seen
        self._port, self._count, self._identity = free_port(), 0, None
        self.heartbeat = 0  # seconds between two of its wrapper
        self.is_wrapped = not name.startswith("published")
        self.service_id = name if self.is_wrapped else f"{HOST}:{name}:{self._port}"

    def do(self, what, more):
        return {
            "run": self._run,
            "pause": self._pause,
            "pid-1": lambda _: self._kill_past_the_engine("pid-1"),
            "shim": lambda _: self._kill_past_the_engine("shim"),
            "start": lambda _: self._ask("POST", "/start"),
            "stop": lambda _: self._ask("POST", "/stop?t=2"),
            "restart": lambda _: self._ask("POST", "/restart?t=2"),
            "kill": lambda more: self._ask("POST", f"/kill?signal={more['signal']}"),
            "signal": lambda more: self._ask("POST", f"/kill?signal={more['signal']}"),
            "remove": lambda _: self._remove(),
        }[what](more)

    def _ask(self, method, path):
        return request(self._environment.engine, method, f"/containers/{self.name}{path}", within=LONGEST)[0]

    def _remove(self):
        return self._ask("DELETE", "?force=1")

    def _run(self, more):
        gone = self._remove()
        self._count += 1
        described, how = self._described(more), f"/containers/create?name={self.name}"
        created, output = request(self._environment.engine, "POST", how, described, within=LONGEST)
        if created == 201:
            self._identity = self._seen.identities[described["Labels"][LABEL]] = output["Id"]
        return [gone, created, self._ask("POST", "/start")]

    def _described(self, more):
        who = f"{self.name}#{self._count}"
        words = {"WHO": who, "TRACKER": self._tracker.port, "PORT": self._port, "SERVICE_NAME": self.name}
        words |= {"LIVES": more["lives"]} if more["lives"] else {}
        command = ["/present"]
        if self.is_wrapped:
            self.heartbeat = more["ttl"] / HEARTBEATS
            options = [
                "--id",
                self.name,
                "--port",
                self._port,
                "--consul-addr",
                self._environment.agent.address,
            ]
            options += ["--ttl", f"{more['ttl']}s", "--deregister-after", "0s"]
            command = ["/servicewrapper", *options, "--", *command]
        return {
            "Image": IMAGE,
            "Cmd": [*map(str, command)],
            "Env": [f"{key}={value}" for key, value in words.items()],
            "Labels": {LABEL: who},
            "ExposedPorts": {f"{self._port}/tcp": {}},
            "HostConfig": {
                "NetworkMode": "host",
                "AutoRemove": more["rm"],
                "RestartPolicy": {"Name": "always" if more["again"] else "no"},
            },
        }

    def _pause(self, more):
        paused = self._ask("POST", "/pause")
        if more["lasts"] is None:
            return paused
        time.sleep(more["lasts"])
        return [paused, self._ask("POST", "/unpause")]

    def unpause(self):
        return self._ask("POST", "/unpause")

    def _kill_past_the_engine(self, target):
        """As the kernel does it when memory runs out, or an operator of the host; the engine may be away."""
        pid = self._environment.first_process(self._identity)
        if not pid:
            return "not there"
        if target == "shim":
            pid = int(status(pid, "PPid")[0])
        os.kill(pid, signal.SIGKILL)
        return f"pid {pid}"
