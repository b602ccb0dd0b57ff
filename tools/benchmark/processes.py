"""What the kernel tells of processes; proc(5)."""

import os
import pathlib
import shutil
import subprocess

from Tests.EndToEnd.repository import ROOT
from Tests.EndToEnd.wrapper import memory

_PROGRAMS = pathlib.Path(__file__).with_name("programs")
_ORPHANS = ROOT / "Tests" / "EndToEnd" / "init" / "programs" / "orphans.c"

# As a container's PID 1; ends with us whatever becomes of it.
PID_1 = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")


def compile_programs(folder):
    """The C programs by name, each a static file."""
    compiled = {}
    for source in (*_PROGRAMS.glob("*.c"), _ORPHANS):
        compiled[source.stem] = folder / source.stem
        subprocess.run(["cc", "-O2", "-static", "-o", compiled[source.stem], source], check=True, timeout=60)
    return compiled


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as list_of_them:
            return [int(word) for word in list_of_them.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def family(pid, without):
    """It and what it started, but for the process called `without`, which is the one that it is for."""
    found = [pid]
    for child in children(pid):
        if _name(child) != without:
            found += family(child, without)
    return found


def _name(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def total(pids, field):
    """Of a field of their memory, in kB; one that has just ended has none."""
    found = 0
    for pid in pids:
        try:
            found += memory(pid, field)
        except (FileNotFoundError, ProcessLookupError, StopIteration):
            pass
    return found


def threads(pids):
    return sum(len(os.listdir(f"/proc/{pid}/task")) for pid in pids if os.path.exists(f"/proc/{pid}"))


def processor_time(pid):
    """Of its first thread, in milliseconds; the kernel counts nanoseconds in schedstat."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e6


def whole_processor_time(pid):
    """Of all its threads, in milliseconds; the kernel tells it in hundredths of a second."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def libraries(program):
    """The files of the shared libraries that it is loaded with."""
    said = subprocess.run(["ldd", shutil.which(program)], capture_output=True, text=True, check=False).stdout
    return {word for line in said.splitlines() for word in line.split() if word.startswith("/")}
