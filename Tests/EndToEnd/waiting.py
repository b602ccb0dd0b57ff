"""Waiting for conditions, never for time to pass."""

import os
import select
import time


class Late(AssertionError):
    """A condition that did not come true within its deadline."""


def eventually(condition, within=5.0, what="", every=0.005):
    """What `condition` returns as soon as that is true; its seconds are a limit, not a pause."""
    deadline = time.monotonic() + within
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Late(f"not within {within} s: {what or condition.__doc__ or condition}")
        time.sleep(every)


def always(condition, during, what="", every=0.02):
    """The condition holds at every look for so many seconds."""
    deadline = time.monotonic() + during
    while time.monotonic() < deadline:
        assert condition(), f"stopped being true: {what}"
        time.sleep(every)


def wait_for_end(process, within=10.0):
    """The exit status of a Popen, and the moment it ended (CLOCK_MONOTONIC, seconds)."""
    if process.returncode is None:
        pidfd = os.pidfd_open(process.pid)
        try:
            poller = select.poll()
            poller.register(pidfd, select.POLLIN)
            if not poller.poll(within * 1000):
                raise Late(f"pid {process.pid} has not ended within {within} s")
        finally:
            os.close(pidfd)
    ended = time.monotonic()
    return process.wait(), ended
