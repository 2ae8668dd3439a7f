"""What missions report and people say, as STIX objects.

| ours | STIX |
|---|---|
| a mission's report | incident (`event_kind` status_report or disruption), related to the place |
| "strained" or "disrupted", seen there | sighting of that incident, by the mission |
| measures taken | course of action that mitigates it |
| "disputed", "acting" | opinion on the report |
| "seen" | note on the report, with the acknowledgement in the extension |
"""

from typing import Any

from foreshock.exchange.stix_form import Object, base, extended, identity, stamp
from foreshock.exchange.stix_places import location
from foreshock.words.missions import Report
from foreshock.words.pack import Pack
from foreshock.words.records import Acknowledgement

#: what a person says of a warning -> the five steps of STIX; "seen" is no opinion
OPINIONS = {"disputed": "disagree", "acting": "agree"}
#: fields of a report that go into the extension as they are, under names that say what they are
_FIELDS = {
    "level": "level", "stock_days": "stock_days", "lead_time_days": "lead_time_days",
    "price": "price_value", "price_unit": "price_unit", "licences_applied": "licences_applied",
    "licences_approved": "licences_approved", "licences_waiting": "licences_waiting",
    "outlook": "outlook", "grade": "admiralty_grade", "expected_duration": "expected_duration",
}  # fmt: skip
_WORDS = (
    ("says", ""), ("impact", "Impact: "), ("cause", "Cause: "),
    ("expected_duration", "Expected to last: "), ("measures_taken", "Measures taken: "),
    ("help_wanted", "Help wanted: "),
)  # fmt: skip


def report(record: Report, maker: str, pack: Pack) -> list[Object]:
    """A mission's report, with who saw it where, and what was done."""
    goods = ", ".join(pack.name.get(one, one) for one in record.items) or "goods not told"
    host = pack.name.get(record.host, record.host)
    about = f"report {record.mission} {record.host} {' '.join(record.items)} {record.form}"
    place = location(record.host, pack, maker)
    seen_by = identity(record.mission, maker)
    lines = [f"{goods} in {host}: {record.status}."]
    lines += [f"{word}{getattr(record, key)}" for key, word in _WORDS if getattr(record, key)]
    lines += _figures(record)
    incident: Object = {
        **base("incident", about, record, maker),
        "name": f"{record.status.upper()}: {goods} in {host}"[:250],
        "description": "\n".join(lines),
        "labels": ["mission-report", record.status, *record.items],
        "extensions": extended(
            event_kind="disruption" if record.form == "disruption" else "status_report",
            supply_status=record.status,
            host_code=record.host,
            mission_name=record.mission,
            item_codes=list(record.items),
            sectors=list(record.sectors),
            **{name: getattr(record, key) for key, name in _FIELDS.items()},
        ),
    }
    made = [place, seen_by, incident, _related(record, maker, "related-to", incident, place)]
    if record.status in ("strained", "disrupted"):
        made.append(_sighting(record, about, maker, incident, seen_by, place))
    if record.measures_taken:
        action = {
            **base("course-of-action", about, record, maker),
            "name": f"Measures taken in {host}: {goods}"[:250],
            "description": record.measures_taken,
        }
        made += [action, _related(record, maker, "mitigates", action, incident)]
    return made


def _figures(record: Report) -> list[str]:
    told: list[tuple[str, Any, str]] = [
        ("Stock", record.stock_days, "days of usual need"),
        ("Lead time", record.lead_time_days, "days"),
        ("Price", record.price, record.price_unit),
        ("Licences applied for", record.licences_applied, ""),
        ("approved", record.licences_approved, ""),
        ("waiting", record.licences_waiting, ""),
    ]
    return [f"{name}: {value:g} {unit}".strip() for name, value, unit in told if value is not None]


def _sighting(
    record: Report, about: str, maker: str, incident: Object, seen_by: Object, place: Object
) -> Object:
    at = stamp(record.clocks.known_at)
    return {
        **base("sighting", about, record, maker),
        "first_seen": at,
        "last_seen": at,
        "count": 1,
        "sighting_of_ref": incident["id"],
        "where_sighted_refs": [seen_by["id"], place["id"]],
    }


def _related(record: Report, maker: str, kind: str, source: Object, target: Object) -> Object:
    return {
        **base("relationship", f"{kind} {source['id']} {target['id']}", record, maker),
        "relationship_type": kind,
        "source_ref": source["id"],
        "target_ref": target["id"],
    }


def acknowledgement(record: Acknowledgement, maker: str) -> list[Object]:
    """A person's word on a partner's report: an opinion, or for a mere "seen" a note."""
    if not record.of.startswith("report--"):
        return []
    said = extended(acknowledged=record.says, said_by=record.by)
    if record.says in OPINIONS:
        return [
            {
                **base("opinion", f"opinion {record.id}", record, maker),
                "opinion": OPINIONS[record.says],
                "explanation": record.remark or record.says,
                "authors": [record.by],
                "object_refs": [record.of],
                "extensions": said,
            }
        ]
    return [
        {
            **base("note", f"note {record.id}", record, maker),
            "content": record.remark or f"{record.says} by {record.by}",
            "authors": [record.by],
            "object_refs": [record.of],
            "extensions": said,
        }
    ]
