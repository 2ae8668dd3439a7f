"""What one event tells: which steps of a control, by whom, since when."""

from collections.abc import Sequence
from datetime import date

import msgspec

from foreshock.errors import RecordError
from foreshock.ledger.periods import days
from foreshock.ledger.tables import BELIEVED, CONTROLS, HEARSAY, LISTED, OPENING, STEPS, VAGUE
from foreshock.words.records import Event, Step


def published(event: Event) -> date:
    """Day on which the event became public; where its source does not tell, when we knew it."""
    return event.clocks.published or event.clocks.known_at.date()


def happened(event: Event, latest: bool = False) -> date:
    """Day of the story itself: when it happened, else when it took effect, else publication.

    Of a month or a year, the first day; with `latest`, the last.
    """
    told = event.date or event.effective
    return days(told)[latest] if told else published(event)


def issuers(event: Event) -> tuple[str, ...]:
    """The countries and blocs that act; a company issues no control.

    A joint act of two countries is one measure of each.
    """
    return tuple(sorted({actor for actor in event.actors if ":" not in actor}))


def places(names: tuple[str, ...]) -> frozenset[str]:
    """The countries and blocs among the targets of an event or a measure."""
    return frozenset(name for name in names if ":" not in name)


def items(event: Event) -> tuple[str, ...]:
    """The items that the event names, without the words that name none."""
    return named(event.items)


def named(items: tuple[str, ...]) -> tuple[str, ...]:
    """The items without the words that name none: "other".

    >>> named(("min.ga", "other"))
    ('min.ga',)
    """
    return tuple(item for item in items if item not in VAGUE)


def trouble(event: Event) -> str:
    """Why the event cannot be used at all, in one sentence; empty if it can."""
    for field in ("date", "effective", "until"):
        text = getattr(event, field)
        try:
            if text:
                days(text)
        except RecordError as error:
            return f"{event.id}: {field}: {error}"
    return ""


def tells_of_control(event: Event) -> bool:
    """Whether the event is about a control at all: somebody restricts, eases or threatens."""
    return event.type in CONTROLS and event.status != "denied"


def denies_a_control(event: Event) -> bool:
    """Whether somebody says that there is no such control."""
    return event.type in CONTROLS and event.status == "denied" and bool(items(event))


def confidence(event: Event) -> float:
    """How far a measure that rests on this event alone can be believed, 0..1."""
    caps = (BELIEVED.get(event.modality, 1.0), BELIEVED.get(event.source.kind, 1.0))
    return min(event.confidence, *caps)


def steps(event: Event, opening: bool) -> tuple[Step, ...]:
    """The steps that the event tells, in order; none where it is evidence only.

    `opening`: no measure is known, so an expansion or a slow-walk is the beginning of one.

    >>> from foreshock.words.clocks import backfilled, now
    >>> notice = Event(clocks=backfilled(now(), date(2023, 7, 3)), id="event-1", document="d",
    ...     local="e1", type="RESTRICT", mode="new", status="announced", actors=("CN",),
    ...     date="2023-07-03", effective="2023-08-01")
    >>> [(step.step, step.date) for step in steps(notice, opening=True)]
    [('announced', '2023-07-03'), ('in_force', '2023-08-01')]
    """
    kind = _kind(event, opening)
    if not kind or (event.background and not (event.date or event.effective)):
        return ()
    if kind == "ended" and event.type == "RESTRICT":
        return _over(event)
    if kind not in ("announced", "in_force") or event.type != "RESTRICT":
        return (_step(event, kind, event.effective or event.date, event.until),)
    if event.effective and (kind == "announced" or _later(event.effective, event.date)):
        force = _step(event, "in_force", event.effective, event.until)
        return (_step(event, "announced", event.date), force)
    if kind == "announced":
        return (_step(event, kind, event.date),)
    return (_step(event, kind, event.effective or event.date, event.until),)


def in_context(events: Sequence[Event]) -> list[Event]:
    """The events as the rest of their text lets them be understood.

    A text that both restricts and lifts on the same goods tells of a list that was changed: the
    lifting eases a part and ends no control. So does one that takes a number of names off a list.
    """
    restricted = {
        (event.document, issuer, item)
        for event in events
        if event.type == "RESTRICT" and event.status in _STANDING and not event.background
        for issuer in issuers(event)
        for item in event.items
    }
    return [
        msgspec.structs.replace(event, mode="relax")
        if (event.type, event.mode) == ("EASE", "lift")
        and (_places_of(event) & restricted or any(m.unit in LISTED for m in event.magnitudes))
        else event
        for event in events
    ]


_STANDING = ("announced", "in_force")


def _places_of(event: Event) -> set[tuple[str, str, str]]:
    return {(event.document, issuer, item) for issuer in issuers(event) for item in event.items}


def undated(event: Event) -> bool:
    """Whether a change is announced for later without saying when: it changes nothing yet."""
    beginning = event.type in OPENING and event.mode in ("new", None)
    return event.status == "announced" and not beginning and not (event.effective or event.until)


def _kind(event: Event, opening: bool) -> str:
    if event.modality in HEARSAY and event.type != "THREATEN":
        return HEARSAY[event.modality] if event.type == "RESTRICT" else ""
    mode = "new" if opening and event.type == "RESTRICT" else event.mode
    return STEPS.get((event.type, mode), {}).get(event.status, "")


def _over(event: Event) -> tuple[Step, ...]:
    start = event.effective or event.date
    end = _step(event, "ended", event.until)
    return (_step(event, "in_force", start), end) if start and event.until else (end,)


def _later(text: str, than: str | None) -> bool:
    return than is not None and days(text)[0] > days(than)[0]


def _step(event: Event, kind: str, day: str | None, until: str | None = None) -> Step:
    return Step(step=kind, date=day, published=published(event), until=until, evidence=(event.id,))
