"""What persons write into the ledger: two clocks, corrections, nothing overwritten."""

from datetime import UTC, datetime

import pytest
from ledger_story import PACK, day

from foreshock.errors import RecordError
from foreshock.ledger import Told, open_book
from foreshock.ledger.entries import standing_entries, with_entries
from foreshock.words.clocks import live
from foreshock.words.markings import Marking
from foreshock.words.records import Entry


def entry(written: str, table: str = "steps", **more: object) -> Entry:
    at = datetime.fromisoformat(f"{written}T12:00:00").replace(tzinfo=UTC)
    row = more.pop(
        "row",
        {
            "measure": "CN-2023-23",
            "step": "suspended",
            "date": "2024-02-01",
            "published": "2024-02-01",
            "publisher": "our mission",
            "checked": "secondary",
        },
    )
    return Entry(clocks=live(at), by="kim", table=table, row=row, **more).sealed()  # type: ignore[arg-type]


def state(entries: tuple[Entry, ...], known: str, on: str) -> str:
    book = open_book(PACK, [], day(known), Told(entries=entries))
    return book.state(book.measure("CN-2023-23"), day(on))


def test_a_written_step_counts_from_the_moment_it_was_written_and_not_before() -> None:
    written = (entry("2024-02-10"),)
    assert state(written, "2024-02-09", "2024-02-09") == "in_force"
    assert state(written, "2024-02-10", "2024-02-10") == "suspended"
    assert state(written, "2024-02-10", "2024-01-31") == "in_force"


def test_a_correction_stands_in_its_place_and_the_earlier_word_holds_for_days_before() -> None:
    first = entry("2024-02-10")
    right = entry("2024-03-10", row={**first.row, "date": "2024-02-20"}, supersedes=first.id)
    both = (first, right)
    assert state(both, "2024-03-09", "2024-02-15") == "suspended"
    assert state(both, "2024-03-10", "2024-02-15") == "in_force"
    assert state(both, "2024-03-10", "2024-02-20") == "suspended"


def test_what_is_taken_back_counts_no_more() -> None:
    first = entry("2024-02-10")
    gone = entry("2024-02-12", row={}, withdrawn=True, supersedes=first.id)
    assert state((first, gone), "2024-02-11", "2024-02-11") == "suspended"
    assert state((first, gone), "2024-02-12", "2024-02-12") == "in_force"
    assert [e.id for e in standing_entries((first, gone), day("2024-02-12"))] == [gone.id]


def test_a_row_of_the_pack_can_be_taken_back_by_its_key() -> None:
    key = ("CN-2024-46", "suspended", "2025-11-09", "2025-11-09")
    gone = entry("2025-12-01", row={}, withdrawn=True, instead_of=key)
    book = open_book(PACK, [], day("2025-12-01"), Told(entries=(gone,)))
    assert book.state(book.measure("CN-2024-46")) == "in_force"


def test_a_row_with_the_key_of_a_row_of_the_pack_stands_in_its_place() -> None:
    row = {
        "id": "london-2025",
        "who_says": "US|CN",
        "who_promises": "CN",
        "what": "licences within 45 days",
        "published": "2025-06-11",
        "checked": "official",
    }
    over = (entry("2025-06-20", "commitments", row=row),)
    (one,) = open_book(PACK, [], day("2025-06-20"), Told(entries=over)).commitments
    assert (one.what, one.who_says) == ("licences within 45 days", ("US", "CN"))
    (before,) = open_book(PACK, [], day("2025-06-19"), Told(entries=over)).commitments
    assert before.what == "licences for rare earths"


def test_a_measure_is_as_confidential_as_what_persons_wrote_of_it_and_names_them() -> None:
    secret = entry("2024-02-10", marking=Marking.AMBER)
    book = open_book(PACK, [], day("2024-02-10"), Told(entries=(secret,)))
    gallium = book.measure("CN-2023-23")
    assert gallium.marking == Marking.AMBER
    assert gallium.clocks.known_at == secret.clocks.known_at
    assert gallium.steps[-1].evidence == (secret.id,)


def test_a_written_licence_outcome_reaches_the_network_with_its_marking() -> None:
    row = {
        "issuer": "CN",
        "measure": "CN-2023-23",
        "destination": "KR",
        "applied": "12",
        "approved": "3",
        "published": "2024-02-09",
        "checked": "secondary",
    }
    written = entry("2024-02-10", "licence_outcomes", row=row, marking=Marking.AMBER)
    told = Told(entries=(written,))
    korea = next(
        r
        for r in open_book(PACK, [], day("2024-02-10"), told).regimes()
        if r.destinations == ("KR",)
    )
    assert (korea.approval_share, korea.approval_basis) == (0.25, "reported")
    assert korea.marking == Marking.AMBER


def test_a_row_about_what_nobody_knows_says_nothing_yet_and_is_named() -> None:
    lost = entry("2024-02-10", row={**entry("2024-02-10").row, "measure": "CN-9999"})
    book = open_book(PACK, [], day("2024-02-10"), Told(entries=(lost,)))
    assert any("CN-9999" in says and "kim" in says for says in book.caveats)


def test_a_row_that_can_no_longer_be_read_is_left_out_and_named() -> None:
    broken = entry("2024-02-10", row={"measure": "CN-2023-23", "colour": "red"})
    book = open_book(PACK, [], day("2024-02-10"), Told(entries=(broken,)))
    assert any(broken.id in says and "colour" in says for says in book.caveats)


def test_an_exercise_never_enters_the_ledger() -> None:
    played = entry("2024-02-10", nature="exercise")
    assert with_entries(PACK, [played], day("2024-02-10"))[2] == {}


def test_only_tables_of_the_ledger_can_be_written_into() -> None:
    with pytest.raises(RecordError, match="no table 'items' to write into"):
        with_entries(PACK, [entry("2024-02-10", "items")], day("2024-02-10"))
