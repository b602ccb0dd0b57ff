"""Whatever is wrong with the engine: nothing is lost, nothing wrongly removed; told once, memory flat."""

import json
import signal

import pytest

from ..registry.faults import keep_open
from ..waiting import always, eventually
from ..wrapper import descriptors, memory
from .fake_engine import chunk
from .servicewatcher import count_looks, leave_dead, marks, new_id

AT_ONCE = 2.0  # while it is there; a busy machine


def test_a_missing_socket_is_waited_for_and_reported_once(fake_engine, agent, watch, tmp_path):
    leave_dead(agent, "web-1", marks(new_id()))
    ours = watch(tmp_path / "later.sock", agent)
    ours.logs("No such file or directory")
    always(lambda: len(ours.troubles()) == 1 and agent.service("web-1"), during=1.0, what=ours.log)
    fake_engine(tmp_path / "later.sock")
    ours.cleans(agent)
    ours.watches()
    assert len(ours.troubles()) == 1


def test_a_socket_without_a_listener_is_waited_for_and_reported_once(fake_engine, agent, watch, tmp_path):
    path = tmp_path / "engine.sock"
    fake_engine(path).__exit__()
    leave_dead(agent, "web-1", marks(new_id()))
    ours = watch(path, agent)
    ours.logs("Connection refused")
    path.unlink()
    fake_engine(path)
    ours.cleans(agent)
    assert len(ours.troubles()) == 1


def test_an_engine_restart_keeps_running_containers_registered(fake_engine, agent, watch, wrapped, tmp_path):
    path = tmp_path / "engine.sock"
    before = fake_engine(path)
    dead, alive = wrapped("web-1", before), wrapped("web-2", before)
    looks = count_looks(agent)
    ours = watch(path, agent).has_asked(agent, looks)
    before.__exit__()
    path.unlink()
    ours.logs("warning")
    # Podman's kind of end: it knows no more of what has died, and of what lives nothing but the ID.
    after = fake_engine(path, identity=before.identity)
    after.run(alive)
    ours.cleans(agent)
    assert dead not in after.containers and agent.service("web-2")
    assert len(ours.troubles()) == 1
    after.die(alive)
    ours.cleans(agent, AT_ONCE, "web-2")


EVENT = json.dumps({"Type": "container", "Action": "die", "Actor": {"ID": "a" * 64}}).encode()
ENDS = {
    "closed": chunk(b""),
    "in-the-middle-of-a-line": chunk(EVENT[:50]),
    "in-the-middle-of-a-chunk": chunk(EVENT)[:50],
    "before-a-line-feed": chunk(EVENT),
    "garbage": b"\x00\xff\x16\x03 this is no chunk\r\n",
    "endless-chunk": b"FFFFFFFFF\r\n",
}


@pytest.mark.parametrize("last", ENDS.values(), ids=ENDS)
def test_containers_that_died_after_the_stream_ended_are_found(fake, agent, watch, wrapped, last):
    container, other = wrapped(), wrapped("web-2")
    ours = watch(fake, agent).watches()
    eventually(fake.has_listener)
    fake.die(container, told=False)
    fake.end_streams(last)
    ours.cleans(agent)
    eventually(fake.has_listener, what="subscribed again")
    ours.until(lambda: len(ours.lines("watching")) == 2)
    assert len(ours.troubles()) == 1, ours.log
    fake.die(other)
    ours.cleans(agent, AT_ONCE, "web-2")


ODDITIES = {
    "long-line": b'{"Type":"container","Action":"' + b"x" * (1 << 20) + b'"}\n',
    "new-kind": b'{"Type":"container","Action":"hibernate","Actor":{"ID":"' + b"a" * 64 + b'"}}\n',
    "of-something-else": b'{"Type":"network","Action":"die","Actor":{"ID":"' + b"a" * 64 + b'"}}\n',
    "other-types": b'{"Type":7,"Action":["die"],"Actor":"x","status":{}}\n',
    "no-json": b"\x00\xff{{{\n[]\n\n7\n",
    "colon": b'{"Type":"container","Action":"exec_create: die","Actor":{"ID":"' + b"a" * 64 + b'"}}\n',
}


@pytest.mark.parametrize("line", ODDITIES.values(), ids=ODDITIES)
def test_the_stream_continues_after_odd_events(fake, agent, watch, wrapped, line):
    container = wrapped()
    ours = watch(fake, agent).watches()
    eventually(fake.has_listener)
    for start in range(0, len(line), 30000):
        fake.send(line[start : start + 30000])
    fake.die(container)
    ours.cleans(agent, AT_ONCE)
    assert fake.count("events") == 1 and ours.troubles() == [], ours.log


def test_ten_thousand_events_in_a_burst_lose_nothing_and_cost_no_memory(fake, agent, watch, wrapped):
    last, alive = wrapped(), wrapped("web-2")
    ours = watch(fake, agent).watches()
    eventually(fake.has_listener)

    def burst(count):
        for _ in range(count // 2):
            identity = new_id()
            fake.tell("start", identity)
            fake.tell("die", identity)
        leave_dead(agent, "probe", marks(new_id()))
        fake.tell("die", identity)
        ours.cleans(agent, 20, "probe")

    burst(1000)
    before = memory(ours.pid, "Private_Dirty")
    burst(10_000)
    after = memory(ours.pid, "Private_Dirty")
    print(f"{before} kB before, {after} kB after 10,000 events")
    assert after - before <= 64 and descriptors(ours.pid) <= 10, (before, after)
    assert fake.count("events") == 1 and ours.troubles() == []
    fake.die(last)
    ours.cleans(agent, AT_ONCE)
    assert agent.service("web-2") and alive in fake.containers


@pytest.fixture
def hung(fake_consul):
    """An agent that takes every question and answers none."""
    return fake_consul(b"", then=keep_open)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("kind", ["version", "events", "list", "inspect"])
def test_a_stop_signal_ends_it_at_once_though_engine_and_agent_are_silent(fake, watch, hung, kind, number):
    fake.run()
    fake.lie(kind, b"")
    ours = watch(fake, hung)
    eventually(lambda: fake.count(kind), what="asked")
    if kind in ("list", "inspect"):
        eventually(lambda: kind == "list" or hung.accepted, what="the agent asked too")
    sent = ours.send(number)
    status, ended = ours.wait_until_ended()
    assert status == 0 and ended - sent <= 0.1, f"{(ended - sent) * 1000:.0f} ms"
