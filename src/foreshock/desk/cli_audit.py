"""The verbs `foreshock audit ...`: what was sent, received, decided; is it whole?"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foreshock.desk import settings as configured
from foreshock.desk.exchanging import exchange
from foreshock.desk.options import Home, Json
from foreshock.desk.output import as_json
from foreshock.desk.talk import emit, say
from foreshock.errors import WrongUse

if TYPE_CHECKING:
    from foreshock.archive.feeds import SqliteFeeds

app = typer.Typer(help="The audit log of the exchange.", no_args_is_help=True)

_DAMAGED = 1


@contextlib.contextmanager
def _log(home: Path | None) -> "Iterator[tuple[SqliteFeeds, str]]":
    """The log, and who we are in the exchange; a house that serves TAXII alone has no card."""
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.archive.feeds_books import FILE
    from foreshock.exchange.node import has_card

    place = configured.read(home).home
    if has_card(place) or not (place / FILE).is_file():
        with exchange(home) as ours:
            yield ours.keeper, ours.node.id
        return
    with SqliteFeeds(place) as keeper:
        yield keeper, ""


@app.command()
def verify(
    head: Annotated[
        list[str] | None,
        typer.Option(help="A head noted elsewhere, NUMBER:HASH. May be repeated."),
    ] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Check that no line was changed, left out or cut off, also against what partners know.

    Example: foreshock audit verify --head 1201:3b5d...
    """
    from foreshock.exchange.audit import verify as check

    with _log(home) as (keeper, node):
        found = check(keeper, node, [_head(text) for text in head or ()])
    if json:
        emit(as_json(found))
    else:
        emit(f"{found.lines} line(s), compared with {found.witnesses} head(s) known elsewhere.\n")
        emit(f"Head {found.lines}:{found.head}\n")
    for problem in found.problems:
        say(f"NOT WHOLE: {problem}.")
    if not found.sound:
        raise typer.Exit(_DAMAGED)


def _head(text: str) -> tuple[int, str]:
    number, _, chain = text.partition(":")
    if not number.isdigit() or not chain:
        raise WrongUse(f"--head is {text[:80]!r}", expected="NUMBER:HASH, as `audit verify` prints")
    return int(number), chain.lower()


@app.command()
def show(
    what: Annotated[
        str,
        typer.Option(
            help="Only send, receive, read, receipt, refuse, release, mark, key, trust ..."
        ),
    ] = "",
    last: Annotated[int, typer.Option(help="How many lines.")] = 50,
    json: Json = False,
    home: Home = None,
) -> None:
    """Show the newest lines of the log: when, what, who, about what. Ids, never texts.

    Example: foreshock audit show --what refuse
    """
    with _log(home) as (keeper, _):
        lines = [line for line in keeper.audit() if not what or line.what == what]
    chosen = lines[-max(last, 0) :] if last > 0 else []
    if json:
        emit(as_json(chosen))
        return
    for line in chosen:
        emit(
            f"{line.number}  {line.at:%Y-%m-%d %H:%M:%S}  {line.what}  {line.who}  {line.about}  "
            f"{line.says}\n"
        )
