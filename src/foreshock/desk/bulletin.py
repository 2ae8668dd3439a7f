"""The bulletin: a day's warnings and what is new behind them, as one file that can be sent.

The file holds its own style sheet and nothing else: no script, no picture from elsewhere. The
same findings give the same bytes, so that a bulletin can be signed and compared.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from foreshock import __version__, gate
from foreshock.desk import charts, phrases
from foreshock.desk.draw import templates
from foreshock.desk.evidence import Cited, Shown, Sources, describe, fit
from foreshock.rounds import Findings
from foreshock.words.clocks import Clocks, end_of, span
from foreshock.words.markings import label, strictest
from foreshock.words.pack import Pack
from foreshock.words.records import (
    Bulletin,
    Commitment,
    Document,
    EarlyWarning,
    Event,
    Measure,
    Nature,
    Receiver,
    Record,
)

_HERE = Path(__file__).parent
#: days for which a step of a measure, a promise or an event counts as new
NEW = timedelta(days=30)


def compose(findings: Findings, pack: Pack, receiver: Receiver) -> Bulletin:
    """The bulletin of a round for a receiver, sealed.

    Warnings above normal that are out, measures and commitments that moved in the last 30 days or
    have a day ahead, the events cited or new, the signals, and what could not be seen. What the
    receiver may not see is left out and counted in the caveats. The marking is the strictest of
    the contents, the documents cited among them.
    """
    shown = fit(findings, receiver)
    seen, day = shown.findings, findings.as_of
    warnings = tuple(w for w in phrases.out(seen.warnings) if w.level > 0)
    events = _events(seen, warnings)
    measures = tuple(m for m in seen.measures if _moves(m, day))
    commitments = tuple(c for c in seen.commitments if _pending(c, day))
    contents: tuple[Record, ...] = (*warnings, *events, *measures, *commitments, *seen.signals)
    sources = Sources(shown, pack)
    documents = [sources.documents[key] for key in _cited(contents) if key in sources.documents]
    gate.pass_out([*contents, *documents], receiver)
    known = max((r.clocks.known_at for r in contents), default=end_of(day))
    return Bulletin(
        clocks=Clocks(known_at=known, received=known, happened=day.isoformat()),
        marking=strictest([r.marking for r in (*contents, *documents)]),
        nature=_nature(warnings),
        as_of=day,
        title=f"Supply warnings as known on {day}",
        warnings=warnings,
        events=events,
        measures=measures,
        commitments=commitments,
        signals=seen.signals,
        caveats=(*seen.caveats, *_troubles(seen), *_held(shown)),
    ).sealed()


def _nature(warnings: Iterable[EarlyWarning]) -> Nature:
    """Exercise or test if anything in it is: nobody may take it for the real thing."""
    natures = {w.nature for w in warnings}
    if "exercise" in natures:
        return "exercise"
    return "test" if "test" in natures else "actual"


def _events(seen: Findings, warnings: Iterable[EarlyWarning]) -> tuple[Event, ...]:
    cited = {key for w in warnings for reason in w.reasons for key in reason.evidence}
    since = end_of(seen.as_of - NEW)
    return tuple(
        e for e in seen.events if e.id in cited or (not e.background and e.clocks.known_at > since)
    )


def _moves(measure: Measure, day: date) -> bool:
    return any(
        step.published > day - NEW or (step.date is not None and span(step.date)[1] > day)
        for step in measure.steps
    )


def _pending(commitment: Commitment, day: date) -> bool:
    if commitment.outcome == "open":
        return True
    return commitment.clocks.known_at > end_of(day - NEW)


def _cited(contents: Iterable[Record]) -> list[str]:
    """Ids of everything that the contents rest on, each once, in order."""
    keys: dict[str, None] = {}
    for record in contents:
        match record:
            case EarlyWarning():
                keys.update((key, None) for reason in record.reasons for key in reason.evidence)
            case Event():
                keys[record.document] = None
            case Commitment():
                keys.update((key, None) for key in record.evidence)
            case _:
                pass
    return list(keys)


def _troubles(seen: Findings) -> tuple[str, ...]:
    """One sentence for each source that could not be read or was not tried."""
    return tuple(
        f"Source {h.source} is {h.state}: {'; '.join(h.trouble) or 'it does not say why'}"
        for h in seen.health
        if h.state in ("broken", "unknown")
    )


def _held(shown: Shown) -> tuple[str, ...]:
    if not shown.held_back:
        return ()
    return (f"{shown.held_back} record(s) are held back by their marking.",)


# -- as a file -----------------------------------------------------------------------------------


def html(
    bulletin: Bulletin, pack: Pack, documents: Iterable[Document] = (), audit: str = ""
) -> str:
    """The bulletin as one self-contained HTML file.

    `documents` are those it cites, for publisher, address and day; one whose marking is stricter
    than the bulletin's own is not named. `audit` is the head of the audit log of the exchange: in
    print, it proves later what the log held.
    """
    named = tuple(d for d in documents if d.marking <= bulletin.marking)
    seen = Findings(
        as_of=bulletin.as_of,
        live=False,
        documents=named,
        events=bulletin.events,
        measures=bulletin.measures,
        signals=bulletin.signals,
    )
    cited = _Numbered(Sources(Shown(findings=seen), pack))
    words: dict[str, Any] = {
        "b": bulletin,
        "style": style(),
        "version": __version__,
        "audit": audit,
        "marking": label(bulletin.marking),
        "for_whom": sorted({phrases.name(w.holder, pack) for w in bulletin.warnings}),
        "warnings": [_told(w, cited) for w in bulletin.warnings],
        "measures": [(m, _ahead(m, bulletin.as_of)) for m in bulletin.measures],
        "commitments": [(c, cited.numbers(c.evidence)) for c in bulletin.commitments],
        "events": [(describe(e, pack), e, cited.numbers([e.id])) for e in bulletin.events],
        "signals": [(s, cited.numbers([s.id])) for s in bulletin.signals],
        "sources": cited.listed,
        "levels": pack.levels,
    }
    return templates(pack).get_template("bulletin.html").render(words)


class _Numbered:
    """The sources of a bulletin, each numbered once, in the order in which they are cited."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._number: dict[str, int] = {}
        self.listed: list[Cited] = []

    def numbers(self, keys: Iterable[str]) -> list[int]:
        """The numbers of these pieces of evidence; one that may not be named has none."""
        for key in keys:
            source = self._sources.cite(key)
            if key not in self._number and source.state == "shown":
                self.listed.append(source)
                self._number[key] = len(self.listed)
        return sorted(self._number[key] for key in set(keys) if key in self._number)


def _told(warning: EarlyWarning, cited: _Numbered) -> dict[str, Any]:
    reasons = phrases.by_weight(warning)
    heaviest = max((abs(r.weight) for r in reasons), default=1.0)
    return {
        "w": warning,
        "reasons": [
            (
                r,
                charts.weight_bar(r.weight, heaviest, f"Weight of: {r.says}"),
                cited.numbers(r.evidence),
            )
            for r in reasons
        ],
    }


def _ahead(measure: Measure, day: date) -> list[tuple[str, str]]:
    """(step, day) of the steps of a measure that are still to come."""
    return [(s.step, s.date) for s in measure.steps if s.date and span(s.date)[1] > day]


@cache
def style() -> str:
    """The style sheet inside the file."""
    folder = _HERE / "static"
    return "\n" + (folder / "charts.css").read_text() + (folder / "bulletin.css").read_text()
