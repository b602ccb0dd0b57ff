"""The process sees what it would see without an init: nothing of the init's own, and nothing lost."""

import errno
import os
import re
import resource
import select
import signal
import subprocess
import sys

import pytest

from ..started import kill, start
from ..waiting import eventually, wait_for_end
from ..wrapper import clean_environment
from .inits import INIT

# Of /proc/PID/status, what differs from one process to the next, whoever started it.
OF_ITS_OWN = "Pid PPid Tgid Ngid NStgid NSpid NSpgid NSsid SigQ Threads FDSize CoreDumping TracerPid".split()
OF_THE_MOMENT = ("Vm", "Rss", "Huge", "voluntary", "nonvoluntary")
# The C library keeps these two for itself and lets nobody change them.
KEPT_BY_LIBC = 1 << 31 | 1 << 32


# Unusual callers


def usual():
    pass


def with_signals_blocked():
    signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD, 40, 64})


def with_signals_ignored():
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE, signal.SIGTTOU, signal.SIGINT, 41, 64):
        signal.signal(number, signal.SIG_IGN)


def with_everything_blocked_and_ignored():
    signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
        signal.signal(number, signal.SIG_IGN)


def with_descriptors():
    for number in (3, 7, 9, 200):
        descriptor = os.open("/dev/zero", os.O_RDWR | os.O_APPEND)
        os.dup2(descriptor, number)
        if descriptor != number and descriptor not in (3, 7, 9, 200):
            os.close(descriptor)


def without_standard_streams():
    for number in (0, 1, 2):
        os.close(number)


def without_standard_input():
    os.close(0)


def with_odd_limits():
    os.umask(0o137)
    os.nice(3)
    resource.setrlimit(resource.RLIMIT_NOFILE, (77, 99))
    resource.setrlimit(resource.RLIMIT_STACK, (3 << 20, 5 << 20))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 31))
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("321")


def elsewhere():
    os.chdir("/proc/sys")


CALLERS = [
    usual,
    with_signals_blocked,
    with_signals_ignored,
    with_everything_blocked_and_ignored,
    with_descriptors,
    without_standard_streams,
    without_standard_input,
    with_odd_limits,
    elsewhere,
]


class Look:
    """What programs/look.c wrote down."""

    def __init__(self, path):
        sections = path.read_bytes().split(b"== ")[1:]
        self.parts = dict(section.split(b"\n", 1) for section in sections)
        status = self.parts[b"status"].decode(errors="replace").splitlines()
        self.status = dict(line.split(":\t", 1) for line in status if ":" in line)

    def signals(self, field):
        return int(self.status[field], 16) & ~KEPT_BY_LIBC

    @property
    def inherited_status(self):
        """All of status that a process takes over from its parent, signals apart."""
        apart = (*OF_THE_MOMENT, "Sig", "Shd")
        return {
            key: value
            for key, value in self.status.items()
            if key not in OF_ITS_OWN and not key.startswith(apart)
        }

    @property
    def place(self):
        """Process group, session, terminal and its foreground group, priority, nice; proc_pid_stat(5)."""
        fields = self.parts[b"stat"].rsplit(b")", 1)[1].split()
        names = {"group": 2, "session": 3, "terminal": 4, "foreground": 5, "priority": 15, "nice": 16}
        return {name: int(fields[place]) for name, place in names.items()}


@pytest.fixture
def looks(programs, tmp_path):
    """What a process sees when this caller starts it, and when the caller starts an init that starts it."""

    def look(caller, options=(), environment=None):
        direct, under = tmp_path / "direct", tmp_path / "under"
        program = programs / "look"
        commands = [program, direct, "//", *INIT.command(program, under, options=options)]
        environment = clean_environment(environment)
        one = start([programs / "caller", *commands], before=caller, close_fds=False, env=environment)
        try:
            assert wait_for_end(one)[0] == 0
        finally:
            kill(one)
        return Look(direct), Look(under)

    return look


by_callers = pytest.mark.parametrize("caller", CALLERS, ids=[caller.__name__ for caller in CALLERS])


@pytest.mark.case(17)
@by_callers
@pytest.mark.parametrize("field", ["SigBlk", "SigIgn", "SigCgt"])
def test_its_signals_are_as_the_caller_set_them(looks, caller, field):
    direct, under = looks(caller)
    assert f"{under.signals(field):016x}" == f"{direct.signals(field):016x}"


@pytest.mark.case(21, 34)
@by_callers
def test_its_descriptors_are_the_caller_s_and_no_more(looks, caller):
    direct, under = looks(caller)
    assert under.parts[b"descriptors"] == direct.parts[b"descriptors"]


