"""Warnings as Common Alerting Protocol 1.2, for crisis centres and alert tools.

Only what everybody may see: CAP has no markings that a receiver must keep. Exercises and tests
say so in `status`, a cancelled warning is a `Cancel` of the alert before.

Source: Common Alerting Protocol Version 1.2, OASIS Standard, 1 July 2010.
"""

from datetime import UTC, datetime, time, timedelta
from xml.etree import ElementTree as ET

from foreshock import gate
from foreshock.errors import RecordError
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning

XMLNS = "urn:oasis:names:tc:emergency:cap:1.2"
STATUS = {"actual": "Actual", "exercise": "Exercise", "test": "Test"}
#: level -> severity
SEVERITY = {0: "Minor", 1: "Minor", 2: "Moderate", 3: "Severe", 4: "Extreme"}
#: probability within 90 days, from here on -> certainty
CERTAINTY = ((0.999, "Observed"), (0.5, "Likely"), (0.05, "Possible"), (0.0, "Unlikely"))
#: characters that no XML 1.0 document can hold
_NOT_XML = frozenset(map(chr, (*range(0xD800, 0xE000), 0xFFFE, 0xFFFF)))
#: weeks until the shortage, up to here -> urgency
URGENCY = ((4.0, "Immediate"), (13.0, "Expected"))


def alert(
    warning: EarlyWarning, pack: Pack, sender: str, before: EarlyWarning | None = None
) -> str:
    """One warning as a CAP alert; `before` is the one that it updates or cancels.

    `sender` identifies this house (an address without spaces, commas, `<` or `&`). Raises
    `NotAllowed` unless everybody may see the warning, `RecordError` for another sender, and for a
    warning that is over where the alert to be cancelled is not given.
    """
    gate.pass_out([warning], gate.PUBLIC)
    if not sender or any(c in sender for c in " ,<&"):
        raise RecordError(
            f"the sender is {sender!r}", expected="an address without spaces, commas, < or &"
        )
    root = ET.Element("alert", xmlns=XMLNS)
    _add(root, "identifier", warning.id)
    _add(root, "sender", sender)
    _add(root, "sent", _moment(warning.clocks.known_at))
    _add(root, "status", STATUS[warning.nature])
    over = warning.state in ("cancelled", "expired")
    if over and before is None:
        raise RecordError(
            f"{warning.id} is {warning.state}, and the alert before it is not known",
            expected="the warning that it cancels",
        )
    _add(root, "msgType", "Cancel" if over else "Update" if before else "Alert")
    _add(root, "scope", "Public")
    if before is not None:
        sent = _moment(before.clocks.known_at)
        _add(root, "references", f"{sender},{before.id},{sent}")
    _info(root, warning, pack)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _info(root: ET.Element, warning: EarlyWarning, pack: Pack) -> None:
    item = pack.name.get(warning.item, warning.item)
    holder = pack.name.get(warning.holder, warning.holder)
    level = next((r.name for r in pack.levels if r.level == warning.level), str(warning.level))
    info = ET.SubElement(root, "info")
    _add(info, "language", "en")
    _add(info, "category", "Infra")
    _add(info, "event", f"Supply warning: {item}")
    _add(info, "urgency", _urgency(warning))
    _add(info, "severity", SEVERITY[warning.level])
    _add(info, "certainty", next(w for p, w in CERTAINTY if warning.p90 >= p))
    if warning.onset is not None:
        _add(info, "onset", _moment(datetime.combine(warning.onset[0], time.min, tzinfo=UTC)))
    last = datetime.combine(warning.expires, time.min, tzinfo=UTC) + timedelta(days=1)
    _add(info, "expires", _moment(last))
    _add(info, "headline", f"Level {warning.level} {level}: {item} for {holder}"[:160])
    _add(
        info,
        "description",
        "\n".join(f"{reason.says[:1].upper()}{reason.says[1:]}." for reason in warning.reasons),
    )
    for name, value in (
        ("level", str(warning.level)),
        ("probability-30-days", f"{warning.p30:.3f}"),
        ("probability-90-days", f"{warning.p90:.3f}"),
        ("probability-180-days", f"{warning.p180:.3f}"),
        ("cover-basis", warning.cover_basis),
        ("item", warning.item),
        ("as-known-on", warning.as_of.isoformat()),
    ):
        parameter = ET.SubElement(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    area = ET.SubElement(info, "area")
    _add(area, "areaDesc", holder)
    geocode = ET.SubElement(area, "geocode")
    _add(geocode, "valueName", "ISO 3166-1")
    _add(geocode, "value", warning.holder)


def _urgency(warning: EarlyWarning) -> str:
    cover = warning.cover_weeks[1]
    if cover is None or warning.cover_basis == "unknown":
        return "Unknown"
    return next((word for weeks, word in URGENCY if cover <= weeks), "Future")


def _add(parent: ET.Element, name: str, text: str) -> None:
    # what XML 1.0 cannot hold would make the whole alert unreadable
    clean = "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and c not in _NOT_XML))
    ET.SubElement(parent, name).text = clean


def _moment(moment: datetime) -> str:
    """A moment as CAP wants it: whole seconds, and -00:00 for UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"
