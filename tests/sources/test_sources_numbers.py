"""A cell holds a number, a reason why there is none, or it is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foreshock.errors import Misread
from foreshock.sources.numbers import SIGNS, read_number


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1300", 1300.0),
        ("1,300", 1300.0),
        (" 1 300 ", 1300.0),
        ("1\u00a0300\u00a0000", 1300000.0),
        ("1\u202f300", 1300.0),
        ("2,000,000.5", 2000000.5),
        ("-7.4", -7.4),
        ("\u22127.4", -7.4),
        ("1.3E+05", 130000.0),
        ("１，３００", 1300.0),
        ("0", 0.0),
        ("1.234", 1.234),
    ],
)
def test_numbers_as_publishers_print_them(cell: str, value: float) -> None:
    assert read_number(cell, "a.csv line 2").value == value


@pytest.mark.parametrize("cell", sorted(SIGNS))
def test_a_sign_for_a_missing_figure_is_none_with_a_note_and_never_zero(cell: str) -> None:
    number = read_number(f" {cell.upper()} ", "a.csv line 2")
    assert number.value is None
    assert number.state in ("missing", "withheld")
    assert number.note


def test_a_bound_is_no_figure() -> None:
    number = read_number(">2,000,000", "a.csv line 2")
    assert (number.value, number.state) == (None, "bounded")
    assert ">2,000,000" in number.note


@pytest.mark.parametrize(
    "cell", ["1.234,5", "1,5", "1,3000", "12 34", "1.2.3", "12%", "about 5", "inf", "9e999", "> x"]
)
def test_what_can_be_read_in_two_ways_or_none_is_refused(cell: str) -> None:
    with pytest.raises(Misread, match=r"^a\.csv line 2: .* is no number"):
        read_number(cell, "a.csv line 2")


def test_a_cell_of_a_million_characters_is_refused_in_a_short_sentence() -> None:
    with pytest.raises(Misread) as caught:
        read_number("1" * 1_000_000, "a.csv line 2")
    assert len(str(caught.value)) < 400


@given(st.text(max_size=80))
def test_any_cell_is_a_finite_number_a_reason_or_one_sentence(cell: str) -> None:
    try:
        number = read_number(cell, "a.csv line 2")
    except Misread as error:
        assert str(error).startswith("a.csv line 2: ")
    else:
        assert number.note if number.value is None else math.isfinite(number.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_is_read_back(value: float) -> None:
    assert read_number(repr(value), "a.csv line 2").value == value


@given(st.integers(-(10**12), 10**12))
def test_thousands_parted_by_commas_are_read_back(value: int) -> None:
    assert read_number(f"{value:,}", "a.csv line 2").value == value
