"""Reads one series, as `foreshock detect` takes it: the columns `timestamp` and `value`."""

from pathlib import Path

from foreshock.errors import Misread, Unreadable
from foreshock.sources.drafts import Sheet
from foreshock.sources.formats import SHEETS
from foreshock.sources.limits import read_bytes
from foreshock.sources.numbers import Number, read_number
from foreshock.sources.periods import KINDS, gaps, is_of, kind_of, places

COLUMNS = ("timestamp", "value")
_INFINITE = frozenset({"inf", "infinity", "1.#inf"})
#: share of the rows that must be good, else the file is refused; the others are told
LEAST_GOOD = 0.75
_NAMED = 5  # lines or stamps named in a sentence; the rest is counted


def read_series(
    path: Path, notices: list[str] | None = None
) -> tuple[list[str], list[float | None]]:
    """The stamps and values of a series in a CSV or XLSX file, in order of time.

    Stamps stay as written. A withheld or missing figure is None, never 0. What is to be said about
    the file (figures without value, rows out of order, repeated stamps, missing periods) is added
    to `notices`, one sentence each. Repeated stamps are kept in the order of the file.
    Raises `Unreadable` or `Misread` naming file and line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "s.csv")
    ...     _ = path.write_text('timestamp,value\\n2025-01,"1,300"\\n2025-02,W\\n')
    ...     read_series(path)
    (['2025-01', '2025-02'], [1300.0, None])
    """
    said: list[str] = [] if notices is None else notices
    reader = SHEETS.get(path.suffix.lower())
    if reader is None:
        raise Unreadable(
            f"{path.name}: is of the kind {path.suffix or '(no suffix)'!r}",
            expected=f"one of {', '.join(SHEETS)}",
            next_step="Save the series as .csv.",
        )
    found = reader(read_bytes(path), path.name)
    said.extend(found.notices)
    rows = _without_strange_stamps(_rows(found.sheet, path.name, said), path.name, said)
    stamps = [stamp for _, stamp, _ in rows]
    kind = kind_of(stamps, path.name)
    at = places(stamps, kind, path.name)
    order = sorted(range(len(rows)), key=at.__getitem__)  # stable: repeats stay as in the file
    if order != list(range(len(rows))):
        said.append(f"{path.name}: the rows were not in order of time and were sorted.")
    _say_what_is_odd([rows[n] for n in order], [at[n] for n in order], path.name, said)
    return [stamps[n] for n in order], [rows[n][2].value for n in order]


def _without_strange_stamps(
    rows: list[tuple[int, str, Number]], name: str, said: list[str]
) -> list[tuple[int, str, Number]]:
    """The rows whose stamp is of the kind that most have; a few others are left out, and said.

    Where many are strange all are given back, for the file to be refused as a whole.
    """
    counts = [(sum(is_of(kind, row[1]) for row in rows), kind) for kind in KINDS]
    most, kind = max(counts, key=lambda pair: pair[0])
    strange = [(line, stamp) for line, stamp, _ in rows if not is_of(kind, stamp)]
    if not strange or most < LEAST_GOOD * len(rows):
        return rows
    named = "; ".join(f"line {line}: {stamp[:30]!r}" for line, stamp in strange[:_NAMED])
    said.append(
        f"{name}: {len(strange)} row(s) were left out, for their timestamp is no {kind.name} of "
        f"the calendar as in the other rows ({named})."
    )
    return [row for row in rows if is_of(kind, row[1])]


def _rows(sheet: Sheet, name: str, said: list[str]) -> list[tuple[int, str, Number]]:
    """Line number, stamp and number of each row; a few cells that hold no number are unknown."""
    missing = [column for column in COLUMNS if column not in sheet.columns]
    if missing:
        raise Misread(
            f"{name} line 1: the columns are {', '.join(sheet.columns)[:80]!r}",
            expected="timestamp,value",
            next_step="Name the columns so in the first line.",
        )
    stamp, value = (sheet.columns.index(column) for column in COLUMNS)
    rows: list[tuple[int, str, Number]] = []
    wrong: list[tuple[str, Misread]] = []
    for line, cells in sheet.rows:
        try:
            number = _number(cells[value], f"{name} line {line}")
        except Misread as error:
            number = Number(value=None, state="missing", note="no number")
            wrong.append((f"line {line}: {cells[value][:30]!r}", error))
        rows.append((line, cells[stamp].strip(), number))
    if len(wrong) > (1 - LEAST_GOOD) * len(rows):
        raise wrong[0][1]
    if wrong:
        named = "; ".join(where for where, _ in wrong[:_NAMED])
        said.append(
            f"{name}: {len(wrong)} cell(s) hold no number that can be read in one way only and "
            f"count as unknown ({named})."
        )
    return rows


def _number(cell: str, where: str) -> Number:
    """A figure; one that is infinite, as programs write it, is unknown and no reason to stop."""
    if cell.strip().lower().lstrip("+-") in _INFINITE:
        return Number(value=None, state="missing", note="an infinite value stands there")
    return read_number(cell, where)


def _say_what_is_odd(
    rows: list[tuple[int, str, Number]], at: list[float], name: str, said: list[str]
) -> None:
    empty = [(line, n) for line, _, n in rows if n.value is None and n.note != "no number"]
    if empty:
        named = "; ".join(f"line {line}: {number.note}" for line, number in empty[:_NAMED])
        said.append(f"{name}: {len(empty)} row(s) hold no figure and count as unknown ({named}).")
    repeated = [rows[n][1] for n in range(1, len(rows)) if at[n] == at[n - 1]]
    if repeated:
        named = ", ".join(dict.fromkeys(repeated[: _NAMED * 2]))
        said.append(
            f"{name}: {len(repeated)} timestamp(s) are repeated ({named}); the rows were kept in "
            "the order of the file."
        )
    absent = gaps([stamp for _, stamp, _ in rows])
    if absent:
        said.append(f"{name}: periods are missing: {absent}.")
