"""One contender in one case."""

import time

from Tests.EndToEnd.waiting import Late, eventually

LONGEST = 20  # seconds that anything is waited for; then it is 'never'
NEVER = None


class CaseRun:
    """A context."""

    def __init__(self, environment, contender):
        self.environment, self.engine, self.contender = environment, environment.engine, contender
        self.agent, self.program = environment.agent, None

    def __enter__(self):
        self.environment.clear()
        return self

    def __exit__(self, *_):
        self.end()

    def start(self, prefix=()):
        """The program, and nothing more."""
        self.program = self.contender.start(self.engine.address, self.agent.address, prefix)

    def begin(self, *running, prefix=()):
        """The program, until it has registered these and follows the events: one that dies is taken out."""
        self.run(*running, self.environment.probe)
        self.start(prefix)
        assert self.registered(*running, self.environment.probe) is not NEVER, self.program.log
        while True:
            self.environment.probe.ask("kill")
            if self.gone(self.environment.probe, within=2) is not NEVER:
                return self
            self.run(self.environment.probe)

    def is_kept_up(self):
        """As by a supervisor: started again if it has ended."""
        if not self.program.is_running():
            self.start()

    def end(self):
        if self.program:
            self.program.kill()

    def run(self, *containers):
        self.do("start", *containers)

    def do(self, verb, *containers, begin=False):
        words = *verb.split(), *(one.identity for one in containers)
        return self.engine.begin(*words) if begin else self.engine.ask(*words, within=300)

    # When something is so, in seconds of the real-time clock, or NEVER

    def when(self, condition, within=LONGEST):
        try:
            eventually(condition, within, every=0.002)
        except Late:
            return NEVER
        return time.time()

    def registered(self, *containers, within=LONGEST):
        names = {one.name for one in containers}
        return self.when(lambda: names <= set(self._registered_names()), within)

    def gone(self, *containers, within=LONGEST):
        return self.when(lambda: self.entries(*containers) == 0, within)

    def entries(self, *containers):
        """How many services these containers have in the agent."""
        names = {one.name for one in containers}
        return sum(name in names for name in self._registered_names())

    def _registered_names(self):
        """Both make IDs of HOST:CONTAINER:PORT."""
        return [one.split(":")[1] for one in self.agent.services() if one.count(":") == 2]


def since(moment, when):
    """How long it took."""
    return NEVER if when is NEVER else max(0.0, when - moment)
