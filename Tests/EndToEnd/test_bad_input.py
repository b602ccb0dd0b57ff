"""What can't work is refused in one clear line, before anything is started or registered."""

import os
import stat

import pytest

NAMED = ["--name", "web"]
PORT = ["--name", "web", "--port", "8080"]

# What is wrong, the options, the environment, and what the line has to name.
REFUSED = [
    ("unknown option", [*PORT, "--bogus"], {}, ["--bogus"]),
    ("misspelt option", [*PORT, "--tll", "3s"], {}, ["--tll"]),
    ("service file that isn't there", [*PORT, "--service-file", "/none"], {}, ["--service-file", "/none"]),
    ("option without its dash", ["-name", "web"], {}, ["-name"]),
    ("value for what takes none", [*PORT, "--no-register=yes"], {}, ["--no-register"]),
    ("no name", ["--port", "8080"], {}, ["--name"]),
    ("empty name", ["--name", "", "--port", "8080"], {}, ["--name"]),
    ("name twice", ["--name", "a", "--name", "b"], {}, ["--name"]),
    ("port 0", [*NAMED, "--port", "0"], {}, ["--port"]),
    ("port 65536", [*NAMED, "--port", "65536"], {}, ["--port", "65535"]),
    ("port abc", [*NAMED, "--port", "abc"], {}, ["--port", "abc"]),
    ("port -1", [*NAMED, "--port", "-1"], {}, ["--port"]),
    ("port with a space", [*NAMED, "--port", " 80"], {}, ["--port"]),
    ("port 0 in the environment", [], {"SERVICE_NAME": "web", "SERVICE_PORT": "0"}, ["SERVICE_PORT"]),
    ("port in words in the environment", NAMED, {"SERVICE_PORT": "http"}, ["SERVICE_PORT", "http"]),
    ("advertised port 0", [*PORT, "--advertise-port", "0"], {}, ["--advertise-port"]),
    ("id that path cleaning changes", [*PORT, "--id", "a/../b"], {}, ["--id", "a/../b"]),
    ("id ..", [*PORT, "--id", ".."], {}, ["--id"]),
    ("id with a slash first", [*PORT, "--id", "/a"], {}, ["--id"]),
    ("id with two slashes", [*PORT, "--id", "a//b"], {}, ["--id"]),
    ("id in the environment", PORT, {"SERVICE_ID": "./a"}, ["SERVICE_ID"]),
    ("address of nobody", [*PORT, "--address", "0.0.0.0"], {}, ["--address", "0.0.0.0"]),
    ("meta without =", [*PORT, "--meta", "version"], {}, ["--meta", "version"]),
    ("meta key with a space", [*PORT, "--meta", "a b=c"], {}, ["--meta"]),
    ("meta value of 513 bytes", [*PORT, "--meta", "a=" + "x" * 513], {}, ["--meta", "512"]),
    ("ttl without a unit", [*PORT, "--ttl", "15"], {}, ["--ttl", "unit"]),
    ("ttl in words", [*PORT, "--ttl", "soon"], {}, ["--ttl", "soon"]),
    ("negative ttl", [*PORT, "--ttl", "-3s"], {}, ["--ttl"]),
    ("ttl in the environment", PORT, {"SERVICE_CHECK_TTL": "15"}, ["SERVICE_CHECK_TTL", "unit"]),
    ("drain without a unit", [*PORT, "--drain", "5"], {}, ["--drain", "unit"]),
    ("stop time-out without a unit", [*PORT, "--stop-timeout", "5"], {}, ["--stop-timeout"]),
    ("ready time-out without a unit", [*PORT, "--ready-timeout", "5"], {}, ["--ready-timeout"]),
    ("reap time without a unit", [*PORT, "--deregister-after", "60"], {}, ["--deregister-after"]),
    ("stop signal that is none", [*PORT, "--stop-signal", "STOPP"], {}, ["--stop-signal", "STOPP"]),
    ("stop signal that can't be caught", [*PORT, "--stop-signal", "KILL"], {}, ["--stop-signal"]),
    ("unknown probe", [*PORT, "--ready", "udp"], {}, ["--ready", "udp"]),
    ("probe of a host name", [*PORT, "--ready", "tcp://db:5432"], {}, ["--ready", "tcp://db:5432"]),
    ("one ID for two ports", [*PORT, "--port", "81", "--id", "a"], {}, ["--id", "SERVICE_8080_ID"]),
    ("check without a path", PORT, {"SERVICE_CHECK_HTTP": "health"}, ["SERVICE_CHECK_HTTP", "health"]),
    ("tcp probe without a port", [*NAMED, "--ready", "tcp"], {}, ["--ready"]),
    ("Consul by tcp://", [*PORT, "--consul-addr", "tcp://127.0.0.1:8500"], {}, ["--consul-addr", "tcp://"]),
    ("the same in the environment", PORT, {"CONSUL_HTTP_ADDR": "tcp://x"}, ["CONSUL_HTTP_ADDR", "tcp://x"]),
    ("Consul by https://", [*PORT, "--consul-addr", "https://consul:8501"], {}, ["--consul-addr", "TLS"]),
    (
        "https:// in the environment",
        PORT,
        {"CONSUL_HTTP_ADDR": "https://consul:8501"},
        ["CONSUL_HTTP_ADDR", "TLS"],
    ),
    ("CONSUL_HTTP_SSL", PORT, {"CONSUL_HTTP_SSL": "true"}, ["CONSUL_HTTP_SSL", "TLS"]),
    ("Consul's port 70000", [*PORT, "--consul-addr", "127.0.0.1:70000"], {}, ["--consul-addr"]),
    ("Consul's socket without a path", [*PORT, "--consul-addr", "unix://"], {}, ["--consul-addr"]),
    (
        "token file that isn't there",
        [*PORT, "--token-file", "/nonexistent/token"],
        {},
        ["/nonexistent/token"],
    ),
    ("token file that is a directory", [*PORT, "--token-file", "/"], {}, ["token", "/"]),
    (
        "the same in the environment",
        PORT,
        {"CONSUL_HTTP_TOKEN_FILE": "/nonexistent/token"},
        ["/nonexistent/token"],
    ),
    ("log level", [*PORT, "--log-level", "chatty"], {}, ["--log-level", "chatty"]),
    ("log format", [*PORT, "--log-format", "xml"], {}, ["--log-format", "xml"]),
]


