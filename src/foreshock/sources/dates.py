"""The day that a source printed on a text, where it can be read in one way only."""

import re
from datetime import date

#: forms that name year, month and day in an order nobody mistakes; 03/04/2023 is not among them
FORMS: tuple[re.Pattern[str], ...] = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", re.DOTALL),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?: .*)?", re.DOTALL),
    re.compile(r"(\d{4})\.\s?(\d{1,2})\.\s?(\d{1,2})\.?(?: .*)?", re.DOTALL),
    re.compile(r"(\d{4})(\d{2})(\d{2})(?:T.*)?", re.DOTALL),
    re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일].*", re.DOTALL),
)


#: the first day that is believed: 0001-01-01, 1900-01-01 and 1970-01-01 are what programs print
#: where they know no day, and a text believed to be that old would be known on every past day
EARLIEST = date(1970, 1, 2)


def believed(day: date) -> date | None:
    """The day, or None for one that only a program without a date prints.

    >>> believed(date(1970, 1, 1)) is None
    True
    """
    return day if day >= EARLIEST else None


def read_day(text: str) -> date | None:
    """The day written in `text`, year first, a time of day after it left aside; else None.

    It is the day as printed, in the publisher's own time zone. A day before 1970-01-02 is none.

    >>> read_day("2023-07-03T23:30:00+08:00"), read_day("2021년 11월 8일")
    (datetime.date(2023, 7, 3), datetime.date(2021, 11, 8))
    >>> read_day("03/04/2023") is None
    True
    """
    for form in FORMS:
        found = form.fullmatch(text.strip()[:60])
        if found:
            try:
                return believed(date(*(int(part) for part in found.groups())))
            except ValueError:
                return None
    return None
