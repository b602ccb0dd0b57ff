"""The timeline for a terminal: at most 100 columns, and in colour where asked for."""

from .telling import EXPLAINED, FOR_EVER, HEADLINE, WHAT_IT_MEANS, Axis, cases, provenance

_WIDTH, _LABELS = 100, 17
_AXIS = Axis(start=(_LABELS, _LABELS + 15), stop=(_LABELS + 19, _WIDTH - 12))
_BREAK, _ARROW = _AXIS.stop[0] - 2, _WIDTH - 9

_SIGNS = {"served": "█", "nobody": "╳", "told": "·", "accepts": "━", "listed": "━", "critical": "╌"}
_MARKS = {"good": "✓", "warning": "!", "bad": "✗"}
_COLOURS = {
    "served": "32", "good": "32", "accepts": "32", "nobody": "31", "bad": "31", "listed": "34",
    "critical": "33", "warning": "33", "told": "2", "bold": "1", "plain": "",
}  # fmt: skip


class Line:
    """So many columns; each has a character and a style."""

    def __init__(self):
        self._cells = [(" ", "plain")] * _WIDTH

    def put(self, at, text, style="plain"):
        for column, character in enumerate(text, max(0, round(at))):
            if column < _WIDTH:
                self._cells[column] = (character, style)
        return self

    def fill(self, begin, end, character, style):
        return self.put(begin, character * max(1, round(end) - round(begin)), style)

    def render(self, colour):
        if not colour:
            return "".join(character for character, _ in self._cells).rstrip()
        return "".join(_styled(character, style) for character, style in self._cells).rstrip()


def _styled(text, style):
    code = _COLOURS[style]
    return f"\033[{code}m{text}\033[0m" if code and text != " " else text


def draw(record, colour=False):
    lines = [Line().put(0, HEADLINE, "bold"), *_wrapped(EXPLAINED), Line(), *_axis()]
    for case in cases(record):
        lines += _case(case)
    lines.append(Line())
    for kind in ("served", "nobody", "told"):
        lines.append(Line().put(0, _SIGNS[kind] * 3, kind).put(5, WHAT_IT_MEANS[kind]))
    critical = f"{_SIGNS['critical'] * 3}  {WHAT_IT_MEANS['critical']}"
    lines += [Line().put(0, critical), Line()]
    for said in provenance(record):
        lines += _wrapped(said)
    return "\n".join(line.render(colour) for line in lines)


def _wrapped(said, indent=0):
    lines = [""]
    for word in said.split(" "):
        if len(lines[-1]) + len(word) > _WIDTH - indent - 1:
            lines.append("")
        lines[-1] += word + " "
    return [Line().put(indent, line) for line in lines]


def _axis():
    names = Line().put(_AXIS.start[0], "after the start", "bold")
    names.put(_AXIS.stop[0], "after the signal", "bold")
    ticks = Line()
    for at, labels in ((_AXIS.after_start, _AXIS.START_TICKS), (_AXIS.after_stop, _AXIS.STOP_TICKS)):
        for time, label in labels.items():
            ticks.put(at(time), label.replace(" ", ""))
    return [names, ticks]


def _case(case):
    title = Line().put(0, case.title, "bold").put(len(case.title) + 2, case.about)
    verdict = [line for line in _wrapped(case.verdict(), indent=2)]
    verdict[0].put(0, _MARKS[case.mood()], case.mood())
    signals = Line()
    for signal in case.signals:
        signals.put(_AXIS.at(signal["at"], case.signalled), "▼ " + signal["name"], "bold")
    clients = _bars(case, Line().put(0, "clients are", "bold"), case.clients())
    lanes = [_bars(case, Line().put(0, name), bars, ended) for name, bars, ended in case.lanes()]
    return [Line(), title, *verdict, signals, clients, *lanes]


def _bars(case, line, bars, ended=""):
    for bar in bars:
        end = _ARROW if bar.end == FOR_EVER else _AXIS.at(bar.end, case.signalled)
        line.fill(_AXIS.at(bar.begin, case.signalled), end, _SIGNS[bar.kind], bar.kind)
    line.put(_BREAK, "╱╱")
    if bars[-1].end == FOR_EVER:
        return line.put(_ARROW, "▶", bars[-1].kind)
    return line.put(end + 1, ended)
