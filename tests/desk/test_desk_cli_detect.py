"""`foreshock detect`: a table of figures in, a table of scores out."""

import csv
import math

import duckdb
import pytest


@pytest.fixture
def series(tmp_path):
    def write(text, name="series.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def scored(ended):
    return list(csv.DictReader(ended.out.splitlines()))


def months(count):
    return [f"{2015 + n // 12}-{n % 12 + 1:02}" for n in range(count)]


def steady(count):
    return [1000 + 100 * math.sin(n / 2) + (n * 37 % 11) * 5 for n in range(count)]


def table(stamps, values):
    rows = (f"{stamp},{value:.1f}" for stamp, value in zip(stamps, values, strict=True))
    return "\n".join(("timestamp,value", *rows)) + "\n"


def test_every_row_gets_a_score_from_0_to_1_and_a_collapse_an_alarm(call, series, tmp_path):
    out = tmp_path / "scores.csv"
    ended = call("detect", series(table(months(61), [*steady(60), 4])), "--out", out)
    assert (ended.code, ended.out) == (0, "")
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["timestamp", "value", "score", "alarm"]
    assert [row["timestamp"] for row in rows] == months(61)
    assert all(0 <= float(row["score"]) <= 1 for row in rows)
    assert {row["alarm"] for row in rows} == {"0", "1"}
    assert rows[-1]["alarm"] == "1"


@pytest.mark.parametrize("kept", [7, 24, 59])
def test_what_comes_later_changes_no_row_before_it(call, series, kept):
    values = [*steady(50), *(value / 10 for value in steady(14))]
    whole = call("detect", series(table(months(64), values))).out.splitlines()
    begun = call("detect", series(table(months(kept), values[:kept]))).out.splitlines()
    assert begun == whole[: kept + 1]


def test_figures_as_publishers_print_them_are_read_and_told(call, series):
    text = 'timestamp,value\n2023-01,"1,300"\n2023-02,W\n2023-03,—\n2023-03,1200\n2023-06,1250\n'
    ended = call("detect", series(text))
    assert ended.code == 0
    assert [row["value"] for row in scored(ended)] == ["1300", "", "", "1200", "1250"]
    for said in ("2 row(s) hold no figure", "repeated (2023-03)", "missing: 2023-04, 2023-05"):
        assert said in ended.err


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbftimestamp,value\n2023-01,5.5\n2023-02,6\n",
        b"timestamp;value\r\n2023-01;5.5\r\n2023-02;6\r\n",
        b"Timestamp, Value\n2023-01, 5.5\n2023-02, 6\n",
        "timestamp,value,note\n2023-01,5.5,caf\u00e9\n2023-02,6,d\u00e9j\u00e0\n".encode("cp1252"),
    ],
    ids=["byte-order mark", "semicolons", "capitals and spaces", "cp1252 and a third column"],
)
def test_tables_as_office_programs_write_them_are_read(call, series, text):
    assert [row["value"] for row in scored(call("detect", series(text)))] == ["5.5", "6"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("timestamp,value\n", "has no rows"),
        ("2023-01,5\n2023-02,6\n", "expected timestamp,value"),
        ("date,amount\n2023-01,5\n", "expected timestamp,value"),
        ("timestamp,value\n2023-01,5\nsoon,6\n", "'soon'"),
        ("timestamp,value\n2023-01,5\n2023-02,six\n", "line 3: 'six'"),
        ("timestamp,value\n2023-01,5\n2023-02\n", "line 3: has 1 cells, expected 2"),
        (bytes(range(256)) * 4, "expected a text"),
    ],
    ids="empty bare headless named-otherwise day word short binary".split(),
)
def test_a_table_that_cannot_be_understood_is_told_and_nothing_written(
    call, series, tmp_path, text, said
):
    ended = call("detect", series(text), "--out", tmp_path / "scores.csv")
    assert ended.code == 1
    assert said in ended.err
    assert not (tmp_path / "scores.csv").exists()


def test_a_file_of_another_kind_is_told(call, series):
    ended = call("detect", series("timestamp,value\n2023-01,5\n", "series.txt"))
    assert ended.code == 1
    assert "expected one of .csv, .xlsx" in ended.err


@pytest.fixture
def panel(tmp_path):
    path = tmp_path / "observations.parquet"
    stamps = months(62)
    rows = [
        ("KR", partner, "250410", stamps[n], stamps[n + 2], 2 * kg, kg)
        for partner, level in (("CN", 1.0), ("BR", 0.5))
        for n, kg in enumerate(
            level * (value if partner == "BR" or n < 57 else 0.0)
            for n, value in enumerate(steady(60))
        )
    ]
    said = ", ".join(str(row) for row in rows)
    with duckdb.connect() as base:
        base.execute(
            f"COPY (SELECT * FROM (VALUES {said}) t(reporter, partner, hs, ref_month, published, "
            f"value_usd, qty_kg)) TO '{path}' (FORMAT parquet)"
        )
    return path


def test_a_panel_gives_a_score_for_every_line_and_month_and_tells_the_strongest(
    call, panel, tmp_path
):
    out = tmp_path / "alarms.csv"
    ended = call("detect", "--panel", panel, "--alarms", out)
    assert ended.code == 0
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["hs", "partner", "as_of", "score"]
    assert len(rows) == 2 * 60
    newest = {row["partner"]: float(row["score"]) for row in rows if row["as_of"] == "2020-02"}
    assert newest["CN"] > 6 > newest["BR"]
    assert ended.out.startswith("250410 from CN: since 2019-10 quantity at ")


