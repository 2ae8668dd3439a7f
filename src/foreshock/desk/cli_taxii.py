"""The verbs `foreshock taxii ...`: objects offered to partners, and fetched from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from foreshock import gate
from foreshock.desk import options
from foreshock.desk import settings as configured
from foreshock.desk.cli_taxii_partner import (
    NAMED,
    VERBS,
    Database,
    House,
    house_name,
    secret_of,
    shelf_of,
)
from foreshock.desk.exchanging import write_log
from foreshock.desk.options import Home, Json
from foreshock.desk.output import as_json
from foreshock.desk.releasing import ReleaseBy, ReleasedOnly, Way
from foreshock.desk.talk import emit, progress, say, show
from foreshock.errors import WrongUse

if TYPE_CHECKING:
    from foreshock.exchange.taxii import Account, Book

app = typer.Typer(help="Exchange STIX objects by TAXII 2.1.", no_args_is_help=True)

Circle = Annotated[
    str, typer.Option("--for", help="The widest circle: public, community, organisation, own.")
]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.")] = 8422,
    database: Database = None,
    home: Home = None,
) -> None:
    """Serve the collections to those who have an account, until Ctrl-C.

    A house with a card answers its partners beside it: they catch up by `foreshock partners pull`.
    TLS is the business of a proxy in front.

    Example: foreshock taxii serve --port 8422
    """
    from foreshock.desk.taxii_serving import serve_taxii
    from foreshock.exchange.taxii import read_book

    if port != 0:
        options.port(port)
    settings = configured.read(home)
    if not read_book(settings.home).collections:
        raise WrongUse(
            "there is nothing to serve",
            expected="a collection and an account",
            next_step='For example: foreshock taxii add-collection "Warnings" --for community',
        )
    with shelf_of(settings, database) as shelf:
        serve_taxii(settings, shelf, host, port)


@app.command("add-collection")
def add_collection(
    title: Annotated[str, typer.Argument(help="What partners call it.")],
    circle: Circle = "community",
    about: Annotated[str, typer.Option(help="What lies in it, in a sentence.")] = "",
    home: Home = None,
) -> None:
    """Offer a collection; what is marked for fewer than its circle never lies in it.

    Example: foreshock taxii add-collection "Warnings" --for community
    """
    from foreshock.exchange.taxii import book as books

    options.receiver(circle)
    made = books.new_collection(title, circle, about)
    books.change_book(configured.read(home).home, lambda book: books.with_collection(book, made))
    emit(f"{made.id}\n")
    say(f"The collection {title!r} is offered to those whose account names it.")


@app.command("add-account")
def add_account(
    name: Annotated[str, typer.Argument(help="By which name the partner logs in.")],
    circle: Circle = "community",
    read: Annotated[
        list[str] | None, typer.Option(help="Collection to read, by id or title. May be repeated.")
    ] = None,
    write: Annotated[
        list[str] | None, typer.Option(help="Collection to write to. May be repeated.")
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the secret; - for stdin. Without it, one is made and shown."),
    ] = None,
    home: Home = None,
) -> None:
    """Give a partner access: where it may read and write, and up to which marking.

    An account of that name is replaced; a server that runs takes the change at once.

    Example: foreshock taxii add-account nl-desk --for community --read Warnings --write Inbox
    """
    from foreshock.exchange.taxii import book as books

    receiver = options.receiver(circle, name)
    secret = secret_of(secret_file)
    given = secret or books.new_secret()

    def change(book: "Book") -> "Book":
        rights = {
            right: frozenset(books.find_collection(book, one).id for one in named or ())
            for right, named in (("read", read), ("write", write))
        }
        account = books.new_account(receiver, given, **rights)
        return books.with_account(book, account)

    books.change_book(configured.read(home).home, change)
    if not secret:
        emit(f"{given}\n")
        say("This is the secret. It is kept only as a hash: hand it over now, by a safe way.")
    if not read and not write:
        say(f"{name} may read and write nothing yet: name collections with --read and --write.")


@app.command("remove-account")
def remove_account(
    name: Annotated[str, typer.Argument(help="The account.")], home: Home = None
) -> None:
    """Take a partner's access away, at once.

    Example: foreshock taxii remove-account nl-desk
    """
    from foreshock.exchange.taxii import book as books

    books.change_book(configured.read(home).home, lambda book: books.without_account(book, name))
    say(f"{name} has no access any more.")


@app.command("describe")
def describe(
    title: Annotated[str | None, typer.Option(help="The name of this house.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Address of the API root as partners reach it.")
    ] = None,
    contact: Annotated[str | None, typer.Option(help="Whom to ask.")] = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Say what the server tells of itself; show all that it offers, and to whom.

    Example: foreshock taxii describe --url https://warn.example.org/foreshock/
    """
    from foreshock.exchange.taxii import book as books

    place = configured.read(home).home
    wanted = {"title": title, "contact": contact, "url": url and books.address(url)}
    said = {key: text for key, text in wanted.items() if text is not None}
    book = books.read_book(place)
    if said:
        book = books.change_book(place, lambda old: msgspec.structs.replace(old, **said))
    if json:
        emit(as_json(_plain(book)))
        return
    show(*_described(book))


