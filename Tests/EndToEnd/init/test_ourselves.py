"""What the init does to the machine it runs on, and to the init above it: as little as possible."""

import errno
import os
import re
import shlex
import signal
from subprocess import DEVNULL

import pytest

from ..started import kill, start
from ..waiting import always, eventually
from ..wrapper import SERVICEWRAPPER
from .inits import INIT, OTHERS, children, descriptors, state, status_of


def switches(pid):
    """How often it was woken and went to sleep again."""
    return int(status_of(pid)["voluntary_ctxt_switches"])


@pytest.mark.case(36)
def test_nothing_wakes_it_when_nothing_is_due(run, waits):
    init = run(waits)
    init.prints("ready")
    eventually(lambda: state(init.init) == "S", what="asleep")
    before = switches(init.init)
    # Longer than any interval that an init has been seen to wake up at.
    always(lambda: switches(init.init) == before, during=2.5, what="asleep")


@pytest.mark.case(36)
def test_a_timer_that_may_be_due_later_does_not_wake_it(run, recorder):
    init = run(recorder, options=INIT.asked("stop timeout", "60s"))
    init.prints("ready")
    init.send(signal.SIGTERM)
    init.receives(signal.SIGTERM)
    eventually(lambda: state(init.init) == "S", what="asleep")
    before = switches(init.init)
    always(lambda: switches(init.init) == before, during=1.5, what="asleep")


@pytest.mark.case(35)
def test_it_keeps_no_directory_busy(run, waits, tmp_path):
    init = run(waits, cwd=tmp_path)
    init.prints("ready")
    eventually(lambda: os.readlink(f"/proc/{init.init}/cwd") == "/", within=2, what="elsewhere")
    assert os.readlink(f"/proc/{init.child}/cwd") == str(tmp_path)


@pytest.mark.case(34)
def test_it_keeps_no_inherited_descriptor_but_standard_error(run, waits, tmp_path):
    """What it has open is its own, or null."""
    with open(tmp_path / "inherited", "w", encoding="ascii") as inherited:
        streams = {"stdin": inherited, "pass_fds": [inherited.fileno()]}
        init = run(waits, **streams)
        init.prints("ready")

    def kept():
        targets = {number: os.readlink(f"/proc/{init.init}/fd/{number}") for number in descriptors(init.init)}
        of_nobody = ("anon_inode:", "/dev/null")
        return {number: target for number, target in targets.items() if not target.startswith(of_nobody)}

    eventually(lambda: set(kept()) <= {2}, within=2, what=f"standard error alone: {kept()}")


@pytest.mark.case(33)
@pytest.mark.needs("strace")
def test_no_signal_is_sent_to_a_reaped_pid(start_init, tmp_path):
    """By the order of its system calls, while signals keep coming."""
    trace = tmp_path / "trace"
    calls = "trace=kill,tkill,tgkill,pidfd_send_signal,wait4,waitid"
    strace = ["strace", "-qq", "-e", calls, "-e", "signal=none", "-o", trace]
    script = "trap 'count=.$count' USR1; echo up; while [ ${#count} -lt 5 ]; do :; done; exit 7"
    init = start_init("sh", "-c", script, prefix=strace, options=INIT.asked("process alone"))
    init.prints("up")
    traced = init.child
    (process,) = children(traced)
    eventually(lambda: not is_signalled(traced, signal.SIGUSR1), within=10, what="its end", every=0)
    assert init.wait() == 7
    calls = trace.read_text().splitlines()
    reaped = next(place for place, call in enumerate(calls) if is_reaping(call, process))
    assert any(call.startswith("kill") for call in calls[:reaped]), "signals did come"
    assert [call for call in calls[reaped + 1 :] if f"({process}," in call or f"(-{process}," in call] == []


def is_signalled(pid, number):
    """Whether it is there, and was sent this."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return state(pid) not in ("", "Z")


def is_reaping(call, pid):
    """Whether this waitid or wait4 took this pid off the kernel's list, as strace(1) writes it."""
    if "WNOWAIT" in call:
        return False
    return call.startswith("wait4") and call.endswith(f"= {pid}") or f"si_pid={pid}," in call


# Under another one

ABOVE = {name: [*words, "--"] for name, words in OTHERS.items()} | {
    "servicewrapper": [SERVICEWRAPPER, "--no-register", "--log-level", "error", "--"],
    "shell": ["sh", "-c", '"$@"; exit $?', "sh"],
}
needed = {name: pytest.mark.needs(name) for name in OTHERS}
above = pytest.mark.parametrize("outer", [pytest.param(name, marks=needed.get(name, ())) for name in ABOVE])


