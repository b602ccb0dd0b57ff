"""The API of real engines: where it is, and what is heard there of containers' ends."""

import json
import socket
import threading
import urllib.parse

from engines import start_docker, start_podman, UNBRIDGED
from started import start
from waiting import eventually


def start_docker_api(room, folder, *options):
    engine = start_docker(room, folder, *UNBRIDGED, *options)
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


class Deaths:
    """When the engine says containers ended: {ID: nanoseconds of the real-time clock}. A context."""

    def __init__(self, engine):
        self._connection, self.of = connect(engine), {}

    def __enter__(self):
        filters = urllib.parse.quote('{"type":["container"],"event":["die","died"]}')
        self._connection.sendall(f"GET /v1.41/events?filters={filters} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert self._connection.recv(1), "headers, at once"
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._connection.shutdown(socket.SHUT_RDWR)

    def _read(self):
        for line in self._connection.makefile("rb"):
            if line.startswith(b"{"):
                event = json.loads(line)
                self.of.setdefault(event["Actor"]["ID"], event["timeNano"])

    def when(self, container):
        return eventually(lambda: self.of.get(container.identity), within=20, what="its end") / 1e9
