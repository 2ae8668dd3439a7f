"""What the command line shows: plain sentences first, then tables for a terminal.

The sentences stand alone, so that a pipe or a log loses nothing without the tables. Whatever came
from outside is shown as text, never as styling, and cannot steer the terminal.
"""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from foreshock.desk import alarm_words, phrases
from foreshock.desk.evidence import Sources, describe
from foreshock.rounds import Findings
from foreshock.words.pack import Pack
from foreshock.words.records import Dependence, EarlyWarning, Event

#: colours of the levels on a terminal, 0 to 4; the number and the word stand beside them
_COLOURS = ("green", "blue", "yellow", "dark_orange", "bold red")

#: pieces of evidence named under a warning
EVIDENCE = 3

#: letters that a column keeps on a narrow terminal
_LEAST = {"why": 26, "event": 26, "item": 10}


def summary_lines(findings: Findings, pack: Pack, sources: Sources | None = None) -> list[str]:
    """The round in sentences: how much was known, each warning that is out, what could not be seen.

    With `sources`, each warning is followed by the first of its evidence: publisher, day, address.

    >>> from datetime import date
    >>> summary_lines(Findings(as_of=date(2023, 7, 10), live=False), Pack())[0]
    'Known as of 2023-07-10: 0 documents, 0 events, 0 figures, 0 measures.'
    """
    standing = phrases.leading(findings.warnings, pack)
    lines = [
        f"Known as of {findings.as_of}: {len(findings.documents)} documents, "
        f"{len(findings.events)} events, {len(findings.observations)} figures, "
        f"{len(findings.measures)} measures."
    ]
    for w in standing:
        lines.append(f"{phrases.sentence(w, pack)}.")
        lines += evidence_lines(w, sources) if sources is not None else []
    if not standing:
        lines.append("No warning is out.")
    if findings.alarms:
        said = alarm_words.headline(findings.alarms, findings.as_of, findings.alarm_policy)
        lines.append(f"{said} See them: foreshock alarms.")
    lines += [f"Not seen: {phrases.plain(caveat)}" for caveat in findings.caveats]
    return lines


def evidence_lines(warning: EarlyWarning, sources: Sources) -> list[str]:
    """The first of the published evidence behind the reasons for a warning, in one line."""
    keys = [key for r in warning.reasons if r.weight > 0 for key in r.evidence]
    cited = [c for c in sources.cite_all(dict.fromkeys(keys)) if c.publisher and c.day]
    told = dict.fromkeys(
        phrases.plain(f"{c.publisher}, {c.day}" + (f", {c.url}" if c.url else "")) for c in cited
    )
    more = len(told) - EVIDENCE
    rest = f"; and {more} more" if more > 0 else ""
    return [f"  Evidence: {'; '.join(list(told)[:EVIDENCE])}{rest}."] if told else []


def health_lines(findings: Findings) -> list[str]:
    """One sentence for each source: fine, quiet, broken or unknown, and each trouble it had.

    >>> from datetime import date
    >>> health_lines(Findings(as_of=date(2023, 7, 10), live=False))
    []
    """
    lines = []
    for health in findings.health:
        newest = f"newest content {health.newest}" if health.newest else "newest content unknown"
        lines.append(f"Source {health.source}: {health.state}, {health.read} read, {newest}.")
        lines += [f"  {phrases.plain(trouble)}" for trouble in health.trouble]
    return lines


def warnings_table(findings: Findings, pack: Pack, rows: int | None = None) -> Table:
    """The first `rows` warnings that are out (None: all), worst first.

    Kinds of an item of which the same is said share the row of the item.
    """
    table = _table("level", "item", "for", "within 90 days", "weeks of cover", "why")
    same = phrases.repeated(findings.warnings, pack)
    for w in phrases.leading(findings.warnings, pack)[:rows]:
        kinds = phrases.names((other.item for other in same[w.id]), pack)
        item = phrases.name(w.item, pack) + (f"; also {kinds}" if kinds else "")
        level = f"{w.level} {phrases.level_word(w.level, pack)}"
        chance = f"{phrases.percent(w.p90)} {phrases.probability_word(w.p90, pack)}"
        table.add_row(
            Text(level, style=_COLOURS[w.level]),
            _cell(item),
            _cell(phrases.name(w.holder, pack)),
            chance,
            phrases.cover(w),
            _cell(phrases.why(w)),
        )
    return table


def events_table(events: Iterable[Event], pack: Pack) -> Table:
    """Events: when, who does what about which items to whom, how real, how sure."""
    table = _table("date", "event", "status", "said by", "confidence")
    for event in events:
        real = event.status.replace("_", " ")
        if event.modality != "fact":
            real += f", {event.modality}"
        table.add_row(
            event.date or "not dated",
            _cell(describe(event, pack)),
            real,
            _cell(", ".join((event.source.kind, *event.source.who))),
            phrases.percent(event.confidence),
        )
    return table


def dependence_table(rows: Iterable[Dependence], pack: Pack) -> Table:
    """From where holders get an item: direct share, share through third countries, year, basis."""
    table = _table("for", "item", "from", "direct", "through others", "year", "basis", "by way of")
    for row in rows:
        table.add_row(
            _cell(phrases.name(row.holder, pack)),
            _cell(phrases.name(row.item, pack)),
            _cell(phrases.name(row.origin, pack)),
            phrases.percent(row.direct),
            phrases.percent(row.indirect),
            str(row.year),
            row.basis,
            _cell(phrases.names(row.path, pack)),
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold", min_width=_LEAST.get(heading))
    return table


def _cell(text: str) -> Text:
    return Text(phrases.plain(text))
