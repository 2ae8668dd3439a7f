"""The command `foreshock`: thin verbs over the rooms.

Results go to stdout, talk to stderr. Exit codes: 0 fine, 1 failure, 2 wrong use, 10 findings at or
above the level asked for with --fail-on, 130 interrupted.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from foreshock import __version__
from foreshock.desk import (
    cli_alarms,
    cli_alone,
    cli_ledger,
    cli_line,
    cli_measures,
    cli_missions,
    cli_remind,
    exchanging,
    options,
    releasing,
)
from foreshock.desk import settings as configured
from foreshock.desk.cli_archive import app as archive_app
from foreshock.desk.cli_audit import app as audit_app
from foreshock.desk.cli_pack import app as pack_app
from foreshock.desk.cli_parcel import app as parcel_app
from foreshock.desk.cli_partners import app as partners_app
from foreshock.desk.cli_people import app as people_app
from foreshock.desk.cli_record import app as record_app
from foreshock.desk.cli_release import app as release_app
from foreshock.desk.cli_share import app as share_app
from foreshock.desk.cli_taxii import app as taxii_app
from foreshock.desk.options import (
    AsOf,
    Documents,
    FailOn,
    Holders,
    Home,
    Json,
    Out,
    Port,
    Undated,
)
from foreshock.desk.output import (
    ROWS,
    as_json,
    check_place,
    deliver,
    plain,
    show_findings,
    show_rest,
)
from foreshock.desk.releasing import ReleaseBy
from foreshock.desk.talk import Interrupted, emit, interruptible, open_streams, progress, say, show
from foreshock.errors import ForeshockError, WrongUse
from foreshock.words.clocks import now, parse_day
from foreshock.words.pack import Pack, load

if TYPE_CHECKING:  # these rooms take a moment to import; a verb brings in what it needs
    from foreshock.archive import Archive
    from foreshock.rounds import Ask, Findings

FINDINGS = 10  # exit code: something at or above --fail-on
INTERRUPTED = 130

app = typer.Typer(
    help="Early warning for the supply of chips, critical minerals and other materials.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(archive_app, name="archive")
app.add_typer(pack_app, name="pack")
app.add_typer(share_app, name="share")
app.add_typer(taxii_app, name="taxii")
app.add_typer(partners_app, name="partners")
app.add_typer(parcel_app, name="parcel")
app.add_typer(audit_app, name="audit")
app.add_typer(cli_measures.app, name="measures")
app.add_typer(record_app, name="record")
app.add_typer(cli_missions.missions_app, name="missions")
app.add_typer(cli_missions.report_app, name="report")
app.add_typer(people_app, name="people")
app.add_typer(release_app, name="release")
cli_missions.missions_app.command()(cli_remind.remind)
for _line_verb in (cli_line.pull, cli_line.push, cli_line.serve):
    partners_app.command()(_line_verb)
for _verb in (
    cli_alarms.alarms,
    cli_missions.duties,
    cli_ledger.licences,
    cli_ledger.commitments,
    cli_ledger.stances,
    cli_ledger.chains,
    cli_ledger.calendar,
    cli_alone.read,
    cli_alone.detect,
):
    app.command()(_verb)


# -- one round, and what it found ----------------------------------------------------------------


@app.command()
def up(
    home: Home = None,
    documents: Documents = None,
    holder: Holders = None,
    as_of: AsOf = None,
    port: Port = None,
    serve: Annotated[bool, typer.Option(help="Open the desk afterwards, until Ctrl-C.")] = True,
) -> None:
    """Do everything: archive, pack, a round, the warnings, then the desk.

    Example: foreshock up --holder KR
    """
    with _desk(home, port) as desk:
        show_findings(_run(desk, desk.ask(as_of, holder, documents)), desk.pack)
        if serve:
            _serve(desk)


@app.command("round")
def round_(
    documents: Documents = None,
    as_of: AsOf = None,
    holder: Holders = None,
    undated: Undated = None,
    fail_on: FailOn = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Run one watch round: live, or as of a past day.

    Example: foreshock round --documents news/ --as-of 2023-07-10 --holder KR
    """
    level = options.level(fail_on)
    with _desk(home) as desk:
        findings = _run(desk, desk.ask(as_of, holder, documents, undated))
    _report(findings, desk.pack, json, level)


