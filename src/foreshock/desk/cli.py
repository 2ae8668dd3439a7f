"""The command `foreshock`: thin verbs over the rooms.

Results go to stdout, talk to stderr. Exit codes: 0 fine, 1 failure, 2 wrong use, 10 findings at or
above the level asked for with --fail-on.
"""

import difflib
import signal
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from foreshock import __version__
from foreshock.desk import settings as configured
from foreshock.desk.talk import OUT, Interrupted, interrupt, progress, say
from foreshock.errors import ForeshockError, WrongUse
from foreshock.words.clocks import parse_day
from foreshock.words.pack import Pack, load
from foreshock.words.records import Record

if TYPE_CHECKING:  # these rooms take a moment to import; a verb brings in what it needs
    from foreshock.archive import Archive
    from foreshock.rounds import Ask, Findings

FINDINGS = 10  # exit code: something at or above --fail-on

app = typer.Typer(
    help="Early warning for the supply of chips, critical minerals and other materials.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the archive.", show_default=False)
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Only what was known by the end of this day, UTC."),
]
Holders = Annotated[
    list[str] | None,
    typer.Option("--holder", help="For whom: KR, NL, EU, a company profile. May be repeated."),
]
Documents = Annotated[
    list[Path] | None,
    typer.Option("--documents", help="Folder of texts, pages, PDFs, feeds, tables to take in."),
]
Json = Annotated[bool, typer.Option("--json", help="For machines: one JSON document on stdout.")]
FailOn = Annotated[
    int | None,
    typer.Option("--fail-on", metavar="LEVEL", help="Exit with 10 at or above this level, 0 to 4."),
]
Undated = Annotated[
    str | None, typer.Option("--date", metavar="DAY", help="The date of texts that carry none.")
]


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

        folders = tuple(documents or self.settings.documents)
        for folder in folders:
            if not folder.is_dir():
                raise WrongUse(f"--documents {folder}", expected="a folder that exists")
        return Ask(
            as_of=_day(as_of),
            holders=_holders(holders or self.settings.holders, self.pack),
            folders=folders,
            undated=parse_day(undated, "--date") if undated else None,
        )


def _desk(home: Path | None) -> Desk:
    from foreshock.archive import open_archive

    settings = configured.read(home)
    return Desk(settings, load(settings.pack), open_archive(settings.home))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    day = parse_day(text, "--as-of")
    if day > date.today():
        raise WrongUse(f"--as-of {day}", expected="a day that has come", next_step="Leave it out.")
    return day


def _holders(wanted: Sequence[str], pack: Pack) -> tuple[str, ...]:
    for one in wanted:
        if one not in pack.holder:
            near = difflib.get_close_matches(one.upper(), pack.holder, n=3, cutoff=0.3)
            raise WrongUse(
                f"--holder {one!r} is not known",
                expected=f"one of {', '.join(near or list(pack.holder)[:12])}",
                next_step="Add a row to holders.csv of a pack of your own for others.",
            )
    return tuple(dict.fromkeys(wanted))


def _fail_on(level: int | None) -> None:
    if level is not None and not 0 <= level <= 4:
        raise WrongUse(f"--fail-on {level}", expected="a level from 0 to 4")


# -- the verbs -----------------------------------------------------------------------------------


@app.command()
def up(
    home: Home = None,
    documents: Documents = None,
    holder: Holders = None,
    as_of: AsOf = None,
    port: Annotated[int | None, typer.Option(help="Port of the web desk.")] = None,
    serve: Annotated[bool, typer.Option(help="Open the desk afterwards, until Ctrl-C.")] = True,
) -> None:
    """Do everything: archive, pack, a round, the warnings, then the desk.

    Example: foreshock up --holder KR
    """
    desk = _desk(home)
    findings = _run(desk, desk.ask(as_of, holder, documents))
    _show(findings, desk)
    if serve:
        _serve(desk, port or desk.settings.port)


