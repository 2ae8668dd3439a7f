"""The verbs `foreshock release ...`: who lets what go to whom, and what waits for it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foreshock.desk import options, releasing
from foreshock.desk import settings as configured
from foreshock.desk.options import Home, Json
from foreshock.desk.output import ROWS, as_json, show_rest
from foreshock.desk.talk import emit, say, show
from foreshock.errors import WrongUse
from foreshock.exchange import release
from foreshock.words.clocks import now
from foreshock.words.markings import label
from foreshock.words.records import Receiver

if TYPE_CHECKING:
    from foreshock.archive import Archive
    from foreshock.words.missions import Release

app = typer.Typer(help="Let go what leaves: who released what to whom.", no_args_is_help=True)

Ids = Annotated[list[str], typer.Argument(metavar="RECORD...", help="Ids of records.")]
Whom = Annotated[
    str,
    typer.Option(
        "--to",
        help='public, community, organisation, own, the name of a partner, "community NAME", '
        'or "person NAME".',
    ),
]
By = Annotated[str, typer.Option("--by", help="The releasing officer who says so.")]
Why = Annotated[str, typer.Option("--why", help="For the audit, one sentence; no contents.")]


@app.command()
def give(record: Ids, to: Whom, by: By, why: Why = "", home: Home = None) -> None:
    """Let records go to somebody; what is TLP:RED waits for a second officer.

    Example: foreshock release give earlywarning-0123456789abcdef0123 --to "Hague desk" --by mina
    """
    with _archive(home) as archive:
        receiver, officer = whom(archive, to), releasing.officer(archive, by)
        things = [release.releasable(archive, one) for one in record]
        named = releasing.named_records(things, archive)
        made = release.let_go(archive, officer, [one.going for one in named], receiver, why)
        releasing.noted(archive.home, made)
    for one in made:
        emit(f"{_line(one)}\n")
    if any(one.step == "asked" for one in made):
        say("TLP:RED leaves when a second officer says the same.")


@app.command()
def refuse(
    record: Annotated[str, typer.Argument(help="Id of a record.")],
    to: Whom,
    by: By,
    why: Why = "",
    home: Home = None,
) -> None:
    """Say no to what another officer asked for.

    Example: foreshock release refuse report-0123456789abcdef0123 --to "person Kim" --by olaf
    """
    with _archive(home) as archive:
        officer, found = releasing.officer(archive, by), release.releasable(archive, record)
        made = release.refuse(archive, officer, found, whom(archive, to), why)
        releasing.noted(archive.home, [made])
    emit(f"{_line(made)}\n")


@app.command()
def facts(
    to: Whom,
    by: By,
    end: Annotated[bool, typer.Option("--end", help="From now on no longer.")] = False,
    why: Why = "",
    home: Home = None,
) -> None:
    """Let all public facts go to somebody, those to come as well: a standing release.

    Public facts are controls and promises at TLP:CLEAR that rest on the pack or on published texts.
    Warnings, reports and what persons of this house wrote are each released by themselves.

    Example: foreshock release facts --to public --by mina
    """
    with _archive(home) as archive:
        officer, receiver = releasing.officer(archive, by), whom(archive, to)
        made = release.standing(archive, officer, receiver, why, ends=end)
        releasing.noted(archive.home, [made])
    emit(f"{_line(made)}\n")


@app.command("show")
def show_(
    record: Annotated[str, typer.Argument(help="Id of a record.")],
    json: Json = False,
    home: Home = None,
) -> None:
    """Say who would get a record, who would not and why, and what was decided; not its content.

    Example: foreshock release show earlywarning-0123456789abcdef0123
    """
    with _archive(home) as archive:
        found = release.releasable(archive, record)
        rows = release.preview(archive, found, receivers(archive.home))
        decided = release.decisions(archive, found.id)
    if json:
        emit(as_json({"preview": rows, "decided": decided}))
        return
    for row in rows:
        show(row.why)
    for one in decided:
        show(_line(one))
    if not decided:
        say("Nobody has decided on it yet.")


@app.command("list")
def list_(json: Json = False, home: Home = None) -> None:
    """Show what waits for a second officer, and what was decided, the newest first.

    Example: foreshock release list
    """
    with _archive(home) as archive:
        waits, every = release.waiting(archive), release.decisions(archive)[::-1]
    if json:
        emit(as_json({"waiting": waits, "decided": every}))
        return
    for one in waits:
        show(f"WAITS for a second officer: {_line(one)}")
    for one in every[:ROWS]:
        show(_line(one))
    show_rest(len(every), "decisions", "All: --json.")
    if not every:
        say("Nothing was released yet.")


# -- what the verbs share ------------------------------------------------------------------------


def _line(one: "Release") -> str:
    why = f": {one.why}" if one.why else ""
    to = f"{one.to} ({one.circle})" if one.to != one.circle else one.to
    return (
        f"{one.at:%Y-%m-%d %H:%M}  {one.step} by {one.by} to {to}: {one.of} "
        f"[{label(one.of_marking)}]{why}"
    )


@contextlib.contextmanager
def _archive(home: Path | None) -> "Iterator[Archive]":
    from foreshock.archive import open_archive

    with open_archive(configured.read(home).home, create=False) as archive:
        yield archive


def whom(archive: "Archive", to: str) -> Receiver:
    """The receiver that `--to` names; raises `WrongUse` for nobody."""
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.archive.feeds_books import FILE
    from foreshock.exchange import feeds

    kind, _, name = to.partition(" ")
    if kind == "person" and name.strip():
        return Receiver(name=name.strip(), circle="person")
    if to in options.CIRCLES:
        return options.receiver(to)
    if not (archive.home / FILE).is_file():
        raise WrongUse(
            f"--to is {to[:60]!a}",
            expected=f"one of {', '.join(options.CIRCLES)}, or person NAME",
            next_step="Partners are known once this house has a card: foreshock partners card.",
        )
    with SqliteFeeds(archive.home) as keeper:
        return feeds.audience(to, keeper, now()).receiver


def receivers(home: Path) -> tuple[Receiver, ...]:
    """Circles and confirmed partners."""
    from foreshock.desk.pages_house import CIRCLES, partner_receivers

    return (*CIRCLES, *partner_receivers(home))
