"""PostgreSQL: three stop signals, three shutdowns. TERM waits for the clients, INT ends them, QUIT leaves the
recovery to the next start. HUP reloads."""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from ..ports import free_port
from ..started import kill, start
from ..waiting import always, eventually

pytestmark = [pytest.mark.root, pytest.mark.needs("unshare", "setpriv", "psql", "pg_ctlcluster")]

# It refuses to run as root. Unlike runuser and su, setpriv becomes the command: no parent stays between.
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def program(name):
    return sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))[-1]


@pytest.fixture(scope="session")
def fresh_cluster():
    """A data directory that nobody has used; pytest's own folders are root's alone."""
    folder = Path(tempfile.mkdtemp(prefix="servicewrapper-postgresql-"))
    shutil.chown(folder, "postgres", "postgres")
    initdb = [program("initdb"), "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"]
    command = [*AS_POSTGRES, *initdb, "--no-sync", "--pgdata", folder / "fresh"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
    yield folder / "fresh"
    shutil.rmtree(folder)


class Session:
    """A client that stays: psql, fed line by line."""

    def __init__(self, command):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = start(command, text=True, **pipes)

    def ask(self, query):
        """The first line of the answer; empty where the session is over."""
        self.process.stdin.write(query + ";\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def close(self):
        """Returns what it complained about."""
        return self.process.communicate(timeout=20)[1]


class PostgreSQL:
    def __init__(self, container, data):
        self._container, self._data, self.port = container, data, free_port()
        self._sessions = []

    def run(self, *options, inside=AS_POSTGRES, around=(), until="ready to accept connections", **how):
        # Nothing here outlives the machine, so nothing waits for the disk.
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": ""}
        settings |= {"fsync": "off", "shared_buffers": "16MB"}
        command = [*inside, program("postgres"), "-D", str(self._data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        how |= {"port": self.port, "prefix": around}
        ours = self._container("postgresql", command, *options, **how).serves()
        # The port accepts before the database does.
        eventually_logs(ours, until)
        return ours

    @property
    def _psql(self):
        return ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-qAtX"]

    def query(self, query):
        """The answer to a client of its own, or its complaint."""
        asked = subprocess.run(
            [*self._psql, "-c", query],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=20,
            check=False,
        )
        return asked.stdout.strip()

    def session(self):
        self._sessions.append(Session(self._psql))
        return self._sessions[-1]

    def configure(self, line):
        with open(self._data / "postgresql.conf", "a", encoding="utf-8") as configuration:
            configuration.write(line + "\n")

    def be_standby(self):
        (self._data / "standby.signal").touch()

    def end_sessions(self):
        for session in self._sessions:
            kill(session.process)
            for pipe in (session.process.stdin, session.process.stdout, session.process.stderr):
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


@pytest.fixture
def copy_of_cluster(fresh_cluster):
    copy = Path(tempfile.mkdtemp(prefix="data-", dir=fresh_cluster.parent))
    subprocess.run(["cp", "-a", f"{fresh_cluster}/.", copy], check=True, timeout=60)
    yield copy
    shutil.rmtree(copy)


@pytest.fixture
def postgresql(copy_of_cluster, container):
    one = PostgreSQL(container, copy_of_cluster)
    yield one
    one.end_sessions()


def eventually_logs(ours, text):
    """Its own words, on the same standard error as ours."""
    eventually(lambda: text in ours.log, 20, f"{text!r}; the log:\n{ours.log}")


def recovers(ours):
    """Whether this start had to put right what the last stop left."""
    assert ("database system was shut down at" in ours.log) != ("automatic recovery" in ours.log)
    return "automatic recovery" in ours.log


def test_int_ends_the_clients_and_the_next_start_has_nothing_to_recover(postgresql):
    ours = postgresql.run("--stop-signal", "INT")
    client = postgresql.session()
    assert client.ask("CREATE TABLE t AS SELECT 42 AS n; SELECT n FROM t") == "42"
    ours.send(signal.SIGINT)
    assert ours.ends() == 0
    assert "received fast shutdown request" in ours.log
    assert "database system is shut down" in ours.log
    assert client.ask("SELECT 1") == ""
    assert "terminating connection due to administrator command" in client.close()

    again = postgresql.run("--stop-signal", "INT")
    assert not recovers(again)
    assert postgresql.query("SELECT n FROM t") == "42"


def test_term_waits_for_the_clients_that_are_there_and_takes_no_new_ones(postgresql):
    ours = postgresql.run()
    client = postgresql.session()
    assert client.ask("SELECT 1") == "1"
    ours.send(signal.SIGTERM)
    eventually_logs(ours, "received smart shutdown request")
    assert not ours.is_registered() and not ours.is_found()
    assert "the database system is shutting down" in postgresql.query("SELECT 1")
    assert client.ask("SELECT 2") == "2"
    assert ours.is_running() and "database system is shut down" not in ours.log

    assert client.close() == ""
    assert ours.ends() == 0
    assert "database system is shut down" in ours.log
    assert not recovers(postgresql.run())


def test_quit_ends_at_once_and_the_next_start_recovers(postgresql):
    ours = postgresql.run("--stop-signal", "QUIT")
    client = postgresql.session()
    assert client.ask("CREATE TABLE t AS SELECT 42 AS n; SELECT n FROM t") == "42"
    ours.send(signal.SIGQUIT)
    assert ours.ends() == 0
    assert "received immediate shutdown request" in ours.log
    assert client.ask("SELECT 1") == ""
    # It may be gone before it has said why.
    said = client.close()
    assert "immediate shutdown command" in said or "closed the connection unexpectedly" in said

    again = postgresql.run()
    assert recovers(again)
    assert postgresql.query("SELECT n FROM t") == "42", "what was committed is kept"


def test_where_only_term_is_sent_rewriting_it_to_int_is_the_fast_shutdown(postgresql):
    ours = postgresql.run("--rewrite", "TERM:INT")
    client = postgresql.session()
    assert client.ask("SELECT 1") == "1"
    ours.send(signal.SIGTERM)
    assert ours.ends() == 0
    assert "received fast shutdown request" in ours.log and "smart" not in ours.log
    assert client.ask("SELECT 2") == ""
    assert "terminating connection due to administrator command" in client.close()
    assert not recovers(postgresql.run())


@pytest.mark.parametrize(
    "stop, options",
    [("INT", ["--stop-signal", "INT"]), ("TERM", ["--rewrite", "TERM:INT"])],
    ids=["stop-signal", "rewrite"],
)
def test_it_is_out_of_consul_and_still_answers_until_the_drain_is_over(postgresql, stop, options):
    ours = postgresql.run("--drain", "1m", *options)
    stop = getattr(signal, f"SIG{stop}")
    ours.send(stop)
    ours.is_withdrawn()
    assert postgresql.query("SELECT 6 * 7") == "42"
    assert "shutdown request" not in ours.log

    ours.send(stop)
    assert ours.ends() == 0
    assert "received fast shutdown request" in ours.log


def test_hup_loads_the_changed_configuration_and_it_stays_found(postgresql):
    ours = postgresql.run("--stop-signal", "INT")
    client = postgresql.session()
    assert client.ask("SHOW work_mem") == "4MB"
    postgresql.configure("work_mem = 7MB")
    ours.send(signal.SIGHUP)
    eventually(lambda: client.ask("SHOW work_mem") == "7MB", 20, "the new setting, in an old session")
    assert ours.agent.is_passing(ours.id)


@pytest.mark.parametrize(
    "where", [{"inside": AS_POSTGRES}, {"inside": (), "around": AS_POSTGRES}], ids=["command", "container"]
)
def test_it_runs_as_postgres_whether_servicewrapper_does_or_not(postgresql, where):
    ours = postgresql.run(environment={"SERVICE_STOP_SIGNALS": "INT"}, **where)
    owner = pwd.getpwnam("postgres").pw_uid
    assert {os.stat(f"/proc/{pid}").st_uid for pid in ours.processes()} == {owner}
    assert os.stat(f"/proc/{ours.pid}").st_uid == (owner if "around" in where else 0)
    assert postgresql.query("SELECT current_setting('port')") == str(postgresql.port)
    ours.send(signal.SIGINT)
    assert ours.ends() == 0
    assert "SIGINT: deregistered" in ours.log and "received fast shutdown request" in ours.log


@pytest.mark.needs("runuser")
def test_runuser_stays_between_and_keeps_int_to_itself(postgresql):
    """Which is why it isn't the way to become postgres."""
    ours = postgresql.run("--stop-signal", "INT", inside=["runuser", "-u", "postgres", "--"])
    ours.send(signal.SIGINT)
    ours.is_withdrawn()
    always(lambda: postgresql.query("SELECT 1") == "1", during=0.5, what="answering")
    assert "shutdown request" not in ours.log


def test_it_is_found_as_soon_as_its_port_accepts_even_while_it_recovers(postgresql):
    """Which a standby without queries never ends."""
    postgresql.configure("hot_standby = off")
    postgresql.be_standby()
    ours = postgresql.run(until="entering standby mode")
    assert "not accepting connections" in postgresql.query("SELECT 1")
    assert ours.is_found()


def test_the_probe_leaves_no_complaint_in_its_log(postgresql):
    ours = postgresql.run("--stop-signal", "INT", "--ttl", "1500ms")
    seen = len(ours.agent.log())
    beats = f"/v1/agent/check/update/{ours.id}%3Aready"
    eventually(lambda: ours.agent.log()[seen:].count(beats) >= 3, 10, "three more updates of its check")
    ours.send(signal.SIGINT)
    assert ours.ends() == 0
    assert "incomplete startup packet" not in ours.log and "FATAL" not in ours.log
