"""Days of a period, and whether two periods can mean the same day."""

from datetime import date
from functools import lru_cache

from foreshock.words.clocks import span


@lru_cache(maxsize=8192)
def days(period: str) -> tuple[date, date]:
    """First and last day of a period; `words.clocks.span`, which a book asks very often.

    >>> days("2023-08")[0]
    datetime.date(2023, 8, 1)
    """
    return span(period)


def overlap(one: str | None, other: str | None) -> bool:
    """Whether the two periods share a day; False where one is not told.

    >>> overlap("2023-08", "2023-08-01"), overlap("2023-08", None)
    (True, False)
    """
    if one is None or other is None:
        return False
    (begin, end), (first, last) = days(one), days(other)
    return begin <= last and first <= end
