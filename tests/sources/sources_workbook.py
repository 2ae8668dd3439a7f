"""Writes the smallest workbook that a reader accepts, to have XLSX files without a writer."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(rows: Sequence[Sequence[str | float]], sheets: int = 1) -> bytes:
    """A workbook whose first sheet holds `rows`; the other sheets are empty."""
    names = range(1, sheets + 1)
    parts = {
        "[Content_Types].xml": _types(names),
        "_rels/.rels": _relations([("rId1", f"{_REL}/officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _relations(
            [(f"rId{n}", f"{_REL}/worksheet", f"worksheets/sheet{n}.xml") for n in names]
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
        + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in names)
        + "</sheets></workbook>",
    }
    for n in names:
        parts[f"xl/worksheets/sheet{n}.xml"] = _sheet(rows if n == 1 else [])
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            # a fixed date, so that the same rows give the same bytes
            book.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return target.getvalue()


def _types(names: range) -> str:
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_OFFICE}.worksheet+xml"/>'
        for n in names
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_OFFICE}.sheet.main+xml"/>'
        f"{sheets}</Types>"
    )


def _relations(rows: list[tuple[str, str, str]]) -> str:
    inside = "".join(f'<Relationship Id="{i}" Type="{t}" Target="{to}"/>' for i, t, to in rows)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _sheet(rows: Sequence[Sequence[str | float]]) -> str:
    lines = []
    for n, row in enumerate(rows, start=1):
        cells = [
            f'<c r="{chr(64 + column)}{n}"><v>{cell}</v></c>'
            if isinstance(cell, float)
            else f'<c r="{chr(64 + column)}{n}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for column, cell in enumerate(row, start=1)
        ]
        lines.append(f'<row r="{n}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
