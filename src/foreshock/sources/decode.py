"""Turns bytes into text: which encoding a file is in, or that it is no text at all.

In this order: a byte-order mark, UTF-8, what the file declares, UTF-8 with a few broken bytes, and
the candidates of `encodings.toml`, judged by how many of their characters are common ones. Bytes
that do not fit are marked U+FFFD and said when they are fewer than 1 in 1000; more are refused,
since a text full of holes can hold another number than the one printed.
"""

import codecs
import re
import tomllib
from functools import cache
from pathlib import Path

import msgspec

from foreshock.errors import Unreadable
from foreshock.words.records import Struct

BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: first bytes -> what the file really is
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF (name it .pdf)"),
    (b"PK\x03\x04", "a zip or an office file"),
    (b"\xd0\xcf\x11\xe0", "an old office file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"(\xb5/\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)

MARK = "\ufffd"
_SAMPLE_BYTES = 100_000  # enough to tell the encoding of a text of any length
_MAX_CONTROL_SHARE = 0.005  # control characters in a text that is one
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_NON_ASCII_BYTE = re.compile(rb"[\x80-\xff]")
_NON_ASCII_RUN = re.compile(r"[^\x00-\x7f]+")
_HALF = re.compile("[\ud800-\udfff]")
_KANA = ("\u3041", "\u30fe")
_UTF8_NAMES = frozenset({"utf-8", "utf8", "unicode-1-1-utf-8"})


class Candidate(Struct, frozen=True, kw_only=True):
    """An encoding that a text may be in, and the characters by which it is told."""

    codec: str
    script: str
    names: tuple[str, ...]
    common: frozenset[str] = frozenset()
    same_as: str = ""


class Rules(Struct, frozen=True, kw_only=True):
    """The table `encodings.toml`."""

    least_score: float
    largest_bad_share: float
    encoding: tuple[Candidate, ...]


class Decoded(Struct, frozen=True, kw_only=True):
    """A text, the encoding it was in, and what is to be said about it."""

    text: str
    encoding: str
    notices: tuple[str, ...] = ()


class _Try(Struct, frozen=True, kw_only=True):
    text: str
    encoding: str
    bad: int
    first_bad: int


@cache
def rules() -> Rules:
    """The table of encodings, read once."""
    table = tomllib.loads((Path(__file__).parent / "encodings.toml").read_text("utf-8"))
    common = {row["codec"]: "".join(row.get("common", "").split()) for row in table["encoding"]}
    for row in table["encoding"]:
        row["common"] = list(common[row.get("same_as", row["codec"])])
    return msgspec.convert(table, Rules)


def decode(data: bytes, name: str, declared: str = "") -> Decoded:
    """The text that `data` holds, with line ends as "\\n" and no byte-order mark.

    `name` is the file's name, for messages; `declared` the encoding that the file itself names.
    Raises `Unreadable` for what is no text, or is broken in more than one byte of a thousand.

    >>> decode("石墨物项出口管制".encode("gb18030"), "notice.txt").encoding
    'gb18030'
    >>> decode(b"caf\\xe9 au lait", "menu.txt").text
    'café au lait'
    """
    if not data.strip():
        raise Unreadable(
            f"{name}: holds nothing but space", expected="a text", next_step="Get the file again."
        )
    best, notices = _best(data, name, declared.strip().lower())
    if best.bad:
        if best.bad > rules().largest_bad_share * len(data):
            raise _broken(best, len(data), name)
        notices.append(
            f"{name}: {best.bad} byte(s) are no {best.encoding}, the first at byte "
            f"{best.first_bad}; they are shown as {MARK}."
        )
    controls = sum(1 for _ in _CONTROL.finditer(best.text))
    if controls > _MAX_CONTROL_SHARE * len(best.text):
        raise _no_text(name, "a file of control characters")
    text = best.text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text=text, encoding=best.encoding, notices=tuple(notices))


def whole(text: str) -> str:
    """The text with U+FFFD for each half of a character: file names may hold such, no record can.

    >>> whole("caf\\udce9.txt") == "caf\\ufffd.txt"
    True
    """
    return _HALF.sub(MARK, text)


