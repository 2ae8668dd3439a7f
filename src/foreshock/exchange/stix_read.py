"""STIX objects that a Foreshock house made, read back into the records they were made of.

What a partner says stays the partner's: the record takes the clocks of its arrival, the marking of
the object, and no evidence, since ids of evidence mean something in the author's archive only. An
object of another tool, or one that does not keep to the extension, gives no record; it is still
readable as an object.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec

from foreshock.errors import RecordError
from foreshock.exchange.intake import marking_of
from foreshock.exchange.stix_form import EXTENSION
from foreshock.words.clocks import Clocks, live
from foreshock.words.missions import Report
from foreshock.words.records import (
    Commitment,
    EarlyWarning,
    Event,
    Measure,
    Record,
)

Said = dict[str, Any]


def read(said: Said, received: datetime) -> Record | None:
    """The record behind an object, as known from `received` on; None where there is none.

    >>> from foreshock.words.clocks import now
    >>> read({"type": "note"}, now()) is None
    True
    """
    extensions = said.get("extensions")
    fields = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    if not isinstance(fields, dict):
        return None
    kind = fields.get("event_kind", "warning" if said.get("type") == "report" else "")
    reader = READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        return None
    try:
        told = {**reader(said, fields), "marking": marking_of(said)}
        told["clocks"] = msgspec.to_builtins(_clocks(said, received))
        return msgspec.convert(told, _KIND[kind]).sealed()
    except (msgspec.ValidationError, KeyError, TypeError, ValueError, RecordError):
        return None


def _clocks(said: Said, received: datetime) -> Clocks:
    return live(received, date.fromisoformat(said["modified"][:10]))


def _warning(said: Said, f: Said) -> Said:
    share = f["probability"]
    onset = (f["onset_first"], f["onset_last"]) if "onset_first" in f else None
    cover = [None if week == "none" else week for week in f.get("cover", ["none"] * 3)]
    return {
        "item": f["item_code"], "holder": f["holder_code"], "as_of": f["as_known_on"],
        "level": f["level"], "p30": share["days_30"], "p90": share["days_90"],
        "p180": share["days_180"], "cover_weeks": cover, "cover_basis": f["cover_basis"],
        "unmet": f["unmet_share"], "onset": onset, "expires": f["expires"], "state": f["state"],
        "nature": f["nature"], "rule": f.get("level_rule", ""),
        "would_change": f.get("would_change", []), "consequences": f.get("consequence_codes", []),
        "reasons": [
            {"rule": one["rule"], "says": one["says"], "weight": one["weight"]}
            for one in f.get("reasons", [])
        ],
    }  # fmt: skip


def _measure(said: Said, f: Said) -> Said:
    return {
        "name": f["measure_name"], "issuer": f["issuer_code"], "title": f["measure_title"],
        "official_number": f.get("official_number", ""), "instruments": f.get("instruments", []),
        "items": f.get("item_codes", []), "codes": f.get("hs_codes", []),
        "targets": f.get("target_codes", []),
        "steps": [
            {
                "step": one["step"], "date": one.get("date"), "published": one["published"],
                "until": one.get("until"), "what": one.get("says", ""),
            }
            for one in f.get("life_cycle", [])
        ],
    }  # fmt: skip


def _commitment(said: Said, f: Said) -> Said:
    return {
        "name": f["commitment_name"], "who_says": f.get("said_by_codes", []),
        "who_promises": f.get("promised_by", []), "to_whom": f.get("promised_to", []),
        "what": f.get("promise_text", ""), "items": f.get("item_codes", []),
        "made": f.get("made_on"), "due": f.get("due_on"),
        "confirmed_by": f.get("confirmed_by", []), "outcome": f["outcome"],
    }  # fmt: skip


def _event(said: Said, f: Said) -> Said:
    return {
        "document": said["id"], "local": "e1", "type": f["event_type"], "mode": f.get("event_mode"),
        "status": f["event_status"], "actors": f.get("actor_codes", []),
        "targets": f.get("target_codes", []), "items": f.get("item_codes", []),
        "instruments": f.get("instruments", []), "date": f.get("happened_on"),
        "effective": f.get("effective_from"), "until": f.get("effective_until"),
        "modality": f.get("event_modality", "fact"), "confidence": said["confidence"] / 100,
    }  # fmt: skip


def _report(said: Said, f: Said) -> Said:
    as_is = (
        *("level", "stock_days", "lead_time_days", "licences_applied", "licences_approved"),
        *("licences_waiting", "outlook", "expected_duration", "sectors", "price_unit"),
    )
    return {
        "mission": f["mission_name"], "host": f["host_code"], "items": f.get("item_codes", []),
        "form": "disruption" if f["event_kind"] == "disruption" else "status",
        "status": f["supply_status"], "says": said.get("description", ""),
        "price": f.get("price_value"), "grade": f.get("admiralty_grade", ""),
        **{key: f[key] for key in as_is if key in f},
    }  # fmt: skip


READERS: dict[str, Callable[[Said, Said], Said]] = {
    "warning": _warning,
    "measure": _measure,
    "commitment": _commitment,
    "event": _event,
    "breach": _event,
    "status_report": _report,
    "disruption": _report,
}
_KIND: dict[str, type[Record]] = {
    "warning": EarlyWarning,
    "measure": Measure,
    "commitment": Commitment,
    "event": Event,
    "breach": Event,
    "status_report": Report,
    "disruption": Report,
}
