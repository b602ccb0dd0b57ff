"""Signals that the init gets are the process's, each once, in every state that it may be in."""

import os
import signal

import pytest

from ..waiting import always, eventually
from .inits import CATCHABLE, INIT, children, state

STOPS = {signal.SIGTERM, signal.SIGINT}
FAULTS = ["ABRT", "SEGV", "BUS", "ILL", "FPE", "SYS", "TRAP"]


def number_of(name):
    return getattr(signal, f"SIG{name}")


def without_wake_ups(received):
    """A stop signal may be followed by CONT, which a process that is stopped needs."""
    pairs = zip([None, *received], received)
    return [it for before, it in pairs if not (it == signal.SIGCONT and before in STOPS)]


def exchange(init, *numbers):
    """Sends these, one at a time; gives what has been received when a last one has come through."""
    for number in numbers:
        already = init.signals().count(number)
        init.send(number)
        init.receives(number, already + 1, within=1)
    last = signal.SIGUSR1 if signal.SIGUSR1 not in numbers else signal.SIGUSR2
    init.send(last)
    init.receives(last)
    return without_wake_ups(init.signals())[:-1]


@pytest.mark.case(6)
@pytest.mark.parametrize("number", CATCHABLE)
def test_each_signal_reaches_the_process_once(run, recorder, number):
    init = run(recorder)
    init.prints("ready")
    assert exchange(init, number) == [number]


@pytest.mark.case(8)
@pytest.mark.parametrize("name", ["TERM", "USR1", "USR2", "INT", "HUP", "QUIT"])
def test_a_signal_s_default_action_ends_the_process(run, waits, name):
    init = run(waits)
    init.prints("ready")
    init.send(number_of(name))
    assert init.wait(within=5) == 128 + number_of(name)


@pytest.mark.case(10)
@pytest.mark.parametrize("name", ["TSTP", "TTIN", "TTOU", "CONT"])
def test_job_control_signals_sent_by_kill_are_passed_on(run, recorder, name):
    init = run(recorder)
    init.prints("ready")
    assert exchange(init, number_of(name), number_of(name)) == [number_of(name)] * 2


@pytest.mark.case(10)
def test_sigcont_resumes_a_suspended_process(run, waits):
    init = run(waits)
    init.prints("ready")
    os.kill(init.child, signal.SIGSTOP)
    eventually(lambda: state(init.child) == "T", what="stopped")
    init.send(signal.SIGCONT)
    eventually(lambda: state(init.child) == "S", what="continued")


@pytest.mark.case(11)
def test_queued_real_time_signals_all_arrive(run, recorder):
    init = run(recorder)
    init.prints("ready")
    for _ in range(200):
        init.send(40)
    init.receives(40, times=200)
    assert exchange(init) == [40] * 200


@pytest.mark.case(12)
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_signal_sent_by_kill_reaches_the_process(run, waits, name):
    init = run(waits)
    init.prints("ready")
    init.send(number_of(name))
    assert init.wait(within=5) == 128 + number_of(name)


@pytest.mark.case(12)
def test_a_broken_standard_error_of_the_init_does_not_affect_the_process(run, recorder):
    """What it logs there raises SIGPIPE."""
    reader, writer = os.pipe()
    os.close(reader)
    init = run(recorder, stderr=writer, options=INIT.asked("verbose"))
    os.close(writer)
    init.prints("ready")
    assert exchange(init, signal.SIGHUP, signal.SIGUSR2) == [signal.SIGHUP, signal.SIGUSR2]


@pytest.mark.case(13)
def test_a_stop_signal_ends_a_suspended_process(run, waits):
    init = run(waits)
    init.prints("ready")
    os.kill(init.child, signal.SIGSTOP)
    eventually(lambda: state(init.child) == "T", what="stopped")
    init.send(signal.SIGTERM)
    assert init.wait(within=2) == 143


# The process group


@pytest.mark.case(9)
def test_the_group_gets_what_the_process_ignores(run, recorder):
    script = 'trap "" USR1; trap : USR2; "$0"; :'
    init = run("sh", "-c", script, recorder, options=INIT.asked("process group"))
    init.prints("ready")
    assert exchange(init, signal.SIGUSR1) == [signal.SIGUSR1]


@pytest.mark.case(9)
@pytest.mark.parametrize("wish, reached", [("process group", 6), ("process alone", 1)])
def test_one_or_all_six_processes_of_a_group_are_signalled(run, recorder, wish, reached):
    init = run(recorder, "-c", 5, options=INIT.asked(wish))
    pids = {line.split()[1] for line in init.prints("ready", times=6)}
    init.send(signal.SIGHUP)
    init.receives(signal.SIGHUP, times=reached)
    # One after another, so that what is on its way has come by then.
    init.send(signal.SIGUSR1)
    init.receives(signal.SIGUSR1, times=reached)
    counts = sorted(init.signals(pid) for pid in pids)
    assert counts == [[]] * (6 - reached) + [[signal.SIGHUP, signal.SIGUSR1]] * reached


