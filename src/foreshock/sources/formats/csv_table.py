"""CSV: a header line, then rows; cells parted by comma, semicolon or tab."""

import csv
import io

from foreshock.errors import Misread, Unreadable
from foreshock.sources.decode import decode
from foreshock.sources.drafts import Sheet, Sheets

SEPARATORS = (",", ";", "\t")


def read(data: bytes, name: str) -> Sheets:
    """The sheet that a CSV file holds; empty lines are left, short and long rows are refused.

    Raises `Misread` naming the line.

    >>> read(b"timestamp;value\\n2025-01;1,300\\n", "s.csv").sheet.rows
    ((2, ('2025-01', '1,300')),)
    """
    decoded = decode(data, name)
    separator = _separator(decoded.text)
    lines = csv.reader(io.StringIO(decoded.text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        header = tuple(cell.strip().lower() for cell in next(lines, []))
        for cells in lines:
            while len(cells) > len(header) and not cells[-1].strip():
                cells.pop()  # separators at the end of a line hold nothing
            if any(cell.strip() for cell in cells):
                _refuse_uneven(cells, header, f"{name} line {lines.line_num}")
                rows.append((lines.line_num, tuple(cells)))
    except csv.Error as error:
        raise Misread(
            f"{name} line {lines.line_num}: {error}",
            expected="comma-separated cells, with quotes around a cell that holds a comma",
            next_step="Correct the line.",
        ) from None
    if not rows:
        raise Unreadable(
            f"{name}: has no rows", expected="a header line and rows", next_step="Add the rows."
        )
    return Sheets(sheet=Sheet(columns=header, rows=tuple(rows)), notices=decoded.notices)


def _separator(text: str) -> str:
    """The separator that occurs most often in the header line."""
    header = text.lstrip("\n").partition("\n")[0]
    return max(SEPARATORS, key=header.count)


def _refuse_uneven(cells: list[str], header: tuple[str, ...], where: str) -> None:
    if len(cells) != len(header):
        raise Misread(
            f"{where}: has {len(cells)} cells",
            expected=f"{len(header)}, as the header has",
            next_step='Put quotes around a value that holds the separator, like "1,300".',
        )
