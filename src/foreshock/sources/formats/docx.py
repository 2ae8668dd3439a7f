"""Word files: the text of the main part, a line for each paragraph, cells parted by bars.

Text that was deleted with changes tracked, headers, footers, notes and comments are left. The file
is a zip of XML; both are opened within limits, and a part that declares entities is refused.
Source: ECMA-376, Office Open XML, part 1.
"""

import io
import zipfile
from pathlib import PurePath
from xml.parsers import expat

from foreshock.errors import Unreadable
from foreshock.sources.drafts import Draft, Drafts
from foreshock.sources.limits import MAX_DOCX_UNPACKED_BYTES, MEGABYTE

_MAIN = "word/document.xml"
_ABOUT = "docProps/core.xml"
_STEP = 65_536  # bytes of XML given to the parser at a time


def read(data: bytes, name: str) -> Drafts:
    """The one draft that a Word file holds.

    It has no day: when the file was made is not when the text was published.
    Raises `Unreadable` for what is no Word file, is locked, unpacks to more than the limit, or
    holds no text.
    """
    main, about = _parts(data, name)
    text = "\n".join(_lines(main, name, ("p", "tr")))
    if not text.strip():
        raise Unreadable(
            f"{name}: holds no text", expected="a Word file with text", next_step="Check the file."
        )
    title = " ".join(_lines(about, name, ("title",))) if about else ""
    return Drafts(drafts=(Draft(name=PurePath(name).stem, text=text, title=title),))


def _parts(data: bytes, name: str) -> tuple[bytes, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            held = set(package.namelist())
            if _MAIN not in held:
                raise _no_word_file(name, "it has no main text")
            main = _part(package, _MAIN, name)
            return main, _part(package, _ABOUT, name) if _ABOUT in held else b""
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        # RuntimeError: a part is encrypted
        raise _no_word_file(name, str(error)) from None


def _part(package: zipfile.ZipFile, part: str, name: str) -> bytes:
    with package.open(part) as file:
        # what the package says of its sizes is not believed
        content = file.read(MAX_DOCX_UNPACKED_BYTES + 1)
    if len(content) > MAX_DOCX_UNPACKED_BYTES:
        raise Unreadable(
            f"{name}: unpacks to more than {MAX_DOCX_UNPACKED_BYTES // MEGABYTE} MB",
            expected="a Word file of text",
            next_step="Save the text as .txt.",
        )
    return content


class _Gathering:
    """Takes the words out of the stream of elements, whatever their depth."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self.lines: list[str] = []
        self._wanted = wanted
        self._words: list[str] = []
        self._in_text = "title" in wanted
        self._rows = 0  # open rows: tables lie inside tables

    def begin(self, tag: str, _: dict[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        if local == "t":
            self._in_text = True
        elif local in ("tab", "br", "cr"):
            self._words.append("\t" if local == "tab" else "\n")
        elif local == "tr":
            self._rows += 1
        elif local == "tc" and self._words:
            self._words.append(" | ")

    def end(self, tag: str) -> None:
        local = tag.rpartition(" ")[2]
        if local == "t":
            self._in_text = False
        elif local == "tr":
            self._rows -= 1
        if local == "p" and self._rows:
            self._words.append(" ")
        elif local in self._wanted:
            line = "".join(self._words).strip(" |")
            if line:
                self.lines.append(line)
            self._words = []
        elif "title" in self._wanted:
            self._words = []

    def text(self, data: str) -> None:
        if self._in_text:
            self._words.append(data)


def _lines(xml: bytes, name: str, wanted: tuple[str, ...]) -> list[str]:
    """The text of each `wanted` element of an XML part."""
    gathering = _Gathering(wanted)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = gathering.begin
    parser.EndElementHandler = gathering.end
    parser.CharacterDataHandler = gathering.text

    def refuse(*_: object) -> None:
        raise _no_word_file(name, "its XML declares entities")

    parser.StartDoctypeDeclHandler = refuse  # the format has no use for one, attackers have
    try:
        for at in range(0, len(xml), _STEP):
            parser.Parse(xml[at : at + _STEP], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _no_word_file(name, str(error)) from None
    return gathering.lines


def _no_word_file(name: str, reason: str) -> Unreadable:
    return Unreadable(
        f"{name}: cannot be opened as a Word file ({reason[:80]})",
        expected="a whole .docx file without a password",
        next_step="Get the file again, or save its text as .txt.",
    )