@pytest.mark.case(9)
@pytest.mark.parametrize("wish, survivors", [("process group", 0), ("process alone", 5)])
def test_a_shell_s_pipeline_of_five_dies_with_it_or_is_left(start_init, waits, wish, survivors):
    """Not as PID 1, whose end ends them all."""
    script = " | ".join(['"$0" >&2'] * 5)
    init = start_init("sh", "-c", script, waits, options=INIT.asked(wish))
    eventually(lambda: init.log.count("ready") == 5, what="the pipeline")
    members = children(init.child)
    init.send(signal.SIGTERM)
    assert init.wait() == 143

    def are_left():
        return sum(state(pid) in ("S", "R") for pid in members) == survivors

    eventually(are_left, what="the right ones left")
    always(are_left, during=0.1, what="left")


@pytest.mark.case(9)
def test_the_environment_enables_signals_to_the_group(run, recorder):
    INIT.asked("environment")
    init = run(recorder, "-c", 2, environment={"SERVICEWRAPPER_PROCESS_GROUP": "true"})
    init.prints("ready", times=3)
    init.send(signal.SIGHUP)
    init.receives(signal.SIGHUP, times=3)


@pytest.mark.case(9, 13)
def test_a_stop_signal_ends_a_suspended_group(run, waits):
    script = '"$0" >&2 & "$0"'
    init = run("sh", "-c", script, waits, options=INIT.asked("process group"))
    init.prints("ready")
    eventually(lambda: init.log.count("ready") == 1, what="three processes")
    members = [init.child, *children(init.child)]
    for pid in members:
        os.kill(pid, signal.SIGSTOP)
        eventually(lambda pid=pid: state(pid) == "T", what="stopped")
    init.send(signal.SIGTERM)
    assert init.wait(within=2) == 143
    eventually(lambda: not any(state(pid) in ("T", "S") for pid in members), what="all of them gone")


# Rewriting


def rewriting(*pairs, wish="rewrite"):
    return [word for pair in pairs for word in INIT.asked(wish, pair)]


HUP, INT, QUIT, USR1, USR2, TERM, WINCH = 1, 2, 3, 10, 12, 15, 28
REWRITTEN = [
    ("identity", ["10:10"], [USR1, HUP], [USR1, HUP]),
    ("one", ["1:3"], [HUP, USR1], [QUIT, USR1]),
    ("a swap", ["10:12", "12:10"], [USR1, USR2], [USR2, USR1]),
    ("a stop signal", ["15:3"], [TERM, HUP], [QUIT, HUP]),
    ("to a stop signal", ["1:15"], [HUP], [TERM]),
    ("dropped", ["28:0"], [WINCH, HUP], [HUP]),
    ("a dropped stop signal", ["15:0"], [TERM, HUP], [HUP]),
    ("real-time", ["34:64", "64:35"], [34, 64], [64, 35]),
]
BY_NAME = [
    ("names", ["HUP:QUIT"], [HUP], [QUIT]),
    ("with SIG", ["SIGHUP:SIGQUIT"], [HUP], [QUIT]),
    ("in small letters", ["hup:sigquit"], [HUP], [QUIT]),
    ("a name and a number", ["HUP:3"], [HUP], [QUIT]),
    ("real-time by name", ["RTMIN:RTMAX-1", "RTMIN+3:HUP"], [34, 37], [63, HUP]),
    ("a dropped name", ["TERM:0"], [TERM, HUP], [HUP]),
]


def expect_rewritten(init, sent, received):
    """Each is waited for before the next is sent, if it isn't one that is to be dropped."""
    init.prints("ready")
    dropped = len(sent) - len(received)
    for place, number in enumerate(sent):
        init.send(number)
        if place >= dropped:
            init.receives(received[place - dropped], within=2)
    init.send(signal.SIGPWR)
    init.receives(signal.SIGPWR)
    got = [number for number in init.signals() if number != signal.SIGCONT]
    assert got == [*received, signal.SIGPWR]


@pytest.mark.case(7)
@pytest.mark.parametrize(
    "pairs, sent, received", [case[1:] for case in REWRITTEN], ids=[c[0] for c in REWRITTEN]
)
def test_a_signal_is_rewritten(run, recorder, pairs, sent, received):
    expect_rewritten(run(recorder, options=rewriting(*pairs)), sent, received)


@pytest.mark.case(7)
@pytest.mark.parametrize("pairs, sent, received", [case[1:] for case in BY_NAME], ids=[c[0] for c in BY_NAME])
def test_a_signal_is_rewritten_by_name(run, recorder, pairs, sent, received):
    expect_rewritten(run(recorder, options=rewriting(*pairs, wish="rewrite by name")), sent, received)


