from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock import warn
from foreshock.errors import PackError
from foreshock.network import Cover
from foreshock.warn.facts import Facts, is_fresh
from foreshock.warn.issue import settle
from foreshock.warn.reasons import weigh
from foreshock.words.clocks import arrived, end_of, live
from foreshock.words.markings import Marking
from foreshock.words.pack import load
from foreshock.words.records import Dependence, Event, Regime, Shortage, Signal

DAY = date(2023, 7, 10)
ROUND = live(end_of(DAY))


def dependence(direct, basis="imports", indirect=0.0):
    return Dependence(
        holder="KR",
        item="min.ga",
        origin="CN",
        direct=direct,
        indirect=indirect,
        year=2022,
        basis=basis,
        evidence=("pack:imports.csv:2",),
    )


def regime(state="announced", mode="licence", since=date(2023, 8, 1), until=None):
    return Regime(
        measure="CN-2023-23",
        origin="CN",
        items=("min.ga",),
        destinations=("all",),
        mode=mode,
        state=state,
        since=since,
        until=until,
    )


def event(kind, mode=None, status="in_force", day="2023-07-03", **more):
    published = date.fromisoformat(day)
    return Event(
        clocks=arrived(datetime(2026, 1, 1, tzinfo=UTC), published, day),
        document="document-1",
        local="e1",
        type=kind,
        mode=mode,
        status=status,
        date=day,
        actors=more.pop("actors", ("CN",)),
        items=("min.ga",),
        confidence=more.pop("confidence", 0.9),
        **more,
    ).sealed()


def outlook(p30=0.1, p90=0.6, p180=0.8, basis="prior", days=(30.0, 60.0, 120.0), unmet=0.5):
    shortage = Shortage(
        item="min.ga",
        holder="KR",
        days_q10=days[0],
        days_q50=days[1],
        days_q90=days[2],
        unmet=unmet,
        cover_basis=basis,
    )
    return SimpleNamespace(shortage=shortage, p30=p30, p90=p90, p180=p180)


def facts(**more):
    defaults = {"item": "min.ga", "holder": "KR", "day": DAY}
    fresh = more.get("fresh", ())
    return Facts(**{**defaults, "regimes": fresh, **more})


def judged(pack, **more):
    return warn.judge(facts(**more), pack, ROUND)


def test_nothing_known_is_normal(pack):
    quiet = judged(pack)
    assert quiet.level == 0
    assert quiet.p90 < 0.05
    assert quiet.cover_basis == "unknown"


def test_an_announced_licence_on_most_of_the_supply_is_at_least_caution(pack):
    warning = judged(pack, fresh=(regime(),), dependences=(dependence(0.9),), outlook=outlook())
    assert warning.level >= 2
    assert warning.cover_weeks[1] == pytest.approx(60 / 7, abs=0.1)
    assert {r.rule for r in warning.reasons} >= {"base", "announced", "dependence_over_80"}


def test_the_same_announcement_hardly_matters_to_who_gets_little_from_there(pack):
    warning = judged(pack, fresh=(regime(),), dependences=(dependence(0.1),), outlook=outlook())
    assert warning.p90 < 0.05


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "a licence requirement"),
        ({"instruments": ("customs_check",)}, "checks at customs"),
        (
            {"instruments": ("customs_check", "guidance"), "informal": True},
            "checks at customs and guidance behind doors without a published rule",
        ),
        ({"items": ("min.ga.metal",)}, "on a part of it: gallium metal"),
    ],
)
def test_a_hold_is_told_as_what_it_is_and_on_what_part(pack, more, says):
    part = msgspec.structs.replace(pack.item["min.ga"], id="min.ga.metal", parent="min.ga")
    part = msgspec.structs.replace(part, name="gallium metal", ref="")
    wider = msgspec.structs.replace(pack, items=(*pack.items, part))
    held = msgspec.structs.replace(regime("in_force"), **more)
    warning = judged(wider, fresh=(held,), dependences=(dependence(0.9),))
    said = " ".join(reason.says for reason in warning.reasons)
    assert says in said
    assert ("licence requirement" in said) == ("instruments" not in more)


def test_a_threat_against_half_of_the_supply_is_worth_attention(pack):
    threat = event("THREATEN", status="announced")
    assert judged(pack, events=(threat,), dependences=(dependence(0.6),)).level == 1
    assert judged(pack, events=(threat,), dependences=(dependence(0.3),)).level == 0


