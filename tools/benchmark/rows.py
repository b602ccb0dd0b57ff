"""The rows of the table, and the bars that servicewrapper is held to."""

import dataclasses
import statistics
from collections.abc import Callable

from .contenders import OURS


def summary(samples):
    """The median, between what four fifths of the samples lie, and how many there are."""
    ordered = sorted(samples)
    tenth = (len(ordered) - 1) * 0.1
    low, high = ordered[round(tenth)], ordered[round(len(ordered) - 1 - tenth)]
    median = statistics.median(ordered)
    return {"median": round(median, 3), "low": round(low, 3), "high": round(high, 3), "count": len(ordered)}


@dataclasses.dataclass(frozen=True)
class Bar:
    """At most this. `of`: times and plus what that one has in the same row."""

    most: float = 0
    of: str = ""
    times: float = 1
    row: str = ""

    def limit(self, rows, key):
        return rows[self.row or key][self.of]["median"] * self.times + self.most if self.of else self.most

    def is_met(self, rows, key):
        return rows[key][OURS]["median"] <= self.limit(rows, key)


@dataclasses.dataclass(frozen=True)
class Row:
    title: str
    unit: str
    bar: Bar | None = None
    words: str = ""  # the bar in words
    show: Callable[[float], str] = lambda value: f"{value:,.0f}"


def _kilobytes(value):
    return f"{value / 1000:,.0f}"


def _milliseconds(value):
    return f"{value:.2f}" if value < 9.995 else f"{value:,.0f}"


MEGABYTE = 1024 * 1024
ROWS = {
    "size": Row("the file itself", "kB", Bar(1.5 * MEGABYTE), "at most 1.5 MB", _kilobytes),
    "needs": Row("other files that it needs", "kB", show=_kilobytes),
    "rss": Row("resident, beside redis", "kB", Bar(of="tini"), "at most tini’s"),
    "dirty": Row("private dirty", "kB", Bar(of="tini"), "at most tini’s"),
    "threads": Row("threads", ""),
    "start": Row("start → the process runs", "ms", Bar(of="tini"), "at most tini’s", _milliseconds),
    "registered": Row("redis accepts → in the catalog", "ms", Bar(5), "at most 5 ms", _milliseconds),
    "found": Row("redis accepts → clients are sent there", "ms", show=_milliseconds),
    "forwarded": Row("TERM → the process has it", "ms", show=_milliseconds),
    "gone": Row("TERM → all of it is gone", "ms", Bar(3, of="tini"), "at most tini’s + 3 ms", _milliseconds),
    "left": Row("left in the catalog then", ""),
    "wakes": Row("wake-ups a minute", "", Bar(of=OURS, row="beats"), "none but the heartbeats’"),
    "beats": Row("heartbeats a minute", ""),
    "calls": Row("system calls a minute", ""),
    "beat_calls": Row("system calls a heartbeat", "", Bar(20), "at most 20 a heartbeat"),
    "orphans": Row("CPU for 10,000 orphans", "ms", Bar(of="tini", times=1.2), "at most 1.2 × tini’s"),
}


def bars(measured):
    """Row, in words, the limit, what was measured, and whether it is met."""
    rows = measured["rows"]
    for key, row in ROWS.items():
        if row.bar:
            limit = row.bar.limit(rows, key)
            yield row, limit, rows[key][OURS]["median"], row.bar.is_met(rows, key)
