"""The timeline as SVG: text as text, readable on light and on dark, at the width of a README."""

from xml.sax.saxutils import escape

from .telling import EXPLAINED, FOR_EVER, HEADLINE, WHAT_IT_MEANS, Axis, cases, duration, provenance

WIDTH, MARGIN, LABELS_END = 830, 22, 132
AXIS = Axis(start=(140, 254), stop=(296, 764))
BREAK = 278  # where the one scale ends and the other is about to begin
ARROW_FROM, ARROW_TIP = 796, 808
TOP, BLOCK, CLIENTS, LANE = 112, 128, 20, 12  # heights: above the cases, of one, of its bars
_MARKS = {"good": "✓", "warning": "!", "bad": "✗"}
LETTER = 6.4  # about the width of one at 11 px, in the widest of the usual fonts

_LIGHT = {
    "card": "#ffffff", "border": "#d0d7de", "text": "#1f2328", "muted": "#59636e", "grid": "#e4e8ec",
    "served": "#1a7f37", "nobody": "#cf222e", "told": "#e6eaef", "accepts": "#1a7f37", "listed": "#0969da",
    "critical": "#bf8700", "good": "#1a7f37", "warning": "#8a5a00", "bad": "#cf222e",
    "on": "#ffffff",
}  # fmt: skip
_DARK = {
    "card": "#0d1117", "border": "#30363d", "text": "#e6edf3", "muted": "#9198a1", "grid": "#20262e",
    "served": "#238636", "nobody": "#da3633", "told": "#262c36", "accepts": "#238636", "listed": "#388bfd",
    "critical": "#d29922", "good": "#3fb950", "warning": "#d29922", "bad": "#f85149",
    "on": "#ffffff",
}  # fmt: skip


def _rules(colours):
    rules = [f".{name}{{fill:{colour}}}" for name, colour in colours.items()]
    rules.append(f".card{{stroke:{colours['border']}}}")
    rules += [f".line-{name}{{stroke:{colours[name]}}}" for name in ("grid", "text", "card")]
    return "".join(rules)


_STYLE = (
    "text{font-family:system-ui,'Segoe UI','Helvetica Neue',Arial,sans-serif;font-size:11px}"
    ".h1{font-size:18px;font-weight:600}.h2{font-size:14px;font-weight:600}.say{font-size:13px}"
    ".small{font-size:10.5px}.bold{font-weight:600}.end{text-anchor:end}.mid{text-anchor:middle}"
)


def text(x, y, words, classes="text"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{classes}">{escape(words)}</text>'


def box(x, y, width, height, classes, round_by=2):
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}"'
    return f'<rect {place} rx="{round_by}" class="{classes}"/>'


def line(x, y, to_x, to_y, classes, width=1):
    place = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
    return f'<line {place} class="{classes}" stroke-width="{width}"/>'


