"""The verbs of `foreshock taxii` that ask other servers: what partners serve, and what we send."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from foreshock import gate
from foreshock.desk import options
from foreshock.desk import settings as configured
from foreshock.desk.exchanging import write_log
from foreshock.desk.options import Home, Json
from foreshock.desk.output import ROWS, as_json, show_rest
from foreshock.desk.releasing import ReleaseBy, ReleasedOnly, Way
from foreshock.desk.talk import Told, emit, progress, say, show
from foreshock.errors import SourceError, WrongUse

if TYPE_CHECKING:
    from foreshock.exchange.taxii.fetch import Pulled
    from foreshock.exchange.taxii.wire import Wire
    from foreshock.words.shelf import Shelf

Url = Annotated[str, typer.Argument(help="Address of a server, an API root or a collection.")]
Database = Annotated[
    str | None,
    typer.Option(help="PostgreSQL that keeps the objects, as a DSN; else a file in the archive."),
]
Partner = Annotated[
    str | None, typer.Option("--from", help="The partner; without it, the server's host name.")
]
User = Annotated[str, typer.Option(help="By which name we log in there.")]
SecretFile = Annotated[Path | None, typer.Option(help="File with our secret there; - for stdin.")]
Collections = Annotated[
    list[str] | None, typer.Option("--collection", help="Id or title. May be repeated; else all.")
]
House = Annotated[
    str | None, typer.Option(help="Our name, as others know us; else the one of `describe`.")
]
#: refused objects named one by one; the rest is counted
NAMED = 5
#: refused objects with a line each in the audit log
LOGGED = 100


def pull(
    url: Url,
    partner: Partner = None,
    user: User = "",
    secret_file: SecretFile = None,
    collection: Collections = None,
    limit: Annotated[int, typer.Option(help="Objects on a page.")] = 1000,
    database: Database = None,
    home: Home = None,
) -> None:
    """Fetch what is new in a partner's collections, and go on from there next time.

    What is unsound is set aside with its reason (`taxii aside`); the rest is kept as it came.

    Example: foreshock taxii pull https://warn.example.org/taxii2/ --from nl --user kr-desk
    --secret-file nl.secret
    """
    from foreshock.exchange.taxii import client
    from foreshock.exchange.taxii.fetch import pull as fetch

    if not 1 <= limit <= client.WIDEST:
        raise WrongUse(f"--limit is {limit}", expected=f"1 to {client.WIDEST}")
    name, settings = _partner(partner, url), configured.read(home)
    troubles: list[str] = []
    with _wire(url, user, secret_file) as wire, shelf_of(settings, database) as shelf:
        found = client.chosen(client.places(wire, url), collection or (), "can_read")
        if not found:
            say(f"{url} offers no collection that we may read.")
        for place in found:
            with progress(f"fetching {place.title}") as told:

                def heard(count: int, title: str = place.title, told: Told = told) -> None:
                    told(f"fetching {title}", count, 0)

                try:
                    done = fetch(wire, shelf, place, name, own_identity(settings), limit, heard)
                except SourceError as error:  # one sick collection does not stop the others
                    troubles.append(str(error))
                    continue
            _log_pulled(settings, name, place.id, done)
            for one in done.refused[:NAMED]:
                say(f"Set aside: {one.id} {one.version}: {one.why}.")
            if len(done.refused) > NAMED:
                say(f"... and {len(done.refused) - NAMED} more: foreshock taxii aside")
            emit(
                f"{place.title}: {done.new} new, {done.same} here already, "
                f"{len(done.refused)} set aside\n"
            )
            if done.more:
                say(f"There is more in {place.title}: run it again.")
        _into_journal(settings, shelf, name)
    if troubles:
        raise SourceError("; ".join(troubles))


def push(
    url: Url,
    collection: Annotated[str, typer.Option(help="Id or title of the partner's collection.")],
    partner: Partner = None,
    circle: Annotated[
        str, typer.Option("--for", help="The circle of the partner: public, community, ...")
    ] = "community",
    user: User = "",
    secret_file: SecretFile = None,
    release_by: ReleaseBy = None,
    released_only: ReleasedOnly = False,
    house: House = None,
    database: Database = None,
    home: Home = None,
) -> None:
    """Send the warnings that this house has issued, controls and promises to a partner.

    Only our own, only what the circle may see and a releasing officer let go, each version once.

    Example: foreshock taxii push https://warn.example.org/taxii2/ --collection Inbox --user kr-desk
    --secret-file nl.secret --release-by mina
    """
    from foreshock.desk.publishing import bodies_for
    from foreshock.exchange.taxii import client
    from foreshock.exchange.taxii.fetch import push as send

    name, settings = _partner(partner, url), configured.read(home)
    receiver, way = options.receiver(circle, name), Way(release_by, released_only)
    with _wire(url, user, secret_file) as wire:
        (place,) = client.chosen(client.places(wire, url), [collection], "can_write")
        with progress() as told:
            bodies, held = bodies_for(settings, receiver, house_name(settings, house), told, way)
        with shelf_of(settings, database) as shelf:
            done = send(wire, shelf, place, name, bodies)
    said = f"{done.taken} object(s), {len(done.failed)} not taken"
    write_log(settings.home, [("send", f"taxii {name}", place.id, said)])
    for one in done.failed[:NAMED]:
        say(f"Not taken: {one.id}: {one.why}.")
    if held:
        say(f"{held} record(s) may not go to {name} ({circle}) and are left out.")
    emit(f"{done.taken} sent, {done.before} sent before, {len(done.failed)} not taken\n")
    if done.failed:
        raise typer.Exit(1)


def list_(
    partner: Annotated[str | None, typer.Option("--from", help="Only of this partner.")] = None,
    kind: Annotated[
        str | None, typer.Option("--type", help="Only this type: report, incident, sighting ...")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="Only what came on this day or later.")
    ] = None,
    json: Json = False,
    database: Database = None,
    home: Home = None,
) -> None:
    """Show what partners have sent: the newest versions, the latest first.

    Example: foreshock taxii list --from nl --type report
    """
    from foreshock.exchange.taxii.inbox import received
    from foreshock.words.clocks import parse_day

    day = parse_day(since, "--since") if since else None
    with shelf_of(configured.read(home), database) as shelf:
        found = received(shelf, partner or "", kind or "", day)
    if json:
        emit(as_json({"objects": found.objects, "held_back": found.held}))
        return
    for one in found.objects[:ROWS]:
        show(
            f"{one.received:%Y-%m-%d %H:%M}  {one.partner}  {one.marking}  {one.type}"
            f"{'  WITHDRAWN' if one.revoked else ''}  {one.title}"
        )
    show_rest(len(found.objects), "objects", "All: --json; fewer: --from, --type, --since.")
    if not found.objects:
        say("Nothing has come from partners." if not found.held else "Nothing may be shown here.")
    if found.held:
        say(f"{found.held} object(s) are marked for named persons only and are not shown.")


def show_(
    name: Annotated[str, typer.Argument(help="Id of an object.")],
    json: Json = False,
    database: Database = None,
    home: Home = None,
) -> None:
    """Show one object from a partner in full, each version that came; --json: as it came.

    Example: foreshock taxii show report--0b0fd0ae-9f4b-4f5e-8d39-0a4f7a1a6a11
    """
    from foreshock.exchange.taxii.inbox import versions

    with shelf_of(configured.read(home), database) as shelf:
        found = versions(shelf, name)
    if not found:
        raise WrongUse(
            f"no object {name[:120]!r} has come from a partner, or it may not be shown here",
            next_step="Ids stand in `foreshock taxii list --json`.",
        )
    for one in found:
        if json:
            emit(one.body.decode() + "\n")
            continue
        show(
            f"{one.title}{' (WITHDRAWN)' if one.revoked else ''}",
            f"from {one.partner}, {one.marking}, version {one.version or 'without date'}, "
            f"came {one.received:%Y-%m-%d %H:%M:%S} UTC",
            *(one.says.splitlines() or ["(no text)"]),
            "",
        )


def aside(
    partner: Annotated[str | None, typer.Option("--from", help="Only of this partner.")] = None,
    json: Json = False,
    database: Database = None,
    home: Home = None,
) -> None:
    """Show what partners sent and was not taken, with the reason.

    Example: foreshock taxii aside --from nl
    """
    from foreshock.exchange.taxii.fetch import aside as kept

    with shelf_of(configured.read(home), database) as shelf:
        found = kept(shelf, partner or "")
    if json:
        emit(as_json({"aside": [{**_plain(one), "body": _text(one.body)} for one in found]}))
        return
    for one in found[:ROWS]:
        at = datetime.fromtimestamp(one.at, UTC)
        show(f"{at:%Y-%m-%d %H:%M}  {one.partner}  {one.id}  {one.version}  {one.why}")
    show_rest(len(found), "objects", "All: --json.")
    if not found:
        say("Nothing was set aside.")


#: verb -> what it does, in the order in which they are listed
VERBS: dict[str, Callable[..., None]] = {
    "pull": pull,
    "push": push,
    "list": list_,
    "show": show_,
    "aside": aside,
}


# -- what the verbs share ------------------------------------------------------------------------


def _plain(one: Any) -> dict[str, object]:
    return {name: getattr(one, name) for name in ("partner", "id", "version", "why", "at")}


def _text(body: bytes) -> str:
    return body.decode("utf-8", "backslashreplace")


def _partner(given: str | None, url: str) -> str:
    name = given if given is not None else (urlsplit(url).hostname or "")
    if not name or "/" in name or not name.isprintable() or len(name) > 100:
        raise WrongUse(
            f"the partner is named {name[:60]!r}",
            expected="a short name without a slash",
            next_step="Give one with --from.",
        )
    return gate.own_name(name, "partner")


def _into_journal(settings: configured.Settings, shelf: "Shelf", name: str) -> None:
    """What came as a report or warning counts in rounds from now on; what was taken back, not."""
    from foreshock.archive import open_archive
    from foreshock.desk.exchanging import ours_in_house
    from foreshock.exchange import arriving

    with open_archive(settings.home) as archive:
        ours = ours_in_house(settings, archive.home)
        news = arriving.from_shelf(shelf, name, archive, ours)
    if news:
        say(f"{news} report(s) or warning(s) came, or were taken back: the next round knows.")


def _log_pulled(settings: configured.Settings, name: str, place: str, done: "Pulled") -> None:
    """What came from a partner, and what was refused and why, in the audit log."""
    if not done.new and not done.refused:
        return
    said = f"{done.new} new, {done.same} here already, {len(done.refused)} set aside"
    lines = [("receive", f"taxii {name}", place, said)]
    lines += [("refuse", f"taxii {name}", one.id[:80], one.why) for one in done.refused[:LOGGED]]
    if len(done.refused) > LOGGED:
        rest = f"and {len(done.refused) - LOGGED} more: foreshock taxii aside"
        lines.append(("refuse", f"taxii {name}", place, rest))
    write_log(settings.home, lines)


@contextmanager
def _wire(url: str, user: str, secret_file: Path | None) -> Iterator["Wire"]:
    from foreshock.exchange.taxii.wire import Login, Wire

    if bool(user) != (secret_file is not None):
        raise WrongUse(
            "a name and a secret go together", expected="both --user and --secret-file, or neither"
        )
    wire = Wire(url, Login(user=user, secret=secret_of(secret_file)))
    try:
        yield wire
    finally:
        wire.close()


def secret_of(file: Path | None) -> str:
    """The first line of a file, - for stdin; empty without a file. Raises `WrongUse`."""
    if file is None:
        return ""
    try:
        text = sys.stdin.readline() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"the secret in {file} cannot be read: {error}") from None
    secret = text.splitlines()[0].strip() if text.strip() else ""
    if not secret:
        raise WrongUse(f"{file} holds no secret", expected="one line")
    return secret


@contextmanager
def shelf_of(settings: configured.Settings, database: str | None) -> Iterator["Shelf"]:
    """The shelf that the settings name; `database` goes before them."""
    from foreshock.archive.shelf import open_shelf

    with open_shelf(settings.home, database or settings.database) as shelf:
        yield shelf


def house_name(settings: configured.Settings, given: str | None = None) -> str:
    """Our name: as given, else as the book of the server tells it; raises `WrongUse` for none."""
    from foreshock.exchange.taxii import read_book

    name = given if given is not None else read_book(settings.home).title
    if not name.strip():
        raise WrongUse(
            "this house has no name yet, and what it publishes bears its name",
            next_step='Give it one: foreshock taxii describe --title "Mission of X"',
        )
    return name


def own_identity(settings: configured.Settings) -> str:
    """The id of our own identity as a STIX object; empty for a house without a name."""
    from foreshock.exchange import stix
    from foreshock.exchange.taxii import read_book

    name = read_book(settings.home).title
    return str(stix.identity(name)["id"]) if name else ""
