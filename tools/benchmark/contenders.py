"""Who is compared: how each is called, and what it is made of."""

import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
from collections.abc import Callable

from Tests.EndToEnd.ports import free_port
from Tests.EndToEnd.started import start
from Tests.EndToEnd.wrapper import SERVICEWRAPPER, clean_environment

OURS, NOBODY = "servicewrapper", "no init"
_SHELL_TOOLS = ("sh", "curl", "sleep", "grep", "hostname")
_SHELL_WRAPPER = pathlib.Path(__file__).with_name("shell-wrapper")


@dataclasses.dataclass(frozen=True)
class Service:
    """What a process is to be registered as. `folder` is for what has to be in a file; `called` is another name
    than its own."""

    consul: str
    folder: pathlib.Path
    ttl: int = 15  # seconds: the default
    port: int | str = dataclasses.field(default_factory=free_port)
    called: str = ""

    @property
    def name(self):
        return self.called or f"bench-{self.port}"


def redis(service):
    """The command of one, with nothing to write."""
    quiet = ["--save", "", "--logfile", "/dev/null", "--dir", service.folder]
    return ["redis-server", "--port", service.port, *quiet]


@dataclasses.dataclass(frozen=True)
class Contender:
    """`parts` are the programs that it is made of, the first one itself; `package` is where it is from."""

    name: str
    command: Callable[[Service, list], list]
    parts: tuple = ()
    package: str = ""
    registers: bool = False

    def start(self, service, *process, **options):
        return start(self.command(service, [*map(str, process)]), env=clean_environment(), **options)

    @property
    def version(self):
        if self.package:
            return package_version(self.package)
        said = subprocess.run([self.parts[0], "--version"], capture_output=True, text=True, check=False)
        return (re.findall(r"\d+\.\d+\S*", said.stdout + said.stderr) or ["unknown"])[0]


def package_version(package):
    query = ["dpkg-query", "--show", "--showformat", "${Version}", package]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout or "unknown"


def _ours(service, process):
    options = ["--name", service.name, "--port", str(service.port), "--consul-addr", service.consul]
    return [SERVICEWRAPPER, *options, "--ttl", f"{service.ttl}s", "--", *process]


def _shell(service, process):
    about = [service.name, str(service.port), service.consul, str(service.ttl)]
    return [str(_SHELL_WRAPPER), *about, *process]


def _containerpilot(service, process):
    """Version 3: one job, whose health is that its port accepts; it dials no port by itself."""
    config = service.folder / f"{service.name}.json5"
    health = {"exec": ["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{service.port}"]}
    health |= {"interval": max(1, service.ttl // 3), "ttl": service.ttl}
    job = {"name": service.name, "exec": process, "port": service.port, "health": health}
    job |= {"interfaces": ["static:127.0.0.1"], "restarts": "never", "logging": {"raw": True}}
    control = {"socket": str(config.with_suffix(".socket"))}
    # It takes all of the stop time-out for each stop, and a second is the least.
    whole = {"consul": service.consul, "control": control, "jobs": [job], "stopTimeout": 1}
    whole |= {"logging": {"level": "ERROR"}}
    config.write_text(json.dumps(whole), encoding="utf-8")
    return ["containerpilot", "-config", str(config)]


def _init(*words):
    return lambda _, process: [*words, *process]


_ALL = (
    Contender(OURS, _ours, (SERVICEWRAPPER,), registers=True),
    Contender("tini", _init("tini", "-s", "--"), ("tini",), "tini"),
    Contender("tini-static", _init("tini-static", "-s", "--"), ("tini-static",), "tini"),
    Contender("dumb-init", _init("dumb-init", "--"), ("dumb-init",), "dumb-init"),
    Contender("catatonit", _init("catatonit", "--"), ("catatonit",), "catatonit"),
    Contender("sh + curl", _shell, (str(_SHELL_WRAPPER), *_SHELL_TOOLS), "curl", registers=True),
    Contender("ContainerPilot", _containerpilot, ("containerpilot",), registers=True),
    # What the process costs by itself.
    Contender(NOBODY, _init()),
)


def found():
    """Those that are installed here."""
    return [one for one in _ALL if all(map(shutil.which, one.parts))]
