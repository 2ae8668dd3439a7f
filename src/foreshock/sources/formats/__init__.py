"""File formats, one file each: the bytes of a file become drafts of documents, or a sheet."""

from foreshock.sources.drafts import SheetReader, TextReader
from foreshock.sources.formats import csv_table, docx, feed, html, mail, pdf, text, xlsx_table

#: suffix -> who reads it as texts
TEXTS: dict[str, TextReader] = {
    ".txt": text.read,
    ".md": text.read,
    ".html": html.read,
    ".htm": html.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".eml": mail.read,
    ".rss": feed.read,
    ".atom": feed.read,
    ".xml": feed.read,
}

#: suffix -> who reads it as a table of figures
SHEETS: dict[str, SheetReader] = {
    ".csv": csv_table.read,
    ".xlsx": xlsx_table.read,
}
