"""Corrections, withdrawals and erasures of what we said, each by a new entry of its author.

A correction is a new version; a withdrawal the last one, and nothing brings the object back; an
erasure is for what should never have left, such as a wrong marking: every receiver drops the bytes,
keeps the hash, and says so in the receipt.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from foreshock.errors import WrongUse
from foreshock.exchange.feeds import Published, audience, publish
from foreshock.exchange.node import Node
from foreshock.exchange.segments import Channel, add
from foreshock.exchange.view import in_force
from foreshock.words.feeds import Entry, FeedKeeper, Piece
from foreshock.words.records import Struct

_MOST_SHOWN = 200


class Change(Struct, frozen=True, kw_only=True):
    """One field that differs between two versions of an object."""

    field: str
    before: str
    after: str


def difference(before: bytes, after: bytes) -> list[Change]:
    """What differs between two versions, field by field; dates of the version left out.

    >>> difference(b'{"name": "a", "modified": "1"}', b'{"name": "b", "modified": "2"}')
    [Change(field='name', before='"a"', after='"b"')]
    """
    old, new = dict(_fields(_parsed(before))), dict(_fields(_parsed(after)))
    names = [*old, *(name for name in new if name not in old)]
    return [
        Change(field=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in names
        if name != "modified" and old.get(name) != new.get(name)
    ]


def _parsed(body: bytes) -> Any:
    return msgspec.json.decode(body) if body else {}


def _fields(said: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(said, dict):
        for name, value in said.items():
            yield from _fields(value, f"{path}.{name}" if path else name)
    else:
        yield path, msgspec.json.encode(said).decode()[:_MOST_SHOWN]


def ours(id: str, node: Node, keeper: FeedKeeper) -> list[Piece]:
    """All that we said of an object, oldest version first; `WrongUse` if it is not ours."""
    pieces = [p for p in keeper.versions([id]) if p.author == node.id and p.entry.says == "object"]
    if not pieces:
        raise WrongUse(
            f"{id[:80]!r} was not published by this node",
            expected="an id of `foreshock parcel status`",
        )
    return sorted(pieces, key=lambda p: p.instant)


def withdraw(id: str, why: str, node: Node, keeper: FeedKeeper, at: datetime) -> list[Published]:
    """Withdraw an object from everybody who got it: a last version, `revoked`, with the reason."""
    if not why.strip():
        raise WrongUse("a withdrawal needs a reason", expected="one sentence: --why")
    pieces = ours(id, node, keeper)
    newest = in_force(pieces).get((node.id, id))
    if newest is None or newest.revoked:
        raise WrongUse(f"{id} is not in force any more", expected="an object that is")
    said = msgspec.json.decode(keeper.body(newest))
    said["revoked"] = True
    said["modified"] = _later(newest.entry.version, at)
    body = msgspec.json.encode(said)
    return [
        publish([body], audience(label, keeper, at), node, keeper, at, why=why, nature=nature)
        for label, nature in _feeds_of(pieces, keeper)
    ]


def erase(
    id: str, why: str, node: Node, keeper: FeedKeeper, at: datetime, version: str = ""
) -> list[tuple[str, int]]:
    """Have all versions of an object, or one, erased by everybody who got it; feeds and numbers.

    The bytes go here and there; id, hash, reason and the request itself stay.
    """
    if not why.strip():
        raise WrongUse("an erasure needs a reason", expected="one sentence: --why")
    wanted = [p for p in ours(id, node, keeper) if not version or p.entry.version == version]
    if not wanted:
        raise WrongUse(f"{id} was never published in the version {version[:40]!r}")
    done = []
    with keeper.writing():
        for feed in dict.fromkeys(p.feed for p in wanted):
            newest = keeper.newest(feed)
            if newest is None:
                continue
            header = newest.header
            entries = [
                Entry(
                    seq=header.last + n, id=id, version=p.entry.version, sha256=p.entry.sha256,
                    size=0, marking=p.entry.marking, says="erase", why=why,
                )
                for n, p in enumerate((p for p in wanted if p.feed == feed), start=1)
            ]  # fmt: skip
            channel = Channel(feed, header.audience, header.nature, node, keeper, at)
            segment = add(entries, channel)
            done.append((feed, segment.header.number))
        for piece in wanted:
            keeper.erase(piece)
        keeper.log("erase", node.id, id, f"{len(wanted)} versions", at)
    return done


def _feeds_of(pieces: list[Piece], keeper: FeedKeeper) -> list[tuple[str, Any]]:
    found: dict[tuple[str, str], None] = {}
    for piece in pieces:
        newest = keeper.newest(piece.feed)
        if newest is not None:
            label = newest.header.audience
            name = label.removeprefix("partner ")
            found[name if label.startswith("partner ") else label, newest.header.nature] = None
    return list(found)


def _later(version: str, at: datetime) -> str:
    now = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    if now > version:
        return now
    raise WrongUse(
        f"the newest version is of {version}, which the clock here has not reached",
        next_step="Set the clock, or wait.",
    )
