"""A real Consul agent: on loopback ports of its own, in memory unless told otherwise, ended with the test."""

import http.client
import json
import os
import signal
import socket
import subprocess
import urllib.parse

from .ports import free_port
from .started import kill, start
from .waiting import eventually, wait_for_end

IN_MEMORY = ("-dev",)


def keeping(folder):
    """The mode of a server that keeps its state in this folder, whatever ends it."""
    fast = "performance { raft_multiplier = 1 }"
    return ("-server", "-bootstrap-expect", "1", "-data-dir", str(folder), "-hcl", fast)


def denying():
    """The options of an agent with ACLs: who has no token may read, and nothing more."""
    rules = 'acl { enabled = true default_policy = "deny" tokens { master = "root-token" } }'
    return {"config": rules, "token": "root-token"}


class Agent:
    def __init__(
        self,
        folder,
        node="node1",
        config="",
        prefix=(),
        token=None,
        unix_beside=None,
        mode=IN_MEMORY,
        host="127.0.0.1",
        http=None,
    ):
        """`prefix` is a command that runs the agent, in a namespace for instance. `unix_beside` is an IP
        address: it listens there and on a unix socket, which is reached from every namespace. `host` is an
        address of loopback, `http` the port there if it isn't to be any."""
        self.node, self.token, self.prefix, self.host, self._mode = node, token, list(prefix), host, mode
        self.unix_path = os.path.join(folder, f"consul-{node}.sock") if unix_beside else None
        if unix_beside:
            config += f'addresses {{ http = "{unix_beside} unix://{self.unix_path}" }}'
        self.log_path = os.path.join(folder, f"consul-{node}.log")
        self.http, self.dns, self.server, self.lan, self.wan = (free_port(host) for _ in range(5))
        self.http = http or self.http
        self.address = f"{host}:{self.http}"
        self._config = ["-hcl", config] if config else []
        self._process = None

    def start(self):
        self.launch()
        eventually(self.works, within=20, what=f"Consul's start; see {self.log_path}", every=0.02)
        return self

    def launch(self):
        """Without waiting for it."""
        command = ["consul", "agent", *self._mode, "-node", self.node, "-disable-host-node-id"]
        command += ["-client", self.host, "-bind", self.host, "-grpc-port", "-1"]
        command += ["-http-port", str(self.http), "-dns-port", str(self.dns)]
        command += ["-serf-lan-port", str(self.lan), "-serf-wan-port", str(self.wan)]
        command += ["-server-port", str(self.server), *self._config]
        with open(self.log_path, "ab") as log:
            self._process = start([*self.prefix, *command], stdout=log, stderr=subprocess.STDOUT)

    def works(self):
        """It has a leader, and itself in the catalog."""
        assert self._process.poll() is None, open(self.log_path, encoding="utf-8").read()
        try:
            return bool(self.get("/v1/catalog/service/consul"))
        except OSError:
            return False

    def pause(self):
        """It still accepts connections and answers nothing."""
        os.kill(self._process.pid, signal.SIGSTOP)
        eventually(self._is_stopped, what="every thread of Consul stopped")

    def _is_stopped(self):
        """A thread that runs on another processor stops a moment later; proc_pid_stat(5)."""
        threads = f"/proc/{self._process.pid}/task"
        return all(_state(f"{threads}/{thread}/stat") == "T" for thread in os.listdir(threads))

    def resume(self):
        os.kill(self._process.pid, signal.SIGCONT)

    @property
    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process is not None

    def stop(self):
        """By a signal that it can catch."""
        self._process.terminate()
        wait_for_end(self._process)
        self.kill()

    def kill(self):
        if self._process:
            kill(self._process)
            self._process = None

    def log(self):
        with open(self.log_path, encoding="utf-8") as log:
            return log.read()

    # Tokens, where it denies

    def wait_for_tokens(self):
        eventually(lambda: self.get("/v1/acl/tokens"), within=10, what="ACLs to be ready")
        return self

    def token_for(self, rules, name="ours"):
        """The secret of a new token with these rights."""
        self.put("/v1/acl/policy", {"Name": name, "Rules": rules})
        return self.put("/v1/acl/token", {"Policies": [{"Name": name}]})["SecretID"]

    # What it says

    def request(self, method, path, body=None):
        """The status and the body of the answer."""
        connection = http.client.HTTPConnection(self.host, self.http, timeout=10)
        if self.unix_path:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(10)
            connection.sock.connect(self.unix_path)
        headers = {"X-Consul-Token": self.token} if self.token else {}
        try:
            connection.request(method, path, body and json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def get(self, path):
        """The JSON of a 200, otherwise None."""
        status, body = self.request("GET", path)
        return json.loads(body) if status == 200 else None

    def put(self, path, body=None):
        status, answer = self.request("PUT", path, body)
        assert status == 200, answer
        return json.loads(answer) if answer else None

    def service(self, service_id):
        return self.get("/v1/agent/service/" + urllib.parse.quote(service_id, safe=""))

    def services(self):
        return self.get("/v1/agent/services")

    def checks(self, service_id):
        """The service's checks by their IDs."""
        checks = self.get("/v1/agent/checks").values()
        return {check["CheckID"]: check for check in checks if check["ServiceID"] == service_id}

    def statuses(self, service_id):
        """Of the service's checks, by what follows the service ID in theirs."""
        start_of_id = len(service_id) + 1
        return {
            check_id[start_of_id:]: check["Status"] for check_id, check in self.checks(service_id).items()
        }

    def is_passing(self, service_id):
        return self.statuses(service_id) == {"alive": "passing", "ready": "passing"}

    def in_catalog(self, name):
        return self.get(f"/v1/catalog/service/{name}")

    def dig(self, name, kind="A"):
        """The lines of dig's short answer: who is found by DNS."""
        command = ["dig", f"@{self.host}", "-p", str(self.dns), f"{name}.service.consul", kind]
        answer = subprocess.run(
            [*command, "+short", "+time=2", "+tries=1"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
        return answer.stdout.split("\n")[:-1]

    def finished(self, method, path):
        """How many requests of this kind it has answered, from its own log."""
        return self.log().count(f"Request finished: method={method} url={path}")


def _state(stat):
    with open(stat, encoding="utf-8") as fields:
        return fields.read().rpartition(")")[2].split()[0]
