"""Generates random plans: a pure function of the campaign's seed and the run's number."""

import random
import signal

from .plan import LIFETIME, NEVER, Plan

# What the proxy does to a connection; `pass` and `delay` let Consul be reached. See proxy.py.
FAULTS = ("delay", "refuse", "cut", "reset", "half-close", "hole", "swallow", "cut-answer")
FAULTS += ("trickle", "garbage", "flood", "error", "denied")
OTHERS = [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2] * 3
OTHERS += [signal.SIGWINCH, signal.SIGALRM, signal.SIGPIPE]
OTHERS += [signal.SIGURG, signal.SIGVTALRM, signal.SIGIO, signal.SIGPWR, signal.SIGTSTP, signal.SIGBUS]
REAL_TIME = (34, 40, 64)
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL)


def generate_plan(seed, number, variant=None):
    """`variant`: what breaks a promise in this run, see broken_variants.py; it changes nothing of the plan."""
    rng = random.Random(f"{seed}/{number}")
    plan = Plan(str(seed), number, variant, mode=rng.choice(("pid-1", "child")))
    plan.kind = rng.choices(list(KINDS), [weight for _, weight in KINDS.values()])[0]
    end = int(rng.triangular(150, 2600, 700))
    _options(plan, rng)
    _listening(plan, rng, end)
    KINDS[plan.kind][0](plan, rng, end)
    if [act[1] for act in plan.acts][-1:] == ["close"] and plan.kind != "unready":
        _run_on(plan, rng.choice((0, 1500)))
    _extras(plan, rng, end)
    if plan.registers:
        _faults(plan, rng, end)
    plan.acts.sort(key=lambda act: act[0])
    plan.signals.sort(key=lambda sent: sent[0])
    return plan


def _options(plan, rng):
    plan.ttl = rng.choices((100, 200, 500, 1000, 2000, 0), (19, 19, 19, 19, 19, 5))[0]
    plan.ports = rng.choices((1, 2, 3), (88, 8, 4))[0]
    plan.registers = rng.random() > 0.06
    plan.drain = rng.choice((0, 0, 0, rng.randrange(50, 400)))
    plan.group = rng.random() < 0.25
    plan.wait_for_all = rng.choice((None, None, rng.randrange(100, 600)))
    plan.ready = rng.choices(("tcp", "none", "exec", "http"), (80, 6, 4, 10))[0]
    plan.rewrite = rng.choices((None, (15, 2), (10, 12), (1, 0)), (85, 5, 5, 5))[0]
    plan.host = rng.choices(("127.0.0.1", "localhost"), (90, 10))[0]
    plan.stderr = rng.choices(("file", "full", "closed"), (90, 5, 5))[0]


def _listening(plan, rng, end):
    first = rng.choices((0, rng.randrange(5, 600), None), (45, 45, 10))[0]
    if first is None:
        return
    plan.acts.append((first, "listen"))
    if rng.random() < 0.25:
        closes = rng.randrange(first + 20, first + 900)
        plan.acts.append((closes, "close"))
        if rng.random() < 0.6:
            plan.acts.append((closes + rng.randrange(20, 900), "listen"))


# How it ends


def _obey(plan, rng, end):
    plan.stop = ("obeys", rng.choice((0, 0, rng.randrange(1, 300))), rng.randrange(256))
    plan.signals.append((end, rng.choice((signal.SIGTERM, signal.SIGTERM, signal.SIGINT))))
    if rng.random() < 0.2:
        plan.signals.append((end + rng.randrange(0, 400), rng.choice((signal.SIGTERM, signal.SIGINT))))
        # Long enough for the second to be missed.
        plan.stop = ("obeys", rng.choice((plan.stop[1], 1500)), plan.stop[2])
    if rng.random() < 0.2:
        # Far enough from what it takes that it never applies.
        plan.stop_timeout = 5000
    if rng.random() < 0.1:
        plan.expect = rng.choice((plan.stop[2], 143))


def _die(plan, rng, end):
    _obey(plan, rng, end)
    plan.stop = ("dies",)


def _ignore(plan, rng, end):
    _obey(plan, rng, end)
    plan.stop, plan.stop_timeout = ("ignores",), rng.randrange(50, 500)


def _exit(plan, rng, end):
    status = rng.randrange(256)
    plan.acts.append((end, "exit", status))
    plan.expect = rng.choice((None, None, status, 143))


def _crash(plan, rng, end):
    plan.acts.append((end, "kill", int(rng.choice(CRASHES))))


def _race(plan, rng, end):
    """Ends by itself at about the time of the stop signal or of a deadline."""
    _obey(plan, rng, end)
    plan.expect = None
    plan.acts.append((max(0, end + rng.randrange(-60, 400)), "exit", rng.randrange(256)))


def _unready(plan, rng, end):
    plan.acts.clear()
    plan.ready, plan.registers = rng.choice(("tcp", "http", "exec")), True
    plan.ready_timeout = rng.randrange(100, 700)
    plan.stop = rng.choice((("obeys", rng.randrange(100), rng.randrange(256)), ("ignores",), ("dies",)))
    plan.stop_timeout = rng.randrange(50, 500)


