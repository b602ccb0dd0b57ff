"""One round: what is planned is done, one thing after the other to each, side by side to all; then all faults end."""

import http.client
import os
import queue
import signal
import threading
import time
import traceback

from census import Census, registered
from container import status
from drafting import SLOTS
from ports import free_port
from published import HOST
from real_engines import request
from roll import RollCall
from settling import LABEL, settle
from stage import IMAGE
from verdict import BEGUN
from waiting import eventually

LONGEST = 20  # seconds that the engine may take for anything
OVER = 90  # seconds after the last step, by which everything is done
HEARTBEATS = 3  # in a TTL


class Seen:
    """What happened, in seconds of CLOCK_MONOTONIC."""

    def __init__(self, plan):
        self.plan, self.events = plan, []  # (when, whom, what, how it went)
        self.identities = {}  # by `who`
        self.lives, self.fates, self.removals = [], [], []
        self.settled_in, self.differences, self.disputed, self.settling = None, [], [], ()
        self.most_memory, self.most_descriptors, self.looks, self.log = 0, 0, 0, ""
        self.broken = []

    def name(self, container):
        """`who` has this ID."""
        return next((who for who, identity in self.identities.items() if identity == container), None)


class Actor:
    """Does what is done to one, in order, in a thread that stays: what a thread started ends with it."""

    def __init__(self, seen):
        self._seen, self._todo = seen, queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def do(self, whom, what, action):
        self._todo.put((whom, what, action))

    def _work(self):
        while step := self._todo.get():
            whom, what, action = step
            began = time.monotonic()
            try:
                how = action()
            except (OSError, http.client.HTTPException, ValueError) as error:
                how = f"{type(error).__name__} {error}"
            except BaseException:
                how = "failed"
                self._seen.broken.append(traceback.format_exc())
            self._seen.events.append((began, whom, what, how))
            self._todo.task_done()

    def is_done(self):
        return self._todo.unfinished_tasks == 0

    def end(self):
        self._todo.put(None)


class Slot:
    """One container after the other, all of one name and one port, each with the wrapper or all without."""

    def __init__(self, name, stage, roll, seen):
        self.name, self._stage, self._roll, self._seen = name, stage, roll, seen
        self._port, self._count, self._identity = free_port(), 0, None
        self.heartbeat = 0  # seconds between two of its wrapper
        self.is_wrapped = not name.startswith("published")
        self.service_id = name if self.is_wrapped else f"{HOST}:{name}:{self._port}"

    def do(self, what, more):
        return {
            "run": self._run,
            "pause": self._pause,
            "pid-1": lambda _: self._kill_past_the_engine("pid-1"),
            "shim": lambda _: self._kill_past_the_engine("shim"),
            "start": lambda _: self._ask("POST", "/start"),
            "stop": lambda _: self._ask("POST", "/stop?t=2"),
            "restart": lambda _: self._ask("POST", "/restart?t=2"),
            "kill": lambda more: self._ask("POST", f"/kill?signal={more['signal']}"),
            "signal": lambda more: self._ask("POST", f"/kill?signal={more['signal']}"),
            "remove": lambda _: self._remove(),
        }[what](more)

    def _ask(self, method, path):
        return request(self._stage.engine, method, f"/containers/{self.name}{path}", within=LONGEST)[0]

    def _remove(self):
        return self._ask("DELETE", "?force=1")

    def _run(self, more):
        gone = self._remove()
        self._count += 1
        described, how = self._described(more), f"/containers/create?name={self.name}"
        created, said = request(self._stage.engine, "POST", how, described, within=LONGEST)
        self._identity = said.get("Id")
        self._seen.identities[described["Labels"][LABEL]] = self._identity
        return [gone, created, self._ask("POST", "/start")]

    def _described(self, more):
        who = f"{self.name}#{self._count}"
        words = {"WHO": who, "ROLL": self._roll.port, "PORT": self._port, "SERVICE_NAME": self.name}
        words |= {"LIVES": more["lives"]} if more["lives"] else {}
        command = ["/present"]
        if self.is_wrapped:
            self.heartbeat = more["ttl"] / HEARTBEATS
            options = ["--id", self.name, "--port", self._port, "--ttl", f"{more['ttl']}s", "--deregister-after", "0s"]
            command = ["/servicewrapper", *options, "--consul-addr", self._stage.agent.address, "--", "/present"]
        return {
            "Image": IMAGE,
            "Cmd": [*map(str, command)],
            "Env": [f"{key}={value}" for key, value in words.items()],
            "Labels": {LABEL: who},
            "ExposedPorts": {f"{self._port}/tcp": {}},
            "HostConfig": {
                "NetworkMode": "host",
                "AutoRemove": more["rm"],
                "RestartPolicy": {"Name": "always" if more["again"] else "no"},
            },
        }

    def _pause(self, more):
        paused = self._ask("POST", "/pause")
        if more["lasts"] is None:
            return paused
        time.sleep(more["lasts"])
        return [paused, self._ask("POST", "/unpause")]

    def unpause(self):
        return self._ask("POST", "/unpause")

    def _kill_past_the_engine(self, whom):
        """As the kernel does it when memory runs out, or an operator of the host; the engine may be away."""
        pid = self._stage.first_process(self._identity)
        if not pid:
            return "not there"
        if whom == "shim":
            pid = int(status(pid, "PPid")[0])
        os.kill(pid, signal.SIGKILL)
        return f"pid {pid}"


