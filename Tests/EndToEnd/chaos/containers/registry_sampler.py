"""Samples the agent's services, and the memory and descriptors of the watcher."""

import dataclasses
import threading
import time

from ...wrapper import descriptors, memory

EVERY = 0.04  # seconds between two looks


@dataclasses.dataclass
class Removal:
    """A registration that was there at one look and not at the next: between when, and whose."""

    before: float
    after: float
    service: str
    container: str
    # The last look without it.
    appeared: float


class RegistrySampler:
    """A context."""

    def __init__(self, environment):
        self._environment, self._ends = environment, threading.Event()
        self.removals, self.samples, self._appeared = [], 0, {}
        self.most_memory, self.most_descriptors = 0, 0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()

    def _watch(self):
        last = None
        while not self._ends.wait(EVERY):
            asked = time.monotonic()
            services = registered(self._environment.agent)
            if services is not None:
                self.samples += 1
                if last:
                    self._compare(*last, services, time.monotonic())
                last = asked, services
            self._measure_watcher()

    def _compare(self, before, those, these, after):
        for service, container in those.items():
            if these.get(service) != container:
                appeared = self._appeared.get(service, 0)
                self.removals.append(Removal(before, after, service, container, appeared))
        for service, container in these.items():
            if those.get(service) != container:
                self._appeared[service] = before

    def _measure_watcher(self):
        try:
            pid = self._environment.watchers[-1].pid
            self.most_memory = max(self.most_memory, memory(pid, "Rss"))
            self.most_descriptors = max(self.most_descriptors, descriptors(pid))
        except (OSError, IndexError, StopIteration):
            pass  # it is dead just now


def registered(agent):
    """The container of each service of the agent by the service's ID; None if the agent doesn't answer."""
    try:
        services = agent.services()
    except (OSError, ValueError):
        return None
    return services and {one: service["Meta"].get("container-id") for one, service in services.items()}
