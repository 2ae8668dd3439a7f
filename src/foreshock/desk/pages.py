"""What each page of the web desk says: from a view of one day to the names its template uses.

Each function takes a `View` and the words of its address, and returns what the template shows.
None of them fetches, judges or formats; what is not there raises `NotThere` in one sentence.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from foreshock.desk import alarm_words, charts, phrases
from foreshock.desk.evidence import describe
from foreshock.desk.view import NotThere, View
from foreshock.errors import RecordError, WrongUse
from foreshock.words.clocks import span
from foreshock.words.pack import Pack
from foreshock.words.records import Document, EarlyWarning, Event, Observation
from foreshock.words.reference import Import, Provision, Sourced

Context = dict[str, Any]


# -- warnings ------------------------------------------------------------------------------------


def warnings(view: View) -> Context:
    """The table of warnings, with what it was filtered by."""
    every = view.standing()
    wanted = view.pack.family(view.asked.item) if view.asked.item else frozenset()
    rows = [
        w for w in every if w.level >= (view.asked.level or 0) and (not wanted or w.item in wanted)
    ]
    known = {w.id: w for w in view.findings.warnings}
    same = phrases.repeated(rows, view.pack)
    return {
        "title": "Warnings",
        "rows": phrases.leading(rows, view.pack),
        "same": same,
        "shown": len(rows),
        "total": len(every),
        "since": {} if view.looking_back else {w.id: phrases.since(w, known) for w in rows},
        "items": sorted({w.item for w in every} | ({view.asked.item} - {None})),
        "holders": view.pack.holders,
        "levels": sorted({(rule.level, rule.name) for rule in view.pack.levels}),
        "caveats": view.findings.caveats,
    }


def warning(view: View, key: str) -> Context:
    """One warning by its id."""
    for found in view.findings.warnings:
        if found.id == key:
            return _warning(view, found)
    raise view.absent(f"the warning {key!r}", "Look at the list of warnings of that day.")


def warning_for(view: View, item: str, holder: str) -> Context:
    """The warning that is out about an item for a holder: an address that lasts."""
    for found in phrases.out(view.findings.warnings):
        if (found.item, found.holder) == (item, holder):
            return _warning(view, found)
    about = f"{phrases.name(item, view.pack)} for {phrases.name(holder, view.pack)}"
    raise view.absent(f"a warning about {about}", "Choose another day, or look at the item.")


def _warning(view: View, found: EarlyWarning) -> Context:
    reasons = phrases.by_weight(found)
    heaviest = max((abs(reason.weight) for reason in reasons), default=1.0)
    known = {w.id: w for w in view.findings.warnings}
    about = f"{phrases.name(found.item, view.pack)} for {phrases.name(found.holder, view.pack)}"
    return {
        "title": about[:1].upper() + about[1:],
        "here": f"/warnings/{found.item}/{found.holder}",
        "warning": found,
        "since": phrases.since(found, known),
        "reasons": [
            (
                reason,
                charts.weight_bar(reason.weight, heaviest, f"Weight of: {reason.says}"),
                view.sources.cite_all(reason.evidence),
            )
            for reason in reasons
        ],
        "chain": consequences(found, view.pack, view.day) if found.consequences else "",
        "rules": [rule for rule in view.pack.levels if rule.level == found.level],
    }


def consequences(found: EarlyWarning, pack: Pack, day: date) -> str:
    """What the shortage would reach, as SVG: edges of the pack between the goods the warning names.

    A good that no row of the pack joins to the others hangs on the item itself.
    """
    goods = {found.item, *found.consequences}
    known = [n for n in pack.needs if n.known(day)]
    edges = [(n.input, n.output) for n in known if {n.input, n.output} <= goods]
    reached = {output for _, output in edges}
    edges += [(found.item, good) for good in found.consequences if good not in reached]
    readable = {good: phrases.name(good, pack) for good in goods}
    return charts.chain(found.item, edges, readable, "What a shortage would reach")


# -- items ---------------------------------------------------------------------------------------


def items(view: View) -> Context:
    """Every item watched, with the highest level that is out on it."""
    worst: dict[str, EarlyWarning] = {}
    for found in view.standing():
        worst.setdefault(found.item, found)
    figures = {f.item for f in view.findings.observations}
    named = {item for m in view.findings.measures for item in m.items}
    rows = sorted(view.pack.items, key=lambda row: (row.kind, row.id))
    return {
        "title": "Items",
        "rows": [(row, worst.get(row.id), row.id in figures, row.id in named) for row in rows],
    }


def item(view: View, key: str) -> Context:
    """Everything known of one item."""
    row = view.pack.item.get(key)
    if row is None:
        raise NotThere(
            f"the item {key!r} is not in the pack",
            expected="an id of items.csv, such as min.ga",
            next_step="Choose one from the list of items.",
        )
    near = view.pack.family(key) | set(view.pack.ancestors(key))
    return {
        "title": row.name[:1].upper() + row.name[1:],
        "item": row,
        "warnings": [w for w in view.standing() if w.item in near],
        "dependence": dependence(view, key),
        "shares": shares(view, key),
        "series": series(view, key),
        "news": [
            (s, view.sources.cite(s.id))
            for s in view.findings.signals
            if s.item == key and s.kind in ("burst", "novelty")
        ],
        "measures": [m for m in view.findings.measures if near & set(m.items)],
        "events": events(view, [e for e in view.findings.events if near & set(e.items)]),
        "goes_into": [n for n in view.pack.needs if n.input == key and n.known(view.day)],
        "waits": view.pack.waits(key, view.day),
        "parents": [a for a in view.pack.ancestors(key) if a != key],
        "codes": [c for c in view.pack.codes if c.item == key and c.known(view.day)],
        "cases": [c for c in view.pack.cases if key in c.items and c.known(view.day)],
        "unverified": unverified(view, key),
    }


def unverified(view: View, key: str) -> list[tuple[str, Sourced]]:
    """What the pack says of the item although nobody here has read its source: it feeds nothing."""
    pack = view.pack
    told: list[tuple[str, Sourced]] = [
        (f"{phrases.name(r.holder, pack)} gets {r.share:.0%} from {phrases.name(r.origin, pack)}, "
         f"{r.year}", r)
        for r in pack.imports if r.item == key
    ]  # fmt: skip
    told += [
        (f"{phrases.name(r.country, pack)} makes {r.share:.0%} ({r.stage}, {r.year})", r)
        for r in pack.provisions if r.item == key and r.share is not None
    ]  # fmt: skip
    told += [
        (f"{c.system} {c.edition}: {c.code}", c) for c in pack.codes if c.item == key
    ]  # fmt: skip
    told += [
        (f"goes into {phrases.name(n.output, pack)}", n) for n in pack.needs if n.input == key
    ]  # fmt: skip
    return [
        (says, row)
        for says, row in told
        if row.checked == "unopened" and (row.source_date is None or row.source_date <= view.day)
    ]


def dependence(view: View, key: str) -> list[Import]:
    """From where holders get the item: the rows of the newest year known, largest share first."""
    holder = view.asked.holder
    known = [
        r
        for r in view.pack.imports
        if r.item == key and r.known(view.day) and (not holder or r.holder == holder)
    ]
    newest = {r.holder: max(x.year for x in known if x.holder == r.holder) for r in known}
    rows = [r for r in known if r.year == newest[r.holder]]
    return sorted(rows, key=lambda r: (r.holder, r.basis, -r.share))


NAMED = {
    "leaders": ", the largest only",
    "one": ", one country named",
    "unnamed": ", the rest not named in the source",
    "withheld": ", some shares withheld in the source",
}
"""What a diagram of shares says of the part it does not show, by `covers` of its rows."""


def shares(view: View, key: str) -> list[tuple[str, Provision, str]]:
    """Who makes the item: for each stage (stage, a row that names the source, bars as SVG)."""
    drawn = []
    for stage in ("mine", "refinery", "product"):
        known = [
            r
            for r in view.pack.provisions
            if r.item == key
            and r.stage == stage
            and not r.company
            and r.share is not None
            and r.known(view.day)
        ]
        if not known:
            continue
        newest = max(known, key=lambda r: (r.source_date or date.min, r.year))
        rows = [r for r in known if (r.source_url, r.year) == (newest.source_url, newest.year)]
        rows.sort(key=lambda r: -(r.share or 0))
        pairs = [
            charts.Bar(phrases.name(r.country, view.pack), r.share)
            for r in rows[:8]
            if r.share is not None
        ]
        what = f"Share of the world's output, {stage}, {newest.year}{NAMED.get(newest.covers, '')}"
        drawn.append((stage, newest, charts.bars(pairs, what)))
    return drawn


def series(view: View, key: str) -> list[Context]:
    """The series known of the item: a diagram and the figures with their publishers."""
    by_series: dict[str, list[Observation]] = {}
    for figure in view.findings.observations:
        if figure.item == key:
            by_series.setdefault(figure.series, []).append(figure)
    titles = {key: _title(figures[0], view.pack) for key, figures in by_series.items()}
    titles |= {row.id: row.title for row in view.pack.series}
    order = sorted(by_series, key=lambda key: (by_series[key][0].flow == "output", key))
    alarms: dict[str, dict[str, str]] = {}
    for signal in view.findings.signals:
        alarms.setdefault(signal.series, {})[signal.since] = signal.says
    return [
        {
            "title": titles[name],
            "chart": _drawn(titles[name], by_series[name], alarms.get(name, {})),
            "figures": sorted(by_series[name], key=lambda f: f.period, reverse=True),
            "signals": [
                (s, view.sources.cite(s.id)) for s in view.findings.signals if s.series == name
            ],
        }
        for name in order
    ]


def _title(figure: Observation, pack: Pack) -> str:
    """A title for a series that the pack does not describe, from what its figures say."""
    to = f" to {phrases.name(figure.partner, pack)}" if figure.partner in pack.name else ""
    stage = f" ({figure.series.split(':')[2]})" if figure.series.count(":") == 3 else ""
    about = f"{phrases.name(figure.item, pack)}: {phrases.name(figure.reporter, pack)}{to}"
    return f"{figure.flow.capitalize()}{stage} of {about}"


def _drawn(title: str, figures: Sequence[Observation], alarms: dict[str, str]) -> str:
    """One point for each plain period, the figure known last; ranges stay in the table alone."""
    latest: dict[str, Observation] = {}
    for figure in sorted(figures, key=lambda f: f.clocks.known_at):
        if ".." not in figure.period:
            latest[figure.period] = figure
    finest = max((len(period) for period in latest), default=0)  # months, where there are any
    points = []
    for period, figure in latest.items():
        if len(period) == finest:
            first, last = _span(period)
            points.append(charts.Point(first, last, figure.value, period))
    return charts.series(points, title, figures[0].unit, alarms)


def _span(period: str) -> tuple[date, date]:
    try:
        return span(period)
    except RecordError as error:
        raise WrongUse(f"a figure cannot be drawn: {error.what}") from error


def events(view: View, found: Iterable[Event]) -> list[Context]:
    """Events as lines: what, when, who says so, in which document; the newest first."""
    lines = [
        {
            "event": event,
            "says": describe(event, view.pack),
            "cited": view.sources.cite(event.id),
            "day": event.date or event.clocks.happened or "",
        }
        for event in found
    ]
    return sorted(lines, key=lambda line: (line["cited"].day, line["day"]), reverse=True)


# -- alarms --------------------------------------------------------------------------------------


def alarms(view: View) -> Context:
    """The new alarms of the month, those held back, those told before."""
    pack, found = view.pack, view.findings.alarms
    parts = []
    for state, heading in alarm_words.HEADINGS.items():
        rows = [
            {
                "alarm": alarm,
                "title": alarm_words.title(alarm, pack),
                "linked": alarm.item in pack.item,
                "hangs": alarm_words.hangs(alarm),
                "history": [(sign, view.sources.of_signal(sign.signal)) for sign in alarm.signs],
            }
            for alarm in found
            if alarm.state == state
        ]
        if rows or state != "over":
            parts.append((heading, state, rows))
    policy = view.findings.alarm_policy
    return {
        "title": "Alarms",
        "headline": alarm_words.headline(found, view.day, policy),
        "parts": parts,
    }


# -- documents, health, about --------------------------------------------------------------------


def document(view: View, key: str) -> Context:
    """A document with the passages that were read as events."""
    found = view.sources.documents.get(key)
    if found is None:
        raise view.absent(f"the document {key!r}", "Look at the evidence of a warning of that day.")
    read = [e for e in view.findings.events if e.document == key]
    return {
        "title": found.title or found.name or "A document",
        "document": found,
        "pieces": pieces(found, read),
        "events": events(view, sorted(read, key=lambda e: e.local)),
    }


def pieces(found: Document, read: Iterable[Event]) -> list[tuple[str, tuple[str, ...]]]:
    """The text cut where evidence begins and ends: (text, local ids of the events it supports)."""
    spans = [
        (max(0, p.start), min(len(found.text), p.end), event.local)
        for event in read
        for p in event.evidence
        if p.document == found.id
    ]
    edges = sorted({0, len(found.text), *(s for s, _, _ in spans), *(e for _, e, _ in spans)})
    return [
        (found.text[a:b], tuple(sorted({local for s, e, local in spans if s <= a and b <= e})))
        for a, b in pairwise(edges)
    ]


def health(view: View) -> Context:
    """How each source did, the broken first."""
    order = {"broken": 0, "unknown": 1, "quiet": 2, "fine": 3}
    rows = sorted(view.findings.health, key=lambda h: (order[h.state], h.source))
    return {"title": "Sources", "rows": rows, "caveats": view.findings.caveats}


def about(view: View) -> Context:
    """What the system can do so far and what not; its levels, words and weights."""
    return {
        "title": "About",
        "levels": view.pack.levels,
        "words": view.pack.probability_words,
        "weights": view.pack.weights,
    }
