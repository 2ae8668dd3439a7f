"""The controls of the shipped pack, as of days of their lives."""

from datetime import date, timedelta

import pytest

from foreshock.ledger import Book, open_book
from foreshock.words.pack import Pack, load
from foreshock.words.vocab import NEXT_STEPS


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load()


def states(book: Book) -> dict[str, str]:
    return {measure.name: book.state(measure) for measure in book.measures}


def test_gallium_before_and_after_the_notice(pack: Pack) -> None:
    assert "CN-2023-23" not in states(open_book(pack, [], date(2023, 7, 2)))
    assert states(open_book(pack, [], date(2023, 7, 3)))["CN-2023-23"] == "announced"
    assert states(open_book(pack, [], date(2023, 8, 1)))["CN-2023-23"] == "in_force"


def test_the_ban_to_the_us_is_in_force_then_suspended_then_nobody_knows(pack: Pack) -> None:
    assert states(open_book(pack, [], date(2025, 11, 8)))["CN-2024-46"] == "in_force"
    known = open_book(pack, [], date(2025, 11, 9))
    (ban,) = (measure for measure in known.measures if measure.name == "CN-2024-46")
    assert known.state(ban) == "suspended"
    assert known.state(ban, date(2026, 12, 31)) == "unknown"


def test_what_was_suspended_before_its_first_day_never_came_into_force(pack: Pack) -> None:
    assert states(open_book(pack, [], date(2025, 11, 6)))["CN-2025-57"] == "announced"
    assert states(open_book(pack, [], date(2025, 11, 8)))["CN-2025-57"] == "suspended"


def test_what_was_called_off_is_no_longer_due(pack: Pack) -> None:
    def begins(known: date) -> set[str]:
        due = open_book(pack, [], known).due(date(2025, 11, 8), within_days=0)
        return {entry.says.rpartition(": ")[2] for entry in due if entry.name == "CN-2025-57"}

    assert "in force from this day" in begins(date(2025, 11, 6))
    assert "in force from this day" not in begins(date(2025, 11, 7))


def test_every_measure_has_a_state_on_every_day_and_none_is_seen_early(pack: Pack) -> None:
    day, last = date(2019, 7, 1), date(2026, 6, 1)
    words = {*NEXT_STEPS, "none", "unknown"} - {""}
    while day < last:
        book = open_book(pack, [], day)
        assert set(states(book).values()) <= words
        assert all(step.published <= day for m in book.measures for step in m.steps)
        assert all(regime.measure in states(book) for regime in book.regimes())
        day += timedelta(days=61)
