"""What the verbs of the exchange share: settings, this node, the keeper of feeds, the present."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from foreshock.desk import settings as configured
from foreshock.errors import ForeshockError, WrongUse
from foreshock.words.clocks import now

if TYPE_CHECKING:
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.exchange import arriving
    from foreshock.exchange.node import Node
    from foreshock.exchange.opening import Opened

#: the largest parcel that is read from a file
MOST_FILE = 1_000_000_000

Root = Annotated[
    Path, typer.Option("--root", help="File of the root key: on a stick, or with --locked.")
]
Locked = Annotated[
    bool, typer.Option("--locked", help="The root key is locked by a passphrase; asks for it.")
]


class Exchange(msgspec.Struct, frozen=True):
    """What a verb of the exchange works with."""

    settings: configured.Settings
    node: "Node"
    keeper: "SqliteFeeds"
    at: datetime

    @property
    def who(self) -> "tuple[Node, SqliteFeeds, datetime]":
        """What most functions of the exchange are given."""
        return self.node, self.keeper, self.at


@contextmanager
def exchange(home: Path | None) -> Iterator[Exchange]:
    """This node, its feeds and the present moment; `WrongUse` when it has no card yet."""
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.exchange.node import load_node

    settings = configured.read(home)
    at = now()
    node = load_node(settings.home, at)
    with SqliteFeeds(settings.home) as keeper:
        yield Exchange(settings, node, keeper, at)


def noted(home: Path, what: str, about: str) -> str:
    """Note in the audit log that something left, and give its head, `NUMBER:HASH`.

    Empty in a house that takes no part in the exchange.
    """
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.archive.feeds_books import FILE

    if not (home / FILE).is_file():
        return ""
    with SqliteFeeds(home) as keeper:
        keeper.log("send", what, about, "", now())
        number, chain = keeper.audit_head()
    return f"{number}:{chain}"


def write_log(home: Path, lines: Iterable[tuple[str, str, str, str]]) -> None:
    """Lines into the audit log in one transaction: what, who, about, says; ids, never texts."""
    from foreshock.archive.feeds import SqliteFeeds

    with SqliteFeeds(home) as keeper, keeper.writing():
        for what, who, about, says in lines:
            keeper.log(what, who, about, says, now())


def passphrase(locked: bool, again: bool = False) -> str:
    """What locks the root key, typed in unseen; empty when it is not locked."""
    if not locked:
        return ""
    said = str(typer.prompt("Passphrase of the root key", hide_input=True, err=True))
    if again and said != str(typer.prompt("Once more", hide_input=True, err=True)):
        raise WrongUse("the two passphrases differ")
    return said


def read_file(path: Path, most: int = MOST_FILE) -> bytes:
    """The bytes of a file; `WrongUse` when it cannot be read or is too large."""
    try:
        if path.stat().st_size > most:
            raise WrongUse(f"{path} has {path.stat().st_size / 1e6:.0f} MB", expected="less")
        return path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}") from None


def write_file(path: Path, data: bytes) -> None:
    """A new file of mode 0600, whole or not at all: it may hold what few may see."""
    import os

    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ForeshockError(
            f"{path} cannot be written: {error.strerror}",
            next_step="Make room, or choose another place.",
        ) from None
    finally:
        part.unlink(missing_ok=True)


def journal(exchanged: Exchange, opened: "Opened") -> tuple[int, list[str]]:
    """Put the records that came into the journal; how many were new, and what was left out."""
    from foreshock.archive import open_archive
    from foreshock.exchange import arriving, partners
    from foreshock.exchange.opening import into_journal

    if not opened.feeds:
        return 0, []
    every = partners.everybody(exchanged.keeper, exchanged.at)
    names = {p.id: p.name for p in every.values()}
    with open_archive(exchanged.settings.home) as archive:

        def erase(record: str, why: str) -> None:
            if archive.get(record) is not None:
                archive.erase(record, why)

        added, left = into_journal(opened.feeds, exchanged.keeper, archive, erase, exchanged.at)
        arriving.from_feeds(
            opened.feeds, exchanged.keeper, archive, exchanged.node.id, names,
            ours_in_house(exchanged.settings, archive.home),
        )  # fmt: skip
        return added, left


def ours_in_house(settings: configured.Settings, home: Path) -> "arriving.Ours":
    """Which of some objects this house made and offers, in feeds or by TAXII."""
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.archive.feeds_books import FILE
    from foreshock.archive.shelf import open_shelf
    from foreshock.exchange import arriving
    from foreshock.exchange.node import has_card, own_id
    from foreshock.exchange.taxii.book import read_book

    def known(ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        if ids and has_card(home) and (home / FILE).is_file():
            with SqliteFeeds(home) as keeper:
                found |= arriving.ours_in_feeds(keeper, own_id(home))(ids)
        if ids and read_book(home).collections:
            with open_shelf(home, settings.database) as shelf:
                found |= arriving.ours_on_shelf(shelf)(ids)
        return found

    return known


def told(opened: "Opened", names: dict[str, str]) -> list[str]:
    """What became of a parcel, one sentence for each feed, receipt and problem."""
    lines = [f"{name}: a newer card." for name in opened.cards]
    for feed in opened.feeds:
        some = [one for one in opened.taken if one.feed == feed]
        who = names.get(some[0].author, some[0].author[:8])
        counts = {
            word: sum(o.outcome == word for o in some) for word in ("kept", "seen", "waiting")
        }
        said = [
            f"{sum(o.kept for o in some)} object(s) in {counts['kept']} segment(s)",
            *([f"{counts['seen']} seen before"] if counts["seen"] else []),
            *([f"{counts['waiting']} wait for others"] if counts["waiting"] else []),
        ]
        lines.append(f"{who}: {', '.join(said)}.")
        for one in some:
            lines += [f"{who}: entry {seq} refused: {why}" for seq, why in one.refused[:5]]
            if one.erased:
                lines.append(f"{who}: {len(one.erased)} object(s) erased as their author asked.")
    for given in opened.given:
        who = names.get(given.by, given.by[:8])
        lines.append(
            f"{who}: receipt up to segment {given.number}: {given.kept} kept, "
            f"{given.refused} refused."
        )
    return lines
