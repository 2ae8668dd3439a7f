"""The calendar: what runs out, begins, was promised, or is to be talked about."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from foreshock.ledger import telling
from foreshock.ledger.handling import clock as legal_clock
from foreshock.ledger.life import called_off, told, when
from foreshock.ledger.periods import days
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Event, Measure, Step, Struct

Day = date
What = Literal["runs_out", "begins", "deadline", "talks", "clock"]

#: a day so far off is more likely a slip of the pen than a plan
FAR_YEARS = 15


class Due(Struct, frozen=True, kw_only=True):
    """Something that is to happen on a day."""

    day: Day
    what: What
    #: name of the measure or commitment; of talks, who meets
    name: str
    says: str
    #: the day as it was told: YYYY, YYYY-MM or YYYY-MM-DD; `day` is its last day
    told: str = ""
    evidence: tuple[str, ...] = ()


class Ahead(Struct, frozen=True, kw_only=True):
    """What the calendar is made of."""

    pack: Pack
    measures: Sequence[Measure]
    promises: Sequence[Commitment]
    events: Sequence[Event]


def due(ahead: Ahead, day: Day, within_days: int) -> tuple[Due, ...]:
    """What is due from `day` to `within_days` later, both included, earliest first."""
    last = day + timedelta(days=min(within_days, (date.max - day).days))
    entries = [entry for measure in ahead.measures for entry in _of_measure(measure)]
    entries += [e for measure in ahead.measures for e in _first_answers(ahead.pack, measure)]
    entries += [_deadline(promise) for promise in ahead.promises if _waits(promise)]
    entries += _talks(ahead)
    wanted: dict[tuple[Day, str, str, str], Due] = {}
    for entry in entries:
        if day <= entry.day <= last:
            wanted.setdefault((entry.day, entry.what, entry.name, entry.says), entry)
    return tuple(wanted[key] for key in sorted(wanted))


def far_off(measures: Iterable[Measure], promises: Iterable[Commitment], day: Day) -> list[str]:
    """A sentence for each date that lies so far ahead that it may be a slip."""
    dates = [(m.name, s.step, t) for m in measures for s in m.steps for t in (s.date, s.until) if t]
    dates += [(c.name, "deadline", c.due) for c in promises if c.due]
    return [
        f"{name}: {what.replace('_', ' ')} {text} lies more than {FAR_YEARS} years ahead; it is "
        "kept as told and may be a slip of the pen."
        for name, what, text in dates
        if far_ahead(text, day)
    ]


def far_ahead(text: str, day: Day) -> bool:
    """Whether a period begins so long after `day` that it is more likely a slip than a plan.

    >>> far_ahead("2199-05-02", date(2026, 1, 1)), far_ahead("", date(2026, 1, 1))
    (True, False)
    """
    last = day.replace(year=min(day.year + FAR_YEARS, date.max.year), day=1)
    return bool(text) and days(text)[0] > last


def _of_measure(measure: Measure) -> list[Due]:
    entries = []
    line = told(measure.steps)
    for step in line:
        if step.until:
            entries.append(_due(measure, step, step.until, "runs_out"))
        if step.date and when(step) > step.published and not called_off(step, line):
            entries.append(_due(measure, step, step.date, "begins"))
    return entries


def _due(measure: Measure, step: Step, text: str, what: What) -> Due:
    word = step.step.replace("_", " ")
    says = f"{measure.title}: {word} {'until' if what == 'runs_out' else 'from'} this day"
    day = days(text)[1] if what == "runs_out" else days(text)[0]
    return Due(
        day=day, what=what, name=measure.name, says=says, told=text, evidence=step.evidence[:3]
    )


def _first_answers(pack: Pack, measure: Measure) -> list[Due]:
    """By when the first applications have to be decided, by the law of the issuer."""
    clock = legal_clock(pack, measure.name)
    if clock is None:
        return []
    line = told(measure.steps)
    starts = [s for s in line if s.step == "in_force" and not called_off(s, line)]
    return [
        Due(
            day=when(step) + timedelta(days=clock),
            what="clock",
            name=measure.name,
            says=f"{measure.title}: the {clock} days that the law gives for the first "
            "applications are over",
            evidence=step.evidence[:1],
        )
        for step in starts[:1]
        if (date.max - when(step)).days > clock
    ]


def _waits(promise: Commitment) -> bool:
    return promise.outcome == "open" and bool(promise.due)


def _deadline(promise: Commitment) -> Due:
    text = promise.due or ""
    moved = sum(step.step == "deadline" for step in promise.steps)
    says = f"promised by now: {promise.what}"
    if moved > 0:
        says += f" (the deadline has moved {moved} time{'' if moved == 1 else 's'})"
    if not promise.confirmed_by:
        says += " (said by one side only)"
    return Due(
        day=days(text)[1],
        what="deadline",
        name=promise.name,
        says=says,
        told=text,
        evidence=promise.evidence[:3],
    )


def _talks(ahead: Ahead) -> list[Due]:
    """Talks that were announced for a day after they were announced; one entry for each meeting."""
    found: dict[tuple[str, tuple[str, ...]], list[Event]] = {}
    for event in ahead.events:
        if event.type in ("NEGOTIATE", "COOPERATE") and event.status in ("announced", "considered"):
            text = event.effective or event.date
            if text and days(text)[1] > telling.published(event):
                who = tuple(sorted({*event.actors, *event.targets} - {"all"}))
                found.setdefault((text, who), []).append(event)
    return [_meeting(ahead.pack, text, who, events) for (text, who), events in found.items()]


def _meeting(pack: Pack, text: str, who: Sequence[str], events: Sequence[Event]) -> Due:
    items = dict.fromkeys(item for event in events for item in event.items)
    about = ", ".join(pack.name.get(item, item) for item in items) or "a matter not named"
    parties = " and ".join(pack.name.get(one, one) for one in who)
    return Due(
        day=days(text)[1],
        what="talks",
        name="-".join(who),
        says=f"{parties} talk about {about}",
        told=text,
        evidence=tuple(event.id for event in events),
    )
