"""What a record says, in words and as bars along a time axis: the same for the terminal and for SVG. Times
are milliseconds since the container's start."""

import math

FOR_EVER = math.inf

TITLES = {
    "naive-stop": ("docker stop", "redis registered itself with curl; nobody takes it out"),
    "stop": ("docker stop", "redis under servicewrapper"),
    "kill": ("docker kill", "redis under servicewrapper"),
    "deaf-stop": ("docker stop", "under servicewrapper, behind a script that ignores SIGTERM"),
    "kill-watched": ("docker kill", "redis under servicewrapper, and servicewatcher on the host"),
}
HEADLINE = "Where are clients sent when a container is stopped, or killed?"
EXPLAINED = (
    "Clients ask Consul’s DNS for redis, then connect to the address it gives."
    " Each step to the right is ten times longer."
)
WHAT_IT_MEANS = {
    "served": "served: DNS gives the address, and redis answers",
    "nobody": "sent to nobody: DNS still gives the address of a redis that is gone",
    "told": "not sent there: DNS gives no address, so a client goes to another redis, or tries later",
    "accepts": "redis accepts",
    "listed": "Consul has it",
    "critical": "only as critical: not in DNS",
}


def duration(milliseconds):
    if milliseconds < 999.5:
        return f"{max(milliseconds, 1):.0f} ms"
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"


class Axis:
    """Two scales side by side, logarithmic and with a zero: after the start, and after the signal."""

    STARTED, STOPPED = 1_000, 120_000  # milliseconds: as far as they reach

    def __init__(self, start, stop):
        """`start` and `stop` are from where to where they go."""
        self.start, self.stop = start, stop

    def after_start(self, time):
        return self._at(time, self.start, self.STARTED)

    def after_stop(self, time):
        return self._at(time, self.stop, self.STOPPED)

    @staticmethod
    def _at(time, span, most):
        return span[0] + (span[1] - span[0]) * min(1, math.log10(1 + time) / math.log10(1 + most))

    def at(self, time, signalled):
        return self.after_start(time) if time < signalled else self.after_stop(time - signalled)

    START_TICKS = {0: "0", 10: "10 ms", 100: "0.1 s"}
    STOP_TICKS = {0: "0", 1: "1 ms", 10: "10 ms", 100: "0.1 s", 1_000: "1 s", 10_000: "10 s", 60_000: "1 min"}


class Bar:
    """From when to when something was so; `kind` is a key of WHAT_IT_MEANS."""

    def __init__(self, kind, begin, end):
        self.kind, self.begin, self.end = kind, begin, end


class Case:
    def __init__(self, name, recorded):
        self.name, self.recorded = name, recorded
        self.title, self.about = TITLES[name]
        self.signals, self.signalled = recorded["signals"], recorded["signals"][0]["at"]
        self.accepts, self.dns, self.agent, self.catalog = (
            self._span(kind) for kind in ("accepts", "dns", "agent", "catalog")
        )

    def _span(self, kind):
        span = self.recorded["spans"][kind]
        return span["from"]["by"], span["to"]["by"] if span["to"] else FOR_EVER

    def after_signal(self, time):
        return "for ever" if time == FOR_EVER else duration(time - self.signalled)

    @property
    def gap(self):
        """How long clients were sent to nobody, in milliseconds."""
        return max(0, self.dns[1] - self.accepts[1])

    def clients(self):
        """Nobody knows of it, it is served, nobody is there, nobody knows of it any more."""
        served = max(self.accepts[0], self.dns[0])
        gone = min(self.accepts[1], self.dns[1])
        bars = [Bar("told", 0, self.dns[0]), Bar("nobody", self.dns[0], served), Bar("served", served, gone)]
        bars += [Bar("nobody", gone, self.dns[1]), Bar("told", self.dns[1], FOR_EVER)]
        return [bar for bar in bars if bar.end > bar.begin]

    def lanes(self):
        """Name, bars, and when it ended in words."""
        found = [Bar("listed", *self.dns)]
        if self.gap:
            found = [Bar("listed", self.dns[0], self.accepts[1]), Bar("nobody", self.accepts[1], self.dns[1])]
        critical, listed = self.recorded["spans"]["critical"], [Bar("listed", *self.catalog)]
        if critical["from"] and critical["from"]["by"] > self.signalled:
            turned = critical["from"]["by"]
            listed = [Bar("listed", self.catalog[0], turned), Bar("critical", turned, self.catalog[1])]
        lanes = [("redis accepts", [Bar("accepts", *self.accepts)], self.accepts[1])]
        lanes += [("Consul’s DNS", found, self.dns[1]), ("Consul’s catalog", listed, self.catalog[1])]
        return [(name, bars, self.after_signal(end)) for name, bars, end in lanes]

    def mood(self):
        return "good" if self.gap == 0 else "bad" if self.gap == FOR_EVER else "warning"

    def verdict(self):
        if self.gap == FOR_EVER:
            return "The entry stays: whoever asks for redis is sent to nobody, for ever."
        out = f"Out of DNS after {self.after_signal(self.dns[1])}"
        if self.recorded["watched"]:
            late = f"{duration(self.gap)} after redis’s end"
            return f"{out}, {late}: the engine tells of that, and the watcher takes the entry out."
        if self.gap:
            return (
                f"Nothing inside catches SIGKILL: for {duration(self.gap)}, until the TTL ends, clients are"
                f" sent to nobody. The entry goes after {self.after_signal(self.catalog[1])}."
            )
        until = self.after_signal(self.accepts[1])
        if len(self.signals) > 1:
            return f"{out}. Docker kills it {until} after the SIGTERM, and no client was sent to nobody."
        return f"{out}, and redis answers until {until}: no client is sent to nobody."


def cases(record):
    return [Case(name, recorded) for name, recorded in record["cases"].items()]


def provenance(record):
    versions, settings = record["versions"], record["settings"]
    containers = "A container here is a PID namespace"
    if "docker" in versions:
        containers += f"; the one with servicewatcher is Docker’s, {versions['docker']}, and killed by it"
    return (
        f"Recorded {record['recorded']} by make timeline: servicewrapper {versions['servicewrapper']},"
        f" Consul {versions['consul']}, redis {versions['redis']}, {record['machine']}.",
        f"TTL {settings['ttl']} s (15 s by default), an entry goes when critical for"
        f" {settings['deregister_after']} s, Docker’s grace is {settings['grace']} s.",
        f"{containers}.",
    )
