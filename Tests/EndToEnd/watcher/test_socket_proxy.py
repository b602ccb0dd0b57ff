"""Behind a proxy that lets five requests through, and as a user who may do no more than ask."""

import http.client
import os
import pathlib
import re
import shutil
import tempfile

import pytest

from ..ports import free_port
from ..repository import ROOT
from ..started import kill, start
from ..waiting import eventually
from . import servicewatcher
from .servicewatcher import SERVICEWATCHER, Watcher, count_looks

CONFIGURATION = ROOT / "examples" / "servicewatcher" / "haproxy.cfg"
NOBODY, GROUP = 65534, 54321


@pytest.fixture
def behind(tmp_path):
    """The example's haproxy before an engine: its port."""
    proxies = []

    def start_proxy(engine):
        port, file = free_port(), tmp_path / "haproxy.cfg"
        text = CONFIGURATION.read_text(encoding="ascii")
        text = text.replace("unix@/var/run/docker.sock", engine.address.replace("unix://", "unix@"))
        file.write_text(text.replace("127.0.0.1:2375", f"127.0.0.1:{port}"), encoding="ascii")
        proxies.append(start(["haproxy", "-f", file]))
        eventually(lambda: ask(port, "GET", "/version") == 200, 10, "haproxy")
        return port

    yield start_proxy
    for one in proxies:
        kill(one)


def ask(port, method, path):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path)
        return connection.getresponse().status
    except ConnectionError:
        return None


ID = "0" * 64
REFUSED = [
    ("POST", "/v1.41/containers/create"),
    ("POST", f"/v1.41/containers/{ID}/kill"),
    ("POST", "/v1.41/events"),
    ("PUT", f"/v1.41/containers/{ID}/json"),
    ("DELETE", f"/v1.41/containers/{ID}"),
    ("GET", f"/v1.41/containers/{ID}/archive?path=/"),
    ("GET", f"/v1.41/containers/{ID}/../{ID}/logs"),
    ("GET", f"/v1.41/containers/{ID}/json/../logs"),
    ("GET", "/v1.41/containers/name/json"),
    ("GET", "/v1.41/images/json"),
    ("GET", "/v1.41/info/../images/json"),
    ("GET", "/v1/info"),
    ("GET", "/v1.41/v1.41/info"),
    ("POST", "/info"),
    ("GET", "/images/json"),
    ("GET", "/v1.41/eventsx"),
    ("GET", "/events/../v1.41/images/json"),
]  # fmt: skip


@pytest.mark.needs("haproxy")
def test_the_proxy_passes_exactly_the_requests_of_the_watcher(docker, agent, served, watch, behind):
    port = behind(docker)
    for method, path in REFUSED:
        assert ask(port, method, path) == 403, f"{method} {path}"
    ours = watch(f"tcp://127.0.0.1:{port}", agent).watches()
    killed, alive = served(docker, name="killed"), served(docker, name="alive")
    killed.container.ask("kill")
    ours.until(killed.is_clean)
    assert alive.is_passing() and ours.lines("warning") == []


@pytest.mark.needs("haproxy")
def test_the_engine_behind_it_is_restarted(fake_engine, agent, watch, wrapped, behind, tmp_path):
    before = fake_engine(tmp_path / "engine.sock")
    dead = wrapped("web-1", before)
    looks = count_looks(agent)
    ours = watch(f"tcp://127.0.0.1:{behind(before)}", agent).has_asked(agent, looks)
    before.__exit__()
    (tmp_path / "engine.sock").unlink()
    ours.logs("warning")
    after = fake_engine(tmp_path / "engine.sock", identity=before.identity)
    ours.until(lambda: agent.service("web-1") is None)
    assert dead not in after.containers and len(ours.lines("warning")) == 1, ours.log


@pytest.fixture
def in_the_open():
    """A folder that everybody may enter, with the program."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        shutil.copy(SERVICEWATCHER, folder)
        yield pathlib.Path(folder)


@pytest.mark.root
@pytest.mark.needs("setpriv")
def test_a_user_needs_only_the_socket_s_group(fake_engine, agent, wrapped, in_the_open, monkeypatch):
    monkeypatch.setattr(servicewatcher, "SERVICEWATCHER", str(in_the_open / "servicewatcher"))
    engine = fake_engine(in_the_open / "engine.sock")
    os.chown(in_the_open / "engine.sock", 0, GROUP)
    os.chmod(in_the_open / "engine.sock", 0o660)
    engine.die(wrapped("web-1", engine))
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--no-new-privs", "--bounding-set=-all"]
    stranger = Watcher(engine, agent, prefix=[*user, "--clear-groups"])
    ours = None
    try:
        stranger.logs("Permission denied")
        assert agent.service("web-1")
        ours = Watcher(engine, agent, prefix=[*user, f"--groups={GROUP}"])
        ours.until(lambda: agent.service("web-1") is None)
        with open(f"/proc/{ours.pid}/status", encoding="ascii") as status:
            assert re.search(rf"^Uid:\t{NOBODY}\t{NOBODY}\t", status.read(), re.M)
    finally:
        for one in (stranger, ours):
            if one:
                one.kill()
