"""The two clocks of every record, and how one stands on a past day.

A record says when it *happened*, when it was *published*, when we *received* it and since when
it was *known* here. `known` alone decides what a round on day D may see: everything known by the
end of D, in UTC. Live, a record is known when it is received. History that is filled in later
(`backfilled`) counts as known when it was published, plus the lag that its source states; it is
flagged, and scored apart from what we really saw live.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from foreshock.errors import RecordError, WrongUse

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|-Q([1-4]))?")


class Clocks(msgspec.Struct, frozen=True, kw_only=True):
    """When a record happened, was published, was received and became known."""

    #: first moment (UTC) at which a round could use the record
    known_at: datetime
    #: when it reached this archive (UTC)
    received: datetime
    #: day on which its source made it public; None when the source does not tell
    published: date | None = None
    #: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-Qn: when it happened, or the period it is about
    happened: str | None = None
    #: history filled in afterwards: `known_at` is derived from `published`, not observed
    backfilled: bool = False


def now() -> datetime:
    """The present moment in UTC, to the microsecond."""
    return datetime.now(UTC)


def end_of(day: date) -> datetime:
    """The last moment of `day` in UTC: what is known then is known "on" that day.

    >>> end_of(date(2023, 7, 10)).isoformat()
    '2023-07-10T23:59:59.999999+00:00'
    """
    return datetime.combine(day, time.max, tzinfo=UTC)


def live(received: datetime, published: date | None = None, happened: str | None = None) -> Clocks:
    """The clocks of a record that reached us as it came out.

    >>> live(datetime(2025, 4, 4, 9, tzinfo=UTC)).known_at.hour
    9
    """
    return Clocks(known_at=received, received=received, published=published, happened=happened)


def backfilled(
    received: datetime, published: date, lag_days: int = 0, happened: str | None = None
) -> Clocks:
    """The clocks of history filled in afterwards: known at the end of its day of publication.

    `lag_days` (>= 0) is the lag that the source states between its date line and its being
    readable outside. Nothing is known before it is published.

    >>> backfilled(now(), date(2023, 7, 3)).known_at.date().isoformat()
    '2023-07-03'
    """
    if lag_days < 0:
        raise RecordError(f"a lag of {lag_days} days", expected="0 or more days")
    known = end_of(published + timedelta(days=lag_days))
    return Clocks(
        known_at=known,
        received=received,
        published=published,
        happened=happened,
        backfilled=True,
    )


def arrived(received: datetime, published: date | None, happened: str | None = None) -> Clocks:
    """The clocks of a record handed to us with the date its source printed on it.

    Dated today or in the future, or not dated at all: known from now on. Dated before the day it
    was received: history, known at the end of the day it was published.

    >>> arrived(datetime(2026, 1, 2, tzinfo=UTC), date(2023, 7, 3)).backfilled
    True
    >>> arrived(datetime(2026, 1, 2, tzinfo=UTC), None).known_at.year
    2026
    """
    if published is None or published >= received.date():
        return live(received, published, happened)
    return backfilled(received, published, happened=happened)


def parse_day(text: str, what: str = "the day") -> date:
    """A day written YYYY-MM-DD; anything else is refused in one sentence.

    >>> parse_day("2023-07-10")
    datetime.date(2023, 7, 10)
    """
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(
            f"{what} is {text!r}",
            expected="a calendar day written YYYY-MM-DD",
            next_step="For example 2023-07-10.",
        ) from None


def span(period: str) -> tuple[date, date]:
    """First and last day of a period.

    Takes YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD and ranges "A..B" of them; resolution is told by the
    length of the text, as in the event standard.

    >>> span("2025-02")
    (datetime.date(2025, 2, 1), datetime.date(2025, 2, 28))
    >>> span("2025-01..2025-06")[1]
    datetime.date(2025, 6, 30)
    """
    if ".." in period:
        first, _, last = period.partition("..")
        begin, end = span(first)[0], span(last)[1]
        if end < begin:
            raise RecordError(f"the period {period!r} ends before it begins")
        return begin, end
    match = _PERIOD.fullmatch(period)
    if match is None:
        raise RecordError(
            f"the period {period!r}", expected="YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD or A..B"
        )
    year, month, day, quarter = (int(g) if g else 0 for g in match.groups())
    try:
        if day:
            return date(year, month, day), date(year, month, day)
        low, high = (3 * quarter - 2, 3 * quarter) if quarter else (month or 1, month or 12)
        begin = date(year, low, 1)
        after = date(year + (high == 12), high % 12 + 1, 1)
    except ValueError:
        raise RecordError(f"the period {period!r} is no day of the calendar") from None
    return begin, after - timedelta(days=1)
