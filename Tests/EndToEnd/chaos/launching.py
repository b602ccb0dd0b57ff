"""A campaign as a program of its own, as tests run it."""

import subprocess
import sys


def campaign(program, *arguments, within=1800):
    """Its status, and what it said."""
    command = [sys.executable, program, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=within)
    return ended.returncode, ended.stdout + ended.stderr
