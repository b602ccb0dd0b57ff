"""The service's port and Consul's may lie in the range from which the kernel gives ports to outgoing connections
(`ip_local_port_range`; ip(7)). Our connections take neither of them, and a connection to itself isn't a server."""

import collections
import json
import os
import subprocess
import sys

import pytest

from ..agent import Agent
from ..networks import Network, in_networks
from ..promises import ID, registered
from ..waiting import always, eventually
from ..wrapper import Server

PROGRAM = os.path.join(os.path.dirname(__file__), "..", "programs", "late_server.py")

# The kernel prefers every second port of the range, beginning with the first: the service's is among them.
FIRST = 45000
PORT = FIRST + 2
AGENT_PORT = FIRST + 3
# At this width two ports are left for all connections of the namespace.
WIDTHS = [4, 40]

INTERFACE = "203.0.113.2"
STARTS = 13  # of each kind; there are 16 kinds
ESTABLISHED, TIME_WAIT = "01", "06"  # in /proc/net/tcp


class LateServer(Server):
    """The command line of programs/late_server.py, and what that has recorded."""

    def __init__(self, folder, port, *options):
        super().__init__(folder)
        self.port = port
        self.command = [
            sys.executable,
            "-I",
            "-S",
            PROGRAM,
            "--record",
            self.path,
            "--port",
            str(port),
            *options,
        ]

    def failed_binds(self):
        return [event["error"] for event in self.events("bind failed")]

    def errors(self):
        """How each accepted connection ended: None is an orderly end."""
        return [event["error"] for event in self.events("served")]


class Room(Network):
    """A namespace whose range of ports for outgoing connections is ours to set."""

    def write_range(self, first, count):
        setting = f"echo {first} {first + count - 1} > /proc/sys/net/ipv4/ip_local_port_range"
        subprocess.run([*self.prefix, "sh", "-c", setting], check=True, timeout=10)
        return self

    def sockets(self, port, *states):
        """The lines of /proc/net/tcp and tcp6 with this port on either side; proc(5)."""
        command = [*self.prefix, "cat", "/proc/net/tcp", "/proc/net/tcp6"]
        table = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout
        rows = [line.split() for line in table.splitlines()]
        ends = f":{port:04X}"
        rows = [row for row in rows if row[1].endswith(ends) or row[2].endswith(ends)]
        return [row[1:4] for row in rows if not states or row[3] in states]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ports")


@pytest.fixture
def room():
    one = Room()
    yield one
    one.end()


@pytest.fixture(scope="module")
def outside_agent(folder):
    agent = Agent(folder, node="outside", unix_beside="127.0.0.1").start()
    yield agent
    agent.kill()


@pytest.fixture
def outside(outside_agent):
    """An agent whose unix socket is reached from every namespace, so that nothing but the probes needs a port there;
    without the services of the tests before."""
    for service_id in outside_agent.services():
        outside_agent.put(f"/v1/agent/service/deregister/{service_id}")
    return outside_agent


@pytest.fixture(scope="module", params=WIDTHS)
def narrow(request, folder):
    """A room with few ports, among which are the service's and the agent's. The tests query the agent over its unix
    socket, which takes no port."""
    one = Room()
    one.agent = Agent(
        folder, node=f"narrow{request.param}", prefix=one.prefix, unix_beside="127.0.0.1", http=AGENT_PORT
    ).start()
    # Consul soon connects to itself and keeps that connection: it must not take one of the few ports.
    eventually(lambda: one.sockets(one.agent.server, ESTABLISHED), within=20, what="Consul's own connection")
    one.write_range(FIRST, request.param)
    yield one
    one.agent.kill()
    one.end()


@pytest.fixture
def late_server(tmp_path):
    return lambda port, *options: LateServer(tmp_path, port, *options)


@pytest.fixture
def supervise(wrapper):
    """Starts a program in a room as the service `web` with the ID `web-1`."""

    def start(room, address, command, *options):
        return wrapper(
            "--name", "web", "--id", ID, *options, "--", *command, consul=address, prefix=room.prefix
        )

    return start


