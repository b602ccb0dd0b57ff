"""examples/redis-with-wrapper/README.md, run as it is written: each command, in order, and what it shows."""

import shlex

import pytest

from ..literate import Shell, steps
from ..repository import ROOT
from ..wrapper import clean_environment

EXAMPLE = ROOT / "examples" / "redis-with-wrapper"

# All that is not as the page has it, and why.
OTHERS = [
    ("172.18.0.", "203.0.113."),  # Docker's own networks, and those that are for documentation
    ("docker run -it ", "docker run -i "),  # there is no terminal
    ("docker compose ", "docker-compose "),  # Debian's
    ("--name redis ", "--name redis -e SERVICE_CHECK_TTL=5s "),  # less to wait for
    ("docker stop deaf", "docker stop -t 1 deaf"),  # likewise
]
# What Docker says itself, IDs and names, is not on the page.
UNSHOWN = ("build", "compose", "kill", "network", "restart", "rm", "run -d", "start", "stop")
UNSHOWN = tuple(f"docker {verb} " for verb in UNSHOWN)


@pytest.fixture
def ours(bridged):
    """The test's text of the page's; Docker's socket is where this Docker's is."""
    socket = bridged.environment["DOCKER_HOST"].removeprefix("unix://")

    def replace(text):
        for theirs, other in [*OTHERS, ("-v /var/run/docker.sock:", f"-v {socket}:")]:
            text = text.replace(theirs, other)
        return text

    return replace


@pytest.fixture
def shells(bridged, ours):
    """The shell of the page's prompt: `$` on the host, the other in a container."""
    opened = {}
    environment = clean_environment(bridged.environment)

    def open_shell(prompt, command):
        opened[prompt] = Shell([*bridged.sandbox.prefix, *command], ours, env=environment, cwd=EXAMPLE)

    # nsenter leaves its caller's directory.
    open_shell("$", ["bash", "-c", 'cd "$0" && exec bash', str(EXAMPLE)])
    yield opened, open_shell
    for shell in opened.values():
        shell.end()


@pytest.mark.timeout(900)
@pytest.mark.needs("swift", "docker-compose")
def test_the_walk_through_shows_what_happens(shells, ours):
    opened, open_shell = shells
    for prompt, command, expected in steps(EXAMPLE / "README.md"):
        if command.startswith("docker run -it "):
            open_shell("toolbox#", shlex.split(ours(command)))
        elif command == "exit":
            opened[prompt].exit()
        elif command.startswith(UNSHOWN):
            assert not expected
            opened[prompt].succeed(command)
        else:
            opened[prompt].follow(command, expected)
