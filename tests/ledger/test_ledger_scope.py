"""What a measure covers, reaches and lets through on a day; what differs between versions."""

from ledger_story import GALLIUM, PACK, day, event, step
from msgspec.structs import replace

from foreshock.ledger import differences, open_book
from foreshock.words.pack import Pack
from foreshock.words.reference import MeasureRow, ScopeRow


def row(part: str, value: str, published: str = "2025-10-09", **more: object) -> ScopeRow:
    more.setdefault("checked", "secondary")
    ref = f"pack:measure_scopes.csv:{part} {value}"
    return ScopeRow(
        measure="CN-2025-61", part=part, value=value, published=day(published), ref=ref, **more
    )  # type: ignore[arg-type]


ABROAD = MeasureRow(
    id="CN-2025-61",
    issuer="CN",
    title="Rare earth items abroad",
    instrument=("export_licence", "fdpr", "end_use_control"),
    items=("ree",),
    codes=("2846",),
    targets=("all", "org:Nexperia"),
)
RULE = Pack(
    items=PACK.items,
    measures=(ABROAD,),
    steps=(
        step("CN-2025-61", "announced", "2025-10-09", "2025-10-09"),
        step("CN-2025-61", "in_force", "2025-10-09", "2025-10-09"),
    ),
    scopes=(
        row("reach", "de_minimis", date="2025-12-01", what="0.1 percent of the value"),
        row("exemption", "KR", date="2025-11-01", until="2026-11-01"),
        row("item", "ree", change="removes", date="2026-06-01", published="2026-05-01"),
        row("reach", "affiliates", checked="unopened"),
    ),
)


def test_a_scope_holds_what_the_measure_names_and_what_its_instruments_reach() -> None:
    book = open_book(RULE, [], day("2025-10-09"))
    scope = book.scope(book.measures[0])
    assert scope.of("item") == ("ree",)
    assert scope.of("code") == ("2846",)
    assert (scope.of("destination"), scope.of("entity")) == (("all",), ("org:Nexperia",))
    assert scope.of("reach") == ("foreign_direct_product",)
    assert scope.of("end_use") == ("not told which",)
    assert all(fact.evidence for fact in scope.facts)


def test_a_scope_changes_on_its_days_and_tells_on_what_it_rests() -> None:
    book = open_book(RULE, [], day("2025-10-09"))
    before = book.scope(book.measures[0], day("2025-10-31"))
    after = book.scope(book.measures[0], day("2025-12-01"))
    found = {d.part: (d.added, d.removed) for d in differences(before, after)}
    assert found == {"reach": (("de_minimis",), ()), "exemption": (("KR",), ())}
    (fact,) = [f for f in after.facts if f.value == "de_minimis"]
    assert fact.says == "0.1 percent of the value"
    assert fact.evidence == ("pack:measure_scopes.csv:reach de_minimis",)
    assert book.scope(book.measures[0], day("2026-12-01")).of("exemption") == ()


def test_what_is_taken_out_later_is_not_known_before() -> None:
    early = open_book(RULE, [], day("2025-10-09"))
    later = open_book(RULE, [], day("2026-05-01"))
    assert early.scope(early.measures[0], day("2026-06-01")).of("item") == ("ree",)
    assert later.scope(later.measures[0], day("2026-06-01")).of("item") == ()
    assert later.scope(later.measures[0], day("2026-05-31")).of("item") == ("ree",)


def test_a_row_whose_source_nobody_opened_says_nothing() -> None:
    book = open_book(RULE, [], day("2026-01-01"))
    assert "affiliates" not in book.scope(book.measures[0]).of("reach")


def test_events_widen_a_scope_and_exempt_somebody() -> None:
    told = {"status": "in_force", "items": ("min.ga", "min.sb"), "instruments": ("export_licence",)}
    wider = event("2024-02-10", mode="expand", date="2024-02-10", **told)
    let = event(
        "2024-03-10",
        "EASE",
        mode="exempt",
        status="in_force",
        date="2024-03-10",
        targets=("KR",),
        instruments=("export_licence",),
    )
    book = open_book(PACK, [wider, let], day("2024-06-01"))
    gallium = book.measure("CN-2023-23")
    assert book.scope(gallium, day("2024-02-09")).of("item") == ("min.ga", "min.ge")
    assert book.scope(gallium, day("2024-02-10")).of("item") == ("min.ga", "min.ge", "min.sb")
    assert book.scope(gallium, day("2024-03-10")).of("exemption") == ("KR",)


def test_a_hope_widens_no_scope() -> None:
    hope = event(
        "2024-02-10",
        mode="expand",
        status="in_force",
        date="2024-02-10",
        items=("min.ga", "min.sb"),
        instruments=("export_licence",),
        modality="forecast",
    )
    book = open_book(PACK, [hope], day("2024-06-01"))
    assert book.scope(book.measure("CN-2023-23")).of("item") == ("min.ga", "min.ge")


def test_the_network_is_told_of_destinations_let_through_and_of_reach_abroad() -> None:
    book = open_book(RULE, [], day("2025-12-02"))
    (regime,) = book.regimes()
    assert regime.exempt == ("KR",)
    assert regime.reach == ("foreign_direct_product", "de_minimis")
    plain = replace(RULE, measures=(replace(GALLIUM, id="CN-2025-61"),), scopes=())
    assert open_book(plain, [], day("2025-12-02")).regimes()[0].reach == ()


def test_what_is_noted_of_one_rule_only_is_said_not_to_be_noted_of_the_other() -> None:
    twin = replace(ABROAD, id="CN-2025-62", codes=())
    steps = tuple(
        step(name, "in_force", "2025-10-09", "2025-10-09") for name in (ABROAD.id, twin.id)
    )
    pack = replace(PACK, measures=(ABROAD, twin), steps=steps, scopes=(row("threshold", "0.1 %"),))
    book = open_book(pack, [], day("2025-12-01"))
    one, other = (book.scope(book.measure(name)) for name in (ABROAD.id, twin.id))
    told = {d.part: d.says for d in differences(one, other)}
    assert told["threshold"] == "of CN-2025-62 nothing is noted here"
    assert {d.part: d.says for d in differences(other, one)} == told
