"""Figures of a slow series that cannot be what they say: told, and kept out of the judgement.

Each figure is judged from itself and those before it, so that a score never changes later. Only
weekly and slower series are looked at: in fast ones a jump by a hundred may be the thing itself.
"""

from collections.abc import Sequence
from datetime import date
from math import log10

import numpy as np

from foreshock.watch.cadence import SPACING_ROWS, cadence
from foreshock.watch.detection import seconds_of

#: known figures without a negative one after which a negative one is odd; so many are left out
NEVER_BELOW, ODD_MOST = 12, 3
#: known figures that tell the scale; decades above and below it that are another unit, and how near
SCALE_ROWS, ABOVE, BELOW, WITHIN = 12, (2, 3, 4, 6), (-3, -6), 0.2
#: decades beyond which no unit explains it
FARTHEST = 6
#: ten times the usual is another unit where the last figures lie within this factor of the usual
STEADY, WITHIN_TEN = 1.5, 0.06


def is_slow(timestamps: Sequence[str]) -> bool:
    """Whether a series speaks weekly or more seldom; False for one too short to tell.

    >>> is_slow([f"2024-{month:02d}" for month in range(1, 9)])
    True
    """
    if len(timestamps) < 2:
        return False
    seconds = np.array([seconds_of(text) for text in timestamps[:SPACING_ROWS]], dtype=np.float64)
    return cadence(seconds).slow


def plausible(
    timestamps: Sequence[str], values: Sequence[float | None], today: date, said: list[str]
) -> list[float | None]:
    """The values to judge: None where one cannot be; a sentence on each oddity goes to `said`.

    A figure a hundred, a thousand ... times the scale of those before it (within a fifth of a
    decade), or ten times that of a steady series, is taken for another unit; so are those that
    follow, each mended by its factor. A thousandth of the usual is another unit or next to nothing:
    unknown. Any other fall is left, and so is a fall to 0: a stop looks like that.

    >>> said = []
    >>> stamps = [f"2020-{n:02d}" for n in range(1, 13)] + ["2021-01", "2021-02"]
    >>> plausible(stamps, [5.0] * 12 + [5000.0, -5.0], date(2026, 1, 1), said)[-2:]
    [5.0, None]
    >>> said[-1]
    '2021-01: 5000 is 1,000 times the usual; taken as a slip of the unit and read as 5.'
    """
    seconds = np.array([seconds_of(text) for text in timestamps], dtype=np.float64)
    _say_of_all(timestamps, values, seconds, today, said)
    if len(values) < SPACING_ROWS or not cadence(seconds).slow:
        return list(values)
    usual: list[float] = []
    runs: list[tuple[int, int]] = []
    below = 0
    out: list[float | None] = []
    for text, value in zip(timestamps, values, strict=True):
        if value is None:
            out.append(None)
            continue
        if value < 0 and below < ODD_MOST and len(usual) >= NEVER_BELOW and min(usual) >= 0:
            below += 1
            said.append(
                f"{text}: {value:g} is below zero, as none before it; it counts as unknown."
            )
            out.append(None)
            continue
        decades = _decades(value, usual)
        if decades and decades <= FARTHEST:
            runs.append((len(out), decades))
        if decades < 0:
            out.append(None)
            continue
        if decades > FARTHEST:
            said.append(f"{text}: {value:g} is beyond all scale; it counts as unknown.")
            out.append(None)
            continue
        value = value / 10.0**decades
        usual.append(value)
        out.append(value)
    said += _slips_said(timestamps, values, out, runs)
    return out


def _slips_said(
    timestamps: Sequence[str],
    values: Sequence[float | None],
    read: Sequence[float | None],
    slips: Sequence[tuple[int, int]],
) -> list[str]:
    """One sentence for each run of figures that are off by the same factor, one after another."""
    runs: list[list[int]] = []
    last = (-2, 0)
    for place, decades in slips:
        if decades == last[1] and place == last[0] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
        last = (place, decades)
    decades_of = dict(slips)
    found = []
    for run in runs:
        first, end = run[0], run[-1]
        when = timestamps[first] + (f" to {timestamps[end]}" if end > first else "")
        what = f"{values[first]:g}" + (f" and {len(run) - 1} more" if end > first else "")
        verb = "are" if end > first else "is"
        factor = 10.0 ** abs(decades_of[first])
        if decades_of[first] < 0:
            found.append(
                f"{when}: {what} {verb} {1 / factor:g} of the usual; a slip of the unit, or next "
                "to nothing? Unknown."
            )
        else:
            found.append(
                f"{when}: {what} {verb} {factor:,.0f} times the usual; taken as a slip of the unit "
                f"and read as {read[first]:g}" + (" and so on." if end > first else ".")
            )
    return found


def _decades(value: float, before: Sequence[float]) -> int:
    """By how many powers of ten a figure seems to be in another unit; 0 where it is not."""
    lately = [x for x in before[-SCALE_ROWS:] if x > 0]
    if value <= 0 or len(lately) < SCALE_ROWS // 2:
        return 0
    scale = float(np.median(lately))
    away = log10(value) - log10(scale)  # a ratio could underflow
    decades = round(away)
    if decades > FARTHEST:
        return decades
    if decades in (*ABOVE, *BELOW) and abs(away - decades) <= WITHIN:
        return decades
    steady = all(1 / STEADY <= x / scale <= STEADY for x in lately)
    return 1 if decades == 1 and steady and abs(away - 1) <= WITHIN_TEN else 0


def _say_of_all(
    timestamps: Sequence[str],
    values: Sequence[float | None],
    seconds: np.ndarray[tuple[int], np.dtype[np.float64]],
    today: date,
    said: list[str],
) -> None:
    """What is odd about a series as a whole: too short, of one value, in the future."""
    known = [value for value in values if value is not None]
    if 0 < len(known) < SPACING_ROWS:
        said.append(f"{len(known)} figure(s) are too few to judge by: every score is 0, unknown.")
    elif known and set(known) == {0.0}:
        said.append("Every figure is 0: nothing can be unusual, and nothing is known of a usual.")
    elif len(set(known)) == 1:
        said.append(f"Every figure is {known[0]:g}: the first other one will stand out.")
    limit = (today - date(1970, 1, 1)).days * 86_400.0
    late = [text for text, when in zip(timestamps, seconds, strict=True) if when > limit + 86_400]
    if late:
        said.append(
            f"{len(late)} row(s) are of the future ({', '.join(late[:5])}): a forecast, or a slip "
            "of the date? They are scored as they stand."
        )
