"""The Dockerfiles that others start from: they build, and what they build does what they say."""

import json
import os
import shlex
import subprocess

import pytest

from ..ports import free_port
from ..repository import ROOT
from ..wrapper import clean_environment
from .served import Served

pytestmark = pytest.mark.timeout(900)

EXAMPLES = ROOT / "examples"


@pytest.mark.needs("swift")
def test_the_dockerfile_builds_the_static_file_alone_in_an_image(bridged):
    built = bridged.build("servicewrapper", ROOT, within=600)
    assert bridged.ask("run", "--rm", "--network", "none", built, "--version").startswith("servicewrapper")

    holder = bridged.ask("create", built)
    listed = subprocess.run(
        ["tar", "-t"], input=bridged.export(holder), capture_output=True, timeout=60, check=True
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


def test_redis_with_wrapper_is_in_dns_and_deregistered_after_its_stop(example, run_example):
    ours = run_example(example, "cache")
    assert ours.is_found() and ours.ping() == b"+PONG\r\n"
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 0
    assert ours.is_clean()


def test_redis_naive_is_in_dns_and_stays_registered_after_its_stop(docker, bases, run_example):
    image = docker.build("redis-naive", os.path.join(EXAMPLES, "redis-naive"), REDIS=bases(docker)["REDIS"])
    naive = run_example(image, "naive", ["--network", "host", "--env", "SERVICE_ADDRESS=127.0.0.1"])
    assert naive.ping() == b"+PONG\r\n"
    naive.container.ask("stop")
    assert naive.container.state()["ExitCode"] == 0, "redis itself stopped well"
    assert naive.is_found() and naive.ping() == b"", "Consul still sends clients there"
    assert naive.agent.checks(naive.id) == {}, "and nothing will tell it better"


# What docs/containers.md says


def documented(start):
    """The shell command of docs/containers.md that starts so, as words."""
    with open(ROOT / "docs" / "containers.md", encoding="utf-8") as page:
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
