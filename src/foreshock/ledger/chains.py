"""Chains: what answered what, after how many days, and what each side held by then."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from foreshock.ledger import telling
from foreshock.ledger.life import Timeline, when
from foreshock.ledger.periods import days
from foreshock.ledger.tables import RELATION_SAYS, RELATIONS, TELLING_DAYS
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Entry, Event, Measure, Struct

Day = date
Relation = Literal["retaliates", "concedes", "follows", "replaces"]


class Held(Struct, frozen=True, kw_only=True):
    """The measures that one side had in force against the other on a day."""

    who: str
    towards: str
    measures: tuple[str, ...]


class Answer(Struct, frozen=True, kw_only=True):
    """One measure or promise that answers another, as a text or a row says."""

    answer: str
    to: str
    relation: Relation
    #: day of the answer, and days since the first step of what it answers; below 0 where the dates
    #: known contradict the text
    day: Day
    days: int
    #: what the two sides held against each other at the end of that day
    held: tuple[Held, ...] = ()
    says: str = ""
    evidence: tuple[str, ...] = ()


class Chain(Struct, frozen=True, kw_only=True):
    """Answers that hang together, as a graph: names are the nodes, answers the arrows."""

    names: tuple[str, ...]
    answers: tuple[Answer, ...]
    says: str


class Sides(Struct, frozen=True, kw_only=True):
    """What answers can be about: measures with how they stood, promises, and who told of which."""

    pack: Pack
    measures: Mapping[str, Measure]
    standing: Mapping[str, Timeline]
    deals: Mapping[str, Commitment]
    #: event -> names of measures and promises that it was found to be about
    of_event: Mapping[str, Sequence[str]]
    entries: Mapping[str, Entry]
    day: Day


def chains(events: Sequence[Event], sides: Sides) -> tuple[Chain, ...]:
    """The chains known by the end of the day, the one that moved last first.

    From links between events (retaliates, implements, reverses) and from the pack. A link whose
    other end is no measure or promise of the book (a remark, a tariff not listed) gives none.
    """
    told = _told(events, sides)
    answers = [_answer(sides, key, day, refs) for key, (day, refs) in sorted(told.items())]
    return tuple(
        sorted(
            (_chain(sides, part) for part in _parts(answers)),
            key=lambda c: (-max(a.day for a in c.answers).toordinal(), c.names),
        )
    )


_Told = dict[tuple[str, Relation, str], tuple[Day, tuple[str, ...]]]


def _told(events: Sequence[Event], sides: Sides) -> _Told:
    found: _Told = {}
    for row in sides.pack.answers:
        ends = {row.answer, row.to} <= {*sides.measures, *sides.deals}
        if ends and row.published <= sides.day and row.checked != "unopened":
            day = days(row.date)[0] if row.date else _first(sides, row.answer)
            found[row.answer, row.relation, row.to] = (day, (row.ref,) if row.ref else ())
    local = {(event.document, event.local): event for event in events}
    for event in events:
        for link in event.links:
            relation = RELATIONS.get(link.rel)
            other = local.get((event.document, link.ref))
            if relation is None or other is None or event.modality == "forecast":
                continue
            for a in sides.of_event.get(event.id, ()):
                for b in sides.of_event.get(other.id, ()):
                    if a != b and not _backwards(sides, event, a, b):
                        day, refs = found.get((a, relation, b), (_when(sides, event, a), ()))
                        found[a, relation, b] = (day, tuple(dict.fromkeys((*refs, event.id))))
    return found


def _backwards(sides: Sides, event: Event, answer: str, to: str) -> bool:
    """Whether the answer came long before what it answers: then another measure was meant."""
    gap = (_when(sides, event, answer) - _first(sides, to)).days
    return gap < -TELLING_DAYS


def _when(sides: Sides, event: Event, name: str) -> Day:
    """The day of an answer: where it is the measure itself its first day, else that of the act."""
    return _first(sides, name) if event.type == "RESTRICT" else telling.happened(event)


def _first(sides: Sides, name: str) -> Day:
    if name in sides.measures:
        return min(map(when, sides.measures[name].steps))
    deal = sides.deals[name]
    return days(deal.made)[0] if deal.made else deal.steps[0].published


def _answer(
    sides: Sides, key: tuple[str, Relation, str], day: Day, refs: tuple[str, ...]
) -> Answer:
    answer, relation, to = key
    passed = (day - _first(sides, to)).days
    held = _held(sides, (_who(sides, answer), _who(sides, to)), day)
    order = f"{_count(passed)} after" if passed >= 0 else f"dated {_count(-passed)} before"
    says = f"{_title(sides, answer)} {RELATION_SAYS[relation]} {_title(sides, to)}, {order} it"
    for one in held:
        count = f"{len(one.measures) or 'no'} control{'' if len(one.measures) == 1 else 's'}"
        says += f"; {_name(sides, one.who)} then held {count} against {_name(sides, one.towards)}"
    return Answer(
        answer=answer,
        to=to,
        relation=relation,
        day=day,
        days=passed,
        held=held,
        says=says,
        evidence=refs,
    )


def _count(days_passed: int) -> str:
    return "1 day" if days_passed == 1 else f"{days_passed} days"


def _who(sides: Sides, name: str) -> str:
    if name in sides.measures:
        return sides.measures[name].issuer
    return next(iter(sides.deals[name].who_promises), "")


def _title(sides: Sides, name: str) -> str:
    if name in sides.measures:
        return f"{sides.measures[name].title} ({name})"
    deal = sides.deals[name]
    return f'the promise of {_name(sides, _who(sides, name))} "{deal.what.rstrip(".")}" ({name})'


def _name(sides: Sides, who: str) -> str:
    return sides.pack.name.get(who, who)


def _held(sides: Sides, both: tuple[str, str], day: Day) -> tuple[Held, ...]:
    one, other = both
    if not one or not other or one == other:
        return ()
    return tuple(
        Held(who=who, towards=towards, measures=_against(sides, who, towards, day))
        for who, towards in ((one, other), (other, one))
    )


def _against(sides: Sides, who: str, towards: str, day: Day) -> tuple[str, ...]:
    """The measures in force of one that name the other; those towards everybody are no answer."""
    return tuple(
        name
        for name, measure in sides.measures.items()
        if measure.issuer == who
        and towards in measure.targets
        and sides.standing[name].on(day).state == "in_force"
    )


def _parts(answers: Sequence[Answer]) -> list[list[Answer]]:
    """Answers that hang together through what they share."""
    part: dict[str, int] = {}
    for number, one in enumerate(answers):
        old = {part[name] for name in (one.answer, one.to) if name in part}
        for name, at in list(part.items()):
            if at in old:
                part[name] = number
        part[one.answer] = part[one.to] = number
    groups: dict[int, list[Answer]] = {}
    for one in answers:
        groups.setdefault(part[one.to], []).append(one)
    return list(groups.values())


def _chain(sides: Sides, answers: Sequence[Answer]) -> Chain:
    line = sorted(answers, key=lambda a: (a.day, a.answer, a.to))
    names = sorted({n for a in line for n in (a.answer, a.to)}, key=lambda n: (_first(sides, n), n))
    start = next(n for n in names if n not in {a.answer for a in line} or n == names[-1])
    says = f"{_first(sides, start)}: {_title(sides, start)}."
    for one in line:
        gap = f"{_count(one.days)} later" if one.days >= 0 else "by another date"
        says += f" {one.day}, {gap}: {_title(sides, one.answer)} {RELATION_SAYS[one.relation]} "
        says += f"{one.to}."
    return Chain(names=tuple(names), answers=tuple(line), says=says)
