"""What happens between a start and an end, and when: by turns, in another order each time."""

import http.client
import os
import random
import signal
import socket
import struct
import subprocess
import time

from Tests.EndToEnd.started import kill, start
from Tests.EndToEnd.waiting import eventually, wait_for_end
from Tests.EndToEnd.wrapper import clean_environment

from .contenders import NOBODY, Service, redis
from .processes import PID_1, children, processor_time

_BY_A_RESET = struct.pack("ii", 1, 0)  # a close that leaves no TIME_WAIT behind


def by_turns(contenders, rounds):
    for _ in range(rounds):
        yield from random.sample(contenders, len(contenders))


def starts(contenders, agent, folder, programs, rounds):
    """start → exec of the process, as PID 1; see programs/starts.c. The port never opens."""
    commands = []
    for one in contenders:
        commands += ["//", *one.command(Service(agent.address, folder), [str(programs["now"])])]
    command = [programs["starts"], str(rounds), *commands[1:]]
    measured = start(command, env=clean_environment(), stdout=subprocess.PIPE)
    try:
        said = measured.communicate(timeout=600)[0].decode().split()
    finally:
        kill(measured)
    assert measured.returncode == 0, "a process did not start"
    figures = {one.name: [] for one in contenders}
    for place, nanoseconds in zip(said[::2], said[1::2]):
        figures[contenders[int(place)].name].append(int(nanoseconds) / 1e6)
    return {"start": figures}


class Catalog:
    """Asked over one connection, since a new one for each look would take longer than what is looked for."""

    def __init__(self, agent):
        self._connection = http.client.HTTPConnection("127.0.0.1", agent.http, timeout=10)

    def _is_empty(self, path):
        self._connection.request("GET", path)
        return self._connection.getresponse().read().strip() == b"[]"

    def lists(self, service):
        return not self._is_empty(f"/v1/catalog/service/{service.name}")

    def passes(self, service):
        return not self._is_empty(f"/v1/health/service/{service.name}?passing")


def registrations(contenders, agent, folder, rounds):
    """redis accepts → it is in the catalog → clients are sent to it."""
    contenders = [one for one in contenders if one.registers]
    catalog = Catalog(agent)
    figures = {key: {one.name: [] for one in contenders} for key in ("registered", "found")}
    for one in by_turns(contenders, rounds):
        service = Service(agent.address, folder)
        process = one.start(service, *redis(service), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            accepts = _when(lambda: _accepts(service.port), every=0)
            listed = _when(lambda: catalog.lists(service))
            passes = _when(lambda: catalog.passes(service))
            figures["registered"][one.name].append((listed - accepts) * 1000)
            figures["found"][one.name].append((passes - accepts) * 1000)
            process.terminate()
            wait_for_end(process)
        finally:
            kill(process)
    return figures


def _accepts(port):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _BY_A_RESET)
        return client.connect_ex(("127.0.0.1", port)) == 0


def _when(condition, every=0.0002):
    eventually(condition, within=15, what="serving", every=every)
    return time.monotonic()


def stops(contenders, agent, folder, programs, rounds):
    """TERM → the process has it → all of it is gone. The process ends at once; redis takes up to 100 ms."""
    catalog = Catalog(agent)
    figures = {key: {one.name: [] for one in contenders} for key in ("forwarded", "gone")}
    figures["left"] = {one.name: [] for one in contenders if one.registers}
    for one in by_turns(contenders, rounds):
        service = Service(agent.address, folder)
        serves = [programs["serves"], service.port]
        process = one.start(service, *serves, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            assert process.stdout.readline().startswith(b"accepts"), one.name
            if one.registers:
                eventually(lambda: catalog.passes(service), within=15, what=f"{one.name} passing")
            sent = time.monotonic()
            process.send_signal(signal.SIGTERM)
            had = int(process.stdout.readline().split()[1]) / 1e9
            _, ended = wait_for_end(process)
            if _is_there(process.pid):
                ended = _when(lambda: not _is_there(process.pid))
            figures["forwarded"][one.name].append((had - sent) * 1000)
            figures["gone"][one.name].append((ended - sent) * 1000)
            if one.registers:
                figures["left"][one.name].append(int(catalog.lists(service)))
        finally:
            kill(process)
            process.stdout.close()
    return figures


def _is_there(group):
    """Whether anybody of this process group is."""
    try:
        os.killpg(group, 0)
        return True
    except ProcessLookupError:
        return False


def orphans(contenders, agent, folder, programs, rounds, count):
    """What the init spends on so many orphans, as PID 1; while registered, if it registers."""
    contenders = [one for one in contenders if one.name != NOBODY]
    figures = {one.name: [] for one in contenders}
    for one in by_turns(contenders, rounds):
        # Of the processes here, the agent's port is one that accepts.
        service = Service(agent.address, folder, port=agent.http)
        command = one.command(service, [str(programs["orphans"]), "one-by-one", str(count)])
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "env": clean_environment()}
        process = start([*PID_1, *command], **options)
        try:
            assert process.stdout.readline() == b"made\n", one.name
            init = children(process.pid)[0]
            figures[one.name].append(_rest(init) * 10_000 / count)
        finally:
            kill(process)
            process.stdout.close()
            for entry in agent.in_catalog(service.name):
                agent.put(f"/v1/agent/service/deregister/{entry['ServiceID']}")
    return {"orphans": figures}


def _rest(pid):
    """Its processor time when that grows no more."""
    seen = [processor_time(pid)]

    def rests():
        time.sleep(0.02)
        seen.append(processor_time(pid))
        return seen[-1] == seen[-2]

    eventually(rests, within=10, what="all reaped", every=0)
    return seen[-1]