def _stopped(plan, rng, end):
    """Suspends itself, and gets the stop signal later."""
    _obey(plan, rng, end)
    plan.acts.append((rng.randrange(end), "kill", int(signal.SIGSTOP)))
    # It does nothing more by itself.
    plan.acts = [act for act in plan.acts if act[0] <= plan.acts[-1][0]]


def _killed(plan, rng, end):
    plan.stop = ("obeys", 0, 0)
    plan.signals.append((end, signal.SIGKILL))


def _early(plan, rng, end):
    _obey(plan, rng, end)
    plan.expect = None
    plan.early = (rng.randrange(5000), rng.choice((signal.SIGTERM, signal.SIGINT)))


def _missing(plan, rng, end):
    plan.acts.clear()
    plan.registers = False


KINDS = {
    "obeys": (_obey, 34),
    "dies": (_die, 8),
    "ignores": (_ignore, 9),
    "exits": (_exit, 12),
    "crashes": (_crash, 8),
    "race": (_race, 8),
    "unready": (_unready, 6),
    "stopped": (_stopped, 5),
    "killed": (_killed, 6),
    "early": (_early, 3),
    "missing": (_missing, 1),
}


# What else happens


def _extras(plan, rng, end):
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        number = rng.choice(OTHERS)
        # What another one is rewritten to would be merged with it.
        if number not in (plan.rewrite or ())[1:] and number not in [sent for _, sent in plan.signals]:
            plan.signals.append((rng.randrange(end), number))
    if rng.random() < 0.1:
        number, at = rng.choice(REAL_TIME), rng.randrange(end)
        plan.signals += [(at, number)] * rng.randrange(2, 9)
    if rng.random() < 0.06 and plan.kind != "missing":
        stops = rng.randrange(end)
        plan.signals += [(stops, signal.SIGSTOP), (stops + rng.randrange(20, 600), signal.SIGCONT)]
    if rng.random() < 0.25 and plan.kind != "missing":
        count, life, stubborn = rng.choice((1, 10, 40, 150)), rng.choice((0, 50, LIFETIME)), rng.randrange(2)
        plan.acts.append((rng.randrange(end), "orphans", count, life, stubborn))


def _faults(plan, rng, end):
    if rng.random() < 0.04 and plan.kind not in ("unready", "missing"):
        return _agent_fault(plan, rng)
    if rng.random() < 0.05 and plan.stop_signals:
        return _agent_hangs(plan, rng)
    plan.stale = rng.random() < 0.06
    if plan.ttl and plan.kind != "unready" and rng.random() < 0.08:
        plan.external_deregistrations = [rng.randrange(end)]
        _run_on(plan, rng.choice((0, 1500)))
    plan.proxy_modes.append((-NEVER, "pass" if rng.random() < 0.7 else _fault(rng)))
    if rng.random() < 0.45:
        return
    at, most = rng.randrange(end), rng.choice((60, 300, 900))
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        last = plan.proxy_modes[-1][1]
        plan.proxy_modes.append((at, _fault(rng) if last == "pass" or rng.random() < 0.2 else "pass"))
        at += rng.randrange(10, most)


def _fault(rng):
    fault = rng.choice(FAULTS)
    return (fault, rng.randrange(5, 100)) if fault == "delay" else fault


def _agent_hangs(plan, rng):
    """The registration gets no answer until later; the deregistration mustn't overtake it."""
    strikes, recovered = _while_it_registers(plan, rng)
    plan.proxy_modes = [(-NEVER, "pass"), (strikes, "hole"), (recovered, "pass")]


def _while_it_registers(plan, rng):
    """From just before it listens until just after the stop signal."""
    _run_on(plan, 300)
    first = rng.randrange(100, 300)
    plan.acts = [(first, "listen")] + [act for act in plan.acts if act[1] not in ("listen", "close")]
    return first - rng.randrange(5, 20), plan.stop_signals[0][0] + rng.randrange(300)


def _agent_fault(plan, rng):
    """Its agent is killed and started again, or paused and resumed, and it runs on for a while."""
    plan.proxy_modes.append((-NEVER, "pass"))
    plan.keeps = rng.random() < 0.5
    if rng.random() < 0.3 and plan.stop_signals:
        strikes, recovered = _while_it_registers(plan, rng)
        plan.agent_faults = [(strikes, "pause"), (recovered, "resume")]
        return
    strikes, lasts = rng.randrange(0, 900), rng.randrange(100, 1200)
    pair = rng.choice((("kill", "start"), ("pause", "resume")))
    plan.agent_faults = [(strikes, pair[0]), (strikes + lasts, pair[1])]
    # A server that keeps its data takes two seconds to lead itself again.
    later = rng.choice((0, lasts, lasts + 4000))
    _run_on(plan, later)


def _run_on(plan, later):
    """Ends so much later."""
    plan.signals = [(at + later, number) for at, number in plan.signals]
    plan.acts = [(act[0] + later * (act[1] in ("exit", "kill")), *act[1:]) for act in plan.acts]
