"""What the pages of partners and alarms say: whom we know, how far we go with them, what is wrong.

Ids, names and reasons only: what partners said is read elsewhere.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from foreshock import gate
from foreshock.archive.feeds import SqliteFeeds
from foreshock.archive.feeds_books import FILE as FEEDS
from foreshock.archive.shelf import open_shelf
from foreshock.archive.shelf_sqlite import FILE as SHELF
from foreshock.desk.doors import Caller, Office
from foreshock.desk.pages import Context
from foreshock.errors import WrongUse
from foreshock.exchange.content import clean
from foreshock.exchange.deeds import deed
from foreshock.exchange.partners import Partner, everybody
from foreshock.exchange.plain import text_of
from foreshock.exchange.spoken import words_of
from foreshock.exchange.taxii import read_book
from foreshock.exchange.taxii.fetch import aside
from foreshock.words.clocks import now
from foreshock.words.feeds import FeedKeeper
from foreshock.words.markings import label
from foreshock.words.records import Struct

#: rows of a list on a page
ROWS = 200
#: hours after which a partner that sends a head each day is silent
SILENT = 48
#: days before which a card or key that ends is told
SOON = timedelta(days=30)


class Row(Struct, frozen=True, kw_only=True):
    """A partner as the page shows it."""

    name: str
    state: str
    #: what it may see, in words
    sees: str
    communities: str = ""
    #: the eight words of its card; empty for one that only reads by TAXII
    words: str = ""
    key: str = ""
    #: whether its key or card is no longer good, or ends soon
    worry: bool = False
    heard: datetime | None = None
    silent: bool = False
    url: str = ""
    alarms: int = 0


class Aside(Struct, frozen=True, kw_only=True):
    """An object of a partner that was not taken."""

    partner: str
    id: str
    why: str
    at: datetime


def partners(office: Office) -> Context:
    """Whom this house exchanges with, by cards and by accounts of TAXII."""
    at, home = now(), office.archive.home
    rows: list[Row] = []
    open_alarms: list[str] = []
    reads: dict[str, datetime] = {}
    if (home / FEEDS).is_file():  # none is made by looking
        with SqliteFeeds(home) as keeper:
            open_alarms = [a.partner for a in keeper.alarms() if not a.settled]
            rows = [
                _row(one, keeper, open_alarms.count(one.id), at)
                for one in everybody(keeper, at).values()
            ]
            reads = keeper.last_heard("taxii ")
    titles = {one.id: one.title for one in read_book(home).collections}
    accounts = [
        (
            one.name,
            _sees(one.receiver.circle),
            ", ".join(sorted(titles.get(c, c) for c in one.read)),
            ", ".join(sorted(titles.get(c, c) for c in one.write)),
            reads.get(f"taxii {one.name}"),
        )
        for one in read_book(home).accounts
    ]
    return {
        "title": "Partners",
        "rows": sorted(rows, key=lambda r: (r.state != "confirmed", r.name))[:ROWS],
        "accounts": accounts[:ROWS],
        "open_alarms": len(open_alarms),
    }


def _sees(circle: str) -> str:
    most = gate.MAY_SEE[circle]
    return f"up to {label(most)}" + (", as a named receiver" if circle == "person" else "")


def _row(one: Partner, keeper: FeedKeeper, alarms: int, at: datetime) -> Row:
    heard = max((header.created for header in keeper.feeds(one.id)), default=None)
    key, worry = _key(one, at)
    return Row(
        name=clean(one.name),
        state=one.state,
        sees=_sees(one.circle) if one.state == "confirmed" else "nothing",
        communities=", ".join(one.communities),
        words=words_of(one.card.root),
        key=key,
        worry=worry,
        heard=heard,
        silent=heard is not None and (at - heard) > timedelta(hours=SILENT),
        url=clean(one.card.url),
        alarms=alarms,
    )


def _key(one: Partner, at: datetime) -> tuple[str, bool]:
    """How its keys stand, and whether somebody should do something."""
    if one.card.revoked_at is not None:
        return f"retired on {one.card.revoked_at.date()}", True
    held = [span for span in one.card.keys if span.holds(at)]
    if at > one.card.expires:
        return f"card {one.card.counter} ended on {one.card.expires.date()}", True
    if not held:
        return f"no key of card {one.card.counter} holds today", True
    last = min(one.card.expires, max(span.until for span in held))
    revoked = sum(span.revoked_at is not None for span in one.card.keys)
    says = f"card {one.card.counter}, good until {last.date()}"
    return says + (f", {revoked} key(s) revoked" if revoked else ""), last - at < SOON


def alarms(office: Office, caller: Caller) -> Context:
    """What a person must look at: forks, gaps, revoked keys, and what was not taken and why."""
    at, home = now(), office.archive.home
    found, names, refused, revoked = [], {}, [], []
    if (home / FEEDS).is_file():
        with SqliteFeeds(home) as keeper:
            known = everybody(keeper, at)
            names = {one.id: clean(one.name) for one in known.values()}
            found = keeper.alarms()
            revoked = [clean(p.name) for p in known.values() if p.state == "revoked"]
            refused = [
                Aside(
                    partner=names.get(p.author, p.author[:8]), id=p.entry.id[:80],
                    why=clean(p.why)[:300], at=p.received,
                )
                for p in keeper.refused(ROWS)
            ]  # fmt: skip
    return {
        "title": "Alarms of the exchange",
        "open": [a for a in found if not a.settled],
        "settled": [a for a in found[::-1] if a.settled][:ROWS],
        "names": names,
        "revoked": revoked,
        "refused": sorted([*refused, *_aside(office)], key=lambda r: r.at, reverse=True)[:ROWS],
        "may_settle": caller.may("settle"),
        "clean": clean,
    }


def _aside(office: Office) -> Iterable[Aside]:
    """What came by TAXII and was not taken."""
    home = office.archive.home
    if not office.database and not (home / SHELF).is_file():
        return ()
    with open_shelf(home, office.database) as shelf:
        return [
            Aside(
                partner=one.partner, id=one.id[:80], why=clean(one.why)[:300],
                at=datetime.fromtimestamp(one.at, now().tzinfo),
            )
            for one in aside(shelf)
        ]  # fmt: skip


def settle(office: Office, caller: Caller, number: str, how: str) -> None:
    """Say how an alarm was settled; raises `WrongUse` where there is none open, or no word."""
    assert caller.person is not None
    said = text_of(how, 400, "what was found")
    if not said:
        raise WrongUse("nothing is said about it", expected="what was found and done, one sentence")
    home = office.archive.home
    none = WrongUse(f"there is no open alarm {number[:20]!a}", expected="one of the page of alarms")
    if not number.isascii() or not number.isdigit() or not (home / FEEDS).is_file():
        raise none
    with SqliteFeeds(home) as keeper, keeper.writing():
        if len(number) > 12 or not keeper.settle(int(number), said):
            raise none
        keeper.log("alarm", caller.person.name, number, "settled", now())
    office.archive.add([deed(caller.person.name, "alarm_settled", number)])
