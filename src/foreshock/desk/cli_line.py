"""The verbs `foreshock partners pull|push|serve`: parcels over the network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foreshock.desk import exchanging, options
from foreshock.desk.exchanging import Exchange, exchange
from foreshock.desk.options import Home
from foreshock.desk.talk import emit, progress, say
from foreshock.errors import ForeshockError, WrongUse
from foreshock.words.clocks import now

if TYPE_CHECKING:
    import httpx2

    from foreshock.exchange.opening import Opened
    from foreshock.exchange.partners import Partner

Name = Annotated[str | None, typer.Argument(help="Name of a partner; without it, all.")]
Authority = Annotated[
    Path | None, typer.Option("--ca", help="Certificates (PEM) by which TLS is checked.")
]
_PORT = 8422


def pull(who: Name = None, ca: Authority = None, home: Home = None) -> None:
    """Fetch what partners have for us, from where it ended; what holds now comes first.

    After a month away it is the same command. Give it to the scheduler of the machine.

    Example: foreshock partners pull "Seoul desk"
    """
    from foreshock.exchange.feeds_client import pull as fetch

    failed = False
    with exchange(home) as ours, _client(ca) as client:
        for partner in _reachable(who, ours):
            try:
                with progress(f"fetching from {partner.name}") as shown:
                    opened = fetch(partner, ours.node, ours.keeper, client, now, shown)
            except ForeshockError as error:
                if who is not None:
                    raise
                say(str(error))
                failed = True
                continue
            failed = _report(opened, partner, ours) or failed
    if failed:
        raise typer.Exit(1)


def push(who: Name = None, ca: Authority = None, home: Home = None) -> None:
    """Bring partners what they lack, and take in the receipts that come back.

    Example: foreshock partners push "Hague desk"
    """
    from foreshock.exchange import feeds
    from foreshock.exchange.feeds_client import push as bring

    failed = False
    with exchange(home) as ours, _client(ca) as client:
        feeds.refresh(*ours.who)
        for partner in _reachable(who, ours):
            try:
                feeds.ensure(feeds.audience(partner.id, ours.keeper, ours.at), *ours.who)
                with progress(f"bringing to {partner.name}"):
                    opened = bring(partner, ours.node, ours.keeper, client, now)
            except ForeshockError as error:
                if who is not None:
                    raise
                say(str(error))
                failed = True
                continue
            failed = _report(opened, partner, ours) or failed
    if failed:
        raise typer.Exit(1)


def serve(
    port: Annotated[int, typer.Option(help="Port on this machine; TLS by a proxy before it.")] = (
        _PORT
    ),
    home: Home = None,
) -> None:
    """Answer partners who pull and push, until Ctrl-C; on this machine only, behind a proxy.

    `foreshock taxii serve` answers them too, beside TAXII.

    Example: foreshock partners serve --port 8422
    """
    import uvicorn

    from foreshock.desk.taxii_serving import feeds_of

    options.port(port)
    with exchange(home) as ours:
        app = feeds_of(ours.settings, ours.keeper)
        say(f"Answering partners on http://127.0.0.1:{port}/ until Ctrl-C.")
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


def _reachable(who: str | None, ours: Exchange) -> "list[Partner]":
    from foreshock.exchange import partners

    every = partners.everybody(ours.keeper, ours.at).values()
    if who is not None:
        partner = partners.named(who, ours.keeper, ours.at)
        return [partners.trusted(partner.id, ours.keeper, ours.at)]
    found = [p for p in every if p.state == "confirmed" and p.card.url]
    if not found:
        raise WrongUse(
            "no confirmed partner has an address",
            next_step="Exchange files instead: foreshock parcel make, parcel open",
        )
    return found


def _report(opened: "Opened", partner: "Partner", ours: Exchange) -> bool:
    """Say what came; whether anything was refused."""
    from foreshock.exchange import partners

    names = {p.id: p.name for p in partners.everybody(ours.keeper, ours.at).values()}
    lines = exchanging.told(opened, names)
    emit("".join(f"{line}\n" for line in lines) or f"{partner.name}: nothing new.\n")
    added, left = exchanging.journal(ours, opened)
    if added:
        emit(f"{added} new record(s) in the archive.\n")
    for problem in (*opened.problems, *left):
        say(problem)
    return bool(opened.problems or left)


@contextmanager
def _client(ca: Path | None) -> "Iterator[httpx2.Client]":
    import ssl

    import httpx2

    if ca is not None and not ca.is_file():
        raise WrongUse(f"--ca names {ca}, which is no file")
    context = ssl.create_default_context(cafile=str(ca)) if ca else ssl.create_default_context()
    with httpx2.Client(verify=context, trust_env=False) as client:
        yield client
