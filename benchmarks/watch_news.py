"""News signals where nothing happens, where something does, and where the same is only told again.

    python benchmarks/watch_news.py

A made press of 40 publishers tells of 120 pairs of item and actor over three years. How often a
pair is told differs by a factor of a hundred, weekends are quiet (a third), and each event is told
by one to five of them within days. *Nothing happens*: every burst is false; a novelty is a kind of
event that comes up for the first time in a year, told by two. Then into a pair that is told now and
then: real news (six publishers in three days), a wire text printed by thirty (one telling, as
`reading.stories` hands it over), floods of one and of two publishers, and a story of ten months ago
told anew.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from foreshock.watch import Mention
from foreshock.watch.news import NewsWatch
from foreshock.words.clocks import backfilled

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, DAYS, LEARNED = date(2022, 1, 3), 1095, 365
PUBLISHERS = [f"paper {n}" for n in range(40)]
WHAT = ("RESTRICT", "EASE", "THREATEN", "NEGOTIATE", "PRICE", "INVEST", "POSITION", "FLOW")
PAIRS = 120
TRIALS = 60


def mention(day: int, publisher: str, pair: str, what: str) -> Mention:
    on = FIRST + timedelta(days=int(day))
    return Mention(
        day=on,
        clocks=backfilled(NOW, on),
        publisher=publisher,
        item=pair,
        actor="CN",
        what=what,
        evidence=(f"{pair}-{day}-{publisher}",),
    )


def press(rng: np.random.Generator) -> list[Mention]:
    """Three years of usual news: quiet weekends, clusters, pairs of very different fame."""
    found: list[Mention] = []
    fame = np.exp(rng.normal(-4.0, 1.2, size=PAIRS))
    for day in range(DAYS):
        busy = 0.33 if day % 7 >= 5 else 1.0
        for pair in np.flatnonzero(rng.random(PAIRS) < fame * busy):
            what = WHAT[min(len(WHAT) - 1, int(rng.geometric(0.4)) - 1)]
            tellers = 1 + int(rng.poisson(0.8))
            for who in rng.choice(len(PUBLISHERS), size=tellers, replace=False):
                after = day + int(rng.geometric(0.6)) - 1
                if after < DAYS:
                    found.append(mention(after, PUBLISHERS[who], f"item {pair}", what))
    return found


def told(mentions: Sequence[Mention], first: int, last: int, item: str = "") -> Counter[str]:
    """Signals by kind, each once for its pair and beginning, as looked at every day."""
    watch = NewsWatch()
    coming = sorted(mentions, key=lambda m: (m.day, m.publisher, m.evidence))
    place, seen = 0, set()
    for day in range(last + 1):
        on = FIRST + timedelta(days=day)
        while place < len(coming) and coming[place].day <= on:
            watch.add(coming[place])
            place += 1
        if day >= first:
            for s in watch.signals(on):
                if not item or s.item == item:
                    seen.add((s.kind, s.item, s.since[:7]))
    return Counter(kind for kind, _, _ in seen)


def main() -> None:
    rng = np.random.default_rng(3)
    usual = press(rng)
    quiet = told(usual, LEARNED, DAYS - 1)
    years = PAIRS * (DAYS - LEARNED) / 365
    print(f"nothing happens: {len(usual)} tellings of {PAIRS} pairs, {years:.0f} pair-years")
    for kind in ("burst", "novelty"):
        rate = 100 * quiet[kind] / years
        print(f"  {kind}: {quiet[kind]} = {rate:.1f} in 100 pair-years")
    cases: dict[str, Callable[[int], list[Mention]]] = {
        "real news, six publishers": lambda d: [
            mention(d + n // 2, PUBLISHERS[n], "new", "RESTRICT") for n in range(6)
        ],
        "a wire text in thirty papers, one telling": lambda d: [
            mention(d, "agency", "new", "RESTRICT")
        ],
        "one publisher's flood": lambda d: [
            mention(d + n // 5, PUBLISHERS[0], "new", WHAT[n % 8]) for n in range(30)
        ],
        "two publishers' flood": lambda d: [
            mention(d + n // 5, PUBLISHERS[n % 2], "new", "RESTRICT") for n in range(30)
        ],
        "an old story anew, by six": lambda d: [
            *(mention(d - 300, PUBLISHERS[n], "new", "RESTRICT") for n in range(3)),
            *(mention(d + n // 2, PUBLISHERS[n], "new", "RESTRICT") for n in range(6)),
        ],
    }
    print(f"put into a pair that is told now and then, {TRIALS} times: burst, novelty told")
    for name, make in cases.items():
        count: Counter[str] = Counter()
        for trial in range(TRIALS):
            own = np.random.default_rng(trial)
            base = [m for m in usual if int(m.item.split()[1]) < 30]
            day = int(own.integers(LEARNED + 310, DAYS - 20))
            sparse = [
                mention(int(d), PUBLISHERS[int(own.integers(40))], "new", "PRICE")
                for d in own.integers(0, day - 30, size=12)
            ]
            found = told([*base, *sparse, *make(day)], day, day + 9, "new")
            count.update(kind for kind in found)
        print(f"  {name}: {count['burst']}, {count['novelty']}")


if __name__ == "__main__":
    main()
