"""nginx: reloads on HUP, finishes what is under way on QUIT, cuts it off on TERM. In the foreground, where a
container needs it, it heeds neither WINCH nor USR2."""

import signal
import socket
import urllib.error
import urllib.request

import pytest

from ..container import NAMESPACE
from ..ports import free_port
from ..waiting import always, eventually

pytestmark = [pytest.mark.root, pytest.mark.needs("unshare", "nginx")]

LARGE = 32 * 1024 * 1024  # bytes; more than both ends' socket buffers take

CONFIGURATION = """
daemon {daemon};
user root;  # the files are in a folder that is root's alone
pid {folder}/nginx.pid;
error_log {error_log} notice;
worker_processes 2;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder};
    location /greeting {{ return 200 "{greeting}"; }}
  }}
}}
"""


class Nginx:
    def __init__(self, container, folder):
        self._container, self._folder, self.port = container, folder, free_port()
        with open(folder / "large", "wb") as large:
            large.truncate(LARGE)

    def configure(self, greeting, daemon="off", error_log="stderr"):
        text = CONFIGURATION.format(
            folder=self._folder, port=self.port, greeting=greeting, daemon=daemon, error_log=error_log
        )
        (self._folder / "nginx.conf").write_text(text)

    @property
    def command(self):
        return ["nginx", "-c", str(self._folder / "nginx.conf")]

    def run(self, *options):
        return self._container("nginx", self.command, *options, port=self.port)

    def greets(self):
        """What a new connection gets; None where it gets none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/greeting", timeout=5) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            return None


class Download:
    """Of the large file, as far as the client has read it."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._socket.sendall(b"GET /large HTTP/1.0\r\n\r\n")
        head, _, body = self._socket.recv(65536).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        self.length = len(body)

    def read_on(self):
        """To its end; returns how many bytes of the body came in all."""
        try:
            while chunk := self._socket.recv(1024 * 1024):
                self.length += len(chunk)
        except ConnectionResetError:
            pass
        return self.length

    def close(self):
        self._socket.close()


@pytest.fixture
def nginx(container, tmp_path):
    one = Nginx(container, tmp_path)
    one.configure("one")
    return one


@pytest.fixture
def download(nginx):
    downloads = []

    def start():
        downloads.append(Download(nginx.port))
        return downloads[-1]

    yield start
    for one in downloads:
        one.close()


def workers(ours):
    return sorted(pid for pid in ours.processes() if pid != ours.main)


def eventually_logs(ours, text):
    """nginx's own words, on the same standard error as ours."""
    eventually(lambda: text in ours.log, 10, f"{text!r}; the log:\n{ours.log}")


def test_quit_finishes_a_download_that_is_under_way_and_takes_no_new_one(nginx, download):
    ours = nginx.run("--stop-signal", "QUIT").serves()
    under_way = download()
    ours.send(signal.SIGQUIT)
    ours.is_withdrawn()
    eventually(lambda: nginx.greets() is None, 10, "no new connection")
    assert ours.is_running()

    assert under_way.read_on() == LARGE
    assert ours.ends() == 0
    assert "SIGQUIT: deregistered nginx-1" in ours.log


def test_term_cuts_a_download_off(nginx, download):
    ours = nginx.run().serves()
    under_way = download()
    ours.send(signal.SIGTERM)
    assert ours.ends() == 0
    assert under_way.read_on() < LARGE


def test_where_only_term_is_sent_rewriting_it_to_quit_finishes_the_download(nginx, download):
    ours = nginx.run("--rewrite", "TERM:QUIT").serves()
    under_way = download()
    ours.send(signal.SIGTERM)
    ours.is_withdrawn()
    eventually(lambda: nginx.greets() is None, 10, "no new connection")

    assert under_way.read_on() == LARGE
    assert ours.ends() == 0
    assert "(SIGQUIT) received" in ours.log and "(SIGTERM) received" not in ours.log


@pytest.mark.parametrize(
    "stop, options",
    [("QUIT", ["--stop-signal", "QUIT"]), ("TERM", ["--rewrite", "TERM:QUIT"])],
    ids=["stop-signal", "rewrite"],
)
def test_it_is_out_of_consul_and_still_serves_until_the_drain_is_over(nginx, stop, options):
    ours = nginx.run("--drain", "1m", *options).serves()
    stop = getattr(signal, f"SIG{stop}")
    ours.send(stop)
    ours.is_withdrawn()
    assert nginx.greets() == "one"
    assert "(SIGQUIT) received" not in ours.log

    ours.send(stop)
    assert ours.ends() == 0
    assert "(SIGQUIT) received" in ours.log


def test_hup_loads_the_changed_configuration_and_it_stays_found(nginx):
    ours = nginx.run("--stop-signal", "QUIT").serves()
    before, main = workers(ours), ours.main
    assert nginx.greets() == "one"
    nginx.configure("two")
    ours.send(signal.SIGHUP)

    eventually(lambda: nginx.greets() == "two", 10, "the new greeting")
    eventually(lambda: not set(before) & set(workers(ours)), 10, "the old workers' end")
    assert ours.main == main and ours.zombies() == []
    assert ours.agent.is_passing(ours.id)


def test_hup_with_a_broken_configuration_keeps_the_old_one(nginx):
    ours = nginx.run("--stop-signal", "QUIT").serves()
    before = workers(ours)
    nginx.configure('two"; nonsense')
    ours.send(signal.SIGHUP)
    eventually_logs(ours, "[emerg]")
    assert nginx.greets() == "one" and workers(ours) == before
    assert ours.agent.is_passing(ours.id)


def test_winch_stops_no_worker_in_the_foreground(nginx):
    """Whoever looks on through a terminal changes its size; nginx heeds the signal as a daemon alone."""
    ours = nginx.run("--stop-signal", "QUIT").serves()
    before = workers(ours)
    ours.send(signal.SIGWINCH)
    eventually_logs(ours, "(SIGWINCH) received")
    always(lambda: workers(ours) == before, during=0.5, what="the same workers")
    assert nginx.greets() == "one" and ours.agent.is_passing(ours.id)


def test_usr2_starts_no_second_master_in_the_foreground(nginx):
    """nginx refuses while it has the parent it began with: in the foreground that is for ever."""
    ours = nginx.run("--stop-signal", "QUIT").serves()
    before = eventually(
        lambda: len(ours.processes()) == 3 and ours.processes(), what="master and two workers"
    )
    ours.send(signal.SIGUSR2)
    eventually_logs(ours, "(SIGUSR2) received from 1, ignoring")
    assert ours.processes() == before
    assert nginx.greets() == "one" and ours.agent.is_passing(ours.id)


def test_a_daemonized_nginx_ends_at_once(nginx, wrapper, agent, tmp_path):
    nginx.configure("one", daemon="on", error_log=tmp_path / "error.log")
    options = ["--name", "nginx", "--port", nginx.port]
    ours = wrapper(*options, "--", *nginx.command, consul=agent, prefix=NAMESPACE)
    assert ours.wait() == 0
    assert nginx.greets() is None and agent.in_catalog("nginx") == []
