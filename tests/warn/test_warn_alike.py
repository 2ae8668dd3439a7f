"""Which warnings tell one story, and which are left to stand by themselves."""

from datetime import date

import msgspec
import pytest

from foreshock import warn
from foreshock.words.clocks import end_of, live
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning, Reason
from foreshock.words.reference import Item

PACK = Pack(
    items=(
        Item(id="ree", name="rare earths", kind="mineral"),
        Item(id="ree.heavy", name="heavy rare earths", kind="mineral", parent="ree"),
        Item(id="ree.dy", name="dysprosium", kind="mineral", parent="ree.heavy"),
        Item(id="min.ga", name="gallium", kind="mineral"),
    )
)
NEWS = Reason(rule="in_force_licence", says="China", weight=2.4, evidence=("CN-2025-18",))


def warning(item, holder="KR", level=3, p90=0.47, reasons=(NEWS,)):
    day = date(2025, 5, 1)
    return EarlyWarning(
        clocks=live(end_of(day)),
        item=item,
        holder=holder,
        as_of=day,
        level=level,
        p30=0.1,
        p90=p90,
        p180=0.6,
        cover_weeks=(None, None, None),
        cover_basis="unknown",
        unmet=0.0,
        onset=None,
        reasons=reasons,
        expires=date(2025, 6, 1),
    ).sealed()


def test_a_kind_that_only_repeats_what_is_said_of_the_item_stands_beside_it():
    top, middle, low = warning("ree"), warning("ree.heavy"), warning("ree.dy")
    assert warn.alike([low, middle, top], PACK) == {top.id: (low, middle)}


def test_how_things_stand_may_differ_by_item():
    own = Reason(rule="dependence_over_80", says="100 %", weight=2.2, evidence=("pack:a",))
    top, kind = warning("ree"), warning("ree.dy", reasons=(NEWS, own))
    assert warn.alike([top, kind], PACK) == {top.id: (kind,)}


@pytest.mark.parametrize(
    "other",
    [
        {"holder": "JP"},
        {"level": 2},
        {"p90": 0.52},
        {"reasons": (msgspec.structs.replace(NEWS, evidence=("CN-2025-57",)),)},
        {"item": "min.ga"},
    ],
)
def test_another_holder_level_chance_news_or_family_is_another_story(other):
    top, kind = warning("ree"), warning(**{"item": "ree.dy", **other})
    assert warn.alike([top, kind], PACK) == {top.id: (), kind.id: ()}


def test_every_warning_is_told_once():
    told = [warning(item, holder) for item in PACK.item for holder in ("KR", "JP")]
    groups = warn.alike(told, PACK)
    beside = [w.id for others in groups.values() for w in others]
    assert sorted([*groups, *beside]) == sorted(w.id for w in told)
