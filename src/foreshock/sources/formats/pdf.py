"""PDF: the text layer. A scan has none, and is said to be one."""

from pathlib import PurePath
from typing import Any

from foreshock.errors import Unreadable
from foreshock.sources.drafts import Draft, Drafts
from foreshock.sources.limits import MAX_PDF_PAGES

_LEAST_CHARACTERS_A_PAGE = 20  # fewer on the average page: a scan with stray marks


def read(data: bytes, name: str) -> Drafts:
    """The one draft that a PDF holds: the text of its pages, parted by empty lines.

    It has no day: when the file was made is not when the text was published.
    Raises `Unreadable` for what is no PDF, is locked, has too many pages, or is a scan.
    """
    import pypdfium2  # slow to import: only rounds with PDFs pay for it

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(
            f"{name}: cannot be opened as a PDF ({_reason(error)})",
            expected="a whole PDF without a password",
            next_step="Get the file again, or save a copy without its password.",
        ) from None
    try:
        pages = len(pdf)
        if pages > MAX_PDF_PAGES:
            raise Unreadable(
                f"{name}: has {pages} pages",
                expected=f"at most {MAX_PDF_PAGES}",
                next_step="Split it, or keep only the pages that matter.",
            )
        texts = [_text(pdf, number) for number in range(pages)]
        title = str(pdf.get_metadata_dict().get("Title", "")).strip()
    finally:
        pdf.close()
    text = "\n\n".join(part for part in texts if part)
    if len(text) < _LEAST_CHARACTERS_A_PAGE * pages:
        raise Unreadable(
            f"{name}: is a scan, {pages} page(s) of pictures with {len(text)} characters of text",
            expected="a PDF with a text layer",
            next_step="Run text recognition (OCR) on it first.",
        )
    empty = sum(1 for part in texts if not part)
    notices = (f"{name}: {empty} of {pages} pages hold no text.",) if empty else ()
    draft = Draft(name=PurePath(name).stem, text=text, title=title)
    return Drafts(drafts=(draft,), notices=notices)


def _reason(error: Exception) -> str:
    return str(error).partition("Pdfium: ")[2].rstrip(").").strip() or str(error)[:80]


def _text(pdf: Any, number: int) -> str:
    page = pdf[number]
    text = str(page.get_textpage().get_text_bounded())
    page.close()
    # the reader marks soft hyphens at line ends with U+FFFE; the word goes on
    text = text.replace("\ufffe\r\n", "").replace("\ufffe", "").replace("\r\n", "\n")
    return text.replace("\x00", "").strip()
