"""Watchers that break a promise: the campaign must find each."""

import dataclasses


@dataclasses.dataclass
class BrokenVariant:
    """How servicewatcher is run, and whether a living container is deregistered beside it."""

    starts: bool = True
    restarts: bool = True
    options: tuple = ()
    prefix: tuple = ()
    deregisters_living: bool = False


NONE = BrokenVariant()
_MANY_DESCRIPTORS = " ".join(f"{number}</dev/null" for number in range(3, 10))

BROKEN_VARIANTS = {
    "never started": BrokenVariant(starts=False),
    "not started again": BrokenVariant(restarts=False),
    "deregisters and registers nothing": BrokenVariant(options=("--cleanup-only",)),
    "keeps descriptors": BrokenVariant(prefix=("sh", "-c", f'exec {_MANY_DESCRIPTORS} "$@"', "sh")),
    "deregisters living containers": BrokenVariant(deregisters_living=True),
}
