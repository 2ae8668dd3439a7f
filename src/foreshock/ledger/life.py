"""The life of one measure: how its steps stand on a day, and where a further step belongs."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

from foreshock.ledger.periods import days, overlap
from foreshock.ledger.tables import FRESH_DAYS, MODIFIERS, STAGE, STOPS, TELLING_DAYS
from foreshock.words.records import Step, Struct
from foreshock.words.vocab import NEXT_STEPS

Day = date

_DAY = timedelta(days=1)


class Standing(Struct, frozen=True, kw_only=True):
    """How a measure stands on a day.

    `state` is a step of `words.vocab.NEXT_STEPS`, or "none" (nobody had spoken of it), or
    "unknown" (the last thing known has run out, and nobody told what came after).
    """

    state: str
    #: first day of this state
    since: Day | None = None
    #: last day of this state, where it was given an end
    until: Day | None = None
    #: day on which the control itself takes or took effect; None: not told
    effective: Day | None = None
    #: day on which the newest step that has begun was published: how old the last word is
    heard: Day | None = None
    #: exemptions or licences have been let through since it last began or was tightened
    eased: bool = False
    #: why, in one sentence
    says: str = ""


def when(step: Step) -> Day:
    """First day on which the step can have taken effect; where no date is told, its publication.

    >>> when(Step(step="in_force", date="2023-08", published=date(2023, 7, 3)))
    datetime.date(2023, 8, 1)
    """
    return days(step.date)[0] if step.date else step.published


def told(steps: Sequence[Step]) -> tuple[Step, ...]:
    """One telling of each step, in order of time.

    Texts differ on dates; all tellings are kept, one counts: the one with an official row behind
    it, else the one with most evidence, else the earliest published.

    >>> one = Step(step="in_force", date="2023-08-01", published=date(2023, 7, 3))
    >>> other = Step(step="in_force", date="2023-08-03", published=date(2023, 7, 4))
    >>> [step.date for step in told([other, one])]
    ['2023-08-01']
    """
    ranked = sorted(
        steps, key=lambda s: (s.origin is None, -len(s.evidence), s.published, when(s), s.step)
    )
    kept: list[Step] = []
    for step in ranked:
        if step.origin is not None or not any(retells(step, other) for other in kept):
            kept.append(step)
    return tuple(sorted(kept, key=_in_time))


def retells(step: Step, other: Step) -> bool:
    """Whether the two are the same step, though perhaps told with different dates."""
    near = abs((when(step) - when(other)).days) <= TELLING_DAYS
    return step.step == other.step and near


def _in_time(step: Step) -> tuple[Day, int, Day, str]:
    # on one day, a beginning goes from rumour to force, and comes before any change of it
    return when(step), STAGE.get(step.step, 9), step.published, step.step


def standing(steps: Sequence[Step], day: Day) -> Standing:
    """How a measure with these steps stands at the end of `day`.

    >>> standing((Step(step="suspended", date="2025-11-09", until="2026-11-27",
    ...                published=date(2025, 11, 9)),), date(2026, 12, 1)).state
    'unknown'
    """
    return _standing(told(steps), day)


def _standing(line: Sequence[Step], day: Day) -> Standing:
    begun = [step for step in line if when(step) <= day and not called_off(step, line)]
    coming = (when(s) for s in line if s.step == "in_force" and not called_off(s, line))
    ahead = min((start for start in coming if start > day), default=None)
    if not begun:
        spoken = [step for step in line if step.published <= day]
        if not spoken:
            return Standing(state="none", says="nobody had spoken of it yet")
        since = min(step.published for step in spoken)
        heard = max(step.published for step in spoken)
        says = f"announced for {ahead}" if ahead else "announced"
        return Standing(state="announced", since=since, effective=ahead, heard=heard, says=says)
    return _run_out(_walked(begun, ahead), day)


class Timeline:
    """How a measure stands on any day, worked out once: it changes on few days only.

    >>> life = (Step(step="in_force", date="2023-08-01", published=date(2023, 7, 3)),)
    >>> [Timeline(life).on(date(2023, 7, day)).state for day in (2, 3)]
    ['none', 'announced']
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        line = told(steps)
        turns = {date.min}
        for step in steps:
            turns.update((when(step), step.published))
            if step.until and (last := days(step.until)[1]) < date.max:
                turns.add(last + _DAY)
        self._turns = sorted(turns)
        self._standings = [_standing(line, turn) for turn in self._turns]

    @property
    def turns(self) -> tuple[Day, ...]:
        """The days on which the standing may change, the first day there is among them."""
        return tuple(self._turns)

    def on(self, day: Day) -> Standing:
        """`standing` at the end of the day."""
        return self._standings[bisect_right(self._turns, day) - 1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeline) and self._standings == other._standings

    __hash__ = None  # type: ignore[assignment]


def called_off(step: Step, line: Sequence[Step]) -> bool:
    """Whether a step planned for later was stopped, by later word, before its day came."""
    return step.published < when(step) and any(
        other.step in STOPS
        and step.published < other.published
        and when(other) <= when(step)
        and (other.until is None or when(step) <= days(other.until)[1])
        for other in line
        if other is not step and other.step != step.step
    )


