"""Wrong, large and missing answers of the engine: nothing is wrongly removed, nothing else held up."""

import pytest

from ..waiting import Late, always, eventually
from .fake_engine import STREAM, answer
from .servicewatcher import BACK, leave, marks


def http(status, body=b'{"message":"no"}'):
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


LIES = {
    "garbage": b"\x00\xff\x16\x03\x01 this is not HTTP\r\n\r\n",
    "400": http(b"400 Bad Request"),
    "403": http(b"403 Forbidden"),
    "500": http(b"500 Internal Server Error"),
    "301": http(b"301 Moved Permanently"),
    "no-json": http(b"200 OK", b"hello"),
    "cut": STREAM + b"10\r\nabc",
}
# An empty list is a list, and what ends a stream is no answer: below.
OTHERS = {("events", "no-json"), ("version", "no-json"), ("list", "no-json"), ("events", "cut")}
WRONG = [(kind, lie) for kind in ("version", "events", "list", "inspect") for lie in LIES]


@pytest.mark.parametrize(("kind", "lie"), [case for case in WRONG if case not in OTHERS])
def test_a_wrong_answer_removes_nothing_and_is_reported_once(fake, agent, watch, wrapped, kind, lie):
    dead, alive = wrapped(), wrapped("web-2")
    fake.die(dead)
    fake.lie(kind, LIES[lie])
    ours = watch(fake, agent)
    eventually(lambda: fake.count(kind) >= 3, what="tried again")
    assert agent.service("web-1") and agent.service("web-2")
    assert len(ours.troubles()) == 1, ours.log[:2000]
    fake.lie(kind)
    ours.cleans(agent)
    assert agent.service("web-2") and alive in fake.containers


def test_a_stream_that_always_ends_at_once_is_reported_once_and_retried_with_backoff(
    fake, agent, watch, wrapped
):
    """As behind a proxy that is configured wrongly."""
    dead, _ = wrapped(), wrapped("web-2")
    fake.lie("events", LIES["cut"])
    ours = watch(fake, agent)
    ours.logs("warning")
    fake.die(dead)
    ours.cleans(agent)
    always(lambda: fake.count("events") <= 6 and len(ours.troubles()) == 1, 1.5, ours.log[:2000])
    assert agent.service("web-2")


def test_a_false_empty_list_removes_nothing(fake, agent, watch, wrapped):
    dead, _ = wrapped(), wrapped("web-2")
    fake.die(dead)
    fake.lie("list", http(b"200 OK", b"[]"))
    ours = watch(fake, agent)
    ours.cleans(agent)
    eventually(lambda: fake.count("inspect") >= 2, what="verified")
    assert agent.service("web-2")


SICK = {
    "500": LIES["500"],
    "cut": LIES["cut"],
    "large": answer({"Id": "a", "State": {}, "Name": "x" * 400_000}),
}


@pytest.mark.parametrize("said", SICK.values(), ids=SICK)
def test_a_container_without_an_answer_delays_no_other(fake, agent, watch, wrapped, said):
    """As with a broken storage driver, or labels of some hundred kilobytes."""
    dead, sick = wrapped(), wrapped("web-2")
    fake.sayings[sick] = said
    ours = watch(fake, agent)
    for number in range(5):
        ports = {"80/tcp": [{"HostIp": "", "HostPort": str(8000 + number)}]}
        fake.run(NetworkSettings={"Ports": ports, "Networks": {}})
    ours.until(lambda: len(agent.in_catalog("web")) == 7)
    fake.die(dead)
    ours.cleans(agent)
    assert agent.service("web-2")
    assert fake.count("events") == 1 and len(ours.troubles()) <= 1, ours.log


@pytest.mark.parametrize("lateness", [0, 1], ids=["heard-at-once", "heard-late"])
@pytest.mark.parametrize(("said", "within"), [(LIES["500"], BACK), (b"", 10 + BACK)], ids=["500", "silence"])
def test_a_container_that_cannot_be_inspected_delays_no_other_removal(
    fake, agent, watch, wrapped, said, within, lateness
):
    """As where the engine waits for a mount that hangs. It comes first in the agent's list."""
    sick, dead = wrapped("web-0"), wrapped("web-1")
    fake.sayings[sick] = said
    ours = watch(fake, agent).watches()
    fake.lateness = 1
    fake.die(sick)
    fake.lateness = lateness
    fake.die(dead)
    ours.cleans(agent, within)
    assert agent.service("web-0") and len(ours.troubles()) <= 1, ours.log[:2000]
    del fake.sayings[sick]
    fake.tell("die", sick)
    ours.cleans(agent, BACK, "web-0")


def test_a_fresh_die_event_needs_no_inspect(fake, agent, watch, wrapped):
    """Docker is silent until it has cleared up; here for good, and about one that died before."""
    before, alive = wrapped("web-0"), wrapped("web-2")
    ours = watch(fake, agent).watches()
    fake.lie("inspect", b"")
    fake.lateness = 1
    asked = fake.count("inspect")
    fake.die(before)
    eventually(lambda: fake.count("inspect") > asked, what="asked about it")
    fake.lateness = 0
    # On a busy machine even this may be heard late: of twenty one will do.
    for _ in range(20):
        fake.die(wrapped())
        try:
            ours.cleans(agent, 0.5)
            break
        except Late:
            agent.put("/v1/agent/service/deregister/web-1")
    else:
        pytest.fail(f"it waits for the engine: {ours.log}")
    assert agent.service("web-0") and agent.service("web-2") and alive in fake.containers


def test_an_engine_that_notices_a_death_late_is_queried_again_soon(fake, agent, watch, wrapped):
    """As after its own return: the first list still has it, and there is no event. Not after a minute."""
    dead, _ = wrapped(), wrapped("web-2")
    ours = watch(fake, agent, "--cleanup-only").watches()
    fake.die(dead, told=False)
    ours.cleans(agent, 10)
    assert fake.count("list") == 2 and agent.service("web-2")


def test_answers_as_large_as_a_host_can_produce_are_read(fake, agent, watch, wrapped):
    """Go's servers send a list in one chunk, however long it is."""
    dead = wrapped()
    for number in range(200):
        alive = fake.run(told=False)
        leave(agent, f"many-{number}", marks(alive), name="many", Tags=["x" * 3000])
    fake.listed_more = {"Labels": {"text": "x" * 3000}}
    fake.die(dead)
    ours = watch(fake, agent)
    ours.cleans(agent)
    assert len(agent.in_catalog("many")) == 200 and ours.troubles() == []
    for service_id in agent.services():
        agent.put(f"/v1/agent/service/deregister/{service_id}")


def test_a_hung_engine_times_out_and_is_followed_again(fake, agent, watch, wrapped):
    dead, alive = wrapped(), wrapped("web-2")
    ours = watch(fake, agent).watches()
    eventually(fake.has_listener)
    eventually(lambda: fake.count("inspect") == 2, what="both looked at")
    fake.lie("inspect", b"")
    fake.lateness = 1
    fake.die(dead)
    ours.logs("no answer", within=13)
    assert agent.service("web-1")
    fake.lie("inspect")
    ours.cleans(agent)
    assert agent.service("web-2") and alive in fake.containers
