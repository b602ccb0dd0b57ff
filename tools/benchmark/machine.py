"""The machine on which it was measured."""

import os
import pathlib
import platform


def machine():
    memory = int(_field("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    distribution = _field("/etc/os-release", "PRETTY_NAME", "=").strip('"')
    return {
        "processor": _field("/proc/cpuinfo", "model name") or platform.machine(),
        "processors": os.cpu_count(),
        "memory": f"{memory:.0f} GiB",
        "kernel": f"Linux {platform.release()} {platform.machine()}",
        "distribution": distribution,
        # Others' work shows in the figures; this is from before ours.
        "load": f"{os.getloadavg()[1]:.1f}",
    }


def _field(path, name, mark=":"):
    """The first one's value, or nothing."""
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(mark)
        if key.strip() == name:
            return value.strip()
    return ""
