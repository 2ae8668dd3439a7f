"""What is gathered about a pair: which facts count, how long, and whose clock is believed."""

from datetime import date, timedelta

import msgspec
import pytest

from foreshock import warn
from foreshock.network import Network
from foreshock.warn.facts import Known, gather, pairs
from foreshock.words.clocks import backfilled, end_of
from foreshock.words.pack import Pack
from foreshock.words.records import Event, Regime
from foreshock.words.reference import Actor, Holder, Import, Item

READ = {"publisher": "p", "source_date": date(2023, 1, 1), "checked": "secondary"}
START = date(2023, 8, 1)
PACK = Pack(
    items=(
        Item(id="min.ga", name="gallium", kind="mineral"),
        Item(id="chip.ai", name="AI chips", kind="chip"),
        Item(id="dualuse", name="dual-use goods", kind="generic"),
    ),
    actors=(
        Actor(id="CN", kind="country", name="China"),
        Actor(id="KR", kind="country", name="Korea"),
    ),
    holders=(
        Holder(id="KR", kind="country", name="Korea"),
        Holder(id="CN", kind="country", name="China"),
    ),
    imports=(Import(holder="KR", item="min.ga", origin="CN", share=0.9, year=2022, **READ),),
    priors={
        "stock": [{"kind": "mineral", "days": [10, 20, 30]}],
        "licence_delay": [
            {"regime": "first licences after a new rule", "days": [300, 300, 300]},
        ],
    },
)


def licence(measure="CN-1", state="in_force", since=START, **more):
    defaults = {"origin": "CN", "items": ("min.ga",), "destinations": ("all",)}
    return Regime(measure=measure, state=state, since=since, mode="licence", **{**defaults, **more})


def event(kind, mode, day, actors=("CN",)):
    return Event(
        clocks=backfilled(end_of(day), day),
        document="d",
        local=f"{kind}{day}",
        type=kind,
        mode=mode,
        status="in_force",
        date=str(day),
        actors=actors,
        items=("min.ga",),
        confidence=0.9,
    ).sealed()


def gathered(day, regimes, events=()):
    known = Known(day=day, regimes=tuple(regimes), events=tuple(events))
    return gather(known, PACK, Network(PACK, day), ("min.ga", "KR"), {"CN"})


def after(days):
    return START + timedelta(days=days)


@pytest.mark.parametrize(("days", "counts"), [(300, True), (370, False)])
def test_what_is_told_of_a_regime_lapses_with_the_regime_and_not_before(days, counts):
    grant = event("EASE", "grant", after(50))
    found = gathered(after(days), [licence(evidence=(grant.id,))], [grant])
    assert (grant in found.events) is counts


def test_what_is_told_of_no_regime_lapses_after_half_a_year():
    grant = event("EASE", "grant", after(50))
    assert gathered(after(229), [licence()], [grant]).events == (grant,)
    assert gathered(after(231), [licence()], [grant]).events == ()


def test_a_clock_that_rang_unheard_is_refuted_after_90_days():
    assert gathered(after(90), [licence()]).refuted == ()
    doubted = gathered(after(91), [licence()])
    assert doubted.refuted == (licence(),)
    assert doubted.outlook is None


def test_a_new_control_does_not_make_a_refuted_clock_right_again():
    coming = licence("CN-2", "announced", after(200))
    found = gathered(after(150), [licence(), coming])
    assert found.refuted == (licence(),)
    assert found.outlook.shortage.path[0] == "CN-2"
    assert found.outlook.shortage.days_q50 > 50


def test_a_stop_reported_at_the_users_end_refutes_no_clock():
    stop = event("DISRUPT", None, after(60), actors=("KR",))
    at_the_source = event("DISRUPT", None, after(60))
    assert gathered(after(120), [licence()], [stop]).refuted == ()
    assert gathered(after(120), [licence()], [at_the_source]).refuted == (licence(),)


def test_a_control_of_somebody_who_supplies_nothing_is_no_reason():
    elsewhere = licence("NA-1", "announced", origin="NA")
    known = Known(day=after(10), regimes=(licence(since=after(-900)), elsewhere))
    found = gather(known, PACK, Network(PACK, after(10)), ("min.ga", "KR"), {"CN", "NA"})
    assert found.fresh == ()
    assert [r.measure for r in found.regimes] == ["CN-1", "NA-1"]


def test_the_share_told_is_that_of_the_source_which_is_news():
    two = msgspec.structs.replace(
        PACK,
        imports=(
            Import(holder="KR", item="min.ga", origin="CN", share=0.7, year=2022, **READ),
            Import(holder="KR", item="min.ga", origin="JP", share=0.3, year=2022, **READ),
        ),
    )
    known = Known(day=after(10), regimes=(licence(since=after(-900)), licence(origin="JP")))
    found = gather(known, two, Network(two, after(10)), ("min.ga", "KR"), {"CN", "JP"})
    assert [d.origin for d in found.dependences] == ["JP"]


@pytest.mark.parametrize(("days", "news"), [(300, True), (400, False)])
def test_an_announcement_that_nobody_carried_out_is_no_news_after_a_year(days, news):
    said = licence(state="announced", since=None, heard=START)
    assert bool(gathered(after(days), [said]).fresh) is news


def looked_at(regime, holders=()):
    known = Known(day=START, regimes=(regime,))
    return {(f.item, f.holder) for f in pairs(known, PACK, Network(PACK, START), holders)}


def test_a_holder_named_by_a_measure_is_told_though_nobody_has_figures():
    aimed = licence("US-1", origin="US", items=("chip.ai", "dualuse"), destinations=("CN",))
    assert looked_at(aimed) == {("chip.ai", "CN")}
    assert looked_at(aimed, ["CN"]) == {("chip.ai", "CN")}
    assert looked_at(aimed, ["KR"]) == set()


def test_a_measure_towards_all_names_nobody():
    assert looked_at(licence("US-1", origin="US", items=("chip.ai",))) == set()


def test_a_dependence_nobody_knows_is_said_and_not_counted_as_little(pack):
    aimed = licence("US-1", origin="US", items=("chip.ai",), destinations=("CN",))
    (facts,) = pairs(Known(day=START, regimes=(aimed,)), PACK, Network(PACK, START))
    warning = warn.judge(facts, pack, backfilled(end_of(START), START))
    rules = {r.rule for r in warning.reasons}
    assert "dependence_unknown" in rules and "dependence_under_20" not in rules
    assert warning.level >= 1 and warning.cover_basis == "unknown"
