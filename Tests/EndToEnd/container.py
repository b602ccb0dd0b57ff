"""servicewrapper as PID 1, in a PID namespace as in a container, and looked at from outside."""

import os

from .waiting import eventually
from .wrapper import SERVICEWRAPPER, Wrapper

NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


def status(pid, field):
    """One field of /proc/PID/status, as a list of words; empty where the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as fields:
            return next((line.split()[1:] for line in fields if line.startswith(field + ":")), [])
    except (FileNotFoundError, ProcessLookupError):
        return []


def _namespace_of(pid):
    try:
        return os.stat(f"/proc/{pid}/ns/pid").st_ino
    except OSError:
        return None


def _executable_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return None


def children_of(pid):
    """The eldest first."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [int(child) for child in children.read().split()]


class Container(Wrapper):
    """`pid` and `send` mean PID 1. One service, `NAME-1` on `port`, where one is named."""

    def __init__(self, command, *options, agent, name, port=None, prefix=(), **how):
        self.agent, self.name, self.id = agent, name, f"{name}-1"
        self._namespace = None
        arguments = ["--consul-addr", agent.address, "--name", name, "--id", self.id]
        arguments += ["--port", port] if port else []
        super().__init__([*arguments, *options, "--", *command], prefix=[*NAMESPACE, *prefix], **how)
        try:
            # The kernel drops what is sent to PID 1 before that is servicewrapper.
            self.pid = eventually(self._init, what="servicewrapper as PID 1")
            # Held, since the kernel gives the number of a namespace that is gone to the next one.
            self._namespace = os.open(f"/proc/{self.pid}/ns/pid", os.O_RDONLY)
        except BaseException:
            self.kill()
            raise

    def _init(self):
        ours, children = os.path.realpath(SERVICEWRAPPER), children_of(self.process.pid)
        return next((pid for pid in children if _executable_of(pid) == ours), None)

    # Its service

    def is_registered(self):
        return self.agent.service(self.id) is not None

    def is_found(self):
        """By DNS, as clients do: registered and passing."""
        return bool(self.agent.dig(self.name))

    def serves(self, within=20.0):
        """Waits until it is registered and passing."""
        eventually(lambda: self.agent.is_passing(self.id), within, f"{self.id} passing; the log:\n{self.log}")
        return self

    def is_withdrawn(self, within=10.0):
        """Waits until Consul no longer lists it."""
        eventually(lambda: not self.is_registered() and not self.is_found(), within, f"{self.id} gone")

    # Its processes, with their PIDs outside

    @property
    def main(self):
        """The process that servicewrapper started: its eldest child."""
        return eventually(lambda: children_of(self.pid), what="a process under PID 1")[0]

    def processes(self):
        """All of the namespace, zombies too, PID 1 apart."""
        namespace = os.fstat(self._namespace).st_ino
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [pid for pid in pids if pid != self.pid and _namespace_of(pid) == namespace]

    def zombies(self):
        return [pid for pid in self.processes() if status(pid, "State")[:1] == ["Z"]]

    def passes_on(self, number):
        """Sends a signal; returns when PID 1 has taken it up, or waits in vain."""
        self.send(number)
        bit = 1 << (number - 1)
        eventually(lambda: not int(status(self.pid, "ShdPnd")[0], 16) & bit, what=f"{number} taken up")

    def ends(self, within=20.0):
        """The exit status; neither the service nor a process may be left then."""
        exit_status = self.wait(within)
        left = self.processes()
        assert left == [], f"left running: {left}"
        still = self.agent.in_catalog(self.name)
        assert not self.is_registered() and still == [], f"still registered: {still}; the log:\n{self.log}"
        return exit_status

    def kill(self):
        super().kill()
        if self._namespace is not None:
            eventually(lambda: not self.processes(), within=10, what="the namespace to be empty")
            os.close(self._namespace)
            self._namespace = None
