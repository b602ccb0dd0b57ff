"""What makes a service ready, and what makes it sick: each kind of probe, against the real thing that it asks."""

import contextlib
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from ..fakes import TCPServer
from ..ports import free_port
from ..promises import ID
from ..waiting import always, eventually

HANG = "sleep 60"


@pytest.fixture
def probed(wrapper, agent):
    """A process that only sleeps, with this probe and a heartbeat every second."""

    def start(probe, *options, port=None, command=("sleep", "60"), **how):
        ports = ["--port", port] if port else []
        told = ["--name", "web", "--id", ID, "--ttl", "3s", "--ready", probe, *ports, *options]
        return wrapper(*told, "--", *command, consul=agent, **how)

    return start


def is_ready(agent):
    return agent.statuses(ID).get("ready") == "passing"


def is_sick(agent, because):
    """Critical for this reason, and alive; out of DNS."""
    check = agent.checks(ID).get(f"{ID}:ready", {})
    if check.get("Status") != "critical" or because not in check.get("Output", ""):
        return False
    assert agent.statuses(ID)["alive"] == "passing"
    return agent.dig("web") == []


def follows(agent, turn_on, turn_off, because):
    """Registered only when it is on, critical when it is off, passing again when it is on again."""
    always(lambda: agent.service(ID) is None, during=0.3, what="not registered before the probe says so")
    turn_on()
    eventually(lambda: is_ready(agent), what="registered and passing")
    turn_off()
    eventually(lambda: is_sick(agent, because), what=f"critical because of {because}")
    turn_on()
    eventually(lambda: is_ready(agent), what="passing again")


class Listening:
    """A socket that listens while it is on."""

    def __init__(self, family, address):
        self._family, self._address, self._socket = family, address, None

    def on(self):
        self._socket = socket.socket(self._family)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._family == socket.AF_UNIX:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._address)
        self._socket.bind(self._address)
        self._socket.listen(64)

    def off(self):
        if self._socket:
            self._socket.close()
            self._socket = None


class Answering(TCPServer):
    """Gives each connection these bytes."""

    def __init__(self, answer):
        super().__init__()
        self._answer = answer

    def serve(self, connection):
        connection.recv(65536)
        connection.sendall(self._answer)


@pytest.fixture
def listening():
    sockets = []

    def make(family, address):
        sockets.append(Listening(family, address))
        return sockets[-1]

    yield make
    for one in sockets:
        one.off()


