"""Three Consul servers, which elect a leader, and agents that join, each on a loopback address of its own."""

import os

from ..agent import Agent
from ..waiting import eventually

# As fast as Consul allows: an election takes a second or two instead of ten.
_FAST = ("-hcl", "performance { raft_multiplier = 1 }")


class Cluster:
    """A context."""

    def __init__(self, folder, clients=0):
        names = ["server1", "server2", "server3", *(f"client{number + 1}" for number in range(clients))]
        self._modes = [["-data-dir", os.path.join(folder, name), *_FAST] for name in names]
        members = [
            Agent(folder, node=name, mode=mode, host=f"127.0.{place + 11}.1")
            for place, (name, mode) in enumerate(zip(names, self._modes))
        ]
        self.servers, self.clients = members[:3], members[3:]
        for place, mode in enumerate(self._modes):
            mode += ["-server", "-bootstrap-expect", "3"] if place < 3 else []
            for server in self.servers:
                mode += ["-retry-join", f"{server.host}:{server.lan}"]
            mode += ["-retry-interval", "1s"]

    def __enter__(self):
        for member in self.members:
            member.launch()
        for member in self.members:
            eventually(member.works, within=30, what=f"{member.node}; see {member.log_path}", every=0.05)
        return self

    def __exit__(self, *_):
        for member in self.members:
            member.kill()

    @property
    def members(self):
        return self.servers + self.clients

    def leader(self):
        """By what the running servers say; None while they have none."""
        for server in self.servers:
            if server.is_running() and (address := server.get("/v1/status/leader")):
                return next((one for one in self.servers if f"{one.host}:{one.server}" == address), None)
        return None

    def followers(self):
        leader = eventually(self.leader, within=15, what="a leader")
        return [server for server in self.servers if server is not leader]
