"""Stances: who stands where on a measure, a deal or an item, since when, and how it moved."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Literal

from foreshock.ledger import telling
from foreshock.ledger.match import kin
from foreshock.ledger.periods import days
from foreshock.ledger.tables import PRESSING, SAID, STANCES, Side
from foreshock.words.clocks import Clocks, end_of
from foreshock.words.markings import Marking, strictest
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Entry, Event, Measure, Stance, Struct
from foreshock.words.reference import StanceRow

Day = date
Kind = Literal["measure", "deal", "item"]


class Known(Struct, frozen=True, kw_only=True):
    """What a statement can be about: the measures and deals of the book, and their events."""

    day: Day
    measures: Mapping[str, Measure]
    deals: Mapping[str, Commitment]
    #: event -> names of measures and deals that it was found to be about
    of_event: Mapping[str, Sequence[str]]
    entries: Mapping[str, Entry] = {}


class _Taken(Struct, frozen=True, kw_only=True):
    """One time that somebody took a side."""

    who: str
    about: str
    kind: Kind
    side: Side
    since: str
    day: Day
    says: str
    said_by: tuple[str, ...]
    until: str | None
    evidence: tuple[str, ...]
    clocks: Clocks
    marking: Marking


def stances(pack: Pack, events: Sequence[Event], known: Known) -> tuple[Stance, ...]:
    """Where each actor stood on what, one record for each time it took another side.

    `events` in the order of their stories. A statement is about the measure or deal that its text
    links it to, or tells beside it with the same goods and parties; else about the items, of which
    one can only be exposed to a shortage, or undecided. The same side again is further evidence;
    what a mode says is in `tables.STANCES`.
    """
    taken = [*_of_rows(pack, known), *_of_events(pack, events, known)]
    taken.sort(key=lambda t: (t.who, t.about, t.day, t.evidence))
    found: list[Stance] = []
    for _, said in groupby(taken, key=lambda t: (t.who, t.about)):
        runs = [list(run) for _, run in groupby(said, key=lambda t: t.side)]
        for number, run in enumerate(runs):
            before = runs[number - 1][0].side if number else ""
            later = runs[number + 1][0].since if number + 1 < len(runs) else None
            found.append(_stance(run, before, later))
    return tuple(found)


def _of_rows(pack: Pack, known: Known) -> Iterable[_Taken]:
    for row in pack.stances:
        if not row.known(known.day) and row.ref not in known.entries:
            continue
        entry = known.entries.get(row.ref)
        out = row.source_date or known.day
        clocks = entry.clocks if entry else _backfilled(out)
        yield _Taken(
            who=row.who,
            about=row.about,
            kind=_kind(row.about, known),
            side=row.stance,
            since=row.since or out.isoformat(),
            day=days(row.since)[0] if row.since else out,
            says=row.what,
            said_by=(row.said_by,) if row.said_by else (),
            until=_ended(row, known.day),
            evidence=(row.ref,) if row.ref else (),
            clocks=clocks,
            marking=entry.marking if entry else Marking.CLEAR,
        )


def _ended(row: StanceRow, day: Day) -> str | None:
    # that somebody will move later is not known yet on the day of the book
    return row.until if row.until and days(row.until)[0] <= day else None


def _backfilled(day: Day) -> Clocks:
    return Clocks(known_at=end_of(day), received=end_of(day), published=day, backfilled=True)


def _kind(about: str, known: Known) -> Kind:
    if about in known.measures:
        return "measure"
    return "deal" if about in known.deals else "item"


def _of_events(pack: Pack, events: Sequence[Event], known: Known) -> Iterable[_Taken]:
    by_document: dict[str, list[Event]] = {}
    for event in events:
        by_document.setdefault(event.document, []).append(event)
    for event in events:
        if event.type not in ("POSITION", "PRESSURE"):
            continue
        beside = [e for e in by_document[event.document] if e.id != event.id]
        meant = _about(pack, event, beside, known)
        abouts = known.of_event.get(meant.id, ()) if meant else event.items
        for who in event.actors:
            side = _side(event, who, meant)
            for about in dict.fromkeys(abouts):
                if side is not None and _can_say(who, side, about, known):
                    yield _taken(event, who, about, side, known)


def _can_say(who: str, side: Side, about: str, known: Known) -> bool:
    """Whether the side tells anything: nobody is exposed to his own rule, or undecided on it or on
    his own deal; and nobody is for or against a metal: what was meant cannot be told."""
    if about not in known.measures and about not in known.deals:
        return side not in ("supports", "opposes")
    if about in known.measures:
        own = known.measures[about].issuer == who
        return not (own and side in ("exposed", "unaffected", "undecided"))
    return not (about in known.deals and _party(known.deals[about], who) and side == "undecided")


def _party(deal: Commitment, who: str) -> bool:
    return who in deal.who_promises or who in deal.to_whom


def _side(event: Event, who: str, meant: Event | None) -> Side | None:
    side = STANCES.get((event.type, event.mode or "", event.status == "denied"))
    pressing = (event.type, event.mode) in PRESSING and event.status != "denied"
    if side is not None or not pressing or meant is None or meant.type != "RESTRICT":
        return side
    # who presses may want more control or less: whom it hits wants less, and so do firms; a
    # country that it does not hit, where it names others, wants it kept up
    hit = telling.places(meant.targets)
    if ":" in who or who in hit or "all" in hit:
        return "opposes"
    return "supports" if hit and who not in meant.actors else None


def _about(pack: Pack, event: Event, beside: Sequence[Event], known: Known) -> Event | None:
    """The event of its text that the statement is about; None: it is about its items."""
    linked = {link.ref for link in event.links}
    told = [e for e in beside if e.local in linked] or [
        e for e in beside if _concerns(pack, event, e)
    ]
    told = [e for e in told if known.of_event.get(e.id)]
    return min(told, key=lambda e: (*_order(event, e), e.local), default=None)


def _order(statement: Event, other: Event) -> tuple[bool, bool, int]:
    """What is real before what is planned for an impact, then the news of the text, then what
    shares most goods."""
    planned = other.status == "considered" or other.modality != "fact"
    impact = statement.mode == "impact" and (planned or other.type == "THREATEN")
    return impact, other.background, -len(set(other.items) & set(statement.items))


def _concerns(pack: Pack, statement: Event, other: Event) -> bool:
    """Whether the other event is what the statement speaks of: the same goods, and its parties."""
    if other.type not in ("RESTRICT", "EASE", "THREATEN", "AGREE", "COMMIT"):
        return False
    if other.status == "denied" or not set(other.items) & kin(pack, statement.items):
        return False
    towards = set(statement.targets) - {"all"}
    if towards:
        # towards whom it is said: who acts there
        return bool(towards & set(other.actors))
    if statement.mode == "impact":
        return other.type in ("RESTRICT", "EASE", "THREATEN")
    return bool(set(statement.actors) & {*other.actors, *other.targets})


def _taken(event: Event, who: str, about: str, side: Side, known: Known) -> _Taken:
    since = event.date or telling.published(event).isoformat()
    return _Taken(
        who=who,
        about=about,
        kind=_kind(about, known),
        side=side,
        since=since,
        day=telling.happened(event),
        says=SAID.get((event.type, event.mode or ""), ""),
        said_by=event.source.who or (event.source.kind,),
        until=event.until,
        evidence=(event.id,),
        clocks=event.clocks,
        marking=event.marking,
    )


def _stance(run: Sequence[_Taken], before: str, later: str | None) -> Stance:
    first, latest = run[0], max((t.clocks for t in run), key=lambda c: c.known_at)
    published = [t.clocks.published or t.clocks.known_at.date() for t in run]
    return Stance(
        clocks=Clocks(
            known_at=latest.known_at,
            received=latest.known_at,
            published=max(published),
            happened=first.since,
            backfilled=latest.backfilled,
        ),
        marking=strictest([t.marking for t in run]),
        who=first.who,
        about=first.about,
        kind=first.kind,
        stance=first.side,
        since=first.since,
        until=run[-1].until or later,
        before=before,
        said_by=tuple(dict.fromkeys(who for t in run for who in t.said_by)),
        says=next((t.says for t in run if t.says), ""),
        evidence=tuple(dict.fromkeys(ref for t in run for ref in t.evidence)),
    ).sealed()
