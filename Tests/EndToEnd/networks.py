"""Network namespaces with links between them, and none to the machine's own network."""

import os
import subprocess

import pytest

from .started import kill, start
from .waiting import eventually


def in_networks(test):
    """For a test that makes some."""
    return pytest.mark.root(pytest.mark.needs("unshare", "nsenter", "ip")(test))


class Network:
    """One namespace, with loopback up; it ends with the tests, whatever becomes of them."""

    def __init__(self):
        self._holder = start(["unshare", "--net", "sleep", "infinity"])
        eventually(self._is_own, what="a namespace")
        self.prefix = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net"]
        self.ip("link", "set", "lo", "up")

    def _is_own(self):
        return os.stat(f"/proc/{self._holder.pid}/ns/net").st_ino != os.stat("/proc/self/ns/net").st_ino

    @property
    def pid(self):
        return str(self._holder.pid)

    def ip(self, *arguments):
        """ip(8) in it."""
        command = [*self.prefix, "ip", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def add(self, name, *addresses):
        """An interface that leads nowhere: a cable of which nobody uses the other end."""
        self.ip("link", "add", name, "type", "veth", "peer", "name", f"{name}-end")
        self.ip("link", "set", f"{name}-end", "up")
        self._give(name, addresses)

    def link(self, name, address, other, their_name, their_address):
        """A cable to another namespace; the addresses have a prefix length."""
        peer = ["peer", "name", their_name, "netns", other.pid]
        self.ip("link", "add", name, "type", "veth", *peer)
        self._give(name, [address])
        other._give(their_name, [their_address])

    def _give(self, name, addresses):
        for address in addresses:
            self.ip("address", "add", address, "dev", name)
        self.ip("link", "set", name, "up")

    def end(self):
        kill(self._holder)
