"""The other crises, each on the days that mattered, and quiet days that must stay quiet."""

import pytest


def test_urea_2021_is_warned_of_ten_days_before_the_first_mission_report(on, warning):
    """Notice 11 October, first mission report 22 October (as fertiliser news)."""
    before = on("2021-10-10", "KR")
    assert warning(before, "mat.urea") is None
    assert warning(before, "mat.def") is None
    found = warning(on("2021-10-12", "KR"), "mat.urea")
    assert found.level >= 2
    assert {"mat.def", "lorry"} <= set(found.consequences), "not a fertiliser matter: lorries"


def test_urea_2021_is_serious_when_the_shortage_is_reported(on, warning):
    assert warning(on("2021-11-09", "KR"), "mat.urea").level == 4


def test_urea_2021_does_not_stay_serious_for_ever(on, warning):
    found = warning(on("2022-06-01", "KR"), "mat.urea")
    assert found is None or found.level < 4


def test_urea_2021_is_seen_from_the_text_alone(from_texts_alone, warning):
    assert warning(from_texts_alone("2021-10-12", "KR"), "mat.urea").level >= 1


@pytest.mark.parametrize(
    ("day", "holder", "item", "least"),
    [
        ("2019-07-10", "KR", "mat.resist", 2),
        ("2023-10-21", "KR", "min.graphite.sph", 1),
        ("2024-09-20", "US", "min.sb", 1),
        ("2024-12-04", "US", "min.sb", 2),
        ("2025-02-05", "EU", "min.w", 1),
        ("2025-04-05", "KR", "magnet", 2),
        ("2025-06-06", "EU", "ree.dy", 3),
        ("2025-10-31", "EU", "chip.legacy", 1),
        ("2026-03-15", "KR", "mat.helium", 1),
    ],
)
def test_a_crisis_is_warned_of_on_its_day(on, warning, day, holder, item, least):
    found = warning(on(day, holder), item)
    assert found is not None
    assert found.level >= least


@pytest.mark.parametrize(
    ("day", "holder", "item"),
    [
        ("2023-10-19", "KR", "min.graphite.sph"),
        ("2024-08-14", "US", "min.sb"),
        ("2025-02-03", "EU", "min.w"),
        ("2025-04-03", "KR", "magnet"),
        ("2025-09-25", "EU", "chip.legacy"),
    ],
)
def test_the_day_before_the_announcement_nobody_is_alarmed(on, warning, day, holder, item):
    found = warning(on(day, holder), item)
    assert found is None or found.level == 0


def test_a_quiet_day_is_quiet(on):
    """By 1 June 2019 the border of Myanmar was shut to China: quiet for Korea, not for all."""
    assert on("2019-06-01", "KR").warnings == ()
    assert on("2019-04-15").warnings == ()


def test_a_hold_of_other_goods_is_warned_of_in_the_same_autumn(on, warning):
    """Yunnan held silicon and yellow phosphorus to a tenth a month before the urea notice."""
    assert warning(on("2021-09-12", "KR"), "min.si") is None
    assert warning(on("2021-10-10", "KR"), "min.si").level >= 1


def test_before_anything_is_known_the_round_says_that_it_is_blind(on):
    blind = on("2015-01-01", "KR")
    assert blind.warnings == ()
    assert any("no dated text is known" in caveat for caveat in blind.caveats)


def test_the_end_of_the_truce_is_worth_attention_and_what_followed_is_unknown(on, warning):
    """Suspended until 10 November 2026; the pack knows nothing later."""
    ahead = on("2026-10-20", "EU")
    assert warning(ahead, "magnet").level >= 1
    assert "suspension_ends" in {r.rule for r in warning(ahead, "magnet").reasons}
    after = on("2026-11-20", "EU")
    assert any("2026-11-10" in caveat for caveat in after.caveats)


def test_every_warning_of_every_story_explains_itself(on):
    for day in ("2021-10-12", "2023-07-10", "2025-06-06", "2026-03-15"):
        for warning in on(day).warnings:
            assert warning.reasons
            assert warning.rule
            assert warning.would_change
            assert warning.expires > warning.as_of
            assert warning.p30 <= warning.p90 <= warning.p180
            assert all(r.says for r in warning.reasons)
