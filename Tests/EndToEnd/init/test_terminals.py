"""On a terminal it is as if the process were alone there: signals, input, job control."""

import os
import shlex
import signal

import pytest

from ..started import kill, start
from ..waiting import eventually
from ..wrapper import clean_environment
from .inits import INIT, children, state

CTRL_C, CTRL_BACKSLASH, CTRL_Z = b"\x03", b"\x1c", b"\x1a"


@pytest.fixture
def on_terminal(terminal, start_init, mode):
    """Starts the init with this process on a terminal of its own, as session leader."""

    def run(*command, **how):
        place = terminal()
        if mode == "pid-1":
            leading = {"prefix": ["setsid", "--ctty"]}
        else:
            leading = {"before": place.control}
        streams = {"stdin": place.slave, "stdout": place.slave, "stderr": place.slave}
        return place, start_init(*command, mode=mode, **leading, **streams, **how)

    return run


@pytest.fixture(params=["process alone", "process group"])
def grouping(request):
    return INIT.asked(request.param)


@pytest.fixture
def notes(tmp_path):
    return Notes(tmp_path / "notes")


class Notes:
    """What a recorder wrote into a file: a terminal may go away."""

    def __init__(self, path):
        self.path = path

    def lines(self):
        return self.path.read_text().splitlines() if self.path.exists() else []

    def signals(self):
        return [int(line.split()[1]) for line in self.lines() if not line.startswith("ready")]

    def receive(self, number):
        eventually(lambda: number in self.signals(), what=f"{number}; so far {self.signals()}")

    def is_ready(self):
        eventually(lambda: "ready" in " ".join(self.lines()), what="the recorder")


# What the terminal sends


@pytest.mark.case(23)
@pytest.mark.parametrize("key, number", [(CTRL_C, 2), (CTRL_BACKSLASH, 3)], ids=["Ctrl-C", "Ctrl-\\"])
def test_a_key_that_means_a_signal_sends_it_once(on_terminal, recorder, notes, grouping, key, number):
    place, init = on_terminal(recorder, "-o", notes.path, options=grouping)
    notes.is_ready()
    place.type(key)
    notes.receive(number)
    init.send(signal.SIGUSR1)
    notes.receive(signal.SIGUSR1)
    assert notes.signals() == [number, signal.SIGUSR1]


@pytest.mark.case(23)
def test_a_window_resize_is_signalled_once(on_terminal, recorder, notes, grouping):
    place, init = on_terminal(recorder, "-o", notes.path, options=grouping)
    notes.is_ready()
    place.resize(33, 77)
    notes.receive(signal.SIGWINCH)
    init.send(signal.SIGUSR1)
    notes.receive(signal.SIGUSR1)
    assert notes.signals() == [signal.SIGWINCH, signal.SIGUSR1]


@pytest.mark.case(23)
def test_ctrl_c_ends_a_process_by_default(on_terminal, waits, grouping):
    place, init = on_terminal(waits, options=grouping)
    place.shows(b"ready")
    place.type(CTRL_C)
    assert init.wait(within=5) == 130


@pytest.mark.case(23)
def test_a_process_can_distinguish_kill_from_the_terminal(on_terminal, recorder, notes):
    """sigaction(2): SI_KERNEL, 128, and SI_USER, 0."""
    place, init = on_terminal(recorder, "-o", notes.path)
    notes.is_ready()
    place.type(CTRL_C)
    notes.receive(signal.SIGINT)
    init.send(signal.SIGHUP)
    notes.receive(signal.SIGHUP)
    codes = {int(line.split()[1]): int(line.split()[2]) for line in notes.lines()[1:]}
    assert codes == {signal.SIGINT: 128, signal.SIGHUP: 0}


# Its input and its jobs


@pytest.mark.case(24)
def test_the_process_reads_what_is_typed(on_terminal, grouping):
    place, init = on_terminal("sh", "-c", "echo up; read -r line; echo got:$line", options=grouping)
    place.shows(b"up")
    place.type(b"some words\n")
    place.shows(b"got:some words")
    assert init.wait() == 0


SHELL = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
PROMPT = b"here> "


@pytest.mark.case(24)
def test_a_shell_has_its_prompt_and_its_jobs(on_terminal, grouping):
    place, init = on_terminal(*SHELL, options=grouping, environment={"PS1": PROMPT.decode()})
    place.shows(PROMPT)
    place.type(b"cat\n")
    place.type(b"echoed\n")
    place.shows(b"echoed", times=2)
    place.type(CTRL_Z)
    place.shows(b"Stopped")
    place.type(b"jobs; fg\n")
    place.shows(b"Stopped", times=2)
    place.type(b"again\n")
    place.shows(b"again", times=2)
    place.type(b"\x04exit 9\n")
    assert init.wait() == 9
    assert b"no job control" not in place.shown and b"terminal process group" not in place.shown


@pytest.mark.case(24)
def test_a_script_has_job_control(on_terminal, grouping):
    script = "sleep 0.05 & fg >/dev/null && echo its status: $?"
    place, init = on_terminal("bash", "-m", "-c", script, options=grouping)
    place.shows(b"its status: 0")
    assert init.wait() == 0
    assert b"no job control" not in place.shown


# Ctrl-Z