def _best(data: bytes, name: str, declared: str) -> tuple[_Try, list[str]]:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _try(data[len(mark) :], encoding), []
    _refuse_binary(data, name)
    utf8 = _try(data, "utf-8")
    if not utf8.bad:
        return utf8, []
    notices: list[str] = []
    if declared and declared not in _UTF8_NAMES:
        codec = {n: c.codec for c in rules().encoding for n in c.names}.get(declared)
        if codec is None:
            notices.append(
                f"{name}: declares the unknown encoding {declared[:40]!r}; it was told "
                "by its characters instead."
            )
        else:
            found = _try(data, codec)
            if found.bad <= rules().largest_bad_share * len(data):
                return found, notices
    if _mostly_utf8(utf8):
        return utf8, notices
    guess = _guess(data)
    if guess is None:
        raise _broken(utf8, len(data), name)
    if declared in _UTF8_NAMES:
        notices.append(f"{name}: declares UTF-8 but is {guess}; it was read as {guess}.")
    return _try(data, guess), notices


def _try(data: bytes, encoding: str) -> _Try:
    try:
        return _Try(text=data.decode(encoding), encoding=encoding, bad=0, first_bad=-1)
    except UnicodeDecodeError as error:
        text = data.decode(encoding, "replace")
        return _Try(text=text, encoding=encoding, bad=text.count(MARK), first_bad=error.start)


def _mostly_utf8(found: _Try) -> bool:
    """Whether it is UTF-8 with faults: other encodings hardly ever form whole UTF-8 characters."""
    whole = sum(1 for c in found.text if c > "\x7f") - found.bad
    return whole > 10 * found.bad


def _guess(data: bytes) -> str | None:
    first = _NON_ASCII_BYTE.search(data)
    start = first.start() if first else 0
    sample = data[start : start + _SAMPLE_BYTES]
    scored = [(score(_start_of(sample, c.codec), c), c.codec) for c in rules().encoding]
    best, codec = max(scored, key=lambda pair: pair[0])
    return codec if best >= rules().least_score else None


def _start_of(sample: bytes, codec: str) -> str:
    # an incremental decoder keeps back a character that the end of the sample cuts in two
    return codecs.getincrementaldecoder(codec)("replace").decode(sample)


def score(text: str, candidate: Candidate) -> float:
    """Share, 0..1, of the non-ASCII characters of a text that are common in a script.

    In Latin script accented letters stand alone or in pairs; longer runs count as uncommon.

    >>> latin = rules().encoding[-1]
    >>> score("déjà vu", latin), score("ÊéÈë", latin)
    (1.0, 0.0)
    """
    total = common = 0
    for run in _NON_ASCII_RUN.findall(text):
        total += len(run)
        if candidate.script != "Latin" or len(run) <= 2:
            common += sum(1 for c in run if _is_common(c, candidate))
    return common / total if total else 0.0


def _is_common(character: str, candidate: Candidate) -> bool:
    kana = candidate.script == "Japanese" and _KANA[0] <= character <= _KANA[1]
    return kana or character in candidate.common


def _refuse_binary(data: bytes, name: str) -> None:
    for magic, what in MAGIC:
        if data.startswith(magic):
            raise _no_text(name, what)
    if b"\x00" in data:
        raise _no_text(name, "binary, or UTF-16 without a byte-order mark")


def _no_text(name: str, what: str) -> Unreadable:
    return Unreadable(
        f"{name}: is {what}",
        expected="a text",
        next_step="Leave it out, or save its text as UTF-8.",
    )


def _broken(found: _Try, size: int, name: str) -> Unreadable:
    return Unreadable(
        f"{name}: byte {found.first_bad} is no {found.encoding}, "
        f"and {found.bad} of {size} bytes do not fit",
        expected="UTF-8, or whole GB18030, Big5, EUC-KR, Shift-JIS, EUC-JP or Windows-1252",
        next_step="Get the file again, or save it as UTF-8.",
    )
