"""A house of the desk with partners, an open alarm, and things that were not taken."""

import json

import msgspec
from exchange_nodes import House as Node
from exchange_nodes import befriend, thing
from exchange_nodes import house as node_of

from foreshock.archive.feeds import SqliteFeeds
from foreshock.archive.shelf import open_shelf
from foreshock.exchange import node, partners
from foreshock.exchange.intake import Refused
from foreshock.exchange.taxii import book as books
from foreshock.exchange.taxii.fetch import set_aside
from foreshock.words.clocks import now
from foreshock.words.feeds import Alarm
from foreshock.words.records import Receiver

SAYS = "segment 4 is signed twice with other contents"
#: words of a partner's object that no page may show
UNSEEN = "wordoftheobject"


def with_partners(house, folder) -> dict[str, str]:
    """The house takes part in the exchange: names of partners -> what the page says of them."""
    at, home = now(), house.archive.home
    keeper = SqliteFeeds(home)
    made = node.found_node("Own desk", home, folder / "own.root", at, keeper)
    own = Node(home, made, keeper, folder / "own.root", at)
    found = {}
    for name in ("Hague desk", "Tokyo desk", "Oslo desk"):
        other = node_of(name, folder)
        other.at = at
        if name != "Oslo desk":
            befriend(own, other, "organisation", ("minerals",))
            befriend(other, own, "organisation", ("minerals",))
        else:
            partners.add(other.me.token, keeper, at, made.card)
        found[name] = other.id
        if name == "Hague desk":
            bad = thing(other, description=UNSEEN, name="\u202eWARNING")
            other.publish(own, bad, thing(other, description=UNSEEN))
            own.open(other.parcel(own))
        other.keeper.close()
    partners.revoke("Tokyo desk", "Their machine was stolen.", keeper, at)
    with keeper.writing():
        keeper.add_alarm(Alarm(at=at, kind="fork", partner=found["Hague desk"], says=SAYS))
        keeper.log("read", "taxii nl-desk", "c1", "objects: 3", at)
    keeper.close()
    with open_shelf(home) as shelf:
        refused = Refused(id="report--7", version="", why="it lies in the future")
        set_aside(shelf, "nl", [(refused, json.dumps({"name": UNSEEN}).encode())])
    shared = books.new_collection("Warnings", "community")
    account = books.new_account(
        Receiver(name="nl-desk", circle="community"),
        "a long secret",
        read=frozenset({shared.id}),
        write=frozenset(),
    )
    book = msgspec.structs.replace(books.Book(), collections=(shared,), accounts=(account,))
    books.change_book(home, lambda _: book)
    return found
