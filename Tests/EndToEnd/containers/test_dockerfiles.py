"""The Dockerfiles that others start from: they build, and what they build does what they say."""

import json
import os
import shlex
import shutil
import subprocess

import pytest

from engines import start_docker
from images import pack_builder, pack_consul
from ports import free_port
from served import Served
from waiting import eventually
from wrapper import clean_environment

REPOSITORY = os.path.join(os.path.dirname(__file__), "..", "..", "..")
EXAMPLES = os.path.join(REPOSITORY, "examples")


@pytest.mark.needs("swift")
def test_the_dockerfile_builds_the_static_file_alone_in_an_image(docker, debian, tmp_path):
    """With the machine's own Swift where others have Swift's image."""
    tar = pack_builder(debian.root(), tmp_path)
    builder = docker.import_tree("localhost/builder-made-here", tar)
    os.unlink(tar)
    built = docker.build("localhost/servicewrapper", REPOSITORY, BUILDER=builder)
    assert docker.ask("run", "--rm", "--network", "none", built, "--version").startswith("servicewrapper")

    holder = docker.ask("create", built)
    listed = subprocess.run(
        ["tar", "-t"], input=docker.export(holder), capture_output=True, timeout=60, check=True
    ).stdout.decode()
    engine_s = ("dev/", "etc/", "proc/", "sys/", ".dockerenv")
    assert [name for name in listed.split() if not name.startswith(engine_s)] == ["servicewrapper"]


# The examples


@pytest.fixture(scope="session")
def bases(images, debian):
    """The build arguments of the examples, made here."""
    return lambda engine: {"REDIS": images(engine, "debian"), "SERVICEWRAPPER": images(engine, "scratch")}


@pytest.fixture(scope="session")
def example(docker, bases):
    """redis-with-wrapper, under the name that the documentation gives it."""
    return docker.build("redis-with-wrapper", os.path.join(EXAMPLES, "redis-with-wrapper"), **bases(docker))


@pytest.fixture
def run_example(docker, agent):
    containers = []

    def run(image, name, how=("--network", "host"), command=("redis-server",), consul=agent):
        port = free_port()
        settings = {"SERVICE_NAME": name, "SERVICE_PORT": port, "CONSUL_HTTP_ADDR": consul.address}
        environment = [word for key, value in settings.items() for word in ("--env", f"{key}={value}")]
        command = [*command, "--port", port, "--bind", "127.0.0.1"]
        containers.append(docker.run(image, *command, options=[*how, *environment]))
        return Served(containers[-1], consul, name, port).serves()

    yield run
    for one in containers:
        one.ask("rm", "--force")


def test_redis_with_wrapper_is_found_and_gone_after_its_stop(example, run_example):
    ours = run_example(example, "cache")
    assert ours.is_found() and ours.ping() == b"+PONG\r\n"
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 0
    assert ours.is_clean()


def test_redis_naive_is_found_too_and_stays_after_its_stop(docker, bases, run_example):
    image = docker.build("redis-naive", os.path.join(EXAMPLES, "redis-naive"), REDIS=bases(docker)["REDIS"])
    naive = run_example(image, "naive")
    assert naive.ping() == b"+PONG\r\n"
    naive.container.ask("stop")
    assert naive.container.state()["ExitCode"] == 0, "redis itself stopped well"
    assert naive.is_found() and naive.ping() == b"", "Consul still sends clients there"
    assert naive.agent.checks(naive.id) == {}, "and nothing will tell it better"


# What docs/containers.md says


def documented(start):
    """The shell command of docs/containers.md that starts so, as words."""
    with open(os.path.join(REPOSITORY, "docs", "containers.md"), encoding="utf-8") as page:
        lines = page.read().replace("\\\n", " ").splitlines()
    return shlex.split(next(line for line in lines if line.strip().startswith(start)), comments=True)


def test_the_hardened_line_of_the_documentation_works(docker, example, run_example, denying_agent, tmp_path):
    create = [*documented("consul acl token create"), "-format=json"]
    how = {"CONSUL_HTTP_ADDR": denying_agent.address, "CONSUL_HTTP_TOKEN": denying_agent.token}
    said = subprocess.run(create, env=clean_environment(how), capture_output=True, timeout=20, check=True)
    secret = tmp_path / "consul-token"
    secret.write_text(json.loads(said.stdout)["SecretID"])
    os.chown(secret, 1000, 1000)
    secret.chmod(0o400)

    line = [word.replace("$PWD/consul-token", str(secret)) for word in documented("docker run -d")]
    image = line.index(example)
    how, command = line[3:image], line[image + 1 :]
    ours = run_example(example, "redis", how, command, consul=denying_agent)
    assert ours.container.status(ours.container.pid, "Uid") == "1000"
    assert int(ours.container.status(ours.container.pid, "CapBnd"), 16) == 0
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 0 and ours.is_clean()


# compose


@pytest.fixture
def bridged(room):
    """An engine with bridges, in a network namespace of its own: what the machine has, it doesn't see."""
    place, folder = room("bridged", network=True)
    pool = ["--default-address-pool", "base=203.0.113.0/24,size=28"]
    return start_docker(place, folder, "--bridge", "none", "--ip-masq=false", *pool)


@pytest.mark.needs("docker-compose", "curl", "dig")
def test_compose_brings_up_consul_and_redis_that_find_each_other(bridged, bases, packed, tmp_path):
    bridged.import_tree("localhost/consul-made-here", packed(pack_consul), 'ENTRYPOINT ["/bin/consul"]')
    made = bases(bridged)
    images = {"CONSUL_IMAGE": "localhost/consul-made-here", "REDIS_IMAGE": made["REDIS"]}
    images["SERVICEWRAPPER_IMAGE"] = made["SERVICEWRAPPER"]
    folder = shutil.copytree(os.path.join(EXAMPLES, "redis-with-wrapper"), tmp_path / "example")

    def compose(*words):
        command = ["docker-compose", "--file", folder / "compose.yaml", *words]
        return bridged.room.run(*command, env={**os.environ, **bridged.environment, **images}, within=120)

    def found():
        question = ["dig", "@127.0.0.1", "-p", "8600", "redis.service.consul", "+short"]
        return bridged.room.run(*question, "+time=1", "+tries=1").split()

    compose("up", "-d", "--build")
    (address,) = eventually(found, within=30, what="redis found by DNS", every=0.1)
    assert address.startswith("203.0.113.")

    compose("stop", "redis")
    assert found() == []
    compose("down")
