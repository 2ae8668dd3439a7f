"""Daily figures of the archive become signals, as they were known on a day."""

import math
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from foreshock.watch import signals
from foreshock.words.clocks import backfilled
from foreshock.words.records import Observation, Origin
from foreshock.words.reference import Series

NOW = datetime(2026, 1, 2, tzinfo=UTC)
START = date(2023, 1, 1)
STRAIT = Series(
    id="strait",
    item="sector.logistics",
    title="Transits of the strait",
    flow="transits",
    reporter="EG",
    partner="world",
    unit="piece",
    usual_lag_days=4,
)


def transits(values, **more):
    """One figure a day from `START` on, each known four days later."""
    rows = []
    for n, value in enumerate(values):
        if value is None:
            continue
        day = START + timedelta(days=n)
        rows.append(
            Observation(
                series="strait",
                item=STRAIT.item,
                flow="transits",
                reporter="EG",
                partner="world",
                period=day.isoformat(),
                unit="piece",
                value=value,
                clocks=backfilled(NOW, day + timedelta(days=4)),
                origin=Origin(publisher="watcher", checked="official"),
                **more,
            )
        )
    return rows


def weeks(n, seed=0):
    rng = random.Random(seed)
    return [round(60 + 6 * math.sin(d * 2 * math.pi / 7) + rng.gauss(0, 4)) for d in range(n)]


def told(values, day):
    return [(s.kind, s.since, s.direction) for s in signals(STRAIT, transits(values), day)]


def test_a_collapse_of_transits_is_told_the_day_it_is_known_with_what_is_usual():
    values = [*weeks(400), *[20] * 10]
    first = START + timedelta(days=400)
    known = first + timedelta(days=4)
    assert told(values, known - timedelta(days=1)) == []
    (signal,) = signals(STRAIT, transits(values), known)
    assert (signal.kind, signal.since, signal.direction) == (
        "unusual_day",
        first.isoformat(),
        "down",
    )
    assert "20 piece on 2024-02-05" in signal.says and "is usual" in signal.says
    assert signal.evidence == ("strait:2024-02-05:watcher",)
    assert signal.clocks.known_at.date() == known


def test_calm_days_missing_days_and_a_young_series_tell_nothing():
    day = START + timedelta(days=405)
    assert told(weeks(400), day) == []
    gaps = [None if n % 9 == 4 else v for n, v in enumerate(weeks(400))]
    assert told(gaps, day) == []
    assert told([*weeks(60), 0], START + timedelta(days=66)) == []


def test_an_unusual_day_is_no_news_after_a_month():
    values = [*weeks(300), 5, *weeks(60, seed=1)]
    assert ("unusual_day", "2023-10-28", "down") in told(values, START + timedelta(days=310))
    later = [since for _, since, _ in told(values, START + timedelta(days=364))]
    assert "2023-10-28" not in later


def test_days_that_stay_away_are_silence_and_not_quiet():
    day = START + timedelta(days=340)
    (silence,) = signals(STRAIT, transits(weeks(300)), day)
    assert silence.kind == "silence"
    assert "unknown, not quiet" in silence.says


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_days_that_never_change_tell_nothing_until_they_do(value):
    day = START + timedelta(days=303)
    assert told([value] * 300, day) == []
    assert [kind for kind, _, _ in told([*[value] * 299, value + 50], day)] == ["unusual_day"]


def test_figures_in_another_kind_of_unit_are_left_out():
    rows = [*transits(weeks(300)), *transits([5.0] * 300)]
    odd = [row for row in rows if row.value != 5.0]
    assert signals(STRAIT, odd, START + timedelta(days=304)) == []
