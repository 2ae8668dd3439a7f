"""The words of the command line: what can be asked, and what of it is refused."""

import difflib
import os
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from foreshock.errors import WrongUse
from foreshock.words.clocks import now, parse_day
from foreshock.words.pack import Pack
from foreshock.words.records import Receiver

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the archive.", show_default=False)
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Only what was known by the end of this day, UTC."),
]
Holders = Annotated[
    list[str] | None,
    typer.Option("--holder", help="For whom: KR, NL, EU, a company profile. May be repeated."),
]
Documents = Annotated[
    list[Path] | None,
    typer.Option("--documents", help="Folder of texts, pages, PDFs, feeds, tables to take in."),
]
Json = Annotated[bool, typer.Option("--json", help="For machines: one JSON document on stdout.")]
FailOn = Annotated[
    int | None,
    typer.Option("--fail-on", metavar="LEVEL", help="Exit with 10 at or above this level, 0 to 4."),
]
Undated = Annotated[
    str | None, typer.Option("--date", metavar="DAY", help="The date of texts that carry none.")
]
Out = Annotated[Path | None, typer.Option(help="File to write; without it, stdout.")]
Jobs = Annotated[
    int, typer.Option("--jobs", help="Processes that read at the same time; 0: one for each core.")
]
Port = Annotated[int | None, typer.Option(help="Port of the web desk.")]

_MOST_JOBS = 256
_LEVELS = range(5)
_PORTS = range(1, 65536)
#: circles for whom something can be made; what is for named persons needs their names
CIRCLES = ("public", "community", "organisation", "own")
#: names offered when a word is not known
_OFFERED = 4


def jobs(asked: int) -> int:
    """How many processes `--jobs` asks for; 0 stands for one for each core.

    Raises `WrongUse` below 0 or far above what any machine has.

    >>> jobs(2)
    2
    """
    if not 0 <= asked <= _MOST_JOBS:
        raise WrongUse(f"--jobs is {asked}", expected=f"0 to {_MOST_JOBS}")
    return asked or (os.cpu_count() or 1)


def day(text: str | None) -> date | None:
    """The day of `--as-of`, None where it was left out.

    Raises `WrongUse` for what is no day, or has not come yet (UTC).

    >>> day("2023-07-10")
    datetime.date(2023, 7, 10)
    """
    if text is None:
        return None
    found = parse_day(text, "--as-of")
    today = now().date()
    if found > today:
        raise WrongUse(
            f"--as-of is {found}",
            expected=f"a day that has come: {today} (UTC) or before",
            next_step="Give an earlier day, or leave it out.",
        )
    return found


def level(number: int | None) -> int | None:
    """The level of `--fail-on`; raises `WrongUse` outside 0..4."""
    if number is not None and number not in _LEVELS:
        raise WrongUse(f"--fail-on is {number}", expected="a level from 0 to 4")
    return number


def port(number: int) -> int:
    """The port of the desk; raises `WrongUse` outside 1..65535."""
    if number not in _PORTS:
        raise WrongUse(f"--port is {number}", expected="a port from 1 to 65535")
    return number


def receiver(circle: str, name: str = "") -> Receiver:
    """The circle that `--for` names, of `name` or as such; raises `WrongUse` for another word.

    >>> receiver("community").circle
    'community'
    """
    if circle not in CIRCLES:
        raise WrongUse(f"--for is {circle!r}", expected=f"one of {', '.join(CIRCLES)}")
    return msgspec.convert({"name": name or circle, "circle": circle}, Receiver)


def folders(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The folders of documents to take in; raises `WrongUse` for one that is none."""
    found = tuple(paths)
    for path in found:
        if not path.is_dir():
            raise WrongUse(
                f"the documents {path} are {'a file' if path.exists() else 'not there'}",
                expected="a folder",
                next_step="Give its folder." if path.exists() else "Check the path.",
            )
    return found


def holders(wanted: Sequence[str], pack: Pack) -> tuple[str, ...]:
    """The ids of holders named by id or name, each once; raises `WrongUse` for an unknown one.

    >>> from foreshock.words.pack import load
    >>> holders(["kr", "South Korea", "EU"], load())
    ('KR', 'EU')
    """
    ids = _by_name((row.id, row.name, row.names) for row in pack.holders)
    for one in wanted:
        if one.casefold() not in ids:
            raise WrongUse(
                f"the holder {one!r} is not known",
                expected=f"a country, bloc or company of the pack{_like(one, ids)}",
                next_step="Others can be added as a row of holders.csv in a pack of your own.",
            )
    return tuple(dict.fromkeys(ids[one.casefold()] for one in wanted))


def item(wanted: str, pack: Pack) -> str:
    """The id of an item named by id or name; raises `WrongUse` for an unknown one.

    >>> from foreshock.words.pack import load
    >>> item("Gallium", load())
    'min.ga'
    """
    # a trailing "?" in the table marks a form that is doubtful in a text; on its own it is none
    ids = _by_name(
        (row.id, row.name, [name.rstrip("?") for name in row.names_en]) for row in pack.items
    )
    found = ids.get(wanted.casefold())
    if found is None:
        raise WrongUse(
            f"the item {wanted!r} is not known",
            expected=f"an id or name of the pack{_like(wanted, ids)}",
            next_step="Others can be added as a row of items.csv in a pack of your own.",
        )
    return found


def party(wanted: str, pack: Pack) -> str:
    """The id of a country, bloc or company named by id or name; raises `WrongUse` otherwise.

    >>> from foreshock.words.pack import load
    >>> party("china", load()), party("NL", load())
    ('CN', 'NL')
    """
    ids = _by_name((row.id, row.name, row.names_en) for row in pack.actors)
    found = ids.get(wanted.casefold())
    if found is None:
        raise WrongUse(
            f"the actor {wanted!r} is not known",
            expected=f"a country, bloc or company of the pack{_like(wanted, ids)}",
            next_step="Others can be added as a row of actors.csv in a pack of your own.",
        )
    return found


def _by_name(rows: Iterable[tuple[str, str, Sequence[str]]]) -> dict[str, str]:
    """Ids by id, by name and by any other name; where two rows share a word, in this order."""
    known = tuple(rows)
    ids: dict[str, str] = {}
    for forms in (
        [(key, key) for key, _, _ in known],
        [(name, key) for key, name, _ in known],
        [(other, key) for key, _, others in known for other in others],
    ):
        for form, key in forms:
            ids.setdefault(form.casefold(), key)
    return ids


def _like(wanted: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(wanted.casefold(), list(known), n=_OFFERED, cutoff=0.6)
    return f", perhaps {', '.join(near)}" if near else ""
