"""What two series say together: real-like stories, real figures, and what must not be told."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreshock.watch import look, patterns
from foreshock.words.clocks import backfilled, span
from foreshock.words.markings import Marking
from foreshock.words.records import Observation, Origin
from foreshock.words.reference import Series

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DAY = date(2025, 7, 31)


def months(n, last=(2025, 6)):
    """The `n` months that end with `last`."""
    end = last[0] * 12 + last[1] - 1
    return [f"{m // 12}-{m % 12 + 1:02d}" for m in range(end - n + 1, end + 1)]


def line(values, day=DAY, publisher="customs", marking=Marking.CLEAR, last=(2025, 6), **more):
    """The line of a series whose newest month is `last`, each month known 20 days after its end."""
    said = {
        "id": f"{more.get('reporter', 'CN')}-{more.get('item', 'magnet')}-"
        f"{more.get('partner', 'US')}-{more.get('code', '')}-{more.get('unit', 't')}",
        "item": "magnet",
        "flow": "exports",
        "reporter": "CN",
        "partner": "US",
        "unit": "t",
        "usual_lag_days": 20,
        **more,
    }
    series = Series(title=f"{said['item']} {said['reporter']} to {said['partner']}", **said)
    rows = [
        Observation(
            series=series.id,
            item=series.item,
            flow=series.flow,
            reporter=series.reporter,
            partner=series.partner,
            period=period,
            unit=series.unit,
            value=value,
            marking=marking,
            clocks=backfilled(NOW, span(period)[1] + timedelta(days=20)),
            origin=Origin(publisher=publisher, checked="secondary"),
        )
        for period, value in zip(months(len(values), last), values, strict=True)
        if value is not None
    ]
    return look(series, rows, day)[1]


def steady(level, n=12, seed=0, spread=0.05):
    return (level * np.exp(spread * np.random.default_rng(seed).normal(size=n))).tolist()


def kinds(*lines, day=DAY, lineage=None):
    return [signal.kind for signal in patterns(lines, day, lineage)]


def only(kind, *lines, day=DAY, lineage=None):
    (one,) = [s for s in patterns(lines, day, lineage) if s.kind == kind]
    return one


# -- through third countries ---------------------------------------------------------------------

TO_US = [*steady(500), 40, 30]
TO_VN = [*steady(400, seed=1), 780, 800]
STEADY_VN = steady(400, 14, seed=1)


def test_what_one_country_loses_and_another_gains_may_be_rerouted():
    told = only("rerouting", line(TO_US), line(TO_VN, partner="VN"))
    assert (told.actor, told.partner, told.since) == ("CN", "US", "2025-05")
    assert "70 t in 2025-05 to 2025-06" in told.says
    assert "of what US lost may go by way of VN" in told.says
    assert len(told.evidence) == 4


def test_onward_exports_of_the_third_country_make_it_surer_and_their_absence_refutes_it():
    base = line(TO_US), line(TO_VN, partner="VN")
    onward = line([*steady(50, seed=2), 300, 400], reporter="VN", partner="US")
    stayed = line(steady(50, 14, seed=2), reporter="VN", partner="US")
    imported = line([*steady(50, seed=2), 300, 400], reporter="US", partner="VN", flow="imports")
    assert only("rerouting", *base, onward).score > only("rerouting", *base).score
    assert "from there 400 t went on" in only("rerouting", *base, imported).says
    assert "rerouting" not in kinds(*base, stayed)


@pytest.mark.parametrize(
    "other",
    [
        line(STEADY_VN, partner="VN"),
        line([*steady(4, seed=1), 8, 8], partner="VN"),
        line(TO_VN, partner="world"),
        line(TO_VN, partner="VN", item="min.ga"),
        line(TO_VN, partner="VN", reporter="MY"),
        line(steady(400, 14, seed=1, spread=0.8), partner="VN"),
        line([*TO_VN[:6], None, None], partner="VN"),
        line([*steady(4000, seed=1), 7000, 8000], partner="VN"),
    ],
    ids="steady too-small the-world other-goods other-origin lumpy unknown-then too-large".split(),
)
def test_no_rerouting_is_told_without_a_rise_that_makes_up_the_loss(other):
    assert "rerouting" not in kinds(line(TO_US), other)


def test_a_rise_without_a_fall_is_no_rerouting():
    assert kinds(line(steady(500, 14)), line(TO_VN, partner="VN")) == []


def test_imports_that_come_from_elsewhere_instead_are_told_of_the_importer():
    chinese = line([*steady(50_000), 9_000, 7_000], flow="imports", reporter="KR", partner="CN")
    more = [*steady(20_000), 45_000, 46_000]
    vietnamese = line(more, flow="imports", reporter="KR", partner="VN")
    told = only("other_source", chinese, vietnamese)
    assert (told.actor, told.partner) == ("CN", "KR")
    assert "of what CN no longer sends comes from VN" in told.says
    elsewhere = line(more, flow="imports", reporter="JP", partner="VN")
    assert kinds(chinese, elsewhere) == []


# -- less for more -------------------------------------------------------------------------------


def test_value_up_while_quantity_falls_is_told():
    value = line([*steady(9e6, seed=3), 1.3e7, 1.4e7], unit="usd")
    told = only("dearer", line(TO_US), value)
    assert "less is delivered and more is paid" in told.says
    assert "times the usual price of a unit" in told.says
    assert told.direction == "down"
    elsewhere = line([*steady(9e6, seed=3), 1.3e7, 1.4e7], unit="usd", partner="KR")
    assert "dearer" not in kinds(line(TO_US), elsewhere)


@pytest.mark.parametrize(
    ("quantity", "paid"),
    [
        ([40, 30], [8e5, 7e5]),
        ([500, 480], [1.3e7, 1.4e7]),
        ([700, 720], [2.6e7, 2.8e7]),
        ([360, 370], [8e6, 9e6]),
    ],
    ids="both-fall dearer-but-no-less dearer-and-more no-dearer".split(),
)
def test_it_is_not_told_where_no_less_comes_or_no_more_is_paid(quantity, paid):
    value = line([*steady(9e6, seed=3), *paid], unit="usd")
    assert "dearer" not in kinds(line([*steady(500), *quantity]), value)


def test_a_lumpy_line_is_told_as_dearer_by_the_price_of_its_units():
    shipments = [0.3, 2.1, 1.2, 0.0, 0.7, 1.9, 0.4, 1.5, 0.9, 2.4, 0.6, 1.1, 0.8, 1.7, 1.0, 1.3]
    tonnes = [100 * n for n in shipments]
    dear = (
        line([*tonnes, 40, 60], unit="t"),
        line([*[2000 * n for n in tonnes], 40 * 8000, 60 * 8000], unit="usd"),
    )
    usual = (
        line([*tonnes, 40, 60], unit="t"),
        line([*[2000 * n for n in tonnes], 40 * 2100, 60 * 1900], unit="usd"),
    )
    assert "dearer" in kinds(*dear)
    assert "dearer" not in kinds(*usual)


# -- codes ---------------------------------------------------------------------------------------


def test_a_fall_that_reappears_under_a_neighbouring_code_is_told_as_perhaps_no_loss():
    old = line(TO_US, code="25041010", code_system="CN HS")
    new = line([*steady(100, seed=4), 560, 570], code="25041091", code_system="CN HS")
    told = only("code_shift", old, new)
    assert "perhaps no loss at all" in told.says
    assert told.direction == "none"
    far = line([*steady(100, seed=4), 560, 570], code="85051110", code_system="CN HS")
    part = line([*steady(100, seed=4), 560, 570], code="250410", code_system="CN HS")
    little = line([*steady(100, seed=4), 160, 170], code="25041091", code_system="CN HS")
    for other in (far, part, little):
        assert "code_shift" not in kinds(old, other)


# -- the headline --------------------------------------------------------------------------------

LINEAGE = {"ree.dy": ("ree.heavy", "ree"), "ree.tb": ("ree.heavy", "ree")}
#: exports of rare earths of all kinds from China as customs printed them, t
ALL_KINDS = {
    "2024-04": 4566,
    "2024-08": 4723,
    "2024-12": 3326,
    "2025-03": 5666,
    "2025-04": 4785,
    "2025-05": 5864.6,
}


def all_rare_earths(**more):
    span_of = months(14, (2025, 5))
    values = [ALL_KINDS.get(period) for period in span_of]
    return line(values, item="ree", partner="world", last=(2025, 5), **more)


def test_may_2025_all_rare_earths_rose_and_dysprosium_and_terbium_had_stopped():
    dy = line([*steady(12, 13), 0.0], item="ree.dy", partner="world", last=(2025, 5))
    tb = line([*steady(5, 13, 1), 0.0], item="ree.tb", partner="world", last=(2025, 5))
    told = [
        s
        for s in patterns([all_rare_earths(), dy, tb], date(2025, 6, 25), LINEAGE)
        if s.kind == "masked_stop"
    ]
    assert {s.item for s in told} == {"ree.dy", "ree.tb"}
    assert all("0 t in 2025-05, 0 %" in s.says and "5,865 t" in s.says for s in told)


def test_a_headline_that_falls_too_or_is_no_headline_hides_nothing():
    dy = line([*steady(12, 13), 0.0], item="ree.dy", partner="world", last=(2025, 5))
    fell = line([*steady(4500, 13), 900], item="ree", partner="world", last=(2025, 5))
    half = line([*steady(12, 13), 5.0], item="ree.dy", partner="world", last=(2025, 5))
    day = date(2025, 6, 25)
    assert "masked_stop" not in kinds(fell, dy, day=day, lineage=LINEAGE)
    assert "masked_stop" not in kinds(all_rare_earths(), dy, day=day)
    assert "masked_stop" not in kinds(all_rare_earths(), half, day=day, lineage=LINEAGE)


# -- reports that stop ---------------------------------------------------------------------------


def test_a_line_that_stays_away_while_its_publisher_goes_on_is_told_before_any_lag_runs_out():
    gone = line(steady(500, 12), last=(2025, 4))
    told = only("stopped_reports", gone, line(STEADY_VN, partner="VN"))
    assert told.since == "2025-04"
    assert "customs has published others up to 2025-06" in told.says
    assert told.direction == "none"


@pytest.mark.parametrize(
    "gone",
    [
        line(steady(500, 12), last=(2025, 5)),
        line(steady(500, 12), last=(2025, 4), publisher="another"),
        line(steady(500, 4), last=(2025, 4)),
        line([500, None] * 6 + [500], last=(2025, 4)),
        line(steady(500, 12), last=(2023, 4)),
    ],
    ids="one-month another-publisher short irregular long-ago".split(),
)
def test_a_late_irregular_or_foreign_line_has_not_stopped(gone):
    assert "stopped_reports" not in kinds(gone, line(STEADY_VN, partner="VN"))


# -- what always holds ---------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(0, 1e9)), min_size=1, max_size=20),
    st.lists(st.one_of(st.none(), st.floats(0, 1e9)), min_size=1, max_size=20),
)
def test_any_figures_give_scores_within_0_to_1_and_figures_as_evidence(one, other):
    found = patterns([line(one), line(other, partner="VN")], DAY)
    for signal in found:
        assert 0.0 <= signal.score <= 1.0
        assert signal.evidence
        assert "nan" not in signal.says


def test_steady_lines_of_many_countries_and_codes_tell_nothing():
    lines = [
        line(steady(300, 36, seed=n, spread=0.25), partner=to, code=code, code_system="HS", unit=u)
        for n, (to, code, u) in enumerate(
            (to, code, u)
            for to in "US JP KR VN DE".split()
            for code in ("250410", "250490")
            for u in ("t", "usd")
        )
    ]
    assert kinds(*lines) == []


def test_a_pattern_is_marked_as_strictly_as_its_figures():
    told = only("rerouting", line(TO_US), line(TO_VN, partner="VN", marking=Marking.AMBER))
    assert told.marking == Marking.AMBER


def test_a_pattern_of_long_ago_is_not_told():
    pair = line(TO_US, last=(2023, 6)), line(TO_VN, partner="VN", last=(2023, 6))
    assert kinds(*pair) == []