@pytest.mark.case(7)
def test_the_environment_rewrites_signals(run, recorder):
    INIT.asked("environment")
    init = run(recorder, environment={"SERVICEWRAPPER_REWRITE": "TERM:QUIT,WINCH:0"})
    expect_rewritten(init, [WINCH, TERM], [QUIT])


@pytest.mark.case(7)
def test_the_whole_group_gets_what_was_rewritten(run, recorder):
    options = [*INIT.asked("process group"), *rewriting("1:10")]
    init = run(recorder, "-c", 2, options=options)
    init.prints("ready", times=3)
    init.send(signal.SIGHUP)
    init.receives(signal.SIGUSR1, times=3)
    assert set(init.signals()) == {USR1}


MALFORMED = ["", "2", "2:", ":3", ":", "2:3:4", "2-3", "x:3", "2:x", "65:2", "2:65", "-1:2", "2 :3", "0:2"]
UNCATCHABLE = ["9:2", "19:2", "17:2"]
UNCATCHABLE_NAMES = ["KILL:TERM", "STOP:TERM", "CHLD:TERM"]


def expect_refused(init, option, wrong):
    status = init.wait()
    assert init.printed == [], "nothing was started"
    assert status == 125 if INIT.is_ours else status != 0
    if INIT.is_ours:
        assert len(init.log.splitlines()) == 1, init.log
        assert option in init.log and wrong in init.log


@pytest.mark.case(7)
@pytest.mark.parametrize("wrong", [*MALFORMED, *UNCATCHABLE])
def test_an_invalid_rewrite_is_a_usage_error(start_init, wrong):
    expect_refused(start_init("echo", "started", options=[*rewriting("{}")[:1], wrong]), "--rewrite", wrong)


@pytest.mark.case(7)
@pytest.mark.parametrize("wrong", UNCATCHABLE_NAMES)
def test_signals_that_cannot_be_caught_cannot_be_rewritten_by_name(start_init, wrong):
    options = [*rewriting("{}", wish="rewrite by name")[:1], wrong]
    expect_refused(start_init("echo", "started", options=options), "--rewrite", wrong)


@pytest.mark.ours
@pytest.mark.case(7)
@pytest.mark.parametrize("wrong", ["TERM", "TERM:QUIT,HUP", "KILL:TERM"])
def test_the_environment_s_wrong_rewriting_is_named(start_init, wrong):
    init = start_init("echo", "started", environment={"SERVICEWRAPPER_REWRITE": wrong})
    expect_refused(init, "SERVICEWRAPPER_REWRITE", wrong.split(",")[-1])


@pytest.mark.ours
@pytest.mark.case(7)
def test_a_signal_cannot_become_two(start_init):
    init = start_init("echo", "started", options=rewriting("HUP:QUIT", "1:USR1"))
    expect_refused(init, "--rewrite", "1:USR1")


@pytest.mark.case(7, 41)
def test_a_rewritten_stop_signal_is_still_a_stop(run, recorder):
    options = [*INIT.asked("stop timeout", "300ms"), *rewriting("15:10")]
    init = run(recorder, options=options)
    init.prints("ready")
    init.send(signal.SIGTERM)
    init.receives(signal.SIGUSR1)
    assert init.wait(within=2) == 137


@pytest.mark.case(7, 41)
@pytest.mark.parametrize("pair, sent", [("15:0", TERM), ("1:15", HUP)], ids=["dropped", "rewritten to one"])
def test_a_signal_that_is_not_a_stop_starts_no_deadline(run, recorder, pair, sent):
    init = run(recorder, options=[*INIT.asked("stop timeout", "200ms"), *rewriting(pair)])
    init.prints("ready")
    init.send(sent)
    always(init.is_running, during=0.6, what="running")


# How stopping ends


@pytest.mark.case(41)
def test_a_process_that_ignores_the_stop_is_killed_when_its_time_is_up(run, recorder):
    init = run(recorder, options=INIT.asked("stop timeout", "300ms"))
    init.prints("ready")
    sent = init.send(signal.SIGTERM)
    status, ended = init.wait_until_ended(within=2)
    assert status == 137
    assert 0.3 <= ended - sent < 0.6


@pytest.mark.case(41)
def test_a_process_that_obeys_the_stop_ends_without_delay(run, waits):
    init = run(waits, options=INIT.asked("stop timeout", "30s"))
    init.prints("ready")
    sent = init.send(signal.SIGTERM)
    status, ended = init.wait_until_ended()
    assert status == 143
    assert ended - sent < 0.2


@pytest.mark.case(41)
def test_its_group_is_killed_with_it(start_init, recorder):
    """Not as PID 1, whose end ends them all."""
    options = [*INIT.asked("stop timeout", "300ms"), *INIT.asked("process group")]
    init = start_init(recorder, "-c", 2, options=options)
    init.prints("ready", times=3)
    members = [init.child, *children(init.child)]
    init.send(signal.SIGTERM)
    assert init.wait(within=2) == 137
    eventually(lambda: not any(state(pid) in ("S", "R") for pid in members), what="all of them gone")
