"""servicewatcher beside real engines, and beside one that does as it is told."""

import os
import shutil

import pytest

from ..containers.images import ENTRY, compile_waits
from ..containers.sandbox import Sandbox
from ..containers.served import Served
from ..registry.holding import Holding
from ..wrapper import SERVICEWRAPPER
from .fake_engine import FakeEngine
from .real_engines import start_docker_api, start_podman_api
from .servicewatcher import SERVICEWATCHER, Watcher, leave, marks

HERE = os.path.dirname(__file__)
os.environ.pop("DOCKER_HOST", None)
ENGINES = ["dockerd", "docker", "podman", "catatonit", "unshare", "nsenter", "cc"]


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(HERE) and {"docker", "podman", "engine"} & set(item.fixturenames):
            item.add_marker(pytest.mark.root)
            item.add_marker(pytest.mark.needs(*ENGINES))


def pytest_runtest_setup(item):
    if item.path.is_relative_to(HERE) and not os.access(SERVICEWATCHER, os.X_OK):
        pytest.exit(f"{SERVICEWATCHER} is not there: make build", returncode=2)


@pytest.fixture
def watch():
    """Starts servicewatcher on an engine and an agent."""
    watchers = []

    def start_watcher(engine, consul, *options, **how):
        watchers.append(Watcher(engine, consul, *options, **how))
        return watchers[-1]

    yield start_watcher
    for one in watchers:
        one.kill()


@pytest.fixture
def fake_engine(tmp_path):
    engines = []

    def start_fake(path=None, **options):
        engines.append(FakeEngine(path or tmp_path / f"engine{len(engines)}.sock", **options).__enter__())
        return engines[-1]

    yield start_fake
    for one in engines:
        one.__exit__()
    # In whatever test: five GETs, and nothing else.
    assert FakeEngine.strange == []


@pytest.fixture
def fake(fake_engine):
    return fake_engine()


@pytest.fixture
def wrapped(fake, agent):
    """A container of the fake engine whose wrapper has registered this service."""

    def run(service_id="web-1", engine=fake, consul=agent):
        container = engine.run()
        leave(consul, service_id, marks(container))
        return container

    return run


@pytest.fixture
def holding():
    """Puts a proxy that can hold back before an agent."""
    proxies = []

    def start_proxy(agent):
        proxies.append(Holding(agent.http).__enter__())
        return proxies[-1]

    yield start_proxy
    for one in proxies:
        one.let_go()
        one.__exit__()


# Real engines


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    sandboxes = []

    def make(name, **options):
        folder = tmp_path_factory.mktemp(name)
        sandboxes.append(Sandbox(folder, **options))
        return sandboxes[-1], folder

    yield make
    for one in sandboxes:
        one.end()


@pytest.fixture(scope="session")
def docker(sandbox):
    return start_docker_api(*sandbox("docker"))


@pytest.fixture(scope="session")
def podman(sandbox):
    return start_podman_api(*sandbox("podman"))


@pytest.fixture(params=["docker", "podman"])
def engine(request):
    """Each in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    """FROM scratch, with servicewrapper and the smallest process; more lines of a Dockerfile make another."""
    had, folder = {}, tmp_path_factory.mktemp("context")
    waits = compile_waits(folder)

    def make(engine, *lines):
        if (engine, lines) not in had:
            context = tmp_path_factory.mktemp("context")
            shutil.copy(SERVICEWRAPPER, context / "servicewrapper")
            shutil.copy(waits, context / "waits")
            every = ["FROM scratch", "COPY servicewrapper waits /", *lines]
            (context / "Dockerfile").write_text("\n".join(every) + "\n")
            had[engine, lines] = engine.build(f"localhost/made-here-{len(had)}", context)
        return had[engine, lines]

    return make


@pytest.fixture
def contained(image):
    """Runs a container of such an image on the host's network; removed with the test."""
    containers = []

    def run(engine, *words, options=(), lines=(ENTRY,)):
        how = ["--network", "host", *options]
        containers.append(engine.run(image(engine, *lines), *words, options=how))
        return containers[-1]

    yield run
    for one in containers:
        one.ask("rm", "--force", *(["--time", "0"] if one.engine.name == "podman" else []), status=None)


@pytest.fixture
def served(contained, agent):
    """The smallest process as a service, passing; without a TTL nothing but a watcher would ever take it out."""

    def run(engine, *words, name="web", options=(), consul=agent, how=(), ttl=0):
        address = ["--name", name, "--consul-addr", consul.address, "--ttl", f"{int(ttl)}s", *options]
        ours = contained(engine, *address, "--", "/waits", *words, options=how)
        return Served(ours, consul, name).serves()

    return run
