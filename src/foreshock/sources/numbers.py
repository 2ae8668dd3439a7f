"""The one reader of numbers: what publishers print in a cell, and what it means.

A sign for a missing or withheld figure becomes `None` with a note, never zero. What can be read in
two ways (1.234,5 or 1,5) is refused: guessing would be a silent factor of a thousand.
"""

import math
import re
import unicodedata
from typing import Literal

from foreshock.errors import Misread
from foreshock.words.records import Struct

State = Literal["reported", "withheld", "missing", "bounded"]


class Number(Struct, frozen=True, kw_only=True):
    """What a cell says: a value, or why there is none."""

    value: float | None
    state: State = "reported"
    note: str = ""


#: what publishers print instead of a figure, in lower case -> (state, what it says)
SIGNS: dict[str, tuple[State, str]] = {
    "": ("missing", "the cell is empty"),
    "-": ("missing", "a dash stands there"),
    "--": ("missing", "a dash stands there"),
    "\u2013": ("missing", "a dash stands there"),
    "\u2014": ("missing", "a dash stands there"),
    "\u2212": ("missing", "a dash stands there"),
    ".": ("missing", "a dot stands there"),
    "..": ("missing", "dots stand there"),
    "...": ("missing", "dots stand there"),
    ":": ("missing", "':' stands there, Eurostat's sign for not available"),
    "n/a": ("missing", "not available"),
    "na": ("missing", "not available"),
    "n.a.": ("missing", "not available"),
    "nan": ("missing", "not a number"),
    "null": ("missing", "not available"),
    "none": ("missing", "not available"),
    "w": ("withheld", "withheld by the publisher, 'W'"),
    "(d)": ("withheld", "withheld by the publisher, '(D)'"),
    "c": ("withheld", "confidential, 'c'"),
    "withheld": ("withheld", "withheld by the publisher"),
    "confidential": ("withheld", "confidential"),
}

_MAX_CHARACTERS = 60  # a longer cell is no number; keeps messages and patterns short
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}((,\d{3})+|( \d{3})+)(\.\d+)?")
_BOUND = re.compile(r"[<>\u2264\u2265~]\s*(.+)", re.DOTALL)


def read_number(cell: str, where: str) -> Number:
    """The number that a cell holds; `where` (file and line) begins the message if it holds none.

    Thousands may be parted by commas or spaces, the decimal mark is a point. A mere bound
    (">2,000,000") is no figure: its value is None and the note keeps what was printed.
    Raises `Misread` for anything else, and for what can be read in two ways.

    >>> read_number("1,300", "a.csv line 2").value, read_number(" 1 300 ", "a.csv line 3").value
    (1300.0, 1300.0)
    >>> read_number("W", "a.csv line 4")
    Number(value=None, state='withheld', note="withheld by the publisher, 'W'")
    >>> read_number("1.234,5", "a.csv line 5")
    Traceback (most recent call last):
    foreshock.errors.Misread: a.csv line 5: '1.234,5' is no number that can be read in one way \
only, expected digits with a decimal point, or a sign for a missing figure such as W or n/a. \
Write it like 1234.5.
    """
    text = cell.strip() if len(cell) <= _MAX_CHARACTERS else cell[: _MAX_CHARACTERS + 1]
    if text.lower() in SIGNS:
        state, note = SIGNS[text.lower()]
        return Number(value=None, state=state, note=note)
    bound = _BOUND.fullmatch(text)
    value = _value(bound[1] if bound else text)
    if value is None:
        raise Misread(
            f"{where}: {cell[:_MAX_CHARACTERS]!r} is no number that can be read in one way only",
            expected="digits with a decimal point, or a sign for a missing figure such as W or n/a",
            next_step="Write it like 1234.5.",
        )
    if bound:
        return Number(value=None, state="bounded", note=f"only a bound was published: {text}")
    return Number(value=value)


def _value(text: str) -> float | None:
    # NFKC turns full-width digits and no-break spaces, as tables print them, into plain ones
    plain = text
    if not text.isascii():
        plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    if len(plain) > _MAX_CHARACTERS or not plain.isascii():
        return None
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    if not _PLAIN.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None
