"""An interactive bash on a terminal of its own: job control, its own signals, and what stops it."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pytest

from ..container import status
from ..waiting import Late, eventually

pytestmark = [pytest.mark.root, pytest.mark.needs("unshare", "setsid", "bash")]


class Terminal:
    """The keyboard and the screen of a pty."""

    def __init__(self):
        self.keyboard, self.device = pty.openpty()
        self._screen = b""

    def types(self, text):
        os.write(self.keyboard, text.encode())

    def shows(self, text, within=10.0):
        """Waits for the text, after what was waited for before."""
        deadline = time.monotonic() + within
        while text.encode() not in self._screen:
            if not select.select([self.keyboard], [], [], max(0, deadline - time.monotonic()))[0]:
                raise Late(f"no {text!r} within {within} s on the screen: {self._screen!r}")
            self._screen += os.read(self.keyboard, 65536)
        self._screen = self._screen.partition(text.encode())[2]

    def resize(self, rows, columns):
        fcntl.ioctl(self.keyboard, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def hang_up(self):
        if self.keyboard is not None:
            os.close(self.keyboard)
            self.keyboard = None

    def close(self):
        self.hang_up()
        os.close(self.device)


@pytest.fixture
def terminal():
    one = Terminal()
    yield one
    one.close()


@pytest.fixture
def shell(container, terminal):
    """bash at its prompt, registered; PID 1 leads the terminal's session, as under `docker run -it`."""

    def run(*options):
        ours = container(
            "shell",
            # Without what a user or a distribution makes of it.
            ["bash", "--norc", "--noprofile", "-i"],
            *options,
            prefix=["setsid", "--ctty"],
            environment={"PS1": "ready> ", "TERM": "dumb", "HISTFILE": ""},
            stdin=terminal.device,
            stdout=terminal.device,
            stderr=terminal.device,
        )
        at_prompt(ours, terminal)
        return ours.serves()

    return run


def at_prompt(ours, terminal):
    """Waits until bash waits for a line: what it catches just before that it heeds after the next key."""
    terminal.shows("ready> ")
    eventually(lambda: status(ours.main, "State")[0] == "S", what="bash reads")


def sleep_in_front(ours, terminal):
    """Waits until the keys are for `sleep`, which before its exec is a bash with a mind of its own."""

    def job():
        others = set(ours.processes()) - {ours.main}
        return next((pid for pid in others if status(pid, "Name") == ["sleep"]), None)

    eventually(lambda: job() == os.tcgetpgrp(terminal.keyboard), what="sleep in front")
    eventually(lambda: status(job(), "State")[0] == "S", what="it sleeps")
    return job()


def test_a_command_that_is_typed_runs_and_exit_ends_the_container_with_its_status(shell, terminal):
    ours = shell()
    terminal.types("echo $((6 * 7)) answers\n")
    terminal.shows("42 answers")
    terminal.types("exit 3\n")
    assert ours.ends() == 3


def test_ctrl_c_ends_the_job_and_neither_the_shell_nor_its_registration(shell, terminal):
    ours = shell()
    terminal.types("sleep 1000\n")
    sleep_in_front(ours, terminal)
    terminal.types("\x03")
    at_prompt(ours, terminal)
    terminal.types("echo it was $?\n")
    terminal.shows("it was 130")
    assert ours.processes() == [ours.main] and ours.agent.is_passing(ours.id)


def test_ctrl_z_and_fg_work(shell, terminal):
    ours = shell()
    terminal.types("sleep 1000\n")
    job = sleep_in_front(ours, terminal)
    terminal.types("\x1a")
    at_prompt(ours, terminal)
    assert status(job, "State")[0] == "T" and ours.agent.is_passing(ours.id)
    terminal.types("fg\n")
    assert sleep_in_front(ours, terminal) == job
    terminal.types("\x03")
    at_prompt(ours, terminal)
    assert ours.processes() == [ours.main] and ours.agent.is_passing(ours.id)


def test_a_new_size_of_the_window_reaches_it(shell, terminal):
    shell()
    terminal.resize(31, 97)
    terminal.types("echo size=$(stty size)\n")
    terminal.shows("size=31 97")
    # bash learns the size from the signal, or after a command of its own process group's.
    terminal.types("sleep 0; echo columns=$COLUMNS\n")
    terminal.shows("columns=97")


def test_usr1_runs_its_trap(shell, terminal):
    ours = shell()
    terminal.types("trap 'echo re''loaded' USR1; echo is set\n")
    terminal.shows("\nis set")
    at_prompt(ours, terminal)
    ours.passes_on(signal.SIGUSR1)
    # bash runs a trap when the line that it reads is there.
    terminal.types("\n")
    terminal.shows("reloaded")
    assert ours.agent.is_passing(ours.id)


def test_term_does_not_stop_it_bash_ignores_that(shell):
    ours = shell("--stop-timeout", "500ms")
    ours.send(signal.SIGTERM)
    ours.is_withdrawn()
    assert ours.ends() == 128 + signal.SIGKILL


def test_where_only_term_is_sent_rewriting_it_to_hup_ends_it(shell):
    ours = shell("--rewrite", "TERM:HUP")
    ours.send(signal.SIGTERM)
    assert ours.ends() == 128 + signal.SIGHUP


def test_it_is_out_of_consul_and_still_works_until_the_drain_is_over(shell, terminal):
    ours = shell("--rewrite", "TERM:HUP", "--drain", "1m")
    ours.send(signal.SIGTERM)
    ours.is_withdrawn()
    terminal.types("echo $((6 * 7)) answers\n")
    terminal.shows("42 answers")
    at_prompt(ours, terminal)
    ours.send(signal.SIGTERM)
    assert ours.ends() == 128 + signal.SIGHUP


def test_a_terminal_that_goes_away_ends_it_and_its_job(shell, terminal):
    """The kernel tells PID 1 alone, who leads the terminal's session."""
    ours = shell()
    terminal.types("sleep 1000\n")
    sleep_in_front(ours, terminal)
    terminal.hang_up()
    assert ours.ends() == 128 + signal.SIGHUP


def test_a_terminal_that_goes_away_ends_it_at_its_prompt(shell, terminal):
    ours = shell()
    terminal.hang_up()
    # It reads the end of its input, or is told by PID 1 before it does.
    assert ours.ends() in (0, 128 + signal.SIGHUP)
