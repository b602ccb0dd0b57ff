"""Docker and Podman, each in a sandbox of its own: never the machine's, with nobody else's containers in it."""

import json
import os
import subprocess

from ..started import start
from ..waiting import Late, eventually, wait_for_end


class Engine:
    """`command` is how it is asked; Docker and Podman have the same words for nearly everything."""

    def __init__(self, name, sandbox, command, environment=None):
        self.name, self.sandbox, self._command = name, sandbox, [*map(str, command)]
        self.environment = {**os.environ, **(environment or {})}

    def ask(self, *words, within=60, status=0, **options):
        """What it prints; `status=None` for any exit status."""
        done = subprocess.run(
            [*self._command, *map(str, words)],
            capture_output=True,
            text=True,
            timeout=within,
            env=self.environment,
            check=False,
            **options,
        )
        assert status is None or done.returncode == status, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def begin(self, *words):
        """The same, without waiting for it."""
        return start([*self._command, *map(str, words)], env=self.environment, stdout=subprocess.DEVNULL)

    def build(self, tag, folder, dockerfile=None, within=300, **arguments):
        """An image of this Dockerfile, by the builder that every engine has."""
        words = ["--file", dockerfile] if dockerfile else []
        for name, value in arguments.items():
            words += ["--build-arg", f"{name}={value}"]
        self.ask("build", "--quiet", "--network", "host", "--tag", tag, *words, folder, within=within)
        return tag

    def import_tree(self, tag, tar, *changes, within=300):
        """An image of a file tree in a tar file, with some lines of a Dockerfile."""
        words = [word for change in changes for word in ("--change", change)]
        self.ask("import", *words, tar, tag, within=within)
        return tag

    def run(self, image, *command, options=("--network", "host")):
        return Contained(self, self.ask("run", "--detach", *options, image, *command))

    def export(self, identity):
        """The container's file tree, a tar."""
        command = [*self._command, "export", identity]
        how = {"env": self.environment, "capture_output": True}
        return subprocess.run(command, timeout=60, check=True, **how).stdout

    def containers(self):
        return self.ask("ps", "--all", "--quiet", "--no-trunc").split()


class Contained:
    """A container of an engine."""

    def __init__(self, engine, identity):
        self.engine, self.identity = engine, identity

    def ask(self, verb, *words, **options):
        return self.engine.ask(verb, *words, self.identity, **options)

    def begin(self, verb, *words):
        return self.engine.begin(verb, *words, self.identity)

    # What the engine knows

    def state(self):
        return json.loads(self.engine.ask("inspect", self.identity))[0]["State"]

    def is_running(self):
        return self.state()["Running"]

    def exists(self):
        return self.identity in self.engine.containers()

    def ends(self, within=20.0):
        """The exit status."""
        waiting = self.begin("wait")
        try:
            wait_for_end(waiting, within)
        except Late as late:
            raise Late(f"{late}; the log:\n{self.log()}") from None
        return self.state()["ExitCode"]

    def log(self):
        """All that came from both streams."""
        words = [*self.engine._command, "logs", self.identity]
        both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        environment = self.engine.environment
        return subprocess.run(words, env=environment, text=True, timeout=20, check=True, **both).stdout

    def logs(self, text, within=10.0):
        """Waits for a line with this text."""

        def lines():
            return [line for line in self.log().splitlines() if text in line]

        try:
            return eventually(lines, within, every=0.05)[0]
        except Late:
            raise Late(f"no log line with {text!r} within {within} s; the log:\n{self.log()}") from None

    # What the kernel knows; PIDs are the sandbox's

    @property
    def pid(self):
        return self.state()["Pid"]

    @property
    def main(self):
        """The eldest child of PID 1."""
        return eventually(lambda: self._children(self.pid), what="a process under PID 1")[0]

    def _children(self, pid):
        with open(self.engine.sandbox.proc(pid, f"task/{pid}/children"), encoding="ascii") as children:
            return [int(child) for child in children.read().split()]

    def status(self, pid, field):
        """One field of /proc/PID/status."""
        with open(self.engine.sandbox.proc(pid, "status"), encoding="utf-8") as fields:
            return next(line.split()[1] for line in fields if line.startswith(field + ":"))

    def kill_process(self, pid, name):
        """A signal past the engine, as the kernel or an operator on the host sends it."""
        self.engine.sandbox.run("kill", "-s", name, pid)


def start_docker(sandbox, folder, *options):
    """dockerd, with a socket of its own, and no network but what `options` say."""
    socket = f"unix://{folder}/docker.sock"
    command = ["dockerd", "--host", socket, "--pidfile", f"{folder}/docker.pid"]
    command += ["--cgroup-parent", sandbox.cgroup]
    command += ["--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", *options]
    log_path = f"{folder}/dockerd.log"
    with open(log_path, "wb") as log:
        daemon = sandbox.start(*command, stdout=log, stderr=subprocess.STDOUT)
    # The newer clients build by a plug-in that Debian's engine doesn't bring.
    environment = {"DOCKER_HOST": socket, "DOCKER_BUILDKIT": "0"}
    engine = Engine("docker", sandbox, ["docker"], environment)

    def answers():
        assert daemon.poll() is None, open(log_path, encoding="utf-8").read()
        return engine.ask("version", "--format", "{{.Server.Version}}", status=None)

    eventually(answers, within=30, what=f"Docker's start; see {log_path}", every=0.05)
    return engine


UNBRIDGED = ("--bridge", "none", "--iptables=false", "--ip6tables=false")


def start_podman(sandbox, folder):
    """It has no daemon."""
    command = [*sandbox.prefix, "podman", "--root", f"{folder}/data", "--runroot", f"{folder}/run"]
    command += ["--tmpdir", f"{folder}/tmp", "--cgroup-manager", "cgroupfs", "--events-backend", "file"]
    engine = Engine("podman", sandbox, command)
    engine.ask("version")
    return engine
