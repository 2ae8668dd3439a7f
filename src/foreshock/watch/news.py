"""Bursts and novelty in the news about an item and an actor, by independent publishers.

A mention counts if it is a publisher's own: what is a reprint, or the same publisher again on that
day, adds nothing. A *burst* is more mentions in a week than the share of the item and actor in all
news so far lets expect, so an archive that merely grows bursts nowhere. A *novelty* is what two
independent publishers say of an item and actor that nobody said within a year. Both need a past to
be held against: before it is long enough nothing is told, which is not quiet.

Memory is bounded: decayed counts of the pairs seen last, what was said of them last, and one week.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import exp, lgamma, log

from foreshock.words.clocks import Clocks, end_of
from foreshock.words.markings import Marking, strictest
from foreshock.words.records import Signal, Struct

#: days of a burst; days after which a count weighs half in what is usual
WINDOW_DAYS, HALF_LIFE_DAYS = 7, 90
#: independent publishers that a burst, and a novelty, need at least
BURST_LEAST, NOVEL_LEAST = 3, 2
#: evidence (-log of the chance) at which a burst scores one half: once in 200 weeks
BURST = log(200)
#: a pair that was never in the news is taken for so large a share of it, with so much weight
PRIOR_SHARE, PRIOR_WEIGHT = 0.002, 50.0
#: news comes in clusters: shape of the gamma around the expected number of a week, at most ...
CLUSTERING = 2.0
#: ... and so small that the variance of a week is so many times its mean: several tell one event
DISPERSION = 2.5
#: mentions and days that must lie before the week, else nothing can be said
MENTIONS_LEAST, DAYS_LEAST = 20, 60
#: days after which what was said counts as new again
FORGOTTEN_DAYS = 365
#: pairs, and things said of them, that are remembered at most
PAIRS_MOST, SAID_MOST = 50_000, 200_000
#: the series that a signal of news names
SERIES = "news"
#: kind of event -> what a person calls it; any other goes by its own word
CALLED = {
    "RESTRICT": "a restriction",
    "EASE": "an easing",
    "THREATEN": "a threat",
    "PROBE": "an investigation",
    "PRESSURE": "pressure",
    "NEGOTIATE": "a negotiation",
    "AGREE": "an agreement",
    "COMMIT": "a promise",
    "BREACH": "a breach",
    "COOPERATE": "cooperation",
    "DISRUPT": "a disruption",
    "RECOVER": "a recovery",
    "FLOW": "a change of trade",
    "PRICE": "a change of price",
    "INVEST": "an investment",
    "POSITION": "a position",
}

Day = date
Pair = tuple[str, str]  # item, actor


class Mention(Struct, frozen=True, kw_only=True):
    """One publisher's own telling of an event that touches an item and an actor."""

    day: Day
    clocks: Clocks
    publisher: str
    item: str
    actor: str
    #: the kind of event, RESTRICT or the like
    what: str
    #: ids of the document and the event: where a person can read it
    evidence: tuple[str, ...]
    marking: Marking = Marking.CLEAR


