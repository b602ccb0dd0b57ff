"""Whole lives under valgrind's memcheck: nothing read that was never written or that was freed, nothing lost.

The release is static, and valgrind can't replace a static malloc: it gets the same objects, linked
dynamically and with their symbols, which `make build` leaves beside the release."""

import os
import re
import subprocess

import pytest

from .promises import ID
from .waiting import eventually
from .wrapper import SERVICEWRAPPER

INSPECTED = os.environ.get("SERVICEWRAPPER_VALGRIND") or SERVICEWRAPPER + ".valgrind"
NOT_THERE = pytest.mark.skipif(not os.access(INSPECTED, os.X_OK), reason=f"no {INSPECTED}: make build")
pytestmark = [pytest.mark.needs("valgrind", "objdump"), NOT_THERE]
ERRORS = 99


@pytest.fixture
def inspected(wrapper, tmp_path):
    """Starts it under valgrind; `is_clean` is to be called when it has ended."""
    log = tmp_path / "valgrind.log"
    valgrind = ["valgrind", "--vgdb=no", "--leak-check=full"]
    valgrind += ["--errors-for-leak-kinds=definite,indirect,possible"]
    valgrind += [f"--error-exitcode={ERRORS}", f"--log-file={log}", "--child-silent-after-fork=yes"]

    def start(*arguments, **options):
        return wrapper(*arguments, prefix=valgrind, program=INSPECTED, **options)

    def is_clean():
        text = log.read_text()
        assert "ERROR SUMMARY: 0 errors" in text, text
        allocations = re.search(r"total heap usage: ([\d,]+) allocs", text).group(1)
        assert allocations != "0", "of a static file it sees none"
        reachable = re.search("still reachable: (.*)", text).group(1)
        print(f"{allocations} allocations, still reachable: {reachable}")

    start.is_clean = is_clean
    return start


def test_a_usage_error(inspected, tmp_path):
    file = tmp_path / "web.json"
    file.write_text('{"services": [{"name": "a", "port": 1}, {"name": "b", "port": 70000}]}')
    ours = inspected("--service-file", file, "--", "true")
    assert ours.wait(within=20) == 125
    inspected.is_clean()


def test_an_init_with_orphans(inspected):
    script = "for i in 1 2 3; do (sleep 0.1 &) ; done; (trap '' TERM; sleep 60 &); sleep 0.3; exit 7"
    options = ["--no-register", "--wait-for-all", "100ms", "--log-level", "debug"]
    ours = inspected(*options, "--", "sh", "-c", script)
    assert ours.wait(within=20) == 7, ours.log
    inspected.is_clean()


def test_a_registered_service_and_an_agent_that_forgets_it(inspected, server, agent):
    served = server()
    options = ["--id", ID, "--port", served.port, "--ttl", "1500ms", "--drain", "50ms", "--meta-from-env"]
    environment = {"SERVICE_NAME": "web", "SERVICE_TAGS": "a,b", "SERVICE_X": "y"}
    consul = f"localhost:{agent.http}"  # a name, so that there is the resolver's thread
    ours = inspected(*options, "--", *served.command, consul=consul, environment=environment)
    eventually(lambda: agent.is_passing(ID), within=20, what="registered")
    agent.put(f"/v1/agent/service/deregister/{ID}")
    ours.logs("forgot", within=20)
    eventually(lambda: agent.is_passing(ID), within=20, what="registered again")
    assert ours.stop(within=20) == 0, ours.log
    inspected.is_clean()
    assert agent.service(ID) is None


def test_several_services_and_an_agent_that_lies(inspected, server, fake_consul):
    served, second = server(), server()
    chunks = b"5;x=y\r\n\x1b[2J!\r\n0\r\n\r\n"
    consul = fake_consul(b"HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    ports = ["--port", served.port, "--port", second.port, "--ready", "exec:test -d /"]
    ours = inspected("--name", "web", *ports, "--ttl", "300ms", "--", *served.command, consul=consul)
    eventually(lambda: consul.accepted > 6, within=20, what="several tries")
    assert ours.stop(within=20) == 0, ours.log
    inspected.is_clean()


def test_functions_with_buffers_check_their_stack():
    """Those that were written in Swift: their names begin so. The canary is at fs:0x28 (x86-64 psABI)."""
    command = ["objdump", "-d", INSPECTED]
    code = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    functions = re.split(r"\n[0-9a-f]+ <(.*)>:\n", code.stdout)
    checking = [name for name, body in zip(functions[1::2], functions[2::2]) if "%fs:0x28" in body]
    print(f"{len(checking)} functions check their stack")
    assert len([name for name in checking if name.startswith("$")]) >= 20
