"""What takes minutes, side by side: begun with the first test of the registry, judged by the last ones."""

import os
import shutil
import tempfile
import threading
import time

from ..agent import Agent, denying
from ..fakes import Proxy
from ..ports import free_port
from ..waiting import eventually
from ..wrapper import Server, Wrapper

LIFETIME = 900  # seconds that a server may run
TTL = "3s"


class Sampler:
    """Looks ten times a second, and notes when it saw something else than before."""

    def __init__(self, look):
        self._look, self._ended = look, threading.Event()
        self.since, self.seen = time.monotonic(), []  # (seconds since, what)
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def _sample(self):
        while not self._ended.wait(0.1):
            try:
                what = self._look()
            except OSError:  # a busy machine
                continue
            if not self.seen or self.seen[-1][1] != what:
                self.seen.append((time.monotonic() - self.since, what))

    @property
    def age(self):
        return time.monotonic() - self.since

    def last(self):
        return self.seen[-1][1] if self.seen else None

    def when(self, wanted, within):
        """How many seconds after the begin this was first seen; waited for until so many are over."""
        found = eventually(
            lambda: [when for when, what in list(self.seen) if what == wanted] or self.age > within,
            within + 5,
            every=0.1,
        )
        assert found is not True, f"{wanted} was not seen within {within} s: {self.seen}"
        return found[0]

    def end(self):
        self._ended.set()
        self._thread.join(15)


class Aged:
    """A context."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="aged-")
        self._all = []

    def __enter__(self):
        self.agent = self._add(Agent(self.folder, node="old")).start()
        self.denying = self._add(Agent(self.folder, node="denying", **denying())).start().wait_for_tokens()
        self._sicken_and_kill()
        self._take_away_without_checks()
        self._give_a_token_later()
        return self

    def _add(self, one):
        self._all.append(one)
        return one

    def _run(self, service_id, consul, *options):
        served = Server(self.folder, port=free_port(), lifetime=LIFETIME)
        named = ["--name", service_id.split("-")[0], "--id", service_id, "--port", served.port]
        command = [*named, *options, "--", *served.command]
        return served, self._add(Wrapper(["--consul-addr", consul.address, *command]))

    def _sicken_and_kill(self):
        """One of them stops accepting, the other is killed as `docker kill` does it, all in it."""
        options = ["--ttl", TTL, "--deregister-after", "1m"]
        served, self.sick_wrapper = self._run("sick-1", self.agent, *options)
        _, killed = self._run("killed-1", self.agent, *options)
        eventually(lambda: self.agent.is_passing("sick-1") and self.agent.is_passing("killed-1"), what="both")
        self.sick = self._add_watch(lambda: (self.agent.statuses("sick-1"), self.agent.dig("sick")))
        self.killed = self._add_watch(lambda: (self._listed("killed"), bool(self.agent.dig("killed"))))
        served.close_port()
        killed.kill()

    def _listed(self, name):
        return [entry["ServiceID"] for entry in self.agent.in_catalog(name)]

    def _take_away_without_checks(self):
        _, self.unchecked_wrapper = self._run("unchecked-1", self.agent, "--ttl", "0s")
        eventually(lambda: self.agent.service("unchecked-1"), what="registered without checks")
        self.agent.put("/v1/agent/service/deregister/unchecked-1")
        self.unchecked = self._add_watch(lambda: self._listed("unchecked"))

    def _give_a_token_later(self):
        secret = self.denying.token_for('service "late" { policy = "write" }')
        self.token_path = os.path.join(self.folder, "token")
        with open(self.token_path, "w", encoding="ascii") as token:
            token.write("00000000-0000-4000-8000-000000000000\n")
        self.asked = Proxy(self.denying.http).__enter__()
        _, self.late_wrapper = self._run("late-1", self.asked, "--token-file", self.token_path)
        self.late_wrapper.logs(" 403")
        eventually(lambda: self.asked.times("/register"), what="a registration with the wrong token")
        self.late = self._add_watch(lambda: self.denying.is_passing("late-1"))
        with open(self.token_path, "w", encoding="ascii") as token:
            token.write(secret + "\n")

    def _add_watch(self, look):
        self._all.append(Sampler(look))
        return self._all[-1]

    def __exit__(self, *_):
        for one in reversed(self._all):
            one.end() if isinstance(one, Sampler) else one.kill()
        self.asked.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)
