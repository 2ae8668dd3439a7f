"""Whether somebody let go what is about to leave: asked by every verb that sends, before it does.

A release names what it lets go and to whom. One to a circle holds for whoever belongs to it or
stands nearer; one to a partner, a collection or a person for them alone. Beside it a standing
release holds for public facts: controls and promises at TLP:CLEAR that rest on the pack or on
published texts, and on nothing that a person of this house wrote. To take back needs no release: a
warning that is cancelled or has expired goes to whoever was let have it.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from foreshock import gate
from foreshock.errors import NotReleased
from foreshock.exchange.carry import parts
from foreshock.words.keepers import Keeper
from foreshock.words.markings import Marking, label, strictest
from foreshock.words.missions import Release
from foreshock.words.records import Commitment, EarlyWarning, Measure, Receiver, Record, Struct

#: what a standing release names
FACTS = "public facts"
#: how evidence is named that was published: rows of the pack, texts and what was read in them
_PUBLISHED = ("pack:", "event-", "document-")
#: states of a warning that take it back
_OVER = ("cancelled", "expired")
#: ids named in a refusal; the rest is counted
_NAMED = 3


class Going(Struct, frozen=True, kw_only=True):
    """A record or STIX object that is about to leave."""

    #: as a release names it: the id of a record, or id and hash of an object
    name: str
    marked: gate.Marked
    #: a standing release lets it go
    fact: bool = False
    #: earlier versions that this one takes back
    takes_back: tuple[str, ...] = ()


def going(record: Record, before: Callable[[str], Record | None] = lambda _: None) -> Going:
    """A record that is about to leave; `before` gives an earlier version by its id.

    >>> from foreshock.words.clocks import live, now
    >>> going(Record(clocks=live(now()), id="record-1")).name
    'record-1'
    """
    earlier: list[str] = []
    if isinstance(record, EarlyWarning) and record.state in _OVER:
        one: Record | None = record
        while one is not None and one.supersedes and one.supersedes not in earlier:
            earlier.append(one.supersedes)
            one = before(one.supersedes)
    return Going(
        name=record.id,
        marked=gate.Marked(
            marking=strictest([record.marking, *(p.marking for p in parts(record))])
        ),
        fact=_is_fact(record),
        takes_back=tuple(earlier),
    )


def going_object(name: str, body: bytes, marked: gate.Marked) -> Going:
    """A STIX object that is about to leave: these bytes and no others under its id.

    >>> going_object("report--1", b"{}", gate.Marked(marking=Marking.GREEN)).name
    'report--1 44136fa355b3678a1146'
    """
    return Going(name=f"{name} {hashlib.sha256(body).hexdigest()[:20]}", marked=marked)


def _is_fact(record: Record) -> bool:
    if not isinstance(record, Measure | Commitment) or record.marking is not Marking.CLEAR:
        return False
    evidence = [ref for step in record.steps for ref in step.evidence]
    evidence += record.evidence if isinstance(record, Commitment) else ()
    return bool(evidence) and all(ref.startswith(_PUBLISHED) for ref in evidence)


def let_go_to(decisions: Iterable[Release], receiver: Receiver) -> frozenset[str]:
    """The names of all that was let go to a receiver, `FACTS` among them for a standing release.

    `decisions` are oldest first; a refusal after a release takes it back.
    """
    found: dict[tuple[str, str, str], bool] = {}
    for one in decisions:
        if one.step != "asked" and _reaches(one, receiver):
            found[one.of, one.to, one.circle] = one.step == "released"
    return frozenset(of for (of, _, _), is_let in found.items() if is_let)


def _reaches(one: Release, receiver: Receiver) -> bool:
    """Whether a decision is about a receiver."""
    if "person" in (one.circle, receiver.circle):
        return (one.to, one.circle) == (receiver.name, receiver.circle)
    near = gate.MAY_SEE[receiver.circle] >= gate.MAY_SEE[one.circle]
    return near and one.to in (one.circle, receiver.name)


def lacking(keeper: Keeper, things: Sequence[Going], receiver: Receiver) -> list[Going]:
    """What of all this nobody has let go to the receiver yet."""
    decided = sorted(keeper.known(Release), key=lambda r: (r.at, r.id))
    let = let_go_to((r for r in decided if r.nature == "actual"), receiver)
    return [
        one
        for one in things
        if one.name not in let
        and not (one.fact and FACTS in let)
        and let.isdisjoint(one.takes_back)
    ]


def demand(keeper: Keeper, things: Sequence[Going], receiver: Receiver) -> None:
    """Nothing where all was let go to the receiver; else `NotReleased`, with what to do."""
    missing = lacking(keeper, things, receiver)
    if missing:
        raise not_released(missing, len(things), receiver)


def not_released(missing: Sequence[Going], of: int, receiver: Receiver) -> NotReleased:
    """What to tell a person who would send what nobody released: names and markings only."""
    named = ", ".join(f"{one.name} ({label(one.marked.marking)})" for one in missing[:_NAMED])
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return NotReleased(
        f"{len(missing)} of {of} record(s) were not released to {receiver.name!r}: {named}{more}; "
        "nothing was sent",
        expected="the release of each by a releasing officer",
        next_step="An officer lets them go with --release-by NAME, or before by `foreshock release "
        "give` or on the page of releases.",
    )
