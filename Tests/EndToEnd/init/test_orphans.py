"""Whoever has lost its parent is the init's to reap; and whatever else it finds among its children."""

import os
import signal

import pytest

from ..waiting import always, eventually
from .inits import INIT, children, state, status_of

COUNT = 300


@pytest.mark.case(27)
def test_hundreds_of_orphans_are_adopted_and_reaped(run, programs):
    init = run(programs / "orphans", "together", COUNT, options=subreaping())
    init.prints("made")
    process = init.child
    orphans = [pid for pid in children(init.init) if pid != process]
    assert len(orphans) == COUNT
    assert {status_of(pid)["PPid"] for pid in orphans} == {str(init.init)}

    init.send(signal.SIGUSR1)
    init.prints("released")
    eventually(lambda: children(init.init) == [process], what="nothing left but the process")


def subreaping():
    """Where it isn't PID 1 it has to ask for orphans; of those that can't, the test tells so."""
    return INIT.asked("subreaper") if "subreaper" in INIT.dialect else []


@pytest.mark.case(27)
def test_no_zombie_stays_while_orphans_come_and_go(run, programs):
    init = run(programs / "orphans", "one-by-one", 500, options=subreaping())
    init.prints("made", within=10)
    eventually(lambda: children(init.init) == [init.child], what="nothing left but the process")


@pytest.mark.ours
@pytest.mark.case(27)
def test_adopting_is_silent(start_init, programs):
    init = start_init("true")
    assert init.wait() == 0
    assert len(init.log.splitlines()) == 2, init.log


@pytest.mark.case(28)
def test_orphans_that_end_with_the_process_leave_its_status(run, programs):
    for _ in range(20):
        init = run(programs / "orphans", "together", 3, 7, options=subreaping())
        assert init.wait(within=2) == 7


@pytest.mark.case(29)
@pytest.mark.parametrize("status", [0, 7])
def test_a_caller_that_ignores_sigchld_learns_of_the_end(run, status):
    init = run("sh", "-c", f"exit {status}", prefix=["env", "--ignore-signal=CHLD"])
    assert init.wait(within=2) == status


@pytest.mark.case(29)
def test_under_a_caller_that_ignores_sigchld_orphans_are_reaped(run, programs):
    ignoring = ["env", "--ignore-signal=CHLD"]
    init = run(programs / "orphans", "one-by-one", 50, options=subreaping(), prefix=ignoring)
    init.prints("made")
    eventually(lambda: children(init.init) == [init.child], what="no zombie")
    init.send(signal.SIGTERM)
    assert init.wait(within=2) == 143


@pytest.mark.case(30)
@pytest.mark.parametrize("theirs", ["exec true", "exec sleep 0.05", "exec sleep 60", "exit 3"])
def test_inherited_children_do_no_harm(run, theirs):
    """A shell that had some has become the init."""
    become = ["sh", "-c", f'({theirs}) & exec "$@"', "sh"]
    assert run("sh", "-c", "sleep 0.1; exit 7", prefix=become).wait(within=2) == 7


@pytest.mark.case(30)
def test_inherited_children_are_reaped(run, waits):
    become = ["sh", "-c", '(exit 3) & (exec sleep 0.05) & exec "$@"', "sh"]
    init = run(waits, prefix=become)
    init.prints("ready")
    eventually(lambda: len(children(init.init)) == 1, what="nothing left but the process")
    init.send(signal.SIGTERM)
    assert init.wait(within=2) == 143


# Waiting for all

# Needs this long to end after TERM.
WORKER = 'trap "sleep 0.3; echo finished; exit" TERM; echo working; while :; do sleep 0.01; done'
DEAF = 'trap "" TERM; echo working; while :; do sleep 0.01; done'


def leaving(worker):
    """A process that leaves this behind, ends by itself with 7 on HUP, and by TERM."""
    return ["sh", "-c", f"trap \"exit 7\" HUP; sh -c '{worker}' & wait"]


@pytest.mark.case(32)
def test_remaining_processes_get_the_stop_signal_and_time_to_end(run):
    init = run(*leaving(WORKER), options=INIT.asked("wait for all", "10s"))
    init.prints("working")
    sent = init.send(signal.SIGHUP)
    status, ended = init.wait_until_ended(within=5)
    assert status == 7, "the process's own"
    assert "finished" in init.printed
    assert 0.3 <= ended - sent < 2


@pytest.mark.case(32)
def test_remaining_processes_are_waited_for_after_a_stop(run):
    init = run(*leaving(WORKER), options=INIT.asked("wait for all", "10s"))
    init.prints("working")
    init.send(signal.SIGTERM)
    assert init.wait(within=5) == 143
    assert "finished" in init.printed


