"""Our records as STIX 2.1 objects that other tools can show, with what only we know beside them.

A warning must be readable in the plain properties alone: name, description, confidence, labels. The
extension adds the same as fields for machines and nothing that a person would miss. Ids are made
of what the object is about, so that a warning issued anew is a new *version* of the same object,
and a cancelled one is `revoked`.

| ours | STIX |
|---|---|
| warning | report, `report_types` supply-chain-warning |
| measure, commitment, event | incident with `event_kind` in the extension |
| a partner's "disputed" | opinion on the report |
| country or bloc | location |
| this house, an issuer | identity |
| evidence | external_references: publisher, address |

Source: STIX Version 2.1, OASIS Standard, 10 June 2021; markings by Traffic Light Protocol 2.0.
"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import quote

import msgspec

from foreshock import gate
from foreshock.words.clocks import span
from foreshock.words.markings import RULES, Marking
from foreshock.words.pack import Pack
from foreshock.words.records import (
    Acknowledgement,
    Commitment,
    EarlyWarning,
    Event,
    Measure,
    Receiver,
    Record,
)

Object = dict[str, Any]


def name_of(kind: str, what: str) -> str:
    """The id of an object: made of what it is about, in the form of a random UUID.

    STIX wants version 4 for all but observables; ours come out of a hash, so that what is said
    again is a new version of the same object in every run.

    >>> name_of("report", "a") == name_of("report", "a") != name_of("report", "b")
    True
    """
    digest = hashlib.sha256(f"foreshock {kind} {what}".encode()).digest()
    return f"{kind}--{uuid.UUID(bytes=digest[:16], version=4)}"


EXTENSION = name_of("extension-definition", "1.0")
#: whose the extension is; no house has this name
PROJECT = "Foreshock project"

#: when the extension was written down; it is the same object in every house
EXTENDED = "2026-11-25T00:00:00.000Z"
#: what stays as it is in an address; letters of other scripts are written as bytes
_SAFE = ":/?#[]@!$&'()*+,;=%~-._"
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
        EXTENSION: extension(project["id"]),
    }
    for record in passed:
        for made in _objects(record, maker["id"], pack):
            if made["type"] == "report" and isinstance(record, EarlyWarning):
                begun = (first or {}).get(about(record), record.clocks.known_at)
                made["created"] = _stamp(min(begun, record.clocks.known_at))
            objects[made["id"]] = made
    found = list(objects.values()) if passed else []
    key = "".join(sorted(f"{o['id']}{o['modified']}" for o in found))
    said: Object = {"type": "bundle", "id": name_of("bundle", key)}
    return {**said, "objects": found} if found else said


def _objects(record: Record, maker: str, pack: Pack) -> list[Object]:
    if isinstance(record, EarlyWarning):
        return warning(record, maker, pack)
    if isinstance(record, Measure):
        return [measure(record, maker, pack)]
    if isinstance(record, Commitment):
        return [commitment(record, maker, pack)]
    if isinstance(record, Event):
        return [event(record, maker, pack)]
    if isinstance(record, Acknowledgement):
        return opinion(record, maker)
    return []


def warning(record: EarlyWarning, maker: str, pack: Pack) -> list[Object]:
    """A warning as a report on the place that it is for, the place beside it."""
    item = pack.name.get(record.item, record.item)
    holder = pack.name.get(record.holder, record.holder)
    level = next((r.name for r in pack.levels if r.level == record.level), str(record.level))
    where = location(record.holder, pack, maker)
    said: Object = {
        **_base("report", about(record), record, maker),
        "name": f"WARNING level {record.level}/4 {level}: {item} for {holder}, "
        f"{record.p90:.0%} within 90 days",
        "description": _told(record, item, holder, level),
        "report_types": ["supply-chain-warning"],
        "published": _stamp(_morning(record.as_of)),
        "confidence": round(100 * record.p90),
        "labels": [f"level-{record.level}", record.item, record.holder, record.nature],
        "object_refs": [where["id"]],
    }
    if record.state in OVER:
        said["revoked"] = True
    said["extensions"] = {
        EXTENSION: {
            "extension_type": "property-extension",
            "level": record.level,
            "probability": {"days_30": record.p30, "days_90": record.p90, "days_180": record.p180},
            "cover_weeks": [w for w in record.cover_weeks if w is not None],
            "cover_basis": record.cover_basis,
            "unmet_share": record.unmet,
            "as_known_on": record.as_of.isoformat(),
            "expires": record.expires.isoformat(),
            "item_code": record.item,
            "holder_code": record.holder,
            "state": record.state,
            "nature": record.nature,
        }
    }
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


def measure(record: Measure, maker: str, pack: Pack) -> Object:
    """A control as an incident with its life."""
    life = "; ".join(
        f"{step.date or step.published}: {step.step.replace('_', ' ')}"
        + (f" until {step.until}" if step.until else "")
        for step in record.steps
    )
    issuer = pack.name.get(record.issuer, record.issuer)
    goods = ", ".join(pack.name.get(one, one) for one in record.items)
    said = {
        **_base("incident", f"measure {record.name}", record, maker),
        "name": f"{issuer}: {record.title}",
        "description": f"{record.title} ({record.official_number or record.name}). "
        f"Covers {goods or 'goods not told'}. Life: {life or 'unknown'}.",
        "labels": ["measure", *record.instruments],
    }
    said["extensions"] = _incident(
        "measure",
        measure_name=record.name,
        issuer_code=record.issuer,
        official_number=record.official_number,
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
    return _with_references(
        said, [(s.origin.publisher, s.origin.url) for s in record.steps if s.origin]
    )


def commitment(record: Commitment, maker: str, pack: Pack) -> Object:
    """A promise as an incident: who, to whom, by when, how it went."""
    who = ", ".join(pack.name.get(one, one) for one in record.who_promises)
    confirmed = "confirmed by both sides" if record.confirmed_by else "said by one side only"
    said = {
        **_base("incident", f"commitment {record.name}", record, maker),
        "name": f"{who} promised: {record.what}"[:250],
        "description": f"{record.what} Made {record.made or 'on a day not told'}, due "
        f"{record.due or 'on no day told'}; {confirmed}; {record.outcome}.",
        "labels": ["commitment", record.outcome],
    }
    said["extensions"] = _incident(
        "commitment",
        commitment_name=record.name,
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
        **_base("incident", f"event {record.id}", record, maker),
        "name": f"{who}: {kind}, {goods or 'goods not told'}"[:250],
        "description": f"{who}: {kind}, {status}; {record.modality}. {quotes}",
        "confidence": round(100 * record.confidence),
        "labels": ["event", record.type.lower()],
    }
    said["extensions"] = _incident(
        "event",
        event_type=record.type,
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


#: what a person says of a warning -> the five steps of STIX; "seen" is no opinion
OPINIONS = {"disputed": "disagree", "acting": "agree"}


def opinion(record: Acknowledgement, maker: str) -> list[Object]:
    """A partner's view of a warning; nothing for a mere "seen"."""
    if record.says not in OPINIONS or not record.of.startswith("report--"):
        return []
    said = {
        **_base("opinion", f"opinion {record.id}", record, maker),
        "opinion": OPINIONS[record.says],
        "explanation": record.remark or record.says,
        "authors": [record.by],
        "object_refs": [record.of],
    }
    return [said]


