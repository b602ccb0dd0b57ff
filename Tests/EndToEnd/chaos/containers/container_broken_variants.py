"""Watchers that break a promise, so that the campaign is seen to notice."""

import dataclasses


@dataclasses.dataclass
class Spoiler:
    """What becomes of servicewatcher, and whether somebody beside it takes out what lives."""

    starts: bool = True
    restarts: bool = True
    options: tuple = ()
    prefix: tuple = ()
    takes_out: bool = False


NONE = Spoiler()
_MANY_DESCRIPTORS = " ".join(f"{number}</dev/null" for number in range(3, 10))

SPOILERS = {
    "never started": Spoiler(starts=False),
    "not started again": Spoiler(restarts=False),
    "takes out and registers nothing": Spoiler(options=("--cleanup-only",)),
    "keeps descriptors": Spoiler(prefix=("sh", "-c", f'exec {_MANY_DESCRIPTORS} "$@"', "sh")),
    "takes out what lives": Spoiler(takes_out=True),
}