@pytest.mark.parametrize("family, host", [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_on_one_loopback_address_is_probed(probed, agent, listening, family, host):
    port = free_port()
    one = listening(family, (host, port))
    probed("tcp", port=port)
    follows(agent, one.on, one.off, f"connect 127.0.0.1:{port}: Connection refused")


def test_a_port_on_the_registered_address_alone_is_probed(probed, agent, listening):
    port = free_port()
    one = listening(socket.AF_INET, ("127.44.0.7", port))
    probed("tcp", "--address", "127.44.0.7", port=port)
    follows(agent, one.on, one.off, "Connection refused")


def test_an_address_of_another_host_delays_no_probe(probed, agent, listening):
    port = free_port()
    one = listening(socket.AF_INET, ("127.0.0.1", port))
    ours = probed("tcp", "--address", "192.0.2.7", "--log-level", "debug", port=port)
    ours.logs("started")
    one.on()
    eventually(lambda: is_ready(agent), within=1, what="registered at once")


def test_an_endpoint_other_than_the_port_can_be_probed(probed, agent, listening):
    port = free_port()
    one = listening(socket.AF_INET, ("127.45.0.9", port))
    probed(f"tcp://127.45.0.9:{port}")
    follows(agent, one.on, one.off, f"connect 127.45.0.9:{port}: Connection refused")


def test_a_unix_socket_can_be_probed(probed, agent, listening, tmp_path):
    path = str(tmp_path / "web.sock")
    one = listening(socket.AF_UNIX, path)
    probed(f"unix://{path}")
    follows(agent, one.on, one.off, f"connect {path}: Connection refused")


# A page


class Page(http.server.BaseHTTPRequestHandler):
    """Answers as its server is told; None: never."""

    def do_GET(self):
        self.server.asked.append(self.path)
        status = self.server.status
        if status is None:
            self.server.released.wait(30)
            return
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Page)
    server.daemon_threads = True
    server.status, server.asked, server.released = 503, [], threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


def turn(site, status):
    def set_status():
        site.status = status

    return set_status


@pytest.mark.parametrize("sick", [500, 404, 301])
def test_an_http_probe_passes_with_2xx_and_follows_no_redirect(probed, agent, site, sick):
    url = f"http://127.0.0.1:{site.server_port}/health?deep=1"
    probed(url)
    follows(agent, turn(site, 204), turn(site, sick), f"GET {url}: status {sick}")
    assert set(site.asked) == {"/health?deep=1"}


def test_an_http_probe_without_an_answer_times_out_before_the_heartbeat(probed, agent, site):
    url = f"http://localhost:{site.server_port}/"
    probed(url)
    turn(site, 200)()
    eventually(lambda: is_ready(agent), what="registered and passing")
    turn(site, None)()
    # A third of the TTL until it is asked, and another until it is given up; the rest is for a busy machine.
    eventually(lambda: is_sick(agent, "timed out"), within=2 + 1, what="critical, and alive all the while")
    always(lambda: agent.statuses(ID)["alive"] == "passing", during=3.5, what="alive")


def test_an_http_probe_fails_without_http(probed, agent, listening):
    port = free_port()
    one = listening(socket.AF_INET, ("127.0.0.1", port))
    ours = probed(f"http://127.0.0.1:{port}/", "--ready-timeout", "2s", "--stop-timeout", "1s")
    one.on()
    assert ours.wait() == 124
    assert agent.service(ID) is None


@pytest.mark.parametrize(
    "field",
    [
        "Transfer-Encoding: identity",
        "Content-Length: 2, 2",
        "Server : old",
        " folded",
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
    ],
)
def test_an_http_probe_judges_by_the_status_alone(probed, agent, field):
    """What comes behind the status line needn't be valid: the probe doesn't read it."""
    with Answering(f"HTTP/1.1 200 OK\r\n{field}\r\n\r\nok".encode()) as answering:
        probed(f"http://127.0.0.1:{answering.port}/")
        eventually(lambda: is_ready(agent), what="registered and passing")


# A command


def test_an_exec_probe_passes_with_status_0(probed, agent, tmp_path):
    flag = tmp_path / "healthy"
    probed(f"exec:test -e {flag}")
    follows(agent, flag.touch, flag.unlink, f"exec test -e {flag}: exited status=1")


def test_an_exec_probe_runs_in_the_directory_and_environment_of_the_process(probed, agent, tmp_path):
    there = {"cwd": tmp_path, "environment": {"WHERE": str(tmp_path)}}
    ours = probed('exec:test "$(pwd)" = "$WHERE" && ! read -r _ && echo heard by nobody', **there)
    ours.logs("registered")


def test_a_hung_exec_probe_is_killed_with_its_children(probed, agent, tmp_path):
    pids = tmp_path / "pids"
    healthy = tmp_path / "healthy"
    healthy.touch()
    probed(f"exec:test -e {healthy} || {{ echo $$ >> {pids}; {HANG} & {HANG}; }}")
    eventually(lambda: is_ready(agent), what="registered and passing")
    healthy.unlink()
    eventually(lambda: is_sick(agent, "timed out"), within=4, what="critical, and alive all the while")
    first = int(eventually(lambda: pids.exists() and pids.read_text().split(), what="the command's start")[0])
    eventually(lambda: not group_of(first), within=4, what="the end of its group")


def group_of(leader):
    """The processes of a group, zombies among them."""
    command = ["ps", "-o", "pid=", "-g", str(leader)]
    return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.split()


def test_the_end_of_an_exec_probe_is_never_mistaken_for_the_process_s(probed, agent):
    """Each probe is a child that ends, with zero or not, and leaves an orphan that does."""
    ours = probed("exec:(sleep 0.2; exit 3) & exit 0", command=["sh", "-c", "sleep 4; exit 7"])
    eventually(lambda: is_ready(agent), what="registered and passing")
    status, _ = ours.wait_until_ended()
    assert status == 7
    assert agent.service(ID) is None


def test_an_exec_probe_runs_at_most_once_a_second_before_it_is_ready(probed, tmp_path):
    count = tmp_path / "count"
    ours = probed(f"exec:echo >> {count}; false", command=["sleep", "3.5"])
    ours.wait()
    assert 2 <= len(count.read_text()) <= 5


def test_a_running_probe_delays_no_stop(probed, tmp_path):
    begun = tmp_path / "begun"
    ours = probed(f"exec:touch {begun}; {HANG}")
    eventually(begun.exists, what="the command's start")
    sent = ours.send(signal.SIGTERM)
    status, ended = ours.wait_until_ended()
    assert status == 128 + signal.SIGTERM
    assert ended - sent < 0.5


# Never ready


@pytest.mark.parametrize("probe", ["tcp", "unix:///nonexistent/socket", "exec:false", "http"])
def test_a_process_that_is_never_ready_is_stopped_with_124_and_never_registered(probed, agent, probe):
    port = free_port()
    if probe == "http":
        probe = f"http://127.0.0.1:{port}/"
    ours = probed(probe, "--ready-timeout", "1s", port=port)
    assert ours.wait() == 124
    assert agent.service(ID) is None
    assert ours.lines("not ready after 1s")


def test_ready_none_probes_nothing(probed, agent):
    probed("none", port=free_port())
    eventually(lambda: is_ready(agent), what="registered and passing")


# Several ports


def test_each_port_is_a_service_of_one_process(wrapper, agent, listening):
    first, second = free_port(), free_port()
    sockets = [listening(socket.AF_INET, ("127.0.0.1", port)) for port in (first, second)]
    ours = wrapper(
        "--name", "web", "--ttl", "3s", "--port", first, "--port", second, "--", "sleep", "60", consul=agent
    )
    host = os.uname().nodename
    ids = [f"web-{host}-{port}" for port in (first, second)]
    sockets[1].on()
    eventually(lambda: agent.is_passing(ids[1]), what="the second registered and passing")
    assert agent.service(ids[0]) is None
    sockets[0].on()
    eventually(lambda: agent.is_passing(ids[0]), what="the first as well")
    assert [agent.service(i)["Service"] for i in ids] == [f"web-{first}", f"web-{second}"]
    sockets[1].off()
    eventually(lambda: agent.statuses(ids[1])["ready"] == "critical", what="the second critical")
    assert agent.is_passing(ids[0])
    assert ours.stop() == 128 + signal.SIGTERM
    assert agent.services() == {}


def test_both_services_of_two_ports_are_deregistered_before_the_signal(wrapper, agent, listening, tmp_path):
    ports = [free_port(), free_port()]
    for port in ports:
        listening(socket.AF_INET, ("127.0.0.1", port)).on()
    seen = tmp_path / "seen"
    ask = (
        "import signal,sys,urllib.request as u,os\n"
        "def asked(*_):\n"
        f" open({str(seen)!r},'wb').write(u.urlopen('http://{agent.address}/v1/agent/services').read())\n"
        " os._exit(5)\n"
        "signal.signal(15,asked)\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()\n"
    )
    options = [word for port in ports for word in ("--port", port)]
    ours = wrapper("--name", "web", *options, "--", sys.executable, "-c", ask, consul=agent)
    eventually(
        lambda: len(agent.services()) == 2 and ours.output, what="both registered, and the process waiting"
    )
    assert ours.stop() == 5
    assert seen.read_text().strip() == "{}"
