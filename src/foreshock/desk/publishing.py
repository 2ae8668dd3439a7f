"""What this house publishes as STIX objects: what it has issued, as a circle may see it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from foreshock import rounds
from foreshock.archive import Archive, open_archive
from foreshock.desk.evidence import fit
from foreshock.desk.settings import Settings
from foreshock.desk.talk import Told
from foreshock.errors import WrongUse
from foreshock.exchange import stix
from foreshock.words.pack import load
from foreshock.words.records import EarlyWarning, Receipt, Receiver


def bodies_for(
    settings: Settings, receiver: Receiver, house: str, told: Told
) -> tuple[list[bytes], int]:
    """The objects that a circle may see, each as its bytes, and how many records it may not.

    Warnings are those that a live round has issued, with the clocks of their issue, so that what
    is published twice is the same object. Raises `WrongUse` where no live round was run.
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
    seen = fit(msgspec.structs.replace(found, warnings=issued), receiver)
    passed = seen.findings
    records = (*passed.warnings, *passed.measures, *passed.commitments)
    made = stix.bundle(records, receiver, house, pack, first)
    held = len(issued) + len(found.measures) + len(found.commitments) - len(records)
    return [msgspec.json.encode(one) for one in made.get("objects", [])], held


def own_warnings(archive: Archive) -> Iterable[EarlyWarning]:
    """The newest versions of the warnings that this house has issued, withdrawn ones too.

    What came from partners is not ours to publish, a draft is not issued, and exercises never mix
    with the real thing.
    """
    receipts = [r for r in archive.known(Receipt) if r.direction == "received"]
    others = {(name, r.clocks.received) for r in receipts for name in r.contained}
    return (
        w
        for w in archive.known(EarlyWarning)
        if w.nature == "actual" and w.state != "draft" and (w.id, w.clocks.received) not in others
    )


def first_known(warnings: Iterable[EarlyWarning]) -> dict[str, datetime]:
    """For what a warning is about, when the first one about it became known."""
    first: dict[str, datetime] = {}
    for one in warnings:
        about = stix.about(one)
        first[about] = min(first.get(about, one.clocks.known_at), one.clocks.known_at)
    return first
