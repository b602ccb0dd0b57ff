"""Command lines that break a promise: the campaign must find each."""

import itertools

from .plan_generator import generate_plan


def _with(*options):
    return lambda command: [command[0], *options, *command[1:]]


def _without(option):
    """Forgets an option and its value."""

    def change(command):
        place = _place(command, option)
        return command[:place] + command[place + 2 :] if place else command

    return change


def _instead(option, value):
    return lambda command: _with(option, value)(_without(option)(command))


def _place(command, option):
    return command.index(option) if option in command[: command.index("--")] else 0


def _process(command):
    return command[command.index("--") + 1 :]


def _value(command, option):
    return command[_place(command, option) + 1]


def _under(*words):
    return lambda command: [*words, *command]


def _by_hand(script):
    """What people write instead of a wrapper: $1 is the name, $2 the port, $3 Consul, then the process."""

    def change(command):
        about = [_value(command, option) for option in ("--name", "--port", "--consul-addr")]
        return ["/bin/sh", "-c", script, "sh", *about, *_process(command)]

    return change


_REGISTER = """
name=$1 port=$2 consul=http://$3/v1/agent/service; shift 3
curl -sm 1 -T - "$consul/register" >/dev/null <<END
{"Name": "$name", "ID": "$name-$(hostname)-$port", "Port": $port}
END
"""
_FORWARD = """
"$@" & process=$!
trap 'kill -TERM $process' TERM INT
wait $process; status=$?
curl -sm 1 -X PUT "$consul/deregister/$name-$(hostname)-$port" >/dev/null
exit $status
"""
_EVERY_STATUS = [word for status in range(1, 256) for word in ("--expect-exit", str(status))]

BROKEN_VARIANTS = {
    "tini": lambda command: ["/usr/bin/tini", "-s", "--", *_process(command)],
    "script that registers": _by_hand(_REGISTER + 'exec "$@"'),
    "script that deregisters too": _by_hand(_REGISTER + _FORWARD),
    "registers nothing": _with("--no-register"),
    "registers before it is ready": _instead("--ready", "none"),
    "a TTL of a minute": _instead("--ttl", "1m"),
    "no drain": _without("--drain"),
    "a longer drain": _instead("--drain", "4s"),
    "drops USR1 and ALRM": _with("--rewrite", "USR1:0", "--rewrite", "ALRM:0"),
    "HUP becomes WINCH": _with("--rewrite", "HUP:WINCH"),
    "kills sooner": _instead("--stop-timeout", "20ms"),
    "never kills": _without("--stop-timeout"),
    "hides the status": _with(*_EVERY_STATUS),
    "never gives up": _without("--ready-timeout"),
    "leaves others running": _without("--wait-for-all"),
    "starts one of its own": _under("/bin/sh", "-c", 'sleep 30 3>&- & exec "$@"', "sh"),
    "hands on a descriptor": _under("/bin/sh", "-c", 'exec 4</dev/null; exec "$@"', "sh"),
}


def _serves(plan):
    """Whether it is registered without faults until the stop signal."""
    stopped = plan.stop_signals[0][0]
    listens = any(act[1] == "listen" and act[0] < stopped - 300 for act in plan.acts)
    faults = [mode for at, mode in plan.proxy_modes if mode != "pass" and at < stopped]
    return plan.registers and listens and not faults and not plan.agent_faults and not plan.stale


# Some make a difference in some plans only.
_MATTERS = {
    "a TTL of a minute": lambda plan: plan.kind == "killed" and plan.registers,
    "drops USR1 and ALRM": lambda plan: any(number in (10, 14) for _, number in plan.signals),
    "HUP becomes WINCH": lambda plan: any(number == 1 for _, number in plan.signals),
    "no drain": lambda plan: plan.kind == "obeys" and len(plan.stop_signals) == 1 and _serves(plan),
    "leaves others running": lambda plan: plan.mode == "child" and "orphans" in [act[1] for act in plan.acts],
}


def changes(variant, plan):
    """Whether it makes a difference to the command line."""
    command = ["servicewrapper", "--name", "a", "--port", "1", "--consul-addr", "b"]
    command += [*plan.options(), "--", "c"]
    return BROKEN_VARIANTS[variant](command) != command and _MATTERS.get(variant, lambda plan: True)(plan)


def broken_plans(seed, runs):
    """The first so many plans for each variant that it makes a difference to."""
    for variant in BROKEN_VARIANTS:
        plans = (generate_plan(seed, number, variant) for number in itertools.count(1))
        yield from itertools.islice((plan for plan in plans if changes(variant, plan)), runs)
