"""A network namespace of our own, so that no other process's ports and connections are taken for ours."""

import ctypes
import os
import subprocess

_CLONE_NEWNET = 0x40000000  # unshare(2)


def enter_own_network():
    """With loopback alone. Needs root."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