def perform(plan, stage, seen):
    with RollCall() as roll, Census(stage) as census:
        slots = {name: Slot(name, stage, roll, seen) for name in SLOTS}
        everybody = {whom: Actor(seen) for whom in (*SLOTS, "watcher", "dockerd", "agent", "socket", "spoiler")}
        try:
            if stage.spoiler.takes_out:
                everybody["spoiler"].do("somebody", "takes out", lambda: _take_out(stage, slots, roll))
            _play(plan, stage, slots, everybody)
            _end_all_faults(slots, everybody)
            settle(stage, slots, roll, seen)
        finally:
            seen.lives, seen.fates, seen.removals = roll.lives, stage.fates, census.removals
            seen.looks, seen.log = census.looks, stage.log()
            seen.most_memory, seen.most_descriptors = census.most_memory, census.most_descriptors
            for actor in everybody.values():
                actor.end()


def _take_out(stage, slots, roll):
    """Who has lived for long enough to be missed."""
    taken = []
    for _ in range(5):

        def who():
            lives = [life for life in list(roll.lives) if life.is_older_than(2 * BEGUN) and life not in taken]
            services = registered(stage.agent) or {}
            return [life for life in lives if slots[life.slot].service_id in services]

        taken.append(eventually(who, LONGEST, "somebody who lives", every=0.1)[0])
        stage.agent.put(f"/v1/agent/service/deregister/{slots[taken[-1].slot].service_id}")
    return " ".join(life.who for life in taken)


def _play(plan, stage, slots, everybody):
    began = time.monotonic()
    for at, whom, what, more in plan.steps:
        time.sleep(max(0, began + at - time.monotonic()))
        if whom in slots:
            everybody[whom].do(whom, f"{what} {more}", lambda whom=whom, what=what, more=more: slots[whom].do(what, more))
        else:
            everybody[whom].do(whom, f"{what} {more}", lambda step=(whom, what, more): _trouble(stage, *step))
    wait_for(everybody.values())


def _trouble(stage, whom, what, more):
    stage.strike(whom, what, more)
    time.sleep(more["lasts"])
    stage.mend(whom, what)


def _end_all_faults(slots, everybody):
    """Each fault has ended with its step. A wrapper that is paused can't do anything."""
    for name, slot in slots.items():
        if slot.is_wrapped:
            everybody[name].do(name, "unpause", slot.unpause)
    wait_for(everybody.values())


def wait_for(actors):
    eventually(lambda: all(actor.is_done() for actor in actors), OVER, "every operation done", every=0.02)
