"""`foreshock detect --panel`: a Parquet of releases in, a CSV of scores and sentences out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from foreshock.errors import WrongUse

#: sentences told of the strongest lines
TOLD = 10


class Scored(NamedTuple):
    """What was made of a panel: the CSV, and what the newest month says of its strongest lines."""

    table: str
    sentences: tuple[str, ...]


def scored(
    path: Path,
    rule: str,
    say: Callable[[str], None],
    told: Callable[[str, int, int], None],
) -> Scored:
    """The table `hs,partner,as_of,score` of a panel, by the model or by a transparent rule.

    Every line in every month from the first release to the last, each decided from rows published
    by then. Raises `WrongUse` for a rule or file that is none, `Unreadable` or `Misread` for a
    table that cannot be understood.
    """
    from foreshock.watch import panel, panel_presets, panel_table, panel_words  # numba takes long

    judges = {"model": panel.judge, **panel_presets.RULES}
    if rule not in judges:
        raise WrongUse(f"--rule is {rule!r}", expected=f"one of {', '.join(judges)}")
    notices: list[str] = []
    releases = panel_table.read_panel(path, notices)
    for notice in notices:
        say(notice)
    first = int(releases.published[0])
    months = int(releases.published[-1]) - first + 1
    last: list[panel.Judged] = []

    def keep() -> Iterator[panel.Judged]:
        for one in panel.backtest(releases, by=judges[rule]):
            told(panel_words.month(one.as_of), one.as_of - first + 1, months)
            last[:] = [one]
            yield one

    table = "".join(panel_words.score_rows(releases, keep()))
    if last and (slips := int(last[0].slips.sum())):
        say(f"{slips} quantity(ies) off by 10, 100 or 1000 against their value were mended.")
    return Scored(table, tuple(panel_words.strongest(releases, last[0], TOLD)) if last else ())
