"""Reads a table of the pack: a CSV file into frozen rows, every problem with file and line.

A column is a field of the row's class; a missing or unknown column is a problem, an empty cell
takes the field's default, a cell of a `tuple` field holds several values parted by `|`.
"""

import csv
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_origin, get_type_hints

import msgspec

from foreshock.errors import PackError, RecordError

T = TypeVar("T", bound=msgspec.Struct)


def at(row: Any, fallback: str = "row") -> str:
    """Where a row stands, "file:line"; `fallback` for rows that no file holds."""
    return str(getattr(row, "ref", "") or fallback).removeprefix("pack:")


def read_table(path: Path, kind: type[T], problems: list[str]) -> tuple[T, ...]:
    """The rows of one file; what is wrong is added to `problems`, one sentence each.

    A row with a problem is left out here; the caller refuses the whole pack if any was found.
    """
    text = _text(path, problems)
    if text is None:
        return ()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    hints = get_type_hints(kind)
    several = {name for name, hint in hints.items() if get_origin(hint) is tuple}
    try:
        header = next(reader, [])
    except csv.Error as error:
        problems.append(f"{path.name}:1: {error}")
        return ()
    unknown = [name for name in header if name not in hints]
    if unknown or not header:
        problems.append(
            f"{path.name}:1: unknown column(s) {', '.join(unknown) or '(no header)'}, "
            f"expected some of {', '.join(kind.__struct_fields__)}"
        )
        return ()
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        problems.append(f"{path.name}:1: column(s) {', '.join(twice)} stand there twice")
        return ()
    rows: list[T] = []
    try:
        for cells in reader:
            if cells:
                row = _row(path, reader.line_num, header, cells, kind, several, problems)
                rows.extend([row] if row is not None else [])
    except csv.Error as error:
        problems.append(f"{path.name}:{reader.line_num}: {error}")
    return tuple(rows)


def _text(path: Path, problems: list[str]) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(f"{path.name}: byte {error.start} is not UTF-8; save the file as UTF-8")
        return None


def _row(
    path: Path,
    line: int,
    header: list[str],
    cells: list[str],
    kind: type[T],
    several: set[str],
    problems: list[str],
) -> T | None:
    if len(cells) != len(header):
        problems.append(f"{path.name}:{line}: {len(cells)} cells, expected {len(header)}")
        return None
    try:
        told = dict(zip(header, cells, strict=True))
        return _converted(kind, told, several, f"pack:{path.name}:{line}")
    except msgspec.ValidationError as error:
        problems.append(f"{path.name}:{line}: {error}")
        return None


def _converted(kind: type[T], told: Mapping[str, str], several: set[str], ref: str) -> T:
    values: dict[str, Any] = {}
    for name, cell in told.items():
        cell = cell.strip()
        if cell:
            values[name] = [c.strip() for c in cell.split("|")] if name in several else cell
    if "ref" in kind.__struct_fields__:
        values["ref"] = ref
    return msgspec.convert(values, kind, strict=False)


def row_of(kind: type[T], told: Mapping[str, str], ref: str = "") -> T:
    """The row that these cells tell, by column, as a line of a file would.

    Raises `RecordError` for a column that the table does not have, or a cell that cannot be.

    >>> from foreshock.words.reference import StepRow
    >>> told = {"measure": "M", "step": "ended", "date": "2026", "published": "2026-02-03"}
    >>> row_of(StepRow, told).published
    datetime.date(2026, 2, 3)
    """
    hints = _hints(kind)
    unknown = [name for name in told if name not in hints or name == "ref"]
    if unknown:
        known = ", ".join(name for name in hints if name != "ref")
        raise RecordError(f"no column {', '.join(unknown)}", expected=f"some of {known}")
    several = {name for name, hint in hints.items() if get_origin(hint) is tuple}
    try:
        return _converted(kind, told, several, ref)
    except msgspec.ValidationError as error:
        raise RecordError(f"the row cannot be read: {error}") from None


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(kind)


def refuse(problems: list[str]) -> None:
    """Refuse the pack if anything was found, naming everything at once."""
    if problems:
        raise PackError(problems)
