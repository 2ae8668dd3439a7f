"""XLSX: the first sheet of a workbook; its first row names the columns."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

from foreshock.errors import Unreadable
from foreshock.sources.drafts import Sheet, Sheets
from foreshock.sources.limits import MAX_XLSX_UNPACKED_BYTES, MEGABYTE


def read(data: bytes, name: str) -> Sheets:
    """The sheet that a workbook holds; cells become text as they would stand in a CSV.

    Further sheets are said, not read. Raises `Unreadable` for what is no workbook, or one that
    unpacks to more than the limit.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _refuse_bomb(data, name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        table = book.get_sheet_by_index(0).to_python() if book.sheet_names else []
    except (CalamineError, PasswordError) as error:
        raise _no_workbook(name, str(error)) from None
    lines = [(n, tuple(map(_text, row))) for n, row in enumerate(table, start=1)]
    filled = [(n, row) for n, row in lines if any(cell.strip() for cell in row)]
    if len(filled) < 2:
        raise Unreadable(
            f"{name}: its first sheet has no rows",
            expected="a header row and rows",
            next_step="Move the table to the first sheet.",
        )
    more = len(book.sheet_names) - 1
    notices = (f"{name}: {more} further sheet(s) were not read, only the first.",) if more else ()
    header = tuple(cell.strip().lower() for cell in filled[0][1])
    return Sheets(sheet=Sheet(columns=header, rows=tuple(filled[1:])), notices=notices)


def _refuse_bomb(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            unpacked = sum(part.file_size for part in book.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _no_workbook(name, str(error)) from None
    if unpacked > MAX_XLSX_UNPACKED_BYTES:
        raise Unreadable(
            f"{name}: unpacks to {unpacked / MEGABYTE:.0f} MB",
            expected=f"at most {MAX_XLSX_UNPACKED_BYTES // MEGABYTE} MB",
            next_step="Save the table as .csv.",
        )


def _no_workbook(name: str, reason: str) -> Unreadable:
    return Unreadable(
        f"{name}: cannot be opened as a workbook ({reason[:80]})",
        expected="an .xlsx file without a password",
        next_step="Get the file again, or save the table as .csv.",
    )


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
