"""Which images it runs in, and with how little: no root, nothing to write, no capability, no network."""

import json
import os
import subprocess

import pytest

from ..networks import Network
from ..waiting import always
from ..wrapper import SERVICEWRAPPER
from .served import Served

READ_ONLY, USER, BARE = ["--read-only"], ["--user", "1000"], ["--cap-drop", "ALL"]
HARDENED = [*READ_ONLY, *USER, *BARE]


def root_mount(container):
    """The options of what is mounted on /; proc_pid_mountinfo(5)."""
    with open(container.engine.sandbox.proc(container.pid, "mountinfo"), encoding="utf-8") as mounts:
        return next(words[5].split(",") for words in map(str.split, mounts) if words[4] == "/")


@pytest.mark.parametrize(
    "how",
    [READ_ONLY, USER, BARE, ["--init"], HARDENED, [*HARDENED, "--security-opt", "no-new-privileges"]],
    ids=["read-only", "user", "no-capability", "init", "all", "all-and-no-new-privileges"],
)
def test_redis_is_found_and_stopped_with_less(redis, engine, how):
    ours = redis(engine=engine, how=how)
    assert ours.is_found() and ours.ping() == b"+PONG\r\n"
    if "--read-only" in how:
        assert "ro" in root_mount(ours.container)
    if "--user" in how:
        assert ours.container.status(ours.container.pid, "Uid") == "1000"
    if "--cap-drop" in how:
        assert int(ours.container.status(ours.container.pid, "CapBnd"), 16) == 0
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 0
    assert ours.is_clean()


def test_the_meta_names_the_container_also_in_the_host_s_network(redis, engine):
    ours = redis(engine=engine)
    meta = ours.agent.service(ours.id)["Meta"]
    assert meta["managed-by"] == "servicewrapper"
    assert meta["container-id"] == ours.container.ask("inspect", "--format", "{{.Id}}")


def test_under_an_init_of_the_engine_s_the_children_are_still_ours(redis, docker):
    ours = redis(engine=docker, how=["--init"])
    outer, inner = (docker.sandbox.proc(pid, "exe") for pid in (ours.container.pid, ours.container.main))
    assert os.path.basename(os.readlink(outer)).startswith("docker-init")
    assert os.readlink(inner) == "/servicewrapper"


def test_an_image_from_scratch_needs_only_the_two_files(waits, docker):
    ours = waits(engine=docker)
    root = docker.sandbox.proc(ours.container.pid, "root")
    # What the engine itself mounts or makes in every container.
    engine_s = {"dev", "etc", "proc", "sys", ".dockerenv"}
    assert set(os.listdir(root)) - engine_s == {"servicewrapper", "waits"}


# Debian: whatever came with a shell, found on the PATH


def test_in_debian_the_process_is_found_on_the_path(contained, docker, debian, agent):
    script = "trap 'exit 3' TERM; sleep 1000 & wait"
    words = ["--name", "shell", "--consul-addr", agent.address, "--", "sh", "-c", script]
    how = ["--volume", f"{SERVICEWRAPPER}:/servicewrapper:ro", "--entrypoint", "/servicewrapper"]
    container = contained(docker, "debian", *words, options=["--network", "host", *how])
    ours = Served(container, agent, "shell").serves()
    ours.container.ask("stop")
    assert ours.container.state()["ExitCode"] == 3
    assert ours.is_clean()


# Networks


def test_without_a_network_consul_is_reached_by_its_socket(contained, docker, own_agent):
    agent = own_agent(unix_beside="127.0.0.1")
    words = ["--name", "web", "--consul-addr", "unix:///consul.sock", "--", "/waits"]
    how = ["--network", "none", "--volume", f"{agent.unix_path}:/consul.sock"]
    ours = Served(contained(docker, "scratch", *words, options=how), agent, "web").serves()
    assert ours.id == f"web-{ours.container.identity[:12]}", "the container's host name is its ID"
    assert agent.service(ours.id)["Address"] == ""
    ours.container.ask("stop")
    assert ours.is_clean()


class Inside(Network):
    """The network namespace of a container that the engine gave nothing but loopback."""

    def __init__(self, pid):
        self._pid, self.prefix = str(pid), ["nsenter", f"--net=/proc/{pid}/ns/net"]

    @property
    def pid(self):
        return self._pid


@pytest.fixture
def network():
    one = Network()
    yield one
    one.end()


@pytest.mark.needs("ip")
def test_in_a_network_of_its_own_its_address_there_is_registered(contained, docker, own_agent, network):
    """As with a bridge: the container at one end of a cable, Consul at the other."""
    idle = ["--name", "idle", "--no-register", "--", "/waits"]
    cabled = contained(docker, "scratch", *idle, options=["--network", "none"])
    inside = Inside(docker.sandbox.outside(cabled.pid))
    network.link("cable", "203.0.113.1/24", inside, "eth0", "203.0.113.2/24")
    agent = own_agent(prefix=network.prefix, unix_beside="203.0.113.1")

    words = ["--name", "web", "--consul-addr", f"203.0.113.1:{agent.http}", "--", "/waits"]
    how = ["--network", f"container:{cabled.identity}"]
    ours = Served(contained(docker, "scratch", *words, options=how), agent, "web").serves()
    assert agent.service(ours.id)["Address"] == "203.0.113.2"
    ours.container.ask("stop")
    assert ours.instances() == []


# Tokens


@pytest.fixture
def token_file(tmp_path):
    """Readable by the container's user alone."""

    def write(secret):
        path = tmp_path / "token"
        path.write_text(secret)
        os.chown(path, 1000, 1000)
        path.chmod(0o400)
        return path

    return write


def create_token(agent, *options):
    """By the consul command, as docs/containers.md has it; the new token's secret."""
    command = ["consul", "acl", "token", "create", "-format=json", *options]
    how = {"CONSUL_HTTP_ADDR": agent.address, "CONSUL_HTTP_TOKEN": agent.token}
    done = subprocess.run(command, env={**os.environ, **how}, capture_output=True, timeout=20, check=True)
    return json.loads(done.stdout)["SecretID"]


def with_token(path):
    return [*HARDENED, "--volume", f"{path}:/run/token:ro", "--env", "CONSUL_HTTP_TOKEN_FILE=/run/token"]


def test_the_least_token_is_enough_and_the_process_does_not_see_it(redis, docker, denying_agent, token_file):
    secret = create_token(denying_agent, "-service-identity=redis")
    ours = redis(engine=docker, consul=denying_agent, how=with_token(token_file(secret)))
    ours.container.ask("stop")
    assert ours.is_clean()
    assert secret not in ours.container.log() + docker.ask("inspect", ours.container.identity)


def test_the_least_token_is_for_one_name(contained, docker, denying_agent, token_file):
    secret = create_token(denying_agent, "-service-identity=redis")
    words = ["--name", "other", "--consul-addr", denying_agent.address, "--", "/waits"]
    how = ["--network", "host", *with_token(token_file(secret))]
    ours = contained(docker, "scratch", *words, options=how)
    assert "service:write on other" in ours.logs(" 403")
    always(lambda: denying_agent.in_catalog("other") == [], during=0.5, what="not registered")
    assert ours.is_running(), "and the process runs"
    ours.ask("stop")
    assert ours.state()["ExitCode"] == 0
