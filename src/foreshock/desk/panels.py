"""`foreshock detect --panel`: a Parquet of releases in, a CSV of scores and sentences out."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from foreshock.errors import WrongUse
from foreshock.words.clocks import now

if TYPE_CHECKING:
    from foreshock.watch import panel, panel_alarms

#: sentences told of the strongest lines
TOLD = 10
#: why the first call takes so long
COMPILES = "The model is compiled for this machine first, which takes about half a minute, once."


class Scored(NamedTuple):
    """What was made of a panel: both tables, and what the newest month says of strong lines."""

    table: str
    sentences: tuple[str, ...]
    #: the new alarms of each month with all that is known of them
    new: str


class Ask(NamedTuple):
    """What is asked of a panel."""

    path: Path
    #: the model or one of the plain rules
    rule: str = "model"
    #: new alarms a month at most; None: as many as there are
    budget: int | None = None
    #: share of false ones among the new alarms, 0..1; None: by evidence alone
    rate: float | None = None


def scored(ask: Ask, say: Callable[[str], None], told: Callable[[str, int, int], None]) -> Scored:
    """The table `hs,partner,as_of,score` of a panel, by the model or by a transparent rule.

    Every line in every month from the first release to the last, each decided from rows published
    by then. Raises `WrongUse` for a rule or file that is none, `Unreadable` or `Misread` for a
    table that cannot be understood.
    """
    # numba takes long
    from foreshock.watch import (
        compiled,
        panel,
        panel_alarms,
        panel_presets,
        panel_table,
        panel_words,
    )

    judges = {"model": panel.judge, **panel_presets.RULES}
    if ask.rule not in judges:
        raise WrongUse(f"--rule is {ask.rule!r}", expected=f"one of {', '.join(judges)}")
    policy = _policy(ask)
    notices: list[str] = []
    releases = panel_table.read_panel(ask.path, notices)
    for notice in notices:
        say(notice)
    if ask.rule == "model" and compiled.waits():
        say(COMPILES)
    releases = _without_future(releases, say)
    first = int(releases.published[0])
    months = int(releases.published[-1]) - first + 1
    judged: list[panel.Judged] = []
    for one in panel.backtest(releases, by=judges[ask.rule]):
        told(panel_words.month(one.as_of), one.as_of - first + 1, months)
        judged.append(one)
    if judged and (slips := int(judged[-1].slips.sum())):
        say(f"{slips} quantity(ies) off by 10, 100 or 1000 against their value were mended.")
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(panel_alarms.COLUMNS)
    writer.writerows(panel_alarms.new_alarms(releases, judged, policy))
    newest = panel_words.strongest(releases, judged[-1], TOLD) if judged else []
    rows = "".join(panel_words.score_rows(releases, judged))
    return Scored(rows, tuple(newest), table.getvalue())


def _without_future(releases: "panel.Releases", say: Callable[[str], None]) -> "panel.Releases":
    """The releases published by now: what is dated later is said, and left out."""
    from foreshock.watch import panel_words

    today = now().date()
    here = 12 * today.year + today.month - 1
    late = releases.published > here
    if not late.any():
        return releases
    newest = panel_words.month(int(releases.published[-1]))
    if late.all():
        raise WrongUse(
            f"every row was published after {today:%Y-%m}",
            expected="rows whose `published` is over",
            next_step="Correct the column.",
        )
    say(f"{int(late.sum())} row(s) are dated as published in months to come ({newest}); left out.")
    cut = {
        name: getattr(releases, name)[~late]
        for name in ("series", "ref", "published", "amount", "value")
    }
    return replace(releases, **cut)


def _policy(ask: Ask) -> "panel_alarms.Policy":
    from foreshock.watch import panel_alarms

    if ask.budget is not None and ask.budget < 1:
        raise WrongUse(f"--budget is {ask.budget}", expected="new alarms a month, 1 or more")
    if ask.rate is not None and not 0 < ask.rate < 1:
        raise WrongUse(f"--rate is {ask.rate:g}", expected="a share of false alarms such as 0.1")
    if ask.rate is not None and ask.rule != "model":
        raise WrongUse(
            f"--rate with --rule {ask.rule}",
            expected="the model: the scores of plain rules are no evidence",
        )
    return panel_alarms.Policy(ask.budget, ask.rate)
