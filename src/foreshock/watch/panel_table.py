"""A Parquet file of trade figures, every release a row, becomes a panel; what is odd is told.

Columns: `reporter, partner, hs, ref_month, published, value_usd, qty_kg`. A row is what the
reporter imported from the partner, so that the partner is the exporter whose line is judged. A
column `flow` turns this round where it says exports (`X`, `E`, `export`): there the reporter is
the exporter and the partner the recipient; rows that say neither are left out.
"""

from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt

from foreshock.errors import Misread, Unreadable, WrongUse
from foreshock.watch.panel import Releases

Ints = npt.NDArray[np.int64]

COLUMNS = ("reporter", "partner", "hs", "ref_month", "published", "value_usd", "qty_kg")
#: at most so many series are named in one sentence
NAMED = 5

#: a cell as text; a whole number that a program keeps as a float (2504.0) is that number
_TEXT = "regexp_replace(trim(CAST({} AS VARCHAR)), '^([0-9]+)[.]0$', '\\1')"
#: a month as a number: from a date, 2023-08, 2023-08-01 or 202308
_MONTH = """CASE
  WHEN regexp_matches({0}, '^[0-9]{{4}}-(0[1-9]|1[0-2])([^0-9].*)?$')
    THEN 12 * CAST(substr({0}, 1, 4) AS INT) + CAST(substr({0}, 6, 2) AS INT) - 1
  WHEN regexp_matches({0}, '^[0-9]{{4}}(0[1-9]|1[0-2])([0-3][0-9])?$')
    THEN 12 * CAST(substr({0}, 1, 4) AS INT) + CAST(substr({0}, 5, 2) AS INT) - 1
END"""
_ROWS = """
CREATE TEMP TABLE rows AS SELECT
  {exporter} AS exporter, {recipient} AS recipient, {hs} AS hs,
  {ref} AS ref, {published} AS published,
  {value} AS value, {amount} AS amount, {no_value} AS no_value, {no_amount} AS no_amount,
  row_number() OVER () AS place
FROM read_parquet(?) {where}
"""
#: a figure kept as text: thousands may be parted by commas
_NUMBER = """TRY_CAST(CASE
  WHEN regexp_matches(trim({0}), '^[0-9]{{1,3}}(,[0-9]{{3}})+([.][0-9]+)?$')
  THEN replace(trim({0}), ',', '') ELSE trim({0}) END AS DOUBLE)"""
#: text that stands for a missing figure
_MISSING = "('', 'w', 'n/a', 'na', 'nan', 'null', 'none', '-', '..', '...')"
#: what is wrong with a row: the part of it that is dropped, the condition, the words
_ODD = (
    (
        "row",
        "ref IS NULL OR published IS NULL",
        "hold a month that is none (expected YYYY-MM); left out",
    ),
    (
        "row",
        "exporter IS NULL OR recipient IS NULL OR hs IS NULL OR exporter = '' OR hs = ''",
        "name no reporter, partner or hs; left out",
    ),
    (
        "row",
        "ref > published",
        "are about a month after the one in which they were published; left out",
    ),
    ("amount", "no_amount", "hold a quantity that is no number; not used"),
    ("value", "no_value", "hold a value that is no number; not used"),
    ("amount", "amount < 0 OR isinf(amount)", "hold a negative or infinite quantity; not used"),
    ("value", "value < 0 OR isinf(value)", "hold a negative or infinite value; not used"),
    (
        "amount",
        "amount = 0 AND value > 0",
        "hold a value but no kilograms: the quantity is taken as unknown, not as zero",
    ),
)


def read_panel(path: Path, notices: list[str]) -> Releases:
    """The releases of a Parquet file, in order of publication; oddities go to `notices`.

    Of two rows for the same series, month and month of publication the later in the file counts.
    Raises `WrongUse` for a file that is not there, `Unreadable` for one that is no Parquet,
    `Misread` for one without the columns or without a usable row.
    """
    if not path.exists():
        raise WrongUse(f"{path} is not there", next_step="Check the path.")
    with duckdb.connect() as base:
        _load(base, path)
        if not _count(base, "SELECT count(*) FROM rows"):
            raise Misread(f"{path} has no rows", expected="one row for each release")
        for part, condition, words in _ODD:
            _drop(base, part, condition, words, notices)
        again = _count(
            base,
            "SELECT count(*) - count(DISTINCT (hs, exporter, recipient, ref, published)) FROM rows",
        )
        if again:
            notices.append(
                f"{again} row(s) repeat a series, month and publication; the later row counts."
            )
        _notice_lonely(base, notices)
        found = _releases(base)
    if not len(found.series):
        raise Misread(f"{path} has no usable row", next_step="See what was said of its rows.")
    return found


