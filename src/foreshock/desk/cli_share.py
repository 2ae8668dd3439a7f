"""The verbs `foreshock share ...`: what goes to others, in the forms that their tools read."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foreshock import gate
from foreshock.desk import options
from foreshock.desk import settings as configured
from foreshock.desk.options import AsOf, Holders, Home, Out
from foreshock.desk.output import check_place, deliver
from foreshock.desk.releasing import ReleaseBy, ReleasedOnly, Way, cleared, named_records
from foreshock.desk.talk import emit, progress, say
from foreshock.errors import WrongUse
from foreshock.words.pack import Pack, load
from foreshock.words.records import EarlyWarning

if TYPE_CHECKING:
    from foreshock.archive import Archive
    from foreshock.rounds import Findings

app = typer.Typer(help="Share what is known, in the forms of other tools.", no_args_is_help=True)

For = Annotated[str, typer.Option("--for", help="For whom: public, community, organisation, own.")]
House = Annotated[str, typer.Option("--house", help="Our name, as others know us.")]


@app.command()
def stix(
    receiver: For = "public",
    house: House = "Foreshock house",
    out: Out = None,
    release_by: ReleaseBy = None,
    released_only: ReleasedOnly = False,
    as_of: AsOf = None,
    holder: Holders = None,
    home: Home = None,
) -> None:
    """Warnings, controls and promises as a STIX 2.1 bundle, for a circle of receivers.

    Only what a releasing officer let go to them; `--for own` stays in this house and needs no
    release.

    Example: foreshock share stix --for community --house "Mission of X" --out bundle.json
    --release-by mina
    """
    from foreshock.desk.publishing import first_known, released_of
    from foreshock.exchange import stix as form

    circle, way = (
        options.receiver(receiver),
        Way(release_by, released_only, stays=receiver == "own"),
    )
    check_place(out)

    def make(archive: "Archive", pack: Pack, found: "Findings") -> str:
        first = first_known(archive.history(EarlyWarning))
        records, held = released_of(found, archive, circle, way)
        if held:
            say(f"{held} record(s) may not go to {circle.name} and are left out.")
        return form.as_lines(form.bundle(records, circle, house, pack, first)).decode()

    _share(make, out, as_of, holder, home)


@app.command()
def cap(
    sender: Annotated[str, typer.Option(help="Our address in alerts, without spaces.")],
    folder: Annotated[Path, typer.Option("--out", help="Folder for one file a warning.")],
    level: Annotated[int, typer.Option(help="Only at or above this level, 0 to 4.")] = 2,
    release_by: ReleaseBy = None,
    released_only: ReleasedOnly = False,
    as_of: AsOf = None,
    holder: Holders = None,
    home: Home = None,
) -> None:
    """Public warnings as CAP 1.2 alerts, for crisis centres; only what was released to everybody.

    Example: foreshock share cap --sender warnings@example.org --out alerts --release-by mina
    """
    from foreshock.desk.evidence import fit
    from foreshock.desk.phrases import out as standing
    from foreshock.exchange import cap as form

    options.level(level)
    way = Way(release_by, released_only)
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"--out names {folder}, which is a file", expected="a folder")

    def make(archive: "Archive", pack: Pack, found: "Findings") -> str:
        seen = {w.id: w for w in fit(found, gate.PUBLIC).findings.warnings}
        newest = standing(found.warnings)  # first, or an older one would stand for a hidden one
        passed = [seen[w.id] for w in newest if w.id in seen]
        held = len(newest) - len(passed)
        high = [warning for warning in passed if warning.level >= level]
        goes = cleared(archive, named_records(high, archive), gate.PUBLIC, way)
        chosen = [warning for warning in high if warning.id in goes]
        folder.mkdir(parents=True, exist_ok=True)
        for warning in chosen:
            before = archive.get(warning.supersedes) if warning.supersedes else None
            known = before if isinstance(before, EarlyWarning) and before.marking == 0 else None
            deliver(folder / f"{warning.id}.xml", form.alert(warning, pack, sender, known))
        if held:
            say(f"{held} warning(s) are not TLP:CLEAR and have no alert.")
        return f"{len(chosen)} alert(s)\n"

    _share(make, None, as_of, holder, home)


@app.command()
def explain(
    record: Annotated[str, typer.Argument(help="Id of a record.")],
    receiver: For = "public",
    home: Home = None,
) -> None:
    """Say why a record may or may not be seen by a circle of receivers.

    Example: foreshock share explain warning-0123456789abcdef0123 --for community
    """
    from foreshock.archive import open_archive

    circle = options.receiver(receiver)
    with open_archive(configured.read(home).home, create=False) as archive:
        found = archive.get(record)
    if found is None:
        raise WrongUse(
            f"the record {record!r} is not in the archive",
            next_step="Its id stands in `foreshock warnings --json`.",
        )
    emit(gate.explain(found, circle) + "\n")


def _share(
    make: Callable[["Archive", Pack, "Findings"], str],
    out: Path | None,
    as_of: str | None,
    holder: list[str] | None,
    home: Path | None,
) -> None:
    from foreshock import rounds
    from foreshock.archive import open_archive

    settings = configured.read(home)
    pack = load(settings.pack)
    ask = rounds.Ask(
        as_of=options.day(as_of),
        holders=options.holders(holder or settings.holders, pack),
        folders=options.folders(settings.documents),
    )
    with open_archive(settings.home) as archive:
        with progress() as told:
            rounds.prepare(archive, pack, told)
            found = rounds.look(archive, pack, ask, told)
        made = make(archive, pack, found)
    deliver(out, made)
    if out is not None:
        say(f"Wrote {out}.")
