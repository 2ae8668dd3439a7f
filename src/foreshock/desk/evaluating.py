"""`foreshock detect --evaluate`: a table of how good the scores are, made and real figures."""

import csv
import io
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from foreshock.desk.panels import COMPILES
from foreshock.errors import Misread, WrongUse

if TYPE_CHECKING:
    from foreshock.watch.inject import Disruption
    from foreshock.watch.panel import Releases

CASE_COLUMNS = ("hs", "partner", "onset")


def evaluated(
    panel: Path | None,
    cases: Path | None,
    rule: str,
    say: Callable[[str], None],
    told: Callable[[str, int, int], None],
) -> str:
    """The table of the evaluation kit as CSV.

    Without a panel on the made worlds; with one on its figures, into which disruptions are put, and
    on the labelled `cases` in them. Raises `WrongUse` for what is not there or no rule, `Misread`
    for a table of cases that cannot be understood.
    """
    from foreshock.watch import compiled, evaluate_kit, panel_presets, panel_table

    if rule not in ("model", *panel_presets.RULES):
        words = ", ".join(("model", *panel_presets.RULES))
        raise WrongUse(f"--rule is {rule!r}", expected=f"one of {words}")
    by = panel_presets.RULES.get(rule)
    if by is None and compiled.waits():
        say(COMPILES)
    if panel is None:
        if cases is not None:
            raise WrongUse("--cases without a panel", expected="--panel with the figures of them")
        table = list(evaluate_kit.made(by, told))
    else:
        notices: list[str] = []
        figures = panel_table.read_panel(panel, notices)
        for notice in notices:
            say(notice)
        known = [] if cases is None else read_cases(cases, figures, say)
        table = list(evaluate_kit.shifted(figures, by, told, known))
        if not table:
            raise WrongUse(
                f"{panel} is too short or too thin to put disruptions into",
                expected="lines with 24 months of trade, in at least 55 months",
            )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(evaluate_kit.Row._fields)
    for row in table:
        writer.writerow([_cell(cell) for cell in row])
    return out.getvalue()


def _cell(cell: object) -> object:
    if isinstance(cell, float):
        return "" if isnan(cell) else f"{cell:.3f}".rstrip("0").rstrip(".")
    return cell


def read_cases(path: Path, figures: "Releases", say: Callable[[str], None]) -> list["Disruption"]:
    """Labelled disruptions of a panel from a CSV `hs,partner,onset` and, if given, `kind`."""
    from foreshock.watch.inject import Disruption

    if not path.exists():
        raise WrongUse(f"{path} is not there", next_step="Check the path.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in CASE_COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise Misread(
                f"{path} has no column {', '.join(missing)}",
                expected=f"columns {', '.join(CASE_COLUMNS)} and, if you like, kind",
            )
        rows = list(reader)
    lines = {
        (figures.items[i], figures.exporters[e]): number
        for number, (i, e) in enumerate(zip(figures.line_item, figures.line_exporter, strict=True))
    }
    found = []
    for number, row in enumerate(rows, start=2):
        onset = (row["onset"] or "").strip()
        year, _, month = onset[:7].partition("-")
        if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
            raise Misread(f"{path} line {number}: onset is {onset!r}", expected="a month, YYYY-MM")
        line = lines.get(((row["hs"] or "").strip(), (row["partner"] or "").strip()))
        if line is None:
            say(
                f"{path} line {number}: the panel has no {row['hs']} from {row['partner']}; unused."
            )
            continue
        when = 12 * int(year) + int(month) - 1
        kind = (row.get("kind") or "case").strip()
        found.append(Disruption(line, when, when + 12, kind, (), (), ()))
    return found
