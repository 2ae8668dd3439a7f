"""What differs: between two versions of a rule, and between what different voices say of one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from foreshock.ledger import grading, telling
from foreshock.ledger.life import retells, when
from foreshock.ledger.periods import overlap
from foreshock.ledger.scope import PARTS, Scope
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Event, Measure, Step, Struct

Day = date


class Difference(Struct, frozen=True, kw_only=True):
    """One part of a rule that differs between two versions of it."""

    part: str
    #: only in the later, or the second, version
    added: tuple[str, ...] = ()
    #: only in the earlier, or the first, version
    removed: tuple[str, ...] = ()
    says: str = ""


class Says(Struct, frozen=True, kw_only=True):
    """One side of a conflict: who says what, since when it is known, how good the word is."""

    who: tuple[str, ...]
    says: str
    published: Day
    evidence: tuple[str, ...] = ()
    grade: str = ""


class Conflict(Struct, frozen=True, kw_only=True):
    """Statements that cannot all be true; kept side by side, none is taken away."""

    #: name of a measure or commitment; empty: what is denied is no measure of the book
    about: str
    what: str
    sides: tuple[Says, ...]


def differences(earlier: Scope, later: Scope) -> tuple[Difference, ...]:
    """What a rule covers, reaches or lets through in one version and not in the other.

    >>> from datetime import date
    >>> from foreshock.ledger.scope import Covered
    >>> day = date(2026, 1, 1)
    >>> old = Scope(measure="M", day=day, state="in_force")
    >>> new = Scope(measure="M", day=day, state="in_force",
    ...             facts=(Covered(part="item", value="ree.ho"),))
    >>> [(d.part, d.added) for d in differences(old, new)]
    [('item', ('ree.ho',))]
    """
    found = []
    for part in PARTS:
        before, after = earlier.of(part), later.of(part)
        added = tuple(value for value in after if value not in before)
        removed = tuple(value for value in before if value not in after)
        if added or removed:
            says = ""
            if earlier.measure != later.measure and not (before and after):
                # two rules: what nobody noted of one of them may hold there all the same
                says = f"of {later.measure if before else earlier.measure} nothing is noted here"
            found.append(Difference(part=part, added=added, removed=removed, says=says))
    if earlier.state != later.state:
        says = f"{earlier.state} became {later.state}".replace("_", " ")
        found.append(
            Difference(part="state", added=(later.state,), removed=(earlier.state,), says=says)
        )
    return tuple(found)


def steps_between(measure: Measure, first: Day, last: Day) -> tuple[Step, ...]:
    """The steps of a measure that took effect after `first` and by `last`."""
    return tuple(step for step in measure.steps if first < when(step) <= last)


class Voices(Struct, frozen=True, kw_only=True):
    """Who said what: events by id, and who denied which measure."""

    events: Mapping[str, Event]
    #: (event that denies, name of the measure; empty: none of the book)
    denials: Sequence[tuple[Event, str]]
    publishers: Mapping[str, str]


def conflicts(
    pack: Pack, measures: Iterable[Measure], deals: Iterable[Commitment], voices: Voices
) -> tuple[Conflict, ...]:
    """Everything on which voices differ: dates of one step, denials, outcomes of a promise."""
    by_name = {measure.name: measure for measure in measures}
    found = [c for measure in by_name.values() for c in _dates(measure, voices)]
    found += [_denied(pack, event, by_name.get(name), voices) for event, name in voices.denials]
    found += [c for deal in deals for c in _outcomes(deal)]
    return tuple(sorted(found, key=lambda c: (c.about, c.what)))


def _dates(measure: Measure, voices: Voices) -> Iterable[Conflict]:
    """Tellings of one step with dates that exclude each other."""
    left = list(measure.steps)
    while left:
        step = left.pop(0)
        if step.step in ("tightened", "extended", "eased"):
            continue  # a rule may be changed twice within weeks
        others = [o for o in left if retells(step, o) and not overlap(step.date, o.date)]
        # what the pack notes twice is two parts of one rule, not two opinions on it
        others = [o for o in others if o.date and step.date and not (o.origin and step.origin)]
        if others:
            for other in others:
                left.remove(other)
            yield Conflict(
                about=measure.name,
                what=f"since when it is {step.step.replace('_', ' ')}",
                sides=tuple(_of_step(one, voices) for one in (step, *others)),
            )


def _of_step(step: Step, voices: Voices) -> Says:
    told = [voices.events[ref] for ref in step.evidence if ref in voices.events]
    who = [w for event in told for w in (event.source.who or (event.source.kind,))]
    if step.origin is not None:
        who.insert(0, step.origin.publisher)
    return Says(
        who=tuple(dict.fromkeys(who)),
        says=f"{step.step.replace('_', ' ')} {step.date}",
        published=step.published,
        evidence=step.evidence,
        grade=step.grade,
    )


def _denied(pack: Pack, event: Event, measure: Measure | None, voices: Voices) -> Conflict:
    """A denial, beside what is said of the measure that it denies.

    Who says that licences are no ban denies another thing than the licences: he stands alone.
    """
    tools = ", ".join(word.replace("_", " ") for word in event.instruments) or "control"
    items = ", ".join(pack.name.get(item, item) for item in event.items)
    issuer = next(iter(telling.issuers(event)), "")
    what = f"{tools} on {items}" + (f" by {pack.name.get(issuer, issuer)}" if issuer else "")
    if event.type == "EASE":
        what = f"easing, {what}"
    side = Says(
        who=event.source.who or (event.source.kind,),
        says="there is none",
        published=telling.published(event),
        evidence=(event.id,),
        grade=grading.grade([event], issuer, voices.publishers),
    )
    sides = [side]
    if (
        measure is not None
        and event.type != "EASE"
        and set(event.instruments) <= set(measure.instruments)
    ):
        sides.append(_of_step(min(measure.steps, key=when), voices))
    name = measure.name if measure is not None else ""
    return Conflict(about=name, what=f"whether there is: {what}", sides=tuple(sides))


def _outcomes(deal: Commitment) -> Iterable[Conflict]:
    ends = [s for s in deal.steps if s.step in ("confirmed", "denied", "kept", "broken")]
    for yes, no in (("confirmed", "denied"), ("kept", "broken")):
        sides = [step for step in ends if step.step in (yes, no)]
        if {step.step for step in sides} == {yes, no}:
            yield Conflict(
                about=deal.name,
                what=f"{yes} or {no}",
                sides=tuple(
                    Says(
                        who=step.who,
                        says=f"{step.step}: {step.what}" if step.what else step.step,
                        published=step.published,
                        evidence=step.evidence,
                        grade=step.grade,
                    )
                    for step in sides
                ),
            )
