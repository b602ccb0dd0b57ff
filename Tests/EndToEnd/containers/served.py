"""A container, and what Consul says about its service."""

import socket
import time

from ..waiting import eventually

TTL = 3.0  # seconds, where a test waits until it has run out
EXPIRED = TTL + 1.5


class Served:
    def __init__(self, container, agent, name, port=None):
        self.container, self.agent, self.name, self.port = container, agent, name, port

    def instances(self):
        """Its instances in the catalog: never more than one."""
        return self.agent.in_catalog(self.name)

    @property
    def id(self):
        return eventually(self.instances, what=f"{self.name} in the catalog")[0]["ServiceID"]

    def is_passing(self):
        """One instance, and no check of it that says otherwise."""
        statuses = [self.agent.statuses(one["ServiceID"]) for one in self.instances()]
        return len(statuses) == 1 and set(statuses[0].values()) <= {"passing"}

    def is_found(self):
        """By DNS, as clients do."""
        return bool(self.agent.dig(self.name))

    def serves(self, within=20.0):
        eventually(self.is_passing, within, f"{self.name} passing", every=0.05)
        return self

    def is_clean(self):
        """Not a trace in Consul."""
        services = [service["Service"] for service in self.agent.services().values()]
        return self.name not in services and self.instances() == [] and not self.is_found()

    def is_withdrawn(self, within=5.0):
        eventually(self.is_clean, within, f"{self.name} gone; the log:\n{self.container.log()}")

    def is_left_behind_and_expires(self):
        """As after KILL: passing at first, then critical and out of DNS by the TTL, and still listed."""
        left, since = self.id, time.monotonic()
        assert self.is_passing() and self.is_found(), "nobody could take it out"
        eventually(lambda: self.agent.statuses(left)["alive"] == "critical", EXPIRED, "the TTL's end")
        assert time.monotonic() - since > TTL / 3, "it was the TTL that ended it"
        assert not self.is_found()
        assert [one["ServiceID"] for one in self.instances()] == [left]
        assert "TTL expired" in self.agent.checks(left)[f"{left}:alive"]["Output"]

    def ping(self):
        """What redis answers, or nothing where nobody does."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                client.sendall(b"PING\r\n")
                return client.recv(64)
        except OSError:
            return b""
