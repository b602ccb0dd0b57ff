"""One round: each target has its steps in order, all targets side by side; then all faults end."""

import time
from functools import partial

from ...waiting import eventually
from .action_thread import ActionThread
from .container_actions import LONGEST, NamedContainer
from .container_oracle import BEGUN
from .convergence import settle
from .life_tracker import LifeTracker
from .registry_sampler import RegistrySampler, registered
from .round_generator import CONTAINER_NAMES, format_details

OVER = 90  # seconds after the last step, by which everything is done


class Seen:
    """What happened, in seconds of CLOCK_MONOTONIC."""

    def __init__(self, plan):
        self.plan, self.events = plan, []  # (when, whom, what, how it went)
        self.identities = {}  # by `who`
        self.lives, self.faults, self.removals = [], [], []
        self.settled_in, self.differences, self.disputed, self.settling = None, [], [], ()
        self.most_memory, self.most_descriptors, self.samples, self.log = 0, 0, 0, ""
        self.broken = []

    def name(self, container):
        """`who` has this ID."""
        return next((who for who, identity in self.identities.items() if identity == container), None)


def perform(plan, environment, seen):
    with LifeTracker() as tracker, RegistrySampler(environment) as sampler:
        containers = {name: NamedContainer(name, environment, tracker, seen) for name in CONTAINER_NAMES}
        others = ("watcher", "dockerd", "agent", "socket", "variant")
        threads = {target: ActionThread(seen) for target in (*CONTAINER_NAMES, *others)}
        try:
            if environment.variant.deregisters_living:
                threads["variant"].do(
                    "a living container",
                    "deregister",
                    lambda: _deregister_living(environment, containers, tracker),
                )
            _play(plan, environment, containers, threads)
            _end_all_faults(containers, threads)
            settle(environment, containers, tracker, seen)
        finally:
            seen.lives, seen.faults, seen.removals = tracker.lives, environment.faults, sampler.removals
            seen.samples, seen.log = sampler.samples, environment.log()
            seen.most_memory, seen.most_descriptors = sampler.most_memory, sampler.most_descriptors
            for thread in threads.values():
                thread.end()


def _deregister_living(environment, containers, tracker):
    """Deregisters containers that have run for long enough to be missed."""
    taken = []
    for _ in range(5):

        def who():
            lives = [
                life for life in list(tracker.lives) if life.is_older_than(2 * BEGUN) and life not in taken
            ]
            services = registered(environment.agent) or {}
            return [life for life in lives if containers[life.container_name].service_id in services]

        taken.append(eventually(who, LONGEST, "a living container", every=0.1)[0])
        environment.agent.put(
            f"/v1/agent/service/deregister/{containers[taken[-1].container_name].service_id}"
        )
    return " ".join(life.who for life in taken)


def _play(plan, environment, containers, threads):
    began = time.monotonic()
    for at, target, what, more in plan.steps:
        time.sleep(max(0, began + at - time.monotonic()))
        act = containers[target].do if target in containers else partial(_fault, environment, target)
        threads[target].do(target, f"{what} {format_details(more)}".rstrip(), partial(act, what, more))
    wait_for(threads.values())


def _fault(environment, target, what, more):
    environment.inject(target, what, more)
    time.sleep(more["lasts"])
    environment.repair(target, what)


def _end_all_faults(containers, threads):
    """Each fault has ended with its step. Only a paused wrapper is left."""
    for name, named in containers.items():
        if named.is_wrapped:
            threads[name].do(name, "unpause", named.unpause)
    wait_for(threads.values())


def wait_for(threads):
    eventually(lambda: all(thread.is_done() for thread in threads), OVER, "every operation done", every=0.02)
