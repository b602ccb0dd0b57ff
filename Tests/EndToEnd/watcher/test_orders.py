"""A container that starts again under the same service ID never loses its new registration, in whatever order
the engine, the agent, the watcher and the new life come to their words."""

import re
import time

import pytest

from ..ports import waits_unread
from ..promises import ID
from ..waiting import always, eventually
from .servicewatcher import leave, leave_dead, marks, new_id

LOOK, DEREGISTER = "/v1/agent/services?filter=", "/v1/agent/service/deregister/"
VERIFY = f"/v1/agent/service/{ID}"
METHODS = {LOOK: "GET", VERIFY: "GET", DEREGISTER: "PUT"}
LATENESS = {"heard-at-once": 0, "heard-late": 1}  # seconds; the engine is asked only about those heard late
SOONEST = 0.098  # seconds from a container's death until its next process is up (Sources/WatcherCore/WatcherPolicy.swift)

either = pytest.mark.parametrize("setup", LATENESS.values(), ids=LATENESS, indirect=True)
late = pytest.mark.parametrize("setup", [1], indirect=True)


@pytest.fixture
def setup(request, fake, agent, holding, watch):
    """A container with a registered service, watched; questions to the agent can be held. The parameter is
    how late the watcher hears what the engine tells."""
    fake.lateness = request.param

    class Setup:
        engine, container = fake, fake.run()
        consul = holding(agent)

        def die_held(self, what, path, **how):
            """Its container dies; returns when the question that follows is held, or its answer is."""
            answered = agent.finished(METHODS[path], path)
            self.consul.hold(what, path)
            self.engine.die(self.container, **how)
            self.died = time.monotonic()
            assert self.consul.holds.wait(5), ours.log
            if what == "answer":
                eventually(lambda: agent.finished(METHODS[path], path) > answered, what="the answer")

        def start_untold(self):
            """No sooner after its death than engines do it; what the engine tells is late."""
            eventually(lambda: time.monotonic() - self.died >= SOONEST)
            self.engine.run(self.container, told=False)

        def register(self, container=None, tag="old"):
            leave(agent, ID, marks(container or self.container), Tags=[tag])

        def is_new(self):
            service = agent.service(ID)
            return service is not None and service["Tags"] == ["new"]

        def stays(self):
            """As soon as the watcher has nothing in hand."""
            done = leave_dead(agent, "probe", marks(new_id()), name="probe")
            fake.tell("die", new_id())
            eventually(lambda: agent.service(done) is None, 15, f"the next comparison: {ours.log}")
            assert self.is_new(), ours.log

    setup = Setup()
    setup.register()
    ours = setup.watcher = watch(fake, setup.consul).watches()
    # The first comparison is over.
    eventually(lambda: setup.consul.times(re.escape(LOOK)) and setup.consul.is_idle(), what="the first look")
    return setup


@either
def test_killed_and_not_started_again_it_is_removed(setup, agent):
    setup.engine.die(setup.container)
    setup.watcher.until(lambda: agent.service(ID) is None)


@late
def test_the_same_container_registers_before_the_die_event(setup):
    setup.engine.die(setup.container, told=False)
    setup.engine.run(setup.container, told=False)
    setup.register(tag="new")
    setup.engine.tell("die", setup.container)
    setup.engine.tell("start", setup.container)
    setup.stays()


@either
@pytest.mark.parametrize("what", ["request", "answer"])
@pytest.mark.parametrize("is_told", [True, False], ids=["start-told", "start-not-told"])
def test_the_same_container_registers_during_the_agent_query(setup, what, is_told):
    setup.die_held(what, LOOK)
    if is_told:
        setup.engine.run(setup.container)
    else:
        setup.start_untold()
    setup.register(tag="new")
    setup.consul.let_go()
    setup.stays()


@late
def test_the_engine_s_answer_is_overtaken_by_the_start(setup):
    """It says 'stopped', made before and sent after the start event."""
    held = setup.engine.hold("inspect")
    setup.engine.die(setup.container)
    held.wait()
    setup.engine.run(setup.container)
    setup.register(tag="new")
    held.go.set()
    setup.stays()


@late
def test_the_engine_s_answer_comes_after_the_start_whose_event_is_late(setup):
    """'running', and the start isn't told yet."""
    setup.die_held("answer", LOOK)
    setup.engine.run(setup.container, told=False)
    setup.register(tag="new")
    setup.consul.let_go()
    eventually(lambda: setup.engine.count("inspect") >= 2, what="asked")
    setup.engine.tell("start", setup.container)
    setup.stays()


