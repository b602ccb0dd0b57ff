"""Removes what is left of a sandbox when its first process has been killed. As a program, with a CGROUP,
it does so when its standard input ends, as that does with whoever started it, however that ended."""

import os
import sys

from ..waiting import Late, eventually

_CGROUPS = "/sys/fs/cgroup"
_LONG = 10  # seconds


def thaw(cgroup):
    """What the first version of cgroups has frozen isn't killed before it is thawed: a paused container
    stays, and the namespaces and mounts with it."""
    for folder in _folders(cgroup):
        state = os.path.join(folder, "freezer.state")
        if os.path.exists(state):
            with open(state, "w", encoding="ascii") as file:
                file.write("THAWED")


def remove(cgroup):
    for folder in _folders(cgroup):
        eventually(lambda: _is_removed(folder), within=_LONG, what=f"{folder} to be empty")


def _folders(cgroup):
    """The innermost first."""
    every = [folder for folder, _, _ in os.walk(_CGROUPS, topdown=False)]
    return [folder for folder in every if cgroup in folder.split(os.sep)]


def _is_removed(folder):
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        pass
    except OSError:
        return False
    return True


def main(cgroup):
    sys.stdin.read()
    # Who was just being paused is frozen a moment later.
    for _ in range(2):
        try:
            thaw(cgroup)
            remove(cgroup)
        except (Late, OSError):
            pass


if __name__ == "__main__":
    main(sys.argv[1])
