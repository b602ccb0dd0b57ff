"""The shipped file: one, static, small, at home in an empty root, and asleep when nothing is due."""

import os
import re
import shlex
import shutil
import signal
import struct
import subprocess

import pytest

from .ports import free_port
from .waiting import eventually
from .wrapper import SERVICEWRAPPER, memory

MEGABYTE = 1024 * 1024


LOAD, DYNAMIC, INTERPRETER, STACK, RELRO = 1, 2, 3, 0x6474E551, 0x6474E552
EXECUTABLE, WRITABLE = 1, 2


def program_headers(path):
    """(type, flags) of an ELF file's program headers; elf(5), 64 bits, little endian."""
    with open(path, "rb") as file:
        header = file.read(64)
        assert header[:6] == b"\x7fELF\x02\x01"
        offset, size, count = (
            struct.unpack_from("<Q", header, 32)[0],
            *struct.unpack_from("<HH", header, 54),
        )
        file.seek(offset)
        table = file.read(size * count)
    return [struct.unpack_from("<II", table, entry * size) for entry in range(count)]


def test_it_is_one_static_file():
    kinds = [kind for kind, _ in program_headers(SERVICEWRAPPER)]
    assert LOAD in kinds and INTERPRETER not in kinds
    assert "NEEDED" not in readelf("--dynamic")


def test_no_constant_array_is_left_for_the_linker_to_choose():
    """Swift 6.3.1 numbers them for each module, and the linker then takes one module's: Package.swift."""
    with open(f"{SERVICEWRAPPER}.product/Objects.LinkFileList", encoding="utf-8") as linked:
        objects = [shlex.split(line)[0] for line in linked]
    command = ["nm", "--format=just-symbols", *objects]
    symbols = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    assert len(symbols) > 100
    assert not [symbol for symbol in symbols if re.search(r"Tv\d*_?r$", symbol)]


# Hardened


def readelf(*options):
    command = ["readelf", "--wide", *options, SERVICEWRAPPER]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout


def test_nothing_in_it_is_both_writable_and_executable():
    flags = [flags for kind, flags in program_headers(SERVICEWRAPPER) if kind in (LOAD, STACK)]
    assert len(flags) > 2
    assert not any(one & EXECUTABLE and one & WRITABLE for one in flags)


def test_its_stack_is_not_executable():
    (flags,) = [flags for kind, flags in program_headers(SERVICEWRAPPER) if kind == STACK]
    assert not flags & EXECUTABLE


def test_relocated_data_is_read_only():
    assert RELRO in [kind for kind, _ in program_headers(SERVICEWRAPPER)]


@pytest.mark.needs("readelf")
def test_it_lies_elsewhere_in_memory_each_time(wrapper):
    """A static-pie: of the type DYN, and its first page is where the kernel wants it."""
    assert "DYN (Position-Independent Executable file)" in readelf("--file-header")

    def start():
        ours = wrapper("--no-register", "--", "sleep", "60")
        ours.logs("started")
        with open(f"/proc/{ours.pid}/maps", encoding="ascii") as maps:
            file = os.path.realpath(SERVICEWRAPPER)
            return next(line for line in maps if line.rstrip().endswith(file)).split("-")[0]

    assert len({start() for _ in range(4)}) > 1


@pytest.mark.needs("readelf")
def test_it_has_no_symbols():
    assert "symtab" not in readelf("--sections")
    assert "RPATH" not in readelf("--dynamic") and "RUNPATH" not in readelf("--dynamic")


def test_it_has_at_most_a_megabyte_and_a_half():
    size = os.stat(SERVICEWRAPPER).st_size
    print(f"size: {size} bytes")
    assert size <= 1.5 * MEGABYTE


# Beside a registered redis


def open_sockets(pid):
    return [entry for entry in os.scandir(f"/proc/{pid}/fd") if os.readlink(entry.path).startswith("socket:")]


@pytest.fixture
def beside_redis(wrapper, agent, tmp_path):
    """servicewrapper with redis registered, and nothing under way."""
    port = str(free_port())
    redis = ["redis-server", "--port", port, "--save", "", "--dir", tmp_path]
    options = ["--name", "redis", "--id", "redis-1", "--port", port, "--ttl", "30s"]
    ours = wrapper(*options, "--", *redis, consul=agent)
    ours.logs("registered")
    eventually(lambda: agent.is_passing("redis-1"), what="registered and passing")
    eventually(lambda: not open_sockets(ours.pid), what="its connections to be closed")
    return ours


