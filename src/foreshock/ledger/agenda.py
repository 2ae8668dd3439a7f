"""What is due: ends of suspensions, deadlines of promises, controls that are about to begin."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

from foreshock.ledger.life import called_off, told, when
from foreshock.ledger.periods import days
from foreshock.words.records import Commitment, Measure, Step, Struct

Day = date
What = Literal["runs_out", "begins", "deadline"]


class Due(Struct, frozen=True, kw_only=True):
    """Something that is to happen on a day."""

    day: Day
    what: What
    #: name of the measure or commitment
    name: str
    says: str


def due(
    measures: Iterable[Measure], promises: Iterable[Commitment], day: Day, within_days: int
) -> tuple[Due, ...]:
    """What is due from `day` to `within_days` later, both included, earliest first."""
    last = day + timedelta(days=within_days)
    entries = [entry for measure in measures for entry in _of_measure(measure)]
    entries += [_deadline(promise) for promise in promises if _waits(promise)]
    wanted = (entry for entry in entries if day <= entry.day <= last)
    return tuple(sorted(set(wanted), key=lambda entry: (entry.day, entry.what, entry.name)))


def _of_measure(measure: Measure) -> list[Due]:
    entries = []
    line = told(measure.steps)
    for step in line:
        if step.until:
            entries.append(_due(measure, step, days(step.until)[1], "runs_out"))
        if step.date and when(step) > step.published and not called_off(step, line):
            entries.append(_due(measure, step, when(step), "begins"))
    return entries


def _due(measure: Measure, step: Step, day: Day, what: What) -> Due:
    word = step.step.replace("_", " ")
    says = f"{measure.title}: {word} {'until' if what == 'runs_out' else 'from'} this day"
    return Due(day=day, what=what, name=measure.name, says=says)


def _waits(promise: Commitment) -> bool:
    return promise.outcome == "open" and bool(promise.due)


def _deadline(promise: Commitment) -> Due:
    day = days(promise.due or "")[1]
    return Due(day=day, what="deadline", name=promise.name, says=f"promised by now: {promise.what}")
