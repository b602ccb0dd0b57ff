"""Python's own web server: INT ends it tidily, TERM by its default action, and it knows no reload."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from ..container import NAMESPACE, children_of
from ..ports import free_port
from ..started import kill, start
from ..waiting import always, eventually

pytestmark = [pytest.mark.root, pytest.mark.needs("unshare")]


class WebServer:
    def __init__(self, container, folder):
        self._container, self._folder, self.port = container, folder, free_port()
        (folder / "greeting").write_text("one")

    @property
    def command(self):
        command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(self.port)]
        return [*command, "--directory", str(self._folder)]

    def run(self, *options):
        return self._container("web", self.command, *options, port=self.port)

    def greets(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/greeting", timeout=5) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            return None


@pytest.fixture
def web(container, tmp_path):
    return WebServer(container, tmp_path)


@pytest.fixture
def as_pid_1(web):
    """The web server where servicewrapper would be."""
    process = start([*NAMESPACE, *web.command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield process
    kill(process)


def test_as_pid_1_itself_it_would_not_see_term(web, as_pid_1):
    eventually(web.greets, 20, "the server")
    os.kill(children_of(as_pid_1.pid)[0], signal.SIGTERM)
    always(lambda: web.greets() == "one", during=0.3, what="serving on")


def test_term_ends_it_by_its_default_action(web):
    ours = web.run().serves()
    assert web.greets() == "one"
    ours.send(signal.SIGTERM)
    assert ours.ends() == 128 + signal.SIGTERM


def test_an_expected_143_is_success(web):
    ours = web.run("--expect-exit", "143").serves()
    assert web.greets() == "one"
    ours.send(signal.SIGTERM)
    assert ours.ends() == 0


def test_another_status_stays_where_143_is_expected(web):
    ours = web.run("--expect-exit", "143").serves()
    os.kill(ours.main, signal.SIGKILL)
    assert ours.ends() == 128 + signal.SIGKILL


@pytest.mark.parametrize(
    "stop, options", [("INT", []), ("TERM", ["--rewrite", "TERM:INT"])], ids=["int", "rewrite"]
)
def test_int_ends_it_tidily(web, stop, options):
    ours = web.run(*options).serves()
    assert web.greets() == "one"
    ours.send(getattr(signal, f"SIG{stop}"))
    assert ours.ends() == 0
    assert b"Keyboard interrupt received, exiting." in b"".join(ours.output)


def test_it_is_out_of_consul_and_still_answers_until_the_drain_is_over(web):
    ours = web.run("--drain", "1m").serves()
    ours.send(signal.SIGTERM)
    ours.is_withdrawn()
    assert web.greets() == "one"
    ours.send(signal.SIGTERM)
    assert ours.ends() == 128 + signal.SIGTERM


def test_hup_ends_python(web):
    ours = web.run().serves()
    ours.send(signal.SIGHUP)
    assert ours.ends() == 128 + signal.SIGHUP


def test_a_dropped_hup_does_not_end_python(web):
    ours = web.run("--rewrite", "HUP:0").serves()
    ours.passes_on(signal.SIGHUP)
    assert web.greets() == "one" and ours.agent.is_passing(ours.id)
    ours.send(signal.SIGTERM)
    assert ours.ends() == 128 + signal.SIGTERM