@pytest.mark.case(25)
def test_ctrl_z_suspends_no_process_that_cannot_be_resumed(on_terminal, ticks, grouping):
    place, init = on_terminal(ticks, options=grouping)
    place.shows(b"tick")
    place.type(CTRL_Z)
    place.shows(b"^Z")
    place.shows(b"tick", times=place.shown.count(b"tick") + 10)
    assert state(init.init) == "S"
    init.send(signal.SIGTERM)
    assert init.wait(within=2) == 143


@pytest.fixture
def shell(terminal):
    """A shell with job control on a terminal of its own."""
    shells = []

    def run():
        place = terminal()
        environment = clean_environment({"PS1": PROMPT.decode()})
        streams = {"stdin": place.slave, "stdout": place.slave, "stderr": place.slave}
        shells.append(start(SHELL, before=place.control, env=environment, **streams))
        place.shows(PROMPT)
        return place, shells[-1]

    yield run
    for one in shells:
        kill(one)


def type_command(place, *command, options=()):
    place.type(shlex.join(INIT.command(*command, options=options)).encode() + b"\n")


@pytest.mark.case(25)
def test_under_a_shell_ctrl_z_suspends_both_and_fg_continues_them(shell, ticks, grouping):
    place, bash = shell()
    type_command(place, ticks, options=grouping)
    place.shows(b"\r\ntick")
    (init,) = children(bash.pid)
    process = eventually(lambda: children(init), what="a process")[0]

    for turn in (1, 2):
        place.type(CTRL_Z)
        place.shows(b"Stopped", times=turn)
        place.type(b"echo $((6 * 7))\n")
        place.shows(b"\r\n42\r\n", times=turn)
        assert (state(init), state(process)) == ("T", "T")

        before = place.shown.count(b"tick\r\n")
        place.type(b"fg\n")
        place.shows(b"tick\r\n", times=before + 10)
        assert state(init) == "S"

    place.type(CTRL_C)
    eventually(lambda: not children(bash.pid), what="both gone")
    place.type(b"echo status: $?\n")
    place.shows(b"status: 130")


@pytest.mark.case(25)
def test_under_a_shell_a_suspended_job_goes_on_in_the_background(shell, waits, grouping):
    place, bash = shell()
    type_command(place, waits, options=grouping)
    place.shows(b"\r\nready")
    (init,) = children(bash.pid)
    process = eventually(lambda: children(init), what="a process")[0]
    place.type(CTRL_Z)
    place.shows(b"Stopped")
    place.type(b"bg\n")
    eventually(lambda: (state(init), state(process)) == ("S", "S"), what="both continued")
    os.kill(init, signal.SIGTERM)
    place.type(b"wait %1; echo status: $?\n")
    place.shows(b"status: 143")


@pytest.mark.case(25)
def test_under_a_shell_a_job_in_the_background_may_not_read(shell, grouping):
    """It is stopped until it is brought to the foreground, as without us."""
    place, bash = shell()
    words = shlex.join(INIT.command("sh", "-c", "read -r line; echo got:$line", options=grouping))
    place.type(words.encode() + b" &\n")
    place.shows(PROMPT, times=2)
    place.type(b"echo $((6 * 7))\n")
    place.shows(b"\r\n42")
    (init,) = children(bash.pid)
    process = eventually(lambda: children(init), what="a process")[0]
    eventually(lambda: state(process) == "T", what="stopped when it read")
    place.type(b"fg\n")
    eventually(lambda: state(process) == "S", what="continued")
    place.type(b"words\n")
    place.shows(b"got:words")


# The terminal's owner


@pytest.mark.case(24)
def test_a_group_of_its_own_owns_the_terminal_and_gives_it_back(terminal):
    """To a caller without job control, who wouldn't take it by itself."""
    place = terminal()
    process = 'echo "process: $(ps -o pgid= -p $$)"; read -r line; echo got:$line'
    init = shlex.join(INIT.command("sh", "-c", process, options=INIT.asked("process group")))
    caller = ["sh", "-c", f"{init}; read -r line; echo after:$line"]
    streams = {"stdin": place.slave, "stdout": place.slave, "stderr": place.slave}
    one = start(caller, before=place.control, env=clean_environment(), **streams)
    try:
        place.shows(b"process: ")
        eventually(lambda: place.foreground != one.pid, what="the process's group in the foreground")
        place.type(b"words\n")
        place.shows(b"got:words")
        eventually(lambda: place.foreground == one.pid, what="the caller's group in the foreground")
        place.type(b"more words\n")
        place.shows(b"after:more words")
    finally:
        kill(one)


# It goes away


@pytest.mark.case(26)
def test_a_terminal_that_goes_away_hangs_up_once(on_terminal, recorder, notes, grouping):
    place, init = on_terminal(recorder, "-o", notes.path, options=grouping)
    notes.is_ready()
    place.hang_up()
    notes.receive(signal.SIGHUP)
    init.send(signal.SIGUSR1)
    notes.receive(signal.SIGUSR1)
    received = [number for number in notes.signals() if number != signal.SIGCONT]
    assert received == [signal.SIGHUP, signal.SIGUSR1]


@pytest.mark.case(26)
def test_a_terminal_that_goes_away_ends_the_process(on_terminal, waits, grouping):
    place, init = on_terminal(waits, options=grouping)
    place.shows(b"ready")
    place.hang_up()
    assert init.wait(within=5) == 129
