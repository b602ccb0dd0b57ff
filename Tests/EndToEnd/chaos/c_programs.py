"""The C programs of a campaign, compiled."""

import os
import shutil
import subprocess

_SOURCES = os.path.join(os.path.dirname(__file__), "programs")


def compile_programs(folder, sources=_SOURCES):
    """Into this folder, static, so that they start fast and find all they need anywhere."""
    compiler = shutil.which("cc") or shutil.which("clang")
    assert compiler, "no C compiler"
    for source in os.listdir(sources):
        target = os.path.join(folder, source.removesuffix(".c"))
        command = [compiler, "-O2", "-static", "-o", target, os.path.join(sources, source)]
        subprocess.run(command, check=True, timeout=60)
