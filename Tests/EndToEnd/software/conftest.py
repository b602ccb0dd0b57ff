"""Real programs, as their users run them: in a container with servicewrapper as PID 1."""

import pytest

from ..container import Container


@pytest.fixture
def container(agent):
    """Runs a command as service `name`: registered with the shared agent, and ended with the test."""
    containers = []

    def run(name, command, *options, **how):
        containers.append(Container(command, *options, agent=agent, name=name, **how))
        return containers[-1]

    yield run
    for one in containers:
        one.kill()
