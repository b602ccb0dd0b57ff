"""A campaign as a program of its own, as tests run it."""

import subprocess
import sys

from ..repository import ROOT


def campaign(module, *arguments, within):
    """Its status, and what it said."""
    command = [sys.executable, "-m", module, *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=within)
    return ended.returncode, ended.stdout + ended.stderr
