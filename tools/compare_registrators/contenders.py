"""Who is compared, and how each is called."""

import dataclasses
import shutil
import subprocess
from collections.abc import Callable

from Tests.EndToEnd.watcher.servicewatcher import SERVICEWATCHER
from Tests.EndToEnd.wrapper import Wrapper

REGISTRATOR = "registrator"


@dataclasses.dataclass(frozen=True)
class Contender:
    """`words` are its arguments, of the engine's address and the agent's."""

    name: str
    program: str
    words: Callable[[str, str], list]

    def start(self, engine, consul, prefix=()):
        where = {"DOCKER_HOST": engine}
        return Wrapper(self.words(engine, consul), where, prefix, self.program)

    @property
    def path(self):
        return shutil.which(self.program)

    @property
    def version(self):
        said = subprocess.run([self.path, "--version"], capture_output=True, text=True, check=False).stdout
        return said.split()[-1]


def _registrator(*options):
    words = lambda engine, consul: [*options, f"consul://{consul}"]  # noqa: E731
    return Contender(" ".join([REGISTRATOR, *options]), REGISTRATOR, words)


OURS = Contender(
    "servicewatcher",
    SERVICEWATCHER,
    lambda engine, consul: ["--engine", engine, "--consul-addr", consul],
)
# As it is when nothing is said, and with every option that is for one of the cases.
THEIRS = (_registrator(), _registrator("-cleanup", "-resync", "5", "-retry-attempts", "-1"))


def found():
    """Ours, and registrator if it is installed."""
    return [OURS, *THEIRS] if THEIRS[0].path else [OURS]
