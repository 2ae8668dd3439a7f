"""The verb `foreshock missions remind`: what missions owe, as drafts that are sent elsewhere."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from foreshock.desk.cli_missions import house, reminder_text
from foreshock.desk.exchanging import write_file
from foreshock.desk.options import Home
from foreshock.desk.talk import emit, say
from foreshock.errors import WrongUse
from foreshock.words.clocks import now


def remind(
    outbox: Annotated[Path, typer.Option(help="Folder for one message (.eml) a mission.")],
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="MISSION=ADDRESS", help="Where to. May be repeated."),
    ] = None,
    sender: Annotated[str, typer.Option(help="Our address.")] = "foreshock@localhost",
    objects: Annotated[
        Path | None,
        typer.Option(help="Also as STIX notes, one a line, for `parcel publish --objects`."),
    ] = None,
    home: Home = None,
) -> None:
    """Write reminders of reports that are due soon or overdue as drafts; each duty once.

    Once when its day is near, and once when it is overdue; run it as often as you like. A mail
    program sends what lies in the folder.

    Example: foreshock missions remind --outbox outbox --to beijing=minerals@beijing.example
    """
    from foreshock.exchange import duties as rules
    from foreshock.exchange import missions, reminding
    from foreshock.exchange.node import load_node

    at = now()
    if outbox.exists() and not outbox.is_dir():
        raise WrongUse(f"--outbox names {outbox}, which is a file", expected="a folder")
    with house(home, create=False) as (archive, pack):
        named = missions.missions(archive)
        addresses = _addresses(to or [], {m.name for m in named})
        due = rules.reminders(missions.duties_known(archive), named, at.date())
        fresh = reminding.unsaid(archive, due)
        node = load_node(archive.home, at) if objects is not None else None
        lines = []
        for one in fresh:
            says = reminder_text(one, pack, at.date())
            address = addresses.get(one.mission, "")
            made = reminding.draft(one, says, sender, address, at)
            outbox.mkdir(parents=True, exist_ok=True)
            place = outbox / reminding.file_name(one, at.date())
            write_file(place, made)
            emit(f"{place}\n")
            if not address:
                say(f"{one.mission} has no address: give it with --to {one.mission}=ADDRESS.")
            if node is not None:
                lines.append(reminding.note(one, says, node, at))
        if objects is not None and lines:
            write_file(objects, b"\n".join(lines) + b"\n")
        count = reminding.say(archive, getpass.getuser(), fresh)
    say(f"{count} duty(ies) told." if count else "Nobody needs a reminder that was not given.")


def _addresses(told: list[str], known: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in told:
        mission, _, address = one.partition("=")
        if mission not in known or "@" not in address or not address.isprintable():
            raise WrongUse(
                f"--to is {one[:80]!a}",
                expected="MISSION=ADDRESS with the name of a mission and its mail address",
                next_step="foreshock missions list",
            )
        found[mission] = address
    return found
