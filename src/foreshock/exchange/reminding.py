"""Reminders of duties as drafts: a mail file for each mission, or notes for its feed; each once.

A duty is told once when its day is near and once when it is overdue. What was told is kept as a
deed, so that a scheduler may ask every hour. Nothing is sent from here: a mail program, or the
feed of a mission's node, carries it. Duties are the house's own business (TLP:AMBER+STRICT).
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import msgspec

from foreshock import gate
from foreshock.errors import NotAllowed
from foreshock.exchange import stix
from foreshock.exchange.content import clean
from foreshock.exchange.deeds import deed
from foreshock.exchange.duties import Reminder
from foreshock.exchange.node import Node
from foreshock.words.keepers import Keeper
from foreshock.words.markings import Marking
from foreshock.words.missions import Deed, Duty
from foreshock.words.records import Receiver

#: who may read that a mission owes a report
MARKING = Marking.AMBER_STRICT
DID = "reminded"


def unsaid(keeper: Keeper, reminders: Iterable[Reminder]) -> list[Reminder]:
    """The reminders without the duties that were told before."""
    told = {one.about for one in keeper.known(Deed) if one.did == DID}
    found = []
    for one in reminders:
        soon = tuple(d for d in one.due_soon if _about(d) not in told)
        late = tuple(d for d in one.overdue if _about(d) not in told)
        if soon or late:
            found.append(msgspec.structs.replace(one, due_soon=soon, overdue=late))
    return found


def say(keeper: Keeper, who: str, reminders: Iterable[Reminder]) -> int:
    """Note that these duties were told; how many they were."""
    about = [_about(d) for one in reminders for d in (*one.due_soon, *one.overdue)]
    keeper.add([deed(who, DID, *told) for told in about])
    return len(about)


def _about(duty: Duty) -> tuple[str, ...]:
    return (duty.mission, duty.item, duty.due.isoformat(), duty.state)


def check(mission: str) -> Receiver:
    """The mission as the gate knows it; raises `NotAllowed` if it may not be told."""
    receiver = Receiver(name=mission, circle="own")
    verdict = gate.judge("a reminder", gate.Marked(marking=MARKING), receiver)
    if not verdict.passes:
        raise NotAllowed(verdict.why)
    return receiver


def draft(one: Reminder, says: str, sender: str, to: str, at: datetime) -> bytes:
    """A message that mail programs open as a draft; without an address they ask for one."""
    check(one.mission)
    message = EmailMessage()
    message["From"] = clean(sender)
    if to:
        message["To"] = clean(to)
    late = f", {len(one.overdue)} overdue" if one.overdue else ""
    days = [d.due for d in (*one.overdue, *one.due_soon)]
    message["Subject"] = f"[TLP:AMBER+STRICT] Reports due by {max(days)}{late}"
    message["Date"] = format_datetime(at)
    message["X-Unsent"] = "1"
    message.set_content(says)
    return message.as_bytes(policy=policy.SMTP)


def file_name(one: Reminder, on: date) -> str:
    """The name of the file of a reminder: the same for the same duties.

    >>> file_name(Reminder(mission="b", title="", desk="", due_soon=(), overdue=()), date.max)
    '9999-12-31-b-e3b0c442.eml'
    """
    duties = "\n".join(" ".join(_about(d)) for d in (*one.overdue, *one.due_soon))
    return f"{on}-{one.mission}-{hashlib.sha256(duties.encode()).hexdigest()[:8]}.eml"


def note(one: Reminder, says: str, node: Node, at: datetime) -> bytes:
    """The reminder as a STIX note of this node, for the feed of the mission's own node."""
    check(one.mission)
    said: dict[str, Any] = {
        "type": "note",
        "spec_version": "2.1",
        "id": stix.name_of("note", f"{node.card.identity} {file_name(one, at.date())}"),
        "created_by_ref": node.card.identity,
        "created": stix.stamp(at),
        "modified": stix.stamp(at),
        "abstract": f"Reports due: {one.mission}",
        "content": says,
        "labels": ["reminder"],
        "object_refs": [node.card.identity],
        "object_marking_refs": [stix.tlp(MARKING)],
    }
    return msgspec.json.encode(said)