@either
@pytest.mark.parametrize("is_removed", [False, True], ids=["stopped", "removed"])
@pytest.mark.parametrize("what", ["request", "answer"])
def test_another_container_takes_the_id_during_the_agent_query(setup, what, is_removed):
    """`docker rm -f web; docker run --name web -e SERVICE_ID=web-1 …`"""
    setup.die_held(what, LOOK, removed=is_removed)
    setup.register(setup.engine.run(), tag="new")
    setup.consul.let_go()
    setup.stays()


@late
def test_another_container_takes_the_id_during_the_inspect(setup):
    held = setup.engine.hold("inspect")
    setup.engine.die(setup.container)
    held.wait()
    setup.register(setup.engine.run(), tag="new")
    held.go.set()
    setup.stays()


@either
def test_the_wrapper_deregisters_itself_while_we_look(setup, agent):
    """docker stop: its own word comes first, ours finds nothing; the next life's stays."""
    setup.die_held("answer", LOOK)
    agent.put(DEREGISTER + ID)
    setup.engine.run(setup.container)
    setup.register(tag="new")
    setup.consul.let_go()
    setup.stays()
    assert not setup.watcher.lines("warning") and not setup.watcher.lines("error")


@either
@pytest.mark.parametrize("what", ["request", "answer"])
def test_it_is_verified_while_the_same_container_starts_and_registers(setup, what):
    setup.die_held(what, VERIFY)
    setup.engine.run(setup.container)
    setup.register(tag="new")
    setup.consul.let_go()
    setup.stays()


@pytest.mark.parametrize("setup", [0], indirect=True)
def test_it_is_verified_so_late_that_a_start_event_may_be_missing(setup):
    """The death is only heard, and that is no longer enough."""
    setup.die_held("answer", VERIFY)
    setup.start_untold()
    setup.register(tag="new")
    setup.consul.let_go()
    setup.stays()


@either
@pytest.mark.parametrize("what", ["request", "answer"])
def test_a_registration_after_the_deregistration_stays(setup, agent, what):
    """It isn't sent twice, however late its answer."""
    setup.die_held(what, DEREGISTER)
    if what == "request":
        setup.consul.let_go()
    setup.watcher.until(lambda: agent.service(ID) is None)
    setup.engine.run(setup.container)
    setup.register(tag="new")
    setup.consul.let_go()
    setup.stays()
    assert len(setup.consul.times(DEREGISTER + ID)) == 1


def test_an_agent_that_hangs_during_the_ownership_query_keeps_the_next_registration(
    fake, own_agent, watch, run, server
):
    """It hangs when the engine has just said 'stopped', and goes on when the next life has registered."""
    agent, container = own_agent(), fake.run()
    fake.lateness = 1
    said = ["--meta", f"container-id={container}", "--meta", "container-engine=docker"]
    ours = run(server(), agent, "--ttl", "3s", *said)  # the next life; until it is told of, the last one's
    eventually(lambda: agent.is_passing(ID), what="registered and passing")
    watcher = watch(fake, agent).watches()
    held = fake.hold("inspect")
    eventually(lambda: fake.count("list"))
    fake.die(container)
    held.wait()
    agent.pause()
    held.go.set()
    eventually(lambda: waits_unread(agent.http), what="the question under way")
    fake.run(container)
    agent.resume()
    always(lambda: agent.service(ID) is not None, 1.5, ours.log)
    assert not watcher.lines("deregistered"), watcher.log


@pytest.mark.parametrize("lateness", LATENESS.values(), ids=LATENESS)
def test_a_deregistration_processed_after_the_next_registration_is_repaired(
    fake, agent, watch, run, server, holding, lateness
):
    """The gap that stays: it is told in time, and does it late. The wrapper's next heartbeat mends that."""
    container, between = fake.run(), holding(agent)
    fake.lateness = lateness
    said = ["--meta", f"container-id={container}", "--meta", "container-engine=docker"]
    ours = run(server(), agent, "--ttl", "3s", *said)  # the next life; until it is told of, the last one's
    eventually(lambda: agent.is_passing(ID), what="registered and passing")
    watch(fake, between).watches()
    eventually(lambda: between.times(re.escape(LOOK)) and between.is_idle(), what="the first look")
    done = agent.finished("PUT", DEREGISTER + ID)
    between.hold("request", DEREGISTER)
    fake.die(container)
    assert between.holds.wait(5)
    fake.run(container)
    between.let_go()
    eventually(lambda: agent.finished("PUT", DEREGISTER + ID) > done, what="taken out, wrongly")
    eventually(lambda: "forgot" in ours.log, 10, what="the next heartbeat")
    eventually(lambda: agent.is_passing(ID), what=ours.log)