@pytest.mark.needs("redis-server")
def test_it_takes_little_memory_while_redis_is_registered(beside_redis):
    # The pages of a freshly written file count as dirty until they are on the disk.
    os.sync()
    resident, anonymous = memory(beside_redis.pid, "Rss"), memory(beside_redis.pid, "Anonymous")
    print(f"memory: {resident} kB resident, {anonymous} kB anonymous")
    assert resident <= 1.5 * 1024
    assert anonymous <= 200


@pytest.mark.needs("redis-server")
def test_it_is_one_thread(beside_redis):
    assert len(os.listdir(f"/proc/{beside_redis.pid}/task")) == 1


@pytest.mark.needs("redis-server", "strace")
def test_nothing_wakes_it_when_nothing_is_due(beside_redis, tmp_path):
    trace = tmp_path / "trace"
    # The time to watch it for: the next heartbeat is due after 10 s.
    watch = ["timeout", "--signal=INT", "3", "strace", "-f", "-p", str(beside_redis.pid), "-o", trace]
    subprocess.run(watch, stderr=subprocess.DEVNULL, check=False, timeout=10)
    calls = [
        line for line in trace.read_text().splitlines() if "detached" not in line and "resumed" not in line
    ]
    assert trace.read_text(), "strace saw the call that it waits in"
    assert calls == [], "nothing but that one call"


# In an empty root


PAUSE = "#include <unistd.h>\nint main(void) { return pause(); }\n"


@pytest.fixture(scope="session")
def pause_program(tmp_path_factory):
    """A static program that waits for a signal: there is no other in an empty root."""
    compiler = shutil.which("clang") or shutil.which("cc")
    if not compiler:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("pause")
    (folder / "pause.c").write_text(PAUSE)
    subprocess.run([compiler, "-static", "-o", folder / "pause", folder / "pause.c"], check=True, timeout=60)
    return folder / "pause"


@pytest.fixture
def empty_root(tmp_path):
    """A root with servicewrapper alone in it."""
    root = tmp_path / "root"
    root.mkdir()
    shutil.copy(SERVICEWRAPPER, root / "servicewrapper")
    return root


@pytest.fixture
def in_root(wrapper, empty_root):
    """Runs servicewrapper in the empty root."""

    def run(*arguments, **options):
        return wrapper(*arguments, prefix=["chroot", empty_root], program="/servicewrapper", **options)

    return run


@pytest.mark.root
def test_it_runs_in_an_otherwise_empty_root(in_root, empty_root):
    ours = in_root("--name", "web", "--no-register", "--", "/servicewrapper", "--version")
    assert ours.wait() == 0, ours.log
    assert b"".join(ours.output).strip()
    assert os.listdir(empty_root) == ["servicewrapper"]


@pytest.mark.root
def test_it_registers_from_an_empty_root(in_root, empty_root, pause_program, agent):
    shutil.copy(pause_program, empty_root)
    ours = in_root("--name", "web", "--id", "web-1", "--", "/pause", consul=agent)
    ours.logs("registered")
    eventually(lambda: agent.is_passing("web-1"), what="registered and passing")
    assert ours.stop() == 128 + signal.SIGTERM
    assert agent.service("web-1") is None


@pytest.mark.root
@pytest.mark.parametrize("source", ["hosts", "name-server"])
def test_it_resolves_consul_s_name_in_an_empty_root(
    in_root, empty_root, pause_program, agent, name_server, source
):
    shutil.copy(pause_program, empty_root)
    (empty_root / "etc").mkdir()
    if source == "hosts":
        (empty_root / "etc" / "hosts").write_text("127.0.0.1 consul.example.test\n")
    else:
        host = name_server(answers=True).host
        (empty_root / "etc" / "resolv.conf").write_text(f"nameserver {host}\n")
    address = f"consul.example.test:{agent.http}"
    ours = in_root("--name", "web", "--id", "web-1", "--", "/pause", consul=address)
    eventually(lambda: agent.is_passing("web-1"), what=f"registered by name; the log:\n{ours.log}")
    assert ours.stop() == 128 + signal.SIGTERM
    assert agent.service("web-1") is None


@pytest.mark.root
def test_an_unknown_name_does_no_harm_in_an_empty_root(in_root, empty_root, pause_program):
    shutil.copy(pause_program, empty_root)
    ours = in_root("--name", "web", "--", "/pause", consul="consul.example.test:8500")
    ours.logs("consul.example.test")
    sent = ours.send(signal.SIGTERM)
    status, ended = ours.wait_until_ended()
    assert status == 128 + signal.SIGTERM
    assert ended - sent < 1.5
