"""servicewrapper itself, the release binary, as a test runs it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from .repository import ROOT
from .started import kill, start
from .waiting import Late, eventually, wait_for_end

SERVICEWRAPPER = os.path.abspath(
    os.environ.get("SERVICEWRAPPER") or ROOT / ".build" / "release" / "servicewrapper"
)
_SERVER = os.path.join(os.path.dirname(__file__), "programs", "server.py")
_OURS = ("SERVICE", "CONSUL_")


def clean_environment(more=None):
    """Without anything that concerns servicewrapper, then with `more`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
    return {**environment, **(more or {})}


def memory(pid, field):
    """`Rss` or another field, in kB; proc_pid_smaps_rollup(5)."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith(field + ":"))


def descriptors(pid):
    """How many are open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


class Wrapper:
    """A running servicewrapper. What it and its process write is read at once, unless the test hands in pipes."""

    def __init__(self, arguments, environment=None, prefix=(), program=SERVICEWRAPPER, **options):
        command = [*prefix, program, *map(str, arguments)]
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        self.process = start(command, env=clean_environment(environment), **options)
        self.pid = self.process.pid
        self.error, self.output = [], []
        streams = [(self.process.stdout, self.output), (self.process.stderr, self.error)]
        self._readers = [self._reader(*stream) for stream in streams if stream[0]]

    @staticmethod
    def _reader(stream, into):
        def read():
            for line in stream:
                into.append(line)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        return reader

    @property
    def log(self):
        """All that came on standard error so far."""
        return b"".join(self.error).decode(errors="replace")

    def lines(self, containing=""):
        """servicewrapper's own log lines so far."""
        return [
            line
            for line in self.log.splitlines()
            if line.startswith("servicewrapper:") and containing in line
        ]

    def logs(self, text, within=5.0):
        """Waits for a log line with this text."""
        try:
            return eventually(lambda: self.lines(text), within)[0]
        except Late:
            raise Late(f"no log line with {text!r} within {within} s; the log:\n{self.log}") from None

    def send(self, number):
        """Sends a signal; returns when (CLOCK_MONOTONIC, seconds)."""
        sent = time.monotonic()
        os.kill(self.pid, number)
        return sent

    def wait(self, within=10.0):
        """The exit status, as a shell would say it."""
        return self.wait_until_ended(within)[0]

    def wait_until_ended(self, within=10.0):
        """The exit status, and when it ended (CLOCK_MONOTONIC, seconds)."""
        try:
            status, ended = wait_for_end(self.process, within)
        except Late as late:
            raise Late(f"{late}; the log:\n{self.log}") from None
        for reader in self._readers:
            reader.join(timeout=2)
        return (status if status >= 0 else 128 - status), ended

    def stop(self, within=10.0):
        self.send(signal.SIGTERM)
        return self.wait(within)

    def is_running(self):
        return self.process.poll() is None

    def kill(self):
        kill(self.process)


class Server:
    """The command line of programs/server.py, and what that has recorded."""

    def __init__(self, folder, port=None, **options):
        self.port, self.path = port, os.path.join(folder, f"server-{time.monotonic_ns()}.jsonl")
        self.command = [sys.executable, "-I", "-S", _SERVER, "--record", self.path]
        if port:
            self.command += ["--port", str(port)]
        for name, value in options.items():
            self.command += [f"--{name}"] if value is True else [f"--{name}", str(value)]

    def events(self, kind=None, **matching):
        """What was recorded, oldest first; times in seconds."""
        try:
            with open(self.path, encoding="utf-8") as record:
                events = [json.loads(line) for line in record if line.endswith("\n")]
        except FileNotFoundError:
            return []
        for event in events:
            event["at"] /= 1e9
        wanted = {**matching, **({"event": kind} if kind else {})}
        return [event for event in events if wanted.items() <= event.items()]

    def event(self, kind, within=5.0, **matching):
        """The first event of this kind, waited for."""
        return eventually(lambda: self.events(kind, **matching), within, f"{kind} {matching} of the server")[
            0
        ]

    def signal(self, name, within=5.0):
        return self.event("signal", within, signal=name)

    def signals(self):
        return [event["signal"] for event in self.events("signal")]

    @property
    def pid(self):
        return self.event("started")["pid"]

    def open_port(self):
        """Returns when it accepts."""
        os.kill(self.pid, signal.SIGUSR1)
        return self.event("accepting")["at"]

    def close_port(self):
        os.kill(self.pid, signal.SIGUSR2)
        return self.event("closed")["at"]
