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
from foreshock.desk import cli_ledger, cli_line, cli_measures, cli_missions, exchanging, options
from foreshock.desk import settings as configured
from foreshock.desk.cli_archive import app as archive_app
from foreshock.desk.cli_audit import app as audit_app
from foreshock.desk.cli_pack import app as pack_app
from foreshock.desk.cli_parcel import app as parcel_app
from foreshock.desk.cli_partners import app as partners_app
from foreshock.desk.cli_people import app as people_app
from foreshock.desk.cli_record import app as record_app
from foreshock.desk.cli_share import app as share_app
from foreshock.desk.cli_taxii import app as taxii_app
from foreshock.desk.options import (
    AsOf,
    Documents,
    FailOn,
    Holders,
    Home,
    Jobs,
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
    delivering,
    plain,
    show_findings,
    show_rest,
)
from foreshock.desk.talk import Interrupted, emit, interruptible, open_streams, progress, say, show
from foreshock.errors import ForeshockError, WrongUse
from foreshock.words.clocks import now, parse_day
from foreshock.words.pack import Pack, load

if TYPE_CHECKING:  # these rooms take a moment to import; a verb brings in what it needs
    from foreshock.archive import Archive
    from foreshock.desk import panels
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
for _line_verb in (cli_line.pull, cli_line.push, cli_line.serve):
    partners_app.command()(_line_verb)
for _verb in (
    cli_missions.duties,
    cli_ledger.licences,
    cli_ledger.commitments,
    cli_ledger.stances,
    cli_ledger.chains,
    cli_ledger.calendar,
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
    ] = "public",
    as_of: AsOf = None,
    holder: Holders = None,
    json: Json = False,
    home: Home = None,
) -> None:
    """Write the status bulletin, one HTML file, for a circle of receivers.

    Example: foreshock bulletin --as-of 2023-07-10 --holder KR --out bulletin.html
    """
    from foreshock.desk import bulletin as bulletins

    to = options.receiver(receiver)
    check_place(out)
    with _desk(home) as desk:
        findings = _look(desk, desk.ask(as_of, holder))
    made = bulletins.compose(findings, desk.pack, to)
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


# -- texts and figures alone, without an archive -------------------------------------------------


@app.command()
def read(
    paths: Annotated[
        list[Path], typer.Argument(help="Texts, pages, PDFs, e-mail, Word files, or folders.")
    ],
    out: Out = None,
    undated: Undated = None,
    stories: Annotated[
        bool, typer.Option("--stories", help="One line for each event, with all who tell it.")
    ] = False,
    jobs: Jobs = 1,
    home: Home = None,
) -> None:
    """Turn texts into events: one line of JSON for each, by the event standard 1.0.

    Example: foreshock read notice.txt --date 2023-07-03 --out events.jsonl
    """
    day = parse_day(undated, "--date") if undated else None
    check_place(out)
    from foreshock.desk import reader

    pack = load(configured.read(home).pack)
    ask = reader.Ask(paths=tuple(paths), day=day, jobs=options.jobs(jobs))
    written = 0
    with delivering(out) as write, progress("reading") as told:
        made = reader.story_lines if stories else reader.lines
        for line in made(ask, pack, told, say):
            write(line)
            written += 1
        write("")  # no story is an answer too
    if out is not None:
        say(f"Wrote {out} ({written} {'stories' if stories else 'documents'}).")


@app.command()
def detect(
    series: Annotated[
        Path | None, typer.Argument(help="CSV or XLSX with columns timestamp,value.")
    ] = None,
    out: Out = None,
    stream: Annotated[
        bool,
        typer.Option("--stream", help="Rows from stdin after a JSON header, one score a row."),
    ] = False,
    panel: Annotated[
        Path | None,
        typer.Option(help="Parquet of trade figures, every release a row: judge each line."),
    ] = None,
    alarms: Annotated[
        Path | None, typer.Option(help="With --panel: the CSV of scores to write.")
    ] = None,
    rule: Annotated[
        str, typer.Option(help="With --panel: model, year-on-year or import-surge.")
    ] = "model",
    new: Annotated[
        Path | None,
        typer.Option(help="With --panel: the CSV of new alarms to write, each with its sentence."),
    ] = None,
    budget: Annotated[
        int | None, typer.Option(help="With --panel: so many new alarms a month, the strongest.")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="With --panel: the share of false new alarms, such as 0.1 (e-BH)."),
    ] = None,
    evaluate: Annotated[
        bool,
        typer.Option(
            "--evaluate", help="How good are the scores? On made worlds, or on --panel's figures."
        ),
    ] = False,
    cases: Annotated[
        Path | None,
        typer.Option(help="With --evaluate: a CSV hs,partner,onset of real disruptions."),
    ] = None,
) -> None:
    """Score a series, or a panel of supply lines: each month from what was known by then only.

    Example: foreshock detect exports.csv --out scores.csv
    Example: foreshock detect --panel observations.parquet --alarms alarms.csv
    Example: foreshock detect --panel observations.parquet --new new.csv --budget 10
    Example: foreshock detect --evaluate --out quality.csv
    """
    if evaluate:
        _detect_evaluate(series, panel, cases, out, rule)
        return
    if stream:
        _detect_stream(series, out)
        return
    if panel is not None:
        from foreshock.desk import panels

        ask = panels.Ask(panel, rule, budget, rate)
        _detect_panel(series, ask, alarms or out, new)
        return
    if series is None:
        raise WrongUse(
            "there is no series to score",
            expected="a CSV or XLSX file, --stream, or --panel with a Parquet file",
            next_step="For example: foreshock detect exports.csv",
        )
    check_place(out)
    with progress(f"scoring {series.name}"):
        from foreshock.desk.scores import scored_csv

        scored = scored_csv(series, say)
    deliver(out, scored)
    if out is not None:
        say(f"Wrote {out}.")


def _detect_stream(series: Path | None, out: Path | None) -> None:
    if series is not None or out is not None:
        raise WrongUse(
            "--stream reads rows from stdin and writes scores to stdout",
            expected="no file beside it",
            next_step="For example: foreshock detect --stream < rows",
        )
    from foreshock.desk.streaming import score_lines

    score_lines(sys.stdin.buffer, emit, say)


def _detect_panel(
    series: Path | None, ask: "panels.Ask", alarms: Path | None, new: Path | None
) -> None:
    if series is not None:
        raise WrongUse(
            f"both a series ({series}) and a panel ({ask.path}) are named", expected="one of them"
        )
    check_place(alarms)
    check_place(new)
    from foreshock.desk import panels

    with progress(f"judging {ask.path.name}") as told:
        found = panels.scored(ask, say, told)
    if new is not None:
        deliver(new, found.new)
        say(f"Wrote {new}.")
    if alarms is not None or new is None:
        deliver(alarms, found.table)
    if alarms is not None:
        say(f"Wrote {alarms}.")
    if alarms is not None or new is not None:
        emit("".join(one + "\n" for one in found.sentences))


def _detect_evaluate(
    series: Path | None, panel: Path | None, cases: Path | None, out: Path | None, rule: str
) -> None:
    if series is not None:
        raise WrongUse(
            f"--evaluate with the series {series}",
            expected="nothing, or --panel with a Parquet file",
            next_step="For example: foreshock detect --evaluate --out quality.csv",
        )
    check_place(out)
    from foreshock.desk import evaluating

    with progress("measuring") as told:
        table = evaluating.evaluated(panel, cases, rule, say, told)
    deliver(out, table)
    if out is not None:
        say(f"Wrote {out}.")


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
    serve_desk(desk.archive, desk.pack, reach(settings.bind, settings.port, settings.url))


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
