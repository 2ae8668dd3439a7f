"""What came from partners, by whichever way: into the journal, with who sent it and until when.

An object that is accepted brings its record into the journal, known from its arrival on, and an
`Arrival` beside it that says whose it is. A newer version of the object takes the place of the one
before; an object that its author took back counts no more, and never again. One that rests on what
this house said (it refers to an object of ours, or to one that does) is an echo: kept, and counted
for nothing, else our own warning would come back as its own confirmation. What was quarantined or
refused never gets here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from foreshock.words.base import Struct
from foreshock.words.clocks import Clocks
from foreshock.words.keepers import Keeper
from foreshock.words.missions import Arrival
from foreshock.words.records import EarlyWarning, Record, Report

#: what counts as evidence when it comes by STIX alone
KINDS = (Report, EarlyWarning)

Way = Literal["taxii", "parcel"]


class Others(Struct, frozen=True, kw_only=True):
    """Which records came from partners, as known on a day."""

    #: id of a record that counts -> the partner
    of: Mapping[str, str] = msgspec.field(default_factory=dict)
    #: ids of all records that came from partners, also those that count no more
    every: frozenset[str] = frozenset()
    #: id of a record, or of the event it was, that was taken back -> why, in one sentence
    gone: Mapping[str, str] = msgspec.field(default_factory=dict)

    def counts(self, record_id: str) -> bool:
        """Whether a record may be used: it is ours, or a partner's that stands."""
        return record_id not in self.every or record_id in self.of


#: a house that nothing came to
OURS_ALONE = Others()


def others(arrivals: Iterable[Arrival]) -> Others:
    """What came from partners, told by every version of the arrivals known on a day.

    >>> others([]).counts("report-1")
    True
    """
    every = list(arrivals)
    replaced = {one.supersedes for one in every}
    newest = [one for one in every if one.id not in replaced]
    standing = {one.of: one.partner for one in newest if one.fate == "came" and one.of}
    after = {one.supersedes: one for one in every if one.supersedes}
    gone: dict[str, str] = {}
    for one in every:
        newer = after.get(one.id)
        if one.fate == "came" and newer is not None and newer.fate == "came":
            says = f"{one.partner} corrected {one.of} on {newer.clocks.known_at.date()}"
            gone.update(dict.fromkeys(filter(None, (one.of, one.event)), says))
    for one in newest:
        if one.fate in ("withdrawn", "erased"):
            gone.update(dict.fromkeys(filter(None, (one.of, one.event)), _sentence(one)))
    return Others(
        of=standing,
        every=frozenset(one.of for one in every if one.of),
        gone={key: says for key, says in gone.items() if key not in standing},
    )


def _sentence(one: Arrival) -> str:
    did = {"withdrawn": "withdrew", "erased": "had erased"}[one.fate]
    why = f": {one.why.rstrip('.')}" if one.why else ""
    return f"{one.partner} {did} {one.of} on {one.clocks.known_at.date()}{why}"


class Came(Struct, frozen=True, kw_only=True):
    """An object of a partner that was accepted, as it came."""

    object: str
    version: str
    partner: str
    way: Way
    clocks: Clocks
    record: Record | None = None
    #: ids of the objects that it refers to
    refs: tuple[str, ...] = ()
    #: this is no object: it tells that `object` rests on `refs`
    tie: bool = False
    #: its author took it back
    over: Literal["", "withdrawn", "erased"] = ""
    why: str = ""


def arrive(
    came: Iterable[Came], journal: Keeper, ours: Callable[[Sequence[str]], set[str]],
    event_of: Callable[[Report, str], str],
) -> int:  # fmt: skip
    """Put what came into the journal; how many records were new to it, or taken back.

    `ours` tells which of some objects this house made, `event_of` which event a report of a partner
    is in a round. Done again, nothing is doubled. Everything goes in one transaction.
    """
    every = journal.history(Arrival)
    replaced = {one.supersedes for one in every}
    standing = {(a.partner, a.object): a for a in every if a.id not in replaced}
    theirs = {a.of for a in every if a.of}
    echoes = {a.object for a in standing.values() if a.fate == "echo"}
    made: list[Record] = []
    changed = 0
    # that one object rests on another is told of both, so it is heard last
    for one in sorted(came, key=lambda c: (c.tie, c.version, bool(c.over))):
        before = standing.get((one.partner, one.object))
        found = _arrival(one, before, theirs, echoes, journal, ours)
        if found is None:
            continue
        arrival, record = found
        if isinstance(record, Report) and record.form == "disruption" and arrival.fate == "came":
            arrival = replace(arrival, event=event_of(record, one.partner))
        arrival = arrival.sealed()
        standing[one.partner, one.object] = arrival
        theirs.add(arrival.of)
        echoes |= {one.object} if arrival.fate == "echo" else set()
        made += [*([record] if record is not None else []), arrival]
        changed += arrival.fate != "echo"
    with journal.transaction():
        journal.add(made)
    return changed


def _arrival(
    one: Came, before: Arrival | None, theirs: set[str], echoes: set[str], journal: Keeper,
    ours: Callable[[Sequence[str]], set[str]],
) -> tuple[Arrival, Record | None] | None:  # fmt: skip
    """What an object makes known that was not known before; None for nothing."""
    if before is not None and (before.fate in ("withdrawn", "erased")):
        return None  # what was taken back never comes again
    bare = Arrival(
        clocks=one.clocks, object=one.object, version=one.version, partner=one.partner,
        way=one.way, fate="came", supersedes=before.id if before else None,
    )  # fmt: skip
    if one.over:
        if before is None or before.fate == "echo":
            return None
        over = replace(bare, fate=one.over, of=before.of, event=before.event, why=one.why)
        return over, None
    near = _near(one.refs, echoes, ours)
    if one.tie:
        if before is None or before.fate == "echo" or not near:
            return None
        return replace(bare, version=before.version, fate="echo", of=before.of, why=near), None
    if one.record is None or (before is not None and before.version >= one.version):
        return None
    known = journal.get(one.record.id)
    if known is not None and one.record.id not in theirs and not _just_came(known, one):
        return replace(bare, fate="echo", why="it is a record of this house"), None
    if near:
        return replace(bare, fate="echo", of=one.record.id, why=near), one.record
    return replace(bare, of=one.record.id), one.record


#: who and where an object speaks of makes it nobody's echo
_NO_SOURCE = ("identity--", "location--", "marking-definition--", "extension-definition--")


def _near(refs: Sequence[str], echoes: set[str], ours: Callable[[Sequence[str]], set[str]]) -> str:
    """On what of ours an object rests, in words; empty for nothing."""
    told = [ref for ref in refs if not ref.startswith(_NO_SOURCE)]
    found = [ref for ref in told if ref in echoes] or sorted(ours(told))
    return f"it refers to {found[0]}, which rests on what this house said" if found else ""


def _just_came(known: Record, one: Came) -> bool:
    """Whether a record that is there was put there by this very arrival, and not before it."""
    return known.clocks.received >= one.clocks.received
