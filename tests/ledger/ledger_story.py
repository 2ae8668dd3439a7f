"""A small pack and short events for the tests of the ledger."""

from datetime import UTC, date, datetime
from typing import Any

from foreshock.words.clocks import backfilled, live
from foreshock.words.pack import Pack
from foreshock.words.records import Event, Said
from foreshock.words.reference import (
    CommitmentRow,
    Item,
    LicenceOutcome,
    MeasureRow,
    StepRow,
)

RECEIVED = datetime(2027, 1, 1, tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def item(name: str, parent: str = "") -> Item:
    return Item(id=name, name=name.rpartition(".")[2], kind="mineral", parent=parent)


def step(measure: str, kind: str, begins: str, published: str, **more: Any) -> StepRow:
    more.setdefault("checked", "official")
    ref = f"pack:measure_steps.csv:{measure} {kind} {begins}"
    return StepRow(
        measure=measure, step=kind, date=begins, published=day(published), ref=ref, **more
    )


GALLIUM = MeasureRow(
    id="CN-2023-23",
    issuer="CN",
    title="Export control on gallium and germanium",
    instrument=("export_licence", "export_control"),
    items=("min.ga", "min.ge"),
    targets=("all",),
)
US_BAN = MeasureRow(
    id="CN-2024-46",
    issuer="CN",
    title="Export ban to the United States",
    instrument=("export_ban",),
    items=("min.ga", "min.ge", "min.sb"),
    targets=("US",),
)
CHIPS = MeasureRow(
    id="US-2022-1007",
    issuer="US",
    title="Controls on advanced computing chips",
    instrument=("export_control", "fdpr"),
    items=("chip.ai",),
    targets=("CN",),
)
PACK = Pack(
    items=(
        item("ree"),
        item("ree.heavy", "ree"),
        item("ree.dy", "ree.heavy"),
        item("min.ga"),
        item("min.ge"),
        item("min.sb"),
        item("chip"),
        item("chip.ai", "chip"),
    ),
    measures=(GALLIUM, US_BAN, CHIPS),
    steps=(
        step("CN-2023-23", "announced", "2023-07-03", "2023-07-03"),
        step("CN-2023-23", "in_force", "2023-08-01", "2023-07-03"),
        step("CN-2024-46", "announced", "2024-12-03", "2024-12-03"),
        step("CN-2024-46", "in_force", "2024-12-03", "2024-12-03"),
        step("CN-2024-46", "suspended", "2025-11-09", "2025-11-09", until="2026-11-27"),
        step("US-2022-1007", "in_force", "2022-10-07", "2022-10-07"),
    ),
    commitments=(
        CommitmentRow(
            id="london-2025",
            who_says=("US",),
            who_promises=("CN",),
            to_whom=("US",),
            what="licences for rare earths",
            items=("ree",),
            made="2025-06-10",
            due="2025-07-31",
            published=day("2025-06-11"),
            outcome="late",
            outcome_published=day("2025-09-01"),
            checked="secondary",
        ),
    ),
    licence_outcomes=(
        LicenceOutcome(
            issuer="CN",
            measure="CN-2023-23",
            item="min.ga",
            days_waited=51,
            published=day("2023-09-21"),
            checked="secondary",
            ref="pack:licence_outcomes.csv:2",
        ),
        LicenceOutcome(
            issuer="CN",
            measure="CN-2023-23",
            destination="EU",
            applied=40,
            approved=10,
            published=day("2023-10-30"),
            checked="secondary",
            ref="pack:licence_outcomes.csv:3",
        ),
    ),
    priors={
        "licence_delay": [
            {
                "regime": "first licences after a new rule",
                "days": [30, 65, 120],
                "known_from": "2017-01-01",
            },
            {
                "regime": "licences under a rule at work for half a year",
                "days": [20, 45, 75],
                "known_from": "2017-01-01",
            },
        ],
        "approval_share": [
            {
                "period": "first 60 days",
                "share": [0.05, 0.25, 0.5],
                "known_from": "2025-07-01",
            },
            {
                "period": "without experience",
                "share": [0.1, 0.5, 0.9],
                "known_from": "2017-01-01",
            },
        ],
    },
)


def event(published: str, type_: str = "RESTRICT", **more: Any) -> Event:
    """An event of China on gallium and germanium, published on a day; `more` overrides."""
    known = backfilled(RECEIVED, day(published))
    if more.pop("live", False):
        known = live(datetime.combine(day(published), datetime.min.time(), UTC), day(published))
    more.setdefault("actors", ("CN",))
    more.setdefault("items", ("min.ga", "min.ge"))
    more.setdefault("targets", ("all",))
    more.setdefault("document", f"document-{published}")
    more.setdefault("local", "e1")
    more.setdefault("confidence", 0.8)
    if "source" in more:
        more["source"] = Said(kind=more["source"])
    return Event(clocks=known, type=type_, **more).sealed()


def notice(published: str = "2023-07-03", **more: Any) -> Event:
    """The notice of 3 July 2023, as told by a text published on a day."""
    told: dict[str, Any] = {
        "mode": "new",
        "status": "announced",
        "date": "2023-07-03",
        "effective": "2023-08-01",
        "instruments": ("export_licence",),
    }
    return event(published, **{**told, **more})


def no_measures(pack: Pack = PACK) -> Pack:
    """The same pack of somebody who has noted no measure yet."""
    return Pack(items=pack.items, priors=pack.priors)
