"""Diagrams drawn as SVG on the server: bars, a series, the life of a measure, a chain of goods.

Each is one `<svg>` with a title and a description, that loads nothing and obeys the style sheet of
the page it stands in (classes, no colours of its own). Places along the width are given in per
cent, so a diagram fits a phone and a desk without scaling its letters. Every text is escaped.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from itertools import pairwise
from textwrap import wrap
from typing import NamedTuple

from foreshock.desk.phrases import number, percent

_ROW = 34  # pixels for one bar with its label above
_PLOT = 180  # pixels of height of a series
_CROWD = 48  # figures of a series beyond which the dots shrink
_NODE = 30  # pixels of height of a good in a chain
_LINE = 18  # ... and of each further line of its name
_STEP = 26  # pixels that a good stands in from what it is made of
_LETTERS = 40  # letters that fit one line on a phone


class Bar(NamedTuple):
    """One bar: a label and a share in 0..1."""

    label: str
    share: float


class Point(NamedTuple):
    """One figure of a series: first and last day of its period, value or None if withheld."""

    first: date
    last: date
    value: float | None
    #: the period as published: 2023-08
    period: str = ""


class Mark(NamedTuple):
    """A step in the life of a measure: when it takes effect, and what it is."""

    day: date
    step: str


def _svg(title: str, desc: str, height: int, body: Iterable[str], kind: str) -> str:
    said = escape(f"{title}. {desc}", quote=True)
    return (
        f'<svg class="chart {kind}" role="img" aria-label="{said}" width="100%" height="{height}">'
        f"<title>{escape(title)}</title><desc>{escape(desc)}</desc>{''.join(body)}</svg>"
    )


def _text(x: float, y: float, words: str, extra: str = "") -> str:
    return f'<text x="{x:.2f}%" y="{y:g}"{extra}>{escape(words)}</text>'


def bars(rows: Sequence[Bar], title: str) -> str:
    """Bars of shares in 0..1, the label above each, the figure behind it.

    >>> 'width="72.52%"' in bars([Bar("China", 0.98)], "Gallium")
    True
    """
    body = []
    for at, row in enumerate(rows):
        top = at * _ROW
        width = max(0.0, min(1.0, row.share)) * 74
        body.append(_text(0, top + 13, row.label))
        body.append(f'<rect class="track" x="0" y="{top + 18}" width="74%" height="10"/>')
        body.append(f'<rect class="bar" x="0" y="{top + 18}" width="{width:.2f}%" height="10"/>')
        body.append(_text(100, top + 27, percent(row.share), ' class="figure" text-anchor="end"'))
    desc = "; ".join(f"{row.label} {percent(row.share)}" for row in rows) or "no figure"
    return _svg(title, desc, max(1, len(rows)) * _ROW, body, "bars")


def weight_bar(weight: float, heaviest: float, title: str) -> str:
    """One bar left (against) or right (for) of a middle line; `heaviest` > 0 fills its half.

    >>> 'x="50.00%"' in weight_bar(1.0, 2.0, "rush before the deadline")
    True
    """
    half = 50 * min(1.0, abs(weight) / heaviest) if heaviest > 0 else 0.0
    start = 50.0 if weight >= 0 else 50.0 - half
    side = "for" if weight >= 0 else "against"
    body = [
        '<rect class="track" x="0" y="3" width="100%" height="10"/>',
        f'<rect class="bar {side}" x="{start:.2f}%" y="3" width="{half:.2f}%" height="10"/>',
        '<line class="axis" x1="50%" x2="50%" y1="0" y2="16"/>',
    ]
    return _svg(title, f"speaks {side} a shortage with {weight:+.1f} log-odds", 16, body, "weight")


# -- a series ------------------------------------------------------------------------------------


def series(
    points: Sequence[Point], title: str, unit: str, alarms: Mapping[str, str] | None = None
) -> str:
    """A series over time: a line between neighbouring periods, a gap where a period is missing.

    `alarms` maps a period to what is unusual in it; it is ringed. A withheld figure is a cross.
    With fewer than two figures there is no line, only dots.

    >>> june, july = date(2023, 6, 1), date(2023, 7, 1)
    >>> figures = [Point(june, date(2023, 6, 30), 3.0), Point(july, date(2023, 7, 31), 5.15)]
    >>> series(figures, "Gallium", "t").count("<circle")
    2
    """
    rows = sorted(points, key=lambda point: point.first)
    values = [p.value for p in rows if p.value is not None]
    if not rows or not values:
        return _svg(title, "no figure is known", 24, [_text(0, 16, "no figure is known")], "series")
    ring = alarms or {}
    radius = 3.5 if len(rows) <= _CROWD else 1.5
    top = _round_up(max(values))
    begin, end = _window(rows)
    body = [*_grid(top, unit), *_years(begin, end)]
    body += [_segment(a, b, begin, end, top) for a, b in _neighbours(rows)]
    for point in rows:
        body += _dot(point, (begin, end, top), (radius, ring.get(point.period, "")))
    missing = _missing(rows)
    desc = (
        f"{len(values)} figures from {rows[0].period} to {rows[-1].period} in {unit}, "
        f"lowest {number(min(values))}, highest {number(max(values))}, "
        f"{missing} gap(s) where no figure is known"
    )
    return _svg(title, desc, _PLOT + 44, body, "series")


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5, 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    return next((power * f for f in (1, 2, 2.5, 5, 10) if power * f >= value), power * 10)


def _window(rows: Sequence[Point]) -> tuple[date, date]:
    begin, end = rows[0].first, rows[-1].last
    return (begin, end) if (end - begin).days > 60 else (begin - timedelta(45), end + timedelta(45))


def _x(day: date, begin: date, end: date) -> float:
    return 2 + 96 * (day - begin).days / max(1, (end - begin).days)


def _y(value: float, top: float) -> float:
    return 20 + _PLOT * (1 - max(0.0, value) / top)


def _middle(point: Point) -> date:
    return point.first + (point.last - point.first) / 2


def _grid(top: float, unit: str) -> list[str]:
    lines = []
    for part in (0.0, 0.5, 1.0):
        y = _y(top * part, top)
        lines.append(f'<line class="grid" x1="0" x2="100%" y1="{y:g}" y2="{y:g}"/>')
        label = number(top * part) + (f" {unit}" if part == 1 else "")
        lines.append(_text(0, y - 5, label, ' class="small"'))
    return lines


def _years(begin: date, end: date) -> list[str]:
    """Ticks at each 1 January; at the ends, where the window holds none or only one."""
    ticks = [date(year, 1, 1) for year in range(begin.year, end.year + 1)]
    ticks = [day for day in ticks if begin <= day <= end]
    step = max(1, -(-len(ticks) // 6))
    marks = []
    labels = [(day, str(day.year)) for day in ticks[::step]]
    if len(labels) < 2:
        labels = [(begin, f"{begin:%Y-%m}"), (end, f"{end:%Y-%m}")]
    for day, words in labels:
        x = _x(day, begin, end)
        anchor = "start" if x < 8 else "end" if x > 92 else "middle"
        marks.append(f'<line class="grid" x1="{x:.2f}%" x2="{x:.2f}%" y1="20" y2="{_PLOT + 26}"/>')
        marks.append(_text(x, _PLOT + 40, words, f' class="small" text-anchor="{anchor}"'))
    return marks


def _neighbours(rows: Sequence[Point]) -> Iterable[tuple[Point, Point]]:
    """Pairs of points between which no period is missing."""
    for a, b in pairwise(rows):
        if a.value is not None and b.value is not None and b.first <= a.last + timedelta(days=1):
            yield a, b


def _missing(rows: Sequence[Point]) -> int:
    return sum(b.first > a.last + timedelta(days=1) for a, b in pairwise(rows))


def _segment(a: Point, b: Point, begin: date, end: date, top: float) -> str:
    x1, x2 = _x(_middle(a), begin, end), _x(_middle(b), begin, end)
    y1, y2 = _y(a.value or 0.0, top), _y(b.value or 0.0, top)
    return f'<line class="line" x1="{x1:.2f}%" y1="{y1:.1f}" x2="{x2:.2f}%" y2="{y2:.1f}"/>'


def _dot(point: Point, frame: tuple[date, date, float], mark: tuple[float, str]) -> list[str]:
    """A figure as a dot of a radius, ringed if `mark` says what is unusual; withheld as a cross."""
    (begin, end, top), (radius, alarm) = frame, mark
    x = _x(_middle(point), begin, end)
    if point.value is None:
        return [_text(x, _y(0.0, top) - 4, "×", ' class="small" text-anchor="middle"')]
    y = _y(point.value, top)
    said = f"{point.period}: {number(point.value)}" + (f", unusual: {alarm}" if alarm else "")
    ring = f'<circle class="alarm" cx="{x:.2f}%" cy="{y:.1f}" r="8"/>' if alarm else ""
    dot = f'<circle class="dot" cx="{x:.2f}%" cy="{y:.1f}" r="{radius}">'
    return [ring, f"{dot}<title>{escape(said)}</title></circle>"]


# -- the life of a measure -----------------------------------------------------------------------

#: steps after which the measure binds, hangs over the trade, or does not bind
_STATE = {
    "in_force": "binds",
    "tightened": "binds",
    "extended": "binds",
    "eased": "binds",
    "rumoured": "looms",
    "threatened": "looms",
    "drafted": "looms",
    "announced": "looms",
    "postponed": "looms",
    "suspended": "rests",
    "ended": "rests",
    "dropped": "rests",
}


def timeline(marks: Sequence[Mark], as_of: date, title: str) -> str:
    """The life of a measure: numbered steps on a line, shaded while it binds, dashed when rested.

    The numbers are those of the table of steps beside it. `as_of` is drawn as a line of its own.

    >>> life = [Mark(date(2023, 7, 3), "announced"), Mark(date(2023, 8, 1), "in_force")]
    >>> timeline(life, date(2023, 9, 1), "CN-2023-23").count('class="knot"')
    2
    """
    rows = sorted(marks, key=lambda mark: mark.day)
    if not rows:
        return _svg(title, "no step is known", 24, [_text(0, 16, "no step is known")], "timeline")
    begin, end = min(rows[0].day, as_of), max(rows[-1].day, as_of)
    margin = timedelta(days=max(20, (end - begin).days // 20))
    begin, end = begin - margin, end + margin
    body = ['<line class="axis" x1="0" x2="100%" y1="36" y2="36"/>']
    stops = [*(mark.day for mark in rows[1:]), max(rows[-1].day, as_of)]
    for mark, stop in zip(rows, stops, strict=True):
        x1, x2 = _x(mark.day, begin, end), _x(stop, begin, end)
        state = _STATE.get(mark.step, "looms")
        body.append(
            f'<rect class="{state}" x="{x1:.2f}%" y="30" width="{max(0.0, x2 - x1):.2f}%" '
            'height="12"/>'
        )
    body += _today(as_of, begin, end)
    body += _knots(rows, begin, end)
    desc = "; ".join(f"{n}: {m.step.replace('_', ' ')} {m.day}" for n, m in enumerate(rows, 1))
    return _svg(title, desc, 78, body, "timeline")


def _today(as_of: date, begin: date, end: date) -> list[str]:
    x = _x(as_of, begin, end)
    anchor = "end" if x > 60 else "start"
    line = f'<line class="today" x1="{x:.2f}%" x2="{x:.2f}%" y1="14" y2="58"/>'
    return [line, _text(x, 10, f"known as of {as_of}", f' class="small" text-anchor="{anchor}"')]


def _knots(rows: Sequence[Mark], begin: date, end: date) -> list[str]:
    """Numbered circles; those too near to the one before are stepped aside so that none hides."""
    drawn: list[str] = []
    last_x, level = -100.0, 0
    for at, mark in enumerate(rows, 1):
        x = _x(mark.day, begin, end)
        level = (level + 1) % 3 if x - last_x < 5 else 0
        y = 36 + (0, 20, -16)[level]
        drawn.append(f'<circle class="knot" cx="{x:.2f}%" cy="{y}" r="9"/>')
        drawn.append(_text(x, y + 4, str(at), ' class="count" text-anchor="middle"'))
        last_x = x
    return drawn


# -- a chain of goods ----------------------------------------------------------------------------


def chain(root: str, edges: Iterable[tuple[str, str]], names: Mapping[str, str], title: str) -> str:
    """What a shortage of `root` reaches: each good below what it is made from, drawn as a tree.

    `edges` are (input, output). A good that several inputs lead to is drawn once, below the
    nearest to the root.

    >>> drawn = chain("min.ga", [("min.ga", "mat.wbg")], {"min.ga": "gallium"}, "Chain")
    >>> "gallium" in drawn and "mat.wbg" in drawn
    True
    """
    body, middle, top = [], {}, 0
    order = _tree(root, sorted(set(edges)))
    for good, depth, parent in order:
        x, y = 12 + depth * _STEP, top + _NODE // 2
        lines = wrap(names.get(good, good), _LETTERS - 3 * depth) or [good]
        middle[good] = y
        top += _NODE + _LINE * (len(lines) - 1)
        if parent:
            down = f"M{x - _STEP} {middle[parent] + 7}V{y}H{x - 7}"
            body.append(f'<path class="edge" d="{down}"/>')
        kind = "good" if parent else "root"
        body.append(f'<circle class="{kind}" cx="{x}" cy="{y}" r="6"/>')
        for row, line in enumerate(lines):
            at = y + 5 + row * _LINE
            body.append(f'<text x="{x + 14}" y="{at}">{escape(line)}</text>')
    reached = ", ".join(names.get(good, good) for good, _, _ in order[1:]) or "nothing further"
    return _svg(title, f"{names.get(root, root)} goes into {reached}", top, body, "chain")


def _tree(root: str, edges: Sequence[tuple[str, str]]) -> list[tuple[str, int, str]]:
    """(good, depth, parent) in the order of drawing; each good once, nearest to the root."""
    parent = {root: ""}
    edge_of_reach = [root]
    while edge_of_reach:
        reached = []
        for source, good in edges:
            if source in edge_of_reach and good not in parent:
                parent[good] = source
                reached.append(good)
        edge_of_reach = reached
    below: dict[str, list[str]] = {}
    for good, source in parent.items():
        below.setdefault(source, []).append(good)
    drawn: list[tuple[str, int, str]] = []
    waiting = [(root, 0)]
    while waiting:
        good, depth = waiting.pop()
        drawn.append((good, depth, parent[good]))
        waiting += [(next_good, depth + 1) for next_good in reversed(below.get(good, []))]
    return drawn
