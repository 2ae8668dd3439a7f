"""Serves the web desk on this machine."""

import contextlib
import errno
import ipaddress
import socket
import threading
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

import uvicorn

from foreshock import rounds
from foreshock.archive import Archive
from foreshock.archive.people import SqliteSecrets
from foreshock.desk.doors import Office
from foreshock.desk.talk import Interrupted, say
from foreshock.desk.web import LOCAL, make_app
from foreshock.errors import WrongUse
from foreshock.exchange.login import Door
from foreshock.watch import Policy
from foreshock.words.clocks import now
from foreshock.words.pack import Pack
from foreshock.words.people import Person

#: without a word about more, the desk answers this machine only
HOST = "127.0.0.1"
#: requests answered at the same time; more are told to come again
MOST_AT_ONCE = 100
#: findings kept ready, by day and holder, until the archive holds something new
KEEP = 32


class Looks:
    """Takes looks for the pages, each once for what the archive then holds."""

    def __init__(self, archive: Archive, pack: Pack, policy: Policy | None = None) -> None:
        self._archive = archive
        self._pack = pack
        self._policy = policy or Policy()
        self._kept: dict[tuple[object, ...], rounds.Findings] = {}
        self._one_at_a_time = threading.Lock()

    def __call__(self, as_of: date | None, holder: str | None) -> rounds.Findings:
        """The findings for a day (None: now) and a holder (None: those most exposed)."""
        with self._one_at_a_time:
            key = (as_of, now().date(), holder, self._archive.info().head)
            if key not in self._kept:
                if len(self._kept) >= KEEP:
                    self._kept.pop(next(iter(self._kept)))
                ask = rounds.Ask(
                    as_of=as_of, holders=(holder,) if holder else (), alarms=self._policy
                )
                self._kept[key] = rounds.look(self._archive, self._pack, ask)
            return self._kept[key]


class Reach(NamedTuple):
    """Under which address and names the desk answers, and whether others reach it."""

    bind: str = HOST
    port: int = 8421
    hosts: tuple[str, ...] = LOCAL
    #: others can reach it, so that everybody logs in; by https only
    others: bool = False
    #: DSN of the database that keeps the objects of TAXII; empty: a file in the archive
    database: str = ""


def reach(bind: str, port: int, url: str) -> Reach:
    """How far the desk reaches; raises `WrongUse` where passwords would travel in the clear.

    >>> reach("127.0.0.1", 8421, "https://desk.example.org").hosts
    ('127.0.0.1', 'localhost', '::1', 'desk.example.org')
    """
    try:
        at_home = ipaddress.ip_address(bind).is_loopback
    except ValueError:
        raise WrongUse(f"bind is {bind[:60]!a}", expected="an IP address of this machine") from None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if url and (not host or parts.scheme != "https" or parts.path.strip("/")):
        raise WrongUse(
            f"url is {url[:100]!a}",
            expected="an https address without a path",
            next_step="For example https://desk.example.org.",
        )
    if not at_home and not url:
        raise WrongUse(
            f"bind is {bind}, which others can reach, and no url is set",
            expected="the https address of a proxy in front: passwords never travel in the clear",
            next_step="See docs/how-to/login.md.",
        )
    hosts = (*LOCAL, host) if host else LOCAL
    return Reach(bind=bind, port=port, hosts=hosts, others=bool(url))


def serve_desk(archive: Archive, pack: Pack, where: Reach, policy: Policy | None = None) -> None:
    """Serve until Ctrl-C; `policy` says how many new alarms the desk is told.

    Raises `WrongUse` when the port is taken, or when others can reach the desk and nobody is
    written down who could log in.
    """
    _refuse_taken(where)
    with SqliteSecrets(archive.home) as secrets, contextlib.suppress(Interrupted):
        office = Office(
            archive=archive,
            secrets=secrets,
            door=Door(archive, secrets),
            secure=where.others,
            open_to_others=where.others,
            database=where.database,
        )
        _refuse_empty(office)
        app = make_app(Looks(archive, pack, policy), pack, hosts=where.hosts, office=office)
        how = "everybody logs in" if office.asks_for_login() else "no login on this machine alone"
        say(f"The desk is open on http://{where.bind}:{where.port} ({how}) - Ctrl-C closes it.")
        uvicorn.run(
            app, host=where.bind, port=where.port, log_level="warning", server_header=False,
            limit_concurrency=MOST_AT_ONCE,
        )  # fmt: skip
    say("The desk is closed.")


def _refuse_empty(office: Office) -> None:
    people = [p for p in office.archive.known(Person) if not p.closed]
    if office.open_to_others and not any(office.secrets.secret(p.name) for p in people):
        raise WrongUse(
            "others can reach the desk, and nobody is written down who could log in",
            next_step="First: foreshock people add NAME --role analyst",
        )


def _refuse_taken(where: Reach) -> None:
    family = socket.AF_INET6 if ":" in where.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((where.bind, where.port))
        except OSError as error:
            why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be had: {error}"
            raise WrongUse(
                f"port {where.port} on {where.bind} {why}",
                next_step=f"Close what uses it, or choose another: --port {_another(where.port)}",
            ) from None


def _another(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else 8421