@app.command("round")
def round_(
    documents: Documents = None,
    as_of: AsOf = None,
    holder: Holders = None,
    undated: Undated = None,
    fail_on: FailOn = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Run one watch round: live, or as of a past day.

    Example: foreshock round --documents news/ --as-of 2023-07-10 --holder KR
    """
    _fail_on(fail_on)
    desk = _desk(home)
    findings = _run(desk, desk.ask(as_of, holder, documents, undated))
    _print_json(_plain(findings)) if as_json else _show(findings, desk)
    _exit_on(findings, fail_on)


@app.command()
def warnings(
    as_of: AsOf = None,
    holder: Holders = None,
    item: Annotated[str | None, typer.Option(help="Only this item and what lies below it.")] = None,
    fail_on: FailOn = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Show the warnings that stand, or would have stood on a past day.

    Example: foreshock warnings --holder KR --as-of 2023-07-10 --fail-on 2
    """
    _fail_on(fail_on)
    desk = _desk(home)
    findings = _look(desk, desk.ask(as_of, holder))
    if item is not None:
        family = desk.pack.family(_item(item, desk.pack))
        kept = tuple(w for w in findings.warnings if w.item in family)
        findings = msgspec.structs.replace(findings, warnings=kept)
    _print_json(_plain(findings)) if as_json else _show(findings, desk)
    _exit_on(findings, fail_on)


@app.command()
def depend(
    item: Annotated[str, typer.Argument(help="Id or name of an item: min.ga, gallium.")],
    holder: Holders = None,
    as_of: AsOf = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """From whom a holder gets an item: directly, through others, and what it goes into.

    Example: foreshock depend gallium --holder KR
    """
    from foreshock.desk import show
    from foreshock.network import Network

    desk = _desk(home)
    day = _day(as_of) or date.today()
    network = Network(desk.pack, day)
    found = _item(item, desk.pack)
    holders = _holders(holder or desk.settings.holders, desk.pack) or tuple(desk.pack.holder)
    rows = [row for one in holders for row in network.dependence(found, one)]
    if as_json:
        _print_json({"as_of": day, "item": found, "dependence": rows})
    elif rows:
        OUT.print(show.dependence_table(rows, desk.pack))
        onward = network.consequences(found, holders[0])
        if onward:
            OUT.print("It goes into " + ", ".join(desk.pack.name.get(o, o) for o in onward) + ".")
    else:
        say(
            f"Unknown: by {day} no figure of who supplies {found} to {', '.join(holders)} is known."
        )


@app.command()
def bulletin(
    out: Annotated[Path | None, typer.Option(help="File to write; without it, stdout.")] = None,
    receiver: Annotated[
        str, typer.Option("--for", help="public, community, organisation or own.")
    ] = "public",
    as_of: AsOf = None,
    holder: Holders = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Write the status bulletin, one HTML file, for a circle of receivers.

    Example: foreshock bulletin --as-of 2023-07-10 --holder KR --out bulletin.html
    """
    from foreshock.desk import bulletin as bulletins
    from foreshock.gate import MAY_SEE
    from foreshock.words.records import Receiver

    if receiver not in MAY_SEE:
        raise WrongUse(f"--for {receiver!r}", expected=f"one of {', '.join(MAY_SEE)}")
    desk = _desk(home)
    findings = _look(desk, desk.ask(as_of, holder))
    to = msgspec.convert({"name": receiver, "circle": receiver}, Receiver)
    made = bulletins.compose(findings, desk.pack, to)
    if as_json:
        _print_json(made)
        return
    page = bulletins.html(made, desk.pack)
    if out is None:
        sys.stdout.write(page)
    else:
        _write(out, page)
        say(f"Wrote {out} ({len(made.warnings)} warnings, as known on {made.as_of}).")


@app.command()
def serve(
    home: Home = None,
    port: Annotated[int | None, typer.Option(help="Port of the web desk.")] = None,
) -> None:
    """Open the web desk on this machine, until Ctrl-C.

    Example: foreshock serve --port 8421
    """
    desk = _desk(home)
    _serve(desk, port or desk.settings.port)


@app.command()
def read(
    paths: Annotated[list[Path], typer.Argument(help="Texts, pages, PDFs, or folders of them.")],
    out: Annotated[Path | None, typer.Option(help="File to write; without it, stdout.")] = None,
    undated: Undated = None,
    home: Home = None,
) -> None:
    """Turn texts into events: one line of JSON for each, by the event standard 1.0.

    Example: foreshock read notice.txt --date 2023-07-03 --out events.jsonl
    """
    from foreshock.desk.reader import read_paths

    pack = load(configured.read(home).pack)
    day = parse_day(undated, "--date") if undated else None
    with progress() as told:
        lines, trouble = read_paths(paths, pack, day, told)
    _write(out, "".join(line + "\n" for line in lines))
    for sentence in trouble:
        say(sentence)
    if trouble and not lines:
        raise typer.Exit(1)


@app.command()
def detect(
    series: Annotated[Path, typer.Argument(help="CSV with columns timestamp,value.")],
    out: Annotated[Path | None, typer.Option(help="File to write; without it, stdout.")] = None,
) -> None:
    """Score a series: each row from itself and the rows before it only.

    Example: foreshock detect exports.csv --out scores.csv
    """
    from foreshock.desk.scores import scored_csv

    _write(out, scored_csv(series, say))


@app.command()
def version(as_json: Json = False) -> None:
    """Say which version this is.

    Example: foreshock version --json
    """
    if as_json:
        _print_json({"version": __version__, "python": sys.version.split()[0]})
    else:
        print(f"foreshock {__version__}")


archive_app = typer.Typer(help="Look after the archive.", no_args_is_help=True)
app.add_typer(archive_app, name="archive")


@archive_app.command("info")
def archive_info(home: Home = None, as_json: Json = False) -> None:
    """What the archive holds.

    Example: foreshock archive info --json
    """
    from foreshock.archive import open_archive

    info = open_archive(configured.read(home).home).info()
    if as_json:
        _print_json(info)
        return
    for name, value in msgspec.to_builtins(info).items():
        if isinstance(value, dict):
            value = ", ".join(f"{count} {kind}" for kind, count in value.items()) or "none"
        print(f"{name.replace('_', ' ')}: {value}")


@archive_app.command("verify")
def archive_verify(home: Home = None, as_json: Json = False) -> None:
    """Recompute every hash: is what is stored what was written?

    Example: foreshock archive verify
    """
    from foreshock.archive import open_archive

    archive = open_archive(configured.read(home).home, create=False)
    verdict = archive.verify()
    if as_json:
        _print_json(verdict)
    else:
        for problem in verdict.problems:
            say(problem)
        print(
            f"checked {verdict.rows} rows of the journal and {verdict.observations} figures in "
            f"{verdict.files} file(s): {len(verdict.problems)} problem(s)"
        )
    if not verdict.sound:
        raise typer.Exit(1)


@archive_app.command("backup")
def archive_backup(
    target: Annotated[Path, typer.Argument(help="File to write.")], home: Home = None
) -> None:
    """Write the whole archive into one file, also while others use it.

    Example: foreshock archive backup foreshock-backup.zip
    """
    from foreshock.archive import open_archive

    open_archive(configured.read(home).home, create=False).backup(target)
    say(f"Wrote {target}.")


@archive_app.command("restore")
def archive_restore(
    backup: Annotated[Path, typer.Argument(help="A file that `archive backup` wrote.")],
    home: Home = None,
) -> None:
    """Put a backup into an empty folder and verify it.

    Example: foreshock archive restore foreshock-backup.zip --home new-archive
    """
    from foreshock.archive import restore

    target = configured.read(home).home
    restore(backup, target)
    say(f"Restored into {target}; every hash holds.")


# -- what the verbs share ------------------------------------------------------------------------


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


def _show(findings: "Findings", desk: Desk) -> None:
    from foreshock.desk import show

    for line in show.summary_lines(findings, desk.pack):
        OUT.print(line, markup=False, highlight=False)
    if findings.warnings:
        OUT.print(show.warnings_table(findings, desk.pack))
    for line in show.health_lines(findings):
        say(line)


def _serve(desk: Desk, port: int) -> None:
    from foreshock.desk.serving import serve_desk

    serve_desk(desk.archive, desk.pack, port)


def _item(text: str, pack: Pack) -> str:
    if text in pack.item:
        return text
    wanted = text.casefold()
    for row in pack.items:
        forms = (row.name, *row.names_en)
        if wanted in (form.rstrip("?").casefold() for form in forms):
            return row.id
    near = difflib.get_close_matches(wanted, [*pack.item, *(i.name for i in pack.items)], n=4)
    raise WrongUse(
        f"the item {text!r} is not known",
        expected=f"an id or name of the pack{', perhaps ' + ', '.join(near) if near else ''}",
    )


def _plain(findings: "Findings") -> dict[str, object]:
    """What a program is told of a round: all but the texts and figures it rests on."""
    from foreshock.gate import OWN, fit_for

    def shown(records: Sequence[Record]) -> object:
        return msgspec.to_builtins(fit_for(records, OWN)[0])

    return {
        "as_of": findings.as_of,
        "live": findings.live,
        "documents": len(findings.documents),
        "observations": len(findings.observations),
        "warnings": shown(findings.warnings),
        "signals": shown(findings.signals),
        "events": shown(findings.events),
        "measures": shown(findings.measures),
        "commitments": shown(findings.commitments),
        "health": findings.health,
        "caveats": findings.caveats,
    }


def _exit_on(findings: "Findings", level: int | None) -> None:
    if level is not None and any(w.level >= level for w in findings.warnings):
        raise typer.Exit(FINDINGS)


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n")


def _write(out: Path | None, text: str) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    part = out.with_name(out.name + ".part")
    try:
        part.write_text(text, "utf-8")
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise WrongUse(
            f"{out} cannot be written: {error.strerror}", next_step="Choose another place."
        ) from None


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line; every foreseen failure is one sentence and an exit code."""
    signal.signal(signal.SIGINT, interrupt)
    try:
        app(args=list(words) if words is not None else None, prog_name="foreshock")
    except WrongUse as error:
        say(str(error))
        sys.exit(2)
    except ForeshockError as error:
        say(str(error))
        sys.exit(1)
    except Interrupted:
        say("Interrupted; nothing is half-written. Run the same command again to go on.")
        sys.exit(130)
