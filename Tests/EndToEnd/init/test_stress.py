"""The same again and again, at the worst moments, and how much of it costs what."""

import random
import signal
import subprocess
import time

import pytest

from ..started import kill, start
from ..waiting import eventually
from ..wrapper import clean_environment
from .inits import INIT, OTHERS, Init, Running, children, no_core

RUNS = 300


def delays(longest):
    """Random ones up to so many microseconds, in random order; each part of the range has one."""
    step = longest / RUNS
    chosen = [int((place + random.random()) * step) for place in range(RUNS)]
    random.shuffle(chosen)
    return chosen


@pytest.fixture
def outcomes(programs):
    """What became of these inits, to which TERM was sent after these delays: see programs/terms.c."""

    def send(since, mode, chosen, *inits, options=()):
        commands = [["//", *init.command(programs / "waits", options=options)] for init in inits]
        words = [word for command in commands for word in command][1:]
        command = [programs / "terms", since, mode, ",".join(map(str, chosen)), *words]
        one = start(command, stdout=subprocess.PIPE, env=clean_environment(), before=no_core)
        try:
            said = one.communicate(timeout=120)[0].decode().splitlines()
        finally:
            kill(one)
        told = [[] for _ in inits]
        for line in said:
            place, outcome = line.split(" ", 1)
            told[int(place)].append(outcome)
        assert [len(of_one) for of_one in told] == [len(chosen)] * len(inits)
        return told

    return send


@pytest.mark.root
@pytest.mark.case(14)
def test_term_in_the_first_moments_of_pid_1_ends_it_or_is_dropped(outcomes):
    """The kernel drops what a PID 1 gets that hasn't blocked or handled it yet; nothing else may happen."""
    (told,) = outcomes("exec", "pid-1", delays(3000), INIT)
    print(f"{told.count('missed 143')} of {RUNS} dropped")
    assert set(told) <= {"ended 143", "missed 143"}


@pytest.mark.ours
@pytest.mark.root
@pytest.mark.case(14)
@pytest.mark.needs(*OTHERS)
def test_no_other_init_loses_fewer_early_signals(outcomes, record_property):
    """By turns with the same delays, so that what else happens on the machine meets all alike. Of the pairs
    that differ, half would be for us if we were equal: we may be three standard deviations behind."""
    inits = [INIT, *(Init(words) for words in OTHERS.values())]
    told = outcomes("exec", "pid-1", delays(3000), *inits)
    missed = {init.name: [outcome != "ended 143" for outcome in of_one] for init, of_one in zip(inits, told)}
    shares = {name: f"{100 * sum(of_one) / RUNS:.0f} %" for name, of_one in missed.items()}
    print(shares)
    record_property("TERM in the first 3 ms of PID 1 without effect", shares)
    ours = missed.pop(INIT.name)
    for name, theirs in missed.items():
        worse = sum(our > their for our, their in zip(ours, theirs))
        better = sum(our < their for our, their in zip(ours, theirs))
        assert worse - better <= 3 * (worse + better) ** 0.5, f"{name} is better: {shares}"


@pytest.mark.case(15)
@pytest.mark.parametrize("wish", ["process alone", "process group"])
def test_term_in_the_first_millisecond_of_the_process_is_not_lost(outcomes, mode, wish):
    (told,) = outcomes("spawn", mode, delays(1000), INIT, options=INIT.asked(wish))
    assert {outcome: told.count(outcome) for outcome in set(told)} == {"ended 143": RUNS}


@pytest.mark.case(11)
def test_a_storm_of_queued_signals_arrives_in_order(run, recorder):
    """Queued by number, and of one number in the order of sending; as many as nearly always fit."""
    init = run(recorder)
    init.prints("ready")
    for number in (34, 50, 64):
        for _ in range(200):
            init.send(number)
    for number in (34, 50, 64):
        init.receives(number, times=200, within=10)
    init.send(signal.SIGUSR1)
    init.receives(signal.SIGUSR1)
    assert len(init.signals()) == 601


# 10,000 orphans

ORPHANS, MOST_ROUNDS = 10_000, 10


def processor_time(pid):
    """In milliseconds; the kernel counts nanoseconds in schedstat."""
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as times:
        return int(times.read().split()[0]) / 1e6


def reap(init, programs):
    """The seconds until all are made and reaped, and the init's milliseconds on the processor."""
    began = time.monotonic()
    running = Running(programs / "orphans", "one-by-one", ORPHANS, mode="pid-1", by=init)
    try:
        running.prints("made", within=60)
        eventually(lambda: len(children(running.init)) == 1, what="all reaped", every=0.001)
        return time.monotonic() - began, processor_time(running.init)
    finally:
        running.kill()


@pytest.mark.ours
@pytest.mark.root
@pytest.mark.case(27)
@pytest.mark.needs(*OTHERS)
def test_ten_thousand_orphans_cost_little_more_than_under_tini(programs, record_property):
    """By turns, and the least of each counts: what else happens on the machine only ever adds."""
    inits = {init.name: init for init in (INIT, *map(Init, OTHERS.values()))}
    costs = {name: [reap(init, programs)] for name, init in inits.items()}

    def is_close():
        return least(costs[INIT.name]) <= 1.2 * least(costs["tini"])

    while not is_close() and len(costs["tini"]) < MOST_ROUNDS:
        for name in (INIT.name, "tini"):
            costs[name].append(reap(inits[name], programs))
    shown = {name: f"{least(of_one):.0f} ms" for name, of_one in costs.items()}
    print(shown, costs)
    record_property("processor time for 10,000 orphans", shown)
    assert is_close(), costs


def least(costs):
    return min(processor for _, processor in costs)
