"""The stream detector: daily or faster series, value by value, with no look ahead.

Six distances are taken from each value and what came before it (`stream_parts`): two discords, two
to the usual value at this time, the moving spread, the distance to a prediction. Each is weighed
against the extremes that this very series has shown. The mean of the two strongest is the evidence:
one odd measure alone does not make an alarm, and one that is blind does not prevent it.

Memory is fixed, whatever the length of the stream, and a value costs well under 100 microseconds.
"""

from math import exp, isfinite, log

from foreshock.errors import RecordError
from foreshock.watch.stream_parts import (
    AVERAGED,
    SHAPES,
    Discord,
    Extremes,
    Prediction,
    Season,
    Spread,
)
from foreshock.words.records import Struct

#: distances that are taken of each value
DISTANCES = len(SHAPES) + len(AVERAGED) + 2
#: evidence at and above which a value raises an alarm: a score of one half
ALARM = log(2)
#: rows that are only learned from, where nobody says otherwise
PROBATION = 150
#: part of the probation for which an alarm rests; within it only evidence so many times stronger
REST, STRONGER = 0.25, 2.0
#: values beyond this are no measurement of anything
LARGEST = 1e100
#: places of a cycle that are told apart, at most: every 5 seconds of a day
CYCLE_MOST = 17_280


class Verdict(Struct, frozen=True, kw_only=True):
    """What the detector makes of one value."""

    #: 0 usual .. 1 certain that it is not
    score: float
    alarm: bool
    #: the usual value at this time; None before one is known
    usual: float | None


class Stream:
    """One series that is watched while it comes in.

    `cycle` is the number of rows in a day (of days in a week): what repeats. `probation` is the
    number of known rows that are only learned from, and score 0.

    >>> from math import pi, sin
    >>> watch = Stream(cycle=24, probation=200)
    >>> wave = [sin(row * pi / 12) + row * 37 % 11 / 50 for row in range(600)]
    >>> calm = [watch.push(row, value).alarm for row, value in enumerate(wave)]
    >>> any(calm), watch.push(600, 9.0).alarm
    (False, True)
    """

    def __init__(self, *, cycle: int, probation: int = PROBATION) -> None:
        self.probation = max(0, probation)
        self._rest = round(REST * self.probation)
        self._discord, self._spread, self._prediction = Discord(), Spread(), Prediction()
        self._season = Season(cycle if cycle <= CYCLE_MOST else 1)
        self._extremes = [Extremes() for _ in range(DISTANCES)]
        self._rows = 0
        self._slot = 0
        self._alarmed, self._strength = -self._rest, 0.0

    def push(self, slot: int, value: float) -> Verdict:
        """Judge `value` at `slot`, a count of steps on the clock of the series.

        A slot before the newest one is taken for the newest. Raises `RecordError` for a value that
        is not finite or beyond 1e100 either way; such a value changes nothing.
        """
        if not isfinite(value) or abs(value) > LARGEST:
            raise RecordError(f"the value is {value}", expected="a finite number up to 1e100")
        self._slot = max(self._slot, slot)
        distances = (
            *self._discord.push(value),
            *self._season.push(self._slot, value),
            self._spread.push(value),
            self._prediction.push(value),
        )
        evidence = sorted(
            one.push(distance) for one, distance in zip(self._extremes, distances, strict=True)
        )
        row = self._rows
        self._rows += 1
        strength = (evidence[-1] + evidence[-2]) / 2
        if row < self.probation or self._is_resting(row, strength):
            return Verdict(score=0.0, alarm=False, usual=self._season.usual)
        alarm = strength >= ALARM
        if alarm:
            self._alarmed, self._strength = row, strength
        return Verdict(score=1 - exp(-strength), alarm=alarm, usual=self._season.usual)

    def _is_resting(self, row: int, strength: float) -> bool:
        """Whether an alarm has just been raised than which this is no news."""
        return row - self._alarmed < self._rest and strength < STRONGER * self._strength
