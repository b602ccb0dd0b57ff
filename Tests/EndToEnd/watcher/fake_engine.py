"""A container engine that does as it is told: Docker's API, as far as servicewatcher asks for it."""

import contextlib
import json
import re
import secrets
import socket
import threading
import time

from ..fakes import TCPServer
from .servicewatcher import new_id

PATIENCE = 20  # seconds that it holds anything back, whatever becomes of the test
KINDS = {
    "version": r"/version",
    "info": r"/info",
    "events": r"/events\?filters=\S+",
    "list": r"/containers/json",
    "inspect": r"/containers/([0-9a-f]{64})/json",
}
PATH = re.compile(r"GET (?:/v(\d+)\.(\d+))?(/\S*) HTTP/1\.1")
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def answer(value, status="200 OK"):
    """As Go's servers send it: one chunk, however long."""
    head = STREAM.replace(b"200 OK", status.encode())
    return head + chunk(json.dumps(value).encode() + b"\n") + chunk(b"")


class Held:
    """An answer, made at the time of the question and sent when it is let go."""

    def __init__(self):
        self.is_asked, self.go = threading.Event(), threading.Event()

    def wait(self, within=10):
        assert self.is_asked.wait(within), "never asked"


class FakeEngine(TCPServer):
    """A context; on a unix socket."""

    strange = []  # what anybody asked beside the five questions

    def __init__(self, path, name="Engine", api=((1, 24), (1, 48)), identity=None):
        super().__init__()
        self.listener.close()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)
        self._open = {self.listener}
        self.address = f"unix://{path}"
        self.name, self.identity = name, identity or secrets.token_hex(16)
        self.api = api  # the oldest and the newest version that it speaks
        self.denied = None  # by a proxy before it: what passes, and the status of the rest
        self.refused = 0
        self.more_in_events = {}
        self.versions = []  # asked for in paths, in turn; None where a path had none
        self.containers, self.asked = {}, []  # what inspect says of each; when and what
        self.listed_more = {}  # beside what the list needs
        self.sayings = {}  # by container, bytes instead of what inspect says
        self.lateness = 0.0  # seconds that have passed when it tells of something
        self._streams, self._held, self._lies = [], {}, {}

    # What it is told

    def run(self, identity=None, told=True, **inspected):
        """A container starts; `inspected` is laid over what inspect says of it."""
        identity = identity or new_id()
        self.containers[identity] = {
            "Id": identity, "Name": f"/c{identity[:6]}", "Path": "/waits", "Args": [],
            "State": {"Running": True, "Restarting": False, "Pid": 7},
            "Config": {"Image": "web:1", "Env": [], "Labels": {}, "ExposedPorts": {}},
            "HostConfig": {"NetworkMode": "bridge"}, "NetworkSettings": {"Ports": {}, "Networks": {}},
        }  # fmt: skip
        for key, value in inspected.items():
            self.containers[identity][key] = value
        if told:
            self.tell("start", identity)
        return identity

    def die(self, identity, told=True, removed=False):
        if removed:
            del self.containers[identity]
        else:
            self.containers[identity]["State"] = {"Running": False, "ExitCode": 137}
        if told:
            self.tell("die", identity)

    def tell(self, action, identity, **more):
        when = time.time_ns() - int(self.lateness * 1e9)
        event = {"Type": "container", "Action": action, "Actor": {"ID": identity}, "timeNano": when}
        self.send(json.dumps({**event, **self.more_in_events, **more}).encode() + b"\n")

    def send(self, data, raw=False):
        """Into the streams as they are."""
        for stream in list(self._streams):
            try:
                stream.sendall(data if raw else chunk(data))
            except OSError:
                self._streams.remove(stream)

    def end_streams(self, data=chunk(b"")):
        """With these bytes last."""
        self.send(data, raw=True)
        for stream in self._streams:
            with contextlib.suppress(OSError):  # the watcher may have closed it
                stream.shutdown(socket.SHUT_RDWR)
        self._streams = []

    def has_listener(self):
        return bool(self._streams)

    def hold(self, kind):
        """The next answer of this kind."""
        self._held[kind] = held = Held()
        return held

    def lie(self, kind, data=None):
        """These bytes from now on instead, b"" for silence; None: the truth again."""
        self._lies[kind] = data

    def count(self, kind):
        return sum(one == kind for _, one in self.asked)

    # What it says

    def serve(self, connection):
        request = b""
        while b"\r\n\r\n" not in request:
            more = connection.recv(65536)
            if not more:
                return
            request += more
        line = request.split(b"\r\n", 1)[0].decode()
        parts = PATH.fullmatch(line)
        matches = {kind: parts and re.fullmatch(path, parts[3]) for kind, path in KINDS.items()}
        kind = next((kind for kind, match in matches.items() if match), None)
        if kind is None:
            FakeEngine.strange.append(line)
            return connection.sendall(answer({"message": "page not found"}, "404 Not Found"))
        version = (int(parts[1]), int(parts[2])) if parts[1] else None
        if self.denied and self.denied[0] != ("versioned" if version else "plain"):
            self.refused += 1
            return connection.sendall(answer({}, self.denied[1]))
        self.versions.append(version)
        refusal = self._refusal(version)
        if refusal:
            return connection.sendall(answer({"message": refusal}, "400 Bad Request"))
        self.asked.append((time.monotonic(), kind))
        said = self._say(kind, matches[kind])
        held = self._held.pop(kind, None)
        if held:
            held.is_asked.set()
            held.go.wait(PATIENCE)
        connection.sendall(said)
        if kind == "events" and said == STREAM:
            self._streams.append(connection)
        if said == b"" or said == STREAM:
            connection.recv(1)  # until the other side has enough

    def _refusal(self, version):
        """As Docker says it."""
        (oldest, newest) = self.api
        text = version and f"client version {version[0]}.{version[1]} is too"
        if version and version < oldest:
            return f"{text} old. Minimum supported API version is {oldest[0]}.{oldest[1]}"
        if version and version > newest:
            return f"{text} new. Maximum supported API version is {newest[0]}.{newest[1]}"
        return None

    def _said_of_versions(self):
        oldest, newest = (f"{major}.{minor}" for major, minor in self.api)
        return {"ApiVersion": newest, "MinAPIVersion": oldest, "Components": [{"Name": self.name}]}

    def _say(self, kind, match):
        lie = self._lies.get(kind)
        if lie is not None:
            return lie
        if kind == "version":
            return answer(self._said_of_versions())
        if kind == "info":
            return answer({"ID": self.identity, "DockerRootDir": f"/{self.identity}"})
        if kind == "events":
            return STREAM
        if kind == "list":
            return answer([self._listed(one) for one in self.containers.values() if one["State"]["Running"]])
        if match[1] in self.sayings:
            return self.sayings[match[1]]
        inspected = self.containers.get(match[1])
        return answer(inspected) if inspected else answer({"message": "No such container"}, "404 Not Found")

    def _listed(self, inspected):
        listed = {"Id": inspected["Id"], "Names": [inspected["Name"]], "State": "running", "Labels": {}}
        return {**listed, **self.listed_more}