@pytest.mark.case(22)
@by_callers
@pytest.mark.parametrize("what", ["limits", "oom_score_adj", "cgroup", "asked", "environ"])
def test_inherited_attributes_are_the_caller_s(looks, caller, what):
    direct, under = looks(caller)
    assert under.parts[what.encode()] == direct.parts[what.encode()]


@pytest.mark.case(22)
@by_callers
def test_its_rights_are_the_caller_s(looks, caller):
    direct, under = looks(caller)
    assert direct.inherited_status.keys() >= {"Umask", "Groups", "CapEff", "NoNewPrivs", "Seccomp"}
    assert under.inherited_status == direct.inherited_status


@pytest.mark.case(22)
@by_callers
def test_its_group_and_its_session_are_the_caller_s(looks, caller):
    direct, under = looks(caller)
    assert under.place == direct.place


@pytest.mark.case(22)
def test_its_environment_is_the_caller_s_byte_for_byte(looks):
    odd = {"EMPTY": "", "ODD": "\udcff\udc80=\n\t ", "SERVICE_TAGS": "a,b", "LONG": "x" * 100_000}
    direct, under = looks(usual, environment=odd)
    assert b"ODD=\xff\x80=\n\t \0" in direct.parts[b"environ"]
    assert under.parts[b"environ"] == direct.parts[b"environ"]


@pytest.mark.case(17, 21, 22)
def test_in_a_group_of_its_own_only_the_group_is_another(looks):
    direct, under = looks(with_signals_blocked, options=INIT.asked("process group"))
    for field in ("SigBlk", "SigIgn", "SigCgt"):
        assert under.signals(field) == direct.signals(field)
    assert under.parts[b"descriptors"] == direct.parts[b"descriptors"]
    assert under.inherited_status == direct.inherited_status
    assert {**under.place, "group": 0} == {**direct.place, "group": 0}
    assert under.place["group"] != direct.place["group"]


# Standard streams


@pytest.mark.case(18)
def test_a_broken_pipe_ends_its_writer(run):
    init = run("bash", "-c", "yes | head -1; exit ${PIPESTATUS[0]}")
    assert init.wait() == 141
    assert init.printed == ["y"]


@pytest.mark.case(19)
def test_standard_input_passes_unchanged(run, tmp_path):
    sent = os.urandom(8 << 20)
    (tmp_path / "sent").write_bytes(sent)
    with open(tmp_path / "sent", "rb") as source, open(tmp_path / "received", "wb") as target:
        assert run("cat", stdin=source, stdout=target).wait() == 0
    assert (tmp_path / "received").read_bytes() == sent


@pytest.mark.case(19)
def test_standard_input_passes_unchanged_through_a_pipe(run, tmp_path):
    sent = os.urandom(8 << 20)
    (tmp_path / "sent").write_bytes(sent)
    reader, writer = os.pipe()
    feeder = start(["cat", tmp_path / "sent"], stdout=writer)
    os.close(writer)
    with open(tmp_path / "received", "wb") as target:
        init = run("cat", stdin=reader, stdout=target)
        os.close(reader)
        assert init.wait() == 0
    kill(feeder)
    assert (tmp_path / "received").read_bytes() == sent


@pytest.mark.case(20)
@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=["input", "output", "error", "all"])
def test_with_closed_standard_streams_it_runs_and_has_its_status(run, closed):
    redirections = " ".join(f"{number}>&-" for number in closed)
    closing = ["sh", "-c", f'exec "$@" {redirections}', "sh"]
    assert run("sh", "-c", "exit 7", prefix=closing).wait() == 7


@pytest.mark.case(20)
def test_with_closed_standard_streams_it_gets_its_signals(run, recorder, tmp_path):
    closing = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    notes = tmp_path / "notes"
    init = run(recorder, "-o", notes, prefix=closing)
    eventually(lambda: notes.exists() and notes.read_text().count("ready"), what="ready")
    init.send(signal.SIGHUP)
    eventually(lambda: " 1 " in notes.read_text(), what="HUP")


# What the init keeps, once the process has it. Not in a namespace, where unshare(1) keeps it all


@pytest.fixture
def pipe():
    """A pipe's two ends, closed in the end."""
    ends = list(os.pipe())
    yield ends
    for end in ends:
        if end is not None:
            os.close(end)


def give_away(pipe, end):
    os.close(pipe[end])
    pipe[end] = None


def at_end(reader, within=5.0):
    """Whether all that could write have closed it."""
    readable, _, _ = select.select([reader], [], [], within)
    return bool(readable) and os.read(reader, 1) == b""


@pytest.mark.case(34)
def test_an_inherited_descriptor_reaches_the_process_and_is_not_kept(start_init, recorder, pipe):
    reader, writer = pipe
    script = f'echo handed down >&{writer}; exec {writer}>&-; exec "$0"'
    init = start_init("bash", "-c", script, recorder, pass_fds=[writer])
    give_away(pipe, 1)
    init.prints("ready")
    assert os.read(reader, 100) == b"handed down\n"
    assert at_end(reader), "nobody else has it open"
    assert init.is_running()