@pytest.fixture
def marker(tmp_path):
    """A command that leaves a file behind if it is started."""
    path = tmp_path / "started"
    return path, ["sh", "-c", 'touch "$1"', "sh", path]


def refusal(run):
    """The one line of a run that was refused."""
    assert run.wait(within=2) == 125, run.log
    assert run.output == []
    lines = run.log.splitlines()
    assert len(lines) == 1 and run.log.endswith("\n"), run.log
    assert lines[0].startswith("servicewrapper: "), lines[0]
    return lines[0]


@pytest.mark.parametrize(
    "options, environment, named", [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_it_is_refused_with_125_and_one_line_that_names_it(
    wrapper, fake_consul, marker, options, environment, named
):
    consul = fake_consul()
    path, command = marker
    if not any("CONSUL_HTTP_ADDR" in key for key in environment) and "--consul-addr" not in options:
        environment = {"CONSUL_HTTP_ADDR": consul.address, **environment}

    line = refusal(wrapper(*options, "--", *command, environment=environment))
    for word in named:
        assert word in line
    assert not path.exists(), "nothing was started"
    assert consul.accepted == 0, "nothing was registered"


@pytest.mark.parametrize("arguments", [[], PORT, [*PORT, "--"]], ids=["nothing at all", "options", "dashes"])
def test_no_command_is_refused(wrapper, arguments):
    assert "command" in refusal(wrapper(*arguments)).lower()


def test_a_missing_value_is_refused(wrapper):
    assert "--port" in refusal(wrapper("--name", "web", "--port"))


@pytest.mark.root
@pytest.mark.needs("setpriv")
def test_a_token_file_that_we_may_not_read_is_refused(wrapper, tmp_path):
    file = tmp_path / "token"
    file.write_text("secret-word\n")
    file.chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    nobody = ["setpriv", "--reuid", "65534", "--clear-groups"]
    line = refusal(wrapper(*PORT, "--token-file", file, "--", "true", prefix=nobody))
    assert str(file) in line and "secret-word" not in line


def test_a_name_that_dns_cannot_carry_is_warned_about_and_registered(wrapper, server, agent):
    served = server()
    options = ["--name", "web_1.x", "--id", "odd", "--port", served.port]
    ours = wrapper(*options, "--", *served.command, consul=agent)
    line = ours.logs("DNS")
    assert "warning" in line and "web_1.x" in line
    served.event("accepting")
    ours.logs("registered")
    assert agent.service("odd")["Service"] == "web_1.x"


# Commands that can't be run


@pytest.fixture
def not_executable(tmp_path):
    path = tmp_path / "data"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o644)
    return path


@pytest.fixture
def without_interpreter(tmp_path):
    path = tmp_path / "script"
    path.write_text("#!/nonexistent/interpreter\n")
    path.chmod(0o755)
    return path


def fails_to_start(wrapper, agent, command, status):
    ours = wrapper("--name", "web", "--id", "never", "--", command, consul=agent)
    assert ours.wait(within=3) == status, ours.log
    errors = [line for line in ours.lines() if str(command) in line]
    assert len(errors) == 1, ours.log
    assert agent.service("never") is None and agent.in_catalog("web") == []


def test_a_directory_is_found_but_cannot_be_executed(wrapper, agent, tmp_path):
    fails_to_start(wrapper, agent, tmp_path, 126)


def test_a_file_that_is_not_executable_is_found_but_cannot_be_executed(wrapper, agent, not_executable):
    fails_to_start(wrapper, agent, not_executable, 126)


@pytest.mark.parametrize("command", ["/nonexistent/command", "no-such-command"])
def test_a_command_that_is_not_there_is_not_found(wrapper, agent, command):
    fails_to_start(wrapper, agent, command, 127)


def test_a_script_whose_interpreter_is_missing_is_not_found(wrapper, agent, without_interpreter):
    fails_to_start(wrapper, agent, without_interpreter, 127)


# What is not bad input


def test_what_follows_the_command_is_the_command_s_own(wrapper):
    listing = wrapper("--name", "web", "--no-register", "ls", "-l", "--version", "/")
    assert listing.wait() == 0
    assert b"coreutils" in b"".join(listing.output)


def test_two_dashes_end_the_options(wrapper):
    echo = wrapper("--name", "web", "--no-register", "--", "echo", "--", "--name")
    assert echo.wait() == 0
    assert b"".join(echo.output) == b"-- --name\n"


def test_an_option_may_carry_its_value_behind_an_equals_sign(wrapper):
    said = wrapper("--name=web", "--port=8080", "--dry-run", "--", "true")
    assert said.wait() == 0
    assert b'"web"' in b"".join(said.output)
