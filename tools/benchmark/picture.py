"""What matters of the figures as SVG: text as text, readable on light and on dark, as wide as a README."""

from xml.sax.saxutils import escape

from ..timeline.svg import box, line, text
from .contenders import NOBODY, OURS
from .page import about, fleet_in_words
from .rows import ROWS

_WIDTH, _MARGIN, _TOP, _COLUMNS = 830, 22, 78, 3
_COLUMN, _GAP = 250, 18  # of a panel and between two
_LABEL, _BAR = 88, 102  # widths in a panel: the name, the longest bar
_HEAD, _LINE = 40, 15  # heights in a panel: the title and the bar it is held to, one contender

HEADLINE = "What does it cost beside other inits, and beside a shell with curl?"
_EXPLAINED = "Shorter is better. The mark in a panel is the most that servicewrapper may have."
_PANELS = ("size", "rss", "dirty", "start", "registered", "gone", "calls", "orphans")
_TITLES = {"size": "its file + others that it needs"}
_HELD_TO = {"calls": "beat_calls"}  # the bar is on another row

_LIGHT = {
    "card": "#ffffff", "border": "#d0d7de", "text": "#1f2328", "muted": "#59636e",
    "ours": "#0969da", "other": "#afb8c1", "beside": "#dfe3e8", "good": "#1a7f37", "bad": "#cf222e",
}  # fmt: skip
_DARK = {
    "card": "#0d1117", "border": "#30363d", "text": "#e6edf3", "muted": "#9198a1",
    "ours": "#388bfd", "other": "#59636e", "beside": "#30363d", "good": "#3fb950", "bad": "#f85149",
}  # fmt: skip
_STYLE = (
    "text{font-family:system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif;font-size:11px}"
    ".h1{font-size:18px;font-weight:600}.h2{font-size:12.5px;font-weight:600}.say{font-size:13px}"
    ".small{font-size:10.5px}.bold{font-weight:600}.end{text-anchor:end}"
)


def _rules(colours):
    rules = [f".{name}{{fill:{colour}}}" for name, colour in colours.items()]
    return "".join([*rules, f".card{{stroke:{colours['border']}}}.line-text{{stroke:{colours['text']}}}"])


def draw(measured):
    rows = measured["rows"]
    names = [name for name in rows["start"] if name != NOBODY]
    panel = _HEAD + _LINE * len(names) + 22
    height = _TOP + panel * 3 + 40
    said = "; ".join(f"{ROWS[key].title}: {_described(ROWS[key], rows[key])}" for key in _PANELS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}"'
        f' height="{height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(HEADLINE)}</title>',
        f'<desc id="desc">{escape(said)}</desc>',
        f"<style>{_STYLE}{_rules(_LIGHT)}@media (prefers-color-scheme:dark){{{_rules(_DARK)}}}</style>",
        box(0.5, 0.5, _WIDTH - 1, height - 1, "card", round_by=8),
        text(_MARGIN, 34, HEADLINE, "text h1"),
        text(_MARGIN, 54, _EXPLAINED, "muted say"),
    ]
    for number, key in enumerate((*_PANELS, "fleet")):
        x = _MARGIN + (_COLUMN + _GAP) * (number % _COLUMNS)
        y = _TOP + panel * (number // _COLUMNS)
        parts += _fleet(measured, x, y) if key == "fleet" else _panel(key, rows, names, x, y)
    for number, words in enumerate(about(measured)):
        parts.append(text(_MARGIN, height - 26 + 14 * number, words, "muted small"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _described(row, figures):
    shown = (f"{name} {row.show(figure['median'])} {row.unit}" for name, figure in figures.items())
    return ", ".join(map(str.strip, shown))


def _panel(key, rows, names, x, y):
    row, figures = ROWS[key], rows[key]
    beside = rows["needs"] if key == "size" else {}
    values = {name: figures[name]["median"] for name in names if name in figures}
    whole = {name: value + beside.get(name, {"median": 0})["median"] for name, value in values.items()}
    limit = row.bar.limit(rows, key) if row.bar else 0
    scale = _BAR / max(*whole.values(), limit)
    title = f"{_TITLES.get(key, row.title)}, {row.unit}".removesuffix(", ")
    parts = [text(x, y + 16, title, "text h2"), _verdict(_HELD_TO.get(key, key), rows, x, y + 31)]
    for number, name in enumerate(names):
        top = y + _HEAD + _LINE * number
        parts.append(text(x + _LABEL - 5, top + 9, name, "text end" + (" bold" if name == OURS else "")))
        if name not in values:
            parts.append(text(x + _LABEL, top + 9, "doesn’t register", "muted small"))
            continue
        own, all_of_it = values[name] * scale, whole[name] * scale
        shown = row.show(values[name])
        if whole[name] > values[name]:
            parts.append(box(x + _LABEL, top, all_of_it, _LINE - 5, "beside", round_by=0))
            shown += f" + {row.show(whole[name] - values[name])}"
        parts.append(box(x + _LABEL, top, own, _LINE - 5, "ours" if name == OURS else "other", round_by=0))
        end, bold = (max(all_of_it, limit * scale), " bold") if name == OURS else (all_of_it, "")
        parts.append(text(x + _LABEL + end + 4, top + 9, shown, "text small" + bold))
    if limit:
        mark, top = x + _LABEL + limit * scale, y + _HEAD + _LINE * names.index(OURS)
        parts.append(line(mark, top - 3, mark, top + _LINE - 2, "line-text", 1.5))
    return parts


def _verdict(key, rows, x, y):
    row = ROWS[key]
    is_met = row.bar.is_met(rows, key)
    return text(x, y, f"{'✓' if is_met else '✗'} {row.words}", ("good" if is_met else "bad") + " small")


def _fleet(measured, x, y):
    title, *facts = fleet_in_words(measured)
    return [
        text(x, y + 16, title, "text h2"),
        *(text(x, y + 34 + _LINE * number, fact, "text small") for number, fact in enumerate(facts)),
    ]
