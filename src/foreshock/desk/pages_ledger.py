"""What the pages of the ledger say: measures, promises, stances, chains, and the calendar."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from foreshock.desk import charts, ledger_words
from foreshock.desk.view import View
from foreshock.ledger.chains import later
from foreshock.ledger.life import standing
from foreshock.words.clocks import span

Context = dict[str, Any]

#: states in the order in which the page of measures counts them
STATES = (
    "in_force",
    "announced",
    "drafted",
    "threatened",
    "rumoured",
    "postponed",
    "suspended",
    "unknown",
    "ended",
    "dropped",
)


def measures(view: View) -> Context:
    """Every measure known, the one that moved last first."""
    rows = sorted(
        view.findings.measures,
        key=lambda m: max((s.published for s in m.steps), default=date.min),
        reverse=True,
    )
    standings = {m.name: standing(m.steps, view.day) for m in rows}
    held = {name: now.state for name, now in standings.items()}
    return {
        "title": "Measures",
        "rows": rows,
        "standings": standings,
        "counts": [(state, n) for state in STATES if (n := sum(h == state for h in held.values()))],
    }


def measure(view: View, name: str) -> Context:
    """One measure with its life."""
    found = next((m for m in view.findings.measures if m.name == name), None)
    if found is None:
        raise view.absent(f"the measure {name!r}", "Choose one from the list of measures.")
    marks = [charts.Mark(span(s.date)[0], s.step) for s in found.steps if s.date]
    order = sorted(found.steps, key=lambda s: span(s.date)[0] if s.date else date.max)
    return {
        "title": found.title,
        "measure": found,
        "standing": standing(found.steps, view.day),
        "timeline": charts.timeline(marks, view.day, f"Life of {found.name}"),
        "steps": [(step, view.sources.cite_all(step.evidence)) for step in order],
        "regimes": [r for r in view.findings.regimes if r.measure == name],
        "scope": _parts(view, name),
        "handlings": [
            (ledger_words.numbers(h), h) for h in view.findings.handlings if h.measure == name
        ],
        "conflicts": [c for c in view.findings.conflicts if c.about == name],
        "stances": [s for s in view.findings.stances if s.about == name],
        "answers": [a for c in view.findings.chains for a in c.answers if name in (a.answer, a.to)],
        "warnings": [w for w in view.standing() if w.item in _reach(view, found.items)],
    }


def _parts(view: View, name: str) -> list[tuple[str, list[str]]]:
    """What a measure reaches and lets through beyond its card: parts and their values."""
    shown = ("entity", "end_use", "reach", "threshold", "exemption", "validity", "clock")
    facts = [f for s in view.findings.scopes if s.measure == name for f in s.facts]
    return [
        (
            ledger_words.PARTS[part],
            [ledger_words.value(part, f.value, view.pack) for f in facts if f.part == part],
        )
        for part in shown
        if any(f.part == part for f in facts)
    ]


def _reach(view: View, keys: Iterable[str]) -> set[str]:
    return {below for key in keys for below in view.pack.family(key)}


def commitments(view: View) -> Context:
    """Every promise known; the open ones first, by the day they fall due."""
    rows = sorted(
        view.findings.commitments,
        key=lambda c: (c.outcome != "open", c.due or "9999", c.name),
    )
    return {
        "title": "Commitments",
        "rows": [
            (row, view.sources.cite_all(row.evidence), _overdue(view, row.due)) for row in rows
        ],
        "due": view.findings.due,
        "what": ledger_words.WHAT,
    }


def calendar(view: View) -> Context:
    """What lies ahead within 90 days, and the promises whose day has passed without a word."""
    overdue = [c for c in view.findings.commitments if c.outcome == "open"]
    overdue = [c for c in overdue if _overdue(view, c.due)]
    return {
        "title": "Calendar",
        "due": view.findings.due,
        "what": ledger_words.WHAT,
        "overdue": sorted(overdue, key=lambda c: (c.due or "", c.name)),
    }


def stances(view: View) -> Context:
    """Who stands where on what, those who moved last first."""
    rows = sorted(view.findings.stances, key=lambda s: (s.since or "", s.who), reverse=True)
    measures = {m.name for m in view.findings.measures}
    return {
        "title": "Stances",
        "rows": [(row, view.sources.cite_all(row.evidence)) for row in rows],
        "sides": ledger_words.SIDES,
        "voice": ledger_words.voice,
        "measures": measures,
    }


def chains(view: View) -> Context:
    """What answered what, the chain that moved last first."""
    return {
        "title": "What answered what",
        "chains": view.findings.chains,
        "measures": {m.name: m.title for m in view.findings.measures},
        "promises": {c.name: c.what.rstrip(".") for c in view.findings.commitments},
        "verbs": {name: verb for name, (verb, _) in ledger_words.ANSWERS.items()},
        "later": later,
    }


def _overdue(view: View, due: str | None) -> bool:
    return bool(due) and span(due or "")[1] < view.day
