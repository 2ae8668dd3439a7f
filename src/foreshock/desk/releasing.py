"""What a verb does before it sends: show who gets what, and ask whether an officer let it go."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from foreshock import gate
from foreshock.desk.talk import say
from foreshock.errors import NotAllowed, WrongUse
from foreshock.exchange import release, released
from foreshock.exchange.released import Going, going
from foreshock.words.markings import label
from foreshock.words.missions import Release
from foreshock.words.records import Receiver, Record

if TYPE_CHECKING:
    from foreshock.archive import Archive
    from foreshock.rounds import Findings
    from foreshock.words.people import Person

ReleaseBy = Annotated[
    str | None,
    typer.Option("--release-by", help="Let it go in the name of this releasing officer."),
]
ReleasedOnly = Annotated[
    bool, typer.Option("--released-only", help="Only what was released; leave the rest here.")
]
#: rows of a preview on the command line
SHOWN = 20


class Way(msgspec.Struct, frozen=True):
    """How a verb may go on: what an officer says now, or only what was said before."""

    by: str | None = None
    only: bool = False
    why: str = ""
    #: what is made stays in this house
    stays: bool = False

    def __post_init__(self) -> None:
        if self.by is not None and self.only:
            raise WrongUse(
                "--release-by and --released-only contradict each other", expected="one of them"
            )


class Named(msgspec.Struct, frozen=True):
    """Something that is about to leave, and how a person calls it."""

    going: Going
    says: str


def named_records(records: Sequence[Record], archive: "Archive") -> list[Named]:
    """Records that are about to leave."""
    return [Named(going(one, archive.get), called(one)) for one in records]


def called(record: Record) -> str:
    """A record in a few words, for the officer at this machine who lets it go."""
    words = [type(record).__name__.lower()]
    for field in ("item", "items", "holder", "name", "title", "level", "state", "status"):
        value = getattr(record, field, None)
        if value not in (None, "", ()):
            told = ", ".join(value) if isinstance(value, tuple) else str(value)
            words.append(f"level {told}" if field == "level" else told[:80])
    return " ".join(words)


def cleared(
    archive: "Archive", things: Sequence[Named], receiver: Receiver, way: Way, to: str = ""
) -> frozenset[str]:
    """The names of what may leave for a receiver; what the gate holds back is not asked about.

    With `way.by` the officer lets go what nobody did yet, and is shown it; raises `NotReleased`
    where somebody else has to, or nobody did. `to` says who the receiver is, in words. What stays
    in this house (`--for own`) needs no release.
    """
    if way.stays:
        return frozenset(one.going.name for one in things)
    passing = [one for one in things if gate.passes(one.going.marked, receiver)]
    asked = [one.going for one in passing]
    if way.by is None:
        if not way.only:
            released.demand(archive, asked, receiver)
        missing = {one.name for one in released.lacking(archive, asked, receiver)}
        if missing:
            say(f"{len(missing)} record(s) were not released to {receiver.name} and stay here.")
        return frozenset(one.name for one in asked if one.name not in missing)
    person = officer(archive, way.by)
    missing = {one.name for one in released.lacking(archive, asked, receiver)}
    fresh = [one for one in passing if one.going.name in missing]
    if not fresh:
        return frozenset(one.name for one in asked)
    say(f"{person.name} lets go to {to or receiver.name}:")
    for one in fresh[:SHOWN]:
        say(f"  {one.says} [{label(one.going.marked.marking)}] {one.going.name}")
    if len(fresh) > SHOWN:
        say(f"  ... and {len(fresh) - SHOWN} more")
    _asked(len(fresh))
    made = release.let_go(archive, person, [one.going for one in fresh], receiver, way.why)
    noted(archive.home, made)
    waits = [one for one in made if one.step == "asked"]
    if waits:
        raise NotAllowed(
            f"{len(waits)} of them are TLP:RED and wait for a second officer; nothing was sent",
            next_step="Another officer says so with --release-by, or on the page of releases.",
        )
    return frozenset(one.name for one in asked)


def _asked(count: int) -> None:
    """At a terminal, whether that is so; a script has said it with its words."""
    if sys.stdin.isatty() and not typer.confirm(f"Let {count} record(s) go?", err=True):
        raise NotAllowed("nothing was released and nothing was sent")


def officer(archive: "Archive", name: str) -> "Person":
    """The releasing officer with this name; raises `WrongUse` or `NotAllowed`."""
    from foreshock.exchange import people

    if not people.people(archive):
        raise WrongUse(
            "nobody is written down here who may release",
            expected="a person with the role officer",
            next_step="foreshock people add NAME --role officer",
        )
    person = people.person_named(archive, name)
    release.refuse_others(person)
    return person


def noted(home: Path, made: Sequence[Release]) -> None:
    """What was decided, in the audit log of a house that takes part in the exchange."""
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.archive.feeds_books import FILE

    if not (home / FILE).is_file():
        return
    with SqliteFeeds(home) as keeper, keeper.writing():
        for one in made:
            keeper.log("release", one.to, one.of, f"{one.step} by {one.by}", one.at)


def drafts(findings: "Findings", archive: "Archive", receiver: Receiver) -> frozenset[str]:
    """Ids of what persons and rounds of this house wrote and nobody released to the receiver."""
    written = [*findings.warnings, *findings.reports, *findings.entries, *findings.advice]
    things = [going(one, archive.get) for one in written]
    return frozenset(one.name for one in released.lacking(archive, things, receiver))