@pytest.mark.case(32)
def test_remaining_processes_are_killed_when_their_time_is_up(run):
    init = run(*leaving(DEAF), options=INIT.asked("wait for all", "500ms"))
    init.prints("working")
    left = children(init.child)
    sent = init.send(signal.SIGHUP)
    status, ended = init.wait_until_ended(within=5)
    assert status == 7
    assert 0.5 <= ended - sent < 1
    assert all(state(pid) in ("", "Z") for pid in left)


@pytest.mark.case(32)
def test_suspended_processes_are_resumed_to_end(run):
    init = run(*leaving(WORKER), options=INIT.asked("wait for all", "10s"))
    init.prints("working")
    (left,) = children(init.child)
    os.kill(left, signal.SIGSTOP)
    eventually(lambda: state(left) == "T", what="stopped")
    init.send(signal.SIGHUP)
    assert init.wait(within=5) == 7
    assert "finished" in init.printed


@pytest.mark.case(32)
def test_orphans_of_orphans_are_waited_for(run):
    init = run("sh", "-c", f"(sh -c '(sh -c \"$0\" &)' '{WORKER}' &) ; sleep 60", options=waiting("10s"))
    init.prints("working")
    os.kill(init.child, signal.SIGKILL)
    assert init.wait(within=5) == 137
    assert "finished" in init.printed


def waiting(time):
    return INIT.asked("wait for all", time)


@pytest.mark.case(32)
def test_without_remaining_processes_there_is_no_wait(run):
    init = run("sh", "-c", "sleep 60 & kill $!; wait; exit 7", options=waiting("30s"))
    assert init.wait(within=2) == 7


@pytest.mark.case(32)
def test_without_the_option_it_ends_with_the_process(run):
    init = run(*leaving(DEAF))
    init.prints("working")
    sent = init.send(signal.SIGHUP)
    status, ended = init.wait_until_ended(within=2)
    assert status == 7
    assert ended - sent < 0.3


@pytest.mark.case(32)
def test_the_environment_enables_the_waiting(run):
    INIT.asked("environment")
    init = run(*leaving(WORKER), environment={"SERVICEWRAPPER_WAIT_FOR_ALL": "2s"})
    init.prints("working")
    init.send(signal.SIGHUP)
    assert init.wait(within=5) == 7
    assert "finished" in init.printed


@pytest.mark.case(32)
@pytest.mark.parametrize("name", ["HUP", "INT"])
def test_remaining_processes_get_sigterm_however_the_process_ended(run, recorder, name):
    """Other signals have no process to go to any more."""
    script = '"$0" & exec sh -c \'trap "exit 7" HUP INT; echo up; while :; do sleep 0.01; done\''
    init = run("sh", "-c", script, recorder, options=waiting("500ms"))
    init.prints("up")
    init.prints("ready")
    init.send(getattr(signal, f"SIG{name}"))
    assert init.wait(within=5) == 7
    assert init.signals() == [signal.SIGTERM, signal.SIGCONT]


@pytest.mark.case(16)
def test_a_second_stop_signal_ends_the_waiting(run):
    init = run(*leaving(DEAF), options=waiting("30s"))
    init.prints("working")
    process = init.child
    init.send(signal.SIGTERM)
    eventually(lambda: process not in children(init.init), what="the process reaped")
    always(init.is_running, during=0.2, what="waiting for what is left")
    sent = init.send(signal.SIGTERM)
    status, ended = init.wait_until_ended(within=2)
    assert status == 143
    assert ended - sent < 0.5


@pytest.mark.root
@pytest.mark.case(33)
def test_a_reused_pid_is_not_signalled(start_init, recorder, programs):
    """In a namespace of its own, where the next pid can be chosen."""
    successor = (
        "trap '' TERM HUP; while kill -0 2 2>/dev/null; do :; done;"
        f' echo 1 > /proc/sys/kernel/ns_last_pid; "{recorder}" & echo successor $!; wait'
    )
    process = "trap 'exit 7' HUP; echo up; while :; do sleep 0.01; done"
    script = f'sh -c "$0" & echo process $$; exec sh -c "{process}"'
    init = start_init("sh", "-c", script, successor, mode="pid-1", options=waiting("1s"))
    assert init.prints("process") == ["process 2"]
    init.prints("up")
    init.send(signal.SIGHUP)
    assert init.prints("successor") == ["successor 2"]
    init.prints("ready")
    for number in (signal.SIGUSR1, signal.SIGHUP, signal.SIGWINCH):
        init.send(number)
    assert init.wait(within=5) == 7
    assert set(init.signals()) <= {signal.SIGTERM, signal.SIGCONT}, "what everybody gets who is left"
