"""`docker kill` can't clean up, here is why, and what holds all the same: the TTL, and the next start."""

import re
import signal
import socket
import subprocess

import pytest

from ..container import Container
from ..container import status as container_status
from ..ports import free_port
from ..started import kill, start
from ..waiting import always, eventually
from .engines import UNBRIDGED, start_docker
from .images import compile_waits
from .served import TTL

SHORT = ["--ttl", f"{TTL:.0f}s"]


# What is left


def test_a_killed_container_stays_passing_until_the_ttl_expires(redis, engine):
    ours = redis(*SHORT, engine=engine)
    ours.container.ask("kill")
    assert ours.container.ends() == 137
    assert ours.ping() == b"", "and Consul sends clients there"
    ours.is_left_behind_and_expires()


def test_without_a_ttl_a_killed_container_stays_registered_for_good(redis, docker):
    ours = redis("--ttl", "0s", engine=docker)
    left = ours.id
    ours.container.ask("kill")
    assert ours.container.ends() == 137
    assert ours.agent.checks(left) == {}, "nothing that could run out"
    always(ours.is_found, during=1, what="in DNS, although nobody is there")


# Podman's own `rm --force` is a stop of ten seconds first.
@pytest.mark.parametrize(
    ("engine", "at_once"), [("docker", []), ("podman", ["--time", "0"])], indirect=["engine"]
)
def test_rm_force_kills_the_container(waits, engine, at_once):
    ours = waits(engine=engine, options=SHORT)
    ours.container.ask("rm", "--force", *at_once)
    assert not ours.container.exists()
    ours.is_left_behind_and_expires()


def test_a_killed_shim_kills_the_container(waits, docker):
    """The process between the engine and the container: when it is killed, the engine kills what it held."""
    ours = waits(engine=docker, options=SHORT)
    shim = ours.container.status(ours.container.pid, "PPid")
    with open(docker.sandbox.proc(shim, "comm"), encoding="ascii") as name:
        assert name.read().startswith("containerd-shim")
    ours.container.kill_process(shim, "KILL")
    assert ours.container.ends() == 137
    ours.is_left_behind_and_expires()


def test_a_killed_engine_stops_no_container_and_its_next_start_stops_them(waits, sandbox):
    """Docker without `live-restore`: it stops what ran on without it."""
    place, folder = sandbox("mortal")
    ours = waits(engine=start_docker(place, folder, *UNBRIDGED), options=SHORT)
    place.run("pkill", "-KILL", "-x", "dockerd")
    always(ours.is_found, during=TTL + 1, what="found without an engine", every=0.1)

    start_docker(place, folder, *UNBRIDGED)
    ours.container.logs("SIGTERM: deregistered")
    assert ours.is_clean()


# The next start


def test_the_next_start_replaces_the_stale_entry(redis, engine):
    ours = redis(engine=engine)
    left = ours.id
    ours.container.ask("kill")
    assert ours.container.ends() == 137
    assert ours.is_passing()

    ours.container.ask("start")
    ours.container.logs("replaced stale")
    ours.serves()
    assert ours.id == left, "replaced, no duplicate"
    assert ours.ping() == b"+PONG\r\n"


def test_a_stale_entry_leaves_dns_before_the_next_start_is_ready(waits, docker):
    listening = socket.create_server(("127.0.0.1", free_port()))
    with listening:
        port = listening.getsockname()[1]
        ours = waits(engine=docker, options=["--port", port])
        ours.container.ask("kill")
        assert ours.container.ends() == 137
    assert ours.is_found()

    ours.container.ask("start")
    eventually(lambda: not ours.is_found(), what="out of DNS")
    assert ours.agent.statuses(ours.id) == {"alive": "passing", "ready": "critical"}
    with socket.create_server(("127.0.0.1", port)):
        ours.serves()
        assert len(ours.instances()) == 1


# Why


class InEngine:
    def __init__(self, engine, waits, options):
        self._ours = waits(engine=engine, options=options)
        self._container, self.is_passing = self._ours.container, self._ours.is_passing
        self.prefix, self.pid = engine.sandbox.prefix, self._container.pid

    def status(self, field):
        return int(self._container.status(self.pid, field), 16)

    def send(self, name):
        self._container.ask("kill", "--signal", name)

    def ends(self):
        return self._container.ends()


class InNamespace:
    """The same without an engine: a PID namespace is all that it takes."""

    prefix = ()

    def __init__(self, program, agent, options):
        self._container = Container([program], *options, agent=agent, name="web").serves()
        self.pid, self._agent = self._container.pid, agent

    def is_passing(self):
        return self._agent.is_passing(self._container.id)

    def status(self, field):
        return int(container_status(self.pid, field)[0], 16)

    def send(self, name):
        self._container.send(getattr(signal, f"SIG{name}"))

    def ends(self):
        return self._container.wait()

    def end(self):
        self._container.kill()


@pytest.fixture(params=["docker", "podman", "namespace"])
def pid_1(request, waits, packed, agent):
    """servicewrapper as PID 1, registered, and with nothing due for ten seconds."""
    options = ["--ttl", "30s"]
    if request.param != "namespace":
        yield InEngine(request.getfixturevalue(request.param), waits, options)
        return
    inside = InNamespace(packed(compile_waits), agent, options)
    yield inside
    inside.end()


def signals_in(mask):
    return {number for number in range(1, 32) if mask >> (number - 1) & 1}


def test_the_kernel_lets_no_process_block_catch_or_ignore_sigkill(pid_1):
    """proc_pid_status(5): bit N - 1 of a mask is signal N. Of all that there is, two are not ours to take."""
    assert set(range(1, 32)) - signals_in(pid_1.status("SigBlk")) == {signal.SIGKILL, signal.SIGSTOP}
    for mask in ("SigCgt", "SigIgn"):
        assert not signals_in(pid_1.status(mask)) & {signal.SIGKILL, signal.SIGSTOP}


@pytest.fixture
def traced(pid_1, tmp_path):
    """strace(1) of PID 1 from outside; what it saw, once PID 1 has ended."""
    path = tmp_path / "strace"
    command = [*pid_1.prefix, "strace", "-p", str(pid_1.pid), "-o", path]
    tracer = start(command, stderr=subprocess.PIPE)
    assert b"attached" in tracer.stderr.readline()

    def seen():
        tracer.wait(timeout=10)
        return path.read_text().splitlines()

    yield seen
    kill(tracer)


def test_sigkill_ends_it_without_a_request_to_consul(pid_1, traced):
    pid_1.send("KILL")
    pid_1.ends()
    *before, end = traced()
    assert end == "+++ killed by SIGKILL +++"
    # The call in which it slept, where strace came to see that.
    assert [call for call in before if not call.startswith("epoll_")] == [], "not one line of ours ran"
    assert pid_1.is_passing()


def test_sigterm_is_read_and_followed_by_a_deregistration(pid_1, traced):
    pid_1.send("TERM")
    assert pid_1.ends() == 0
    calls = traced()
    # signalfd(2): what is read begins with the signal's number, here octal and little endian.
    story = [r'read\(\d+, "\\17\\0\\0\\0', r'sendto\(.*"PUT /v1/agent/service/deregister']
    story += [r"kill\(\d+, SIGTERM\)"]
    moments = [next(at for at, call in enumerate(calls) if re.match(part, call)) for part in story]
    assert moments == sorted(moments)
    assert calls[-1] == "+++ exited with 0 +++"
    assert not pid_1.is_passing()