def test_a_documented_shortage_is_serious_whatever_the_stocks_say(pack):
    short = event("DISRUPT", "shortage", actors=("KR",))
    warning = judged(
        pack, events=(short,), dependences=(dependence(0.97),), outlook=outlook(0.0, 0.0, 0.0)
    )
    assert warning.level == 4
    assert warning.cover_weeks == (0.0, 0.0, 0.0)


def test_a_shortage_that_was_read_with_doubt_does_not_raise_the_alarm(pack):
    doubtful = event("DISRUPT", "shortage", actors=("KR",), confidence=0.4)
    assert judged(pack, events=(doubtful,), dependences=(dependence(0.97),)).level < 4


def test_reported_stocks_that_last_hold_the_probability_down(pack):
    common = {"fresh": (regime(),), "dependences": (dependence(0.9),)}
    bare = judged(pack, **common)
    stocked = judged(pack, **common, outlook=outlook(0.0, 0.02, 0.3, "reported"))
    assert stocked.p90 <= 0.02 < bare.p90
    assert any(r.rule == "stock_clock" and r.weight < 0 for r in stocked.reasons)


def test_stocks_that_are_only_a_prior_hold_it_down_by_half_at_most(pack):
    common = {"fresh": (regime(),), "dependences": (dependence(0.9),)}
    bare = judged(pack, **common)
    prior = judged(pack, **common, outlook=outlook(0.0, 0.0, 0.0, "prior"))
    assert prior.p90 == pytest.approx(bare.p90 / 2, abs=0.01)


def test_unknown_stocks_hold_nothing_down(pack):
    common = {"fresh": (regime(),), "dependences": (dependence(0.9),)}
    unknown = judged(pack, **common, outlook=outlook(0.0, 0.0, 0.0, "unknown"))
    assert unknown.p90 == judged(pack, **common).p90


def test_a_control_of_years_ago_is_the_usual_state_and_no_news():
    assert is_fresh(regime("in_force"), date(2023, 12, 1))
    assert not is_fresh(regime("in_force"), date(2026, 1, 1))
    assert is_fresh(regime("suspended", until=date(2026, 2, 1)), date(2026, 1, 1))
    assert not is_fresh(regime("suspended", until=date(2026, 12, 1)), date(2026, 1, 1))


def test_easing_lowers_and_a_drop_raises(pack):
    common = {"fresh": (regime("in_force"),), "dependences": (dependence(0.9),)}
    plain = judged(pack, **common)
    eased = judged(pack, **common, events=(event("EASE", "grant"),))
    drop = Signal(
        clocks=ROUND,
        kind="drop",
        series="s",
        item="min.ga",
        actor="CN",
        partner="all",
        since="2023-08",
        score=0.99,
        direction="down",
        says="exports of 0 t against 5 t usual",
    ).sealed()
    assert eased.p90 < plain.p90 < judged(pack, **common, signals=(drop,)).p90


def test_a_denied_or_conditional_event_is_no_reason(pack):
    for one in (
        event("THREATEN", status="announced", modality="conditional"),
        event("RESTRICT", "enforce", status="denied"),
    ):
        rules = {w.reason.rule for w in weigh(facts(events=(one,)), pack)}
        assert rules == {w.reason.rule for w in weigh(facts(), pack)}


def test_every_reason_that_rests_on_something_names_its_evidence(pack):
    warning = judged(
        pack,
        fresh=(regime(),),
        dependences=(dependence(0.9),),
        events=(event("THREATEN", status="announced"),),
        outlook=outlook(),
    )
    assert all(r.evidence for r in warning.reasons if r.rule not in ("base", "stock_clock"))


def test_a_warning_bears_the_strictest_marking_of_what_it_rests_on(pack):
    secret = event("THREATEN", status="announced", marking=Marking.AMBER)
    assert judged(pack, events=(secret,)).marking is Marking.AMBER


def test_the_same_facts_give_the_same_warning(pack):
    common = {"fresh": (regime(),), "dependences": (dependence(0.9),), "outlook": outlook()}
    assert judged(pack, **common).id == judged(pack, **common).id


@given(
    st.floats(0, 1),
    st.sampled_from(["announced", "in_force", "suspended"]),
    st.sampled_from(["ban", "licence", "quota", "tariff"]),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
)
def test_probabilities_lie_in_bounds_and_never_fall_with_the_horizon(share, state, mode, chances):
    p30, p90, p180 = sorted(chances)
    warning = judged(
        load_once(),
        fresh=(regime(state, mode),),
        dependences=(dependence(share),),
        outlook=outlook(p30, p90, p180),
    )
    assert 0 <= warning.p30 <= warning.p90 <= warning.p180 <= 1
    assert warning.expires > warning.as_of