@pytest.mark.case(40)
@above
def test_under_another_init_it_passes_statuses_on_and_says_nothing_more(run, outer):
    alone, nested = run("sh", "-c", "exit 7"), run("sh", "-c", "exit 7", prefix=ABOVE[outer])
    assert alone.wait() == nested.wait(within=5) == 7

    assert without_pids(nested.log) == without_pids(alone.log)


def without_pids(log):
    return re.sub(r"\d+", "N", log)


@pytest.mark.case(40)
@above
def test_under_another_init_signals_reach_the_process(run, recorder, outer):
    init = run(recorder, prefix=ABOVE[outer])
    init.prints("ready")
    target = init.init
    if outer == "shell":
        # A shell that isn't asked to passes nothing on.
        (target,) = children(target)
    os.kill(target, signal.SIGHUP)
    init.receives(signal.SIGHUP)
    os.kill(target, signal.SIGTERM)
    init.receives(signal.SIGTERM)
    received = [number for number in init.signals() if number != signal.SIGCONT]
    if outer == "dumb-init":
        # It signals the whole group, so that the process has it from there already.
        received = sorted(set(received))
    assert received == [signal.SIGHUP, signal.SIGTERM]


@pytest.mark.case(27, 40)
@above
def test_under_another_init_orphans_are_reaped(run, programs, outer):
    init = run(programs / "orphans", "one-by-one", 50, prefix=ABOVE[outer])
    init.prints("made")

    def everybody(pid):
        return [pid, *(one for child in children(pid) for one in everybody(child))]

    eventually(lambda: not any(state(pid) == "Z" for pid in everybody(init.init)), what="no zombie")


# Of systemd as PID 1 of a namespace with a /run of its own: one service, and what it ended with.
SYSTEMD = """\
set -e
mount -t tmpfs none /run
mkdir -p /run/systemd/system
cp "$0"/try.* /run/systemd/system
mount -t proc none /proc
exec env container=docker systemd --system --unit=try.target --log-target=null
"""
TARGET = "[Unit]\nDefaultDependencies=no\nWants=try.service\n"
SERVICE = """\
[Unit]
DefaultDependencies=no
[Service]
ExecStart={command}
KillMode=mixed
RuntimeMaxSec=500ms
StandardError=file:{folder}/error
ExecStopPost=/bin/sh -c 'echo $EXIT_CODE $EXIT_STATUS >{folder}/end'
"""


def systemd_s_groups():
    """The control groups that it makes and leaves behind, in whatever hierarchies there are."""
    wanted = ("init.scope", "system.slice", "try.service")
    walk = (path for path, _, _ in os.walk("/sys/fs/cgroup"))
    return {path for path in walk if os.path.basename(path) in wanted}


def is_removed(group):
    """Those in it are killed, but may not be gone yet."""
    try:
        os.rmdir(group)
    except OSError as error:
        return error.errno == errno.ENOENT
    return True


@pytest.mark.root
@pytest.mark.case(40)
@pytest.mark.needs("systemd", "mount")
@pytest.mark.parametrize("ends_by, status", [("itself", 7), ("TERM", 143)])
def test_under_systemd_a_service_has_its_status(programs, tmp_path, ends_by, status):
    process = ["sh", "-c", "exit 7"] if ends_by == "itself" else [programs / "waits"]
    (tmp_path / "try.target").write_text(TARGET)
    command = shlex.join(INIT.command(*process))
    (tmp_path / "try.service").write_text(SERVICE.format(command=command, folder=tmp_path))
    namespace = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--ipc", "--cgroup"]
    before = systemd_s_groups()
    systemd = start([*namespace, "sh", "-c", SYSTEMD, tmp_path], stdout=DEVNULL, stderr=DEVNULL, cwd="/")
    try:
        end = tmp_path / "end"
        eventually(lambda: end.exists() and end.read_text(), within=20, what="the service's end")
    finally:
        kill(systemd)
        for path in sorted(systemd_s_groups() - before, reverse=True):
            eventually(lambda path=path: is_removed(path), what=f"{path} empty")
    assert end.read_text().split() == ["exited", str(status)]
    assert "warning" not in (tmp_path / "error").read_text().lower()
