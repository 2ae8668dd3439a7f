"""Chains: what answered what, after how many days, and what each side held by then."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

from msgspec.structs import replace

from foreshock.ledger import telling
from foreshock.ledger.life import Timeline, when
from foreshock.ledger.periods import days
from foreshock.ledger.tables import ANSWER_DAYS, BELIEVABLE, RELATION_SAYS, RELATIONS, STAGE
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Event, Measure, Struct

Day = date
Relation = Literal["retaliates", "concedes", "follows", "replaces"]


class Held(Struct, frozen=True, kw_only=True):
    """The measures that one side had in force against the other on a day."""

    who: str
    towards: str
    measures: tuple[str, ...]


class Answer(Struct, frozen=True, kw_only=True):
    """One measure or promise that answers another."""

    answer: str
    to: str
    relation: Relation
    #: told: a row of the ledger names both. inferred: a text says that one act answers another, and
    #: which measures it means was found by matching
    basis: Literal["told", "inferred"] = "told"
    #: 0..1: of an inferred answer, how surely both ends and the text's own claim were found
    confidence: float = 1.0
    #: on what it rests, in one sentence
    why: str = ""
    #: day of the answer; of one told by month or year only, the last day
    day: Day
    #: the day as it was told: YYYY, YYYY-MM or YYYY-MM-DD
    when: str = ""
    #: what was done to the measure by the answer, where it is no beginning: suspended, eased, ended
    act: str = ""
    #: days since the first step of what it answers; None: a date is told too coarsely to say
    days: int | None
    #: what the two sides held against each other at the end of that day
    held: tuple[Held, ...] = ()
    says: str = ""
    evidence: tuple[str, ...] = ()


class Chain(Struct, frozen=True, kw_only=True):
    """Answers that hang together, as a graph: names are the nodes, answers the arrows.

    `says` tells those that rows name; inferred ones follow in `answers`, each with its grounds. A
    chain of inferred answers alone says so.
    """

    names: tuple[str, ...]
    answers: tuple[Answer, ...]
    says: str
    #: what set it off, in words; empty where every answer is inferred
    began: str = ""


class Sides(Struct, frozen=True, kw_only=True):
    """What answers can be about: measures with how they stood, promises, and who told of which."""

    pack: Pack
    measures: Mapping[str, Measure]
    standing: Mapping[str, Timeline]
    deals: Mapping[str, Commitment]
    #: event -> names of measures and promises that it was found to be about
    of_event: Mapping[str, Sequence[str]]
    #: (event, measure) -> how surely the event is about the measure, 0..1
    sure: Mapping[tuple[str, str], float] = {}
    publishers: Mapping[str, str] = {}
    day: Day


def chains(events: Sequence[Event], sides: Sides) -> tuple[Chain, ...]:
    """The chains known by the end of the day, the one that moved last first.

    From the rows of the ledger, and from links between events (retaliates, implements) whose two
    ends are measures or promises of the book and can stand to each other so: see `_unfit`.
    """
    told = _told(sides)
    named = {(a.answer, a.relation, _who(sides, a.to)) for a in told}
    known = {(a.answer, a.relation, a.to): a for a in told}
    for one in _inferred(events, sides):
        key = (one.answer, one.relation, one.to)
        if key in known:  # a text says the same: one more piece of evidence
            refs = tuple(dict.fromkeys((*known[key].evidence, *one.evidence)))
            known[key] = replace(known[key], evidence=refs)
        elif (one.answer, one.relation, _who(sides, one.to)) not in named:
            # where a row names which act of a country was answered, no other of its acts is guessed
            known[key] = one
    answers = [_with_words(sides, known[key]) for key in sorted(known)]
    return tuple(
        sorted(
            (_chain(sides, part) for part in _parts(answers)),
            key=lambda c: (-max(a.day for a in c.answers).toordinal(), c.names),
        )
    )


def _told(sides: Sides) -> list[Answer]:
    """The answers that rows of the ledger name."""
    found = []
    for row in sides.pack.answers:
        ends = {row.answer, row.to} <= {*sides.measures, *sides.deals}
        if not ends or row.published > sides.day or row.checked == "unopened":
            continue
        span = days(row.date) if row.date else _span(sides, row.answer)
        by = f" ({row.publisher})" if row.publisher else ""
        found.append(
            Answer(
                answer=row.answer,
                to=row.to,
                relation=row.relation,
                why=f"{row.what}{by}",
                day=span[1],
                days=_passed(sides, row.to, span),
                evidence=(row.ref,) if row.ref else (),
            )
        )
    return found


def _inferred(events: Sequence[Event], sides: Sides) -> Iterable[Answer]:
    """The answers that texts tell, each once, as sure as its surest text."""
    local = {(event.document, event.local): event for event in events}
    found: dict[tuple[str, Relation, str], Answer] = {}
    for event in events:
        for link in event.links:
            relation = RELATIONS.get(link.rel)
            other = local.get((event.document, link.ref))
            if relation is None or other is None or not _stated(event) or not _stated(other):
                continue
            for a in sides.of_event.get(event.id, ()):
                for b in sides.of_event.get(other.id, ()):
                    if a != b and not _unfit(sides, relation, a, b):
                        one = _of_text(sides, (event, other), (a, relation, b))
                        held = found.get((a, relation, b))
                        found[a, relation, b] = _surer(held, one) if held else one
    return (one for one in found.values() if one.confidence >= BELIEVABLE)


def _stated(event: Event) -> bool:
    """Whether the text states an act: a rumour or a hope neither answers nor is answered."""
    return event.modality == "fact" or event.type == "THREATEN"


def _unfit(sides: Sides, relation: Relation, answer: str, to: str) -> str:
    """Why one cannot be the answer to the other; empty if it can.

    Nobody answers himself, what comes later, what was not public, or, unless a row says so, what is
    older than a year; who answers was meant, and means who he answers; who carries out a promise
    made it.
    """
    first, second = _span(sides, to), _span(sides, answer)
    ours, theirs = _who(sides, answer), _who(sides, to)
    if second[1] < max(first[0], _public(sides, to)):
        return "it came before what it answers"
    if (second[0] - first[1]).days > ANSWER_DAYS:
        return "it came too long after what it answers"
    if relation == "follows":
        deal = sides.deals.get(to)
        made = deal is not None and ours in deal.who_promises
        return "" if made else "who acts has promised nothing there"
    if not ours or not theirs or ours == theirs:
        return "nobody retaliates against himself"
    meant = _towards(sides, to, ours) and _towards(sides, answer, theirs)
    return "" if meant else "one of them is aimed at others"


def _towards(sides: Sides, name: str, whom: str) -> bool:
    """Whether a measure hits a country; of one that names nobody, or all, it may."""
    if name not in sides.measures:
        return True
    targets = sides.measures[name].targets
    country = sides.pack.country
    places = {country.get(target, target) if ":" in target else target for target in targets}
    return not places or bool(places & {"all", whom})


def _of_text(sides: Sides, told: tuple[Event, Event], what: tuple[str, Relation, str]) -> Answer:
    event, other = told
    answer, relation, to = what
    sure = [sides.sure.get((e.id, n), 1.0) for e, n in ((event, answer), (other, to))]
    believed = [sides.measures[n].confidence for n in (answer, to) if n in sides.measures]
    publisher = sides.publishers.get(event.document) or "a text"
    return Answer(
        answer=answer,
        to=to,
        relation=relation,
        basis="inferred",
        confidence=round(min(*sure, *believed, event.confidence, 1.0), 2),
        why=f"{publisher}, {telling.published(event)}, says that one act answers another; that "
        "these two were meant was found by matching",
        day=_span(sides, answer)[1],
        days=_passed(sides, to, _span(sides, answer)),
        evidence=(event.id,),
    )


def _surer(one: Answer, other: Answer) -> Answer:
    best = max((one, other), key=lambda a: a.confidence)
    return replace(best, evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence))))


def _span(sides: Sides, name: str) -> tuple[Day, Day]:
    """First and last day on which a measure or promise can have begun, as its date is told."""
    if name in sides.measures:
        first = min(sides.measures[name].steps, key=when)
        return days(first.date) if first.date else (first.published, first.published)
    deal = sides.deals[name]
    return days(deal.made) if deal.made else (deal.steps[0].published,) * 2


def _public(sides: Sides, name: str) -> Day:
    """The day on which a measure or promise was first told; of one not yet dated, its first."""
    if name in sides.measures:
        return min(step.published for step in sides.measures[name].steps)
    return min(step.published for step in sides.deals[name].steps)


def _began(sides: Sides, name: str) -> str:
    """The day on which something began, and since when it is public where that came later."""
    first, out = _span(sides, name), _public(sides, name)
    if first[0] != first[1]:
        return str(out)
    return f"{first[0]}, public since {out}" if out > first[0] else str(first[0])


def _passed(sides: Sides, to: str, at: tuple[Day, Day]) -> int | None:
    """Days from one to the other; None where one of the two is only told by month or year."""
    first = _span(sides, to)
    exact = first[0] == first[1] and at[0] == at[1]
    return (at[0] - first[0]).days if exact else None


def _act(sides: Sides, one: Answer) -> str:
    """What was done to the measure that day; empty where it began, or for a promise."""
    steps = sides.measures[one.answer].steps if one.answer in sides.measures else ()
    that_day = [step.step for step in steps if when(step) == one.day]
    changes = [step for step in that_day if step not in STAGE]
    return changes[-1] if changes and not set(that_day) & set(STAGE) else ""


def _as_told(sides: Sides, one: Answer) -> str:
    span = _span(sides, one.answer)
    if one.day != span[1] or span[0] == span[1]:
        return one.day.isoformat()
    month = (span[0].year, span[0].month) == (span[1].year, span[1].month)
    return f"{span[0]:%Y-%m}" if month else f"{span[0]:%Y}"


def _with_words(sides: Sides, one: Answer) -> Answer:
    """The answer with its sentence, and what each side then held."""
    both = _who(sides, one.answer), _who(sides, one.to)
    held = _held(sides, both, one.day) if one.relation in ("retaliates", "concedes") else ()
    one = replace(one, act=_act(sides, one), when=_as_told(sides, one), held=held)
    says = f"{_title(sides, one.answer)}{_acting(one)} {RELATION_SAYS[one.relation]} "
    says += f"{_title(sides, one.to)}, {later(one.days)}"
    for side in held:
        count = f"{len(side.measures) or 'no'} control{'' if len(side.measures) == 1 else 's'}"
        says += f"; {_name(sides, side.who)} then held {count} against {_name(sides, side.towards)}"
    if one.basis == "inferred":
        says = f"Inferred, confidence {one.confidence:.2f}: {says} ({one.why})"
    return replace(one, says=says)


def _acting(one: Answer) -> str:
    return f", {one.act.replace('_', ' ')}," if one.act else ""


def later(days_passed: int | None) -> str:
    """How long after, in words.

    >>> later(0), later(2), later(None)
    ('on the same day', '2 days after it', 'how many days after it is not told')
    """
    if days_passed is None:
        return "how many days after it is not told"
    if days_passed == 0:
        return "on the same day"
    if days_passed < 0:
        return f"dated {_count(-days_passed)} before it"
    return f"{_count(days_passed)} after it"


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
    who = " and ".join(_name(sides, one) for one in deal.who_promises) or "nobody named"
    return f'the promise of {who} "{deal.what.rstrip(".")}" ({name})'


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
    """Answers that hang together through what they share; an inferred one ties nothing together."""
    told = _groups([a for a in answers if a.basis == "told"])
    loose: list[Answer] = []
    for one in (a for a in answers if a.basis == "inferred"):
        near = next((g for g in told if {one.answer, one.to} & _names(g)), None)
        (near if near is not None else loose).append(one)
    return told + _groups(loose)


def _groups(answers: Sequence[Answer]) -> list[list[Answer]]:
    groups: list[list[Answer]] = []
    for one in answers:
        near = [g for g in groups if {one.answer, one.to} & _names(g)]
        groups = [g for g in groups if g not in near] + [[one, *(a for g in near for a in g)]]
    return groups


def _names(answers: Iterable[Answer]) -> set[str]:
    return {name for one in answers for name in (one.answer, one.to)}


def _chain(sides: Sides, answers: Sequence[Answer]) -> Chain:
    line = sorted(answers, key=lambda a: (a.basis != "told", a.day, a.answer, a.to))
    names = sorted(_names(line), key=lambda n: (_span(sides, n)[0], n))
    told = [one for one in line if one.basis == "told"]
    if not told:
        says = " ".join(f"{one.says}." for one in line)
        return Chain(names=tuple(names), answers=tuple(line), says=says)
    # what began as an answer set nothing off; what was only changed by one may have
    answering = {a.answer for a in told if a.relation in ("retaliates", "replaces") or not a.act}
    heads = [n for n in names if n in _names(told) - answering] or names
    # what set it off is a measure; a promise comes later, and is carried out
    start = next((n for n in heads if n in sides.measures), heads[0])
    began = f"{_began(sides, start)}: {_title(sides, start)}"
    says = f"{began}."
    for one in told:
        gap = "" if one.days is None else f" ({later(one.days)})"
        says += f" {one.when}: {_title(sides, one.answer)}{_acting(one)} "
        says += f"{RELATION_SAYS[one.relation]} {one.to}{gap}."
    return Chain(names=tuple(names), answers=tuple(line), says=says, began=began)
