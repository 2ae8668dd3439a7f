"""Which signals a desk is told this month, which wait, and that none is lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foreshock.watch import Desk, Policy, Weight, seen_by, sit
from foreshock.watch.attention import FAMILIES, MERGED_DAYS, e_value
from foreshock.words.clocks import backfilled
from foreshock.words.markings import Marking
from foreshock.words.records import Signal

NOW = datetime(2026, 1, 2, tzinfo=UTC)
FIRST = date(2024, 1, 1)


def signal(item="min.ga", kind="drop", partner="all", since="2024-01", score=0.9, **more):
    return Signal(
        clocks=backfilled(NOW, FIRST),
        kind=kind,
        series=more.pop("series", f"{item} {partner}"),
        item=item,
        actor=more.pop("actor", "CN"),
        partner=partner,
        since=since,
        score=score,
        direction="down",
        says=more.pop("says", f"{item} {partner} {kind} {score}"),
        **more,
    ).sealed()


def day(n):
    return FIRST + timedelta(days=n)


def days(*found):
    """A calm day first, then what stands on the days that follow."""
    return [(day(0), ()), *((day(n), signals) for n, signals in found)]


def states(found):
    return {alarm.item: alarm.state for alarm in found}


def desk(**more):
    return Desk(policy=Policy(**more))


def test_the_budget_of_a_month_goes_to_the_surest_and_the_rest_is_held_back_with_its_reason():
    stand = [signal(f"i{n}", score=0.5 + n / 20) for n in range(5)]
    found = sit(days((3, stand)), desk(budget=2))
    assert states(found) == {"i4": "new", "i3": "new", "i2": "held", "i1": "held", "i0": "held"}
    held = [a for a in found if a.state == "held"]
    assert all("2 new alarms of 2024-01 had been told" in a.why for a in held)
    assert [a.told for a in held] == [None] * 3


def test_what_was_held_back_comes_up_in_the_next_month_before_weaker_news():
    stand = [signal(f"i{n}", score=0.5 + n / 20) for n in range(3)]
    found = sit(days((3, stand), (35, [*stand, signal("weak", score=0.51)])), desk(budget=2))
    assert states(found) == {"i2": "standing", "i1": "standing", "i0": "new", "weak": "new"} | {
        "i0": "new"
    }
    found = sit(days((3, stand), (35, [*stand, signal("strong", score=0.99)])), desk(budget=1))
    assert states(found) == {"i2": "standing", "strong": "new", "i1": "held", "i0": "held"}


def test_what_is_told_early_in_a_month_keeps_its_place_when_something_stronger_comes():
    weak, strong = signal("weak", score=0.5), signal("strong", score=0.99)
    found = sit(days((3, [weak]), (9, [weak, strong])), desk(budget=1))
    assert states(found) == {"weak": "new", "strong": "held"}


def test_what_hangs_on_it_goes_before_what_is_a_little_surer():
    small, large = signal("small", score=0.9), signal("large", score=0.8)
    weights = {"small": Weight(share=0.01, uses=0), "large": Weight(share=0.9, uses=20)}
    here = Desk(policy=Policy(budget=1), weigh=lambda item, actor: weights[item])
    assert states(sit(days((3, [small, large])), here)) == {"large": "new", "small": "held"}
    unknown = Desk(policy=Policy(budget=1), weigh=lambda item, actor: Weight())
    assert states(sit(days((3, [small, large])), unknown)) == {"small": "new", "large": "held"}


def test_signs_of_one_supplier_of_one_item_are_one_alarm_with_its_history():
    drop, world = signal(partner="KR"), signal(partner="all", score=0.95, since="2024-02")
    detour = signal(kind="rerouting", partner="US", score=0.7)
    (one,) = sit(days((3, [drop]), (20, [drop, detour]), (40, [world, detour])), desk())
    assert (one.state, one.told, one.since, one.known) == ("standing", day(3), "2024-01", day(3))
    assert [(s.first, s.signal.kind, s.signal.partner) for s in one.signs] == [
        (day(3), "drop", "KR"), (day(20), "rerouting", "US"), (day(40), "drop", "all")
    ]  # fmt: skip
    assert one.says == world.says
    assert one.partners == ("all", "US")


def test_a_sign_that_goes_on_keeps_its_first_day_and_has_its_newest_words():
    (one,) = sit(days((3, [signal(says="once")]), (40, [signal(says="again")])), desk())
    assert [(s.first, s.last, s.signal.says) for s in one.signs] == [(day(3), day(40), "again")]


def test_it_is_news_again_only_after_half_a_year_of_calm():
    def after(n):
        return sit(days((3, [signal()]), (4, []), (n, [signal(since="2024-09")])), desk())[0]

    assert after(3 + MERGED_DAYS).state == "standing"
    assert len(after(3 + MERGED_DAYS).signs) == 2
    again = after(4 + MERGED_DAYS)
    assert (again.state, again.known) == ("new", day(4 + MERGED_DAYS))
    assert len(again.signs) == 1


def test_what_goes_on_without_a_day_between_stays_one_alarm():
    (one,) = sit(days((3, [signal()]), (300, [signal()])), desk())
    assert (one.state, one.told) == ("standing", day(3))


def test_what_stood_when_the_history_begins_is_not_new():
    (one,) = sit([(day(0), [signal()]), (day(3), [signal()])], desk())
    assert one.state == "standing"
    assert "where this history begins" in one.why


def test_what_was_told_this_month_and_is_over_is_still_listed():
    (one,) = sit(days((3, [signal()]), (9, [])), desk())
    assert (one.state, one.says) == ("over", signal().says)
    assert sit(days((3, [signal()]), (40, [])), desk()) == ()


def test_what_concerns_the_own_holders_is_apart_from_what_concerns_others():
    here = Desk(policy=Policy(budget=1), concerns=lambda partner: partner in ("all", "KR"))
    found = sit(days((3, [signal(partner="US", score=0.95), signal(partner="KR")])), here)
    assert [(a.partners, a.ours, a.state) for a in found] == [
        (("KR",), True, "new"), (("US",), False, "held")
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["silence", "conflict", "recovery"])
def test_what_is_not_known_and_what_is_good_news_takes_no_place(kind):
    assert sit(days((3, [signal(kind=kind)])), desk()) == ()


def test_no_day_gives_no_alarm():
    assert sit([], desk()) == ()


# -- by a rate of false ones ---------------------------------------------------------------------


def test_by_a_rate_the_number_of_lines_that_were_looked_at_decides():
    sure, unsure = signal("sure", chance=1e-9), signal("unsure", chance=0.02)
    few = Desk(policy=Policy(rate=0.2), lines={"sure": 2, "unsure": 1})
    found = {a.item: a for a in sit(days((3, [sure, unsure])), few)}
    assert (found["sure"].state, found["unsure"].state) == ("new", "held")
    assert "not enough among 3 lines" in found["unsure"].why
    many = Desk(policy=Policy(rate=0.2), lines={f"quiet {n}": 3 for n in range(4000)})
    assert states(sit(days((3, [sure])), many)) == {"sure": "held"}


def test_by_a_rate_an_alarm_without_a_stated_chance_takes_a_place_of_the_budget():
    stand = [signal("short", score=0.9), signal("shorter", score=0.8), signal("s", chance=0.9)]
    found = sit(days((3, stand)), desk(rate=0.1, budget=1))
    assert states(found) == {"short": "new", "shorter": "held", "s": "held"}


def test_the_e_value_of_chance_is_at_most_one_on_average():
    steps = 100_000
    mean = sum(2.718281828 ** e_value((n + 0.5) / steps) for n in range(steps)) / steps
    assert 0.98 < mean <= 1.0


# -- what always holds ---------------------------------------------------------------------------

many_signals = st.lists(
    st.builds(
        signal,
        item=st.sampled_from(["a", "b", "c"]),
        kind=st.sampled_from(["drop", "rush", "burst", "silence"]),
        partner=st.sampled_from(["all", "KR", "US"]),
        since=st.sampled_from(["2024-01", "2024-02"]),
        score=st.floats(0.1, 1.0),
        chance=st.none() | st.floats(1e-9, 1.0),
    ),
    max_size=6,
)
histories = st.lists(st.tuples(st.integers(1, 40), many_signals), min_size=1, max_size=8)
policies = st.builds(Policy, budget=st.integers(0, 3), rate=st.none() | st.just(0.2))


def walked(steps):
    found, n = [(day(0), ())], 0
    for gap, signals in steps:
        n += gap
        found.append((day(n), signals))
    return found


@settings(deadline=None, max_examples=60)
@given(histories, policies)
def test_nothing_is_lost_the_budget_holds_and_what_was_told_stays_told(steps, policy):
    history = walked(steps)
    here = Desk(policy=policy, concerns=lambda partner: partner != "US")
    told = {}
    spent = {}
    for end in range(1, len(history) + 1):
        found = sit(history[:end], here)
        last, standing = history[end - 1]
        shown = [s.signal.id for a in found if a.state != "over" for s in a.signs if s.last == last]
        wanted = [s for s in standing if s.kind in FAMILIES]
        kept = {(s.kind, s.series, s.since): s.id for s in wanted}
        assert sorted(set(shown)) == sorted(set(kept.values()))
        now = {(a.id, a.known): a.told for a in found if a.told}
        for key, when in told.items():
            assert now.get(key, when) == when
        for alarm in found:
            if alarm.told == last and "number" in alarm.why and (alarm.id, alarm.known) not in told:
                spent[last.year, last.month] = spent.get((last.year, last.month), 0) + 1
        told |= now
        assert all(count <= policy.budget for count in spent.values())
        assert all(alarm.why for alarm in found)


def test_of_an_alarm_only_the_signs_that_may_be_seen_are_shown():
    red = signal(partner="KR", score=0.99, says="secret", marking=Marking.RED)
    (one,) = sit(days((3, [signal(says="open"), red])), desk())
    assert one.says == "secret"
    open_ = seen_by(one, Marking.GREEN)
    assert open_ is not None
    assert (open_.says, open_.partners, len(open_.signs)) == ("open", ("all",), 1)
    assert "secret" not in str(open_)
    (hidden,) = sit(days((3, [red])), desk())
    assert seen_by(hidden, Marking.AMBER) is None