#: read before the first example, so that no example is timed with it
_LOADED = load()


def load_once():
    return _LOADED


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_dependence_never_lowers_the_probability(one, other):
    low, high = sorted((one, other))
    pack = load_once()
    common = {"fresh": (regime(),)}
    assert (
        judged(pack, **common, dependences=(dependence(low),)).p90
        <= judged(pack, **common, dependences=(dependence(high),)).p90
    )


def test_the_levels_are_those_of_the_table(pack):
    def level(p30, p90, weeks=None, unmet=0.0, conditions=()):
        chances = (p30, p90, max(p90, 0.9))
        return warn.level_of(chances, weeks, unmet, set(conditions), pack.levels).level

    assert level(0.0, 0.049) == 0
    assert level(0.0, 0.05) == 1
    assert level(0.0, 0.01, conditions=["announced_on_half"]) == 1
    assert level(0.0, 0.2) == 2
    assert level(0.0, 0.2, weeks=8, unmet=0.25) == 3
    assert level(0.0, 0.2, weeks=9, unmet=0.25) == 2
    assert level(0.0, 0.2, weeks=8, unmet=0.24) == 2
    assert level(0.0, 0.5) == 3
    assert level(0.5, 0.5, weeks=4, unmet=0.25) == 4
    assert level(0.5, 0.5, weeks=5, unmet=0.25) == 3
    assert level(0.0, 0.0, conditions=["under_way"]) == 4


def test_a_levels_table_without_a_bottom_is_refused():
    with pytest.raises(PackError, match="without conditions"):
        warn.level_of((0, 0, 0), None, 0, set(), ())


def test_a_clock_that_rang_long_ago_unheard_is_not_believed(pack):
    old = regime("in_force")
    common = {"dependences": (dependence(0.9),), "day": date(2024, 6, 1), "fresh": (old,)}
    doubted = judged(pack, **common, refuted=(old,))
    assert doubted.cover_weeks == (None, None, None)
    assert doubted.cover_basis == "unknown"
    assert "clock_refuted" in {r.rule for r in doubted.reasons}
    assert doubted.p90 < judged(pack, **common).p90


# -- the regime that counts ----------------------------------------------------------------------


def rules(pack, **more):
    return {w.reason.rule for w in weigh(facts(**more), pack)}


def test_the_beginning_of_a_control_told_as_an_event_is_not_counted_twice(pack):
    hold = event("RESTRICT", "enforce", day="2023-07-01")
    cut = msgspec.structs.replace(regime("in_force", since=date(2023, 7, 1)), evidence=(hold.id,))
    assert "informal_tightening" not in rules(pack, fresh=(cut,), events=(hold,))
    assert "informal_tightening" in rules(pack, events=(hold,))


def test_licences_slowed_under_a_control_of_old_do_count_beside_it(pack):
    slowed = event("RESTRICT", "enforce", day="2023-07-01")
    cut = msgspec.structs.replace(regime("in_force", since=date(2023, 2, 1)), evidence=(slowed.id,))
    assert "informal_tightening" in rules(pack, fresh=(cut,), events=(slowed,))


def test_an_easing_of_one_control_eases_no_other(pack):
    grant = event("EASE", "grant")
    eased = msgspec.structs.replace(regime("in_force"), measure="CN-1", evidence=(grant.id,))
    harder = regime("in_force", "ban")
    assert "licence_granted" in rules(pack, fresh=(eased,), events=(grant,))
    assert "licence_granted" not in rules(pack, fresh=(eased, harder), events=(grant,))


def test_a_suspension_counts_as_the_state_of_the_control_and_not_again_as_an_easing(pack):
    notice = event("EASE", "suspend")
    off = msgspec.structs.replace(
        regime("suspended", until=date(2023, 10, 20)), evidence=(notice.id,)
    )
    found = rules(pack, fresh=(off,), events=(notice,))
    assert "suspended" in found and "eased" not in found


def test_who_is_named_counts_only_with_the_control_that_names(pack):
    aimed = msgspec.structs.replace(regime("in_force"), measure="CN-KR", destinations=("KR",))
    ban = regime("in_force", "ban")
    assert {"in_force_licence", "targeted"} <= rules(pack, fresh=(aimed, regime("in_force")))
    assert "targeted" not in rules(pack, fresh=(regime("in_force"),))
    pressed = {"fresh": (aimed, ban), "dependences": (dependence(0.9),)}
    assert "in_force_ban" in rules(pack, **pressed) and "targeted" not in rules(pack, **pressed)


