"""Two engines of one kind on one kernel, as with rootless Docker or Docker in Docker, share the boot ID. Each
watcher removes the entries of its own engine's dead containers, and leaves those of the other engine alone."""

import threading
import time

import pytest

from ..agent import Agent
from ..containers.images import ENTRY
from ..waiting import Late, eventually
from .published import HOST
from .real_engines import start_docker_api, start_podman_api
from .servicewatcher import BACK

ENGINES = "dockerd", "docker", "podman", "catatonit", "unshare", "nsenter", "cc", "iptables"
pytestmark = [pytest.mark.root, pytest.mark.needs(*ENGINES), pytest.mark.timeout(900)]

WATCHED = 60.0  # seconds in which no entry of a living container may be missing
SAMPLED = 0.2  # between two looks at the agent, in seconds
TTL = 3  # seconds, of a wrapper's checks
AFTER_TTL = TTL + 3.0  # Consul's own removal takes a minute more
LONG_TTL = 60  # of entries that must be removed because of what the engine answers, not when a check fails


@pytest.fixture(scope="module")
def dockers(sandbox):
    """With one /etc, in which Docker 20.10 keeps what `/info` calls its ID."""
    place, folder = sandbox("two-dockers")
    folders = [folder / "first", folder / "second"]
    for one in folders:
        one.mkdir()
    return [start_docker_api(place, one) for one in folders]


@pytest.fixture(scope="module")
def podmans(sandbox):
    """Each with a bridge, in a network of its own: on the host's network, Podman 4.3 says nothing of ports."""
    return [start_podman_api(*sandbox(name, network=True)) for name in ("first-podman", "second-podman")]


@pytest.fixture(params=["dockers", "podmans"])
def pair(request, dockers, podmans):
    """Two engines of one kind; each kind in turn."""
    return {"dockers": dockers, "podmans": podmans}[request.param]


# Containers and their entries


class Entry:
    """A container, and the ID of its service."""

    def __init__(self, agent, service_id, container):
        self._agent, self.id, self.container = agent, service_id, container

    def is_registered(self):
        return self._agent.service(self.id) is not None

    def wait_until_registered(self):
        eventually(self.is_registered, 20, f"{self.id} registered", every=0.05)
        return self

    def wait_until_removed(self, within, since):
        """`since` is a time of CLOCK_MONOTONIC; returns the seconds from then on."""
        limit = max(0.0, since + within - time.monotonic())
        eventually(lambda: not self.is_registered(), limit, f"{self.id} removed")
        return time.monotonic() - since


@pytest.fixture(scope="module")
def kept_agent(tmp_path_factory):
    """An agent with a unix socket, by which containers in every network reach it."""
    agent = Agent(tmp_path_factory.mktemp("consul"), unix_beside="127.0.0.1").start()
    yield agent
    agent.kill()


@pytest.fixture
def agent(kept_agent):
    """Without the services of the test before."""
    for service_id in kept_agent.services():
        kept_agent.put(f"/v1/agent/service/deregister/{service_id}")
    return kept_agent


@pytest.fixture
def contained(image):
    """Runs a container; removed with the test."""
    containers = []

    def run(engine, *words, options):
        containers.append(engine.run(image(engine, ENTRY), *words, options=options))
        return containers[-1]

    yield run
    for one in containers:
        one.ask("rm", "--force", *(["--time", "0"] if one.engine.name == "podman" else []), status=None)


@pytest.fixture
def wrapped(contained, agent):
    """Starts a container under the wrapper."""

    def start(engine, service_id, ttl=TTL, options=()):
        how = ["--network", "host", "--volume", f"{agent.unix_path}:/consul.sock", *options]
        words = ["--name", "wrapped", "--id", service_id, "--ttl", f"{ttl}s"]
        words += ["--consul-addr", "unix:///consul.sock", "--", "/waits"]
        return Entry(agent, service_id, contained(engine, *words, options=how))

    return start


@pytest.fixture
def unwrapped(contained, agent):
    """Starts a container that its engine's watcher registers, for a port that it exposes or publishes."""

    def start(engine, name, options=()):
        ports = {"docker": ["--network", "host", "--expose", "6379"], "podman": ["--publish", "6379"]}
        how = [*ports[engine.name], "--entrypoint", "/waits", "--name", name, *options]
        return Entry(agent, f"{HOST}:{name}:6379", contained(engine, options=how))

    return start


class Sampler:
    """Looks at the agent again and again, and records which of these entries were missing when. A context;
    leaving it fails if any was."""

    def __init__(self, agent, entries, watchers=()):
        self._agent, self._watchers = agent, watchers
        self._expected = {entry.id for entry in entries}
        self._missing, self._samples, self._error = {}, 0, None
        self._stop, self._failed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        self._stop.set()
        self._thread.join()
        if kind is None:
            self._check()

    def _run(self):
        while not self._stop.wait(SAMPLED):
            try:
                present = self._agent.services().keys()
            except Exception as error:
                self._error = error
                self._failed.set()
                return
            self._samples += 1
            since = round(time.monotonic() - self._began, 1)
            for service_id in self._expected - present:
                self._missing.setdefault(service_id, []).append(since)
                self._failed.set()

    def _check(self):
        assert self._error is None, self._error
        logs = "\n".join(watcher.log for watcher in self._watchers)
        assert not self._missing, f"missing at these seconds: {self._missing}; the logs:\n{logs}"
        seconds = time.monotonic() - self._began
        assert self._samples >= seconds / SAMPLED / 2, f"only {self._samples} samples in {seconds:.0f} s"

    def expect_no_more(self, entry):
        """Before its container is killed."""
        self._expected = self._expected - {entry.id}

    def wait_until(self, seconds):
        """Since the beginning; fails at once if an entry is missing."""
        if self._failed.wait(max(0.0, self._began + seconds - time.monotonic())):
            self._check()


