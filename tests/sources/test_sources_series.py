"""A series is read in order of time; what is odd about it is said."""

from pathlib import Path

import pytest
from sources_workbook import workbook

from foreshock.errors import Misread, Unreadable
from foreshock.sources import read_series


def written(folder: Path, text: str, name: str = "s.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_withheld_and_missing_figures_are_none_and_said(tmp_path: Path) -> None:
    text = 'timestamp,value\n2025-01,"1,300"\n2025-02,W\n2025-03,\u2014\n2025-04,0\n'
    notices: list[str] = []
    stamps, values = read_series(written(tmp_path, text), notices)
    assert stamps == ["2025-01", "2025-02", "2025-03", "2025-04"]
    assert values == [1300.0, None, None, 0.0]
    assert notices == [
        "s.csv: 2 row(s) hold no figure and count as unknown (line 3: withheld by the publisher, "
        "'W'; line 4: a dash stands there)."
    ]


def test_missing_months_are_said(tmp_path: Path) -> None:
    notices: list[str] = []
    read_series(written(tmp_path, "timestamp,value\n2024-11,1\n2025-02,2\n"), notices)
    assert notices == ["s.csv: periods are missing: 2024-12, 2025-01."]


def test_repeated_timestamps_are_kept_in_order_and_said(tmp_path: Path) -> None:
    notices: list[str] = []
    text = "timestamp,value\n2025-01,1\n2025-01,5\n2025-02,2\n"
    assert read_series(written(tmp_path, text), notices)[1] == [1.0, 5.0, 2.0]
    assert "1 timestamp(s) are repeated (2025-01)" in notices[0]


def test_rows_out_of_order_are_sorted_and_said(tmp_path: Path) -> None:
    notices: list[str] = []
    text = "timestamp,value\n2025-02,2\n2025-01,1\n"
    assert read_series(written(tmp_path, text), notices) == (["2025-01", "2025-02"], [1.0, 2.0])
    assert "were sorted" in notices[0]


@pytest.mark.parametrize(
    "stamps",
    [
        ["2024", "2025"],
        ["2024-Q4", "2025-Q1"],
        ["2025-01-31", "2025-02-01"],
        ["2014-04-01 00:00:00", "2014-04-01 00:05:00"],
        ["2014-04-01T00:00:00Z", "2014-04-01T00:05:00+00:00"],
        ["9", "10"],
    ],
)
def test_every_usual_kind_of_timestamp_is_ordered(tmp_path: Path, stamps: list[str]) -> None:
    rows = "".join(f"{stamp},1\n" for stamp in reversed(stamps))
    assert read_series(written(tmp_path, "timestamp,value\n" + rows))[0] == stamps


@pytest.mark.parametrize(
    "stamps", [["03/04/2023", "05/04/2023"], ["2025-01", "February"], ["2025-13", "2025-14"], [""]]
)
def test_timestamps_whose_order_cannot_be_told_are_refused(
    tmp_path: Path, stamps: list[str]
) -> None:
    rows = "".join(f"{stamp},1\n" for stamp in stamps)
    with pytest.raises(Misread, match=r"^s\.csv: the (timestamps are not|period|timestamp)"):
        read_series(written(tmp_path, "timestamp,value\n" + rows))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("month,figure\n2025-01,1\n", "s.csv line 1: the columns are 'month, figure'"),
        ("timestamp,value\n2025-01,1,300\n", "s.csv line 2: has 3 cells, expected 2"),
        ('timestamp,value\n2025-01,"1.234,5"\n', "s.csv line 2: '1.234,5' is no number"),
        ('timestamp,value\n2025-01,"1\n', "s.csv line 2: "),
        ("timestamp,value\n", "s.csv: has no rows"),
        ("timestamp,value\n2025-01," + "x" * 200_000, "s.csv line "),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_line(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises((Misread, Unreadable)) as caught:
        read_series(written(tmp_path, text))
    assert str(caught.value).startswith(sentence)


def test_semicolons_and_tabs_part_cells_too(tmp_path: Path) -> None:
    assert read_series(written(tmp_path, "timestamp;value;\n2025-01;1,300;\n"))[1] == [1300.0]
    assert read_series(written(tmp_path, "Timestamp\tValue\n2025-01\t1 300\n"))[1] == [1300.0]


def test_a_workbook_is_a_series_too(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    path.write_bytes(workbook([["timestamp", "value"], ["2025-01", 1300.5]], sheets=2))
    notices: list[str] = []
    assert read_series(path, notices) == (["2025-01"], [1300.5])
    assert notices == ["s.xlsx: 1 further sheet(s) were not read, only the first."]


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"is of the kind '\.json'"):
        read_series(written(tmp_path, "{}", "s.json"))


def test_a_few_cells_and_stamps_that_cannot_be_read_are_told_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    rows = [f"2024-{n:02d},{n}" for n in range(1, 13)]
    rows[3], rows[7] = "2024-04,soon", "2024-13,8"
    notices: list[str] = []
    found = read_series(written(tmp_path, "timestamp,value\n" + "\n".join(rows)), notices)
    assert len(found[0]) == 11 and "2024-13" not in found[0]
    assert found[1][3] is None
    assert any("1 cell(s) hold no number" in n and "line 5: 'soon'" in n for n in notices)
    assert any("1 row(s) were left out" in n and "line 9: '2024-13'" in n for n in notices)


def test_where_many_cells_are_no_numbers_the_file_is_refused_with_the_first(tmp_path: Path) -> None:
    rows = "".join(f'2024-{n:02d},"1{n},5"\n' for n in range(1, 10))
    with pytest.raises(Misread, match=r"s\.csv line 2: '11,5' is no number"):
        read_series(written(tmp_path, "timestamp,value\n" + rows))
