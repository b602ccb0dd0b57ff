"""The container that is Docker's own, and servicewatcher on its host. All others are PID namespaces."""

import contextlib
import os
import signal

from Tests.EndToEnd.containers.images import ENTRY, pack_redis
from Tests.EndToEnd.containers.sandbox import Sandbox
from Tests.EndToEnd.watcher.real_engines import connect, start_docker_api
from Tests.EndToEnd.watcher.servicewatcher import Watcher

NEEDED = ("dockerd", "docker", "catatonit", "unshare", "nsenter", "ldd")
_IMAGE = "redis-with-wrapper"


@contextlib.contextmanager
def watched_docker(folder, agent):
    """Docker in a sandbox of its own, with redis's image, and the watcher that listens to it."""
    folder = os.path.join(folder, "docker")
    os.mkdir(folder)
    with contextlib.ExitStack() as ending:
        sandbox = Sandbox(folder)
        ending.callback(sandbox.end)
        engine = start_docker_api(sandbox, folder)
        engine.import_tree(_IMAGE, pack_redis(folder), ENTRY)
        watcher = Watcher(engine, agent)
        ending.callback(watcher.kill)
        watcher.watches()
        yield engine


class DockerContainer:
    """Started and killed by what `docker start` and `docker kill` send; their own start would take time."""

    def __init__(self, engine, case, name, port, consul):
        words = case.command(name, port, consul, "/tmp")[1:]
        self._engine, self._killing = engine, None
        self._identity = engine.ask("create", "--network", "host", _IMAGE, *words)

    def start(self):
        with self._post("start") as starting:
            answer = starting.recv(1024)
            assert b" 204 " in answer, answer

    def send(self, number):
        assert number == signal.SIGKILL
        self._killing = self._post("kill")

    def has_ended(self, within):
        """Docker answers a kill when the container has ended."""
        self._killing.settimeout(within)
        try:
            return b" 204 " in self._killing.recv(1024)
        except TimeoutError:
            return False

    def kill(self):
        self._engine.ask("rm", "--force", self._identity)

    def _post(self, verb):
        connection = connect(self._engine)
        request = f"POST /v1.41/containers/{self._identity}/{verb} HTTP/1.0\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(request.encode())
        return connection
