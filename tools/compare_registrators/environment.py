"""Where they are compared: an engine with a bridge, an agent, and containers that publish a port each."""

import os
import shutil

from Tests.EndToEnd.agent import Agent, keeping
from Tests.EndToEnd.containers.engines import Contained
from Tests.EndToEnd.containers.images import compile_waits
from Tests.EndToEnd.containers.sandbox import Sandbox
from Tests.EndToEnd.waiting import eventually
from Tests.EndToEnd.watcher.real_engines import RestartableDocker
from Tests.EndToEnd.wrapper import SERVICEWRAPPER

IMAGE = "registered"
BRIDGED = ("--bip", "198.51.100.1/24", "--userland-proxy=false")
FIRST_PORT = 20000  # on the host's side, which is the sandbox


class Published(Contained):
    """A container that publishes a port, under a name that its service's ID has."""

    def __init__(self, engine, number, *options, words=("/waits",)):
        self.name, port = f"c{number}", FIRST_PORT + number
        publish = ["--name", self.name, "--publish", f"{port}:80", *options]
        super().__init__(engine, engine.ask("create", *publish, IMAGE, *words))


class Environment:
    """A context. `agent` is in memory: when it ends, it has lost everything."""

    def __init__(self, folder):
        self._folder, self._made = folder, 0
        for name in ("engine", "memory", "disk", "context"):
            (folder / name).mkdir()
        self.agent = Agent(folder / "memory")
        # Its socket is for the containers, which don't reach the agent's loopback.
        self.keeping = Agent(
            folder / "disk", node="node2", mode=keeping(folder / "disk" / "data"), unix_beside="127.0.0.1"
        )

    def __enter__(self):
        self._sandbox = Sandbox(self._folder / "engine", network=True)
        try:
            self.docker = RestartableDocker(
                self._sandbox, self._folder / "engine", "--live-restore", network=BRIDGED
            )
            self.engine = self.docker.engine
            self._build_image()
            self.containers, self.probe = [], self.create()
            self.agent.start()
            self.keeping.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.agent.kill()
        self.keeping.kill()
        self._sandbox.end()

    def _build_image(self):
        context = self._folder / "context"
        compile_waits(context)
        shutil.copy(SERVICEWRAPPER, context / "servicewrapper")
        (context / "Dockerfile").write_text("FROM scratch\nCOPY servicewrapper waits /\n")
        self.engine.build(IMAGE, context)

    def create(self, *options, **how):
        """A container, which isn't started."""
        self._made += 1
        return Published(self.engine, self._made, *options, **how)

    def some(self, count):
        """The same ones for everybody."""
        while len(self.containers) < count:
            self.containers.append(self.create())
        return self.containers[:count]

    @property
    def socket_folder(self):
        return os.path.dirname(self.keeping.unix_path)

    def _nothing_runs(self):
        running = self.engine.ask("ps", "--quiet").split()
        if running:
            # One that ends meanwhile can't be killed.
            self.engine.ask("kill", *running, status=None)
        return not running

    def clear(self):
        """Nothing runs, and nothing is registered."""
        eventually(self._nothing_runs, 30, "the end of all containers", every=0.1)
        for agent in (self.agent, self.keeping):
            if not agent.is_running():
                agent.start()
            for service in agent.services():
                agent.put(f"/v1/agent/service/deregister/{service}")
