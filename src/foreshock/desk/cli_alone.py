"""The verbs that work on texts and figures alone, without an archive: read, detect."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foreshock.desk import options
from foreshock.desk import settings as configured
from foreshock.desk.options import Home, Jobs, Out, Undated
from foreshock.desk.output import check_place, deliver, delivering
from foreshock.desk.talk import emit, progress, say
from foreshock.errors import WrongUse
from foreshock.words.clocks import parse_day
from foreshock.words.pack import load

if TYPE_CHECKING:
    from foreshock.desk import panels


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
