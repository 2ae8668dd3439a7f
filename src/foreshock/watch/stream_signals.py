"""Daily series of the archive (prices, transits) become signals, day by day, as they were known.

The stream detector sees the days in order; what it found unusual lately is told with the usual
value at that time. Days that nobody published for long are silence: unknown, not quiet.
"""

from collections.abc import Sequence
from datetime import date
from math import exp
from statistics import median

from foreshock.errors import UnknownWord
from foreshock.watch.hygiene import amount, usable
from foreshock.watch.stream_feed import Feed
from foreshock.watch.telling import Told, signal_of
from foreshock.words.clocks import span
from foreshock.words.records import Observation, Signal, Struct
from foreshock.words.reference import Series
from foreshock.words.units import convert

#: a day found unusual is news for so many days; then the usual has moved, or it was a day
NEWS_DAYS = 30
#: days that must be known before one is judged: a year of weeks would be better, few have it
PROBATION = 100
#: a daily series is overdue so many days beyond its usual lag
OVERDUE_DAYS = 14
#: whole years before that of the day asked for, whose days are gone through: a bound on the work
YEARS = 3
#: days before an alarm that are added up to say how much is moving
WEEK = 7

Day = date


class Known(Struct, frozen=True, kw_only=True):
    """The figure of a day, in the unit of its series."""

    day: Day
    value: float
    source: Observation


def daily_signals(series: Series, observations: Sequence[Observation], day: date) -> list[Signal]:
    """What is unusual in the days of one series, as known by the end of `day`; [] without days.

    Of several publishers of a day the one known first counts, as in `hygiene`. Figures in another
    kind of unit are left out. A row that repeats the day before is one of its own.
    """
    days = _days(series, observations, day)
    if not days:
        return []
    return [*_unusual(series, days, day), *_silence(series, days, day)]


def unusual_days(
    series: Series, observations: Sequence[Observation], first: date, last: date
) -> list[Signal]:
    """The days from `first` to `last` that stood out, each judged from those before it.

    By the figures as known on `last`: a day that was revised since is judged as revised.
    """
    return _unusual(series, _days(series, observations, last), last, (last - first).days)


def _days(series: Series, observations: Sequence[Observation], day: date) -> list[Known]:
    known: dict[date, Known] = {}
    for row in usable(observations, day):
        if len(row.period) != len("2024-01-01") or ".." in row.period:
            continue
        try:
            value = convert(float(row.value or 0.0), row.unit, series.unit)
        except UnknownWord:
            continue
        at = span(row.period)[0]
        other = known.get(at)
        if other is None or row.clocks.known_at < other.source.clocks.known_at:
            known[at] = Known(day=at, value=value, source=row)
    first = date(day.year - YEARS, 1, 1)  # of the year, so that it moves once a year
    return [known[at] for at in sorted(known) if first <= at <= day]


def _unusual(
    series: Series, days: Sequence[Known], day: date, news_days: int = NEWS_DAYS
) -> list[Signal]:
    feed = Feed(PROBATION)
    found = []
    for place, one in enumerate(days):
        verdict = feed.push((one.day - date(1970, 1, 1)).days * 86_400.0, one.value)
        if not verdict.alarm or (day - one.day).days > news_days:
            continue
        week = [other.value for other in days[max(0, place - WEEK + 1) : place + 1]]
        before = [other.value for other in days[max(0, place - 60) : max(1, place - WEEK + 1)]]
        mean, usual = sum(week) / len(week), median(before)
        says = (
            f"{series.title}: {amount(one.value, series.unit)} on {one.day}, where "
            f"{amount(usual if verdict.usual is None else verdict.usual, series.unit)} is usual; "
            f"mean of {len(week)} days {amount(mean, series.unit)}, of the weeks before "
            f"{amount(usual, series.unit)}"
        )
        told = Told(
            kind="unusual_day",
            since=one.day.isoformat(),
            score=verdict.score,
            direction="down" if one.value < (verdict.usual or usual) else "up",
            says=says,
        )
        found.append(signal_of(series, told, [one.source]))
    return found


def _silence(series: Series, days: Sequence[Known], day: date) -> list[Signal]:
    newest = days[-1]
    lag = series.usual_lag_days
    if lag is None:
        lags = [(one.source.clocks.known_at.date() - one.day).days for one in days[-100:]]
        lag = round(median(lags))
    overdue = (day - newest.day).days - lag - OVERDUE_DAYS
    if overdue <= 0:
        return []
    says = (
        f"{series.title}: nothing published since {newest.day}, overdue by {overdue} days beyond "
        f"the usual lag of {lag} days and {OVERDUE_DAYS} days: unknown, not quiet"
    )
    told = Told(
        kind="silence",
        since=newest.day.isoformat(),
        score=1 - exp(-overdue / 30),
        direction="none",
        says=says,
    )
    return [signal_of(series, told, [newest.source])]
