"""What we say to whom: objects into signed segments of a feed, one feed for each audience.

A feed has one author and one audience, so what one partner may not know of leaves no gap in the
feed of another. Nothing enters a feed before the gate has looked at the object and at everything
it refers to.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from foreshock import gate
from foreshock.errors import NotAllowed, WrongUse
from foreshock.exchange.carry import carried_id
from foreshock.exchange.intake import Refused, look_into
from foreshock.exchange.node import Node
from foreshock.exchange.partners import Partner, everybody
from foreshock.exchange.segments import Channel, Said, add, append, current_feed, feed_id
from foreshock.exchange.view import effective_markings
from foreshock.words.feeds import Entry, FeedKeeper, Piece
from foreshock.words.markings import Marking
from foreshock.words.records import Nature, Receiver, Struct
from foreshock.words.shelf import Item

#: labels that tell the level of a warning
_LEVELS = {f"level-{level}": level for level in range(5)}
_COMMUNITY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Held(Struct, frozen=True, kw_only=True):
    """An object that was not published, and why."""

    id: str
    why: str


class Published(Struct, frozen=True, kw_only=True):
    """What became of objects that were to be published."""

    feed: str
    segments: tuple[int, ...]
    entries: tuple[Entry, ...]
    #: in the feed already
    same: int
    held: tuple[Held, ...]


class Audience(Struct, frozen=True, kw_only=True):
    """For whom a feed is."""

    #: `partner ROOT-ID` or `community NAME`
    label: str
    receiver: Receiver
    members: tuple[Partner, ...]


def audience(to: str, keeper: FeedKeeper, at: datetime) -> Audience:
    """The audience named `community NAME`, or by the name of a partner.

    What a community may see is what every member may: the narrowest circle decides, and TLP:AMBER
    stays the strictest. Raises `WrongUse` for nobody, `NotAllowed` for a partner not confirmed.
    """
    every = everybody(keeper, at)
    if to.startswith("community "):
        name = to.removeprefix("community ")
        members = tuple(
            p for p in every.values() if p.state == "confirmed" and name in p.communities
        )
        if not _COMMUNITY.fullmatch(name) or not members:
            raise WrongUse(
                f"the community {name[:60]!r} has no members here",
                expected="a name in small letters that a confirmed partner was given",
                next_step="foreshock partners confirm NAME --community ...",
            )
        most = min(gate.MAY_SEE[p.circle] for p in members)
        circle = "organisation" if most >= Marking.AMBER else gate.circle_of(most)
        return Audience(
            label=to,
            receiver=msgspec.convert(
                {"name": gate.own_name(name, "community"), "circle": circle}, Receiver
            ),
            members=members,
        )
    found = next((p for p in every.values() if to in (p.name, p.id)), None)
    if found is None:
        raise WrongUse(
            f"there is no partner {to[:60]!r}",
            expected=", ".join(sorted(p.name for p in every.values())) or "one who was added",
        )
    if found.state != "confirmed":
        raise NotAllowed(
            f"the partner {found.name!r} is {found.state}",
            expected="a confirmed one",
            next_step="Compare the eight words: foreshock partners confirm.",
        )
    gate.own_name(found.name, "partner")
    return Audience(label=f"partner {found.id}", receiver=found.receiver, members=(found,))


# -- publishing ----------------------------------------------------------------------------------


def publish(
    objects: Iterable[bytes], to: Audience, node: Node, keeper: FeedKeeper, at: datetime,
    *, why: str = "", nature: Nature = "actual", leave_out: bool = False,
) -> Published:  # fmt: skip
    """Put objects of ours into the feed of an audience, all or none.

    Objects are STIX 2.1, as exact bytes, and ours (`created_by_ref`). What the gate holds back
    raises `NotAllowed`, or, with `leave_out`, is left out and named. Raises `WrongUse` for an
    object that is not sound, not ours, older than what we said before, or withdrawn.
    """
    found = [sound(body, node, at) for body in objects]
    with keeper.writing():
        feed = current_feed(node, to.label, nature, keeper)
        known = _by_id(keeper.versions(said.item.id for said in found))
        fresh, same = _fresh(found, known, feed, node)
        markings = effective_markings([said.item for said in fresh], keeper)
        ready: list[tuple[Said, Marking]] = []
        held: list[Held] = []
        for said in fresh:
            name = said.item.id
            marked = markings[name]
            if gate.passes(marked, to.receiver):
                ready.append((said, marked.marking))
            else:
                why_not = gate.judge(name, marked, to.receiver).why
                held.append(Held(id=name, why=why_not))
                keeper.log("mark", to.label, name, "held back", at)
        if held and not leave_out:
            raise NotAllowed(
                f"{len(held)} of {len(fresh)} object(s) may not go to {to.receiver.name!r}: "
                f"{held[0].why}",
                next_step="Leave them out (--leave-out), or choose another receiver.",
            )
        entries, numbers = append(ready, Channel(feed, to.label, nature, node, keeper, at), why)
    return Published(feed=feed, segments=numbers, entries=entries, same=same, held=tuple(held))


def sound(body: bytes, node: Node, at: datetime) -> Said:
    """An object as it would be published; `WrongUse` when it is not sound, or not ours."""
    found = look_into(body, at)
    if isinstance(found, Refused):
        raise WrongUse(f"the object {found.id[:80]!r} is not sound: {found.why}")
    said, item = found
    if said.get("created_by_ref") != node.card.identity or not item.version:
        raise WrongUse(
            f"the object {item.id} is not ours",
            expected=f"created_by_ref {node.card.identity}, and a date of its version",
            next_step="What others made is passed on as it came, not said anew.",
        )
    carries = carried_id(said)
    return Said(
        item=item, revoked=said.get("revoked") is True, sha256=hashlib.sha256(body).hexdigest(),
        refs=(*item.refs, carries) if carries else item.refs, level=_level(said),
    )  # fmt: skip


def _level(said: dict[str, Any]) -> int:
    """The level of a warning, from its labels; 0 for whatever is none."""
    labels = said.get("labels")
    if said["type"] != "report" or not isinstance(labels, list):
        return 0
    return max([_LEVELS.get(one, 0) for one in labels if isinstance(one, str)], default=0)


def _by_id(pieces: Iterable[Piece]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for piece in pieces:
        found.setdefault(piece.entry.id, []).append(piece)
    return found


def _fresh(
    found: Sequence[Said], known: dict[str, list[Piece]], feed: str, node: Node
) -> tuple[list[Said], int]:
    """What the feed does not hold yet; `WrongUse` for what would contradict ourselves."""
    fresh: list[Said] = []
    same, us = 0, node.id
    batch: dict[tuple[str, str], str] = {}
    for said in found:
        item = said.item
        if batch.setdefault((item.id, item.instant), said.sha256) != said.sha256:
            raise _two_contents(item)
        before = [p for p in known.get(item.id, ()) if p.entry.says == "object"] if known else ()
        if not before:
            fresh.append(said)
            continue
        if any(p.author != us and p.fate == "kept" for p in before):
            raise WrongUse(f"{item.id} belongs to another node", next_step="Give it another id.")
        own = [p for p in before if p.author == us]
        twins = [p for p in own if p.instant == item.instant]
        if any(p.entry.sha256 != said.sha256 for p in twins):
            raise _two_contents(item)
        if any(p.revoked and p.instant < item.instant for p in own) and not said.revoked:
            raise WrongUse(
                f"{item.id} was withdrawn, and nothing brings it back",
                next_step="Say it anew under another id.",
            )
        if any(p.feed == feed for p in twins):
            same += 1
            continue
        if any(p.instant > item.instant for p in own if p.feed == feed):
            raise WrongUse(
                f"{item.id} of {item.version} is older than what was published",
                expected="a newer version",
            )
        fresh.append(said)
    return fresh, same


def _two_contents(item: Item) -> WrongUse:
    return WrongUse(
        f"{item.id} was published before with the same `modified` and another content",
        next_step="Give the new version a later `modified`.",
    )


def renew(label: str, nature: Nature, node: Node, keeper: FeedKeeper, at: datetime) -> str:
    """Begin a feed anew, after an old backup was restored and partners saw a fork; its id."""
    ours = [h for h in keeper.feeds(node.id) if (h.audience, h.nature) == (label, nature)]
    epoch = max((h.epoch for h in ours), default=0) + 1
    feed = feed_id(node.id, label, nature, epoch)
    with keeper.writing():
        add([], Channel(feed, label, nature, node, keeper, at))
    return feed


def ensure(to: Audience, node: Node, keeper: FeedKeeper, at: datetime) -> str:
    """Our feed for an audience, begun with an empty segment if there is none yet; its id.

    A partner that has one head can tell from then on whether we are silent.
    """
    with keeper.writing():
        feed = current_feed(node, to.label, "actual", keeper)
        if keeper.newest(feed) is None:
            add([], Channel(feed, to.label, "actual", node, keeper, at))
    return feed


def refresh(node: Node, keeper: FeedKeeper, at: datetime, hours: float = 20) -> list[str]:
    """A new head for each of our feeds that has been silent, so that silence can be told from loss.

    Once a day is enough: partners tell after two days that they have heard nothing.
    """
    renewed = []
    for header in keeper.feeds(node.id):
        newest = current_feed(node, header.audience, header.nature, keeper)
        if header.feed == newest and (at - header.created).total_seconds() > hours * 3600:
            with keeper.writing():
                add([], Channel(header.feed, header.audience, header.nature, node, keeper, at))
            renewed.append(header.feed)
    return renewed
