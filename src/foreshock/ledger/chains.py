"""Retaliation: which measure answered which, and after how many days."""

from collections.abc import Mapping, Sequence

from foreshock.ledger.life import when
from foreshock.ledger.match import Match
from foreshock.words.records import Event, Measure, Struct


class Chain(Struct, frozen=True, kw_only=True):
    """One measure that answers another, as a text says."""

    measure: str
    answers: str
    #: days from the first step of the one answered to the first step of the answer; below 0 where
    #: the dates known contradict the text
    days: int
    says: str
    evidence: tuple[str, ...]


def chains(
    events: Sequence[Event], matches: Sequence[Match], measures: Sequence[Measure]
) -> tuple[Chain, ...]:
    """The answers between measures that the events link by `retaliates`, by names.

    A link whose other end is no measure of the book (a remark, a tariff not listed) gives none.
    """
    by_name = {measure.name: measure for measure in measures}
    of_event: dict[str, list[str]] = {}
    for hit in matches:
        of_event.setdefault(hit.event, []).append(hit.measure)
    local = {(event.document, event.local): event.id for event in events}
    told: dict[tuple[str, str], list[str]] = {}
    for event in events:
        for link in event.links:
            other = local.get((event.document, link.ref), "")
            if link.rel == "retaliates":
                for pair in _pairs(of_event, event.id, other):
                    told.setdefault(pair, []).append(event.id)
    return tuple(_chain(by_name, pair, ids) for pair, ids in sorted(told.items()))


def _pairs(of_event: Mapping[str, list[str]], event: str, other: str) -> list[tuple[str, str]]:
    ours, theirs = of_event.get(event, []), of_event.get(other, [])
    return [(a, b) for a in ours for b in theirs if a != b]


def _chain(by_name: Mapping[str, Measure], pair: tuple[str, str], ids: Sequence[str]) -> Chain:
    answer, first = (by_name[name] for name in pair)
    days = (min(map(when, answer.steps)) - min(map(when, first.steps))).days
    order = f"{days} days after" if days >= 0 else f"dated {-days} days before"
    says = f"{answer.title} ({answer.name}) answers {first.title} ({first.name}), {order} it"
    return Chain(measure=pair[0], answers=pair[1], days=days, says=says, evidence=tuple(ids))
