"""What was promised about every stop, and the service that most tests run."""

import signal

from .waiting import eventually

ID = "web-1"

# What the design allows, and some tenths for a busy machine where the limit itself has a time-out behind it.
FORWARDED = 0.350  # from TERM to the process having it, the agent hung
ENDED = 1.1  # from the process's end to ours
TURNED_AWAY = 3.1  # the same where the agent closes the connection or answers 429: counted from TERM
AT_ONCE = 0.050


def registered(ours, agent):
    ours.logs("registered")
    eventually(lambda: agent.is_passing(ID), what=f"{ID} registered and passing")


def stop_within(ours, served, forwarded=FORWARDED, ended=ENDED, status=0):
    """TERM, and all that was promised about it."""
    sent = ours.send(signal.SIGTERM)
    took = served.signal("TERM")["at"] - sent
    assert took <= forwarded, f"TERM reached the process after {took * 1000:.0f} ms"
    exit_status, end = ours.wait_until_ended()
    after = end - served.event("ending")["at"]
    assert after <= ended, f"we ended {after * 1000:.0f} ms after the process"
    assert exit_status == status
