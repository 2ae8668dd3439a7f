"""Nodes that exchange parcels: each with keys, a card, a file of feeds, and a clock of its own."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from foreshock.archive.feeds import SqliteFeeds
from foreshock.exchange import feeds, node, opening, parcels, partners, segments, sending
from foreshock.exchange.node import Node
from foreshock.exchange.parcels import Block
from foreshock.exchange.spoken import words_of
from foreshock.words.markings import RULES, Marking

START = datetime(2026, 7, 1, 9, tzinfo=UTC)


@dataclass
class House:
    """A node with its keeper and its clock."""

    home: Path
    me: Node
    keeper: SqliteFeeds
    root: Path
    at: datetime = START
    opened: list = field(default_factory=list)

    @property
    def id(self):
        return self.me.id

    @property
    def name(self):
        return self.me.card.name

    def pass_days(self, days):
        self.at += timedelta(days=days)

    def rotate(self, lost=False):
        self.me = node.rotate(self.home, self.root, self.at, self.keeper, revoke_old=lost)

    # -- saying ------------------------------------------------------------------------------

    def publish(self, to, *objects, **more):
        name = to if isinstance(to, str) else to.name
        audience = feeds.audience(name, self.keeper, self.at)
        return feeds.publish(objects, audience, self.me, self.keeper, self.at, **more)

    def partner(self, other):
        return partners.named(other.name, self.keeper, self.at)

    def parcel(self, to, **more):
        """The bytes of a parcel for another house, locked if it must be."""
        partner = self.partner(to)
        blocks, lock = sending.for_partner(partner, self.me, self.keeper, self.at, **more)
        data = parcels.write(blocks)
        return parcels.lock(data, [partner.card.age]) if lock else data

    def segments(self, to, **more):
        """The blocks of segments alone."""
        partner = self.partner(to)
        blocks, _ = sending.for_partner(partner, self.me, self.keeper, self.at, **more)
        return [block for block in blocks if block.purpose == "segment"]

    # -- hearing -----------------------------------------------------------------------------

    def open(self, data):
        self.opened.append(opening.open_parcel(data, self.me, self.keeper, self.at))
        return self.opened[-1]

    def open_blocks(self, *blocks):
        return self.open(parcels.write(blocks))

    def alarms(self, kind=""):
        return [a for a in self.keeper.alarms() if not a.settled and kind in ("", a.kind)]

    def holds(self):
        """What is in force here: (author, id) -> the version's date and whether withdrawn."""
        from foreshock.exchange.view import in_force

        found = in_force(self.keeper.everything())
        return {key: (p.entry.version, p.revoked, p.entry.sha256) for key, p in found.items()}

    def fates(self, id):
        return [p.fate for p in self.keeper.versions([id]) if p.entry.says == "object"]


def house(name: str, folder: Path) -> House:
    home, root = folder / name, folder / f"{name}.root"
    keeper = SqliteFeeds(home)
    return House(home, node.found_node(name, home, root, START, keeper), keeper, root)


def befriend(one: House, other: House, circle="organisation", communities=()):
    """`one` trusts `other` from now on, as after a telephone call."""
    partners.add(other.me.token, one.keeper, one.at, one.me.card)
    words = words_of(other.me.card.root)
    partners.confirm(other.name, words, circle, tuple(communities), one.keeper, one.at)


def both(one: House, other: House, circle="organisation", communities=()):
    befriend(one, other, circle, communities)
    befriend(other, one, circle, communities)


def tlp(marking: Marking) -> str:
    return f"marking-definition--{RULES[marking].stix_id}"


def thing(author: House, marking=Marking.GREEN, **more) -> bytes:
    """A warning of a house as exact bytes; `None` leaves a property out."""
    said = {
        "type": "report",
        "spec_version": "2.1",
        "id": f"report--{uuid.uuid4()}",
        "created_by_ref": author.me.card.identity,
        "created": "2026-06-30T08:00:00.000Z",
        "modified": "2026-06-30T08:00:00.000Z",
        "name": "WARNING level 3/4 alert: gallium for South Korea",
        "description": "Licences are required from August.",
        "report_types": ["supply-chain-warning"],
        "labels": ["level-3", "min.ga"],
        "object_marking_refs": [tlp(marking)],
        **more,
    }
    return msgspec.json.encode({key: value for key, value in said.items() if value is not None})


def named(body: bytes) -> str:
    return json.loads(body)["id"]


def changed(body: bytes, **more) -> bytes:
    return msgspec.json.encode({**json.loads(body), **more})


def forged(signer: House, block: Block, key=None, **header) -> Block:
    """A segment with another header, signed rightly by a house (or by another key)."""
    from foreshock.exchange import jws
    from foreshock.words.feeds import Header

    old = msgspec.json.decode(jws.take_apart(block.jws, "segment").payload, type=Header)
    payload = msgspec.json.encode(msgspec.structs.replace(old, **header))
    return Block(jws=jws.sign(payload, "segment", key or signer.me.operating), body=block.body)


def segment_of(author: House, to: House, bodies, entries=None, keep=False, **header) -> Block:
    """A first segment of `author` for `to` with whatever a dishonest author would put into it."""
    import hashlib

    from foreshock.exchange import jws
    from foreshock.exchange.intake import examine, marking_of
    from foreshock.words.feeds import Entry, Header, Segment
    from foreshock.words.markings import strictest

    label = header.pop("audience", f"partner {to.id}")
    newest = author.keeper.newest(segments.feed_id(author.id, label))
    first = newest.header.last + 1 if newest else 1
    if entries is None:
        entries = []
        for n, body in enumerate(bodies):
            try:
                said = json.loads(body)
                said = said if isinstance(said, dict) else {}
            except (ValueError, RecursionError):
                said = {}
            found = examine(body, author.at)
            entries.append(
                Entry(
                    seq=first + n,
                    id=str(said.get("id", "report--x"))[:400],
                    version=str(said.get("modified", ""))[:60],
                    sha256=hashlib.sha256(body).hexdigest(),
                    size=len(body),
                    marking=getattr(found, "marking", marking_of(said) if said else Marking.GREEN),
                )
            )
    laid = parcels.lay_out(entries, bodies)
    body = parcels.squeeze(laid.raw)
    made = {
        "author": author.id,
        "feed": segments.feed_id(author.id, label),
        "audience": label,
        "number": newest.header.number + 1 if newest else 1,
        "first": first,
        "last": first + len(entries) - 1,
        "previous": newest.head if newest else "",
        "manifest_sha256": laid.manifest_sha256,
        "manifest_bytes": laid.manifest_bytes,
        "raw_bytes": len(laid.raw),
        "marking": strictest([e.marking for e in entries]),
        "created": author.at,
        "audit": (0, ""),
        **header,
    }
    payload = msgspec.json.encode(Header(**made))
    token = jws.sign(payload, "segment", author.me.operating)
    if keep:  # the next one follows it
        segment = Segment(
            header=Header(**made),
            payload=payload,
            jws=token,
            body=body,
            head=hashlib.sha256(payload).hexdigest(),
            received=author.at,
        )
        author.keeper.add_segment(segment, [])
    return Block(jws=token, body=body)
