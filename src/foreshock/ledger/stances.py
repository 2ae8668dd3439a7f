"""Stances: who stands where on a control or an item, since when."""

from collections.abc import Sequence
from itertools import groupby

from foreshock.ledger import telling
from foreshock.ledger.tables import STANCES, Side
from foreshock.words.clocks import Clocks
from foreshock.words.markings import strictest
from foreshock.words.records import Event, Stance


def stances(events: Sequence[Event]) -> tuple[Stance, ...]:
    """Where each actor stood on each item, one record for each time it took another side.

    `events` in the order of their stories. `about` is an item id. A statement repeated is further
    evidence for the same stance; what a mode says is in `tables.STANCES`.

    >>> stances([])
    ()
    """
    taken: dict[tuple[str, str], list[tuple[Side, Event]]] = {}
    for event in events:
        side = STANCES.get((event.type, event.mode or "", event.status == "denied"))
        if side is not None:
            for who in event.actors:
                for item in event.items:
                    taken.setdefault((who, item), []).append((side, event))
    found: list[Stance] = []
    for (who, item), said in sorted(taken.items(), key=lambda entry: entry[0]):
        for side, run in groupby(said, key=lambda pair: pair[0]):
            found.append(_stance(who, item, side, [event for _, event in run]))
    return tuple(found)


def _stance(who: str, item: str, side: Side, events: Sequence[Event]) -> Stance:
    since = telling.happened(events[0]).isoformat()
    latest = max((event.clocks for event in events), key=lambda c: c.known_at)
    return Stance(
        clocks=Clocks(
            known_at=latest.known_at,
            received=latest.known_at,
            published=max(telling.published(event) for event in events),
            happened=since,
            backfilled=latest.backfilled,
        ),
        marking=strictest([event.marking for event in events]),
        who=who,
        about=item,
        stance=side,
        since=since,
        evidence=tuple(dict.fromkeys(event.id for event in events)),
    ).sealed()
