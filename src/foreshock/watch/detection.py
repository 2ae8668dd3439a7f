"""Is this row unusual? One score for each row of a series, from the row and its past alone."""

from collections.abc import Sequence
from datetime import date, datetime
from math import isfinite

import numpy as np
import numpy.typing as npt

from foreshock.errors import RecordError, WrongUse
from foreshock.watch import slow
from foreshock.watch.cadence import SPACING_ROWS, cadence
from foreshock.watch.stream_feed import Feed
from foreshock.words.clocks import span
from foreshock.words.records import Struct

#: a row with at least this score raises an alarm
ALARM = 0.5
#: rows of a slow series in which an alarm in the same direction is not raised again
REST = 6
_DAY = 86_400.0


class Score(Struct, frozen=True, kw_only=True):
    """How unusual one row is: 0 usual .. 1 certain that it is not."""

    timestamp: str
    value: float | None
    score: float
    alarm: bool


def detect(timestamps: Sequence[str], values: Sequence[float | None]) -> list[Score]:
    """One score for each row, decided from that row and those before it only.

    `timestamps` are ISO 8601: periods (2023, 2023-Q3, 2023-08), days or moments, in the order in
    which they became known; `values` are amounts in any unit, None where nothing is known.
    A score s says: of the rare departures that this series shows by chance (once in 60 rows where
    it is slow; its own few largest so far where it is fast), a share of 1 - s is as large. An
    alarm is a score of at least 0.5 outside a rest period. Rows of the warm-up and unknown rows
    score 0: unknown is not zero, and not quiet either; silence is judged by `signals`.

    Raises `WrongUse` for lists of different length or a timestamp that is none, `RecordError` for
    a value that is not finite.

    >>> months = [f"2024-{m:02d}" for m in range(1, 13)]
    >>> rows = detect(months, [98, 103, 101, 99, 100, 102, 97, 104, 100, None, 101, 0])
    >>> [(row.timestamp, row.score > 0.9) for row in rows if row.alarm]
    [('2024-12', True)]
    """
    if len(timestamps) != len(values):
        raise WrongUse(
            f"{len(timestamps)} timestamps and {len(values)} values",
            expected="one value for each timestamp",
        )
    seconds = np.array([seconds_of(text) for text in timestamps], dtype=np.float64)
    known = np.array([value is not None for value in values], dtype=bool)
    amounts = np.array([v for v in values if v is not None], dtype=np.float64)
    _refuse_infinite(timestamps, values)
    scores, alarms = np.zeros(len(values)), np.zeros(len(values), dtype=bool)
    if len(values) >= SPACING_ROWS and known.any():
        scores[known], alarms[known] = _judge(seconds, known, amounts)
    return [
        Score(timestamp=t, value=v, score=s, alarm=a)
        for t, v, s, a in zip(timestamps, values, scores.tolist(), alarms.tolist(), strict=True)
    ]


def _judge(
    seconds: npt.NDArray[np.float64], known: npt.NDArray[np.bool_], amounts: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Scores and alarms of the known rows."""
    pace = cadence(seconds)
    if not pace.slow:
        feed = Feed()
        unknown = np.where(known, 0.0, np.nan)
        unknown[known] = amounts
        told = [
            feed.push(moment, None if np.isnan(value) else value)
            for moment, value in zip(seconds.tolist(), unknown.tolist(), strict=True)
        ]
        verdicts = [one for one, is_known in zip(told, known.tolist(), strict=True) if is_known]
        return np.array([v.score for v in verdicts]), np.array([v.alarm for v in verdicts])
    since = np.maximum.accumulate(seconds[known]) - seconds[0]
    slots = np.maximum(0, np.rint(since / pace.seconds)).astype(np.int64)
    judged = slow.judge(amounts, slots, pace.cycle)
    scores = 1 - np.exp(-judged.evidence)
    return scores, rested(scores >= ALARM, judged.direction)


def rested(
    raised: npt.NDArray[np.bool_], direction: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Alarms less those that say the same again within `REST` rows.

    >>> rested(np.array([True, True, True]), np.array([-1.0, -1.0, 1.0])).tolist()
    [True, False, True]
    """
    alarms = np.zeros(len(raised), dtype=bool)
    last = {-1.0: -REST, 0.0: -REST, 1.0: -REST}
    for row in np.flatnonzero(raised).tolist():
        way = float(direction[row])
        if row - last[way] >= REST:
            alarms[row] = True
            last[way] = row
    return alarms


def seconds_of(text: str) -> float:
    """Seconds since 1970 of a timestamp; of the first day of a period."""
    try:
        if len(text) > 10:
            moment = datetime.fromisoformat(text.strip())
            return (moment.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()
        return (span(text.strip())[0] - date(1970, 1, 1)).days * _DAY
    except (ValueError, RecordError):
        raise WrongUse(
            f"the timestamp {text!r}",
            expected="a day, a moment or a period by ISO 8601",
            next_step="For example 2023-08, 2023-08-01 or 2023-08-01 14:05:00.",
        ) from None


def _refuse_infinite(timestamps: Sequence[str], values: Sequence[float | None]) -> None:
    for text, value in zip(timestamps, values, strict=True):
        if value is not None and not isfinite(value):
            raise RecordError(
                f"the value at {text} is {value}",
                expected="a finite number, or nothing where it is unknown",
            )
