"""The cases: what runs as PID 1 of the container, and what is done to it."""

import os
import pathlib
import signal
import subprocess

from Tests.EndToEnd.started import kill, start
from Tests.EndToEnd.waiting import eventually, wait_for_end
from Tests.EndToEnd.wrapper import SERVICEWRAPPER, clean_environment

NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
TTL, REAP, GRACE = 3, 60, 10  # seconds: of the checks, of Consul's patience with a critical one, of Docker's

# Registers itself once redis answers, as one would in an entry point, and tells Consul of nothing else.
_NAIVE = """
(
  until redis-cli -p "$PORT" ping >/dev/null 2>&1; do sleep 0.05; done
  curl -sS -X PUT -d '{"Name": "'"$NAME"'", "ID": "'"$ID"'", "Port": '"$PORT"'}' \\
    "http://$CONSUL_HTTP_ADDR/v1/agent/service/register"
) &
exec "$@"
"""
# Takes no TERM, and the redis that it started never hears of one: a start script that forgot its signals.
_DEAF = """trap '' TERM; "$@" & wait"""


class Case:
    """`wrapped`: under servicewrapper. `script`: in front of redis. `by`: how it is ended. `watched`: in
    Docker, with servicewatcher on the host."""

    def __init__(self, wrapped, by=signal.SIGTERM, script=None, watched=False):
        self.wrapped, self.by, self.script, self.watched = wrapped, by, script, watched

    def command(self, name, port, consul, folder):
        redis = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        command = ["sh", "-c", self.script, "sh", *redis] if self.script else redis
        if not self.wrapped:
            return command
        service = ["--name", name, "--id", f"{name}-1", "--port", str(port), "--consul-addr", consul]
        service += ["--ttl", f"{TTL}s", "--deregister-after", f"{REAP}s"]
        return [SERVICEWRAPPER, *service, "--", *command]


CASES = {
    "naive-stop": Case(wrapped=False, script=_NAIVE),
    "stop": Case(wrapped=True),
    "kill": Case(wrapped=True, by=signal.SIGKILL),
    "deaf-stop": Case(wrapped=True, script=_DEAF),
    "kill-watched": Case(wrapped=True, by=signal.SIGKILL, watched=True),
}


class Container:
    """A PID namespace with the case's command as its PID 1."""

    def __init__(self, case, name, port, consul, folder):
        about = {"NAME": name, "ID": f"{name}-1", "PORT": str(port), "CONSUL_HTTP_ADDR": consul}
        self._command = [*NAMESPACE, *case.command(name, port, consul, folder)]
        self._environment = clean_environment({} if case.wrapped else about)
        self._log = pathlib.Path(folder, f"{name}.log")

    def start(self):
        with open(self._log, "wb") as log:
            options = {"stdout": log, "stderr": subprocess.STDOUT}
            self._process = start(self._command, env=self._environment, **options)

    def send(self, number):
        """As the engine does: to PID 1, from outside."""
        children = f"/proc/{self._process.pid}/task/{self._process.pid}/children"
        os.kill(int(pathlib.Path(children).read_text(encoding="ascii").split()[0]), number)

    def has_ended(self, within):
        """Whether it does within so many seconds."""
        try:
            return wait_for_end(self._process, within) is not None
        except AssertionError:
            return False

    def kill(self):
        kill(self._process)
        # `--kill-child` ends PID 1 with unshare, and the kernel ends all the others with PID 1.
        eventually(lambda: not os.path.exists(f"/proc/{self._process.pid}"), what="the container's end")
