"""Trouble in the figures is told and invents no alarm, and a true collapse is found beneath it."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from foreshock.watch import Watched, look, look_at_all
from foreshock.watch.purity import speaks
from foreshock.words.clocks import backfilled, span
from foreshock.words.records import Observation, Origin
from foreshock.words.reference import Series

NOW = datetime(2026, 1, 2, tzinfo=UTC)
MONTHS = [f"{2022 + n // 12}-{n % 12 + 1:02d}" for n in range(40)]
#: 25 days after the last of 36 months
DAY = date(2025, 1, 25)
N = 36


def series(**more):
    said = {"flow": "exports", "reporter": "CN", "partner": "KR", "unit": "t", "item": "min.ga"}
    said |= {"code_system": "HS", "code": "811292", "usual_lag_days": 20, **more}
    name = more.pop("id", f"{said['flow']} {said['reporter']} {said['partner']} {said['unit']}")
    return Series(**{**said, "id": name}, title=f"Exports {name}")


CN_TO_KR = series()
VALUE = series(unit="usd")
KR_FROM_CN = series(flow="imports", reporter="KR", partner="CN")


def rows(one, values, lag=20, **more):
    """Each value 20 days after its month; a pair is a first figure and that 40 days later."""
    found = []
    for month, value in zip(MONTHS, values, strict=False):
        releases = value if isinstance(value, tuple) else (value,)
        for number, released in enumerate(releases):
            if released == "missing":
                continue
            known = span(month)[1] + timedelta(days=lag + 40 * number)
            found.append(
                Observation(
                    series=one.id,
                    item=one.item,
                    flow=one.flow,
                    reporter=one.reporter,
                    partner=one.partner,
                    period=month,
                    unit=more.get("unit", one.unit),
                    value=released,
                    status="withheld" if released is None else "reported",
                    clocks=backfilled(NOW, known),
                    origin=Origin(publisher=f"customs of {one.reporter}", checked="official"),
                )
            )
    return tuple(found)


def told(*watched, day=DAY):
    found = look_at_all([Watched(series=s, releases=r) for s, r in watched], day, {})
    return {(s.series, s.kind): s for s in found}


def steady(level=100.0, n=N, seed=0, spread=0.12):
    rng = np.random.default_rng(seed)
    return (level * np.exp(spread * rng.normal(size=n))).round(2).tolist()


def drops(found):
    return [name for name, kind in found if kind == "drop"]


seeds = st.integers(0, 10_000)
fallen = st.floats(0.0, 0.12)


# -- purity --------------------------------------------------------------------------------------


def fell_to(share, one):
    values = steady()
    values[-2:] = [share * 100] * 2
    return told((one, rows(one, values)))[one.id, "drop"]


def test_a_fall_of_a_code_of_which_the_item_is_a_small_part_says_little_and_says_so():
    pure = fell_to(0.3, replace(CN_TO_KR, purity="pure"))
    mixed = fell_to(0.3, replace(CN_TO_KR, purity="mixed", share_of_code=0.016))
    assert "holds other goods" not in pure.says
    assert "HS 811292 holds other goods too, min.ga is about 1.6 % of it" in mixed.says
    assert "it says that much less of the item" in mixed.says
    assert mixed.score == pytest.approx(0.016 * pure.score)
    assert mixed.chance is None


def test_where_nothing_is_left_of_a_code_all_that_is_in_it_is_missing():
    one = replace(CN_TO_KR, purity="mixed", share_of_code=0.3)
    stop = fell_to(0.0, one)
    assert stop.score == fell_to(0.0, CN_TO_KR).score
    assert "too little is left for the item to be unhurt" in stop.says


def test_of_a_mixed_code_with_an_unknown_share_half_is_believed():
    unknown = fell_to(0.4, replace(CN_TO_KR, purity="mixed"))
    assert "an unknown part of it" in unknown.says
    assert unknown.score == pytest.approx(0.5 * fell_to(0.4, CN_TO_KR).score)


@given(st.floats(0.001, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_less_is_left_and_the_purer_the_code_the_more_it_speaks(share, left, more):
    def said(part, rest):
        return speaks(replace(CN_TO_KR, purity="mixed", share_of_code=part), rest)

    assert 0 < said(share, left) <= 1
    assert said(share, left * more) >= said(share, left)
    assert said(share * max(more, 0.001), left) <= said(share, left)


# -- units ---------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=30)
@given(seeds, st.sampled_from([0.1, 0.01, 0.001, 10.0, 100.0, 1000.0]), st.integers(1, 3))
def test_a_slip_of_the_unit_beside_a_usual_value_is_told_and_is_no_fall(seed, factor, months):
    values = steady(seed=seed)
    paid = [v * 5 for v in values]
    values[-months:] = [v * factor for v in values[-months:]]
    found = told((CN_TO_KR, rows(CN_TO_KR, values)), (VALUE, rows(VALUE, paid)))
    assert drops(found) == []
    says = [s.says for (name, kind), s in found.items() if kind == "conflict"]
    assert any("slip of the unit" in one for one in says)


@settings(deadline=None, max_examples=30)
@given(seeds, fallen)
def test_a_collapse_of_which_the_value_falls_too_is_found(seed, left):
    values = steady(seed=seed)
    paid = [v * 5 for v in values]
    for months in (values, paid):
        months[-2:] = [v * left for v in months[-2:]]
    found = told((CN_TO_KR, rows(CN_TO_KR, values)), (VALUE, rows(VALUE, paid)))
    assert CN_TO_KR.id in drops(found)


def test_a_quantity_of_nothing_beside_a_value_was_not_counted():
    values = steady()
    paid = [v * 5 for v in values]
    values[-2:] = [0.0, 0.0]
    found = told((CN_TO_KR, rows(CN_TO_KR, values)), (VALUE, rows(VALUE, paid)))
    assert drops(found) == []
    assert "not counted" in found[CN_TO_KR.id, "conflict"].says


def test_without_a_value_a_thousandth_of_the_usual_is_a_slip_and_a_last_kilogram_is_a_stop():
    values = [*steady(5000.0)[:-1], 5.2]
    alone = told((CN_TO_KR, rows(CN_TO_KR, values)))
    assert drops(alone) == []
    assert "a slip of the unit?" in alone[CN_TO_KR.id, "conflict"].says
    last = told((CN_TO_KR, rows(CN_TO_KR, [*steady(5000.0)[:-1], 1.0])))
    assert drops(last) == [CN_TO_KR.id]


# -- withdrawn, missing, zero --------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(seeds, st.lists(st.sampled_from([None, "missing"]), min_size=1, max_size=3))
def test_what_is_withheld_or_missing_is_no_fall_and_does_not_hide_one(seed, gaps):
    values = steady(seed=seed)
    calm = [*values[: -len(gaps)], *gaps]
    assert drops(told((CN_TO_KR, rows(CN_TO_KR, calm)))) == []
    hidden = [*values[: -len(gaps) - 2], *gaps, 2.0, 2.0]
    assert drops(told((CN_TO_KR, rows(CN_TO_KR, hidden)))) == [CN_TO_KR.id]


# -- first releases ------------------------------------------------------------------------------


def first_low(values, by):
    """Each month first given too low, and raised after 40 days."""
    return [(round(v * by, 2), v) for v in values]


@settings(deadline=None, max_examples=10)
@given(seeds, st.floats(0.4, 0.65))
def test_a_first_figure_that_is_always_raised_is_read_as_what_it_will_be(seed, by):
    values = first_low(steady(seed=seed), by)
    (line, releases) = CN_TO_KR, rows(CN_TO_KR, values)
    assert drops(told((line, releases))) == []
    values[-1] = (values[-1][0] * 0.1, values[-1][1] * 0.1)
    found = told((line, rows(line, values)))
    assert drops(found) == [line.id]
    assert "figures of customs of CN were raised after this age" in found[line.id, "drop"].says


def test_without_earlier_releases_nothing_is_known_of_revisions_and_nothing_is_changed():
    values = [*steady()[:-1], 60.0]
    _, line = look(CN_TO_KR, rows(CN_TO_KR, values), DAY)
    assert line.judged[-1].month.value == 60.0
    assert line.judged[-1].month.note == ""


def test_a_first_figure_is_never_raised_by_what_is_known_later():
    values = first_low(steady(), 0.5)
    every = rows(CN_TO_KR, values)
    for day in (date(2023, 1, 25), date(2023, 6, 25), DAY):
        known = [r for r in every if r.clocks.known_at.date() <= day]
        assert look(CN_TO_KR, every, day)[1] == look(CN_TO_KR, known, day)[1]


def test_first_figures_of_next_to_nothing_are_unknown_until_they_are_revised():
    found = told((CN_TO_KR, rows(CN_TO_KR, [(0.0, v) for v in steady()])))
    assert drops(found) == []
    assert "unknown until it is revised" in found[CN_TO_KR.id, "conflict"].says


# -- both ends of a flow -------------------------------------------------------------------------


def both(out, back, **more):
    return told((CN_TO_KR, rows(CN_TO_KR, out)), (KR_FROM_CN, rows(KR_FROM_CN, back)), **more)


def mirrored(values, seed=7, ratio=1.1, spread=0.08):
    rng = np.random.default_rng(seed)
    return [v * ratio * float(np.exp(spread * rng.normal())) for v in values]


def test_when_one_side_stops_the_other_stands_in_and_is_named():
    usual = steady(n=40)
    fall = [*usual[:38], 5.0, 4.0]
    day = date(2025, 5, 25)
    found = both(usual[:35], mirrored(fall), day=day)
    drop = found[CN_TO_KR.id, "drop"]
    assert "by the figures of KR, for those of CN have stopped (it counts 1.1 times" in drop.says
    assert any(ref.startswith(KR_FROM_CN.id) for ref in drop.evidence)
    assert "unknown, not quiet" in found[CN_TO_KR.id, "silence"].says
    calm = both(usual[:35], mirrored(usual), day=day)
    assert drops(calm) == []


def test_when_both_go_on_neither_stands_in():
    usual = steady(n=38)
    assert (CN_TO_KR.id, "silence") not in both(usual, mirrored(usual), day=date(2025, 4, 1))


@settings(deadline=None, max_examples=25)
@given(seeds, st.floats(0.5, 2.0), st.floats(0.0, 0.2))
def test_sides_that_agree_as_usual_are_not_told(seed, ratio, spread):
    usual = steady(seed=seed)
    if 0.55 < ratio < 1.8:
        found = both(usual, mirrored(usual, seed + 1, ratio, spread / 2))
        assert {kind for _, kind in found} <= {"conflict"}


@pytest.mark.parametrize("factor", [0.01, 0.1, 10.0, 100.0])
def test_sides_that_part_by_a_factor_are_told_with_the_factor(factor):
    usual = steady()
    back = mirrored(usual, spread=0.01)
    back[-1] = usual[-1] * 1.1 * factor
    gap = both(usual, back)[CN_TO_KR.id, "mirror_gap"]
    assert "CN says" in gap.says and "KR says" in gap.says
    assert f"a factor of {max(factor, 1 / factor):,.0f}: a slip of the unit?" in gap.says


def test_one_side_that_says_nothing_went_while_the_other_got_as_usual_is_told():
    usual = steady()
    gap = both([*usual[:-2], 0.0, 0.0], mirrored(usual))[CN_TO_KR.id, "mirror_gap"]
    assert "since 2024-11" in gap.says


def test_sides_that_never_agreed_are_told_as_such():
    usual = steady()
    gap = both(usual, mirrored(usual, ratio=4.0))[CN_TO_KR.id, "mirror_gap"]
    assert "all along, which no freight explains" in gap.says


def test_sides_that_vary_too_much_say_nothing_of_each_other():
    usual = steady(n=40)
    wild = mirrored(usual, spread=1.5)
    found = both(usual[:35], wild, day=date(2025, 5, 25))
    assert {kind for _, kind in found} <= {"silence", "drop", "conflict"}
    assert (CN_TO_KR.id, "drop") not in found
    assert (CN_TO_KR.id, "mirror_gap") not in found


def test_other_goods_other_countries_and_the_world_are_no_mirror():
    usual = steady()
    for other in (
        replace(KR_FROM_CN, id="a", item="min.ge"),
        replace(KR_FROM_CN, id="b", partner="VN"),
        replace(KR_FROM_CN, id="c", reporter="JP"),
        replace(KR_FROM_CN, id="d", code="250410"),
        replace(KR_FROM_CN, id="e", unit="usd"),
    ):
        found = told(
            (CN_TO_KR, rows(CN_TO_KR, usual)), (other, rows(other, [v * 5 for v in usual]))
        )
        assert (CN_TO_KR.id, "mirror_gap") not in found