def test_a_fresh_control_goes_before_one_whose_clock_is_not_believed(pack):
    old, coming = regime("in_force"), msgspec.structs.replace(regime(), measure="CN-2")
    found = rules(pack, fresh=(old, coming), refuted=(old,))
    assert "announced" in found and not {"in_force_licence", "clock_refuted"} & found


def test_good_news_never_makes_stale_bad_news_fresh(pack):
    late = {"fresh": (regime("in_force"),), "day": date(2023, 11, 1)}
    assert "stale_evidence" in rules(pack, **late)
    grant, threat = (
        event(kind, mode, status, day="2023-10-20")
        for kind, mode, status in (("EASE", "grant", "in_force"), ("THREATEN", None, "announced"))
    )
    assert "stale_evidence" in rules(pack, **late, events=(grant,))
    assert "stale_evidence" not in rules(pack, **late, events=(threat,))


def test_a_report_of_tight_supply_speaks_of_now_for_60_days(pack):
    stop = event("DISRUPT", actors=("KR",), day="2023-05-11")
    depends = {"dependences": (dependence(0.9),), "events": (stop,)}
    assert "report_tight" in rules(pack, **depends, day=date(2023, 7, 10))
    assert "report_tight" not in rules(pack, **depends, day=date(2023, 7, 11))


@pytest.mark.parametrize(
    ("days", "row"), [(7, "stock_short"), (28, "stock_short"), (60, ""), (91, "stock_long")]
)
def test_reported_stocks_count_as_reported_and_are_told_with_their_day(pack, days, row):
    def stock(basis):
        three = (days, days, days)
        return Cover(days=three, basis=basis, on=date(2023, 7, 1), evidence=("pack:stocks.csv:2",))

    of_stock = {"stock_short", "stock_long"}
    assert rules(pack, stock=stock("reported")) & of_stock == ({row} if row else set())
    assert not rules(pack, stock=stock("prior")) & of_stock
    said = [w.reason.says for w in weigh(facts(stock=stock("reported")), pack)]
    assert not row or f"stocks reported for 2023-07-01 cover about {days} days" in said


def test_the_weeks_of_another_control_are_not_lent_to_a_refuted_one(pack):
    ban, coming = regime("in_force", "ban"), msgspec.structs.replace(regime(), measure="CN-2")
    warning = judged(
        pack,
        fresh=(ban, coming),
        refuted=(ban,),
        dependences=(dependence(0.9),),
        outlook=outlook(),
    )
    assert "clock_refuted" in {r.rule for r in warning.reasons}
    assert warning.cover_basis == "unknown" and warning.onset is None


@pytest.mark.parametrize(("mode", "word"), [("ban", "exemptions"), ("licence", "licences")])
def test_what_would_change_our_mind_fits_the_kind_of_control(pack, mode, word):
    said = judged(pack, fresh=(regime("in_force", mode),)).would_change
    assert any(one.startswith(f"down: {word} for South Korea") for one in said)


# -- the life of a warning -----------------------------------------------------------------------


def standing(pack, direct=0.9, day=DAY):
    return warn.judge(
        facts(fresh=(regime(),), dependences=(dependence(direct),), day=day), pack, ROUND
    )


def test_a_new_warning_is_issued_and_the_same_again_leaves_it_standing(pack):
    first = standing(pack)
    assert settle([first], [], ROUND) == (first,)
    again = standing(pack, day=date(2023, 7, 11))
    assert settle([again], [first], ROUND) == (first,)


def test_a_changed_warning_is_an_update_that_supersedes(pack):
    first, later = standing(pack), standing(pack, direct=0.6)
    (settled,) = settle([later], [first], ROUND)
    assert settled.state == "updated"
    assert settled.supersedes == first.id
    assert settled.id not in (first.id, later.id)


