"""The stock clock: when a cut would be felt, how much, and how sure."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from foreshock.errors import PackError
from foreshock.network import Network
from foreshock.network.clock import onset
from foreshock.network.holds import Drawing, approval
from foreshock.words.pack import Pack
from foreshock.words.records import Regime
from foreshock.words.reference import Holder, Import, Item, Stock, Substitute

DAY = date(2023, 7, 10)
READ = {"publisher": "p", "source_date": date(2023, 7, 4), "checked": "secondary"}
BAN = Regime(
    measure="CN-1",
    origin="CN",
    items=("min.ga",),
    destinations=("all",),
    mode="ban",
    state="in_force",
    since=DAY,
)
LICENCE = replace(BAN, mode="licence", delay_days=(30.0, 65.0, 120.0), approval_share=0.5)


def pack(share=0.9, stock=(40.0, 40.0, 40.0), **more):
    store = [Stock(item="min.ga", holder="KR", **READ, **_days(stock))] if stock else []
    return Pack(
        items=(
            Item(id="min", name="minerals", kind="mineral"),
            Item(id="min.ga", name="gallium", kind="mineral", parent="min"),
            Item(id="min.ge", name="germanium", kind="mineral", parent="min"),
        ),
        holders=(
            Holder(id="KR", kind="country", name="Korea"),
            Holder(id="NL", kind="country", name="Netherlands"),
            Holder(id="EU", kind="bloc", name="European Union", members=("NL",)),
        ),
        imports=tuple(
            Import(holder=h, item="min.ga", origin="CN", share=share, year=2022, **READ)
            for h in ("KR", "EU")
        ),
        stocks=tuple(store),
        **more,
    )


def _days(three):
    return dict(zip(("days_low", "days_likely", "days_high"), three, strict=True))


def outlook(regimes, packed=None, holder="KR", day=DAY, **more):
    return Network(packed or pack(), day).outlook("min.ga", holder, regimes, **more)


@given(st.floats(0, 60), st.floats(0, 200), st.floats(0, 0.74), st.integers(1, 5))
def test_one_flow_cut_at_once_runs_short_after_the_closed_form(way, stored, kept, draws):
    found = onset(
        lambda at: np.where(at < way, 0.0, 1 - kept),
        [np.full(draws, way)],
        np.full(draws, stored),
        (0.0, 2000.0),
    )
    assert found.day.tolist() == pytest.approx([way + stored / (1 - kept)] * draws)
    assert found.unmet.tolist() == pytest.approx([1 - kept] * draws)


def test_less_than_four_weeks_without_are_no_shortage():
    def gap(at):
        return np.where((at >= 10) & (at < 37), 1.0, 0.0)

    edges = [np.array([10.0]), np.array([37.0])]
    assert np.isinf(onset(gap, edges, np.zeros(1), (0.0, 365.0)).day[0])


def test_a_quarter_missing_is_no_shortage_and_more_is_one():
    for missing, short in ((0.25, False), (0.26, True)):
        found = onset(lambda at, m=missing: np.full(1, m), [], np.zeros(1), (0.0, 365.0))
        assert np.isfinite(found.day[0]) == short


def test_a_ban_is_felt_when_the_reported_stock_is_used_up():
    found = outlook([BAN])
    assert found.shortage.days_q50 == pytest.approx(40 / 0.9)
    assert found.weeks[1] == pytest.approx(40 / 0.9 / 7)
    assert (found.p30, found.p90, found.p180) == (0.0, 1.0, 1.0)
    assert found.shortage.unmet == pytest.approx(0.9)
    assert found.shortage.cover_basis == "reported"
    assert found.shortage.path == ("CN-1", "CN", "min.ga", "KR")


def test_no_regime_no_shortage():
    assert outlook([]) is None


@pytest.mark.parametrize(
    "other",
    [
        {"origin": "RU"},
        {"items": ("min.ge",)},
        {"destinations": ("US",)},
        {"mode": "free"},
        {"mode": "tariff"},
        {"mode": "quota"},
        {"state": "announced", "since": None},
        {"state": "suspended", "until": None},
    ],
    ids=str,
)
def test_a_regime_that_holds_up_no_known_flow_says_nothing(other):
    assert outlook([replace(BAN, **other)]) is None


@pytest.mark.parametrize("items", [("min.ga",), ("min",)])
def test_a_regime_on_the_item_or_on_its_family_counts(items):
    assert outlook([replace(BAN, items=items)]) is not None


def test_a_regime_towards_the_bloc_reaches_its_member():
    assert outlook([replace(BAN, destinations=("EU",))], holder="NL") is not None
    assert outlook([replace(BAN, destinations=("EU",))], holder="KR") is None


def test_of_two_regimes_of_one_measure_the_first_that_reaches_the_holder_counts():
    own = replace(LICENCE, destinations=("KR",), approval_share=1.0, basis="reported")
    assert outlook([own, BAN]).p180 < outlook([BAN]).p180


def test_an_announced_ban_counts_from_its_day():
    later = replace(BAN, state="announced", since=DAY + timedelta(days=22))
    assert outlook([later]).shortage.days_q50 == pytest.approx(22 + 40 / 0.9)


def test_a_suspended_ban_counts_from_the_end_of_the_suspension():
    until = replace(BAN, state="suspended", until=DAY + timedelta(days=50))
    assert outlook([until]).shortage.days_q50 == pytest.approx(50 + 40 / 0.9)


def test_a_ban_that_ends_before_stocks_do_is_not_felt():
    short = replace(BAN, until=DAY + timedelta(days=30))
    found = outlook([short])
    assert (found.p180, found.shortage.days_q50, found.weeks[1]) == (0.0, None, None)


def test_a_reported_stock_counts_from_the_day_it_was_reported():
    early = replace(BAN, since=date(2023, 1, 1))
    assert outlook([early]).shortage.days_q50 == pytest.approx(40 / 0.9 - 6)


def test_a_shortage_that_began_earlier_is_under_way():
    packed = pack(stock=None, priors={"stock": [{"kind": "mineral", "days": [20, 60, 150]}]})
    found = outlook([replace(BAN, since=date(2022, 1, 1))], packed)
    assert found.shortage.days_q50 == 0.0 and found.p30 > 0.9


PRIOR = {"stock": [{"kind": "mineral", "days": [20, 60, 150], "known_from": "2017-01-01"}]}


def test_without_a_report_the_prior_of_the_kind_is_taken_and_named():
    found = outlook([BAN], pack(share=1.0, stock=None, priors=PRIOR))
    short = found.shortage
    assert short.cover_basis == "prior"
    assert [short.days_q10, short.days_q50, short.days_q90] == pytest.approx([20, 60, 150], rel=0.1)


def test_a_prior_learnt_later_is_not_known_before():
    late = {"item": "min.ga", "days": [300, 400, 500], "known_from": "2024-01-01"}
    packed = pack(stock=None, priors={"stock": [late, *PRIOR["stock"]]})
    assert outlook([BAN], packed).shortage.days_q50 < 120
    assert outlook([BAN], packed, day=date(2024, 2, 1)).shortage.days_q50 > 100


def test_without_report_and_prior_the_cover_is_unknown_and_has_no_weeks():
    found = outlook([BAN], pack(stock=None))
    assert found.shortage.cover_basis == "unknown"
    assert found.weeks == (None, None, None)
    assert found.p30 == 1.0  # an upper bound: the store may be empty


def test_a_report_of_long_ago_gives_way_to_the_prior():
    found = outlook(
        [replace(BAN, since=date(2026, 1, 1))], pack(priors=PRIOR), day=date(2026, 1, 1)
    )
    assert found.shortage.cover_basis == "prior"


def test_in_a_cut_what_was_in_store_when_it_began_is_used_up_without_lapsing():
    cut = replace(BAN, since=date(2023, 10, 20))
    packed = pack(stock=(180.0, 180.0, 180.0), priors=PRIOR)
    on_day_120 = outlook([cut], packed, day=date(2023, 11, 1))
    a_week_later = outlook([cut], packed, day=date(2023, 11, 8))
    assert a_week_later.shortage.cover_basis == "reported"
    assert a_week_later.shortage.days_q50 == pytest.approx(on_day_120.shortage.days_q50 - 7)


def test_a_cut_that_is_suspended_keeps_no_old_report_alive():
    off = replace(BAN, since=date(2023, 7, 4), state="suspended", until=date(2024, 8, 1))
    found = outlook([off], pack(priors=PRIOR), day=date(2024, 7, 1))
    assert found.shortage.cover_basis == "prior"


@pytest.mark.parametrize("days", [[60, 20, 150], [20, 60], [0, 5, 10]])
def test_a_prior_that_is_no_low_likely_high_is_refused(days):
    with pytest.raises(PackError, match=r"priors\.toml"):
        outlook([BAN], pack(stock=None, priors={"stock": [{"kind": "mineral", "days": days}]}))


def test_goods_under_way_arrive_by_the_prior_of_the_route():
    name = "transit by sea within East Asia, days"
    packed = pack(priors={"lag": [{"name": name, "days": [7, 7, 7]}]})
    assert outlook([BAN], packed).shortage.days_q50 == pytest.approx(7 + 40 / 0.9)


def test_licences_that_all_come_in_time_leave_no_shortage():
    quick = replace(LICENCE, delay_days=(5, 10, 20), approval_share=1.0, basis="reported")
    assert outlook([quick]).p180 == 0.0


def test_licences_that_come_late_or_are_few_leave_one():
    few = replace(LICENCE, approval_share=0.1, basis="reported")
    assert outlook([few]).p180 == 1.0


def test_a_licence_without_a_delay_takes_the_prior():
    name = "first licences after a new rule"
    packed = pack(priors={"licence_delay": [{"regime": name, "days": [200, 200, 200]}]})
    unknown = replace(LICENCE, delay_days=None, approval_share=1.0, basis="reported")
    assert outlook([unknown], packed).p90 == 1.0
    assert outlook([unknown]).p90 == 0.0


def test_a_prior_approval_brings_its_whole_spread():
    packed = pack(priors={"approval_share": [{"period": "x", "share": [0.1, 0.5, 0.9]}]})
    assert 0.1 < outlook([LICENCE], packed).p180 < 1.0


def test_a_quota_with_a_known_share_lets_it_through():
    small = replace(BAN, mode="quota", approval_share=0.2, basis="reported")
    assert outlook([small]).shortage.unmet == pytest.approx(0.9 * 0.8)


def test_a_substitute_counts_once_it_is_approved():
    row = Substitute(
        item="min.ga",
        substitute="min.ge",
        share_replaceable=0.8,
        qualify_days_low=20,
        qualify_days_likely=30,
        qualify_days_high=40,
        **READ,
    )
    assert outlook([BAN], pack(substitutes=(row,))).p180 == 0.0
    unsaid = replace(row, qualify_days_likely=None)
    assert outlook([BAN], pack(substitutes=(unsaid,))).p180 == 1.0


def test_a_ban_on_one_destination_does_not_stop_what_others_pass_on():
    rows = (
        Import(holder="KR", item="min.ga", origin="CN", share=0.2, year=2022, **READ),
        Import(holder="KR", item="min.ga", origin="NL", share=0.8, year=2022, **READ),
        Import(holder="NL", item="min.ga", origin="CN", share=0.9, year=2022, **READ),
    )
    packed = replace(pack(), imports=rows)
    assert outlook([BAN], packed).p180 == 1.0
    assert outlook([replace(BAN, destinations=("KR",))], packed).p180 == 0.0


def test_the_same_seed_gives_the_same_answer_and_another_a_near_one():
    packed = pack(stock=None, priors=PRIOR)
    assert outlook([LICENCE], packed) == outlook([LICENCE], packed)
    other = outlook([LICENCE], packed, seed=1)
    assert other != outlook([LICENCE], packed)
    assert other.p90 == pytest.approx(outlook([LICENCE], packed).p90, abs=0.05)


def test_shortage_is_the_shortage_of_the_outlook():
    there = Network(pack(), DAY)
    assert there.shortage("min.ga", "KR", [BAN]) == there.outlook("min.ga", "KR", [BAN]).shortage
    assert there.shortage("min.ga", "KR", []) is None


def middle(found):
    days = found.shortage.days_q50
    return float("inf") if days is None else days


numbers = st.floats(1, 200)


@settings(max_examples=40, deadline=None)
@given(numbers, numbers, st.floats(0.3, 1.0))
def test_more_stock_never_brings_a_shortage_forward(one, other, share):
    less, more = sorted((one, other))
    low = outlook([LICENCE], pack(share, (less, less, less)), draws=200)
    high = outlook([LICENCE], pack(share, (more, more, more)), draws=200)
    assert middle(high) >= middle(low) - 1e-9
    assert high.p90 <= low.p90 and high.p30 <= low.p30


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 1), st.floats(0.05, 1))
def test_a_larger_share_cut_off_never_puts_a_shortage_off(one, other):
    less, more = sorted((one, other))
    small, large = (outlook([LICENCE], pack(s), draws=200) for s in (less, more))
    assert middle(large) <= middle(small) + 1e-9
    assert large.p90 >= small.p90


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 300), st.floats(1, 300))
def test_a_longer_wait_for_licences_never_puts_a_shortage_off(one, other):
    less, more = sorted((one, other))
    assume(more > less)
    quick, slow = (
        outlook([replace(LICENCE, delay_days=(d, d, d), approval_share=1.0)], draws=200)
        for d in (less, more)
    )
    assert slow.p180 >= quick.p180 and middle(slow) <= middle(quick) + 1e-9


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0, 1),
    st.tuples(st.floats(0, 400), st.floats(0, 400), st.floats(0, 400)),
    st.sampled_from(["ban", "licence", "quota"]),
    st.integers(-400, 400),
)
def test_chances_and_shares_lie_in_0_to_1_and_rise_with_the_horizon(share, three, mode, ahead):
    held = replace(LICENCE, mode=mode, since=DAY + timedelta(days=ahead))
    found = outlook([held], pack(share, tuple(sorted(three))), draws=100)
    if found is None:
        assert share == 0
        return
    assert 0 <= found.p30 <= found.p90 <= found.p180 <= 1
    assert 0 <= found.shortage.unmet <= 1
    known = [w for w in found.weeks if w is not None]
    assert known == sorted(known) and all(w >= 0 for w in known)


def test_a_spread_of_approval_that_was_taught_later_is_not_used():
    later = {"period": "p", "share": [0.3, 0.5, 0.9], "known_from": "2025-07-01"}
    packed = pack(priors={"approval_share": [later]})
    before = Drawing(pack=packed, day=date(2025, 6, 30))
    after = Drawing(pack=packed, day=date(2025, 7, 1))
    assert approval(LICENCE, before) == (0.5, 0.5, 0.5)
    assert approval(LICENCE, after) == (0.3, 0.5, 0.9)
