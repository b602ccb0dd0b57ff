"""What one run does. Times are milliseconds since the process's start."""

import dataclasses
import signal

NEVER = 10**9
LIFETIME = 30_000  # of a process that isn't ended otherwise


@dataclasses.dataclass
class Plan:
    seed: str
    number: int
    variant: str | None = None
    kind: str = ""  # how it ends
    mode: str = "child"
    # Options
    registers: bool = True
    ttl: int = 1000
    drain: int = 0
    stop_timeout: int | None = None
    group: bool = False
    wait_for_all: int | None = None
    ready: str = "tcp"
    ports: int = 1  # services, all of them ready when the first port accepts
    ready_timeout: int | None = None
    expect: int | None = None
    rewrite: tuple[int, int] | None = None
    host: str = "127.0.0.1"  # of Consul
    stderr: str = "file"
    # The process: what it does when, and at a stop signal
    acts: list = dataclasses.field(default_factory=list)
    stop: tuple = ("obeys", 0, 0)
    # What is done to servicewrapper, and to its way to Consul
    early: tuple[int, int] | None = None  # microseconds after its start, signal
    signals: list = dataclasses.field(default_factory=list)
    proxy_modes: list = dataclasses.field(default_factory=list)  # the first is there from the start
    # Consul: whether an earlier life left an entry behind; when another client deregisters ours; the faults of
    # the agent itself, which is then not the one that the others share, and whether it keeps its data
    stale: bool = False
    external_deregistrations: list = dataclasses.field(default_factory=list)
    agent_faults: list = dataclasses.field(default_factory=list)
    keeps: bool = False

    @property
    def name(self):
        words = ["chaos", self.seed, str(self.number), *(self.variant or "").split()]
        return "-".join(words)

    @property
    def stop_signals(self):
        return [(at, number) for at, number in self.signals if number in (signal.SIGTERM, signal.SIGINT)]

    @property
    def last(self):
        """When it ends if all goes well, and the process obeys at once."""
        times = [at for at, number in self.signals if number != signal.SIGCONT]
        times += [act[0] for act in self.acts if act[1] in ("exit", "kill")]
        return max([self.ready_timeout or 0, *times])

    def __str__(self):
        parts = [f"{self.seed}/{self.number} {self.kind} {self.mode}", " ".join(self.options())]
        parts += [f"{self.ports} ports"] * (self.ports > 1)
        parts += ["Consul by name"] * (self.host == "localhost")
        parts += [f"stderr {self.stderr}"] * (self.stderr != "file")
        parts += ["process: " + " ".join([*map(join_words, self.acts), "at-stop:" + join_words(self.stop)])]
        early = [f"+{self.early[0]}µs:{name(self.early[1])}"] if self.early else []
        parts += ["signals: " + " ".join([*early, *(f"{at}:{name(number)}" for at, number in self.signals)])]
        parts += ["proxy: " + " ".join(f"{max(at, 0)}:{join_words(mode)}" for at, mode in self.proxy_modes)]
        others = ["stale entry"] * self.stale + [
            f"{at}:deregistered externally" for at in self.external_deregistrations
        ]
        parts += ["Consul: " + " ".join(others)]
        if self.agent_faults:
            parts += [
                f"agent ({'keeps' if self.keeps else 'forgets'}): "
                + " ".join(map(join_words, self.agent_faults))
            ]
        return " | ".join(part for part in parts if not part.endswith(": "))

    def options(self):
        """Those that differ from the defaults; the port, the ID and the address are the runner's to add."""
        if not self.registers:
            yield "--no-register"
        yield from ("--ttl", f"{self.ttl}ms")
        if self.ready != "tcp":
            yield from ("--ready", self.ready)
        for option in ("drain", "stop_timeout", "wait_for_all", "ready_timeout"):
            if getattr(self, option):
                yield from (f"--{option.replace('_', '-')}", f"{getattr(self, option)}ms")
        if self.group:
            yield "--process-group"
        if self.expect is not None:
            yield from ("--expect-exit", str(self.expect))
        if self.rewrite:
            yield from ("--rewrite", ":".join(map(str, self.rewrite)))


def name(number):
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return str(number)


def join_words(words):
    return words if isinstance(words, str) else ":".join(map(str, words))
