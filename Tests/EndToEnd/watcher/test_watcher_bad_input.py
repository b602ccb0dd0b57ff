"""What can't work is refused in one clear line."""

import subprocess

import pytest

from ..wrapper import clean_environment
from .servicewatcher import SERVICEWATCHER

# The options, the environment, and what the line has to name.
REFUSED = [
    (["--bogus"], {}, ["--bogus"]),
    (["--intrenal"], {}, ["--intrenal", "--internal"]),
    (["--name", "web"], {}, ["--name"]),
    (["redis-server"], {}, ["redis-server"]),
    (["--", "redis-server"], {}, ["redis-server"]),
    (["-internal"], {}, ["-internal"]),
    (["--internal=perhaps"], {}, ["--internal"]),
    (["--engine"], {}, ["--engine"]),
    (["--engine", ""], {}, ["--engine"]),
    (["--engine", "/var/run/docker.sock"], {}, ["--engine", "unix:///"]),
    (["--engine", "unix://docker.sock"], {}, ["--engine", "unix:///"]),
    (["--engine", "unix:///" + "x" * 200], {}, ["--engine"]),
    (["--engine", "tcp://proxy"], {}, ["--engine", "tcp://proxy"]),
    (["--engine", "tcp://proxy:70000"], {}, ["--engine"]),
    (["--engine", "https://proxy:2376"], {}, ["--engine"]),
    (["--engine", "ssh://host"], {}, ["--engine", "ssh://host"]),
    (["--engine", "unix:///a", "--engine", "unix:///b"], {}, ["--engine"]),
    ([], {"DOCKER_HOST": "docker.sock"}, ["DOCKER_HOST", "docker.sock"]),
    (["--consul-addr", "tcp://127.0.0.1:8500"], {}, ["--consul-addr", "tcp://"]),
    (["--consul-addr", "https://consul:8501"], {}, ["--consul-addr", "TLS"]),
    ([], {"CONSUL_HTTP_ADDR": "https://consul"}, ["CONSUL_HTTP_ADDR", "TLS"]),
    (["--consul-addr", "127.0.0.1:70000"], {}, ["--consul-addr"]),
    (["--token-file", "/nonexistent/token"], {}, ["/nonexistent/token"]),
    (["--token-file", "/"], {}, ["token", "/"]),
    (["--ip", "auto"], {}, ["--ip"]),
    (["--ip", ""], {}, ["--ip"]),
    (["--ip", "0.0.0.0"], {}, ["--ip", "0.0.0.0"]),
    (["--tags", ""], {}, ["--tags"]),
    ([], {"SERVICEWATCHER_INTERNAL": "perhaps"}, ["SERVICEWATCHER_INTERNAL", "perhaps"]),
    ([], {"SERVICEWATCHER_CLEANUP_ONLY": "yes please"}, ["SERVICEWATCHER_CLEANUP_ONLY"]),
    (["--log-level", "chatty"], {}, ["--log-level", "chatty"]),
    (["--log-format", "xml"], {}, ["--log-format", "xml"]),
]


def run(options, environment=None):
    command = [SERVICEWATCHER, *options]
    how = {"capture_output": True, "text": True, "timeout": 10, "check": False}
    return subprocess.run(command, env=clean_environment(environment), **how)


@pytest.mark.parametrize(
    ("options", "environment", "named"), REFUSED, ids=[f"{one[0]}{one[1] or ''}"[:60] for one in REFUSED]
)
def test_a_wrong_command_line_is_refused_in_one_line(options, environment, named):
    done = run(options, environment)
    assert done.returncode == 125 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("servicewatcher: ") and all(word in line for word in named), line


def test_help_and_version_go_to_standard_output():
    for option, word in (("--help", "usage: servicewatcher"), ("--version", "servicewatcher ")):
        done = run([option])
        assert done.returncode == 0 and done.stdout.startswith(word) and done.stderr == ""