def _walked(begun: Sequence[Step], ahead: Day | None) -> Standing:
    state, since, until, effective, eased = "", when(begun[0]), None, None, False
    for step in begun:
        if step.step not in MODIFIERS or not state:
            state, since = step.step, when(step)
            until = days(step.until)[1] if step.until else None
        elif step.step == "extended" and step.until:
            until = days(step.until)[1]
        if step.step == "in_force":
            effective = when(step)
        eased = step.step == "eased" or (eased and step.step == "extended")
    before = state in STAGE and state != "in_force"
    return Standing(
        state=state,
        since=since,
        until=until,
        effective=ahead if before or state == "postponed" else effective,
        heard=max(step.published for step in begun),
        eased=eased,
        says=f"{state.replace('_', ' ')} since {since}" + (f" until {until}" if until else ""),
    )


def _run_out(now: Standing, day: Day) -> Standing:
    if now.until is None or now.until >= day:
        return now
    return Standing(
        state="unknown",
        since=now.since,
        until=now.until,
        effective=now.effective,
        heard=now.heard,
        eased=now.eased,
        says=f"{now.state.replace('_', ' ')} until {now.until}, and no later word is known: "
        "nobody told what came after",
    )


class Placed(Struct, frozen=True, kw_only=True):
    """The steps after a telling was taken in, or why it cannot be."""

    steps: tuple[Step, ...]
    #: the telling made a step that nobody had told before
    new: bool = False
    #: why the step is impossible; empty if it is possible
    odd: str = ""


def place(steps: tuple[Step, ...], step: Step, may_add: bool = True) -> Placed:
    """Take in one telling of a step: as evidence for a known one, as a new one, or as odd.

    `may_add` False: evidence at most (the telling is background).

    >>> life = (Step(step="announced", date="2023-07-03", published=date(2023, 7, 3)),)
    >>> place(life, Step(step="in_force", date="2023-08-01", published=date(2023, 7, 3))).new
    True
    >>> place((), Step(step="ended", date="2023-07-01", published=date(2023, 7, 3))).odd
    'ended on 2023-07-01 before it began'
    """
    same = [i for i, known in enumerate(steps) if _same(known, step) or _begins(known, step)]
    if same:
        return Placed(steps=_with_evidence(steps, same[0], step))
    line = told(steps)
    reached = max((STAGE.get(s.step, 9) for s in line if when(s) <= when(step)), default=0)
    if STAGE.get(step.step, 9) < reached or not may_add:
        return Placed(steps=_with_evidence(steps, _nearest(steps, step), step))
    if any(retells(step, known) for known in steps):
        return Placed(steps=_inserted(steps, step), new=True)
    odd = _impossible(line, step)
    return Placed(steps=steps, odd=odd) if odd else Placed(steps=_inserted(steps, step), new=True)


def _same(known: Step, step: Step) -> bool:
    if known.step != step.step or (step.until and known.until and step.until != known.until):
        return False
    return step.date is None or known.date is None or overlap(known.date, step.date)


def _begins(known: Step, step: Step) -> bool:
    """Whether an "expansion" is only the beginning itself: many new rules expand an older one."""
    if step.step not in ("tightened", "extended") or known.step not in ("announced", "in_force"):
        return False
    if step.date is None:
        return 0 <= (step.published - when(known)).days <= FRESH_DAYS
    return overlap(known.date, step.date)


def _nearest(steps: Sequence[Step], step: Step) -> int:
    return min(range(len(steps)), key=lambda i: (abs((when(steps[i]) - when(step)).days), i))


def _with_evidence(steps: tuple[Step, ...], at: int, step: Step) -> tuple[Step, ...]:
    if not steps:
        return steps
    known = steps[at]
    # an event that tells two steps of one beginning is looked for at the end only: it just came
    more = tuple(e for e in step.evidence if e not in known.evidence[-2:])
    richer = _copy(known, (*known.evidence, *more), step)
    return (*steps[:at], richer, *steps[at + 1 :])


def _copy(known: Step, evidence: tuple[str, ...], step: Step) -> Step:
    # a text may add the end of a suspension, or the day, that the first one left out
    adds = known.step == step.step and known.origin is None
    return Step(
        step=known.step,
        date=max(known.date or "", step.date or "", key=len) or None if adds else known.date,
        published=min(known.published, step.published) if adds else known.published,
        until=known.until or (step.until if adds else None),
        what=known.what,
        evidence=evidence,
        origin=known.origin,
    )


def _inserted(steps: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    return tuple(sorted((*steps, step), key=_in_time))


def _impossible(line: Sequence[Step], step: Step) -> str:
    """Why the step cannot stand where its date puts it; empty if it can."""
    before = [s for s in line if _in_time(s) <= _in_time(step)]
    after = [s for s in line if _in_time(s) > _in_time(step)]
    last = before[-1].step if before else ""
    word, day = step.step.replace("_", " "), when(step)
    if step.step not in NEXT_STEPS[last]:
        if not last:
            return f"{word} on {day} before it began"
        may = ", ".join(sorted(NEXT_STEPS[last]))
        return f"{word} on {day} cannot follow {last} of {when(before[-1])} (may be: {may})"
    if after and after[0].step not in NEXT_STEPS[step.step]:
        return f"{word} on {day} cannot come before {after[0].step} of {when(after[0])}"
    return ""
