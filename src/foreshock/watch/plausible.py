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
#: known figures that tell the scale, and decades above it that no real change reaches
SCALE_ROWS, DECADES, WITHIN = 12, (2, 3, 4), 0.2


def plausible(
    timestamps: Sequence[str], values: Sequence[float | None], today: date, said: list[str]
) -> list[float | None]:
    """The values to judge: None where one cannot be; a sentence on each oddity goes to `said`.

    A figure a hundred times or more above the scale of those before it (within a fifth of a decade)
    is taken for another unit; so are those that follow, each mended by its factor. A fall by such a
    factor is left: a stop looks like that.

    >>> said = []
    >>> stamps = [f"2020-{n:02d}" for n in range(1, 13)] + ["2021-01", "2021-02"]
    >>> plausible(stamps, [5.0] * 12 + [5000.0, -5.0], date(2026, 1, 1), said)[-2:]
    [5.0, None]
    >>> said[0]
    '2021-01: 5000 is 1,000 times the usual; taken as a slip of the unit and read as 5.'
    """
    seconds = np.array([seconds_of(text) for text in timestamps], dtype=np.float64)
    _say_of_all(timestamps, values, seconds, today, said)
    if len(values) < SPACING_ROWS or not cadence(seconds).slow:
        return list(values)
    usual: list[float] = []
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
        factor = _slip(value, usual)
        if factor > 1:
            mended = value / factor
            said.append(
                f"{text}: {value:g} is {factor:,.0f} times the usual; taken as a slip of the unit "
                f"and read as {mended:g}."
            )
            value = mended
        usual.append(value)
        out.append(value)
    return out


def _slip(value: float, before: Sequence[float]) -> float:
    lately = [x for x in before[-SCALE_ROWS:] if x > 0]
    if value <= 0 or len(lately) < SCALE_ROWS // 2:
        return 1.0
    away = log10(value) - log10(float(np.median(lately)))  # a ratio could underflow
    decades = round(away)
    return 10.0**decades if decades in DECADES and abs(away - decades) <= WITHIN else 1.0


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
