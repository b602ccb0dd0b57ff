"""How a run may end: predicted from its plan alone."""

import signal


def outcomes(plan):
    """How it may end."""
    own = {("exited", act[2]) for act in plan.acts if act[1] == "exit"}
    stopped = {("exited", _status_of_stop(plan, number)) for _, number in plan.stop_signals}
    if plan.kind == "missing":
        return {("exited", 127)}
    if plan.kind == "unready":
        return {("exited", 124)}
    if plan.kind == "killed":
        return {("killed", 9)}
    if plan.kind == "crashes":
        return {("exited", 128 + act[2]) for act in plan.acts if act[1] == "kill"}
    if plan.kind == "early":
        # Before it blocked signals, before the process did, or later.
        before = {("killed", plan.early[1])} if plan.mode == "child" else set()
        return before | {("exited", 128 + rewritten(plan, plan.early[1]))} | stopped
    return {(how, 0 if status == plan.expect else status) for how, status in own | stopped}


def _status_of_stop(plan, number):
    if plan.stop[0] == "obeys":
        return plan.stop[2]
    return 128 + (rewritten(plan, number) if plan.stop[0] == "dies" else signal.SIGKILL)


def rewritten(plan, number):
    """0: dropped."""
    source, target = plan.rewrite or (None, None)
    return target if number == source else int(number)
