"""The walk-through of docs/story.md, run as it is written. Only the ports are others."""

import os
import re
import subprocess

import pytest

from .literate import Shell, steps
from .ports import free_port
from .promises import ID, registered
from .repository import ROOT
from .wrapper import SERVICEWRAPPER, clean_environment

STORY, WATCH = ROOT / "docs" / "story.md", ROOT / "examples" / "redis-with-wrapper" / "watch"

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("unshare", "consul", "redis-server", "redis-cli", "curl", "dig", "pkill"),
]


def test_the_story_shows_what_happens(own_agent, tmp_path):
    agent = own_agent()
    ports = {"8500": agent.http, "8600": agent.dns, "6379": free_port()}

    def ours(text):
        return re.sub(r"\b(8500|8600|6379)\b", lambda port: str(ports[port[0]]), text)

    environment = clean_environment({"CONSUL_HTTP_ADDR": agent.address})
    environment["PATH"] = f"{os.path.dirname(SERVICEWRAPPER)}:{environment['PATH']}"
    # unshare of util-linux 2.38 complains about its own signal mask when its child was killed.
    shell = Shell(ours=ours, unsaid="unshare: sigprocmask", env=environment, cwd=tmp_path)
    try:
        told = list(steps(STORY))
        assert len(told) > 20
        for _, command, expected in told:
            shell.follow(command, expected)
    finally:
        shell.end()


def test_the_view_shows_the_entry_its_checks_and_the_dns_answer(agent, server, run):
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
