"""Records and figures to keep, made on the spot."""

from datetime import UTC, date, datetime, timedelta

from foreshock.words.clocks import Clocks
from foreshock.words.records import Document, Observation, Origin

START = date(2023, 7, 1)


def moment(day: int, hour: int = 9) -> datetime:
    """An hour of the day-th day after 1 July 2023, UTC."""
    return datetime(2023, 7, 1, hour, tzinfo=UTC) + timedelta(days=day)


def on(day: int) -> date:
    return START + timedelta(days=day)


def document(text: str, day: int = 0, supersedes: str | None = None, **more) -> Document:
    clocks = Clocks(known_at=moment(day), received=moment(day), published=on(day))
    return Document(
        clocks=clocks, source="folder", text=text, supersedes=supersedes, **more
    ).sealed()


def figure(
    value: float | None,
    day: int = 0,
    *,
    period: str = "2023-06",
    series: str = "cn.ga.exports",
    publisher: str = "GACC",
    published: date | str | None = "same",
    status: str = "reported",
    item: str = "ga",
    known_at: datetime | None = None,
    note: str = "",
) -> Observation:
    known = known_at or moment(day)
    out = on(day) if published == "same" else published
    return Observation(
        series=series,
        item=item,
        flow="exports",
        reporter="CN",
        partner="all",
        period=period,
        unit="t",
        value=value,
        status=status,
        clocks=Clocks(known_at=known, received=known, published=out, happened=period),
        origin=Origin(publisher=publisher, url="https://example.org", licence="facts"),
        note=note,
    )