def identity(house: str) -> Object:
    """Who says it: this house."""
    name = name_of("identity", f"house {house}")
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": name,
        "created_by_ref": name,
        "created": EXTENDED,
        "modified": EXTENDED,
        "name": house,
        "identity_class": "organization",
        "object_marking_refs": [_tlp(Marking.CLEAR)],
    }


def location(place: str, pack: Pack, maker: str) -> Object:
    """A country or bloc. A company profile is a place of its own, without a country."""
    said: Object = {
        "type": "location",
        "spec_version": "2.1",
        "id": name_of("location", f"{maker} {place}"),
        "created_by_ref": maker,
        "created": EXTENDED,
        "modified": EXTENDED,
        "name": pack.name.get(place, place),
        "object_marking_refs": [_tlp(Marking.CLEAR)],
    }
    holder = pack.holder.get(place)
    if holder is not None and (holder.kind == "country" or holder.country):
        return {**said, "country": holder.country or place}
    return {**said, "region": "europe" if place == "EU" else "world"}


def extension(maker: str) -> Object:
    """The definition of the extension; its schema lies beside this file."""
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION,
        "created_by_ref": maker,
        "created": EXTENDED,
        "modified": EXTENDED,
        "name": "Foreshock supply warnings",
        "description": "Level, probabilities and cover of a supply warning; life of a control.",
        "schema": "stix_extension.schema.json",
        "version": "1.0.0",
        "extension_types": ["property-extension"],
        "object_marking_refs": [_tlp(Marking.CLEAR)],
    }


# -- what they share -----------------------------------------------------------------------------


def about(record: EarlyWarning) -> str:
    """What a warning is about, the same through all its versions."""
    return f"warning {record.item} {record.holder} {record.nature}"


def _base(kind: str, what: str, record: Record, maker: str) -> Object:
    """The common properties of an object, in the version that became known with this record."""
    begun = _begun(record)
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": name_of(kind, f"{maker} {what}"),
        "created_by_ref": maker,
        "created": _stamp(min(begun, record.clocks.known_at)),
        "modified": _stamp(record.clocks.known_at),
        "object_marking_refs": [_tlp(record.marking)],
    }


def _begun(record: Record) -> datetime:
    """Since when there is something to tell of; the same for all versions of a measure."""
    if isinstance(record, Measure) and record.steps:
        return _morning(min(step.published for step in record.steps))
    if isinstance(record, Commitment) and record.made:
        return _morning(span(record.made)[0])
    return record.clocks.known_at


def _incident(kind: str, **fields: Any) -> Object:
    """The extension of an incident; what is not known is left out, never null."""
    kept = {key: value for key, value in fields.items() if value not in (None, "", [])}
    return {EXTENSION: {"extension_type": "property-extension", "event_kind": kind, **kept}}


def _with_references(said: Object, sources: Sequence[tuple[str, str]]) -> Object:
    found = [
        {"source_name": publisher or "unnamed", **({"url": quote(url, safe=_SAFE)} if url else {})}
        for publisher, url in dict.fromkeys(sources)
    ]
    return {**said, "external_references": found} if found else said


def _tlp(marking: Marking) -> str:
    return f"marking-definition--{RULES[marking].stix_id}"


def _morning(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _stamp(moment: datetime) -> str:
    at = moment.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


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