@pytest.mark.parametrize("waits", [True, False])
def test_whoever_waits_for_the_compiler_is_told_why_and_only_then(
    call, panel, tmp_path, monkeypatch, waits
):
    monkeypatch.setattr("foreshock.watch.compiled.waits", lambda: waits)
    ended = call("detect", "--panel", panel, "--alarms", tmp_path / "alarms.csv")
    assert ended.code == 0
    assert ("compiled for this machine" in ended.err) == waits
    plain = call("detect", "--panel", panel, "--rule", "year-on-year")
    assert "compiled" not in plain.err


def test_words_that_do_not_fit_a_panel_are_refused(call, panel, series):
    assert "--rule is 'magic'" in call("detect", "--panel", panel, "--rule", "magic").err
    both = call("detect", series("timestamp,value\n2023-01,5\n"), "--panel", panel)
    assert (both.code, "one of them" in both.err) == (2, True)
    assert call("detect").code == 2
    assert call("detect", "--panel", panel.parent / "none.parquet").code == 2


def test_new_alarms_are_written_with_onset_split_and_sentence(call, panel, tmp_path):
    new = tmp_path / "new.csv"
    ended = call("detect", "--panel", panel, "--new", new, "--budget", "1")
    assert ended.code == 0
    with new.open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["partner"], row["direction"]) for row in rows] == [("CN", "fall")]
    assert rows[0]["since"] == "2019-10" and rows[0]["recipients"] == "KR=0.00"
    assert len({row["as_of"] for row in rows}) == len(rows)
    by_rate = call("detect", "--panel", panel, "--new", new, "--rate", "0.1")
    assert by_rate.code == 0 and "CN" in new.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--budget", "0"), "--budget is 0"),
        (("--rate", "3"), "--rate is 3"),
        (("--rate", "0.1", "--rule", "year-on-year"), "no evidence"),
        (("--evaluate", "--cases", "none.csv"), "none.csv is not there"),
    ],
)
def test_policies_that_are_none_are_refused(call, panel, words, said):
    ended = call("detect", "--panel", panel, *words)
    assert (ended.code, said in ended.err) == (2, True)


def test_the_kit_measures_on_the_figures_of_a_panel(call, panel, tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text("hs,partner,onset\n250410,CN,2019-10\n250410,XX,2019-10\n")
    out = tmp_path / "quality.csv"
    ended = call(
        "detect", "--evaluate", "--panel", panel, "--cases", cases, "--rule", "year-on-year",
        "--out", out,
    )  # fmt: skip
    assert ended.code == 0 and "the panel has no 250410 from XX; unused" in ended.err
    with out.open() as file:
        rows = list(csv.DictReader(file))
    assert {row["data"] for row in rows} >= {"real cases"}
    assert {row["lag"] for row in rows} == {"as published", "none"}
    case = next(
        r for r in rows if (r["data"], r["group"], r["budget"]) == ("real cases", "all", "2")
    )
    assert float(case["recall"]) == 1.0


def test_the_kit_refuses_cases_that_say_nothing(call, panel, tmp_path):
    cases = tmp_path / "cases.csv"
    cases.write_text("hs,partner\n")
    assert "no column onset" in call("detect", "--evaluate", "--panel", panel, "--cases", cases).err
    cases.write_text("hs,partner,onset\n250410,CN,soon\n")
    ended = call("detect", "--evaluate", "--panel", panel, "--cases", cases)
    assert "line 2: onset is 'soon'" in ended.err
    assert "expected --panel" in call("detect", "--evaluate", "--cases", cases).err


def test_an_infinite_value_is_unknown_and_the_rest_is_scored(call, series):
    values = [*steady(60), float("inf"), 4]
    ended = call("detect", series(table(months(62), values)))
    assert ended.code == 0 and "an infinite value stands there" in ended.err
    rows = list(csv.DictReader(ended.out.splitlines()))
    assert rows[60]["score"] == "0.000000" and rows[61]["alarm"] == "1"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: [*rows, ("2015-04", 9999.0)], "are given for one period"),
        (lambda rows: [row for row in rows for _ in (0, 1)], "60 timestamp(s) are repeated"),
        (lambda rows: [*rows[:40], *((t, v / 1000) for t, v in rows[40:])], "next to nothing?"),
        (lambda rows: [*rows[:40], *((t, v * 1000) for t, v in rows[40:])], "slip of the unit"),
        (lambda rows: rows[::-1], "not in order of time"),
        (lambda rows: [*rows[:40], (rows[40][0], 1e300), *rows[41:]], "beyond all scale"),
    ],
    ids="two-values repeated thousandth thousandfold backwards beyond".split(),
)
def test_trouble_in_a_series_is_told_and_raises_no_alarm(call, series, change, said):
    rows = list(zip(months(60), steady(60), strict=True))
    usual = scored(call("detect", series(table(months(60), steady(60)))))
    assert not any(row["alarm"] == "1" for row in usual)
    changed = change(rows)
    ended = call("detect", series("timestamp,value\n" + "".join(f"{t},{v}\n" for t, v in changed)))
    assert ended.code == 0
    assert said in ended.err
    assert len(scored(ended)) == len(changed)
    assert not any(row["alarm"] == "1" for row in scored(ended))


def test_releases_of_months_to_come_are_told_and_left_out_of_a_panel(call, panel, tmp_path):
    ended = call("detect", "--panel", panel)
    late = tmp_path / "late.parquet"
    duckdb.sql(
        f"COPY (SELECT * FROM '{panel}' UNION ALL SELECT * REPLACE ('2091-01' AS ref_month, "
        f"'2091-02' AS published) FROM '{panel}') TO '{late}' (FORMAT parquet)"
    )
    told = call("detect", "--panel", late)
    assert "are dated as published in months to come (2091-02); left out" in told.err
    assert told.out == ended.out