@pytest.mark.case(34)
def test_standard_output_is_not_kept(start_init, recorder, pipe, tmp_path):
    """Whoever reads it is to learn when the process closes it."""
    reader, writer = pipe
    notes = tmp_path / "notes"
    init = start_init("sh", "-c", 'exec "$0" -o "$1" >&-', recorder, notes, stdout=writer)
    give_away(pipe, 1)
    eventually(lambda: notes.exists() and notes.read_text(), what="ready")
    assert at_end(reader), "nobody else has it open"
    assert init.is_running()


@pytest.mark.case(34)
def test_standard_input_is_not_kept(start_init, recorder, pipe):
    """Whoever writes it is to learn that nobody reads any more."""
    reader, writer = pipe
    init = start_init("sh", "-c", 'exec "$0" <&-', recorder, stdin=reader)
    give_away(pipe, 0)
    init.prints("ready")
    os.set_blocking(writer, False)

    def is_broken():
        try:
            os.write(writer, b"x")
            return False
        except BrokenPipeError:
            return True
        except OSError as error:
            return error.errno == errno.EPIPE

    assert eventually(is_broken, what="nobody reads it")
    assert init.is_running()


@pytest.mark.root
@pytest.mark.case(35)
@pytest.mark.needs("mount", "umount")
def test_the_directory_it_was_started_in_can_be_unmounted(start_init, tmp_path):
    busy = 'mount -t tmpfs none "$0" && cd "$0" && exec "$@"'
    prefix = ["unshare", "--mount", "sh", "-c", busy, tmp_path]
    # The init may still be on its way out when the process is.
    script = 'pwd; cd /; until umount "$0" 2>/dev/null; do sleep 0.01; done'
    init = start_init("sh", "-c", script, tmp_path, prefix=prefix)
    assert init.wait(within=2) == 0, init.log
    assert init.printed == [str(tmp_path)]


@pytest.mark.case(31)
def test_a_grandchild_that_keeps_standard_output_delays_nothing(run, waits, pipe):
    reader, writer = pipe
    init = run("sh", "-c", 'trap "exit 3" HUP; "$0" & wait', waits, stdout=writer)
    give_away(pipe, 1)
    assert os.read(reader, 100) == b"ready\n"
    os.kill(init.child, signal.SIGHUP)
    assert init.wait(within=2) == 3


@pytest.mark.case(37)
@pytest.mark.parametrize("wish", ["process alone", "verbose"])
def test_standard_output_is_the_process_s_alone(run, recorder, wish):
    init = run("sh", "-c", 'echo mine; (:) & "$0"; :', recorder, options=INIT.asked(wish))
    init.prints("ready")
    init.send(signal.SIGTERM)
    init.wait()
    theirs = [line for line in init.printed if not re.fullmatch(r"mine|ready \d+|\d+ \d+ -?\d+ \d+", line)]
    assert theirs == []


@pytest.mark.case(38)
@pytest.mark.parametrize("command", [["ls", "-l", "/etc"], ["echo", "-n", "--help"], ["printf", "%s", "--"]])
def test_without_two_dashes_the_command_s_options_are_its_own(start_init, command):
    init = start_init(*command, dashes=False)
    plain = start(command, stdout=subprocess.PIPE, env=clean_environment())
    expected = plain.communicate(timeout=10)[0]
    assert init.wait() == 0
    assert b"".join(init.output) == expected


@pytest.mark.case(39)
def test_no_line_of_the_process_has_one_of_the_init_s_in_it(run, tmp_path):
    """Into a pipe that is nearly always full: each of its lines is one write."""
    script = tmp_path / "writer.py"
    script.write_text(
        "import os, signal\n"
        "signal.signal(signal.SIGHUP, lambda *_: None)\n"
        "for count in range(3000):\n"
        "    os.write(2, b'<' + b'x' * (1 + count % 90 * 40) + b'>\\n')\n"
        "os._exit(0)\n"  # at its ordinary end Python would give up the handler
    )
    init = run(sys.executable, "-I", "-S", script, options=INIT.asked("verbose"))
    eventually(lambda: init.log.count("<x") > 10, what="its first lines")
    while init.is_running():
        try:
            init.send(signal.SIGHUP)
        except ProcessLookupError:
            break
    assert init.wait() == 0
    mine, others = [], []
    for line in init.log.splitlines():
        (mine if re.fullmatch("<x+>", line) else others).append(line)
    assert len(mine) == 3000
    assert [line for line in others if "<x" in line or "x>" in line] == []
