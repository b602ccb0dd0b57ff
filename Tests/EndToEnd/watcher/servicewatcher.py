"""servicewatcher itself, the release binary, as a test runs it; and what it goes by."""

import os
import secrets

from ..waiting import Late, eventually
from ..wrapper import SERVICEWRAPPER, Wrapper

SERVICEWATCHER = os.path.abspath(
    os.environ.get("SERVICEWATCHER") or os.path.join(os.path.dirname(SERVICEWRAPPER), "servicewatcher")
)

BACK = 5.0  # seconds from the return of what was away until what was missed is taken out

with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
    BOOT_ID = file.read().strip()


class Watcher(Wrapper):
    """A running servicewatcher; `engine` is a socket's path, an address or whatever has one."""

    def __init__(self, engine, consul, *options, **how):
        engine = getattr(engine, "address", str(engine))
        addresses = ["--engine", engine if "://" in engine else f"unix://{engine}"]
        addresses += ["--consul-addr", getattr(consul, "address", consul)]
        super().__init__([*addresses, *options], program=SERVICEWATCHER, **how)

    def lines(self, containing=""):
        ours = [line for line in self.log.splitlines() if line.startswith("servicewatcher:")]
        return [line for line in ours if containing in line]

    def until(self, condition, within=5.0):
        """Waits for what it is to bring about."""
        try:
            return eventually(condition, within)
        except Late as late:
            raise Late(f"{late}; the log:\n{self.log[-2000:]}") from None

    def cleans(self, agent, within=BACK, service_id="web-1"):
        self.until(lambda: agent.service(service_id) is None, within)

    def troubles(self):
        return self.lines("servicewatcher: warning:") + self.lines("servicewatcher: error:")

    def has_asked(self, agent, looks):
        """Waits until the engine has no first question left to answer: the agent is looked at once for the list,
        and once for what was inspected. `looks` were before."""
        self.until(lambda: count_looks(agent) >= looks + 2, 10)
        return self

    def watches(self, within=10.0):
        """Waits until it has the engine's list."""
        self.logs("watching", within)
        return self


def count_looks(agent):
    return agent.finished("GET", "/v1/agent/services?filter=")


def new_id():
    """As engines name containers."""
    return secrets.token_hex(32)


def marks(container, boot=BOOT_ID, manager="servicewrapper", engine="docker"):
    """What a wrapper in this container writes into the Meta."""
    meta = {"managed-by": manager, "container-id": container, "boot-id": boot, "container-engine": engine}
    return {key: value for key, value in meta.items() if value}


def leave(agent, service_id, meta, name="web", **fields):
    """Registers a service by hand, without a check that would ever take it out."""
    agent.put("/v1/agent/service/register", {"ID": service_id, "Name": name, "Meta": meta, **fields})
    return service_id


def leave_dead(agent, service_id, meta, name="web"):
    """The same of a wrapper that died long ago: its check is critical."""
    check = {"CheckID": f"{service_id}:alive", "Name": "alive", "TTL": "10m", "Status": "critical"}
    return leave(agent, service_id, meta, name, Checks=[check])
