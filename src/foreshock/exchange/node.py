"""This node: its card, the keys behind it, and where they lie."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import pyrage

from foreshock.errors import NotAllowed, WrongUse
from foreshock.exchange import identity
from foreshock.exchange.cards import CARD_LIFE, KEY_LIFE, Card, KeySpan, issue, read_card, renewed
from foreshock.exchange.identity import Key, checked_name
from foreshock.exchange.stix import identity as stix_identity
from foreshock.words.feeds import CardRow, FeedKeeper

CARD = "card.jws"


@dataclass(frozen=True, slots=True)
class Node:
    """Who we are in the exchange."""

    card: Card
    #: the card as partners are given it
    token: str
    operating: Key
    age: pyrage.x25519.Identity = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """Id of our root key."""
        return self.card.id


def found_node(
    name: str, home: Path, root_place: Path, at: datetime, keeper: FeedKeeper,
    *, passphrase: str = "", url: str = "",
) -> Node:  # fmt: skip
    """Make the keys and the first card of this node. `WrongUse` if it has one already.

    The root key goes to `root_place`, which belongs on a stick or is locked by `passphrase`.
    """
    checked_name(name)
    if (home / identity.FOLDER / CARD).exists():
        raise WrongUse(
            f"{home} has a card already",
            next_step="See it: foreshock partners card. New keys: foreshock partners rotate.",
        )
    root, operating = identity.new_key(), identity.new_key()
    age = identity.age_identity(home)
    card = Card(
        name=name,
        identity=stix_identity(name)["id"],
        root=root.public,
        counter=1,
        keys=(KeySpan(key=operating.public, since=at, until=at + KEY_LIFE),),
        age=str(age.to_public()),
        url=url,
        issued=at,
        expires=at + CARD_LIFE,
    )
    token = issue(card, root)
    identity.keep_root(root, root_place, home, passphrase)
    identity.keep_operating(operating, home)
    _keep(card, token, home, at, keeper)
    return Node(card, token, operating, age)


def has_card(home: Path) -> bool:
    """Whether a house takes part in the exchange of nodes."""
    return (home / identity.FOLDER / CARD).is_file()


def own_id(home: Path) -> str:
    """Id of our root key, whatever holds today; `has_card` tells whether there is one."""
    return read_card((home / identity.FOLDER / CARD).read_text("ascii").strip()).id


def load_node(home: Path, at: datetime) -> Node:
    """This node, with an operating key that holds now.

    Raises `WrongUse` when it has no card yet, `NotAllowed` when the card or all keys have expired.
    """
    place = home / identity.FOLDER / CARD
    if not place.is_file():
        raise WrongUse(
            f"this node has no card in {place.parent}",
            next_step="Make one: foreshock partners card --new NAME --root /stick/root.key",
        )
    token = place.read_text("ascii", errors="replace").strip()
    card = read_card(token)
    keys = identity.read_operating(home)
    for span in reversed(card.keys):
        key = keys.get(identity.key_id(span.key))
        if key is not None and span.holds(at) and at <= card.expires:
            return Node(card, token, key, identity.age_identity(home))
    raise NotAllowed(
        f"no operating key of {card.name!r} holds today",
        expected="a card and a key that have not expired",
        next_step="Renew them with the root key: foreshock partners rotate --root PATH",
    )


def rotate(
    home: Path, root_place: Path, at: datetime, keeper: FeedKeeper,
    *, passphrase: str = "", revoke_old: bool = False, url: str | None = None,
) -> Node:  # fmt: skip
    """A new operating key on a new card, signed by the root key. `revoke_old`: the old one is lost.

    What is sent from now on, also what was published before, is signed with the new key.
    """
    place = home / identity.FOLDER / CARD
    before = read_card(place.read_text("ascii").strip()) if place.is_file() else None
    if before is None:
        raise WrongUse("this node has no card yet", next_step="foreshock partners card --new NAME")
    root = identity.read_root(root_place, passphrase)
    if root.public != before.root:
        raise WrongUse(f"{root_place} is not the root key of {before.name!r}")
    operating = identity.new_key()
    card = renewed(before, at, operating=operating, revoke=revoke_old, url=url)
    token = issue(card, root)
    identity.keep_operating(operating, home)
    _keep(card, token, home, at, keeper)
    return Node(card, token, operating, identity.age_identity(home))


def retire(
    home: Path, root_place: Path, at: datetime, keeper: FeedKeeper, *, passphrase: str = ""
) -> str:
    """The last card of this node: it is not to be trusted any more. Nothing takes that back."""
    root = identity.read_root(root_place, passphrase)
    before = read_card((home / identity.FOLDER / CARD).read_text("ascii").strip())
    card = msgspec.structs.replace(renewed(before, at), revoked_at=at)
    token = issue(card, root)
    _keep(card, token, home, at, keeper)
    return token


def _keep(card: Card, token: str, home: Path, at: datetime, keeper: FeedKeeper) -> None:
    place = home / identity.FOLDER / CARD
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with keeper.writing():
        keeper.add_card(CardRow(root=card.id, counter=card.counter, jws=token, at=at))
        keeper.log("key", card.id, f"card {card.counter}", "own card", at)
        part = place.with_name(CARD + ".part")
        with part.open("w", encoding="ascii") as file:
            file.write(token + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
