"""Commitments: who says who promised what to whom by when, as known on a day."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from foreshock.ledger import telling
from foreshock.ledger.match import kin
from foreshock.ledger.periods import days
from foreshock.ledger.tables import TELLING_DAYS
from foreshock.words.clocks import Clocks, end_of
from foreshock.words.markings import strictest
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Event
from foreshock.words.reference import CommitmentRow

#: types that make a promise; a breach is evidence about one, and never makes one
MAKING = ("AGREE", "COMMIT")
TYPES = (*MAKING, "BREACH")


def commitments(pack: Pack, events: Sequence[Event], day: date) -> tuple[Commitment, ...]:
    """The promises known by the end of `day`, those of the pack and those of the events, by name.

    `events` in the order of their stories, all known by then. An outcome counts only once it was
    published; a promise past its day without a known outcome stays "open" (see `overdue`).
    """
    known = [row for row in pack.commitments if row.published <= day and row.checked != "unopened"]
    found = {row.id: _from_row(row, day) for row in known}
    told: dict[str, list[Event]] = {name: [] for name in found}
    for event in events:
        if event.type not in TYPES or event.status in ("denied", "considered"):
            continue
        name = next((c.name for c in found.values() if _same(pack, event, c)), "")
        if not name and event.type in MAKING and (event.date or not event.background):
            opened = _from_event(pack, event, found)
            found[opened.name], name = opened, opened.name
            told[name] = []
        if name:
            told[name].append(event)
    return tuple(_with_evidence(found[name], told[name]) for name in sorted(found))


def overdue(promises: Sequence[Commitment], day: date) -> tuple[Commitment, ...]:
    """The promises whose day has passed, of which no outcome is known."""
    return tuple(c for c in promises if c.outcome == "open" and c.due and days(c.due)[1] < day)


def _from_row(row: CommitmentRow, day: date) -> Commitment:
    told = row.outcome_published is not None and row.outcome_published <= day
    latest = max(row.published, row.outcome_published or row.published) if told else row.published
    return Commitment(
        clocks=Clocks(
            known_at=end_of(latest),
            received=end_of(latest),
            published=latest,
            happened=row.made or None,
            backfilled=True,
        ),
        name=row.id,
        who_says=row.who_says,
        who_promises=row.who_promises,
        to_whom=row.to_whom,
        what=row.what,
        items=row.items,
        made=row.made or None,
        due=row.due or None,
        confirmed_by=row.confirmed_by,
        outcome=row.outcome if told else "open",
        evidence=(row.ref,) if row.ref else (),
    )


def _from_event(pack: Pack, event: Event, taken: dict[str, Commitment]) -> Commitment:
    month = telling.happened(event).strftime("%Y-%m")
    stem = "-".join([*sorted(event.actors)[:2], month, *sorted(event.items)[:1]]) or event.id
    number = 1 + sum(name == stem or name.startswith(f"{stem}-n") for name in taken)
    return Commitment(
        clocks=event.clocks,
        name=stem if number == 1 else f"{stem}-n{number}",
        who_says=event.source.who or event.actors,
        who_promises=event.actors,
        to_whom=event.targets,
        what=_what(pack, event),
        items=event.items,
        made=event.date,
        due=event.until or event.effective,
        confirmed_by=_confirmed(event),
    )


def _what(pack: Pack, event: Event) -> str:
    tools = ", ".join(word.replace("_", " ") for word in event.instruments)
    items = ", ".join(pack.name.get(item, item) for item in event.items)
    head = " ".join(filter(None, (event.type.lower(), event.mode)))
    return f"{head}: {tools or 'not told what'}" + (f" on {items}" if items else "")


def _confirmed(event: Event) -> tuple[str, ...]:
    """The parties that said so themselves; of a promise, only another party can confirm it."""
    if event.source.kind != "gov":
        return ()
    parties = set(event.targets) if event.type == "COMMIT" else set(event.actors)
    return tuple(who for who in event.source.who if who in parties)


def _same(pack: Pack, event: Event, known: Commitment) -> bool:
    parties = {*known.who_promises, *known.to_whom} - {"all"}
    if not set(event.actors) & parties:
        return False
    others = {*event.targets, *event.actors} - {"all"}
    if len(others) > 1 and len(parties) > 1 and len(others & parties) < 2:
        return False
    if event.items and known.items and not set(event.items) & kin(pack, known.items):
        return False
    made = days(known.made)[0] if known.made else known.clocks.published
    if event.type == "BREACH":
        return made is not None and made <= telling.happened(event)
    gap = abs((telling.happened(event) - made).days) if made else 0
    return gap <= TELLING_DAYS


def _with_evidence(known: Commitment, events: Sequence[Event]) -> Commitment:
    confirmed = [who for event in events for who in _confirmed(event)]
    clocks = [known.clocks, *(event.clocks for event in events)]
    latest = max(clocks, key=lambda c: c.known_at)
    return replace(
        known,
        clocks=Clocks(
            known_at=latest.known_at,
            received=latest.known_at,
            published=max((c.published for c in clocks if c.published), default=None),
            happened=known.made,
            backfilled=latest.backfilled,
        ),
        marking=strictest([event.marking for event in events]),
        confirmed_by=tuple(dict.fromkeys((*known.confirmed_by, *confirmed))),
        evidence=tuple(dict.fromkeys((*known.evidence, *(event.id for event in events)))),
    ).sealed()
