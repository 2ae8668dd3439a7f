"""Rows of a table become observations; nothing is filled in, nothing is left out unsaid."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from foreshock import sources
from foreshock.errors import Misread
from foreshock.words.markings import Marking
from foreshock.words.pack import Pack, load
from foreshock.words.reference import Figure, Output, Series

RECEIVED = datetime(2026, 1, 2, 12, tzinfo=UTC)
GALLIUM = Series(
    id="cn_exports_gallium",
    item="min.ga",
    title="Exports of gallium from China",
    flow="exports",
    reporter="CN",
    partner="world",
    unit="kg",
)
HEADER = "series,period,value,published,publisher\n"


def read(folder: Path, text: str) -> sources.Harvest:
    path = folder / "f.csv"
    path.write_text(text, "utf-8")
    return sources.read_file(path, RECEIVED, series={GALLIUM.id: GALLIUM})


def test_the_series_gives_what_the_row_leaves_empty(tmp_path: Path) -> None:
    text = HEADER + 'cn_exports_gallium,2023-07,"5,150",2023-09-20,nasdaq.com\n'
    (row,) = read(tmp_path, text).observations
    assert (row.item, row.flow, row.unit, row.value) == ("min.ga", "exports", "kg", 5150.0)
    assert row.clocks.known_at.date() == date(2023, 9, 20)
    assert (row.clocks.happened, row.origin.publisher) == ("2023-07", "nasdaq.com")


def test_a_withheld_figure_is_kept_without_a_value(tmp_path: Path) -> None:
    (row,) = read(tmp_path, HEADER + "cn_exports_gallium,2023-07,W,2023-09-20,x\n").observations
    assert (row.value, row.status) == (None, "withheld")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("cn_exports_gallium,2023-07,,2023-09-20,x", "holds no figure, the cell is empty"),
        ("cn_exports_gallium,2023-07,\u2014,2023-09-20,x", "holds no figure, a dash stands there"),
        ("cn_exports_gallium,2023-07,>5,2023-09-20,x", "only a bound was published"),
        ("cn_exports_gallium,2023-07,many,2023-09-20,x", "'many' is no number"),
        ("cn_exports_gallium,July,5,2023-09-20,x", "period is 'July', expected YYYY"),
        ("cn_exports_gallium,2023-07,5,20/09/2023,x", "published is '20/09/2023'"),
        ("unknown,2023-07,5,2023-09-20,x", "item, flow, reporter, partner, unit of the series"),
        (",2023-07,5,2023-09-20,x", "series is ''"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_said(
    tmp_path: Path, row: str, sentence: str
) -> None:
    good = "cn_exports_gallium,2023-08,0,2023-09-20,x\n"
    harvest = read(tmp_path, HEADER + row + "\n" + good)
    assert [kept.value for kept in harvest.observations] == [0.0]
    (said,) = harvest.health.trouble
    assert said.startswith("f.csv line 2: ")
    assert sentence in said
    assert said.endswith("The row was left out.")


def test_repeats_are_left_out_and_said(tmp_path: Path) -> None:
    row = "cn_exports_gallium,2023-07,5,2023-09-20,x\n"
    harvest = read(tmp_path, HEADER + row * 3)
    assert len(harvest.observations) == 1
    assert harvest.health.trouble == ("f.csv: 2 row(s) repeat another one and were left out.",)


def test_two_values_for_one_figure_are_both_kept_as_disputed(tmp_path: Path) -> None:
    rows = "cn_exports_gallium,2023-07,{},2023-09-20,x\n"
    harvest = read(tmp_path, HEADER + rows.format(5) + rows.format(7))
    assert [(o.value, o.status) for o in harvest.observations] == [
        (5.0, "disputed"),
        (7.0, "disputed"),
    ]
    assert "stands there with 2 values" in harvest.health.trouble[0]


def test_a_revision_published_later_is_no_dispute(tmp_path: Path) -> None:
    rows = "cn_exports_gallium,2023-07,5,2023-09-20,x\ncn_exports_gallium,2023-07,6,2023-10-20,x\n"
    harvest = read(tmp_path, HEADER + rows)
    assert [o.status for o in harvest.observations] == ["reported", "reported"]
    assert harvest.health.trouble == ()


def test_missing_months_and_unknown_columns_are_said(tmp_path: Path) -> None:
    text = (
        "series,period,value,published,colour\n"
        "cn_exports_gallium,2023-07,5,2023-09-20,red\n"
        "cn_exports_gallium,2023-09,5,2023-11-20,red\n"
    )
    assert read(tmp_path, text).health.trouble == (
        "f.csv: column(s) colour are not known and were left.",
        "f.csv: cn_exports_gallium lacks 2023-08.",
    )


def test_a_table_without_a_required_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misread, match=r"^f\.csv line 1: has no column value, published"):
        read(tmp_path, "series,period\nx,2023-07\n")


def test_a_marking_is_taken_and_a_wrong_one_is_never_taken_for_clear(tmp_path: Path) -> None:
    text = (
        "series,period,value,published,marking\n"
        "cn_exports_gallium,2023-07,5,2023-09-20,TLP:AMBER\n"
        "cn_exports_gallium,2023-08,5,2023-09-20,internal\n"
    )
    harvest = read(tmp_path, text)
    assert [o.marking for o in harvest.observations] == [Marking.AMBER]
    assert "marking is 'internal'" in harvest.health.trouble[0]


def test_rows_of_the_pack_whose_source_is_unopened_are_left_out_and_counted() -> None:
    figure = Figure(
        series=GALLIUM.id,
        period="2023-07",
        value=5.0,
        published=date(2023, 9, 20),
        publisher="x",
        checked="secondary",
    )
    unopened = Figure(
        series=GALLIUM.id, period="2023-08", value=0.0, published=date(2023, 9, 20),
        checked="unopened",
    )  # fmt: skip
    output = Output(
        item="min.ga", stage="refinery", country="CN", year=2022, tonnes=540.0,
        publisher="U.S. Geological Survey", source_date=date(2023, 1, 31), checked="official",
    )  # fmt: skip
    pack = Pack(series=(GALLIUM,), figures=(figure, unopened), production=(output,))
    harvest = sources.from_pack(pack, RECEIVED)
    assert [(o.series, o.flow, o.unit, o.value) for o in harvest.observations] == [
        ("cn_exports_gallium", "exports", "kg", 5.0),
        ("production:min.ga:refinery:CN", "output", "t", 540.0),
    ]
    assert all(o.clocks.backfilled for o in harvest.observations)
    assert harvest.health.trouble[0].startswith("observations.csv: 1 row(s) were left out")


def test_the_shipped_pack_is_read_whole() -> None:
    harvest = sources.from_pack(load(), RECEIVED)
    health = harvest.health
    assert health.state == "fine"
    assert all(d.clocks.published and d.publisher and d.url for d in harvest.documents)
    assert all(o.origin.publisher and o.clocks.published for o in harvest.observations)
    assert not [line for line in health.trouble if line.startswith("pack: ")]


def test_a_column_named_twice_is_refused_not_chosen_from(tmp_path: Path) -> None:
    text = "series,period,value,value,published\ncn_exports_gallium,2023-07,5,6,2023-09-20\n"
    with pytest.raises(Misread, match="has the column value twice"):
        read(tmp_path, text)
