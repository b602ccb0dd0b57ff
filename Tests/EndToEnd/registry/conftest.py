"""What the tests of the registry share beside the rest."""

import pytest

from ..fakes import Front
from ..networks import Network
from .aged import Aged
from .clients import Clients
from .cluster import Cluster
from .holding import Holding


def pytest_collection_modifyitems(items):
    """What takes minutes begins with the first test of these, and is judged last."""
    items.sort(key=_is_aged)


def _is_aged(item):
    return "aged" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def aged():
    with Aged() as begun:
        yield begun


@pytest.fixture(scope="session", autouse=True)
def _begun_early(request):
    if any(map(_is_aged, request.session.items)):
        request.getfixturevalue("aged")


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


@pytest.fixture
def clients(agent):
    """Clients of the service `web`, who find it by the shared agent's DNS."""
    return lambda answer_lives: Clients(agent, "web", answer_lives=answer_lives)


@pytest.fixture
def network():
    """Makes network namespaces."""
    networks = []

    def make():
        networks.append(Network())
        return networks[-1]

    yield make
    for one in networks:
        one.end()


@pytest.fixture
def cluster(tmp_path):
    """Starts three servers, and as many clients as are asked for."""
    clusters = []

    def start_cluster(**options):
        clusters.append(Cluster(tmp_path, **options))
        return clusters[-1].__enter__()

    yield start_cluster
    for one in clusters:
        one.__exit__()


@pytest.fixture
def front():
    """Puts a proxy that can lie before an agent."""
    fronts = []

    def start_front(agent):
        fronts.append(Front(agent.http).__enter__())
        return fronts[-1]

    yield start_front
    for one in fronts:
        one.__exit__()
