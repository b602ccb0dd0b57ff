"""The init under test: ours, or the one that the environment variable INIT names with its options."""

import functools
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import time

import pytest

from ..waiting import Late, eventually
from ..wrapper import SERVICEWRAPPER, Wrapper

# How each spells what it offers, {} for the value. What is left out it doesn't offer.
DIALECTS = {
    "servicewrapper": {
        "process group": "--process-group",
        "process alone": "",
        "rewrite": "--rewrite {}",
        "rewrite by name": "--rewrite {}",
        "expect exit": "--expect-exit {}",
        "wait for all": "--wait-for-all {}",
        "stop timeout": "--stop-timeout {}",
        "verbose": "--log-level debug",
        "environment": "",
        "subreaper": "",
    },
    "tini": {
        "process group": "-g",
        "process alone": "",
        "expect exit": "-e {}",
        "verbose": "-vvv",
        "subreaper": "-s",
    },
    # Groups are what it is about: it signals its process's session unless it is told not to.
    "dumb-init": {
        "process group": "",
        "process alone": "--single-child",
        "rewrite": "--rewrite {}",
        "verbose": "--verbose",
    },
    "catatonit": {"process group": "-g", "process alone": "", "verbose": ""},
}
OURS = "servicewrapper"
OTHERS = {"tini": ["tini", "-s"], "dumb-init": ["dumb-init"], "catatonit": ["catatonit"]}

# As a container's PID 1; ends with us whatever becomes of it.
PID_1 = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]

# All that a program can catch, without the one that says that a process has ended.
CATCHABLE = sorted(set(range(1, 65)) - {32, 33} - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD})  # 59


class Init:
    """An init, and how it wants to be asked for things."""

    def __init__(self, words, name=None):
        self.name = name or os.path.basename(words[0])
        # Found before a test changes PATH.
        self.words = [shutil.which(words[0]) or words[0], *words[1:]]
        self.dialect = DIALECTS.get(self.name, {})
        self.is_ours = self.name == OURS

    def asked(self, wish, *values):
        """The options that ask for this; skips the test where there are none."""
        if wish not in self.dialect:
            pytest.skip(f"not offered by {self.name}")
        return [word.format(*values) for word in self.dialect[wish].split()]

    def command(self, *command, options=(), dashes=True):
        return [*self.words, *map(str, options), *["--"][: int(dashes)], *map(str, command)]

    @functools.cached_property
    def version(self):
        """By its own account, or the package's where it can't say."""
        asked = subprocess.run([self.words[0], "--version"], capture_output=True, text=True, timeout=10)
        said = (asked.stdout or asked.stderr).splitlines()
        return said[0] if said else self.name


def init_under_test():
    words = shlex.split(os.environ.get("INIT", ""))
    while words and words[-1] == "--":
        words.pop()
    return Init(words) if words else Init([SERVICEWRAPPER, "--no-register"], OURS)


INIT = init_under_test()


def children(pid):
    """Its children, zombies too, the oldest first; proc(5)."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as list_of_them:
            return [int(word) for word in list_of_them.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def status_of(pid):
    """The fields of /proc/PID/status; empty where it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as status:
            return dict(line.rstrip("\n").split(":\t", 1) for line in status)
    except (FileNotFoundError, ProcessLookupError):
        return {}


def state(pid):
    """R, S, D, T (stopped), Z (zombie), or empty where it is gone."""
    return status_of(pid).get("State", "")[:1]


def descriptors(pid):
    return {int(name) for name in os.listdir(f"/proc/{pid}/fd")}


def no_core():
    """Signals that would leave a core file leave none."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Running(Wrapper):
    """The init under test with a process, as PID 1 of its own namespace or as anybody's child."""

    def __init__(
        self, *command, mode="child", options=(), prefix=(), before=None, dashes=True, by=None, **how
    ):
        self.mode = mode
        namespace = PID_1 if mode == "pid-1" else []
        program, *words = (by or INIT).command(*command, options=options, dashes=dashes)

        def prepare():
            no_core()
            if before:
                before()

        super().__init__(words, prefix=[*namespace, *prefix], program=program, before=prepare, **how)

    @functools.cached_property
    def init(self):
        """The init's own pid, as seen from here."""
        if self.mode != "pid-1":
            return self.process.pid
        return eventually(lambda: children(self.process.pid), what="an init in the namespace")[0]

    @property
    def child(self):
        """The pid of the process, as seen from here: the first child that the init has."""
        return eventually(lambda: children(self.init), what="a process under the init")[0]

    def send(self, number):
        """Sends the init a signal; returns when (CLOCK_MONOTONIC, seconds)."""
        sent = time.monotonic()
        os.kill(self.init, number)
        return sent

    @property
    def printed(self):
        return [line.decode(errors="replace").rstrip("\n") for line in self.output]

    def awaits(self, condition, within, what):
        """Waits for it, but no longer than the init lives."""

        def answer():
            ended = not self.is_running() and not any(reader.is_alive() for reader in self._readers)
            result = condition()
            if ended and not result:
                raise Late(f"ended with {self.wait()} before {what()}")
            return result

        try:
            return eventually(answer, within)
        except Late as late:
            raise Late(f"{late}: {what()}; the log:\n{self.log}") from None

    def prints(self, text, times=1, within=5.0):
        """Waits for this at the start of so many lines on standard output."""

        def found():
            lines = [line for line in self.printed if line.startswith(text)]
            return lines if len(lines) >= times else None

        return self.awaits(found, within, lambda: f"{times} lines {text!r} among {self.printed}")

    def signals(self, pid=None):
        """What the recorders among its processes noted: signals in order of arrival; `pid`: only this one."""
        notes = [note for line in self.printed if (note := re.fullmatch(r"(\d+) (\d+) -?\d+ \d+", line))]
        return [int(note[2]) for note in notes if pid in (None, note[1])]

    def receives(self, number, times=1, within=5.0):
        self.awaits(
            lambda: self.signals().count(int(number)) >= times,
            within,
            lambda: f"{times} of signal {int(number)} among {self.signals()}",
        )