def _plain(book: "Book") -> dict[str, object]:
    """The book without its secrets."""
    return {
        **{name: getattr(book, name) for name in ("title", "url", "contact", "collections")},
        "accounts": [
            {
                "name": one.name,
                "circle": one.receiver.circle,
                "read": sorted(one.read),
                "write": sorted(one.write),
                "delete": one.delete,
            }
            for one in book.accounts
        ],
    }


def _described(book: "Book") -> Iterator[str]:
    where = book.url or "on the address where it listens"
    yield f"{book.title or 'a house without a name'}, {where}"
    titles = {one.id: one.title for one in book.collections}
    for one in book.collections:
        yield f"collection {one.id}  {one.title} (at most {one.marking.name.replace('_', '+')})"
    for account in book.accounts:
        yield f"account {account.name} ({account.receiver.circle}): {_rights(account, titles)}"
    if not book.accounts:
        yield "no account yet: foreshock taxii add-account NAME --read TITLE"


def _rights(account: "Account", titles: dict[str, str]) -> str:
    said = [
        f"{word} {', '.join(sorted(titles.get(one, one) for one in ids))}"
        for word, ids in (("reads", account.read), ("writes", account.write))
        if ids
    ]
    return "; ".join(said) or "no rights"


@app.command()
def publish(
    collection: Annotated[str, typer.Argument(help="Id or title of the collection.")],
    release_by: ReleaseBy = None,
    released_only: ReleasedOnly = False,
    house: House = None,
    database: Database = None,
    home: Home = None,
) -> None:
    """Put the warnings that this house has issued, controls and promises into a collection.

    Only what the collection's circle may see and a releasing officer let go goes in; what is there
    already is left alone, a cancelled warning becomes a version that says so.

    Example: foreshock taxii publish Warnings --release-by mina
    """
    from foreshock.desk.publishing import bodies_for
    from foreshock.exchange.taxii import book as books
    from foreshock.exchange.taxii.publish import publish as put

    settings, way = configured.read(home), Way(release_by, released_only)
    chosen = books.find_collection(books.read_book(settings.home), collection)
    circle = next(c for c, most in gate.MAY_SEE.items() if most == chosen.marking)
    with progress() as told:
        bodies, held = bodies_for(
            settings, options.receiver(circle, chosen.title), house_name(settings, house), told, way
        )
    with shelf_of(settings, database) as shelf:
        done = put(shelf, chosen, bodies)
    if done.kept:
        write_log(settings.home, [("send", "taxii", chosen.id, f"{done.kept} object(s) offered")])
    for one in done.refused[:NAMED]:
        say(f"Not published: {one.id} {one.version}: {one.why}.")
    if held:
        say(f"{held} record(s) may not go to {circle} and are left out.")
    emit(f"{done.kept} new, {done.same} there already, {len(done.refused)} refused\n")


for _name, _verb in VERBS.items():
    app.command(_name)(_verb)
