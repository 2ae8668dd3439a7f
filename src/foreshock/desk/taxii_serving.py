"""Serves the exchange by TAXII 2.1, until Ctrl-C."""

import contextlib
import errno
import ipaddress
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from foreshock.archive.feeds import SqliteFeeds
from foreshock.desk import exchanging
from foreshock.desk.settings import Settings
from foreshock.desk.talk import Interrupted, say
from foreshock.errors import WrongUse
from foreshock.exchange.feeds_http import PREFIX, beside, make_feeds
from foreshock.exchange.node import has_card, load_node
from foreshock.exchange.opening import Opened
from foreshock.exchange.taxii.accounts import Account, House
from foreshock.exchange.taxii.book import Watched
from foreshock.exchange.taxii.noting import Noting
from foreshock.exchange.taxii.serve import make_taxii
from foreshock.words.clocks import now
from foreshock.words.shelf import Shelf

#: requests that are answered at the same time; more are told to come again
AT_ONCE = 200
#: seconds for which a connection that asks nothing is kept open
IDLE = 30


def serve_taxii(settings: Settings, shelf: Shelf, host: str, port: int) -> None:
    """Serve what the book of the house offers, and its feeds to partners if it has a card.

    `port` 0: any; raises `WrongUse` when it is taken.
    """
    home = settings.home
    listener = _listen(host, port)
    with contextlib.closing(listener):
        port = listener.getsockname()[1]
        listens = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        watched = Watched(home)

        def offer() -> tuple[House, tuple[Account, ...]]:
            book = watched()
            return book.house(listens), book.accounts

        house = offer()[0]
        if not is_loopback(host):
            say(
                f"Warning: {host} is reached from other machines, and nothing here is encrypted: "
                "whoever is on the way reads secrets and objects. Put a proxy with TLS in front "
                "and let this listen on 127.0.0.1."
            )
        with SqliteFeeds(home) as keeper, _noting(keeper) as noting:
            app: ASGIApp = make_taxii(offer, shelf, say, noting)
            says = f"TAXII 2.1 is served on {listens}/taxii2/ as {house.url}"
            if has_card(home):
                app = beside(app, feeds_of(settings, keeper))
                says += f", feeds to partners on {listens}{PREFIX}/"
            _run(app, listener, says)
    say("TAXII is no longer served.")


def feeds_of(settings: Settings, keeper: SqliteFeeds) -> ASGIApp:
    """The feeds of this node for its partners; what they bring goes into the archive."""

    def taken(opened: Opened) -> None:
        # as of the moment at which it came: the server may have started days before
        at = now()
        here = exchanging.Exchange(settings, load_node(settings.home, at), keeper, at)
        exchanging.journal(here, opened)

    return make_feeds(lambda: load_node(settings.home, now()), keeper, taken)


@contextlib.contextmanager
def _noting(keeper: SqliteFeeds) -> Iterator[Noting]:
    """What writes the audit log while the server runs; the rest is written when it ends."""
    noting, stop = Noting(keeper.log), threading.Event()
    thread = threading.Thread(target=noting.keep_writing, args=(stop, say), daemon=True)
    thread.start()
    try:
        yield noting
    finally:
        stop.set()
        thread.join()


def _run(app: ASGIApp, listener: socket.socket, says: str) -> None:
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, lifespan="off",
        limit_concurrency=AT_ONCE, timeout_keep_alive=IDLE, timeout_graceful_shutdown=5,
    )  # fmt: skip
    say(f"{says} - Ctrl-C ends it.")
    with contextlib.suppress(Interrupted):
        uvicorn.Server(config).run(sockets=[listener])


def is_loopback(host: str) -> bool:
    """Whether a host is reached from this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with its protocol named, asyncio sends small answers at once (TCP_NODELAY)
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)  # from now on nobody is turned away, though nobody answers yet
    except OSError as error:
        listener.close()
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
        raise WrongUse(
            f"port {port} on {host} {why}",
            next_step="Close what uses it, or choose another with --host and --port.",
        ) from None
    return listener
