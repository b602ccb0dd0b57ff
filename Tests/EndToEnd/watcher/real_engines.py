"""The API of real engines: where it is, and what is heard there of containers' ends."""

import json
import socket
import threading
import urllib.parse

from engines import start_docker, start_podman, UNBRIDGED
from started import start
from waiting import eventually


def start_docker_api(room, folder, *options, network=UNBRIDGED):
    engine = start_docker(room, folder, *network, *options)
    engine.address = engine.environment["DOCKER_HOST"]
    return engine


def start_podman_api(room, folder):
    """Podman's service, for as long as the room stands."""
    engine = start_podman(room, folder)
    engine.address = f"unix://{folder}/podman.sock"
    start([*engine._command, "system", "service", "--time", "0", engine.address])
    eventually(lambda: get(engine, "/version"), within=20, what="Podman's service")
    return engine


def connect(engine):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(engine.address.removeprefix("unix://"))
    return connection


def get(engine, path):
    """The JSON of an answer; None where nobody listens."""
    try:
        with connect(engine) as connection:
            connection.sendall(f"GET /v1.41{path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
    except OSError:
        return None
    head, _, body = answer.partition(b"\r\n\r\n")
    return json.loads(body) if b" 200 " in head.split(b"\r\n")[0] else None


class Restartable:
    """Docker that keeps its containers when it ends."""

    def __init__(self, room, folder, *options, **how):
        self._room, self._folder = room, folder
        self._again = lambda: start_docker_api(room, folder, "--live-restore", *options, **how)
        self.engine = self._again()

    def kill(self):
        with open(f"{self._folder}/docker.pid", encoding="ascii") as file:
            pid = int(file.read())
        self._room.run("kill", "-s", "KILL", pid)
        eventually(lambda: not self._is_there(pid), 20, "its end")

    def _is_there(self, pid):
        try:
            with open(self._room.proc(pid, "comm"), encoding="ascii") as name:
                return name.read().strip() == "dockerd"
        except OSError:
            return False

    def start(self):
        self._again()


class Told:
    """When the engine says that one of these events happened: {ID: nanoseconds of the real-time clock},
    the latest of each container. A context."""

    def __init__(self, engine, *events):
        self._connection, self._events, self.of = connect(engine), events, {}

    def __enter__(self):
        filters = urllib.parse.quote(json.dumps({"type": ["container"], "event": self._events}))
        path = f"/v1.41/events?filters={filters}"
        self._connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert self._connection.recv(1), "headers, at once"
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._connection.shutdown(socket.SHUT_RDWR)

    def _read(self):
        for line in self._connection.makefile("rb"):
            if line.startswith(b"{"):
                event = json.loads(line)
                self.of[event["Actor"]["ID"]] = event["timeNano"]

    def when(self, container):
        """In seconds."""
        return eventually(lambda: self.of.get(container.identity), within=20, what="its event") / 1e9


class Deaths(Told):
    """When containers ended, as Docker and as Podman say it."""

    def __init__(self, engine):
        super().__init__(engine, "die", "died")
