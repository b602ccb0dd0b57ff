"""What can be wrong with Consul, to be brought about and mended again."""

import socket
import struct
import time

# The agent's end and ours, of a way that can be cut.
_THEIRS, _OURS = "198.51.100.1", "198.51.100.2"


class Fault:
    """`consul` and `prefix` are how servicewrapper gets there; `agent` is the real one. `tries`: how many of
    ours it meets within a few seconds; one, where each is waited for. `is_seen`: the test can ask the agent
    meanwhile, and sees that it misses us. `turns_away`: it is there, and has no room for us."""

    prefix, tries, is_seen, turns_away = (), 4, True, False

    def strike(self):
        """From now on."""

    def mend(self):
        """Until now."""


class Killed(Fault):
    """Nobody listens: refused."""

    is_seen = False

    def __init__(self, request):
        self.agent = request.getfixturevalue("own_agent")()
        self.consul = self.agent.address

    def strike(self):
        self.agent.kill()

    def mend(self):
        self.agent.start()


class Hung(Fault):
    """Accepts, by its kernel, and says nothing."""

    tries, is_seen = 1, False

    def __init__(self, request):
        self.agent = request.getfixturevalue("own_agent")()
        self.consul = self.agent.address

    def strike(self):
        self.agent.pause()

    def mend(self):
        self.agent.resume()


class BlackHole(Fault):
    """The way back from it is cut: what is sent is neither answered nor refused."""

    tries = 1

    def __init__(self, request):
        make = request.getfixturevalue("network")
        self._there, here = make(), make()
        self._there.link("agent0", f"{_THEIRS}/24", here, "ours0", f"{_OURS}/24")
        self.agent = request.getfixturevalue("own_agent")(prefix=self._there.prefix, unix_beside=_THEIRS)
        self.consul, self.prefix = f"{_THEIRS}:{self.agent.http}", here.prefix

    def strike(self):
        self._there.ip("route", "add", "blackhole", f"{_OURS}/32")

    def mend(self):
        self._there.ip("route", "del", "blackhole", f"{_OURS}/32")


class Leaderless(Fault):
    """One server of three is left. What changes nothing, as a heartbeat, needs no leader."""

    tries, is_seen = 1, False

    def __init__(self, request):
        cluster = request.getfixturevalue("cluster")()
        self.agent, *self._others = cluster.servers
        self.consul = self.agent.address

    def strike(self):
        for server in self._others:
            server.kill()

    def mend(self):
        for server in self._others:
            server.launch()


# What a real agent can't be made to show


def reset(connection):
    """RST instead of FIN; socket(7), SO_LINGER."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def one_byte_a_second(connection):
    while True:
        connection.sendall(b"x")
        time.sleep(1)


def flood(connection):
    while True:
        connection.sendall(b"x" * 65536)


def keep_open(connection):
    while connection.recv(4096):
        pass


OK = b"HTTP/1.1 200 OK\r\n"


def answer(status, *headers, body=b""):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Lie(Fault):
    def __init__(self, request, what, then=None, tries=Fault.tries, turns_away=False):
        self.agent = request.getfixturevalue("agent")
        self._front = request.getfixturevalue("front")(self.agent)
        self.consul, self.tries, self.turns_away = self._front.address, tries, turns_away
        self._lie = what, then

    def strike(self):
        self._front.lie(*self._lie)

    def mend(self):
        self._front.be_honest()


def lie(*arguments, **options):
    return lambda request: Lie(request, *arguments, **options)


FAULTS = {
    "killed": Killed,
    "hung": Hung,
    "black-hole": BlackHole,
    "leaderless": Leaderless,
    "reset-in-the-answer": lie(OK + b"Content-Length: 10\r\n\r\nabc", reset, turns_away=True),
    "one-byte-a-second": lie(OK + b"Content-Length: 1000\r\n\r\n", one_byte_a_second, tries=1),
    "garbage": lie(b"\x00\xff\x16\x03\x01 this is not HTTP\r\n\r\n" * 50, keep_open),
    "endless-body": lie(OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n", flood),
    "too-many-requests": lie(answer("429 Too Many Requests", "Retry-After: 1"), turns_away=True),
    "internal-error": lie(answer("500 Internal Server Error", body=b"rpc error: No cluster leader")),
    # Told once and tried again after a minute, since the same question gets the same answer.
    "redirect": lie(answer("301 Moved Permanently", "Location: http://198.51.100.9/"), tries=1),
    "denied": lie(answer("403 Forbidden", body=b"Permission denied"), tries=1),
}
IN_NO_HURRY = {"redirect", "denied"}
