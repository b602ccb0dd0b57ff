"""What registrator is known to do wrong, and what else can happen to whoever registers from outside."""

import signal

from .published import HOST, Case, is_settled, one, published, registered
from .servicewatcher import leave, marks, new_id


def test_an_agent_that_lost_its_state_has_every_service_again_within_5_s(fake, own_agent, watch):
    agent = own_agent()
    fake.run(**Case("", {}).inspected)
    gone = fake.run(**{**Case("", {}).inspected, "Name": "/gone"})
    ours = watch(fake, agent)
    ours.until(lambda: len(registered(agent)) == 2)
    fake.die(gone)
    agent.kill()
    agent.start()
    ours.until(lambda: registered(agent) == one(), 5 + 5)


def test_a_new_name_of_the_host_leaves_no_duplicates(fake, agent, watch):
    fake.run(**Case("", {}).inspected)
    rename = ["unshare", "--uts", "sh", "-c", 'hostname before && exec "$@"', "sh"]
    first = watch(fake, agent, prefix=rename)
    first.until(lambda: registered(agent) == one("before:front:80"))
    assert first.stop() == 0
    assert registered(agent) == one("before:front:80"), "an update of the watcher is no outage"
    second = watch(fake, agent)
    second.until(lambda: registered(agent) == one())


def test_a_killed_watcher_resumes_after_its_restart(fake, agent, watch):
    fake.run(**Case("", {}).inspected)
    dies = fake.run(**{**Case("", {}).inspected, "Name": "/dies"})
    first = watch(fake, agent)
    first.until(lambda: len(registered(agent)) == 2)
    first.kill()
    fake.die(dies, removed=True)
    second = watch(fake, agent)
    second.until(lambda: registered(agent) == one())


def test_a_changed_option_applies_to_existing_registrations(fake, agent, watch):
    fake.run(**Case("", {}).inspected)
    first = watch(fake, agent, "--tags", "a")
    first.until(lambda: registered(agent) == one(tags=["a"]))
    first.stop()
    second = watch(fake, agent, "--tags", "b")
    second.until(lambda: registered(agent) == one(tags=["b"]))


def test_an_overwritten_entry_is_registered_again(fake, agent, watch):
    """Within 5 s, by somebody else's hand."""
    container = fake.run(**Case("", {}, env=["SERVICE_CHECK_TTL=30s"]).inspected)
    ours = watch(fake, agent)
    ours.until(lambda: registered(agent) == one())
    leave(agent, *one(), marks(container, manager="servicewatcher"), "nginx", Port=10081)
    fake.tell("die", new_id())
    ours.until(lambda: registered(agent) == one())


def test_a_new_port_of_the_same_container_is_registered_anew(fake, agent, watch):
    container = fake.run(**Case("", {}).inspected)
    ours = watch(fake, agent)
    ours.until(lambda: registered(agent) == one())
    fake.die(container)
    fake.run(container, **Case("", {}, ports=published(80, host_port=12345)).inspected)
    ours.until(lambda: registered(agent) == one(port=12345))


def test_a_container_that_reuses_a_removed_name_is_registered_as_itself(fake, agent, watch):
    ours = watch(fake, agent).watches()
    for _ in range(5):
        container = fake.run(**Case("", {}).inspected)
        mark = {"container-id": container}
        ours.until(
            lambda: (agent.service(f"{HOST}:front:80") or {"Meta": {}})["Meta"].items() >= mark.items()
        )
        fake.die(container, removed=True)
    ours.until(lambda: registered(agent) == {})


def test_deregister_on_exit_removes_only_its_own_entries(fake, fake_engine, agent, watch):
    """Beside one that watches another engine, and a wrapper."""
    fake.run(**Case("", {}).inspected)
    leave(agent, "web-1", marks(fake.run()))
    other = fake_engine(name="Podman Engine")
    other.run(**{**Case("", {}).inspected, "Name": "/podmans"})
    theirs = watch(other, agent)
    theirs.until(lambda: agent.service(f"{HOST}:podmans:80"))
    ours = watch(fake, agent, "--deregister-on-exit")
    ours.until(lambda: agent.service(f"{HOST}:front:80"))
    is_settled(fake, agent, ours)
    assert ours.stop() == 0
    assert set(agent.services()) == {"web-1", f"{HOST}:podmans:80"}, ours.log


def test_deregister_on_exit_removes_a_pending_registration(fake, agent, watch, holding):
    fake.run(**Case("", {}).inspected)
    between = holding(agent)
    between.hold("answer", "/v1/agent/service/register")
    ours = watch(fake, between, "--deregister-on-exit")
    ours.until(lambda: agent.service(f"{HOST}:front:80"))
    ours.send(signal.SIGTERM)
    ours.until(lambda: agent.services() == {})
    between.let_go()
    assert ours.wait() == 0
