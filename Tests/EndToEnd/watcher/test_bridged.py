"""Docker as it is out of the box: with a bridge, and ports that are published."""

import pytest

from ..agent import Agent
from ..containers.engines import start_docker
from ..containers.images import ENTRY
from ..containers.served import Served
from .published import HOST, one, registered
from .servicewatcher import BACK, marks

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("dockerd", "docker", "catatonit", "iptables", "nsenter", "cc"),
]

GATEWAY = "198.51.100.1"
TTL, LONG_BEFORE = 60, 20.0  # seconds; without the watcher it stays for two minutes in the catalog
PLAIN = ('ENTRYPOINT ["/waits"]', "EXPOSE 6379", "EXPOSE 53/udp", "ENV SERVICE_NAME=web")
SHIFTED = "-p", "16379:6379", "-p", f"{GATEWAY}:10053:53/udp"
PORTS = {
    **one(f"{HOST}:plain:6379", "web-6379", 16379),
    **one(f"{HOST}:plain:53:udp", "web-53", 10053, GATEWAY, tags=["udp"]),
}


@pytest.fixture(scope="session")
def bridged(sandbox):
    """In a network of its own: what the machine has, it doesn't see."""
    place, folder = sandbox("bridged", network=True)
    engine = start_docker(place, folder, "--bip", f"{GATEWAY}/24")
    engine.address = engine.environment["DOCKER_HOST"]
    return engine


@pytest.fixture
def contained(bridged, image):
    """Runs a container on the bridge; removed with the test."""
    containers = []

    def run(*words, options=(), lines=PLAIN):
        containers.append(bridged.run(image(bridged, *lines), *words, options=options))
        return containers[-1]

    yield run
    for container in containers:
        container.ask("rm", "--force", status=None)


@pytest.fixture
def agent_there(bridged, tmp_path):
    """In the same network, at an address that the containers reach, and on a unix socket for everybody else."""
    network = [*bridged.sandbox.prefix[:2], "--net"]
    agent = Agent(tmp_path, prefix=network, unix_beside=GATEWAY).start()
    yield agent
    agent.kill()


def test_a_published_port_is_registered_and_deregistered_when_killed(bridged, contained, agent, watch):
    ours = watch(bridged, agent).watches()
    container = contained(options=["--name", "plain", *SHIFTED])
    ours.until(lambda: registered(agent) == PORTS)
    for service in agent.services().values():
        assert marks(container.identity, manager="servicewatcher").items() <= service["Meta"].items()
    container.ask("kill")
    ours.until(lambda: registered(agent) == {}, BACK)
    container.ask("start")
    ours.until(lambda: registered(agent) == PORTS)
    assert ours.troubles() == [], ours.log


def test_internal_registers_the_address_on_the_bridge(bridged, contained, agent, watch):
    ours = watch(bridged, agent, "--internal").watches()
    container = contained(options=["--name", "plain"])
    address = container.ask("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
    assert address.startswith(GATEWAY.rpartition(".")[0])
    ours.until(
        lambda: (
            registered(agent)
            == {
                **one(f"{HOST}:plain:6379", "web-6379", 6379, address),
                **one(f"{HOST}:plain:53:udp", "web-53", 53, address, tags=["udp"]),
            }
        )
    )


def test_an_agent_that_lost_its_state_has_the_service_again_within_10_s(bridged, contained, own_agent, watch):
    agent = own_agent()
    ours = watch(bridged, agent).watches()
    contained(options=["--name", "plain", *SHIFTED])
    ours.until(lambda: registered(agent) == PORTS)
    agent.kill()
    agent.start()
    ours.until(lambda: registered(agent) == PORTS, 10)


def test_a_killed_wrapped_container_is_deregistered_long_before_its_ttl(
    bridged, contained, agent_there, watch
):
    """So are ten of them at once; and who runs stays."""
    ours = watch(bridged, f"unix://{agent_there.unix_path}").watches()
    words = ["--consul-addr", f"{GATEWAY}:{agent_there.http}", "--ttl", f"{TTL}s", "--name"]
    dies, burst = contained(*words, "dies", "--", "/waits", lines=[ENTRY]), []
    for _ in range(10):
        burst.append(contained(*words, "burst", "--", "/waits", lines=[ENTRY]))
    alive = contained(*words, "alive", "--", "/waits", lines=[ENTRY])
    for name, container in (("dies", dies), ("alive", alive)):
        Served(container, agent_there, name).serves()
    ours.until(lambda: len(agent_there.in_catalog("burst")) == 10, 20)
    dies.ask("kill")
    ours.until(lambda: not agent_there.in_catalog("dies"), LONG_BEFORE)
    bridged.ask("kill", *(one.identity for one in burst))
    ours.until(lambda: not agent_there.in_catalog("burst"), LONG_BEFORE)
    assert Served(alive, agent_there, "alive").is_passing() and ours.troubles() == [], ours.log
