"""What the panel detector found, in rows and in sentences."""

from collections.abc import Iterable, Iterator

import numpy as np

from foreshock.watch.kernels_evidence import Verdicts
from foreshock.watch.panel import Judged, Releases

#: above this share a line as a whole has not fallen; below that one a recipient has; so many named
SOME, HARDLY, NAMED = 0.85, 0.3, 3


def month(number: int) -> str:
    """A month that is counted from year 0, as people write it.

    >>> month(12 * 2023 + 7)
    '2023-08'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def score_rows(panel: Releases, judged: Iterable[Judged]) -> Iterator[str]:
    """The lines of a table `hs,partner,as_of,score`: every line in every month, header first."""
    yield "hs,partner,as_of,score\n"
    heads = [
        f"{_cell(panel.items[i])},{_cell(panel.exporters[e])},"
        for i, e in zip(panel.line_item, panel.line_exporter, strict=True)
    ]
    for one in judged:
        tail = f"{month(one.as_of)},"
        for head, score in zip(heads, one.verdicts.evidence.tolist(), strict=True):
            yield f"{head}{tail}{score:.4f}\n"


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n\r') else text


def sentence(panel: Releases, judged: Judged, line: int) -> str:
    """What was found of a line: since when, how much, how sure.

    The ratio is what came over what was due since the likeliest onset, season and what others
    share taken off; evidence is the natural log of the odds that a change explains it better.
    """
    v = judged.verdicts
    what = f"{panel.items[panel.line_item[line]]} from {panel.exporters[panel.line_exporter[line]]}"
    if v.since[line] < 1:
        return f"{what}: unknown, there is too little past to judge by."
    onset = month(judged.newest + 1 - int(v.since[line]))
    said = [f"{what}: since {onset} {_amount(v, line)}"]
    few = _short(panel, v, line) if v.ratio[line] > SOME else []
    if few:
        said.append(f"but to {' and '.join(few)} far less")
    if abs(v.rise[line]) >= 0.1:
        said.append(f"unit value {np.expm1(v.rise[line]):+.0%} against other exporters")
    return f"{', '.join(said)}; evidence {v.evidence[line]:.1f} as of {month(judged.as_of)}."


def _short(panel: Releases, v: Verdicts, line: int) -> list[str]:
    """The recipients that got far less than was due, worst first, a few of them."""
    series = np.arange(*np.searchsorted(panel.series_line, [line, line + 1]))
    split = v.split[series]
    worst = series[np.argsort(split, kind="stable")][: int((split < HARDLY).sum())]
    return [panel.reporters[panel.series_reporter[s]] for s in worst[:NAMED]]


def _amount(v: Verdicts, line: int) -> str:
    return f"quantity at {v.ratio[line]:.0%} of what was due"


def strongest(panel: Releases, judged: Judged, most: int) -> list[str]:
    """Sentences of the lines with the most evidence, at most so many, none without evidence."""
    order = np.argsort(-judged.verdicts.evidence, kind="stable")[:most]
    return [sentence(panel, judged, int(n)) for n in order if judged.verdicts.evidence[n] > 0]
