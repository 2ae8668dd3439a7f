"""Tables of figures: each row of a sheet becomes an `Observation`, or one sentence of trouble."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from foreshock.errors import ForeshockError, Misread, RecordError
from foreshock.sources.dates import read_day
from foreshock.sources.drafts import Sheet
from foreshock.sources.formats.text import MARKINGS
from foreshock.sources.numbers import read_number
from foreshock.sources.periods import gaps
from foreshock.words.clocks import arrived, span
from foreshock.words.markings import Marking
from foreshock.words.records import Observation, Origin, Struct
from foreshock.words.reference import Series

REQUIRED = ("series", "period", "value", "published")
#: what the series says where the row does not
FROM_SERIES = ("item", "flow", "reporter", "partner", "unit", "code_system", "code", "purity")
#: of these, the ones that a figure cannot do without
NEEDED = ("item", "flow", "reporter", "partner", "unit")
OTHER = ("status", "publisher", "url", "licence", "checked", "note", "marking")
STATUS = ("reported", "derived", "provisional", "disputed", "withheld", "withdrawn")
CHECKED = ("official", "secondary", "unopened")
_WITHOUT_VALUE = ("withheld", "withdrawn")


M = TypeVar("M")


class Figures(Struct, frozen=True, kw_only=True):
    """The observations of a sheet, and what is to be said about it, one sentence each."""

    observations: tuple[Observation, ...]
    notices: tuple[str, ...] = ()


def observations(
    sheet: Sheet, name: str, received: datetime, series: Mapping[str, Series]
) -> Figures:
    """The figures of a sheet whose columns are fields of `Observation`.

    `received` is UTC; `series` gives what a row leaves empty. A row that cannot be read is left
    out and said; so are exact repeats. Two values for one figure are both kept, as disputed.
    Raises `Misread` when a required column is missing.
    """
    missing = [column for column in REQUIRED if column not in sheet.columns]
    if missing:
        raise Misread(
            f"{name} line 1: has no column {', '.join(missing)}",
            expected=f"at least {', '.join(REQUIRED)}",
            next_step="Name the columns so in the first line.",
        )
    twice = sorted({c for c in sheet.columns if c and sheet.columns.count(c) > 1})
    if twice:
        raise Misread(
            f"{name} line 1: has the column {', '.join(twice)[:80]} twice",
            expected="each column once",
            next_step="Remove or rename one of them.",
        )
    left = [c for c in sheet.columns if c and c not in REQUIRED + FROM_SERIES + OTHER]
    said = [f"{name}: column(s) {', '.join(left)} are not known and were left."] if left else []
    found: list[Observation] = []
    for line, cells in sheet.rows:
        row = {c: cell.strip() for c, cell in zip(sheet.columns, cells, strict=True)}
        try:
            found.append(_observation(row, f"{name} line {line}", received, series))
        except ForeshockError as error:
            said.append(f"{error} The row was left out.")
    kept = _without_repeats(found, name, said)
    _say_gaps(kept, name, said)
    return Figures(observations=tuple(kept), notices=tuple(said))


def _observation(
    row: Mapping[str, str], where: str, received: datetime, series: Mapping[str, Series]
) -> Observation:
    described = _described(row, where, series)
    published = read_day(row["published"])
    if published is None:
        raise _wrong(where, "published", row["published"], "a day, YYYY-MM-DD")
    _check_period(row["period"], where)
    value, status, note = _value(row, where)
    return Observation(
        series=row["series"],
        period=row["period"],
        value=value,
        status=status,
        note="; ".join(part for part in (row.get("note", ""), note) if part),
        clocks=arrived(received, published, row["period"]),
        origin=_origin(row, where),
        marking=_one_of(row, "marking", MARKINGS, where, Marking.CLEAR),
        **described,
    )


def _check_period(period: str, where: str) -> None:
    try:
        span(period)
    except RecordError:
        expected = "YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD or a range A..B of them"
        raise _wrong(where, "period", period, expected) from None


def _described(row: Mapping[str, str], where: str, series: Mapping[str, Series]) -> dict[str, str]:
    known = series.get(row["series"])
    described = {c: row.get(c, "") or str(getattr(known, c, "") or "") for c in FROM_SERIES}
    if not row["series"]:
        raise _wrong(where, "series", "", "the id of a series")
    lacking = [column for column in NEEDED if not described[column]]
    if lacking:
        raise Misread(
            f"{where}: {', '.join(lacking)} of the series {row['series'][:60]!r} not given",
            expected="a value in the row, or a series of the pack",
            next_step="Add the columns, or a row to series.csv.",
        )
    return described


def _value(row: Mapping[str, str], where: str) -> tuple[float | None, str, str]:
    """Value, status and note; `Misread` where the publisher gives no figure at all."""
    number = read_number(row["value"], where)
    status = _one_of(row, "status", {s: s for s in STATUS}, where, "reported")
    if number.value is not None or status in _WITHOUT_VALUE:
        return number.value, status, number.note
    if number.state == "withheld":
        return None, "withheld", number.note
    raise Misread(
        f"{where}: holds no figure, {number.note}",
        expected="a number, or W for a withheld one",
        next_step="It counts as unknown, not as 0.",
    )


def _origin(row: Mapping[str, str], where: str) -> Origin:
    checked = _one_of(row, "checked", {c: c for c in CHECKED}, where, "secondary")
    return msgspec.convert(
        {
            "publisher": row.get("publisher", "") or "not stated",
            "url": row.get("url", ""),
            "licence": row.get("licence", ""),
            "checked": checked,
        },
        Origin,
    )


def _one_of(row: Mapping[str, str], column: str, words: Mapping[str, M], where: str, usual: M) -> M:
    stated = row.get(column, "")
    if stated and stated not in words:
        raise _wrong(where, column, stated, f"one of {', '.join(words)}")
    return words[stated] if stated else usual


def _wrong(where: str, column: str, stated: str, expected: str) -> Misread:
    return Misread(
        f"{where}: {column} is {stated[:40]!r}", expected=expected, next_step="Correct the line."
    )


def _without_repeats(found: list[Observation], name: str, said: list[str]) -> list[Observation]:
    values: dict[tuple[object, ...], set[float | None]] = {}
    kept: list[Observation] = []
    repeats = 0
    for row in found:
        before = values.setdefault(_identity(row), set())
        repeats += row.value in before
        kept.extend([] if row.value in before else [row])
        before.add(row.value)
    if repeats:
        said.append(f"{name}: {repeats} row(s) repeat another one and were left out.")
    disputed = {key for key, said_values in values.items() if len(said_values) > 1}
    said.extend(
        f"{name}: {key[0]} {key[1]} stands there with {len(values[key])} values; all are kept as "
        "disputed. Keep the right one."
        for key in sorted(disputed, key=str)
    )
    return [
        msgspec.structs.replace(row, status="disputed") if _identity(row) in disputed else row
        for row in kept
    ]


def _identity(row: Observation) -> tuple[object, ...]:
    """What makes two rows statements about the same figure."""
    return (row.series, row.period, row.clocks.published, row.origin.publisher, row.status)


def _say_gaps(kept: list[Observation], name: str, said: list[str]) -> None:
    periods: dict[str, list[str]] = {}
    for row in kept:
        periods.setdefault(row.series, []).append(row.period)
    for series, stamps in periods.items():
        absent = gaps(stamps)
        if absent:
            said.append(f"{name}: {series} lacks {absent}.")
