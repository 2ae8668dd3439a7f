"""What persons wrote into the ledger, laid over the pack as known on a day."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from msgspec import structs

from foreshock.errors import RecordError
from foreshock.words.clocks import end_of
from foreshock.words.pack import TABLES, Pack
from foreshock.words.records import Entry
from foreshock.words.tables import row_of

#: tables of the pack into which a person may write -> what people call a row of it
OPEN = {
    "measures": "measure",
    "steps": "step",
    "scopes": "scope",
    "licence_outcomes": "licence",
    "commitments": "commitment",
    "commitment_steps": "promise",
    "answers": "answer",
    "stances": "stance",
}
#: columns that name a row of another table -> that table
BELONGS = {"measure": "measures", "commitment": "commitments"}


def standing_entries(entries: Iterable[Entry], day: date) -> list[Entry]:
    """The entries known by the end of `day` that nobody has corrected or taken back by then.

    In the order in which they were written; those of exercises are left out.
    """
    known = sorted(
        {e.id: e for e in entries if e.clocks.known_at <= end_of(day)}.values(),
        key=lambda e: (e.clocks.known_at, e.id),
    )
    known = [entry for entry in known if entry.nature == "actual"]
    gone = {entry.supersedes for entry in known}
    return [entry for entry in known if entry.id not in gone]


def with_entries(
    pack: Pack, entries: Iterable[Entry], day: date
) -> tuple[Pack, tuple[str, ...], dict[str, Entry]]:
    """The pack with the rows that persons had written by the end of `day`.

    Also a sentence for each entry that cannot be used, and the entries in use by id. A row with the
    key of another stands in its place; `ref` of a written row is the id of its entry.

    >>> with_entries(Pack(), [], date(2026, 1, 1))
    (Pack(...), (), {})
    """
    tables: dict[str, dict[tuple[Any, ...], Any]] = {}
    wrong: list[str] = []
    used: dict[str, Entry] = {}
    for entry in standing_entries(entries, day):
        rows = tables.setdefault(entry.table, rows_by_key(pack, entry.table))
        if entry.withdrawn and not entry.instead_of:
            continue
        rows.pop(tuple(entry.instead_of), None)
        if entry.withdrawn:
            continue
        try:
            row = row_of(TABLES[entry.table][1], entry.row, entry.id)
        except RecordError as error:
            wrong.append(f"{entry.id}, written by {entry.by}, is left out: {error}")
            continue
        rows[key_of(entry.table, row)] = row
        used[entry.id] = entry
    if not tables:
        return pack, (), {}
    over = structs.replace(pack, **{name: tuple(rows.values()) for name, rows in tables.items()})
    return over, (*wrong, *_homeless(over, used)), used


def rows_by_key(pack: Pack, table: str) -> dict[tuple[Any, ...], Any]:
    """The rows of a table by the cells that identify them, as text.

    Raises `RecordError` for a table into which nobody may write.
    """
    if table not in OPEN:
        raise RecordError(f"no table {table!r} to write into", expected=", ".join(OPEN))
    return {key_of(table, row): row for row in getattr(pack, table)}


def key_of(table: str, row: Any) -> tuple[str, ...]:
    """The cells that identify a row, as text; several values parted by "|" as in a file.

    >>> from foreshock.words.reference import MeasureRow
    >>> key_of("measures", MeasureRow(id="M-1", issuer="CN", title="A control"))
    ('M-1',)
    """
    return tuple(cell(getattr(row, column)) for column in TABLES[table][2])


def cell(value: Any) -> str:
    """A value as the text of a cell.

    >>> cell(("min.ga", "min.ge")), cell(None), cell(0.25)
    ('min.ga|min.ge', '', '0.25')
    """
    if value is None:
        return ""
    return "|".join(value) if isinstance(value, tuple) else str(value)


def _homeless(pack: Pack, used: Mapping[str, Entry]) -> list[str]:
    """A sentence for each written row about a measure or promise that the pack does not have."""
    found = []
    for entry in used.values():
        for column, table in BELONGS.items():
            named = entry.row.get(column, "")
            if named and named not in {row.id for row in getattr(pack, table)}:
                found.append(
                    f"{entry.id}, written by {entry.by}, is about the {column} {named}, which is "
                    "not known by this day: it says nothing yet."
                )
    return found
