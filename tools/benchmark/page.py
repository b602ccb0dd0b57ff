"""The figures as Markdown, which is for the terminal too."""

import re

from .contenders import OURS
from .rows import ROWS, bars

_BEGIN, _END = "<!-- The figures: make bench -->", "<!-- End of the figures -->"


def put(figures, path):
    """Between the marks of the page that is there, or as all of a new one."""
    page = path.read_text(encoding="utf-8") if path.exists() else _BEGIN + _END
    before, rest = page.split(_BEGIN)
    path.write_text(f"{before}{_BEGIN}\n{figures}\n{_END}{rest.split(_END)[1]}", encoding="utf-8")


def figures(measured):
    return "\n\n".join(["\n".join(about(measured)), _table(measured), _verdicts(measured), _fleet(measured)])


def about(measured):
    """What was measured, and where, in two sentences."""
    machine, versions = measured["machine"], measured["versions"]
    programs = ", ".join(f"{name} {_upstream(version)}" for name, version in versions.items())
    return (
        f"Measured {measured['measured']}: {programs}.",
        f"{machine['distribution']}, {machine['kernel']}; {machine['processor']}, {machine['processors']}"
        f" processors, {machine['memory']}; load before it {machine['load']}.",
    )


def _upstream(version):
    """Without the epoch and without Debian's own revision."""
    return re.sub(r"^\d+:|[-+].*", "", version)


def fleet_in_words(measured):
    """A title, then the facts."""
    one, own = (measured["fleet"][name] for name in ("one address", "own addresses"))

    def left(stopped):
        if stopped["left"]:
            return f"{stopped['left']:,} entries left"
        return f"catalog empty after {_seconds(stopped['empty'])}"

    return (
        f"{one['count']:,} on one machine, one agent",
        f"{one['pss'] / 1000:.0f} MB in all (PSS)",
        f"start → all are passing: {_passing(own)}",
        f"heartbeats: {one['requests']:.0f} requests a second,",
        f"{one['cpu'] / 1000:.1f} s of CPU a minute, all together",
        f"all stopped at once: {left(own)};",
        "all from one address, which the agent limits",
        f"to 200 connections: {left(one)}",
    )


def _table(measured):
    names = list(measured["rows"]["start"])
    lines = [["", "", *names], [":---", "---", *("---:" for _ in names)]]
    for key, row in ROWS.items():
        cells = (_cell(row, measured["rows"].get(key, {}).get(name)) for name in names)
        lines.append([row.title, row.unit, *cells])
    return _rendered(lines)


def _cell(row, figure):
    if figure is None:
        return "–"
    middle, low, high = (row.show(figure[key]) for key in ("median", "low", "high"))
    return middle if low == high else f"{middle} ({low}–{high})"


def _rendered(lines):
    """The second line says which columns are to be aligned right."""
    columns = []
    for cells in zip(*lines):
        width, pad = max(map(len, cells)), str.rjust if cells[1] == "---:" else str.ljust
        columns.append([pad(cell, width) for cell in cells])
    return "\n".join("| " + " | ".join(cells) + " |" for cells in zip(*columns))


def _verdicts(measured):
    lines = [["bar", "", OURS, "is to be", ""], [":---", "---", "---:", ":---", ":---"]]
    for row, limit, value, is_met in bars(measured):
        verdict = "met" if is_met else "**NOT MET**"
        lines.append([row.title, row.unit, row.show(value), f"{row.words}: {row.show(limit)}", verdict])
    return _rendered(lines)


def _seconds(value):
    return "never" if value is None else f"{value:.1f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def _passing(many):
    return f"{many['most_passing']:,} in a minute" if many["passing"] is None else _seconds(many["passing"])


def _megabytes(kilobytes):
    return f"{kilobytes / 1000:,.0f} MB"


def _fleet(measured):
    one, own, tini = (measured["fleet"][name] for name in ("one address", "own addresses", "tini"))
    count = f"{one['count']:,}"
    lines = [[f"{count} at once, one agent", OURS, "as if each had an address", f"{count} tini"]]
    lines.append([":---", "---:", "---:", "---:"])
    for title, key in (("resident", "rss"), ("proportional (PSS)", "pss"), ("private dirty", "dirty")):
        lines.append([f"{title}, summed", _megabytes(one[key]), "", _megabytes(tini[key])])
    lines.append(["start → all are passing", _passing(one), _passing(own), ""])
    lines.append(["requests a second, by the agent’s count", f"{one['requests']:.0f}", "", ""])
    lines.append(["CPU of a minute’s heartbeats, all together", f"{one['cpu'] / 1000:.1f} s", "", ""])
    lines.append(["the agent’s CPU in that minute", f"{one['agent_cpu'] / 1000:.1f} s", "", ""])
    for title, key in (("TERM to all → all processes are gone", "gone"), ("→ the catalog is empty", "empty"),
                       ("→ no client is sent to any", "unfound")):  # fmt: skip
        lines.append([title, _seconds(one[key]), _seconds(own[key]), ""])
    lines.append(["entries left behind", f"{one['left']:,}", f"{own['left']:,}", ""])
    return _rendered(lines)
