"""The API of real engines: where it is, and what is heard there of containers' ends."""

import http.client
import json
import os
import signal
import socket
import threading
import urllib.parse

from ..container import status
from ..containers.engines import UNBRIDGED, start_docker, start_podman
from ..started import start
from ..waiting import eventually


def start_docker_api(sandbox, folder, *options, network=UNBRIDGED):
    engine = start_docker(sandbox, folder, *network, *options)
    engine.address = engine.environment["DOCKER_HOST"]
    return engine


def start_podman_api(sandbox, folder):
    """Podman's service, for as long as the sandbox exists."""
    engine = start_podman(sandbox, folder)
    engine.address = f"unix://{folder}/podman.sock"
    start([*engine._command, "system", "service", "--time", "0", engine.address])
    eventually(lambda: get(engine, "/version"), within=20, what="Podman's service")
    return engine


def connect(engine):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(engine.address.removeprefix("unix://"))
    return connection


def request(engine, method, path, body=None, within=60):
    """The status and the JSON of the answer."""
    connection = http.client.HTTPConnection("engine", timeout=within)
    connection.sock = connect(engine)
    connection.sock.settimeout(within)
    try:
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        return answer.status, json.loads(said) if said else None
    finally:
        connection.close()


def get(engine, path):
    """The JSON of an answer; None where nobody listens."""
    try:
        status, said = request(engine, "GET", path)
    except (OSError, http.client.HTTPException):
        return None
    return said if status == 200 else None


class RestartableDocker:
    """Docker whose daemon can be ended and started again, on the same containers."""

    def __init__(self, sandbox, folder, *options, **how):
        self._sandbox, self._folder, self._how = sandbox, folder, how
        self.engine = start_docker_api(sandbox, folder, *options, **how)

    @property
    def pid(self):
        """The sandbox's."""
        with open(f"{self._folder}/docker.pid", encoding="ascii") as file:
            return int(file.read())

    def send(self, number):
        self._sandbox.run("kill", "-s", str(int(number)), self.pid)

    def end(self, number=signal.SIGKILL, within=60):
        pid = self.pid
        self.send(number)
        eventually(lambda: not self._is_there(pid), within, "dockerd's end", every=0.02)

    def pause(self):
        self.send(signal.SIGSTOP)
        eventually(lambda: status(self._entered(), "State")[0] == "T", what="nsenter stopped", every=0.02)

    def resume(self):
        self.send(signal.SIGCONT)
        os.kill(self._entered(), signal.SIGCONT)

    def _entered(self):
        """nsenter, which started it, and stops itself when it stops."""
        return int(status(self._sandbox.outside(self.pid), "PPid")[0])

    def _is_there(self, pid):
        try:
            with open(self._sandbox.proc(pid, "comm"), encoding="ascii") as name:
                return name.read().strip() == "dockerd"
        except OSError:
            return False

    def start(self, *options):
        start_docker_api(self._sandbox, self._folder, *options, **self._how)


class Told:
    """When the engine says that one of these events happened: {ID: nanoseconds of the real-time clock},
    the latest of each container. A context."""

    def __init__(self, engine, *events):
        self._connection, self._events, self.of = connect(engine), events, {}

    def __enter__(self):
        filters = urllib.parse.quote(json.dumps({"type": ["container"], "event": self._events}))
        path = f"/events?filters={filters}"
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
