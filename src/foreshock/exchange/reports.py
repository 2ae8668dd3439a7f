"""Reports of missions: the status of an item, the six facts of a disruption, or nothing to report.

A report is kept once, however often it is sent; a correction is a new report in its place. Which
due day a report answers is settled inside the transaction that keeps it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from msgspec import structs
from msgspec.structs import replace

from foreshock.errors import WrongOrder, WrongUse
from foreshock.exchange.deeds import deed
from foreshock.exchange.duties import open_due
from foreshock.exchange.forms import fill
from foreshock.exchange.missions import duties_known, mission_named
from foreshock.words.clocks import live, now
from foreshock.words.keepers import Keeper
from foreshock.words.markings import Marking
from foreshock.words.pack import Pack
from foreshock.words.records import Report, Struct

Form = Literal["status", "disruption"]


class Filed(Struct, frozen=True, kw_only=True):
    """What became of a report."""

    report: Report
    #: False: it was here already
    new: bool
    #: days after its due day; 0: in time, or not due
    days_late: int = 0


class Sender(Struct, frozen=True, kw_only=True):
    """Who sends a report, for which mission."""

    mission: str
    by: str


def file_report(
    keeper: Keeper, pack: Pack, sender: Sender, form: Form, told: Mapping[str, str]
) -> Filed:
    """Check a form and keep it as a report of the mission.

    Raises `WrongForm` naming every field that is wrong, `WrongUse` for a mission that does not
    report. The same form sent twice is kept once.
    """
    values = fill(form, told, pack)
    with keeper.transaction():
        mission = mission_named(keeper, sender.mission)
        if mission.kind == "desk":
            raise WrongUse(f"{mission.name} is a desk, which receives", expected="a mission")
        report = _report(form, values, now().date())
        return _keep(keeper, replace(report, mission=mission.name, host=mission.host, by=sender.by))


def nothing_to_report(keeper: Keeper, pack: Pack, sender: Sender) -> list[Filed]:
    """Say for everything that the mission owes and has not told yet: looked, nothing to report.

    An item on which it reported today is left out. Raises `WrongUse` when nothing is open.
    """
    with keeper.transaction():
        mine = [
            d
            for d in duties_known(keeper)
            if d.mission == sender.mission and d.state in ("open", "overdue")
        ]
        today = now().date()
        told = {
            item
            for r in reports(keeper)
            if r.mission == sender.mission and r.clocks.known_at.date() == today
            for item in r.items
        }
        items = [i for i in dict.fromkeys(d.item for d in mine) if i not in told]
        if not items:
            raise WrongUse(
                f"{sender.mission} owes no report now that it has not sent today",
                expected="a mission with an open duty",
            )
        forms = [{"item": item, "status": "quiet"} for item in items]
        return [file_report(keeper, pack, sender, "status", one) for one in forms]


def correct_report(
    keeper: Keeper, pack: Pack, sender: Sender, report_id: str, told: Mapping[str, str]
) -> Filed:
    """Put a report in the place of an earlier one of the same mission: `told` holds what changes.

    An empty text takes a field back. Both stay; the earlier one holds for every day before. Raises
    `WrongOrder` if somebody corrected it meanwhile.
    """
    with keeper.transaction():
        old = keeper.get(report_id)
        if not isinstance(old, Report) or old.mission != sender.mission:
            raise WrongUse(
                f"{report_id[:60]!a} is no report of {sender.mission}",
                expected="the id of one of its reports",
            )
        after = next((r for r in keeper.history(Report) if r.supersedes == old.id), None)
        if after is not None:
            raise WrongOrder(
                f"{old.id} was corrected before, by {after.id}",
                next_step="Look at that one, and correct it.",
            )
        form: Form = old.form
        values = fill(form, {**as_told(old), **told}, pack)
        fresh = _report(form, values, _day_of(old))
        fresh = replace(fresh, mission=old.mission, host=old.host, due=old.due, by=sender.by)
        fresh = replace(fresh, nature=old.nature, supersedes=old.id).sealed()
        new = keeper.add([fresh])
        if new:
            keeper.add([deed(sender.by, "report_corrected", fresh.id, old.id)])
    return Filed(report=fresh, new=bool(new))


def reports(keeper: Keeper, day: date | None = None) -> list[Report]:
    """The newest versions of all reports known by the end of `day` (None: now), newest first."""
    return [r for r in reversed(keeper.known(Report, day)) if r.nature == "actual"]


#: fields that the form and the record both have under the same name
_SAME = (
    *("stock_days", "lead_time_days", "price", "price_unit", "outlook", "grade", "says"),
    *("licences_applied", "licences_approved", "licences_waiting", "status", "mode", "impact"),
    *("cause", "expected_duration", "sectors", "measures_taken", "help_wanted"),
)


def _report(form: Form, values: Mapping[str, Any], day: date) -> Report:
    items = values.get("items") or (values["item"],)
    fields = {name: values[name] for name in _SAME if name in values}
    level = values.get("level")
    moment = now()
    return Report(
        clocks=live(moment, published=moment.date(), happened=values.get("day", day).isoformat()),
        mission="",
        host="",
        items=items,
        form=form,
        level=int(level) if level is not None else None,
        marking=marking_named(values.get("marking", "AMBER")),
        **fields,
    )


def marking_named(word: str) -> Marking:
    """A marking by the word that forms use for it.

    >>> marking_named("AMBER+STRICT").name
    'AMBER_STRICT'
    """
    return Marking[word.replace("+", "_")]


def _day_of(report: Report) -> date:
    return date.fromisoformat(report.clocks.happened or "")


def as_told(report: Report) -> dict[str, str]:
    """The texts of a form that would make this report again.

    >>> r = Report(clocks=live(now(), happened="2026-11-01"), mission="m", host="CN",
    ...            items=("min.ga",), status="quiet", stock_days=30.0)
    >>> as_told(r)["stock_days"], as_told(r)["item"]
    ('30', 'min.ga')
    """
    told = {
        name: _text(value)
        for name in _SAME
        if (value := getattr(report, name)) not in (None, (), "")
    }
    told["marking"] = report.marking.name.replace("_", "+")
    told["day"] = report.clocks.happened or ""
    if report.form == "status":
        told["item"] = report.items[0]
        told |= {} if report.level is None else {"level": str(report.level)}
    else:
        told["items"] = ", ".join(report.items)
        told = {name: text for name, text in told.items() if name != "outlook"}
    return told


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:.9f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _keep(keeper: Keeper, report: Report) -> Filed:
    """Keep a report once, with the due day that it answers."""
    said = _said(report)
    again = next((r for r in keeper.known(Report) if _said(r) == said), None)
    if again is not None:
        return Filed(report=again, new=False)
    due = None
    if report.form == "status":
        due = open_due(duties_known(keeper), report.mission, report.items[0])
    kept = replace(report, due=due).sealed()
    keeper.add([kept, deed(report.by, "report_filed", kept.id)])
    today = report.clocks.known_at.date()
    return Filed(report=kept, new=True, days_late=max(0, (today - due).days) if due else 0)


def _said(report: Report) -> dict[str, Any]:
    """All that a report says, without the moment it came, its due day and its author."""
    said = structs.asdict(replace(report, id="", due=None, by="", supersedes=None))
    said["clocks"] = report.clocks.happened
    return said
