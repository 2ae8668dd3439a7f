"""How a rule is handled in practice: applied, approved, returned, waiting, held at customs.

Files that came back unopened led the Chinese rule of October 2025 by weeks: how a rule is handled
is a fact of its own, beside the rule, and is kept even where no rule is known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec.structs import replace

from foreshock.ledger import grading, tables, telling
from foreshock.ledger.licences import share
from foreshock.ledger.periods import days
from foreshock.words.markings import Marking, strictest
from foreshock.words.pack import Pack
from foreshock.words.records import Entry, Event, Measure, Origin, Struct
from foreshock.words.reference import LicenceOutcome

Day = date
Direction = Literal["tighter", "looser", "neither"]


class Handling(Struct, frozen=True, kw_only=True):
    """One report on how licences or goods are handled; None: the report does not tell."""

    issuer: str
    #: name of the measure; empty: no rule is known behind it
    measure: str = ""
    kind: str
    direction: Direction
    items: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    since: Day | None = None
    until: Day | None = None
    published: Day
    applied: float | None = None
    approved: float | None = None
    returned: float | None = None
    rejected: float | None = None
    waiting: float | None = None
    #: 0..1 of what was applied for
    share: float | None = None
    days_waited: float | None = None
    #: days within which the authority has to decide by its own law
    clock_days: int | None = None
    says: str = ""
    evidence: tuple[str, ...] = ()
    grade: str = ""
    marking: Marking = Marking.CLEAR

    @property
    def over_clock(self) -> float | None:
        """Days waited beyond the legal clock, below 0 within it; None: one of them is not known."""
        if self.days_waited is None or self.clock_days is None:
            return None
        return self.days_waited - self.clock_days


class Heard(Struct, frozen=True, kw_only=True):
    """What a book has to tell of handling: its events, which measure each is about, who wrote."""

    events: Sequence[Event]
    measures: Mapping[str, Measure]
    of_event: Mapping[str, Sequence[str]]
    publishers: Mapping[str, str]
    entries: Mapping[str, Entry]


def handlings(pack: Pack, heard: Heard, day: Day) -> tuple[Handling, ...]:
    """Every report on handling known by the end of `day`, in the order of publication.

    Ten texts that tell of one slowdown give one report with ten pieces of evidence.
    """
    rows = [
        _of_row(pack, row, heard)
        for row in pack.licence_outcomes
        if row.published <= day and row.checked != "unopened"
    ]
    found = [*rows, *_of_events(pack, heard)]
    return tuple(sorted(found, key=lambda h: (h.published, h.issuer, h.kind, h.items, h.evidence)))


_CLOCK = re.compile(r"(\d+) (working )?days")


def clock(pack: Pack, measure: str) -> int | None:
    """Days within which the issuer has to decide on an application; None: no row tells.

    Working days are counted as seven for five, without holidays: the true day is no earlier.
    """
    for row in pack.scopes:
        told = _CLOCK.fullmatch(row.value) if row.part == "clock" else None
        if told and row.measure == measure:
            return round(int(told[1]) * 7 / 5) if told[2] else int(told[1])
    return next((m.legal_clock_days for m in pack.measures if m.id == measure), None)


def _of_row(pack: Pack, row: LicenceOutcome, heard: Heard) -> Handling:
    begin, end = days(row.period) if row.period else (None, None)
    entry = heard.entries.get(row.ref)
    origin = Origin(publisher=row.publisher, url=row.source_url, checked=row.checked or "unopened")
    return Handling(
        issuer=row.issuer,
        measure=row.measure,
        kind=_kind(row),
        direction=row.handling or _direction(row),
        items=(row.item,) if row.item else (),
        destinations=(row.destination,),
        since=begin,
        until=end,
        published=row.published,
        applied=row.applied,
        approved=row.approved,
        returned=row.returned,
        rejected=row.rejected,
        waiting=row.waiting if row.waiting is not None else _left(row),
        share=share(row),
        days_waited=row.days_waited,
        clock_days=clock(pack, row.measure),
        says=row.what,
        evidence=(row.ref,) if row.ref else (),
        grade=grading.grade([entry or origin], row.issuer, heard.publishers),
        marking=entry.marking if entry else Marking.CLEAR,
    )


def _direction(row: LicenceOutcome) -> Direction:
    """Licences that were granted loosen; a share of them is a level, not a change."""
    return "looser" if row.approved and share(row) is None else "neither"


def _kind(row: LicenceOutcome) -> str:
    if row.returned:
        return "files returned"
    if row.handling:
        return "stricter handling" if row.handling == "tighter" else "easier handling"
    if row.days_waited is not None:
        return "wait for a licence"
    return "licences"


def _left(row: LicenceOutcome) -> float | None:
    """Applications left over, where all other numbers are told."""
    told = (row.applied, row.approved, row.rejected, row.returned)
    if row.applied is None or None in told:
        return None
    return max(row.applied - sum(number or 0 for number in told[1:]), 0)


def _of_events(pack: Pack, heard: Heard) -> list[Handling]:
    runs: dict[tuple[object, ...], list[Handling]] = {}
    told: dict[str, Event] = {}
    for event in heard.events:
        kind = next(
            (tables.HANDLINGS[key] for key in _keys(event) if key in tables.HANDLINGS), None
        )
        if kind is None or event.status == "denied" or event.modality == "forecast":
            continue
        told[event.id] = event
        for issuer in telling.issuers(event):
            names = [
                n for n in heard.of_event.get(event.id, ()) if heard.measures[n].issuer == issuer
            ]
            one = _of_event(pack, event, issuer, (kind, names[0] if names else ""))
            run = runs.setdefault((issuer, *kind, one.measure, one.items, one.destinations), [])
            if run and (one.published - run[-1].published).days <= tables.TELLING_DAYS:
                run[-1] = _joined(run[-1], one)
            else:
                run.append(one)
    return [_judged(one, told, heard) for run in runs.values() for one in run]


def _judged(one: Handling, told: Mapping[str, Event], heard: Heard) -> Handling:
    events = [told[ref] for ref in one.evidence]
    grade = grading.grade(events, one.issuer, heard.publishers)
    return replace(one, grade=grade, marking=strictest([e.marking for e in events]))


def _keys(event: Event) -> list[tuple[str, str]]:
    return [(event.type, tool) for tool in event.instruments] + [(event.type, event.mode or "")]


def _of_event(
    pack: Pack, event: Event, issuer: str, what: tuple[tuple[str, Direction], str]
) -> Handling:
    (kind, direction), measure = what
    words = dict(_numbers(event))
    applied, share_told = words.get("applied"), words.get("share")
    return Handling(
        issuer=issuer,
        measure=measure,
        kind=kind,
        direction=direction,
        items=telling.items(event),
        destinations=tuple(sorted(telling.places(event.targets))),
        entities=tuple(name for name in event.targets if ":" in name),
        since=days(event.date)[0] if event.date else None,
        until=days(event.until)[1] if event.until else None,
        published=telling.published(event),
        applied=applied,
        approved=words.get("approved"),
        returned=words.get("returned"),
        rejected=words.get("rejected"),
        waiting=words.get("waiting"),
        share=share_told,
        days_waited=words.get("days_waited"),
        clock_days=clock(pack, measure),
        says=f"{kind}, {pack.name.get(issuer, issuer)}",
        evidence=(event.id,),
    )


def _numbers(event: Event) -> Iterable[tuple[str, float]]:
    """The counts that the event states, by the field they belong to."""
    for number in event.magnitudes:
        basis = tables.COUNTS.get(number.basis or "", "")
        if number.unit == "%" and basis in ("approved", ""):
            yield "share", number.value / 100
        elif number.unit in tables.COUNTED:
            yield basis or "applied", number.value
        elif number.unit in tables.WAITS:
            yield "days_waited", number.value * tables.WAITS[number.unit]


def _joined(one: Handling, other: Handling) -> Handling:
    """Two tellings of one handling: numbers that only the later one tells are added."""
    numbers = ("applied", "approved", "returned", "rejected", "waiting", "share", "days_waited")
    news = {n: getattr(other, n) for n in numbers if getattr(other, n) is not None}
    return replace(
        one,
        entities=tuple(dict.fromkeys((*one.entities, *other.entities))),
        until=other.until or one.until,
        since=min((day for day in (one.since, other.since) if day), default=None),
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence))),
        **news,
    )
