"""Which signals a round puts before the desk, and that a past day shows the same choice."""

from datetime import UTC, date, datetime, timedelta

from foreshock import rounds, watch
from foreshock.words.clocks import backfilled, span
from foreshock.words.records import Observation, Origin

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ITEMS = ("min.ga", "min.ge", "min.sb", "min.w")
STEADY = [100, 103, 98, 101, 99, 102, 100, 97, 104, 100]


def figures(item, fall, first=10):
    values = [*STEADY, *fall]
    for n, value in enumerate(values):
        period = f"{2024 + n // 12}-{n % 12 + 1:02d}"
        yield Observation(
            series=f"own_{item}",
            item=item,
            flow="exports",
            reporter="CN",
            partner="world",
            period=period,
            unit="t",
            value=value,
            clocks=backfilled(NOW, span(period)[1] + timedelta(days=first)),
            origin=Origin(publisher="a customs office", checked="official"),
        )


def told(archive, pack, day, **policy):
    ask = rounds.Ask(as_of=day, holders=("KR",), alarms=watch.Policy(**policy))
    found = rounds.look(archive, pack, ask)
    return {a.item: a for a in found.alarms if a.item in ITEMS and a.family == "less"}, found


def test_the_budget_holds_in_a_round_and_what_it_holds_back_is_listed_and_judged_all_the_same(
    archive, pack
):
    for place, item in enumerate(ITEMS):
        archive.add_observations(figures(item, [40 - 10 * place, 40 - 10 * place]))
    alarms, found = told(archive, pack, date(2025, 1, 31), budget=2)
    states = sorted(a.state for a in alarms.values())
    assert states == ["new", "new", "standing", "standing"]
    drops = {s.item for s in found.signals if s.kind == "drop"}
    assert drops >= set(ITEMS)
    november, seen = told(archive, pack, date(2024, 12, 31), budget=2)
    assert sorted(a.state for a in november.values()) == ["held", "held", "new", "new"]
    held = [a for a in november.values() if a.state == "held"]
    assert all("2 new alarms of 2024-12 had been told" in a.why for a in held)
    assert {s.item for s in seen.signals if s.kind == "drop"} >= set(ITEMS)
    everything, _ = told(archive, pack, date(2024, 12, 31), budget=100)
    assert {a.state for a in everything.values()} == {"new"}


def test_a_later_round_agrees_with_an_earlier_one_on_what_was_told_then(archive, pack):
    for place, item in enumerate(ITEMS):
        archive.add_observations(figures(item, [40, 30, 20, 10], first=5 + 7 * place))
    before = {}
    for day in (date(2024, 12, 6), date(2024, 12, 20), date(2025, 1, 8), date(2025, 2, 28)):
        alarms, _ = told(archive, pack, day, budget=1)
        for item, when in before.items():
            assert alarms[item].told == when
        before |= {item: a.told for item, a in alarms.items() if a.told is not None}
    assert len(before) == 3


def test_a_revision_that_came_later_does_not_change_what_a_past_day_was_told(archive, pack):
    rows = list(figures("min.ga", [30]))
    archive.add_observations(rows)
    day = date(2024, 12, 31)
    first, _ = told(archive, pack, day)
    assert first["min.ga"].state == "new"
    mended = rows[-1].__class__(
        **{name: getattr(rows[-1], name) for name in rows[-1].__struct_fields__}
        | {"value": 99.0, "clocks": backfilled(NOW, date(2025, 1, 20))}
    )
    archive.add_observations([mended])
    assert told(archive, pack, day)[0] == first
    after, _ = told(archive, pack, date(2025, 1, 31))
    assert "min.ga" not in after
