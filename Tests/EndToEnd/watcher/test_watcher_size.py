"""As small as it was promised to be."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from ..containers.images import ENTRY
from ..wrapper import descriptors, memory
from .real_engines import get, request
from .servicewatcher import SERVICEWATCHER, leave, marks, new_id

MB = 1000 * 1000
CONTAINERS = 100


def test_one_static_file_of_at_most_1_7_mb():
    assert os.path.getsize(SERVICEWATCHER) <= 1.7 * MB
    command = ["readelf", "--program-headers", SERVICEWATCHER]
    headers = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout
    assert "LOAD" in headers and "INTERP" not in headers


def test_at_most_2_mb_of_memory_with_a_hundred_containers(docker, contained, fake, agent, watch):
    """What a real engine says of a container, a hundred times, half of them with a wrapper."""
    labels = [
        word for number in range(40) for word in ("--label", f"org.example.a-long-label.{number}={'x' * 100}")
    ]
    real = contained(docker, "/waits", lines=(), options=labels)
    inspected = get(docker, f"/containers/{real.identity}/json")
    (listed,) = [one for one in get(docker, "/containers/json") if one["Id"] == real.identity]
    inspected["NetworkSettings"]["Ports"] = {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}
    inspected["HostConfig"]["NetworkMode"] = "bridge"
    fake.listed_more = {key: value for key, value in listed.items() if key not in ("Id", "Names")}
    text = json.dumps(inspected)
    assert len(text) > 8_000
    wrapped = []
    for number in range(CONTAINERS):
        identity = new_id()
        said = json.loads(text.replace(real.identity, identity))
        said["Name"] = f"/container-{number}"
        if number % 2:
            said["Path"] = "/servicewrapper"
            wrapped.append(leave(agent, f"wrapped-{number}", marks(identity)))
        fake.run(identity, told=False, **said)
    ours = watch(fake, agent)
    ours.until(lambda: len(agent.services()) == CONTAINERS, 20)
    for service_id, identity in list(zip(wrapped, list(fake.containers)[1::2]))[:25]:
        fake.die(identity)
        ours.until(lambda: agent.service(service_id) is None)
    rss = memory(ours.pid, "Rss")
    print(f"{rss} kB with {CONTAINERS} containers, inspect {len(text)} bytes")
    assert rss <= 2 * MB / 1024 and descriptors(ours.pid) <= 10
    assert ours.lines("warning") == []


@pytest.fixture
def a_hundred(docker, image, agent):
    """Real containers, half of them with a wrapper, each a service: their names."""
    every = [f"hundred-{number}" for number in range(CONTAINERS)]
    wrapped = ["--consul-addr", agent.address, "--ttl", "0s", "--", "/waits"]
    how = {"ExposedPorts": {"80/tcp": {}}, "HostConfig": {"NetworkMode": "host"}}
    how |= {"Image": image(docker, ENTRY), "Labels": {"org.example.label": "x" * 100}}

    def start(name):
        its = {"Cmd": ["--name", name, "--id", name, *wrapped]}
        if every.index(name) % 2:
            its = {"Entrypoint": ["/waits"]}
        assert request(docker, "POST", f"/containers/create?name={name}", {**how, **its})[0] == 201
        assert request(docker, "POST", f"/containers/{name}/start")[0] == 204

    def remove(name):
        request(docker, "DELETE", f"/containers/{name}?force=1")

    with ThreadPoolExecutor(4) as pool:
        try:
            list(pool.map(start, every))
            yield every
        finally:
            list(pool.map(remove, every))


def test_at_most_2_mb_of_memory_with_a_hundred_real_containers(docker, a_hundred, agent, watch):
    ours = watch(docker, agent)
    ours.until(lambda: len(agent.services()) == CONTAINERS, 30)
    dies = a_hundred[:40:2]
    for name in dies:
        assert request(docker, "POST", f"/containers/{name}/kill")[0] == 204
    ours.until(lambda: not set(dies) & agent.services().keys(), 20)
    assert len(agent.services()) == CONTAINERS - len(dies)
    rss = memory(ours.pid, "Rss")
    print(f"{rss} kB with {CONTAINERS} real containers")
    assert rss <= 2 * MB / 1024 and descriptors(ours.pid) <= 10
    assert ours.lines("warning") == []
