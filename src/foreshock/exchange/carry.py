"""Records of this house inside STIX objects, and back.

Any STIX tool reads the plain properties; a Foreshock node finds the record itself in an extension
of its own, as the exact text that its author encoded. Its id is the hash of what it says, so a
record cannot change on its way without losing its name.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from foreshock.errors import NotAllowed, NotGenuine, WrongUse
from foreshock.exchange import stix
from foreshock.exchange.node import Node
from foreshock.exchange.parcels import NOT_DECODED
from foreshock.words.clocks import live
from foreshock.words.feeds import FeedKeeper
from foreshock.words.markings import Marking, strictest
from foreshock.words.pack import Pack
from foreshock.words.records import KINDS, Bulletin, Nature, Receiver, Record, Report

EXTENSION = stix.name_of("extension-definition", "carried record 1.0")
#: kinds that never travel: they are this house's own books, and a forged one would falsify them
#: (a forged reading would stand for what our own reader finds in a text)
OWN_BOOKS = frozenset(
    {
        *("reading", "receipt", "round", "entry", "mission", "assignment"),
        *("submission", "disclosure", "release", "deed", "person", "arrival"),
    }
)
#: how an index entry for a carried record begins
CARRIES = "carries:"

#: the form is made whole; who may see it is decided when it is published
_WHOLE = Receiver(name="this node", circle="person")
_PLACES = ("identity", "location")
_LEFT_OUT = ("extension-definition", "marking-definition")
_CONTAINERS = (list, tuple)


def objects(
    records: Sequence[Record],
    node: Node,
    pack: Pack,
    first: Mapping[str, datetime] | None = None,
    before: Callable[[str], Record | None] = lambda _: None,
) -> list[bytes]:
    """Records as STIX objects of ours, each of which carries its record, places before them.

    `first`: as for `stix.bundle`. `before` gives a record by its id, so that one which corrects
    another becomes a new version of the same object. Raises `WrongUse` for a record that is not
    sealed, or is one of
    the house's own books.
    """
    made: dict[tuple[str, str], bytes] = {}
    for record in records:
        kind = type(record).__name__.lower()
        if kind in OWN_BOOKS or kind not in KINDS:
            raise WrongUse(f"{record.id or kind} is a {kind}", expected="a record that may travel")
        if record.id != record.sealed().id:
            raise WrongUse(
                f"the {kind} {record.id or 'without id'} was changed since it was sealed"
            )
        beside, main = _in_form(record, node, pack, first)
        if main is None:
            main = _note(record, kind, node, pack, before)
        main = _carrying(main, record, kind)
        for one in [*beside, main]:
            made[one["id"], one["modified"]] = msgspec.json.encode(one)
    return list(made.values())


def _in_form(
    record: Record, node: Node, pack: Pack, first: Mapping[str, datetime] | None
) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The places of a record, and the one object that tells it; None: STIX needs several, or none.

    One record is one object, so that what is erased or withdrawn leaves nothing in another.
    """
    said = stix.bundle([record], _WHOLE, node.card.name, pack, first).get("objects", [])
    ours = [o for o in said if o.get("created_by_ref") == node.card.identity]
    places = [o for o in ours if o["type"] in _PLACES]
    telling = [o for o in ours if o["type"] not in (*_PLACES, *_LEFT_OUT)]
    # a note tells all of a report, and a bulletin without what it names; STIX makes several of each
    one = len(telling) == 1 and not isinstance(record, Report | Bulletin)
    return places, telling[0] if one else None


def _note(
    record: Record, kind: str, node: Node, pack: Pack, before: Callable[[str], Record | None]
) -> dict[str, Any]:
    """A record for which STIX has no better form, as a note."""
    root = record
    while root.supersedes is not None and (earlier := before(root.supersedes)) is not None:
        root = earlier
    abstract, told = _told(record, kind, pack)
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": stix.name_of("note", f"{node.card.identity} {root.id}"),
        "created_by_ref": node.card.identity,
        "created": stix.stamp(root.clocks.known_at),
        "modified": stix.stamp(record.clocks.known_at),
        "abstract": abstract[:250],
        "content": told[:4_000],
        "labels": [kind, record.nature],
        "object_refs": [node.card.identity],
        "object_marking_refs": [stix.tlp(record.marking)],
    }


#: figures of a report, as a reader of the note sees them
_FIGURES = (
    ("stock_days", "stocks {:g} days"),
    ("lead_time_days", "lead time {:g} days"),
    ("licences_applied", "licences applied for {}"),
    ("licences_approved", "approved {}"),
    ("licences_waiting", "waiting {}"),
)


