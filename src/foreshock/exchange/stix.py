"""Our records as STIX 2.1 objects that other tools can show, with what only we know beside them.

A warning must be readable in the plain properties alone: name, description, confidence, labels. The
extension adds the same as fields for machines and nothing that a person would miss. Ids are made
of what the object is about, so that a warning issued anew is a new *version* of the same object.
One that was cancelled or has expired is a version, too: it says so in its name, a label and the
extension. It is not `revoked`, for STIX knows no way back from that, and the same item may have to
be warned of again; `revoked` is what was withdrawn for good, as wrong.

| ours | STIX |
|---|---|
| warning | report, `report_types` supply-chain-warning |
| measure, commitment, event | incident with `event_kind` in the extension |
| bulletin | report, `report_types` status-bulletin |
| report of a mission | incident, sighting, course of action (`stix_reports`) |
| "disputed", "acting", "seen" | opinion or note on the report |
| country or bloc | location, with its region |
| this house, an issuer | identity |
| evidence | external_references: publisher, address |

Source: STIX Version 2.1, OASIS Standard, 10 June 2021; markings by Traffic Light Protocol 2.0.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from foreshock import gate
from foreshock.exchange.stix_form import (
    EXTENSION,
    PROJECT,
    Object,
    base,
    extended,
    extension,
    identity,
    morning,
    name_of,
    stamp,
    tlp,
    with_references,
)
from foreshock.exchange.stix_places import location
from foreshock.exchange.stix_reports import acknowledgement, report
from foreshock.words.missions import Report
from foreshock.words.pack import Pack
from foreshock.words.records import (
    Acknowledgement,
    Bulletin,
    Commitment,
    EarlyWarning,
    Event,
    Measure,
    Receiver,
    Record,
)

__all__ = [
    "EXTENSION",
    "Object",
    "about",
    "as_lines",
    "bundle",
    "extension",
    "identity",
    "location",
    "made_by",
    "name_and_version",
    "name_of",
    "stamp",
    "tlp",
]

#: states of a warning in which it no longer holds
OVER = ("cancelled", "expired")


def bundle(
    records: Iterable[Record],
    receiver: Receiver,
    house: str,
    pack: Pack,
    first: Mapping[str, datetime] | None = None,
) -> Object:
    """The records that a receiver may see, as a STIX bundle; what it may not see is left out.

    `house` is our name. Countries and the house come along as objects of their own. `first` tells
    for what a warning is about (`about`) when the first warning about it became known: STIX wants
    the same `created` in all versions of an object. An empty bundle has no list of objects.
    """
    passed, _ = gate.fit_for(records, receiver)
    maker = identity(house)
    project = identity(PROJECT)
    objects: dict[str, Object] = {
        maker["id"]: maker,
        project["id"]: project,
        EXTENSION: extension(),
    }
    for record in passed:
        if isinstance(record, Bulletin):
            made = bulletin(record, receiver, maker["id"], pack, first or {})
        else:
            made = _objects(record, maker["id"], pack, first or {})
        objects.update((one["id"], one) for one in made)
    found = list(objects.values()) if passed else []
    key = "".join(sorted(f"{o['id']}{o['modified']}" for o in found))
    said: Object = {"type": "bundle", "id": name_of("bundle", key)}
    return {**said, "objects": found} if found else said


def _objects(record: Record, maker: str, pack: Pack, first: Mapping[str, datetime]) -> list[Object]:
    if isinstance(record, EarlyWarning):
        made = warning(record, maker, pack)
        begun = first.get(about(record), record.clocks.known_at)
        made[-1]["created"] = stamp(min(begun, record.clocks.known_at))
        return made
    if isinstance(record, Measure):
        return measure(record, maker, pack)
    if isinstance(record, Commitment):
        return [commitment(record, maker, pack)]
    if isinstance(record, Event):
        return [event(record, maker, pack)]
    if isinstance(record, Report):
        return report(record, maker, pack)
    if isinstance(record, Acknowledgement):
        return acknowledgement(record, maker)
    return []


def bulletin(
    record: Bulletin, receiver: Receiver, maker: str, pack: Pack, first: Mapping[str, datetime]
) -> list[Object]:
    """A status bulletin as a report on its warnings, controls and promises, these beside it.

    What the receiver may not see of them is left out.
    """
    inner = (*record.warnings, *record.measures, *record.commitments)
    passed, held = gate.fit_for(inner, receiver)
    made = [one for each in passed for one in _objects(each, maker, pack, first)]
    told = [one for one in made if one["type"] in ("report", "incident")]
    lines = [record.title, *(one["name"] for one in told), *record.caveats]
    if not told:
        lines.insert(1, "Nothing to report.")
    said = {
        **base("report", f"bulletin {record.title}", record, maker),
        "name": record.title,
        "description": "\n".join(lines) + (f"\n{held} record(s) left out." if held else ""),
        "report_types": ["status-bulletin"],
        "published": stamp(morning(record.as_of)),
        "labels": ["status-bulletin", record.nature],
        "object_refs": [one["id"] for one in told] or [maker],
        "extensions": extended(as_known_on=record.as_of.isoformat(), nature=record.nature),
    }
    return [*made, said]


def warning(record: EarlyWarning, maker: str, pack: Pack) -> list[Object]:
    """A warning as a report on the place that it is for, the place beside it."""
    item = pack.name.get(record.item, record.item)
    holder = pack.name.get(record.holder, record.holder)
    level = next((r.name for r in pack.levels if r.level == record.level), str(record.level))
    where = location(record.holder, pack, maker)
    over = f"{record.state.upper()}: " if record.state in OVER else ""
    said: Object = {
        **base("report", about(record), record, maker),
        "name": f"{over}WARNING level {record.level}/4 {level}: {item} for {holder}, "
        f"{record.p90:.0%} within 90 days",
        "description": _told(record, item, holder, level),
        "report_types": ["supply-chain-warning"],
        "published": stamp(morning(record.as_of)),
        "confidence": round(100 * record.p90),
        "labels": [
            f"level-{record.level}",
            record.item,
            record.holder,
            record.nature,
            record.state,
        ],
        "object_refs": [where["id"]],
    }
    said["extensions"] = extended(
        level=record.level,
        level_rule=record.rule,
        probability={"days_30": record.p30, "days_90": record.p90, "days_180": record.p180},
        cover=[w if w is not None else "none" for w in record.cover_weeks],
        cover_basis=record.cover_basis,
        unmet_share=record.unmet,
        onset_first=record.onset[0].isoformat() if record.onset else None,
        onset_last=record.onset[1].isoformat() if record.onset else None,
        reasons=[
            {"rule": one.rule, "says": one.says, "weight": one.weight} for one in record.reasons
        ],
        would_change=list(record.would_change),
        consequence_codes=list(record.consequences),
        as_known_on=record.as_of.isoformat(),
        expires=record.expires.isoformat(),
        item_code=record.item,
        holder_code=record.holder,
        state=record.state,
        nature=record.nature,
    )
    return [where, said]


def _told(record: EarlyWarning, item: str, holder: str, level: str) -> str:
    """The warning in full sentences, for tools that show nothing else."""
    lines = [
        f"Level {record.level} {level}: {item} for {holder}, as known on {record.as_of}.",
        f"Probability that a shortage begins: {record.p30:.0%} within 30 days, "
        f"{record.p90:.0%} within 90, {record.p180:.0%} within 180.",
    ]
    cover = record.cover_weeks[1]
    if cover is not None and record.cover_basis != "unknown":
        lines.append(f"Cover: about {cover:.0f} weeks ({record.cover_basis}).")
    else:
        lines.append("Cover: unknown.")
    if record.nature != "actual":
        lines.insert(0, f"THIS IS AN {record.nature.upper()}.")
    if record.state in OVER:
        lines.insert(0, f"This warning is {record.state}.")
    lines += [f"Why: {reason.says}." for reason in record.reasons]
    lines += [f"Would change it: {what}." for what in record.would_change]
    return "\n".join(lines)


def measure(record: Measure, maker: str, pack: Pack) -> list[Object]:
    """A control as an incident with its life, and who issued it."""
    life = "; ".join(
        f"{step.date or step.published}: {step.step.replace('_', ' ')}"
        + (f" until {step.until}" if step.until else "")
        for step in record.steps
    )
    issuer = pack.name.get(record.issuer, record.issuer)
    goods = ", ".join(pack.name.get(one, one) for one in record.items)
    said = {
        **base("incident", f"measure {record.name}", record, maker),
        "name": f"{issuer}: {record.title}",
        "description": f"{record.title} ({record.official_number or record.name}). "
        f"Covers {goods or 'goods not told'}. Life: {life or 'unknown'}.",
        "labels": ["measure", *record.instruments],
    }
    actor = identity(issuer, maker, "organization")
    said["extensions"] = extended(
        event_kind="measure",
        measure_name=record.name,
        measure_title=record.title,
        actor_ref=actor["id"],
        issuer_code=record.issuer,
        official_number=record.official_number,
        instruments=list(record.instruments),
        item_codes=list(record.items),
        hs_codes=list(record.codes),
        target_codes=list(record.targets),
        life_cycle=[
            {
                key: value
                for key, value in (
                    ("step", step.step),
                    ("date", step.date),
                    ("published", step.published.isoformat()),
                    ("until", step.until),
                    ("says", step.what),
                )
                if value
            }
            for step in record.steps
        ],
    )
    sources = [(s.origin.publisher, s.origin.url) for s in record.steps if s.origin]
    return [actor, with_references(said, sources)]


def commitment(record: Commitment, maker: str, pack: Pack) -> Object:
    """A promise as an incident: who, to whom, by when, how it went."""
    who = ", ".join(pack.name.get(one, one) for one in record.who_promises)
    confirmed = "confirmed by both sides" if record.confirmed_by else "said by one side only"
    said = {
        **base("incident", f"commitment {record.name}", record, maker),
        "name": f"{who} promised: {record.what}"[:250],
        "description": f"{record.what} Made {record.made or 'on a day not told'}, due "
        f"{record.due or 'on no day told'}; {confirmed}; {record.outcome}.",
        "labels": ["commitment", record.outcome],
    }
    said["extensions"] = extended(
        event_kind="commitment",
        commitment_name=record.name,
        promise_text=record.what,
        said_by_codes=list(record.who_says),
        promised_by=list(record.who_promises),
        promised_to=list(record.to_whom),
        confirmed_by=list(record.confirmed_by),
        item_codes=list(record.items),
        made_on=record.made,
        due_on=record.due,
        outcome=record.outcome,
    )
    return said


def event(record: Event, maker: str, pack: Pack) -> Object:
    """What a text told, as an incident."""
    who = ", ".join(pack.name.get(one, one) for one in record.actors) or "somebody"
    goods = ", ".join(pack.name.get(one, one) for one in record.items)
    status = record.status.replace("_", " ")
    kind = " ".join(filter(None, (record.type.lower(), record.mode)))
    quotes = " ".join(f"“{p.text}”" for p in record.evidence[:2] if p.text)
    said = {
        **base("incident", f"event {record.id}", record, maker),
        "name": f"{who}: {kind}, {goods or 'goods not told'}"[:250],
        "description": f"{who}: {kind}, {status}; {record.modality}. {quotes}",
        "confidence": round(100 * record.confidence),
        "labels": ["event", record.type.lower()],
    }
    said["extensions"] = extended(
        event_kind="breach" if record.type == "BREACH" else "event",
        event_type=record.type,
        event_modality=record.modality,
        event_mode=record.mode,
        event_status=record.status,
        actor_codes=list(record.actors),
        target_codes=list(record.targets),
        item_codes=list(record.items),
        instruments=list(record.instruments),
        happened_on=record.date,
        effective_from=record.effective,
        effective_until=record.until,
    )
    return said


# -- what they share -----------------------------------------------------------------------------


def about(record: EarlyWarning) -> str:
    """What a warning is about, the same through all its versions."""
    return f"warning {record.item} {record.holder} {record.nature}"


class _Head(msgspec.Struct):
    id: str = ""
    modified: str = ""
    created_by_ref: str = ""


def made_by(body: bytes) -> str:
    """Who an object says has made it; empty where it does not say, or is none."""
    try:
        return msgspec.json.decode(body, type=_Head).created_by_ref
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""


def name_and_version(body: bytes) -> tuple[str, str]:
    """Id and `modified` of an object of ours."""
    head = msgspec.json.decode(body, type=_Head)
    return head.id, head.modified


def as_lines(said: Object) -> bytes:
    """A bundle as JSON, the same bytes for the same bundle."""
    return msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n"
