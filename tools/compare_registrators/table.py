"""The rows in Markdown."""

import statistics

from .case_run import LONGEST, NEVER


def shown(rows, names):
    """Of {row: {name: what came of it each time}}."""
    lines = [["", *names], ["---", *("---:" for _ in names)]]
    lines += [[row, *(cell(of_row.get(name, [])) for name in names)] for row, of_row in rows.items()]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def cell(values):
    times = [one for one in values if isinstance(one, float)]
    if not times:
        return ", ".join(dict.fromkeys("never" if one is NEVER else str(one) for one in values))
    low, high = in_words(min(times)), in_words(max(times))
    several = f" ({low} to {high})" if low != high else ""
    missed = f"; {values.count(NEVER)} of {len(values)} never" if NEVER in values else ""
    return in_words(statistics.median(times)) + several + missed


def in_words(seconds):
    if seconds < 0.001:
        return "under 1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


LEGEND = f"The median of several runs, and from which to which they went. Never: not within {LONGEST} s."
