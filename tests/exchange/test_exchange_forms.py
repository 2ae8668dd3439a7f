import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mission_house import PACK

from foreshock.errors import WrongUse
from foreshock.exchange.forms import WrongForm, fields, fill
from foreshock.exchange.plain import line, slug, text_of
from foreshock.words.clocks import now

GOOD = {
    "status": {"item": "gallium", "status": "quiet"},
    "disruption": {
        "items": "urea, min.ga", "status": "disrupted", "mode": "shortage",
        "impact": "no exports", "cause": "unknown",
        "expected_duration": "unknown", "sectors": "lorries, farms", "measures_taken": "none",
        "help_wanted": "who else sells?",
    },
    "company": {"item": "urea", "figure": "stock", "period": "2026-Q3", "value": "12.5"},
}  # fmt: skip


@pytest.mark.parametrize("form", GOOD)
def test_a_form_with_what_is_needed_is_taken(form):
    assert fill(form, GOOD[form], PACK)


@pytest.mark.parametrize("form", GOOD)
def test_each_needed_field_that_is_left_out_is_named(form):
    for field in fields(form):
        if field.needed:
            told = {k: v for k, v in GOOD[form].items() if k != field.field}
            with pytest.raises(WrongForm) as error:
                fill(form, told, PACK)
            assert set(error.value.problems) == {field.field}


def test_items_may_be_named_and_are_kept_by_their_ids():
    assert fill("disruption", GOOD["disruption"], PACK)["items"] == ("mat.urea", "min.ga")


def test_everything_wrong_is_told_at_once_each_in_a_sentence_that_says_what_is_expected():
    tomorrow = str(now().date() + timedelta(days=1))
    told = {
        "item": "galium", "status": "stained", "day": tomorrow, "level": "7", "grade": "G1",
        "stock_days": "-1", "licences_applied": "1.5", "price": "1e9", "says": "x" * 4001,
        "unknown_field": "1",
    }  # fmt: skip
    with pytest.raises(WrongForm) as error:
        fill("status", told, PACK)
    assert set(error.value.problems) == set(told)
    assert all("expected" in says for says in error.value.problems.values())


@pytest.mark.parametrize(
    "day", ["2999-01-01", "9999-12-31", "1900-01-01", "2026-02-30", "tomorrow"]
)
def test_a_day_to_come_long_gone_or_not_in_the_calendar_is_refused(day):
    with pytest.raises(WrongForm, match="day"):
        fill("status", {**GOOD["status"], "day": day}, PACK)


def test_what_contradicts_itself_is_refused():
    with pytest.raises(WrongForm, match="one of them is wrong"):
        fill("status", {**GOOD["status"], "level": "4"}, PACK)
    with pytest.raises(WrongForm, match="go together"):
        fill("status", {**GOOD["status"], "price": "412"}, PACK)
    with pytest.raises(WrongForm, match="one item"):
        fill("disruption", {**GOOD["disruption"], "stock_days": "3"}, PACK)


@given(st.text(max_size=40))
def test_whatever_stands_in_a_number_field_is_a_finite_number_in_bounds_or_refused(text):
    try:
        values = fill("status", {**GOOD["status"], "stock_days": text}, PACK)
    except WrongForm:
        return
    if "stock_days" in values:
        assert math.isfinite(values["stock_days"])
        assert 0 <= values["stock_days"] <= 3650


@pytest.mark.parametrize(
    "text",
    [
        "safe\u202egnihton",  # turns the reading order
        "zero\u200bwidth",
        "nul\x00byte",
        "escape\x1b[2J",
        "\ud800",
        "\ue000",
    ],
)
def test_characters_that_hide_or_turn_text_are_refused_and_named(text):
    with pytest.raises(WrongUse, match=r"U\+[0-9A-F]{4}"):
        text_of(text, 100, "impact")


def test_a_word_of_letters_that_look_alike_is_refused_and_honest_scripts_pass():
    with pytest.raises(WrongUse, match="Cyrillic and Latin"):
        text_of("g\u0430llium", 100, "impact")
    for honest in ("갈륨 수출 통제", "镓出口管制", "ガリウム", "Галлий", "Gallium für Köln"):
        assert text_of(honest, 100, "impact") == honest


@pytest.mark.parametrize(
    "name", ["", "Beijing", "b\u0435ijing", "a b", "-a", "a" * 41, "../x", "a\n"]
)
def test_a_short_name_is_plain_or_refused(name):
    with pytest.raises(WrongUse, match="expected 1 to 40"):
        slug(name)


def test_a_line_is_one_line():
    assert line("a\n  b\tc ", 20, "title") == "a b c"
