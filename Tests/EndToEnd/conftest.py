"""What the end-to-end tests share: a Consul agent, servicewrapper, servers to be supervised. All of it ends
with the test, whatever becomes of that."""

import os
import pathlib
import shutil

import pytest

from .agent import Agent, denying
from .fakes import FakeConsul, NameServer, Proxy
from .ports import free_port
from .promises import ID
from .wrapper import SERVICEWRAPPER, Server, Wrapper

# What `make test` leaves to `make test-all`, and what is run alone because it measures the machine: files or folders.
EXTENDED = [
    "chaos",  # random processes, containers and faults
    "software",  # nginx, PostgreSQL and others, with their own signals
    "containers/test_walkthrough.py",  # builds images, and runs the example's page
    "containers/test_dockerfiles.py",  # builds images
    "watcher/test_two_engines.py",  # watches for a minute that nothing is missing
    "watcher/test_compare_registrators.py",
    "test_bench.py",
    "test_timeline.py",
    "test_plain_swiftpm.py",  # builds everything twice
]
ALONE = [
    "init/test_stress.py",
    "watcher/test_watcher_size.py",
    "test_latency.py",
    "test_release.py",
    "test_bench.py",
]


def pytest_collection_modifyitems(items):
    here = pathlib.Path(__file__).parent
    for item in items:
        place = item.path.relative_to(here)
        for mark, paths in ((pytest.mark.extended, EXTENDED), (pytest.mark.alone, ALONE)):
            if any(place.is_relative_to(path) for path in paths):
                item.add_marker(mark)


def pytest_configure(config):
    # Memory is measured, and a program that was just written counts as dirty.
    os.sync()
    config.addinivalue_line("markers", "extended: run by `make test-all` and not by `make test`")
    config.addinivalue_line("markers", "alone: run when nothing else runs, because it measures the machine")
    config.addinivalue_line(
        "markers", "needs(*programs): skipped, with the reason, where one of them is missing"
    )
    config.addinivalue_line("markers", "root: skipped, with the reason, where the tests don't run as root")


def pytest_runtest_setup(item):
    if not os.access(SERVICEWRAPPER, os.X_OK):
        pytest.exit(f"{SERVICEWRAPPER} is not there: make build", returncode=2)
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            if not shutil.which(program):
                pytest.skip(f"{program} is missing: make install-tools")
    if next(item.iter_markers("root"), None) and os.geteuid() != 0:
        pytest.skip("needs root, for a namespace, a chroot or a low port")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Where nothing may be skipped, a skip is a failure with the same reason."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("SERVICEWRAPPER_NO_SKIP") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, but SERVICEWRAPPER_NO_SKIP=1: {call.excinfo.value}"


@pytest.fixture(scope="session")
def shared_agent(tmp_path_factory):
    agent = Agent(tmp_path_factory.mktemp("consul")).start()
    yield agent
    agent.kill()


@pytest.fixture
def agent(shared_agent):
    """The agent that the tests share, without the services of the tests before."""
    for service_id in shared_agent.services():
        shared_agent.put(f"/v1/agent/service/deregister/{service_id}")
    return shared_agent


@pytest.fixture
def own_agent(tmp_path):
    """Starts agents for this test alone: to be paused, killed, configured."""
    agents = []

    def start_agent(**options):
        agents.append(Agent(tmp_path, node=f"node{len(agents) + 1}", **options))
        return agents[-1].start()

    yield start_agent
    for one in agents:
        one.kill()


@pytest.fixture
def wrapper():
    """Starts servicewrapper with these arguments; `consul=` is the agent, or an address."""
    wrappers = []

    def start_wrapper(*arguments, consul=None, **options):
        address = ["--consul-addr", getattr(consul, "address", consul)] if consul else []
        wrappers.append(Wrapper([*address, *arguments], **options))
        return wrappers[-1]

    yield start_wrapper
    for one in wrappers:
        one.kill()


@pytest.fixture
def run(wrapper):
    """Starts a server under servicewrapper as service `web` with the ID `web-1`."""

    def start(served, consul, *options, **how):
        ports = ["--port", served.port] if served.port else []
        arguments = ["--name", "web", "--id", ID, *ports, *options, "--", *served.command]
        return wrapper(*arguments, consul=consul, **how)

    return start


@pytest.fixture
def denying_agent(own_agent):
    """Who has no token may read, and nothing more."""
    return own_agent(**denying()).wait_for_tokens()


@pytest.fixture
def server(tmp_path):
    """The command line of a server with a free port, and its record. `port=None`: without one."""

    def make_server(**options):
        options.setdefault("port", free_port())
        return Server(tmp_path, **options)

    return make_server


@pytest.fixture
def proxy():
    proxies = []

    def start_proxy(agent):
        proxies.append(Proxy(agent.http).__enter__())
        return proxies[-1]

    yield start_proxy
    for one in proxies:
        one.__exit__()


@pytest.fixture
def fake_consul():
    fakes = []

    def start_fake(*arguments, **options):
        fakes.append(FakeConsul(*arguments, **options).__enter__())
        return fakes[-1]

    yield start_fake
    for one in fakes:
        one.__exit__()


@pytest.fixture
def name_server():
    servers = []
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")

    def start_name_server(answers):
        servers.append(NameServer(f"127.77.{worker}.{len(servers) + 53}", answers).__enter__())
        return servers[-1]

    yield start_name_server
    for one in servers:
        one.__exit__()
