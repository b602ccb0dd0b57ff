"""A sandbox for engines: the processes and mounts in it end with it, however the tests end."""

import os
import shutil
import signal
import subprocess
import sys

from ..container import children_of, status
from ..repository import ROOT
from ..started import kill, start
from ..waiting import eventually, wait_for_end
from . import sandbox_cleanup
from .sandbox_cleanup import remove, thaw

_EMPTY = ("/run", "/var/tmp")
_COPIED = ("/etc", "/opt", "/var/lib")  # where engines make folders of theirs, whatever they are told
_NAME_SERVERS = "/etc/resolv.conf"


class Sandbox:
    """A PID and a mount namespace, and with `network` one of that kind too. What is written to the
    machine's own folders goes to memory and ends with it; only `folder` is shared."""

    def __init__(self, folder, network=False):
        self._folder = folder
        self._cgroup = f"servicewrapper-tests-{os.getpid()}-{os.path.basename(folder)}"
        self._init = None
        command = [sys.executable, "-m", sandbox_cleanup.__name__, self._cgroup]
        # Not one of those that end with us: it does what we can't do any more.
        how = {"stdin": subprocess.PIPE, "start_new_session": True, "cwd": ROOT}
        self._guard = subprocess.Popen(command, **how)
        kinds = ["--pid", "--mount", *(["--net"] if network else [])]
        # catatonit adopts and reaps the daemons that engines leave, as a machine's own PID 1 would.
        inside = ["catatonit", "-P"]
        command = ["unshare", *kinds, "--fork", "--mount-proc", "--kill-child", *inside]
        self._holder = start(command, stderr=subprocess.DEVNULL)
        try:
            self._init = eventually(lambda: children_of(self._holder.pid), what="the sandbox's PID 1")[0]
            eventually(lambda: os.readlink(f"/proc/{self._init}/exe").endswith("catatonit"), what="catatonit")
            self.prefix = ["nsenter", f"--target={self._init}", "--pid", "--mount"]
            self.prefix += ["--net"] if network else []
            self._furnish(folder)
            if network:
                self.run("ip", "link", "set", "lo", "up")
        except BaseException:
            self.end()
            raise

    def _furnish(self, folder):
        copy = shutil.copy(_NAME_SERVERS, folder)
        written = os.path.join(folder, "written")
        os.mkdir(written)
        for own in (written, *_EMPTY):
            self.run("mount", "-t", "tmpfs", "tmpfs", own)
        for own in _COPIED:
            upper, work = (f"{written}/{kind}{own.replace('/', '-')}" for kind in ("upper", "work"))
            self.run("mkdir", upper, work)
            layers = f"lowerdir={own},upperdir={upper},workdir={work}"
            self.run("mount", "-t", "overlay", "overlay", "-o", layers, own)
        if os.path.realpath(_NAME_SERVERS).startswith("/run/"):
            self.run("install", "-D", copy, os.path.realpath(_NAME_SERVERS))

    @property
    def cgroup(self):
        """The parent of its containers' control groups."""
        return f"/{self._cgroup}"

    def run(self, *command, within=60, **options):
        """What it prints."""
        done = subprocess.run(
            [*self.prefix, *map(str, command)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
            **options,
        )
        assert done.returncode == 0, f"{command}: {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self, *command, **options):
        return start([*self.prefix, *map(str, command)], **options)

    def proc(self, pid, name):
        """A file of /proc, by the PID in the sandbox."""
        return f"/proc/{self._init}/root/proc/{pid}/{name}"

    def outside(self, pid):
        """Its PID for everybody else; proc_pid_status(5): NSpid has one for each namespace, ours first."""
        its = os.stat(self.proc(pid, "ns/pid")).st_ino
        for name in filter(str.isdigit, os.listdir("/proc")):
            if status(name, "NSpid")[1:2] == [str(pid)] and os.stat(f"/proc/{name}/ns/pid").st_ino == its:
                return int(name)
        raise ProcessLookupError(f"{pid} of the sandbox")

    def end(self):
        if self._init:
            thaw(self._cgroup)
            # PID 1 first: unshare waits for it, and it ends when nobody is left in there.
            os.kill(self._init, signal.SIGKILL)
            wait_for_end(self._holder, within=20)
        kill(self._holder)
        shutil.rmtree(self._folder)  # gigabytes, and pytest would keep three of it
        remove(self._cgroup)
        self._guard.stdin.close()
        self._guard.wait()
