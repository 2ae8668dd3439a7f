"""Reads what the pack knows as documents and figures, each known since its day of publication."""

from datetime import datetime

import msgspec

from foreshock.errors import ForeshockError
from foreshock.sources.drafts import document, doubts
from foreshock.sources.formats import text
from foreshock.sources.harvest import Harvest, harvest
from foreshock.sources.limits import read_bytes
from foreshock.words.clocks import arrived
from foreshock.words.pack import Pack
from foreshock.words.records import Document, Observation, Origin
from foreshock.words.reference import Figure, Output, Series

SOURCE = "pack"
_UNOPENED = "unopened"


def from_pack(pack: Pack, received: datetime) -> Harvest:
    """The pack's texts, published figures and production figures.

    `received` is UTC. Production becomes the series `production:<item>:<stage>:<country>` in
    tonnes a year. Rows whose source nobody here has opened are left out and counted.

    >>> from datetime import UTC
    >>> from_pack(Pack(), datetime(2026, 1, 2, tzinfo=UTC)).health.state
    'quiet'
    """
    trouble: list[str] = []
    documents = _documents(pack, received, trouble)
    described = {row.id: row for row in pack.series}
    figures = [
        _figure(row, described[row.series], received)
        for row in pack.figures
        if row.checked != _UNOPENED and row.series in described and _tells_why_empty(row)
    ]
    produced = [
        _production(row, received)
        for row in pack.production
        if row.checked != _UNOPENED and row.source_date is not None
    ]
    _say_left_out(len(pack.figures) - len(figures), "observations.csv", trouble)
    _say_left_out(len(pack.production) - len(produced), "production.csv", trouble)
    return harvest(SOURCE, documents, [*figures, *produced], trouble, received)


def _tells_why_empty(row: Figure) -> bool:
    return row.value is not None or row.status in ("withheld", "withdrawn")


def _say_left_out(count: int, file: str, trouble: list[str]) -> None:
    if count:
        trouble.append(
            f"{file}: {count} row(s) were left out: their source is unopened or undated, or they "
            "hold no figure and do not say why. Open the source and complete the row."
        )


def _documents(pack: Pack, received: datetime, trouble: list[str]) -> list[Document]:
    documents: list[Document] = []
    for path in pack.documents():
        try:
            drafts = text.read(read_bytes(path), path.name)
            made = [document(draft, SOURCE, received) for draft in drafts.drafts]
            documents.extend(made)
            trouble.extend((*drafts.notices, *doubts(made, path.name)))
        except ForeshockError as error:
            trouble.append(str(error))
    return documents


def _figure(row: Figure, series: Series, received: datetime) -> Observation:
    return Observation(
        series=row.series,
        item=series.item,
        flow=series.flow,
        reporter=series.reporter,
        partner=series.partner,
        unit=series.unit,
        code_system=series.code_system,
        code=series.code,
        purity=series.purity,
        period=row.period,
        value=row.value,
        status=row.status,
        clocks=arrived(received, row.published, row.period),
        origin=_origin(row),
        note=row.note,
    )


def _production(row: Output, received: datetime) -> Observation:
    estimated = "estimated by the publisher" if row.status == "estimated" else ""
    return Observation(
        series=f"production:{row.item}:{row.stage}:{row.country}",
        item=row.item,
        flow="output",
        reporter=row.country,
        partner="world",
        unit="t",
        period=str(row.year),
        value=row.tonnes,
        status="withheld" if row.tonnes is None else "reported",
        clocks=arrived(received, row.source_date, str(row.year)),
        origin=_origin(row),
        note="; ".join(part for part in (estimated, row.note) if part),
    )


def _origin(row: Figure | Output) -> Origin:
    return msgspec.convert(
        {"publisher": row.publisher, "url": row.source_url, "checked": row.checked or "secondary"},
        Origin,
    )
