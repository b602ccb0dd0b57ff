"""A network of one's own, so that nobody else's ports and connections can be taken for ours."""

import ctypes
import os
import subprocess

_CLONE_NEWNET = 0x40000000  # unshare(2)


def leave_for_own_network():
    """With loopback alone. Needs root."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