def removed_by(watcher):
    """The IDs, from its log."""
    return [line.split()[2].rstrip(":") for line in watcher.lines("deregistered")]


def unexpected(watcher):
    """Its warnings, but one: Podman answers 500 instead of 404 if it removes the container meanwhile."""
    return [line for line in watcher.troubles() if "no such container" not in line]


# The living


def test_no_entry_of_a_living_container_is_missing_for_a_minute(
    wrapped, unwrapped, dockers, podmans, watch, agent
):
    """Also when a container dies, and when a watcher is replaced by one that has seen nothing before: after
    both, a watcher compares all entries with what runs on its engine."""
    engines = [*dockers, *podmans]
    names = [f"{engine.name}-{number}" for number, engine in enumerate(engines)]
    watchers = [watch(engine, agent).watches() for engine in engines]
    living = []
    for engine, name in zip(engines, names):
        living += [wrapped(engine, f"wrapped-{name}"), unwrapped(engine, f"unwrapped-{name}")]
    for entry in living:
        entry.wait_until_registered()
    with Sampler(agent, living, watchers) as sampler:
        sampler.wait_until(WATCHED / 3)
        for engine, name in zip(engines, names):
            guest = wrapped(engine, f"guest-{name}", LONG_TTL, options=["--rm"]).wait_until_registered()
            begun = time.monotonic()
            guest.container.ask("kill")
            guest.wait_until_removed(BACK, begun)
        sampler.wait_until(WATCHED * 2 / 3)
        for engine, name, first in zip(engines, names, list(watchers)):
            assert removed_by(first) == [f"guest-{name}"] and unexpected(first) == [], first.log
            first.kill()
            watchers.append(watch(engine, agent).watches())
        sampler.wait_until(WATCHED)
    for second in watchers[len(engines) :]:
        assert removed_by(second) == [] and unexpected(second) == [], second.log
    for entry in living:
        assert entry.container.is_running()


# The dead


def test_a_killed_container_is_removed_by_its_own_watcher_alone(wrapped, unwrapped, pair, watch, agent):
    watchers = [watch(engine, agent).watches() for engine in pair]
    entries = [
        [wrapped(engine, f"wrapped-{number}", LONG_TTL), unwrapped(engine, f"unwrapped-{number}")]
        for number, engine in enumerate(pair)
    ]
    every = [*entries[0], *entries[1]]
    for entry in every:
        entry.wait_until_registered()
    took = []
    with Sampler(agent, every, watchers) as sampler:
        for entry in every:
            sampler.expect_no_more(entry)
            begun = time.monotonic()
            entry.container.ask("kill")
            took.append(entry.wait_until_removed(BACK, begun))
    print(f"{pair[0].name}, from the kill to the removal: {[round(one * 1000) for one in took]} ms")
    for watcher, own in zip(watchers, entries):
        assert removed_by(watcher) == [entry.id for entry in own] and unexpected(watcher) == [], watcher.log


def test_deaths_during_a_watcher_outage_are_found_in_both_engines(wrapped, unwrapped, pair, watch, agent):
    """A container that the engine doesn't know any more may be another engine's, unless its registration says
    otherwise. So a wrapper's entry stays until its check is critical."""
    engine, other = pair
    watchers = [watch(one, agent).watches() for one in pair]
    known = wrapped(engine, "known", LONG_TTL)
    unknown = wrapped(engine, "unknown", options=["--rm"])
    registered = unwrapped(engine, "registered", options=["--rm"])
    living = [
        wrapped(engine, "wrapped"),
        unwrapped(engine, "unwrapped"),
        wrapped(other, "other-wrapped"),
        unwrapped(other, "other-unwrapped"),
    ]
    dead = [known, unknown, registered]
    for entry in [*dead, *living]:
        entry.wait_until_registered()
    # Both: what is removed then, no other watcher can have removed.
    for watcher in watchers:
        watcher.kill()
    engine.ask("kill", *(entry.container.identity for entry in dead))
    killed = time.monotonic()
    for entry in (unknown, registered):
        eventually(lambda: not entry.container.exists(), 20, "removed by the engine", every=0.05)
    assert all(entry.is_registered() for entry in dead)

    with Sampler(agent, living) as sampler:
        begun = time.monotonic()
        watcher = watch(engine, agent)
        try:
            took = [entry.wait_until_removed(BACK, begun) for entry in (known, registered)]
            took.append(unknown.wait_until_removed(AFTER_TTL, begun))
        except Late as late:
            raise Late(f"{late}; the log:\n{watcher.log}") from None
        was_critical = f"missed TTL, is now critical: check={unknown.id}:alive" in agent.log()
        assert was_critical, f"removed before its check was critical; the log:\n{watcher.log}"
        sampler.wait_until(time.monotonic() - begun + 2)
    print(
        f"{engine.name}, watcher {begun - killed:.1f} s after the kill: {[round(one, 2) for one in took]} s"
    )
    assert set(removed_by(watcher)) == {entry.id for entry in dead} and unexpected(watcher) == [], watcher.log
