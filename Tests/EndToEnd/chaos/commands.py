"""A plan as a command line, and as what stands on standard error."""

import os

from ..wrapper import SERVICEWRAPPER
from .broken_variants import BROKEN_VARIANTS
from .plan import LIFETIME, join_words


def command(plan, ports, consul, tools):
    """servicewrapper with its options and the process; `tools` is the folder of that."""
    flag = os.path.join(tools, f"{plan.name}.ready")
    where = ["--name", plan.name, "--consul-addr", consul]
    where += [word for port in ports for word in ("--port", str(port))]
    probes = {"exec": f"exec:test -e {flag}", "http": f"http://127.0.0.1:{ports[0]}/"}
    options = [probes.get(word, word) for word in plan.options()]
    if plan.ready == "tcp" and len(ports) > 1:
        options += ["--ready", f"tcp://127.0.0.1:{ports[0]}"]
    process = [f"{tools}/unruly", str(ports[0]), flag if plan.ready == "exec" else "-", join_words(plan.stop)]
    process += [f"{act[0]}:{join_words(act[1:])}" for act in plan.acts] + [f"{LIFETIME}:exit:99"]
    if plan.kind == "missing":
        process = [f"{tools}/nothing"]
    words = [SERVICEWRAPPER, *where, *options, "--", *process]
    return BROKEN_VARIANTS[plan.variant](words) if plan.variant else words


def standard_error(kind, path):
    """A file, a pipe that is full, or one without a reader: its descriptor, and the other end where that
    has to stay open."""
    if kind == "file":
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), None
    ours, theirs = os.pipe()
    if kind == "closed":
        os.close(ours)
        return theirs, None
    os.set_blocking(theirs, False)
    try:
        while os.write(theirs, b"x" * 65536):
            pass
    except BlockingIOError:
        pass
    os.set_blocking(theirs, True)
    return theirs, ours