def _load(base: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        described = base.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    except duckdb.Error:
        raise Unreadable(
            f"{path} cannot be read as Parquet", next_step="Write it anew, or name another file."
        ) from None
    has = {row[0] for row in described}
    missing = [name for name in COLUMNS if name not in has]
    if missing:
        raise Misread(
            f"{path} has no column {', '.join(missing)}", expected=f"columns {', '.join(COLUMNS)}"
        )
    kinds = {row[0]: str(row[1]) for row in described}
    sides = {
        **_figure("value", "value_usd", kinds),
        **_figure("amount", "qty_kg", kinds),
        "exporter": _TEXT.format("partner"),
        "recipient": _TEXT.format("reporter"),
        "hs": _TEXT.format("hs"),
        "where": "",
    }
    if "flow" in has:
        flow = "lower(substr(CAST(flow AS VARCHAR), 1, 1))"
        turned = f"{flow} IN ('x', 'e')"
        here, there = sides["exporter"], sides["recipient"]
        sides |= {
            "exporter": f"CASE WHEN {turned} THEN {there} ELSE {here} END",
            "recipient": f"CASE WHEN {turned} THEN {here} ELSE {there} END",
            "where": f"WHERE {flow} IN ('x', 'e', 'm', 'i')",
        }
    try:
        base.execute(_rows(**sides), [str(path)])
    except duckdb.Error as error:
        raise Unreadable(
            f"{path} breaks off or holds what its columns should not: {str(error).splitlines()[0]}",
            next_step="Write it anew.",
        ) from None


def _figure(name: str, column: str, kinds: dict[str, str]) -> dict[str, str]:
    """How a column of figures is read, and how it is told that a cell of it holds none."""
    if kinds[column] != "VARCHAR":
        return {name: f"TRY_CAST({column} AS DOUBLE)", f"no_{name}": "false"}
    number = _NUMBER.format(column)
    said = f"{column} IS NOT NULL AND lower(trim({column})) NOT IN {_MISSING}"
    return {name: number, f"no_{name}": f"{said} AND {number} IS NULL"}


def _rows(**sides: str) -> str:
    """The statement that reads the file, months as numbers."""
    return _ROWS.format(
        ref=_MONTH.format(_TEXT.format("ref_month")),
        published=_MONTH.format(_TEXT.format("published")),
        **sides,
    )


def _drop(
    base: duckdb.DuckDBPyConnection, part: str, condition: str, words: str, notices: list[str]
) -> None:
    """Drop the rows (or blank the figure) that a condition names, and tell of which series."""
    count = _count(base, f"SELECT count(*) FROM rows WHERE {condition}")
    if not count:
        return
    named = base.execute(
        "SELECT DISTINCT concat_ws(' ', hs, 'from', exporter, 'to', recipient) AS series "
        f"FROM rows WHERE {condition} ORDER BY 1"
    ).fetchall()
    shown = ", ".join(row[0] for row in named[:NAMED])
    more = f" and {len(named) - NAMED} more series" if len(named) > NAMED else ""
    notices.append(f"{count} row(s) {words}: {shown}{more}.")
    if part == "row":
        base.execute(f"DELETE FROM rows WHERE {condition}")
    else:
        base.execute(f"UPDATE rows SET {part} = NULL WHERE {condition}")


def _notice_lonely(base: duckdb.DuckDBPyConnection, notices: list[str]) -> None:
    """Tell how many series can never be judged: too short, or nothing but zeros."""
    for condition, words in (
        ("max(coalesce(amount, 0)) = 0", "hold no quantity above zero"),
        (
            "max(coalesce(amount, 0)) > 0 AND count(DISTINCT ref) < 13",
            "hold fewer than 13 months",
        ),
    ):
        count = _count(
            base,
            "SELECT count(*) FROM (SELECT 1 FROM rows GROUP BY hs, exporter, recipient "
            f"HAVING {condition})",
        )
        if count:
            notices.append(f"{count} series {words}: unknown, they raise nothing by themselves.")


def _count(base: duckdb.DuckDBPyConnection, question: str) -> int:
    answer = base.execute(question).fetchone()
    return int(answer[0]) if answer else 0


def _releases(base: duckdb.DuckDBPyConnection) -> Releases:
    base.execute(
        "CREATE TEMP TABLE lines AS "
        "SELECT *, row_number() OVER (ORDER BY hs, exporter) - 1 AS line FROM "
        "(SELECT DISTINCT hs, exporter FROM rows)"
    )
    base.execute(
        "CREATE TEMP TABLE series AS "
        "SELECT *, row_number() OVER (ORDER BY line, recipient) - 1 AS s FROM "
        "(SELECT DISTINCT line, hs, exporter, recipient FROM rows JOIN lines USING (hs, exporter))"
    )
    lines = base.execute("SELECT hs, exporter FROM lines ORDER BY line").fetchnumpy()
    series = base.execute("SELECT line, recipient FROM series ORDER BY s").fetchnumpy()
    rows = base.execute(
        "SELECT s, ref, published, amount, value FROM rows JOIN series "
        "USING (hs, exporter, recipient) ORDER BY published, place"
    ).fetchnumpy()
    items, line_item = _codes(lines["hs"])
    exporters, line_exporter = _codes(lines["exporter"])
    reporters, series_reporter = _codes(series["recipient"])
    return Releases(
        items=items,
        exporters=exporters,
        reporters=reporters,
        line_item=line_item,
        line_exporter=line_exporter,
        series_line=_ints(series["line"]),
        series_reporter=series_reporter,
        series=_ints(rows["s"]),
        ref=_ints(rows["ref"]),
        published=_ints(rows["published"]),
        amount=np.ma.filled(rows["amount"].astype(np.float64), np.nan),
        value=np.ma.filled(rows["value"].astype(np.float64), np.nan),
    )


def _codes(names: npt.NDArray[np.object_]) -> tuple[tuple[str, ...], Ints]:
    known, codes = np.unique(np.asarray(names, dtype=str), return_inverse=True)
    return tuple(known.tolist()), codes.astype(np.int64)


def _ints(column: npt.NDArray[np.generic]) -> Ints:
    return np.asarray(column).astype(np.int64)