def test_what_rested_on_something_taken_back_never_stands_and_what_follows_says_why(pack):
    first = standing(pack)
    ref = first.reasons[0].evidence[0]
    gone = {ref: "hague withdrew it: misread"}
    (after,) = settle([standing(pack, day=date(2023, 7, 11))], [first], ROUND, gone)
    assert after.state == "updated"
    (why,) = [r for r in after.reasons if r.rule == "withdrawn"]
    assert "hague withdrew it: misread" in why.says
    assert why.weight == 0.0
    (calm,) = settle([judged(pack)], [first], ROUND, gone)
    assert (calm.state, calm.reasons[-1].rule) == ("cancelled", "withdrawn")
    (over,) = settle([], [first], ROUND, gone)
    assert [r.rule for r in over.reasons] == ["cancelled", "withdrawn"]
    others = settle([standing(pack)], [first], ROUND, {"event-other": "x"})
    assert others == (first,)


def test_partners_who_warn_are_one_reason_however_many_they_are(pack):
    theirs = msgspec.structs.replace(standing(pack), marking=Marking.AMBER, id="").sealed()
    both = judged(pack, fresh=(regime(),), advice=(("hague", theirs), ("tokyo", theirs)))
    one = judged(pack, fresh=(regime(),), advice=(("hague", theirs),))
    alone = judged(pack, fresh=(regime(),))
    assert alone.p90 < one.p90 == both.p90
    (reason,) = [r for r in both.reasons if r.rule == "partner_warns"]
    assert "hague" in reason.says
    assert "tokyo" in reason.says
    assert both.marking == Marking.AMBER, "as strict as what it rests on"


def test_a_warning_about_to_lapse_is_renewed(pack):
    first = standing(pack)
    late = standing(pack, day=first.expires - timedelta(days=5))
    (settled,) = settle([late], [first], ROUND)
    assert settled.state == "updated"


def test_a_warning_that_nothing_supports_any_more_is_cancelled_and_says_so(pack):
    first = standing(pack)
    (gone,) = settle([], [first], ROUND)
    assert (gone.state, gone.level, gone.supersedes) == ("cancelled", 0, first.id)
    normal = judged(pack)
    (calm,) = settle([normal], [first], ROUND)
    assert (calm.state, calm.level) == ("cancelled", 0)


def test_a_pair_at_level_0_without_a_warning_out_is_left_out(pack):
    assert settle([judged(pack)], [], ROUND) == ()


def test_a_warning_is_marked_as_strictly_as_the_regime_it_rests_on(pack):
    kept_in = msgspec.structs.replace(regime("in_force"), marking=Marking.AMBER)
    facts = Facts(item="min.ga", holder="KR", day=DAY, regimes=(kept_in,), fresh=(kept_in,))
    assert warn.judge(facts, pack, ROUND).marking is Marking.AMBER


def test_a_warning_that_was_marked_too_low_is_replaced(pack):
    first = judged(pack, fresh=(regime(),), dependences=(dependence(0.9),))
    stricter = msgspec.structs.replace(first, marking=Marking.AMBER).sealed()
    (settled,) = settle([stricter], [first], ROUND)
    assert (settled.state, settled.supersedes) == ("updated", first.id)
    assert settled.marking is Marking.AMBER


def test_a_pair_warned_of_again_supersedes_its_cancellation(pack):
    first = standing(pack)
    (gone,) = settle([], [first], ROUND)
    (again,) = settle([first], [gone], ROUND)
    assert again.state == "issued"
    assert again.supersedes == gone.id
    assert again.id not in (first.id, gone.id), "the journal would not keep the old one twice"


def test_an_event_that_only_tells_a_regime_again_does_not_close_the_warning(pack):
    secret = event("RESTRICT", status="announced", marking=Marking.AMBER)
    told = msgspec.structs.replace(regime(), evidence=("pack:measure_steps.csv:5", secret.id))
    warning = judged(pack, fresh=(told,), dependences=(dependence(0.9),), events=(secret,))
    assert warning.marking is Marking.CLEAR


def test_a_rule_of_the_holder_itself_is_told_of_the_holder_not_of_where_the_goods_come_from(pack):
    own = msgspec.structs.replace(
        regime("announced", "ban"), destinations=("KR",), instruments=("import_ban",)
    )
    warning = judged(pack, fresh=(own,), dependences=(dependence(0.9),), outlook=outlook())
    told = " ".join(one.says for one in warning.reasons)
    assert "announced a ban on imports from" in told
    assert "itself" in told
    assert "aimed at" not in told
    theirs = msgspec.structs.replace(
        regime("announced", "ban"), destinations=("KR",), instruments=("export_ban",)
    )
    warning = judged(pack, fresh=(theirs,), dependences=(dependence(0.9),), outlook=outlook())
    told = " ".join(one.says for one in warning.reasons)
    assert "imports from" not in told and "aimed at" in told
