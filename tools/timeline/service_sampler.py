"""What a client and an operator see of one service, asked again and again, and when it changed."""

import http.client
import json
import socket
import struct
import threading
import time

# Pauses between two looks, in seconds: a stop is a matter of milliseconds, an expiry of seconds.
CLOSE, RELAXED = 0.001, 0.050
_NO_DELAY_ON_CLOSE = struct.pack("ii", 1, 0)  # by a reset: thousands of looks leave no TIME_WAIT behind


def accepts(port):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_DELAY_ON_CLOSE)
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def is_found(dns_port, name):
    """One DNS question for an address, RFC 1035, and whether the answer has one."""
    labels = [name.encode(), b"service", b"consul", b""]
    asked_for = b"".join(struct.pack("B", len(label)) + label for label in labels)
    question = struct.pack(">6H", 1, 0x0100, 1, 0, 0, 0) + asked_for + struct.pack(">2H", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(2)
        asker.connect(("127.0.0.1", dns_port))
        asker.send(question)
        return struct.unpack(">6H", asker.recv(512)[:12])[3] > 0


class Changes:
    """Of one thing that is true or not. A change lies between the last look that saw the old and the first
    that saw the new: `after` the one was asked, `by` the other's answer."""

    def __init__(self):
        self.value, self.all, self._asked = False, [], None

    def look(self, ask):
        asked = time.monotonic()
        value = ask()
        if value != self.value:
            self.all.append((value, self._asked or asked, time.monotonic()))
            self.value = value
        self._asked = asked
        return value

    def became(self, value):
        """The last time it did, or None."""
        return next(((after, by) for to, after, by in reversed(self.all) if to == value), None)


class ServiceSampler:
    """Two who look at a service at the same time, each in a thread: a client, and an operator of Consul."""

    KINDS = ("accepts", "dns", "agent", "catalog", "critical")

    def __init__(self, agent, name, service_id, port):
        self._agent, self._name, self._id, self._port = agent, name, service_id, port
        self.changes = {kind: Changes() for kind in self.KINDS}
        self.pause, self._over = RELAXED, threading.Event()
        self.failure = None
        looks = (self._look_as_client, self._operator())
        self._threads = [threading.Thread(target=self._repeat, args=(look,), daemon=True) for look in looks]
        for thread in self._threads:
            thread.start()

    def end(self):
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self.failure:
            raise self.failure

    def is_(self, kind):
        return self.changes[kind].value

    def _repeat(self, look):
        try:
            while not self._over.wait(self.pause):
                look()
        except Exception as failure:  # told by `end`, in the thread that can end the recording
            self.failure = failure

    def _look_as_client(self):
        self.changes["dns"].look(lambda: is_found(self._agent.dns, self._name))
        self.changes["accepts"].look(lambda: accepts(self._port))

    def _operator(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._agent.http, timeout=5)

        def ask(path):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()

        def listed(path):
            return json.loads(ask(path)[1])

        def look():
            self.changes["agent"].look(lambda: ask(f"/v1/agent/service/{self._id}")[0] == 200)
            self.changes["catalog"].look(lambda: listed(f"/v1/catalog/service/{self._name}") != [])
            checks = f"/v1/health/checks/{self._name}"
            self.changes["critical"].look(lambda: any(one["Status"] == "critical" for one in listed(checks)))

        return look
