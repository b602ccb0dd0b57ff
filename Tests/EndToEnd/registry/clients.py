"""Clients as a service has them: they find it by Consul's DNS, and connect again and again."""

import socket
import struct
import threading
import time

from ..waiting import eventually

_SRV, _IN = 33, 1


def srv_ports(host, port, name):
    """The ports in the answer to one SRV question, by UDP; RFC 1035, RFC 2782."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in f"{name}.service.consul".split("."))
    question = labels + b"\0" + struct.pack(">HH", _SRV, _IN)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.settimeout(2)
        asked.connect((host, port))
        asked.send(struct.pack(">HHHHHH", 1, 0x0100, 1, 0, 0, 0) + question)
        answer = asked.recv(4096)
    place, ports = 12 + len(question), []
    for _ in range(struct.unpack_from(">H", answer, 6)[0]):
        while answer[place] & 0xC0 != 0xC0 and answer[place]:
            place += 1 + answer[place]
        place += 2 if answer[place] else 1
        length = struct.unpack_from(">H", answer, place + 8)[0]
        ports.append(struct.unpack_from(">H", answer, place + 14)[0])
        place += 10 + length
    return ports


class Clients:
    """Some of them, each with an answer of its own that it uses for so many seconds: a context. One that
    finds nobody any more has finished."""

    def __init__(self, agent, name, count=4, answer_lives=0.1):
        self._agent, self._name, self._answer_lives = agent, name, answer_lives
        self._threads = [threading.Thread(target=self._connect_on, daemon=True) for _ in range(count)]
        self._ended = threading.Event()
        self.served, self.refused = [], []  # when

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join(10)

    def have_been_served(self, count, within=20):
        eventually(lambda: len(self.served) >= count, within, f"{count} connections")

    def have_finished(self, within=10):
        eventually(lambda: not any(thread.is_alive() for thread in self._threads), within, "all find nobody")

    def _connect_on(self):
        dns = self._agent.host, self._agent.dns
        while not self._ended.is_set() and (ports := srv_ports(*dns, self._name)):
            good_until = time.monotonic() + self._answer_lives
            while time.monotonic() < good_until:
                self._connect("127.0.0.1", ports[0])

    def _connect(self, host, port):
        """Served means: accepted by the process, which closes it. A reset was in its backlog at its end."""
        try:
            with socket.create_connection((host, port), timeout=5) as connection:
                assert connection.recv(1) == b""
            self.served.append(time.monotonic())
        except OSError:
            self.refused.append(time.monotonic())
            time.sleep(0.001)
