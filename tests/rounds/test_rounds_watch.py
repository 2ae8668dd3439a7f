"""A round shows what two series, a daily series and the news say, with sentence and evidence."""

import random
from datetime import UTC, date, datetime, timedelta

from foreshock import rounds
from foreshock.words.clocks import backfilled, span
from foreshock.words.records import Document, Observation, Origin

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def figure(series, period, value, lag=20, **more):
    return Observation(
        series=series,
        item=more.pop("item", "min.ga"),
        flow=more.pop("flow", "exports"),
        reporter="CN",
        period=period,
        unit=more.pop("unit", "t"),
        value=value,
        clocks=backfilled(NOW, span(period)[1] + timedelta(days=lag)),
        origin=Origin(publisher="a customs office", checked="official"),
        **{"partner": "world", **more},
    )


def monthly(series, partner, values, **more):
    periods = [f"{2024 + n // 12}-{n % 12 + 1:02d}" for n in range(len(values))]
    return [
        figure(series, period, value, partner=partner, **more)
        for period, value in zip(periods, values, strict=True)
    ]


def seen(archive, pack, day):
    return rounds.look(archive, pack, rounds.Ask(as_of=day, holders=("KR",))).signals


def test_rerouting_and_a_masked_stop_are_seen_in_a_round(archive, pack):
    steady = [100, 103, 98, 101, 99, 102, 100, 97, 104, 100, 101, 99]
    archive.add_observations(
        [
            *monthly("ga_us", "US", [*steady, 10, 5]),
            *monthly("ga_vn", "VN", [*steady, 180, 190]),
            *monthly("dy", "world", [*[v / 10 for v in steady], 0, 0], item="ree.dy"),
            *monthly("ree", "world", [*[v * 40 for v in steady], 5000, 5100], item="ree"),
        ]
    )
    kinds = {s.kind: s for s in seen(archive, pack, date(2025, 3, 25))}
    assert "may go by way of VN" in kinds["rerouting"].says
    assert "the headline rises" in kinds["masked_stop"].says
    assert kinds["masked_stop"].item == "ree.dy"
    assert any(ref.startswith("ree:2025-02") for ref in kinds["masked_stop"].evidence)
    early = {s.kind for s in seen(archive, pack, date(2025, 1, 31))}
    assert not {"rerouting", "masked_stop"} & early


def test_a_rush_before_the_day_of_a_measure_is_seen_with_that_day_from_the_ledger(archive, pack):
    periods = [f"2022-{n:02d}" for n in range(11, 13)] + [f"2023-{n:02d}" for n in range(1, 12)]
    values = [2000, 2100, 1950, 2050, 1990, 2040, 2010, 1980, 2060, 2020, 2000, 2500, 6100]
    for series, item, flow, sides in (
        ("own_flake", "min.graphite.flake", "exports", {"partner": "JP"}),
        ("own_other", "mat.urea", "exports", {"partner": "JP"}),
    ):
        archive.add_observations(
            figure(series, period, value, item=item, flow=flow, **sides)
            for period, value in zip(periods, values, strict=True)
        )
    rounds.prepare(archive, pack)
    found = [s for s in seen(archive, pack, date(2023, 12, 25)) if s.kind == "rush"]
    rushes = {s.series: s for s in found}
    assert "before 2023-12-01" in rushes["own_flake"].says
    assert "6,100 t in 2023-11" in rushes["own_flake"].says
    assert "own_other" not in rushes


def test_an_unusual_day_of_a_daily_price_is_seen_in_a_round(archive, pack):
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(300)]
    prices = [100 + n % 5 + n % 3 for n in range(299)] + [190]
    archive.add_observations(
        figure("ga_price", day.isoformat(), price, 1, flow="price", unit="usd/kg")
        for day, price in zip(days, prices, strict=True)
    )
    found = seen(archive, pack, days[-1] + timedelta(days=1))
    assert [(s.kind, s.direction) for s in found if s.series == "ga_price"] == [
        ("unusual_day", "up")
    ]


def text(day, publisher, body):
    moment = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=9)
    return Document(
        clocks=backfilled(NOW, moment.date()),
        source="feed",
        text=body,
        language="en",
        publisher=publisher,
        name=f"{publisher} {day}",
    ).sealed()


FIRST = date(2025, 1, 1)
DAY = FIRST + timedelta(days=125)
ELSEWHERE = [
    ("Indonesia", "nickel"),
    ("Congo", "cobalt"),
    ("Chile", "lithium"),
    ("Russia", "titanium"),
]


WORDS = (
    "harbour lorries winter bridge council farmers evening quarter budget river weather street "
    "school market ferry tunnel museum orchard railway village election summer concert library"
).split()


def usual_news():
    """Forty texts in four months, each in its own words: other countries, other items."""
    found = []
    for n in range(40):
        who, what = ELSEWHERE[n % 4]
        rest = " ".join(random.Random(n).sample(WORDS, 16))
        body = f"{who} has banned exports of {what}. In other news: {rest}."
        found.append(text(FIRST + timedelta(days=3 * n), f"paper {n % 4}", body))
    return found


def gallium(signals):
    return {s.kind: s for s in signals if s.item == "min.ga" and s.series == "news"}


def test_a_burst_of_news_is_seen_in_a_round(archive, pack):
    told = {
        "Daily": "China will require export licences for gallium, a ministry said on Monday.",
        "Post": "Beijing announced on Monday that it restricts exports of gallium from June.",
        "Times": "China's commerce ministry announced export controls on gallium.",
        "Globe": "China has announced that it will restrict gallium exports.",
    }
    archive.add([*usual_news(), *(text(DAY, paper, body) for paper, body in told.items())])
    burst = gallium(seen(archive, pack, DAY + timedelta(days=1)))["burst"]
    assert burst.actor == "CN"
    assert "gallium and China" in burst.says and "independent publishers" in burst.says
    assert any(ref.startswith("document-") for ref in burst.evidence)


def test_many_copies_of_one_text_are_no_burst(archive, pack):
    wire = (
        "China will require export licences for gallium and for a row of its compounds, the "
        "commerce ministry said on Monday, and exporters have four weeks to apply for one or to "
        "stop their shipments abroad until further notice."
    )
    copies = [text(DAY, f"copyist {n}", wire) for n in range(8)]
    archive.add([*usual_news(), *copies])
    assert gallium(seen(archive, pack, DAY + timedelta(days=1))) == {}
