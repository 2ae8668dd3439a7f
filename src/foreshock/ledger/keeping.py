"""Whether a promise was kept, as measures and figures show it: the verdict and its proof."""

from collections.abc import Iterable, Mapping
from datetime import date

from foreshock.ledger import grading
from foreshock.ledger.life import when
from foreshock.ledger.periods import days
from foreshock.words.pack import Pack
from foreshock.words.records import (
    Commitment,
    Entry,
    Event,
    Measure,
    Observation,
    Origin,
    PromiseStep,
    Struct,
)
from foreshock.words.reference import CheckRow

Day = date


class Ground(Struct, frozen=True, kw_only=True):
    """What is known on a day, against which promises are held."""

    day: Day
    measures: Mapping[str, Measure] = {}
    figures: tuple[Observation, ...] = ()
    publishers: Mapping[str, str] = {}

    def grade(self, evidence: Iterable[Event | Origin | Entry], issuer: str = "") -> str:
        """The Admiralty grade of a statement that rests on this evidence."""
        return grading.grade(evidence, issuer, self.publishers)


def kept(pack: Pack, promise: Commitment, ground: Ground) -> tuple[PromiseStep, ...]:
    """What the checks of the pack say of the promise by the end of `ground.day`.

    A check that is met gives "kept", or "late" after the deadline. A series that had to reach an
    amount and whose figures up to the deadline are out gives "broken". What cannot be seen gives
    nothing: silence is no proof.
    """
    steps: list[PromiseStep] = []
    for check in pack.checks:
        if check.commitment == promise.name and check.checked != "unopened":
            found = _by_measure(check, promise, ground) or _by_series(check, promise, ground)
            steps += [found] if found else []
    return tuple(steps)


def _by_measure(check: CheckRow, promise: Commitment, ground: Ground) -> PromiseStep | None:
    measure = ground.measures.get(check.measure)
    if measure is None:
        return None
    made = days(promise.made)[0] if promise.made else date.min
    taken = [
        step
        for step in sorted(measure.steps, key=when)
        if step.step in check.steps and made <= when(step) <= ground.day
    ]
    if not taken:
        return None
    step = taken[0]
    late = bool(promise.due) and when(step) > days(promise.due or "")[1]
    return PromiseStep(
        step="late" if late else "kept",
        date=step.date,
        published=step.published,
        due=None,
        what=f"{measure.name} {step.step.replace('_', ' ')} on {when(step)}: {check.what}",
        evidence=(*step.evidence[:2], *((check.ref,) if check.ref else ())),
        grade=step.grade,
    )


def _by_series(check: CheckRow, promise: Commitment, ground: Ground) -> PromiseStep | None:
    if not check.series or (check.at_least is None and check.at_most is None):
        return None
    last = days(promise.due)[1] if promise.due else ground.day
    figures = sorted(
        (f for f in ground.figures if f.series == check.series and f.value is not None),
        key=lambda f: (days(f.period)[0], f.clocks.known_at),
    )
    counted = [f for f in figures if not check.since or days(f.period)[0] >= days(check.since)[0]]
    for figure in counted:
        if _reaches(check, figure.value or 0):
            late = days(figure.period)[0] > last
            return _verdict("late" if late else "kept", check, figure)
    # all figures up to the deadline are out, and none reaches what was promised
    over = promise.due and counted and days(counted[-1].period)[1] >= last and last < ground.day
    return _verdict("broken", check, counted[-1]) if over else None


def _reaches(check: CheckRow, value: float) -> bool:
    enough = check.at_least is None or value >= check.at_least
    return enough and (check.at_most is None or value <= check.at_most)


def _verdict(word: str, check: CheckRow, figure: Observation) -> PromiseStep:
    out = figure.clocks.published or figure.clocks.known_at.date()
    key = f"{figure.series}:{figure.period}:{figure.origin.publisher}"
    wanted = f"at least {check.at_least:g}" if check.at_least is not None else ""
    wanted += f" at most {check.at_most:g}" if check.at_most is not None else ""
    return PromiseStep(
        step=word,
        date=figure.period,
        published=out,
        what=f"{figure.series} {figure.period}: {figure.value:g} {figure.unit}, "
        f"{wanted.strip()} wanted: {check.what}",
        evidence=(key, *((check.ref,) if check.ref else ())),
        grade="A2" if figure.origin.checked == "official" else "B2",
    )