def ask(agent):
    return ("--ask", f"{agent.unix_path},/v1/agent/service/{ID}")


def over_unix(agent):
    return f"unix://{agent.unix_path}"


# A process that binds late


@in_networks
@pytest.mark.parametrize("reuse", [(), ("--reuse",)], ids=["plain", "reuse"])
@pytest.mark.parametrize("probe", ["tcp", "http"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_process_can_bind_its_port_late_and_is_registered_only_then(
    supervise, late_server, narrow, probe, host, reuse
):
    url = f"http://{f'[{host}]' if ':' in host else host}:{PORT}/"
    ready = ("--ready", url) if probe == "http" else ()
    outcomes = collections.Counter()
    for _ in range(STARTS):
        served = late_server(PORT, "--host", host, "--after", "0.1", *ask(narrow.agent), *reuse)
        ours = supervise(narrow, f"127.0.0.1:{AGENT_PORT}", served.command, "--port", PORT, *ready)
        outcomes[outcome(served, ours)] += 1
        ours.stop()
    assert outcomes == {"registered after listen": STARTS}


def outcome(served, ours):
    """What became of one start."""
    eventually(lambda: served.events("listening") or served.events("bind failed"), what="the process's bind")
    if served.failed_binds():
        return "bind failed"
    if served.event("listening")["known"] != 404:
        return "registered before listen"
    ours.logs("registered")
    return "registered after listen"


@in_networks
def test_heartbeats_leave_the_port_to_a_process_that_binds_later(supervise, late_server, narrow):
    outcomes = collections.Counter()
    for _ in range(5):
        served = late_server(PORT, "--after", "0.8")
        ours = supervise(
            narrow,
            f"127.0.0.1:{AGENT_PORT}",
            served.command,
            *("--port", PORT, "--ready", "none", "--ttl", "1s"),
        )
        registered(ours, narrow.agent)
        eventually(
            lambda: served.events("listening") or served.events("bind failed"), what="the process's bind"
        )
        outcomes["bind failed" if served.failed_binds() else "bound"] += 1
        ours.stop()
    assert outcomes == {"bound": 5}


# An agent that is down

# Binds a port again and again, every millisecond, until its input ends; prints how often that worked and failed.
BINDING = """
import collections, errno, json, select, socket, sys
outcomes = collections.Counter()
while not select.select([sys.stdin], [], [], 0.001)[0]:
    with socket.socket() as server:
        if "reuse" in sys.argv: server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", int(sys.argv[1])))
            outcomes["bound"] += 1
        except OSError as error:
            outcomes[errno.errorcode[error.errno]] += 1
print(json.dumps(outcomes))
"""


def bind_while(room, port, condition, *options):
    """How often the port could be bound until the condition was true, and how often not."""
    command = [*room.prefix, sys.executable, "-I", "-S", "-c", BINDING, str(port), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            eventually(condition, within=20, what="several tries of each")
        finally:
            output, _ = process.communicate(timeout=10)
    return json.loads(output)


def have_tried(several, times):
    """Whether each has tried to reach the agent so often."""
    return lambda: all(len(ours.lines("asking Consul")) >= times for ours in several)


@in_networks
@pytest.mark.parametrize("width", WIDTHS)
def test_an_agent_that_is_down_gets_its_port_back(wrapper, own_agent, room, width):
    room.write_range(FIRST, width)
    port = FIRST + 2
    several = [
        wrapper(
            *("--name", "web", "--id", f"web-{number}", "--ttl", "1s", "--log-level", "debug"),
            *("--", "sleep", "60"),
            consul=f"127.0.0.1:{port}",
            prefix=room.prefix,
        )
        for number in range(8)
    ]
    outcomes = bind_while(room, port, have_tried(several, 12))
    assert set(outcomes) == {"bound"}, outcomes
    assert not room.sockets(port, TIME_WAIT)
    agent = own_agent(prefix=room.prefix, unix_beside="127.0.0.1", http=port)
    for ours in several:
        ours.logs("registered")
    assert len(agent.services()) == len(several)


@in_networks
def test_an_agent_whose_port_comes_into_the_range_later_gets_it_back(wrapper, room):
    port = 20002
    ours = wrapper(
        *("--name", "web", "--ttl", "1s", "--log-level", "debug", "--", "sleep", "60"),
        consul=f"127.0.0.1:{port}",
        prefix=room.prefix,
    )
    ours.logs("asking Consul")
    room.write_range(port, 1)
    # The wrapper doesn't know the new range, so for some microseconds it has the port: Consul sets SO_REUSEADDR.
    outcomes = bind_while(room, port, have_tried([ours], 12), "reuse")
    assert set(outcomes) == {"bound"}, outcomes
    assert not ours.lines("registered")
    assert not room.sockets(port, TIME_WAIT)


# What probes leave behind


def beats(agent):
    return agent.finished("PUT", f"/v1/agent/check/update/{ID}%3Aready")


def beats_often(agent, ours):
    """Until it has been registered and probed some more times."""
    registered(ours, agent)
    before = beats(agent)
    eventually(lambda: beats(agent) >= before + 6, within=10, what="several heartbeats")


@in_networks
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", INTERFACE])
@pytest.mark.parametrize("port", [20002, PORT], ids=["outside", "inside"])
def test_a_server_never_sees_a_tcp_probe(supervise, late_server, room, outside, host, port):
    room.add("web0", f"{INTERFACE}/24")
    room.write_range(FIRST, 40)
    served = late_server(port, "--host", host)
    ours = supervise(
        room, over_unix(outside), served.command, "--port", port, "--ttl", "1s", "--address", INTERFACE
    )
    beats_often(outside, ours)
    assert served.errors() == []
    listening = [row for row in room.sockets(port) if row[1].endswith(":0000")]
    assert room.sockets(port) == listening


# How the server answers before it reads on.
ANSWERS = {
    "one-packet": [],
    "body-later": ["--split"],
    "large": ["--body", "200000", "--unhealthy", "0"],  # the next probe, after 2 ms, would end the reading
    "half-closed": ["--half-close"],
}


@in_networks
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_server_sees_the_orderly_end_of_an_http_probe(supervise, late_server, room, outside, answer):
    # Each 503 is followed by another probe 2 ms later: many connections, which end in every possible order.
    served = late_server(PORT, "--unhealthy", "100", *answer)
    ours = supervise(
        *(room, over_unix(outside), served.command, "--port", PORT),
        *("--ready", f"http://127.0.0.1:{PORT}/", "--ttl", "1s"),
    )
    beats_often(outside, ours)
    ended = collections.Counter(served.errors())
    assert ended[None] >= (6 if "0" in answer else 100) and set(ended) == {None}, ended


@in_networks
def test_http_probes_leave_no_time_wait(supervise, late_server, room, outside):
    """A server that closes first, though it isn't asked to, has a TIME_WAIT of its own, as after any client."""
    served = late_server(PORT, "--unhealthy", "300")
    ours = supervise(
        *(room, over_unix(outside), served.command, "--port", PORT),
        *("--ready", f"http://127.0.0.1:{PORT}/", "--ttl", "1s"),
    )
    ours.logs("registered", within=10)
    beats_often(outside, ours)
    left = room.sockets(PORT, TIME_WAIT)
    assert not left, f"{len(left)} of {len(served.errors())} connections: {left[:3]}"


# Ports that come into the range later


@in_networks
@pytest.mark.parametrize("width", [1, 2])
def test_a_probe_that_reached_itself_registers_nothing(supervise, late_server, room, outside, width):
    port = 20002
    served = late_server(port, "--after", "3", *ask(outside))
    ours = supervise(room, over_unix(outside), served.command, "--port", port)
    served.event("started")
    room.write_range(port, width)
    always(lambda: outside.service(ID) is None, during=2, what="not registered while nothing listens")
    assert not room.sockets(port, TIME_WAIT)
    assert served.event("listening")["known"] == 404
    if width > 1:
        registered(ours, outside)
    else:
        always(lambda: not ours.lines("registered"), during=0.3, what="no port is left for a probe")
