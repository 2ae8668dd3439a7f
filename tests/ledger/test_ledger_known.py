"""Two promises of the book: the order of events does not matter, and the future is not seen."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_story import PACK, event, no_measures, notice

from foreshock.ledger import open_book
from foreshock.words.records import Event

STORY = (
    event(
        "2023-06-20",
        mode="new",
        status="considered",
        modality="alleged",
        source="unnamed",
        instruments=("export_control",),
    ),
    notice("2023-07-03"),
    notice("2023-07-04", effective="2023-08-03"),
    notice("2023-07-06"),
    event("2023-07-06", "COMMIT", date="2023-07-06", instruments=("licence_grant",)),
    event("2023-07-07", "POSITION", mode="condemn", actors=("EU",)),
    event("2023-07-09", "POSITION", mode="welcome", actors=("EU",)),
    event("2023-09-21", "EASE", mode="grant", status="in_force", instruments=("licence_grant",)),
    event("2023-10-01", "EASE", mode="lift", status="in_force", date="2023-05-01"),
    event(
        "2023-11-10",
        "EASE",
        mode="suspend",
        status="in_force",
        date="2023-11-09",
        until="2024-02-01",
        instruments=("export_licence",),
    ),
)

types = st.sampled_from(
    (
        ("RESTRICT", "new"),
        ("RESTRICT", "expand"),
        ("EASE", "suspend"),
        ("EASE", "lift"),
        ("THREATEN", None),
        ("COMMIT", None),
        ("POSITION", "condemn"),
    )
)
days = st.integers(0, 900).map(lambda n: (date(2023, 1, 1) + timedelta(days=n)).isoformat())


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind, mode = draw(types)
    return event(
        draw(days),
        kind,
        mode=mode,
        status=draw(st.sampled_from(["considered", "announced", "in_force", "ended", "denied"])),
        date=draw(st.none() | days),
        until=draw(st.none() | days),
        effective=draw(st.none() | days),
        items=draw(st.sampled_from([("ree",), ("ree.dy",), ("min.ga",), ("chip", "min.ge")])),
        instruments=draw(st.sampled_from([(), ("export_ban",), ("export_control",)])),
        background=draw(st.booleans()),
        actors=draw(st.sampled_from([("CN",), ("US",), ("CN", "US")])),
    )


@given(st.permutations(STORY))
@settings(max_examples=40, deadline=None)
def test_a_story_in_any_order_gives_the_same_book(told: list[Event]) -> None:
    for pack in (PACK, no_measures()):
        assert open_book(pack, told, date(2024, 1, 1)) == open_book(pack, STORY, date(2024, 1, 1))


@given(st.lists(events(), max_size=8), st.randoms(use_true_random=False), days)
@settings(max_examples=60, deadline=None)
def test_any_events_in_any_order_give_the_same_book(
    told: list[Event], random: object, on: str
) -> None:
    mixed = list(told)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert open_book(PACK, mixed, date.fromisoformat(on)) == open_book(
        PACK, told, date.fromisoformat(on)
    )


@given(st.lists(events(), max_size=8), days)
@settings(max_examples=60, deadline=None)
def test_what_becomes_known_later_never_changes_the_book_of_a_day(
    told: list[Event], on: str
) -> None:
    today = date.fromisoformat(on)
    now = [e for e in told if e.clocks.published and e.clocks.published <= today]
    book = open_book(PACK, now, today)
    assert open_book(PACK, told, today) == book
    for measure in book.measures:
        assert all(step.published <= today for step in measure.steps)
        assert measure.clocks.known_at.date() <= today


@given(st.lists(events(), max_size=8), days)
@settings(max_examples=60, deadline=None)
def test_every_event_of_a_control_ends_up_somewhere(told: list[Event], on: str) -> None:
    book = open_book(PACK, told, date.fromisoformat(on))
    seen = {m.event for m in book.matches} | {o.event for o in book.odd}
    controls = {"RESTRICT", "EASE", "THREATEN"}
    known = [e for e in told if e.clocks.known_at.date() <= book.day]
    assert {e.id for e in known if e.type in controls and e.status != "denied"} == seen


@given(st.lists(events(), max_size=6))
@settings(max_examples=40, deadline=None)
def test_a_book_can_be_asked_about_every_day(told: list[Event]) -> None:
    book = open_book(PACK, told, date(2025, 12, 31))
    for on in (date(2022, 1, 1), date(2024, 2, 29), date(2027, 1, 1)):
        assert len([book.state(m, on) for m in book.measures]) == len(book.measures)
        assert all(r.state in ("announced", "in_force", "suspended") for r in book.regimes(on))
        assert all(on <= entry.day for entry in book.due(on, within_days=365))


def test_later_licence_outcomes_and_steps_of_the_pack_are_not_seen() -> None:
    early = open_book(PACK, [], date(2023, 9, 20)).regimes()
    later = open_book(PACK, [], date(2023, 9, 21)).regimes()
    assert [r.delay_days for r in early if r.measure == "CN-2023-23"] == [(30.0, 65.0, 120.0)]
    assert [r.delay_days for r in later if r.measure == "CN-2023-23"] == [(51.0, 51.0, 51.0)]
