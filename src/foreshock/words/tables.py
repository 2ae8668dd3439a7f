"""Reads a table of the pack: a CSV file into frozen rows, every problem with file and line.

A column is a field of the row's class; a missing or unknown column is a problem, an empty cell
takes the field's default, a cell of a `tuple` field holds several values parted by `|`.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import FieldInfo, fields

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
        problems.append(f"{path.name}:1: {_strange(unknown, kind)}")
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


def _strange(unknown: list[str], kind: type[msgspec.Struct]) -> str:
    other = next((mark for mark in (";", "\t") if any(mark in name for name in unknown)), "")
    if other:
        return f"the columns are parted by {other!r}; save the file with commas"
    known = ", ".join(name for name in kind.__struct_fields__ if name != "ref")
    return f"unknown column(s) {', '.join(unknown) or '(no header)'}, expected some of {known}"


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
    told = dict(zip(header, cells, strict=True))
    row, wrong = _converted(kind, told, several, f"pack:{path.name}:{line}")
    problems.extend(f"{path.name}:{line}: {sentence}" for sentence in wrong)
    return row


def _converted(
    kind: type[T], told: Mapping[str, str], several: set[str], ref: str
) -> tuple[T | None, list[str]]:
    """The row, or what is wrong with each of its cells."""
    values: dict[str, Any] = {}
    for name, cell in told.items():
        cell = cell.strip()
        if cell:
            values[name] = [c.strip() for c in cell.split("|")] if name in several else cell
    if "ref" in kind.__struct_fields__:
        values["ref"] = ref
    try:
        row = msgspec.convert(values, kind, strict=False)
        sound = all(isfinite(getattr(row, name) or 0) for name in _numbers(kind))
    except msgspec.ValidationError:
        sound = False
    if sound:
        return row, []
    return None, [said for field in fields(kind) if (said := _wrong(field, values, _hints(kind)))]


@cache
def _numbers(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The columns that hold fractions or amounts."""
    return tuple(n for n, hint in _hints(kind).items() if float in (hint, *get_args(hint)))


def _wrong(field: FieldInfo, values: Mapping[str, Any], hints: Mapping[str, Any]) -> str:
    """What is wrong with one cell, in a sentence; empty if nothing is."""
    name, hint = field.name, hints[field.name]
    if name not in values:
        return f"{name} is empty or missing, but must be given" if field.required else ""
    try:
        made = msgspec.convert(values[name], hint, strict=False)
    except msgspec.ValidationError:
        return f"{name} {values[name]!r} is {_expected(hint)}"
    finite = not isinstance(made, float) or isfinite(made)
    return "" if finite else f"{name} {values[name]!r} is no number"


def _expected(hint: Any) -> str:
    """What a cell is not, by the type of its column.

    >>> _expected(float | None), _expected(Literal["a", "b", ""])
    ('no number', 'none of a, b')
    """
    if get_origin(hint) is Literal:
        return f"none of {', '.join(word for word in get_args(hint) if word)}"
    kinds = {hint, *get_args(hint)}
    if date in kinds:
        return "no day written YYYY-MM-DD"
    return (
        "no whole number" if int in kinds else "no number" if float in kinds else "not of its form"
    )


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
    row, wrong = _converted(kind, told, several, ref)
    if row is None:
        raise RecordError(f"the row cannot be read: {'; '.join(wrong)}")
    return row


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(kind)


def refuse(problems: list[str]) -> None:
    """Refuse the pack if anything was found, naming everything at once."""
    if problems:
        raise PackError(problems)
