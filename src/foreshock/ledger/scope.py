"""What a measure covers, reaches and lets through on a day, each with its evidence."""

from collections.abc import Iterable, Sequence
from datetime import date

from foreshock.ledger import tables, telling
from foreshock.ledger.licences import Asked
from foreshock.ledger.life import Standing, when
from foreshock.ledger.periods import days
from foreshock.words.pack import Pack
from foreshock.words.records import Event, Measure, Struct
from foreshock.words.reference import ScopeRow

Day = date

#: the parts of a scope, in the order in which they are shown
PARTS = (
    "item",
    "code",
    "destination",
    "entity",
    "end_use",
    "reach",
    "threshold",
    "exemption",
    "validity",
    "clock",
)


class Covered(Struct, frozen=True, kw_only=True):
    """One thing that a measure covers, reaches or lets through."""

    part: str
    value: str
    #: first and last day, where they are told
    since: Day | None = None
    until: Day | None = None
    says: str = ""
    evidence: tuple[str, ...] = ()


class Scope(Struct, frozen=True, kw_only=True):
    """What a measure covers, reaches and lets through on a day."""

    measure: str
    day: Day
    state: str
    facts: tuple[Covered, ...] = ()

    def of(self, part: str) -> tuple[str, ...]:
        """The values of one part: item, code, destination, entity, end_use, reach, ...

        >>> Scope(measure="M", day=date(2026, 1, 1), state="none").of("item")
        ()
        """
        return tuple(fact.value for fact in self.facts if fact.part == part)


def scope(pack: Pack, asked: Asked, told: Sequence[Event]) -> Scope:
    """The scope of the measure on the day asked, from what was known by the day of the book.

    `told` are the events found to be about the measure. What the measure names from its first day
    comes first, then what rows and events add, let through, or take out by `day`.
    """
    measure, day = asked.measure, asked.day
    held: dict[tuple[str, str], Covered] = {}
    rows = [r for r in pack.scopes if r.measure == measure.name and r.published <= asked.known]
    told_apart = {(r.part, r.value) for r in rows if r.change == "adds"}
    told_apart |= {("end_use", tables.UNTOLD)} if any(r.part == "end_use" for r in rows) else set()
    for fact in _named(measure, asked.now):
        if (fact.part, fact.value) not in told_apart:
            held.setdefault((fact.part, fact.value), fact)
    changes = [*_by_rows(rows), *_by_events(measure, told)]
    for adds, fact in sorted(
        changes, key=lambda c: (c[1].since or date.min, c[1].part, c[1].value)
    ):
        if fact.since is not None and fact.since > day:
            continue
        if fact.until is not None and fact.until < day:
            continue
        key = (fact.part, fact.value)
        if not adds:
            held.pop(key, None)
        elif key in held:
            held[key] = _both(held[key], fact)
        else:
            held[key] = fact
    order = sorted(held.values(), key=lambda f: PARTS.index(f.part))
    return Scope(measure=measure.name, day=day, state=asked.now.state, facts=tuple(order))


def _in_time(change: tuple[bool, Covered]) -> tuple[Day, str, str]:
    fact = change[1]
    return fact.since or date.min, fact.part, fact.value


def _named(measure: Measure, now: Standing) -> Iterable[Covered]:
    """What the measure names itself, from its first day."""
    first = min(measure.steps, key=when)
    evidence = first.evidence[:1]
    values = [
        *(("item", item) for item in telling.named(measure.items)),
        *(("code", code) for code in measure.codes),
        *(("destination", place) for place in sorted(telling.places(measure.targets))),
        *(("entity", name) for name in measure.targets if ":" in name),
        *(tables.REACH[tool] for tool in measure.instruments if tool in tables.REACH),
    ]
    for part, value in values:
        yield Covered(part=part, value=value, since=now.effective, evidence=evidence)


def _by_rows(rows: Iterable[ScopeRow]) -> Iterable[tuple[bool, Covered]]:
    for row in rows:
        if row.checked == "unopened":
            continue
        fact = Covered(
            part=row.part,
            value=row.value,
            since=days(row.date)[0] if row.date else None,
            until=days(row.until)[1] if row.until else None,
            says=row.what,
            evidence=(row.ref,) if row.ref else (),
        )
        yield row.change == "adds", fact


def _by_events(measure: Measure, told: Sequence[Event]) -> Iterable[tuple[bool, Covered]]:
    for event in told:
        if event.modality != "fact" or event.status not in ("announced", "in_force"):
            continue
        if telling.undated(event):
            continue
        since = days(event.effective or event.date)[0] if event.effective or event.date else None
        since = since or telling.published(event)
        until = days(event.until)[1] if event.until else None
        for part, value in _parts(measure, event):
            ending = until if part == "exemption" else None
            yield (
                True,
                Covered(part=part, value=value, since=since, until=ending, evidence=(event.id,)),
            )


def _parts(measure: Measure, event: Event) -> list[tuple[str, str]]:
    companies = [name for name in event.targets if ":" in name]
    if event.type == "RESTRICT":
        wider = event.mode == "expand" and not event.background
        return [
            *(("item", item) for item in telling.items(event) if wider),
            *(("destination", p) for p in sorted(telling.places(event.targets)) if wider),
            *(("entity", name) for name in companies),
            *(tables.REACH[tool] for tool in event.instruments if tool in tables.REACH),
        ]
    if event.type == "EASE" and event.mode in tables.LETS_THROUGH:
        # nobody is exempted from a rule by a licence that he got: that is how it is handled
        places = telling.places(event.targets) - {"all"}
        inside = telling.places(measure.targets) - {"all"}
        who = companies or sorted(places if not inside or places < inside else ())
        return [("exemption", name) for name in who] or [
            ("exemption", f"for {item}") for item in telling.items(event)
        ]
    return []


def _both(one: Covered, other: Covered) -> Covered:
    evidence = tuple(dict.fromkeys((*one.evidence, *other.evidence)))
    return Covered(
        part=one.part,
        value=one.value,
        since=min((s for s in (one.since, other.since) if s), default=None),
        until=one.until if one.until is None else other.until,
        says=one.says or other.says,
        evidence=evidence,
    )