class NewsWatch:
    """The news as it comes; `signals` tells what is unusual in the week that ends on a day.

    `names` are what a person calls items and actors; an id without one stays as it is.

    >>> watch = NewsWatch()
    >>> watch.signals(date(2024, 1, 1))
    []
    """

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self._names = names or {}
        self._first: date | None = None
        self._newest = date.min
        self._all = 0.0  # mentions before the week, decayed to `_newest`
        self._before = 0
        self._usual: OrderedDict[Pair, tuple[float, date]] = OrderedDict()
        self._said: OrderedDict[tuple[str, str, str], date] = OrderedDict()
        self._week: deque[Mention] = deque()

    def add(self, mention: Mention) -> None:
        """Take in a mention; one of an earlier day than the newest is taken for the newest."""
        self._go_to(mention.day)
        own = (mention.publisher, mention.item, mention.actor, mention.what)
        for other in self._week:
            said = (other.publisher, other.item, other.actor, other.what)
            if said == own and other.day == mention.day:
                return
        if self._first is None:
            self._first = mention.day
        self._week.append(mention)

    def signals(self, day: date) -> list[Signal]:
        """Bursts and novelties of the week that ends with `day`, strongest first."""
        self._go_to(day)
        past = (day - self._first).days - WINDOW_DAYS if self._first is not None else 0
        if past < DAYS_LEAST or self._before < MENTIONS_LEAST:
            return []
        by_pair: dict[Pair, list[Mention]] = {}
        for mention in self._week:
            by_pair.setdefault((mention.item, mention.actor), []).append(mention)
        found: list[Signal] = []
        for pair, mentions in by_pair.items():
            found += self._burst(pair, mentions)
            found += self._novelties(mentions)
        return sorted(found, key=lambda signal: (-signal.score, signal.says))

    def _go_to(self, day: date) -> None:
        """Let `day` be the newest: what is older than a week becomes the past."""
        if day <= self._newest:
            return
        if self._newest != date.min:
            self._all *= _faded((day - self._newest).days)
        self._newest = day
        while self._week and (day - self._week[0].day).days >= WINDOW_DAYS:
            old = self._week.popleft()
            self._all += _faded((day - old.day).days)
            self._before += 1
            pair = (old.item, old.actor)
            count, since = self._usual.pop(pair, (0.0, old.day))
            self._usual[pair] = (count * _faded((old.day - since).days) + 1.0, old.day)
            self._said[(*pair, old.what)] = old.day
            self._said.move_to_end((*pair, old.what))
            if len(self._usual) > PAIRS_MOST:
                self._usual.popitem(last=False)
            if len(self._said) > SAID_MOST:
                self._said.popitem(last=False)

    def _expected(self, pair: Pair) -> float:
        """Mentions of a pair in the week, if its share of all news were what it was before."""
        count, since = self._usual.get(pair, (0.0, self._newest))
        count *= _faded((self._newest - since).days)
        share = (count + PRIOR_SHARE * PRIOR_WEIGHT) / (self._all + PRIOR_WEIGHT)
        week = max(len(self._week), self._all * WINDOW_DAYS / (HALF_LIFE_DAYS / log(2)))
        return share * week

    def _burst(self, pair: Pair, mentions: Sequence[Mention]) -> Iterable[Signal]:
        publishers = _publishers(mentions)
        expected = self._expected(pair)
        evidence = -log(chance_of(len(mentions), expected))
        if len(publishers) < BURST_LEAST or evidence < BURST:
            return []
        item, actor = pair
        says = (
            f"{self._title(item, actor)}: {len(mentions)} mentions by {len(publishers)} "
            f"independent publishers in the week to {mentions[-1].day}, where {expected:.1f} are "
            f"usual ({_named(publishers)})"
        )
        score = 1 - 0.5 ** (evidence / BURST)
        return [self._signal("burst", mentions, says, score, exp(-evidence))]

    def _novelties(self, mentions: Sequence[Mention]) -> Iterable[Signal]:
        by_what: dict[str, list[Mention]] = {}
        for mention in mentions:
            by_what.setdefault(mention.what, []).append(mention)
        for what, those in by_what.items():
            publishers = _publishers(those)
            item, actor = those[0].item, those[0].actor
            said = self._said.get((item, actor, what))
            is_new = said is None or (those[0].day - said).days > FORGOTTEN_DAYS
            if not is_new or len(publishers) < NOVEL_LEAST:
                continue
            last = "never before here" if said is None else f"last on {said}"
            says = (
                f"{self._title(item, actor)}: {CALLED.get(what, what)} is told by "
                f"{len(publishers)} independent publishers since {those[0].day}, {last} "
                f"({_named(publishers)})"
            )
            score = 1 - 1 / (1 + len(publishers) / 2)
            yield self._signal("novelty", those, says, score)

    def _title(self, item: str, actor: str) -> str:
        about = self._names.get(item, item)
        return f"{about} and {self._names.get(actor, actor)}" if actor else about

    def _signal(
        self,
        kind: str,
        mentions: Sequence[Mention],
        says: str,
        score: float,
        chance: float | None = None,
    ) -> Signal:
        newest = max(mentions, key=lambda mention: mention.clocks.known_at).clocks
        since = min(mention.day for mention in mentions)
        clocks = Clocks(
            known_at=newest.known_at,
            received=max(mention.clocks.received for mention in mentions),
            published=newest.published,
            happened=since.isoformat(),
            backfilled=newest.backfilled,
        )
        return Signal(
            clocks=clocks,
            marking=strictest([mention.marking for mention in mentions]),
            kind=kind,
            series=SERIES,
            item=mentions[0].item,
            actor=mentions[0].actor or "all",
            partner="all",
            since=since.isoformat(),
            score=round(min(score, 0.99), 2),
            direction="none",
            says=says,
            chance=chance,
            evidence=tuple(dict.fromkeys(ref for m in mentions for ref in m.evidence)),
        ).sealed()


def news(
    mentions: Iterable[Mention], day: date, names: Mapping[str, str] | None = None
) -> list[Signal]:
    """The signals of a day from all mentions; later ones, by either clock, are left out."""
    watch = NewsWatch(names)
    known = [m for m in mentions if m.day <= day and m.clocks.known_at <= end_of(day)]
    for mention in sorted(known, key=lambda m: (m.day, m.clocks.known_at, m.publisher, m.evidence)):
        watch.add(mention)
    return watch.signals(day)


def chance_of(count: int, expected: float) -> float:
    """The chance of `count` mentions or more where `expected` are usual.

    A negative binomial: news comes in clusters, for several publishers tell one event and one event
    brings the next, so the tail is longer than that of a steady stream.

    >>> chance_of(0, 1.0), round(chance_of(3, 1.0), 3), chance_of(12, 0.1) < 1e-4
    (1.0, 0.131, True)
    """
    shape = min(CLUSTERING, max(expected, 1e-6) / (DISPERSION - 1))
    share = max(expected, 1e-6) / (max(expected, 1e-6) + shape)
    below = sum(
        exp(
            lgamma(k + shape)
            - lgamma(shape)
            - lgamma(k + 1)
            + shape * log(1 - share)
            + k * log(max(share, 1e-300))
        )
        for k in range(count)
    )
    return max(1e-12, 1.0 - below)


def _faded(days: int) -> float:
    return float(0.5 ** (days / HALF_LIFE_DAYS))


def _publishers(mentions: Sequence[Mention]) -> list[str]:
    return list(dict.fromkeys(m.publisher for m in mentions))


def _named(publishers: Sequence[str], most: int = 4) -> str:
    more = len(publishers) - most
    return ", ".join(publishers[:most]) + (f" and {more} more" if more > 0 else "")
