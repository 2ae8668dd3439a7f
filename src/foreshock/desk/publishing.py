"""What this house publishes as STIX objects: what it has issued, as a circle may see it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from foreshock import rounds
from foreshock.archive import Archive, open_archive
from foreshock.desk.evidence import fit
from foreshock.desk.releasing import Way, cleared, named_records
from foreshock.desk.settings import Settings
from foreshock.desk.talk import Told
from foreshock.errors import WrongUse
from foreshock.exchange import stix
from foreshock.exchange.arriving import known_others
from foreshock.words.pack import load
from foreshock.words.records import EarlyWarning, Receiver, Record, Report


def bodies_for(
    settings: Settings, receiver: Receiver, house: str, told: Told, way: Way
) -> tuple[list[bytes], int]:
    """The objects let go to a circle, each as its bytes, and how many records it may not see.

    Warnings are those that a live round has issued, with the clocks of their issue, so that what
    is published twice is the same object. Raises `WrongUse` where no live round was run, and
    `NotReleased` as `releasing.cleared` does.
    """
    pack = load(settings.pack)
    with open_archive(settings.home, create=False) as archive:
        rounds.prepare(archive, pack, told)
        issued = tuple(own_warnings(archive))
        found = rounds.look(archive, pack, rounds.Ask(), told)
        first = first_known(archive.history(EarlyWarning))
        if not issued:
            raise WrongUse(
                "this archive has issued no warning yet",
                next_step="Run a live round first: foreshock round",
            )
        records, held = released_of(
            msgspec.structs.replace(found, warnings=issued), archive, receiver, way
        )
    made = stix.bundle(records, receiver, house, pack, first)
    return [msgspec.json.encode(one) for one in made.get("objects", [])], held


def released_of(
    found: rounds.Findings, archive: Archive, receiver: Receiver, way: Way
) -> tuple[list[Record], int]:
    """The warnings, controls, promises and reports that may leave, and how many the gate held back.

    Of reports those of our own missions, the newest of each on the same items.
    """
    seen = fit(found, receiver).findings  # also what rests on a document that may not go
    passed = [*seen.warnings, *seen.measures, *seen.commitments, *_reports(seen)]
    every = len(found.warnings) + len(found.measures) + len(found.commitments)
    every += len(_reports(found))
    things = named_records(passed, archive)
    goes = cleared(archive, things, receiver, way)
    return [r for r in passed if r.id in goes], every - len(passed)


def _reports(found: rounds.Findings) -> list[Report]:
    newest: dict[tuple[object, ...], Report] = {}
    for one in sorted(found.reports, key=lambda r: (r.clocks.known_at, r.id)):
        if one.id not in found.partners:
            newest[one.mission, one.host, one.items, one.form] = one
    return list(newest.values())


def own_warnings(archive: Archive) -> Iterable[EarlyWarning]:
    """The newest versions of the warnings that this house has issued, cancelled ones too.

    What came from partners is not ours to publish, a draft is not issued, and exercises never mix
    with the real thing.
    """
    others = known_others(archive)
    return (
        w
        for w in archive.known(EarlyWarning)
        if w.nature == "actual" and w.state != "draft" and w.id not in others.every
    )


def first_known(warnings: Iterable[EarlyWarning]) -> dict[str, datetime]:
    """For what a warning is about, when the first one about it became known."""
    first: dict[str, datetime] = {}
    for one in warnings:
        about = stix.about(one)
        first[about] = min(first.get(about, one.clocks.known_at), one.clocks.known_at)
    return first