@app.command()
def warnings(
    as_of: AsOf = None,
    holder: Holders = None,
    item: Annotated[
        str | None, typer.Option(help="Only this item (id or name) and what lies below it.")
    ] = None,
    fail_on: FailOn = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Show the warnings that stand, or would have stood on a past day.

    Example: foreshock warnings --holder KR --as-of 2023-07-10 --fail-on 2
    """
    level = options.level(fail_on)
    with _desk(home) as desk:
        family = desk.pack.family(options.item(item, desk.pack)) if item is not None else None
        findings = _look(desk, desk.ask(as_of, holder))
    if family is not None:
        kept = tuple(w for w in findings.warnings if w.item in family)
        findings = msgspec.structs.replace(findings, warnings=kept)
    _report(findings, desk.pack, json, level)


@app.command()
def depend(
    item: Annotated[str, typer.Argument(help="Id or name of an item: min.ga, gallium.")],
    holder: Holders = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """From whom a holder gets an item: directly, through others, and what it goes into.

    Without --holder: all holders, those with figures of their own and the most exposed first.

    Example: foreshock depend gallium --holder KR
    """
    from foreshock.desk import show as shown
    from foreshock.network import Network

    settings = configured.read(home)
    pack = load(settings.pack)
    day = options.day(as_of) or now().date()
    found = options.item(item, pack)
    named = options.holders(holder or settings.holders, pack)
    network = Network(pack, day)
    rows = [row for one in named or pack.holder for row in network.dependence(found, one)]
    if not named:
        rows.sort(key=lambda r: (r.basis == "world", -(r.direct + r.indirect), r.holder))
    if json:
        emit(as_json({"as_of": day, "item": found, "dependence": rows}))
        return
    if not rows:
        say(f"Unknown: no figure known by {day} says who supplies {pack.name[found]}.")
        return
    show(shown.dependence_table(rows[:ROWS], pack))
    show_rest(len(rows), "rows", "All: --json; fewer: --holder.")
    onward = network.consequences(found, named[0] if len(named) == 1 else "")
    if onward:
        show("It goes into " + ", ".join(pack.name.get(one, one) for one in onward) + ".")


@app.command()
def bulletin(
    out: Out = None,
    receiver: Annotated[
        str, typer.Option("--for", help="public, community, organisation or own.")
    ] = "own",
    release_by: ReleaseBy = None,
    as_of: AsOf = None,
    holder: Holders = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Write the status bulletin, one HTML file, for this house or for a circle of receivers.

    One for others leaves when a releasing officer lets it go.

    Example: foreshock bulletin --as-of 2023-07-10 --holder KR --out bulletin.html
    Example: foreshock bulletin --for public --release-by mina --out bulletin.html
    """
    from foreshock.desk import bulletin as bulletins

    to = options.receiver(receiver)
    check_place(out)
    with _desk(home) as desk:
        findings = _look(desk, desk.ask(as_of, holder))
        made = bulletins.compose(findings, desk.pack, to)
        things = releasing.named_records([made], desk.archive)
        way = releasing.Way(release_by, stays=receiver == "own")
        releasing.cleared(desk.archive, things, to, way)
    head = exchanging.noted(desk.settings.home, f"bulletin for {to.circle}", made.id)
    deliver(out, as_json(made) if json else bulletins.html(made, desk.pack, audit=head))
    if out is not None:
        say(f"Wrote {out} ({len(made.warnings)} warnings, as known on {made.as_of}).")


@app.command()
def serve(home: Home = None, port: Port = None) -> None:
    """Open the web desk on this machine, until Ctrl-C.

    Example: foreshock serve --port 8421
    """
    from foreshock import rounds

    with _desk(home, port) as desk:
        with progress() as told:
            rounds.prepare(desk.archive, desk.pack, told)
        _serve(desk)


@app.command()
def version(json: Json = False) -> None:
    """Say which version this is.

    Example: foreshock version --json
    """
    python = sys.version.split()[0]
    emit(
        as_json({"version": __version__, "python": python})
        if json
        else f"foreshock {__version__}\n"
    )


# -- what the verbs share ------------------------------------------------------------------------


class Desk(msgspec.Struct, frozen=True):
    """What a verb works with: settings, pack, archive."""

    settings: configured.Settings
    pack: Pack
    archive: "Archive"

    def ask(
        self,
        as_of: str | None = None,
        holders: Sequence[str] | None = None,
        documents: Sequence[Path] | None = None,
        undated: str | None = None,
    ) -> "Ask":
        """The round that the words of the command line ask for, checked."""
        from foreshock.rounds import Ask

        return Ask(
            as_of=options.day(as_of),
            holders=options.holders(holders or self.settings.holders, self.pack),
            folders=options.folders(documents or self.settings.documents),
            undated=parse_day(undated, "--date") if undated else None,
            alarms=configured.alarm_policy(self.settings),
        )


@contextmanager
def _desk(home: Path | None, port: int | None = None) -> Iterator[Desk]:
    """The desk for a call; `port` goes before the settings."""
    from foreshock.archive import open_archive

    settings = configured.read(home)
    if port is not None:
        settings = msgspec.structs.replace(settings, port=options.port(port))
    pack = load(settings.pack)  # before the archive: a pack with problems leaves no empty one
    with open_archive(settings.home) as archive:
        yield Desk(settings, pack, archive)


def _run(desk: Desk, ask: "Ask") -> "Findings":
    from foreshock import rounds

    with progress() as told:
        return rounds.run(desk.archive, desk.pack, ask, told)


def _look(desk: Desk, ask: "Ask") -> "Findings":
    """A look, after the pack has been taken in if this archive has never seen it."""
    from foreshock import rounds

    with progress() as told:
        rounds.prepare(desk.archive, desk.pack, told)
        return rounds.look(desk.archive, desk.pack, ask, told)


def _report(findings: "Findings", pack: Pack, json: bool, level: int | None) -> None:
    """What was found, for people or machines; exit code 10 if it reaches the level asked for."""
    from foreshock.desk.phrases import out

    if json:
        emit(as_json(plain(findings)))
    else:
        show_findings(findings, pack)
    if level is not None and any(w.level >= level for w in out(findings.warnings)):
        raise typer.Exit(FINDINGS)


def _serve(desk: Desk) -> None:
    from foreshock.desk.serving import reach, serve_desk

    settings = desk.settings
    where = reach(settings.bind, settings.port, settings.url)._replace(database=settings.database)
    serve_desk(desk.archive, desk.pack, where, configured.alarm_policy(settings))


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line; every foreseen failure is one sentence and an exit code."""
    open_streams()
    try:
        with interruptible():
            app(args=list(words) if words is not None else None, prog_name="foreshock")
    except ForeshockError as error:
        say(str(error))
        sys.exit(2 if isinstance(error, WrongUse) else 1)
    except Interrupted:
        say("Interrupted; nothing is half-written. Run the same command again to go on.")
        sys.exit(INTERRUPTED)
