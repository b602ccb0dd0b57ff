"""Which containers live, by the kernel: each container's process holds a connection to us while it runs."""

import dataclasses
import time

from ...fakes import TCPServer


@dataclasses.dataclass
class Life:
    """One life of a container, in seconds of CLOCK_MONOTONIC. `who` is NAME#NUMBER: the container's name, and
    how many there have been of that name."""

    who: str
    since: float
    until: float = float("inf")

    def covers(self, a, b):
        return self.since <= a and b <= self.until

    @property
    def container_name(self):
        return self.who.partition("#")[0]

    def is_older_than(self, seconds):
        """And lives."""
        return self.until == float("inf") and time.monotonic() - self.since > seconds


class LifeTracker(TCPServer):
    """A context."""

    def __init__(self):
        super().__init__()
        self.lives = []

    def serve(self, connection):
        with connection.makefile("rb") as lines:
            life = Life(lines.readline().decode().strip(), time.monotonic())
            self.lives.append(life)
            try:
                lines.read()
            finally:
                life.until = time.monotonic()

    def living(self):
        return {life.who for life in list(self.lives) if life.until == float("inf")}

    def last_change(self):
        """When a container last started or ended."""
        moments = [moment for life in list(self.lives) for moment in (life.since, life.until)]
        return max((moment for moment in moments if moment < float("inf")), default=0)