def draw(record):
    told = cases(record)
    height = TOP + BLOCK * len(told) + 110
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(HEADLINE)}</title>',
        f'<desc id="desc">{escape(" ".join(_described(case) for case in told))}</desc>',
        f"<style>{_STYLE}{_rules(_LIGHT)}@media (prefers-color-scheme:dark){{{_rules(_DARK)}}}</style>",
        box(0.5, 0.5, WIDTH - 1, height - 1, "card", round_by=8),
        text(MARGIN, 34, HEADLINE, "text h1"),
        text(MARGIN, 54, EXPLAINED, "muted say"),
        *_axis(),
    ]
    for number, case in enumerate(told):
        parts += _case(case, TOP + BLOCK * number)
    parts += _legend(TOP + BLOCK * len(told) + 18)
    for number, words in enumerate(provenance(record)):
        parts.append(text(MARGIN, height - 42 + 14 * number, words, "muted small"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _described(case):
    return f"{case.title}, {case.about}: {case.verdict()}"


def _axis():
    parts = [text(AXIS.start[0], 80, "after the start", "text small bold")]
    parts += [text(AXIS.stop[0], 80, "after the signal", "text small bold")]
    return parts + [text(x, 96, label, "muted small mid") for x, label in _ticks()]


def _ticks():
    for at, labels in ((AXIS.after_start, AXIS.START_TICKS), (AXIS.after_stop, AXIS.STOP_TICKS)):
        yield from ((at(time), label) for time, label in labels.items())


def _case(case, y):
    middle = y + 56
    parts = [
        *(line(x, middle - 6, x, middle + CLIENTS + 3 * LANE + 6, "line-grid") for x, _ in _ticks()),
        f'<text x="{MARGIN}" y="{y + 18}" class="text h2">{escape(case.title)}'
        f'<tspan class="muted say" font-weight="400" dx="8">{escape(case.about)}</tspan></text>',
        text(MARGIN, y + 36, f"{_MARKS[case.mood()]} {case.verdict()}", f"{case.mood()} say"),
        text(LABELS_END, middle + 14, "clients are", "text bold end"),
    ]
    for bar in case.clients():
        parts += _bar(case, bar, middle, CLIENTS)
        parts += _said(case, bar, middle)
    for number, (name, bars, ended) in enumerate(case.lanes()):
        lane = middle + CLIENTS + 5 + LANE * number
        parts.append(text(LABELS_END, lane + 7.5, name, "muted small end"))
        for bar in bars:
            parts += _bar(case, bar, lane, LANE - 5)
        if bars[-1].end != FOR_EVER:
            parts.append(text(_end(case, bars[-1]) + 4, lane + 7.5, ended, "text small"))
    parts += _break(middle)
    parts += _signals(case, middle)
    return parts


def _end(case, bar):
    return ARROW_FROM if bar.end == FOR_EVER else AXIS.at(bar.end, case.signalled)


def _bar(case, bar, y, height):
    begin, end = AXIS.at(bar.begin, case.signalled), _end(case, bar)
    parts = [box(begin, y, max(1, end - begin), height, bar.kind, round_by=0)]
    if bar.end == FOR_EVER:
        tip = f"M{ARROW_FROM} {y}L{ARROW_TIP} {y + height / 2}L{ARROW_FROM} {y + height}z"
        parts.append(f'<path d="{tip}" class="{bar.kind}"/>')
    return parts


def _said(case, bar, y):
    """The words in a client's bar, in its first part that has room for them. Before the start there is
    nothing to say."""
    words = {"served": "served", "nobody": "sent to nobody", "told": "not sent there"}[bar.kind]
    if bar.kind == "nobody":
        words += ", for ever" if bar.end == FOR_EVER else f" for {duration(case.gap)}"
    classes = ("muted" if bar.kind == "told" else "on bold") + " mid"
    room = [part for part in _parts(case, bar) if part[1] - part[0] > LETTER * len(words) + 8]
    if not room or not bar.begin:
        return []
    return [text(sum(room[0]) / 2, y + 14, words, classes)]


def _parts(case, bar):
    """From where to where it is drawn, cut by the break and by the signals."""
    begin, end = AXIS.at(bar.begin, case.signalled), _end(case, bar)
    cuts = [BREAK - 6, BREAK + 6] + [AXIS.at(signal["at"], case.signalled) for signal in case.signals]
    edges = [begin, *(cut for cut in cuts if begin < cut < end), end]
    return list(zip(edges, edges[1:]))


def _break(y):
    """Between the two scales the service just serves, for seconds or for months."""
    bottom = y + CLIENTS + 3 * LANE + 4
    return [line(BREAK + shift - 3, bottom, BREAK + shift + 3, y - 3, "line-card", 2.5) for shift in (-3, 3)]


def _signals(case, y):
    parts = []
    for signal in case.signals:
        x = AXIS.at(signal["at"], case.signalled)
        parts.append(line(x, y - 12, x, y + CLIENTS + 3 * LANE + 2, "line-text", 1.5))
        parts.append(text(x + 4, y - 4, signal["name"], "text small bold"))
    return parts


def _legend(y):
    parts = []
    for x, row, kind in ((MARGIN, 0, "served"), (MARGIN, 1, "nobody"), (MARGIN, 2, "told"),
                         (600, 0, "accepts"), (600, 1, "listed"), (600, 2, "critical")):  # fmt: skip
        parts.append(box(x, y + 15 * row - 8, 18, 8, kind, round_by=1))
        parts.append(text(x + 25, y + 15 * row, WHAT_IT_MEANS[kind], "muted"))
    return parts
