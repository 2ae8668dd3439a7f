"""The verb `foreshock parcel publish`: what an officer let go, into the feed of those it is for."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from foreshock.desk import exchanging, options
from foreshock.desk.exchanging import Exchange, exchange
from foreshock.desk.options import AsOf, Holders, Home
from foreshock.desk.releasing import Named, ReleaseBy, ReleasedOnly, Way
from foreshock.desk.talk import emit, progress, say
from foreshock.errors import WrongUse

if TYPE_CHECKING:
    from foreshock.archive import Archive
    from foreshock.exchange.feeds import Audience
    from foreshock.words.records import Record

To = Annotated[str, typer.Option("--to", help='Name of a partner, or "community NAME".')]
_OBJECTS_BYTES = 300_000_000


def publish(
    to: To,
    objects: Annotated[
        Path | None, typer.Option(help="STIX bundle, or one object of ours a line.")
    ] = None,
    warnings: Annotated[
        bool, typer.Option("--warnings", help="The warnings that stand, with --holder.")
    ] = False,
    reports: Annotated[
        bool, typer.Option("--reports", help="All reports of our missions that stand.")
    ] = False,
    record: Annotated[
        list[str] | None, typer.Option(help="Id of a record of the archive. May be repeated.")
    ] = None,
    why: Annotated[str, typer.Option(help="Of a correction: the reason.")] = "",
    release_by: ReleaseBy = None,
    released_only: ReleasedOnly = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Leave out what may not go there, and say so.")
    ] = False,
    exercise: Annotated[
        bool,
        typer.Option("--exercise", help="Into the feed of exercises, apart from the live one."),
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say who would get what; publish nothing.")
    ] = False,
    holder: Holders = None,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """Put objects of ours into the feed of a partner or community; nothing leaves this machine yet.

    Only what a releasing officer let go to them: before, or now with --release-by.

    Example: foreshock parcel publish --to "Hague desk" --warnings --holder KR --release-by mina
    """
    from foreshock.archive import open_archive
    from foreshock.exchange import feeds

    way = Way(release_by, released_only, why)
    with exchange(home) as ours, open_archive(ours.settings.home) as archive:
        audience = feeds.audience(to, ours.keeper, ours.at)
        nature: Any = "exercise" if exercise else "actual"
        chosen = Chosen(_in_file(objects), _records(record or [], reports, nature, ours, archive))
        if warnings:
            standing, first = _warnings(holder, as_of, ours, archive)
            chosen = Chosen(chosen.objects, [*chosen.records, *standing], first)
        if not chosen.objects and not chosen.records:
            raise WrongUse(
                "there is nothing to publish",
                expected="--objects, --warnings, --reports or --record, and what they name",
            )
        if preview:
            _preview(chosen, audience, ours, archive)
            return
        bodies = _cleared(chosen, audience, way, ours, archive)
        made = feeds.publish(
            bodies, audience, ours.node, ours.keeper, ours.at,
            why=why, nature=nature, leave_out=leave_out,
        )  # fmt: skip
    for held in made.held:
        say(f"Left out: {held.why}")
    say(
        f"{len(made.entries)} object(s) published to {audience.receiver.name}, {made.same} there "
        f"already. Send them: foreshock parcel make --to '{audience.members[0].name}' --out FILE"
    )


class Chosen(msgspec.Struct, frozen=True):
    """What a person wants to publish: objects as exact bytes, and records of the archive."""

    objects: list[bytes]
    records: "list[Record]"
    #: for what a warning is about, when it first became known
    first: dict[str, datetime] = {}


def _cleared(
    chosen: Chosen, audience: "Audience", way: Way, ours: Exchange, archive: "Archive"
) -> list[bytes]:
    """The bodies of what an officer let go; what the gate holds back is left for it to refuse."""
    from foreshock import gate
    from foreshock.desk import releasing

    receiver = audience.receiver
    objects = _named_objects(chosen.objects, ours)
    records = releasing.named_records(chosen.records, archive)
    members = ", ".join(member.name for member in audience.members)
    to = receiver.name if members == receiver.name else f"{receiver.name} ({members})"
    goes = releasing.cleared(archive, [*objects, *records], receiver, way, to)

    def may(one: Named) -> bool:
        return one.going.name in goes or not gate.passes(one.going.marked, receiver)

    return [
        *(b for b, one in zip(chosen.objects, objects, strict=True) if may(one)),
        *_carried(
            [r for r, one in zip(chosen.records, records, strict=True) if may(one)],
            chosen.first, ours, archive,
        ),
    ]  # fmt: skip


def _named_objects(bodies: Sequence[bytes], ours: Exchange) -> list[Named]:
    from foreshock.exchange.feeds import sound
    from foreshock.exchange.released import going_object
    from foreshock.exchange.view import effective_markings

    items = [sound(body, ours.node, ours.at).item for body in bodies]
    markings = effective_markings(items, ours.keeper)
    return [
        Named(going_object(item.id, item.body, markings[item.id]), f"{item.type} {item.version}")
        for item in items
    ]


def _carried(
    records: "list[Record]", first: dict[str, datetime], ours: Exchange, archive: "Archive"
) -> list[bytes]:
    """Records in the objects that carry them."""
    from foreshock.exchange import carry
    from foreshock.words.pack import load

    if not records:
        return []
    return carry.objects(records, ours.node, load(ours.settings.pack), first, before=archive.get)


def _preview(chosen: Chosen, audience: "Audience", ours: Exchange, archive: "Archive") -> None:
    from foreshock import gate
    from foreshock.desk import releasing
    from foreshock.exchange import released

    things = [
        *_named_objects(chosen.objects, ours),
        *releasing.named_records(chosen.records, archive),
    ]
    asked = [one.going for one in things]
    lacking = {one.name for one in released.lacking(archive, asked, audience.receiver)}
    for one in asked:
        let = "not released yet" if one.name in lacking else "released"
        emit(f"{gate.judge(one.name, one.marked, audience.receiver).why} It is {let}.\n")
    names = ", ".join(member.name for member in audience.members)
    say(f"Would go to: {names}. Nothing was published.")


def _in_file(objects: Path | None) -> list[bytes]:
    """The objects of a file, as exact bytes."""
    from foreshock.exchange.intake import take_apart

    if objects is None:
        return []
    data = exchanging.read_file(objects, _OBJECTS_BYTES)
    if b'"bundle"' in data.lstrip()[:200]:
        return [one for one in take_apart(data) if b'"extension-definition"' not in one]
    return [line for line in data.splitlines() if line.strip()]


def _records(
    names: list[str], reports: bool, nature: str, ours: Exchange, archive: "Archive"
) -> "list[Record]":
    """Records of the archive that are named, and all reports of ours that stand."""
    from foreshock.exchange import carry
    from foreshock.exchange.arriving import known_others
    from foreshock.words.records import Report

    kept = []
    for name in names:
        found = archive.get(name)
        if found is None:
            raise WrongUse(f"the record {name[:80]!r} is not in the archive")
        kept.append(found)
    others = known_others(archive).every
    named = [one.id for one in kept if one.id in others]
    if named:
        raise WrongUse(
            f"{named[0]} came from a partner",
            next_step="What others made is passed on as it came, not said anew.",
        )
    if reports:
        every = archive.known(Report)
        theirs = ours.keeper.journaled(f"{carry.CARRIES}{report.id}" for report in every)
        kept += [
            report
            for report in every
            if report.nature == nature
            and report.id not in others
            and f"{carry.CARRIES}{report.id}" not in theirs
        ]
    return kept


def _warnings(
    holder: list[str] | None, as_of: str | None, ours: Exchange, archive: "Archive"
) -> "tuple[list[Record], dict[str, datetime]]":
    """The warnings that stand, or stood on a day, and when each was first known."""
    from foreshock import rounds
    from foreshock.desk.phrases import out
    from foreshock.desk.publishing import first_known
    from foreshock.words.pack import load
    from foreshock.words.records import EarlyWarning

    pack = load(ours.settings.pack)
    ask = rounds.Ask(
        as_of=options.day(as_of), holders=options.holders(holder or ours.settings.holders, pack)
    )
    with progress() as shown:
        rounds.prepare(archive, pack, shown)
        found = out(rounds.look(archive, pack, ask, shown).warnings)
    return list(found), first_known(archive.history(EarlyWarning))
