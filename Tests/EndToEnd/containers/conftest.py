"""Real engines, with servicewrapper as PID 1 in their containers.
They are started by the tests, and end with them."""

import os
import shutil

import pytest

from ..agent import Agent
from ..ports import free_port
from ..wrapper import SERVICEWRAPPER
from .engines import UNBRIDGED, start_docker, start_podman
from .images import ENTRY, Debian, compile_waits, pack_redis, stand_in
from .sandbox import Sandbox
from .served import Served

NEEDED = ["dockerd", "docker", "podman", "catatonit", "unshare", "nsenter"]
NEEDED += ["debootstrap", "redis-server", "cc"]
LONGEST = 600  # seconds; a test may be the one that waits for what is slow
SLOW = ["debian", "slept"]  # fixtures that take a minute and two, while other tests can run


def pytest_collection_modifyitems(items):
    """All in this folder need the same; what is slow comes last, having been begun first."""
    ours = [item for item in items if item.path.is_relative_to(os.path.dirname(__file__))]
    for item in ours:
        item.add_marker(pytest.mark.root)
        item.add_marker(pytest.mark.needs(*NEEDED))
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST))
    items.sort(key=lambda item: [name in item.fixturenames for name in reversed(SLOW)])


@pytest.fixture(scope="session", autouse=True)
def begun_first(request):
    """What is slow begins before the first test of this folder, if one needs it."""
    wanted = {name for item in request.session.items for name in item.fixturenames}
    for name in filter(wanted.__contains__, SLOW):
        request.getfixturevalue(name)


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
    place, folder = sandbox("docker")
    return start_docker(place, folder, *UNBRIDGED)


@pytest.fixture(scope="session")
def podman(sandbox):
    return start_podman(*sandbox("podman"))


@pytest.fixture(scope="session")
def bridged(sandbox, debian, tmp_path_factory):
    """Docker with its bridges, in a network of its own: what the machine has, it doesn't see. It has the
    images that the examples start from."""
    place, folder = sandbox("bridged", network=True)
    pool = ["--default-address-pool", "base=203.0.113.0/24,size=28"]
    engine = start_docker(place, folder, "--bip", "198.51.100.1/24", *pool)
    stand_in(engine, debian, tmp_path_factory.mktemp("pulled"))
    return engine


@pytest.fixture(params=["docker", "podman"])
def engine(request):
    """Each in turn."""
    return request.getfixturevalue(request.param)


# Images


@pytest.fixture(scope="session")
def packed(tmp_path_factory):
    """The file trees of images, each made once."""
    folder, made = tmp_path_factory.mktemp("packed"), {}

    def pack(how):
        if how not in made:
            made[how] = how(folder)
        return made[how]

    return pack


@pytest.fixture(scope="session")
def debian(sandbox):
    return Debian(*sandbox("debian"))


@pytest.fixture(scope="session")
def images(packed, request, tmp_path_factory):
    """The name of an image that the engine then has; entries to it are servicewrapper's options."""
    had = {}

    def scratch(engine, tag):
        folder = tmp_path_factory.mktemp("context")
        shutil.copy(SERVICEWRAPPER, folder / "servicewrapper")
        shutil.copy(packed(compile_waits), folder / "waits")
        lines = ["FROM scratch", "COPY servicewrapper waits /", ENTRY]
        (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
        return engine.build(tag, folder)

    def redis(engine, tag):
        return engine.import_tree(tag, packed(pack_redis), ENTRY)

    def debian(engine, tag):
        return engine.import_tree(tag, request.getfixturevalue("debian").tar())

    makers = {"scratch": scratch, "redis": redis, "debian": debian}

    def image(engine, kind):
        if (engine, kind) not in had:
            had[engine, kind] = makers[kind](engine, f"localhost/{kind}-made-here")
        return had[engine, kind]

    return image


# Containers


@pytest.fixture
def contained(images):
    """Runs an image's servicewrapper with these words; removed with the test."""
    containers = []

    def run(engine, kind, *words, options=("--network", "host")):
        containers.append(engine.run(images(engine, kind), *words, options=options))
        return containers[-1]

    yield run
    for one in containers:
        if one.exists():
            one.ask("rm", "--force")


@pytest.fixture
def redis(contained, agent):
    """redis as service `redis` of the shared agent, in Docker if no other engine is named, passing."""

    def run(*options, engine, how=(), consul=agent):
        port = free_port()
        words = ["--name", "redis", "--port", port, "--consul-addr", consul.address, *options, "--"]
        words += ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", ""]
        ours = contained(engine, "redis", *words, options=["--network", "host", *how])
        return Served(ours, consul, "redis", port).serves()

    return run


@pytest.fixture
def waits(contained, agent):
    """The smallest process as service `web` of the shared agent, passing: from an image FROM scratch."""

    def run(*words, engine, options=(), how=("--network", "host"), consul=agent, passing=True):
        address = ["--consul-addr", consul.address, *options]
        ours = contained(engine, "scratch", "--name", "web", *address, "--", "/waits", *words, options=how)
        served = Served(ours, consul, "web")
        return served.serves() if passing else served

    return run


@pytest.fixture(scope="session")
def slept(docker, images, tmp_path_factory):
    """A container that is paused from before the first test on, until Consul has reaped it."""
    agent = Agent(tmp_path_factory.mktemp("reaping"), node="reaping").start()
    words = ["--name", "sleeper", "--ttl", "1s", "--deregister-after", "1m", "--consul-addr", agent.address]
    container = docker.run(images(docker, "scratch"), *words, "--", "/waits")
    try:
        ours = Served(container, agent, "sleeper").serves()
        container.ask("pause")
        yield ours
    finally:
        container.ask("rm", "--force")
        agent.kill()
