"""What stood on each day of a year, by what was known on it: the past that an alarm comes out of.

Every day on which a figure or a text became known is looked at as a round of that day would have
looked at it, from the releases known by its end; what did not change since the day before is not
judged again. Days of daily series are judged once, from the figures known last.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from foreshock.watch.mending import mended, quantities_with_value
from foreshock.watch.news import Mention, NewsWatch
from foreshock.watch.patterns import patterns
from foreshock.watch.signals import ENOUGH, Known, conflict_of, finish, know, tell
from foreshock.watch.stream_signals import NEWS_DAYS, unusual_days
from foreshock.words.clocks import end_of, span
from foreshock.words.records import Observation, Signal, Struct
from foreshock.words.reference import Series

Day = date


class Deadline(Struct, frozen=True, kw_only=True):
    """A day on which a control takes effect, and the day since which that was known."""

    day: Day
    known: Day


class Watched(Struct, frozen=True, kw_only=True):
    """A series, every release of it, and the deadlines that concern it."""

    series: Series
    releases: tuple[Observation, ...]
    deadlines: tuple[Deadline, ...] = ()


class History:
    """Series as known on one day after another; `on` takes days in rising order."""

    def __init__(
        self, watched: Sequence[Watched], last: Day, lineage: Mapping[str, Sequence[str]]
    ) -> None:
        self._watched = watched
        self._last = last
        self._lineage = lineage
        self._known: dict[str, tuple[int, int, Known]] = {}
        self._releases = {one.series.id: _Releases(one.releases) for one in watched}
        self._beside = _beside(watched)
        self._mended: list[Known] = []
        self._parted: list[Signal] = []
        self._patterns: list[Signal] = []
        self._daily: list[Signal] = []

    def days(self, first: Day) -> list[Day]:
        """The days after `first` on which a figure became known, and the last day."""
        found = {self._last}
        for one in self._watched:
            found |= {r.clocks.known_at.date() for r in one.releases}
        return sorted(day for day in found if first < day <= self._last)

    def go_through_days(self, first: Day) -> None:
        """Judge the daily series once, from `first` on."""
        for one in self._watched:
            if any(len(row.period) == len("2024-01-01") for row in one.releases):
                self._daily += unusual_days(one.series, one.releases, first, self._last)

    def on(self, day: Day) -> list[Signal]:
        """What stood on a day: falls, rushes, patterns, unusual days; no silence, no conflict."""
        found: list[Signal] = []
        changed = False
        for one in self._watched:
            changed = self._know(one, day) or changed
        if changed:
            self._mended, self._parted = mended(
                [known for _, _, known in self._known.values()], day
            )
            self._patterns = patterns([known.line for known in self._mended], day, self._lineage)
        for one, known in zip(self._watched, self._mended, strict=True):
            found += tell(known, day, [d.day for d in one.deadlines if d.known <= day])
        since = (day - timedelta(days=NEWS_DAYS)).isoformat()
        found += [s for s in self._daily if s.since >= since and s.clocks.known_at <= end_of(day)]
        return found + self._patterns

    def disagreements(self) -> list[Signal]:
        """Figures that cannot all be true, as of the last look."""
        own = [conflict_of(k.line.series, c) for k in self._mended for c in k.conflicts]
        return own + self._parted

    def lines(self) -> dict[str, int]:
        """Item -> lines that are known for long enough to state a chance, as of the last look."""
        found: dict[str, int] = {}
        for _, _, known in self._known.values():
            if len(known.line.judged) > ENOUGH:
                item = known.line.series.item
                found[item] = found.get(item, 0) + 1
        return found

    def _know(self, one: Watched, day: Day) -> bool:
        """Judge a series again if more of it is known than before; whether it was."""
        rows, ahead = self._releases[one.series.id].by(day)
        kept = self._known.get(one.series.id)
        if kept is not None and kept[:2] == (len(rows), ahead):
            return False
        known = know(one.series, rows, day, alone=one.series.id not in self._beside)
        self._known[one.series.id] = (len(rows), ahead, known)
        return True


def look_at_all(
    watched: Sequence[Watched], day: Day, lineage: Mapping[str, Sequence[str]]
) -> list[Signal]:
    """The signals of all series as known by the end of `day`, each beside the others.

    Quantities are held against their values and exports against imports before they are judged.
    """
    two = _beside(watched)
    known = [know(one.series, one.releases, day, alone=one.series.id not in two) for one in watched]
    beside, found = mended(known, day)
    for one, mine in zip(watched, beside, strict=True):
        found += finish(mine, one.releases, day, [d.day for d in one.deadlines])
    return [*found, *patterns([mine.line for mine in beside], day, lineage)]


def _beside(watched: Sequence[Watched]) -> frozenset[str]:
    """The series that are quantity or value of a line of which the other is known too."""
    both = quantities_with_value([one.series for one in watched])
    return frozenset(one.id for pair in both for one in pair)


class _Releases:
    """The releases of a series in the order in which they became known."""

    def __init__(self, rows: Sequence[Observation]) -> None:
        self._rows = sorted(rows, key=lambda row: row.clocks.known_at)
        self._moments = [row.clocks.known_at for row in self._rows]
        begins = [(span(row.period)[0], row.clocks.known_at) for row in self._rows]
        self._early = [(first, known) for first, known in begins if first > known.date()]

    def by(self, day: Day) -> tuple[Sequence[Observation], int]:
        """Those known by the end of a day, and how many of them are of a time to come."""
        end = end_of(day)
        ahead = sum(known <= end and first > day for first, known in self._early)
        return self._rows[: bisect_right(self._moments, end)], ahead


def year_of_signals(
    history: History,
    mentions: Sequence[Mention],
    names: Mapping[str, str],
    today: Sequence[Signal],
    days: tuple[Day, Day],
) -> Iterator[tuple[Day, Sequence[Signal]]]:
    """What stood on each day from the first to the last, for `attention.sit`.

    `today` is what the round of the last day itself found. News comes as it was known, a day's
    mentions on the day they were known.
    """
    first, last = days
    history.go_through_days(first)
    coming = sorted(mentions, key=lambda m: (m.clocks.known_at, m.day, m.publisher, m.evidence))
    news, place = NewsWatch(names), 0
    told = {m.clocks.known_at.date() for m in coming}
    steps = {first, *history.days(first), *(d for d in told if first < d <= last)}
    for day in sorted(steps):
        end = end_of(day)
        while place < len(coming) and coming[place].clocks.known_at <= end:
            news.add(coming[place])
            place += 1
        yield day, today if day == last else [*history.on(day), *news.signals(day)]