def _told(record: Record, kind: str, pack: Pack) -> tuple[str, str]:
    """A heading and the record in words, for tools that show nothing else."""
    if not isinstance(record, Report):
        says = getattr(record, "says", "") or getattr(record, "title", "") or kind
        return f"{kind}: {says}"[:250], str(says)
    goods = ", ".join(pack.name.get(item, item) for item in record.items)
    day = record.clocks.happened or record.clocks.known_at.date().isoformat()
    head = f"STATUS {day}: {goods} in {pack.name.get(record.host, record.host)}: {record.status}"
    figures = [
        text.format(getattr(record, field))
        for field, text in _FIGURES
        if getattr(record, field) is not None
    ]
    if record.price is not None:
        figures.append(f"price {record.price:g} {record.price_unit}")
    parts = [
        record.says, ", ".join(figures), record.impact, record.cause, record.expected_duration,
        record.measures_taken, record.help_wanted, f"Outlook: {record.outlook}.",
        f"Reported by {record.mission}{f', graded {record.grade}' if record.grade else ''}.",
    ]  # fmt: skip
    return head, " ".join(part for part in parts if part)


def _carrying(said: dict[str, Any], record: Record, kind: str) -> dict[str, Any]:
    every = [record.marking, *(part.marking for part in parts(record))]
    said["object_marking_refs"] = [stix.tlp(strictest(every))]
    extensions = dict(said.get("extensions", {}))
    extensions[EXTENSION] = {
        "extension_type": "property-extension",
        "record_kind": kind,
        "record_id": record.id,
        "record": msgspec.json.encode(record).decode(),
    }
    return {**said, "extensions": extensions}


def parts(record: Record) -> list[Record]:
    """Every record inside a record: a bulletin may carry stricter warnings than itself."""
    found: list[Record] = []
    for field in record.__struct_fields__:
        value = getattr(record, field)
        for part in value if isinstance(value, _CONTAINERS) else (value,):
            if isinstance(part, Record):
                found += [part, *parts(part)]
    return found


def carried_id(said: Mapping[str, Any]) -> str:
    """The index entry of the record that an object says it carries; empty for none."""
    extensions = said.get("extensions")
    inside = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    name = inside.get("record_id") if isinstance(inside, dict) else None
    ok = isinstance(name, str) and 0 < len(name) <= 80 and " " not in name
    return f"{CARRIES}{name}" if ok else ""


def record_in(body: bytes, marking: Marking, nature: Nature, at: datetime) -> Record | None:
    """The record that an object carries, known here from now on; None when it carries none.

    `marking` is the object's, `nature` that of its feed. Raises `NotGenuine` for a record that is
    not what it says, is marked otherwise, or is of another nature.
    """
    said = msgspec.json.decode(body)
    if not carried_id(said):
        return None
    inside = said["extensions"][EXTENSION]
    kind = None if inside.get("record_kind") in OWN_BOOKS else KINDS.get(inside.get("record_kind"))
    if kind is None:
        raise NotGenuine(f"the object carries a {str(inside.get('record_kind'))[:40]!r}")
    try:
        record = msgspec.json.decode(inside["record"], type=kind)
        every = [record, *parts(record)]
        sound = all(one.id == one.sealed().id for one in every)
    except (*NOT_DECODED, KeyError, TypeError, ValueError) as error:
        raise NotGenuine(f"the record in the object cannot be read ({str(error)[:80]})") from None
    if not sound or record.id != inside["record_id"]:
        raise NotGenuine("the id of the record in the object is not that of its content")
    if strictest([one.marking for one in every]) > marking:
        raise NotGenuine("the record in the object is marked more strictly than the object")
    if any(one.nature != nature for one in every):
        raise NotGenuine(f"the record in the object is not {nature}, as its feed is")
    # the sender's clocks tell when *they* knew; a replay of our past must not see it before us
    clocks = live(at, record.clocks.published, record.clocks.happened)
    return msgspec.structs.replace(record, clocks=clocks)


def may_replace(record: Record, author: str, keeper: FeedKeeper, is_known: bool) -> None:
    """`NotAllowed` when a record would replace one that did not come from the same author.

    Else a partner could make our own judgement vanish by "correcting" it. `is_known`: the record
    in whose place it would stand is here.
    """
    if record.supersedes is None:
        return
    theirs = {p.author for p in keeper.citing(f"{CARRIES}{record.supersedes}")}
    if theirs != {author} and (is_known or theirs):
        raise NotAllowed(
            f"{record.id} would replace {record.supersedes}, which did not come from its author",
            expected="a correction of records that the author sent before",
        )
