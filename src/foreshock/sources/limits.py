"""How large a file may be, by kind: what is larger is refused unread, in one sentence."""

from pathlib import Path

from foreshock.errors import Unreadable

MEGABYTE = 1_000_000

#: suffix -> largest size in bytes; each is what one core reads in some ten seconds or less
MAX_BYTES: dict[str, int] = {
    ".html": 5 * MEGABYTE,
    ".htm": 5 * MEGABYTE,
    ".rss": 10 * MEGABYTE,
    ".atom": 10 * MEGABYTE,
    ".xml": 10 * MEGABYTE,
    ".xlsx": 10 * MEGABYTE,
    ".docx": 20 * MEGABYTE,
    ".eml": 40 * MEGABYTE,
    ".pdf": 40 * MEGABYTE,
}
DEFAULT_MAX_BYTES = 20 * MEGABYTE

#: elements inside elements; the HTML parser drops what lies deeper than 256 without a word
MAX_HTML_DEPTH = 250
#: start and end tags; more take the article finder longer than ten seconds
MAX_HTML_TAGS = 300_000
MAX_PDF_PAGES = 2_000
#: a workbook is a zip: what it may grow to when unpacked
MAX_XLSX_UNPACKED_BYTES = 200 * MEGABYTE
#: the same for the main text of a Word file
MAX_DOCX_UNPACKED_BYTES = 50 * MEGABYTE


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that is there, is not empty and is not too large.

    Raises `Unreadable` otherwise; a file over its limit is judged by its size alone.

    >>> read_bytes(Path("no-such-file.txt"))
    Traceback (most recent call last):
    foreshock.errors.Unreadable: no-such-file.txt: there is no such file. Check the path.
    """
    limit = MAX_BYTES.get(path.suffix.lower(), DEFAULT_MAX_BYTES)
    try:
        if not path.is_file():
            kind = "is a folder or device, no file" if path.exists() else "there is no such file"
            raise Unreadable(f"{path.name}: {kind}", next_step="Check the path.")
        size = path.stat().st_size
        if size > limit:
            raise Unreadable(
                f"{path.name}: has {size / MEGABYTE:.1f} MB",
                expected=f"at most {limit // MEGABYTE} MB for this kind of file",
                next_step="Split it, or keep only the part that matters.",
            )
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unreadable(
            f"{path.name}: cannot be opened ({reason})",
            next_step="Check that it may be read by this user.",
        ) from None
    if not data:
        raise Unreadable(
            f"{path.name}: is empty", expected="some content", next_step="Get the file again."
        )
    return data
