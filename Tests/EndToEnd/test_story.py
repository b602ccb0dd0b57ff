"""The walk-through of docs/story.md, run as it is written: a line with `$` is a command, what follows is what it
shows. Only the ports are others."""

import os
import pathlib
import re
import subprocess
import threading

import pytest

from ports import free_port
from promises import ID, registered
from started import kill, start
from waiting import Late, eventually
from wrapper import SERVICEWRAPPER, clean_environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
STORY, WATCH = ROOT / "docs" / "story.md", ROOT / "examples" / "redis-with-wrapper" / "watch"
LOOKS = ("dig ", "curl -s ", "curl http", "redis-cli ")  # asked again until they show what is expected

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("unshare", "consul", "redis-server", "redis-cli", "curl", "dig", "pkill"),
]


def steps():
    """Each command and the lines that it shows."""
    blocks = re.findall(r"^```console runs\n(.*?)^```$", STORY.read_text(encoding="utf-8"), re.M | re.S)
    for block in blocks:
        for step in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, shown = step.partition("\n")
            yield command, shown


class Shell:
    """One shell for all of the story, so that a command knows the `$!` of the one before."""

    _DONE = "(done)"

    def __init__(self, folder, ports):
        self._ports, self._shown = ports, ""
        # curl draws a progress bar where it isn't a terminal that it writes to.
        (folder / ".curlrc").write_text("silent\n", encoding="utf-8")
        environment = clean_environment(
            {"CURL_HOME": str(folder), "CONSUL_HTTP_ADDR": self._ours("127.0.0.1:8500")}
        )
        environment["PATH"] = f"{os.path.dirname(SERVICEWRAPPER)}:{environment['PATH']}"
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self._process = start(["bash"], env=environment, cwd=folder, text=True, **pipes)
        threading.Thread(target=self._read, daemon=True).start()

    def _ours(self, text):
        return re.sub(r"\b(8500|8600|6379)\b", lambda port: str(self._ports[port[0]]), text)

    def _read(self):
        for line in self._process.stdout:
            # That of util-linux 2.38 complains about its own signal mask when its child was killed.
            if not line.startswith("unshare: sigprocmask"):
                self._shown += line

    def follow(self, command, expected):
        """Runs it, and waits until it has shown what is expected; a look is taken again until it does."""
        pattern = re.escape(self._ours(expected).strip()).replace("…", "[^ ]*")

        def shows():
            if command.startswith(LOOKS):
                self._run(command)
            return re.fullmatch(pattern, self._shown.replace(self._DONE, "").strip())

        self._run(command)
        try:
            eventually(shows, within=20, every=0.05)
        except Late:
            pytest.fail(f"$ {command}\nexpected:\n{self._ours(expected)}\nshown:\n{self._shown}")

    def _run(self, command):
        self._shown = ""
        self._process.stdin.write(f"{self._ours(command)}\necho; echo '{self._DONE}'\n")
        self._process.stdin.flush()
        eventually(lambda: self._DONE in self._shown, within=20, what=f"the end of {command}")

    def end(self):
        kill(self._process)


def test_the_story_is_what_happens(own_agent, tmp_path):
    agent = own_agent()
    shell = Shell(tmp_path, {"8500": agent.http, "8600": agent.dns, "6379": free_port()})
    try:
        told = list(steps())
        assert len(told) > 20
        for command, expected in told:
            shell.follow(command, expected)
    finally:
        shell.end()


def test_the_view_shows_the_entry_its_checks_and_what_clients_are_told(agent, server, run):
    served = server()
    ours = run(served, agent)
    registered(ours, agent)
    environment = clean_environment(
        {"CONSUL_HTTP_ADDR": agent.address, "CONSUL_DNS_ADDR": f"127.0.0.1:{agent.dns}"}
    )

    def view():
        options = {"capture_output": True, "text": True, "timeout": 20, "check": True}
        return subprocess.run([WATCH, "web"], env=environment, **options).stdout

    assert f"{ID}  {served.port}\n" in view()
    assert [f"{ID}:{check}  passing\n" in view() for check in ("alive", "ready")] == [True, True]
    assert view().endswith("dig web.service.consul\n  127.0.0.1\n")

    assert ours.stop() == 0
    assert ID not in view() and view().endswith("dig web.service.consul\n")
