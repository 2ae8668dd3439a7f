"""Which measure is meant: lists of companies, easings in doubt, what is at work or over."""

from datetime import date

import pytest
from ledger_story import CHIPS, GALLIUM, PACK, event, step
from msgspec.structs import replace

from foreshock.ledger import open_book
from foreshock.words.pack import Pack

LATE = date(2025, 6, 1)

LIST = replace(
    CHIPS, id="US-2022-LIST", instrument=("entity_listing", "fdpr"), targets=("CN", "org:YMTC")
)


def lists(*names: str) -> Pack:
    """A pack with the chip controls and such lists of companies, all of one day."""
    rows = tuple(replace(LIST, id=name) for name in names)
    begun = tuple(step(name, "in_force", "2022-12-16", "2022-12-16") for name in names)
    return replace(PACK, measures=(CHIPS, *rows), steps=(PACK.steps[-1], *begun))


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ({"instruments": ("export_control",)}, "US-2022-1007"),
        ({"instruments": ("entity_listing",), "targets": ("CN", "org:YMTC")}, "US-2022-LIST"),
        ({"instruments": ("export_control",), "targets": ("org:YMTC",)}, "US-2022-LIST"),
    ],
)
def test_a_list_of_companies_is_meant_where_a_list_or_one_of_them_is_named(
    told: dict[str, object], meant: str
) -> None:
    curbs = event(
        "2023-07-23",
        **{
            "actors": ("US",),
            "items": ("chip.ai",),
            "targets": ("CN",),
            "mode": "new",
            "status": "in_force",
            "background": True,
            **told,
        },
    )
    book = open_book(lists("US-2022-LIST"), [curbs], LATE)
    assert [hit.measure for hit in book.matches] == [meant]


def test_an_easing_that_fits_two_lists_equally_well_eases_neither_and_says_so() -> None:
    off = event(
        "2025-05-01",
        "EASE",
        mode="lift",
        status="in_force",
        actors=("US",),
        items=("chip.ai",),
        targets=("CN",),
        instruments=("entity_listing",),
    )
    book = open_book(lists("US-2022-A", "US-2022-B"), [off], LATE)
    assert book.matches == ()
    assert [odd.says for odd in book.odd] == [
        "it eases one of 2 controls that it fits equally well (US-2022-B, US-2022-A)"
    ]


def test_an_easing_for_which_little_speaks_is_set_aside_with_the_nearest_control() -> None:
    free = event(
        "2025-05-01",
        "EASE",
        mode="relax",
        status="in_force",
        actors=("US",),
        items=("chip",),
        targets=("JP",),
        instruments=("licence_exception",),
    )
    wide = replace(CHIPS, targets=("all",))
    book = open_book(replace(PACK, measures=(wide,), steps=PACK.steps[-1:]), [free], LATE)
    assert book.matches == ()
    assert [(odd.measure, odd.says) for odd in book.odd] == [
        (
            "US-2022-1007",
            "it eases some control, perhaps US-2022-1007, but too little speaks for it",
        )
    ]


def test_what_ended_long_ago_is_eased_no_more_and_may_be_looked_back_on() -> None:
    gone = step("US-2022-1007", "ended", "2023-02-01", "2023-02-01")
    pack = replace(PACK, measures=(CHIPS,), steps=(PACK.steps[-1], gone))
    again = event(
        "2025-05-01",
        mode="enforce",
        status="in_force",
        actors=("US",),
        items=("chip.ai",),
        targets=("CN",),
        instruments=("export_control",),
    )
    assert "US-2022-1007" not in {m.measure for m in open_book(pack, [again], LATE).matches}
    back = replace(again, background=True, id="").sealed()
    assert [m.measure for m in open_book(pack, [back], LATE).matches] == ["US-2022-1007"]


def test_slow_licences_are_those_of_a_rule_at_work_and_not_of_one_just_announced() -> None:
    old = replace(GALLIUM, id="CN-OLD", items=("ree.dy",))
    new = replace(GALLIUM, id="CN-NEW", items=("ree",))
    steps = (
        step("CN-OLD", "in_force", "2025-01-04", "2025-01-04"),
        step("CN-NEW", "announced", "2025-05-09", "2025-05-09"),
        step("CN-NEW", "in_force", "2025-06-08", "2025-05-09"),
    )
    slow = event(
        "2025-05-21",
        mode="enforce",
        status="in_force",
        items=("ree",),
        targets=("EU",),
        instruments=("licence_delay",),
    )
    book = open_book(replace(PACK, measures=(old, new), steps=steps), [slow], LATE)
    assert [hit.measure for hit in book.matches] == ["CN-OLD"]


def test_a_rumoured_check_that_is_told_as_a_fact_is_in_force() -> None:
    hold = replace(GALLIUM, id="CN-HOLD", instrument=("customs_check",))
    rumour = step("CN-HOLD", "rumoured", "2025-05", "2025-05-02")
    check = event("2025-05-20", mode="enforce", status="in_force", instruments=("customs_check",))
    book = open_book(replace(PACK, measures=(hold,), steps=(rumour,)), [check], LATE)
    assert book.state(book.measure("CN-HOLD")) == "in_force"


@pytest.mark.parametrize(("dropped", "ended"), [("2023-07-03", False), ("2023-09-01", True)])
def test_what_a_notice_drops_is_not_the_measure_that_it_brings_in(
    dropped: str, ended: bool
) -> None:
    new = event(
        "2023-07-03", mode="new", status="announced", actors=("CN",), items=("min.graphite",),
        targets=("all",), instruments=("export_licence",), date="2023-07-03",
        effective="2023-12-01",
    )  # fmt: skip
    old = event(
        dropped, "EASE", mode="lift", status="in_force", actors=("CN",), items=("min.graphite",),
        targets=("all",), date=dropped,
    )  # fmt: skip
    book = open_book(replace(PACK, measures=(), steps=()), [new, old], LATE)
    steps = {s.step for m in book.measures if m.issuer == "CN" for s in m.steps}
    assert ("ended" in steps) is ended
