"""Whatever versions of the API an engine speaks, or a proxy before it lets through: it is watched all the same."""

import pytest

from ..waiting import always, eventually

OLD, BOTH, NEW = ((1, 12), (1, 41)), ((1, 24), (1, 51)), ((1, 44), (1, 53))
NEWEST = ((1, 60), (1, 101))


def has_cleaned(ours, fake, agent, container, service_id="web-1"):
    fake.die(container)
    ours.cleans(agent, 2.0, service_id)


@pytest.mark.parametrize(
    ("api", "chosen"), [(OLD, (1, 41)), (BOTH, (1, 41)), (NEW, (1, 44)), (NEWEST, (1, 60))], ids=str
)
def test_the_lowest_version_that_both_speak_is_used(
    fake_engine, agent, watch, wrapped, tmp_path, api, chosen
):
    fake = fake_engine(tmp_path / "versions.sock", api=api)
    container = wrapped("web-1", fake)
    ours = watch(fake, agent).watches()
    has_cleaned(ours, fake, agent, container)
    assert fake.versions[0] is None and set(fake.versions[1:]) == {chosen}
    assert ours.troubles() == []


@pytest.mark.parametrize(("before", "after"), [(OLD, NEW), (NEW, OLD)], ids=["upgraded", "downgraded"])
def test_an_engine_is_upgraded_while_we_run(fake_engine, agent, watch, wrapped, tmp_path, before, after):
    path = tmp_path / "engine.sock"
    first = fake_engine(path, api=before)
    dead, alive = wrapped("web-1", first), wrapped("web-2", first)
    ours = watch(path, agent).watches()
    eventually(lambda: first.count("inspect") == 2, what="both looked at")
    first.__exit__()
    path.unlink()
    ours.logs("warning")
    second = fake_engine(path, api=after, identity=first.identity)
    second.run(alive)
    ours.cleans(agent)
    assert dead not in second.containers and agent.service("web-2")
    has_cleaned(ours, second, agent, alive, "web-2")
    assert len(ours.troubles()) == 1, ours.log


def test_an_engine_that_is_too_old_is_reported_once_and_watched_after_its_upgrade(
    fake_engine, agent, watch, wrapped, tmp_path
):
    fake = fake_engine(tmp_path / "old.sock", api=((1, 12), (1, 40)))
    container = wrapped("web-1", fake)
    ours = watch(fake, agent)
    ours.logs("its API 1.40 is too old; 1.41 or later is needed")
    eventually(lambda: fake.count("version") >= 4, what="tried again")
    assert len(ours.troubles()) == 1 and agent.service("web-1")
    fake.api = NEW
    ours.watches()
    has_cleaned(ours, fake, agent, container)


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found"])
@pytest.mark.parametrize("passes", ["versioned", "plain"])
@pytest.mark.parametrize("api", [OLD, NEW], ids=str)
def test_a_proxy_lets_only_one_kind_of_path_through(
    fake_engine, agent, watch, wrapped, tmp_path, passes, status, api
):
    fake = fake_engine(tmp_path / "proxied.sock", api=api)
    fake.denied = passes, status
    container = wrapped("web-1", fake)
    ours = watch(fake, agent).watches()
    has_cleaned(ours, fake, agent, container)
    assert ours.troubles() == []


def test_a_proxy_that_denies_everything_is_reported_once(fake_engine, agent, watch, wrapped, tmp_path):
    fake = fake_engine(tmp_path / "denied.sock")
    fake.denied = "nothing", "403 Forbidden"
    wrapped("web-1", fake)
    ours = watch(fake, agent)
    ours.logs("403")
    eventually(lambda: fake.refused >= 9, what="tried again")
    always(lambda: len(ours.troubles()) == 1 and agent.service("web-1"), during=0.5, what=ours.log)


PORTS = {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}
BRIDGE = {"IPAddress": "198.51.100.2"}
SHAPES = {
    "1.41": {"Ports": PORTS, **BRIDGE, "Networks": {"app": {"IPAddress": "198.51.100.9"}, "bridge": BRIDGE}},
    "1.52": {"Ports": PORTS, "Networks": {"app": {"IPAddress": "198.51.100.9"}, "bridge": BRIDGE}},
}


@pytest.mark.parametrize("options", [(), ("--internal",)], ids=["published", "internal"])
def test_fields_missing_from_newer_versions_change_no_registration(
    fake_engine, agent, watch, tmp_path, options
):
    """1.52 has no `status`, `id` and `from` in events, and no address outside of the networks."""
    registered = {}
    for shape, network in SHAPES.items():
        fake = fake_engine(tmp_path / f"{shape}.sock", api=NEW if shape == "1.52" else OLD)
        fake.more_in_events = {} if shape == "1.52" else {"from": "web:1"}
        ours = watch(fake, agent, *options, "--deregister-on-exit").watches()
        container = fake.run(Name="/web", NetworkSettings=network)
        entry = eventually(lambda: next(iter(agent.services().values()), None), what="registered")
        registered[shape] = {key: entry[key] for key in ("ID", "Service", "Address", "Port", "Tags")}
        fake.die(container)
        ours.until(lambda: agent.services() == {})
        ours.kill()
    assert registered["1.41"] == registered["1.52"]


def test_an_engine_whose_id_is_denied_is_watched_and_reported_once(fake_engine, agent, watch, tmp_path):
    """As by a proxy that was configured before `/info` was asked for."""
    fake = fake_engine(tmp_path / "denied.sock")
    fake.lie("info", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    ours = watch(fake, agent).watches()
    ours.logs("GET /info is denied")
    container = fake.run(Name="/web", NetworkSettings=SHAPES["1.52"])
    entry = eventually(lambda: next(iter(agent.services().values()), None), what="registered")
    assert "engine-id" not in entry["Meta"]
    fake.end_streams()
    eventually(fake.has_listener, what="subscribed again")
    fake.die(container)
    ours.until(lambda: agent.services() == {})
    assert len(ours.lines("/info")) == 1
