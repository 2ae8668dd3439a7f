"""A feed of timestamps and values, at any pace, judged one by one as they come.

The first rows tell the pace. A series finer than weekly goes to the stream detector; a slower one
is judged as `detect` judges it, from a bounded number of its newest rows.
"""

import numpy as np

from foreshock.errors import RecordError
from foreshock.watch import slow
from foreshock.watch.cadence import SPACING_ROWS, Cadence, cadence
from foreshock.watch.stream import ALARM, LARGEST, PROBATION, Stream, Verdict

#: rows of a slow series that are remembered: its years of season, and what sets level and spread
SLOW_YEARS, SLOW_MORE = slow.YEARS + 1, 2 * (slow.WINDOW + slow.GUARD)
#: known rows of a slow series that are only learned from, where nobody says otherwise
SLOW_PROBATION = slow.LEAST
_UNKNOWN = Verdict(score=0.0, alarm=False, usual=None)


class Feed:
    """One series at any pace, judged row by row; its memory is bounded.

    `probation`: known rows that are only learned from and score 0; None: a number that fits the
    pace (150 for a fast series, or two cycles up to 1000 rows).

    >>> feed = Feed()
    >>> days = [feed.push(86_400.0 * n, 100.0 + n % 7 + n % 3 / 2).score for n in range(400)]
    >>> max(days) < 0.5, feed.push(86_400.0 * 400, 5.0).alarm
    (True, True)
    """

    def __init__(self, probation: int | None = None) -> None:
        self._probation = probation
        self._first: list[tuple[float, float | None]] = []
        self._judge: _Fast | _Slow | None = None

    @property
    def begun(self) -> bool:
        """Whether a row has been taken in."""
        return self._judge is not None or bool(self._first)

    def push(self, seconds: float, value: float | None) -> Verdict:
        """Judge one row, told in order of arrival; `seconds` since 1970, None is unknown.

        Raises `RecordError` for a value that is not finite or beyond 1e100; the row then counts
        as unknown.
        """
        if value is not None and not -LARGEST <= value <= LARGEST:
            raise RecordError(f"the value is {value}", expected="a finite number up to 1e100")
        if self._judge is None:
            self._first.append((seconds, value))
            if len(self._first) < SPACING_ROWS:
                return _UNKNOWN
            pace = cadence(np.array([moment for moment, _ in self._first]))
            start = self._first[0][0]
            kind = _Slow if pace.slow else _Fast
            self._judge = kind(pace, start, self._probation)
            verdicts = [self._judge.push(*row) for row in self._first]
            self._first = []
            return verdicts[-1]
        return self._judge.push(seconds, value)


class _Fast:
    """Finer than weekly: the stream detector, on the slots of the clock."""

    def __init__(self, pace: Cadence, start: float, probation: int | None) -> None:
        self._seconds, self._start = pace.seconds, start
        if probation is None:
            probation = max(PROBATION, min(2 * pace.cycle, 1000))
        self._stream = Stream(cycle=pace.cycle, probation=probation)

    def push(self, seconds: float, value: float | None) -> Verdict:
        if value is None:
            return _UNKNOWN
        slot = round((seconds - self._start) / self._seconds)
        return self._stream.push(max(0, slot), value)


class _Slow:
    """Weekly or slower: the newest row against the rows before it, anew each time."""

    def __init__(self, pace: Cadence, start: float, probation: int | None) -> None:
        self._pace, self._start, self._slot = pace, start, 0
        self._probation = SLOW_PROBATION if probation is None else probation
        self._keep = SLOW_YEARS * pace.cycle + SLOW_MORE
        self._rows: list[tuple[int, float]] = []
        self._known = 0

    def push(self, seconds: float, value: float | None) -> Verdict:
        if value is None:
            return _UNKNOWN
        self._slot = max(self._slot, round((seconds - self._start) / self._pace.seconds))
        self._rows = [*self._rows[-self._keep + 1 :], (self._slot, value)]
        self._known += 1
        slots, values = zip(*self._rows, strict=True)
        first = slots[0]
        judged = slow.judge(
            np.array(values), np.array([s - first for s in slots], dtype=np.int64), self._pace.cycle
        )
        evidence = float(judged.evidence[-1])
        usual = float(judged.usual[-1])
        if self._known <= self._probation or not np.isfinite(usual):
            return _UNKNOWN
        return Verdict(score=1 - float(np.exp(-evidence)), alarm=evidence >= ALARM, usual=usual)
