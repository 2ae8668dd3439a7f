"""`foreshock detect --stream`: a header and then rows on stdin, one score a row on stdout.

The first line is JSON, such as {"name": "ga price", "probation": 150, "start": "2024-01-01"}; all
of it may be left out. Then comes one `timestamp,value` a line, and for each line one score in 0..1,
written out before the next line is read. What is odd about a line is told on stderr; it still gets
its score: 0 where nothing is known, which is not the same as usual.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import BinaryIO

from foreshock.errors import ForeshockError, RecordError, WrongUse
from foreshock.sources import read_number
from foreshock.watch import Feed, seconds_of
from foreshock.words.clocks import now
from foreshock.words.records import Struct

#: a longer line is no row; its rest is not kept
LINE_MOST = 10_000
#: lines of one kind of trouble that are told one by one
TOLD_MOST = 20
PROBATION_MOST = 1_000_000
DAY = 86_400.0


class Header(Struct, frozen=True, kw_only=True):
    """What the first line says of the series."""

    name: str = "series"
    #: known rows that are only learned from; None: as fits the pace
    probation: int | None = None
    #: the first timestamp, where it is told: an earlier row is told as odd
    start: float | None = None


def score_lines(lines: BinaryIO, emit: Callable[[str], None], say: Callable[[str], None]) -> None:
    """Read `lines` to the end; `emit` gets a score for each row, `say` a sentence on what is odd.

    >>> import io
    >>> told = io.BytesIO(b'{"name": "x", "probation": 3}\\n2024-01-01,5\\n2024-01-02,oops\\n')
    >>> score_lines(told, lambda text: print(text, end=""), print)
    0.000000000
    x line 3: 'oops' is no number that can be read in one way only, expected digits with a \
decimal point, or a sign for a missing figure such as W or n/a. Write it like 1234.5. \
It scores 0: unknown.
    0.000000000
    """
    rows = _numbered(lines)
    number, line = next(rows, (1, None))
    if line is None:
        say("stdin is empty, so there was nothing to score.")
        return
    teller = _Teller(say)
    header, is_row = _header(line, teller)
    judge = _Judge(header, teller)
    if is_row:
        emit(judge.score(number, line))
    for number, line in rows:
        emit(judge.score(number, line))
    judge.close()
    teller.close()


class _Teller:
    """Says the first lines of each kind of trouble, and how many more there were."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._count: Counter[str] = Counter()

    def __call__(self, kind: str, text: str) -> None:
        self._count[kind] += 1
        if self._count[kind] <= TOLD_MOST:
            self._say(text)
        if self._count[kind] == TOLD_MOST:
            self._say(f"Further lines that are {kind} are only counted.")

    def close(self) -> None:
        for kind, count in self._count.items():
            if count > TOLD_MOST:
                self._say(f"{count} lines in all were {kind}.")


#: figures that must all be the same before it is said
ALIKE_LEAST = 6


class _Judge:
    """Reads rows and has them judged."""

    def __init__(self, header: Header, tell: _Teller) -> None:
        self._name, self._tell = header.name, tell
        self._feed = Feed(header.probation)
        self._newest = header.start
        self._today = seconds_of(now().date().isoformat())
        self._first: float | None = None
        self._known, self._varied = 0, False

    def score(self, number: int, line: str | None) -> str:
        """The score of a line, as text with its newline."""
        try:
            return f"{self._score(f'{self._name} line {number}', line):.9f}\n"
        except ForeshockError as trouble:
            self._tell("unreadable", f"{trouble} It scores 0: unknown.")
            return f"{0.0:.9f}\n"

    def _score(self, where: str, line: str | None) -> float:
        stamp, value = _row(where, line)
        try:
            seconds = seconds_of(stamp)
        except WrongUse as trouble:
            raise WrongUse(f"{where}: {trouble.what}", expected=trouble.expected) from None
        if self._newest is not None and seconds <= self._newest:
            what = "repeated" if seconds == self._newest else "backward"
            if what == "backward" or self._feed.begun:
                self._tell(
                    f"{what} in time",
                    f"{where}: {stamp} is {what} in time; the row is taken in the order in which "
                    "it came.",
                )
        if seconds > self._today + 2 * DAY:
            self._tell(
                "of the future",
                f"{where}: {stamp} is of the future: a forecast, or a slip of the date? It is "
                "scored as it stands.",
            )
        self._newest = seconds if self._newest is None else max(seconds, self._newest)
        if value is not None:
            self._known += 1
            self._varied = self._varied or (self._first is not None and value != self._first)
            self._first = value if self._first is None else self._first
        if value is None:
            self._tell("without a figure", f"{where}: no figure; it scores 0: unknown.")
        try:
            return self._feed.push(seconds, value).score
        except RecordError as trouble:
            raise RecordError(f"{where}: {trouble.what}", expected=trouble.expected) from None

    def close(self) -> None:
        """Say of a stream that never varied that nothing can be said of it."""
        if self._known >= ALIKE_LEAST and not self._varied:
            self._tell(
                "all alike",
                f"{self._name}: every figure was {self._first:g}: nothing could be unusual, and "
                "nothing is known of a usual.",
            )


def _row(where: str, line: str | None) -> tuple[str, float | None]:
    if line is None:
        raise WrongUse(f"{where}: is longer than {LINE_MOST} bytes", expected="timestamp,value")
    stamp, comma, cell = line.partition(",")
    if not comma:
        raise WrongUse(f"{where}: {line[:40]!r}", expected="timestamp,value")
    try:
        if "_" in cell:  # a sign that only programmers put into numbers
            raise ValueError
        return stamp.strip(), float(cell)  # what a program writes; the rest is read with care
    except ValueError:
        return stamp.strip(), read_number(cell.strip().strip('"'), where).value


def _numbered(lines: BinaryIO) -> Iterator[tuple[int, str | None]]:
    """Each line with its number; None for one that is too long to be a row."""
    number = 0
    while line := lines.readline(LINE_MOST):
        number += 1
        if len(line) == LINE_MOST and not line.endswith(b"\n"):
            while (rest := lines.readline(LINE_MOST)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, line.decode("utf-8", errors="replace").strip().lstrip("\ufeff")


def _header(line: str | None, tell: _Teller) -> tuple[Header, bool]:
    """What the first line says, and whether it is a row instead."""
    if line is not None and not line.startswith("{") and "," in line:
        if line.replace(" ", "").lower() == "timestamp,value":
            return Header(), False
        tell("no header", "line 1 is no JSON header but a row; it is scored with what is usual.")
        return Header(), True
    try:
        said = json.loads(line or "")
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        tell(
            "no header",
            f"line 1: {(line or '')[:40]!r}, expected a header such as "
            '{"name": "x", "probation": 150, "start": "2024-01-01"}. Scored with what is usual.',
        )
        return Header(), False
    return _checked(said, tell), False


def _checked(said: dict[str, object], tell: _Teller) -> Header:
    name = said.get("name", "series")
    probation, start = said.get("probation"), said.get("start")
    rows, seconds = None, None
    if isinstance(probation, (int, float)) and 0 <= probation <= PROBATION_MOST:
        rows = int(probation)
    elif probation is not None:
        tell(
            "header", f"line 1: probation is {probation!r:.40}, expected a number of rows; unused."
        )
    try:
        seconds = None if start is None else seconds_of(str(start))
    except WrongUse:
        tell("header", f"line 1: start is {start!r:.40}, expected a timestamp; unused.")
    return Header(name=str(name)[:80] or "series", probation=rows, start=seconds)
