"""Commitments: who says who promised what to whom by when, as known on a day."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from foreshock.ledger import telling
from foreshock.ledger.keeping import Ground, kept
from foreshock.ledger.match import kin
from foreshock.ledger.periods import days
from foreshock.ledger.tables import TELLING_DAYS
from foreshock.words.clocks import Clocks, end_of
from foreshock.words.markings import strictest
from foreshock.words.pack import Pack
from foreshock.words.records import Commitment, Entry, Event, PromiseStep
from foreshock.words.reference import CommitmentRow, CommitmentStepRow

Day = date

#: types that make a promise; a breach is evidence about one, and never makes one
MAKING = ("AGREE", "COMMIT")
TYPES = (*MAKING, "BREACH")
#: steps that end a promise, or tell how it went
OUTCOMES = ("kept", "late", "broken", "lapsed", "superseded")


class Words(Ground, frozen=True, kw_only=True):
    """What the promises of a book rest on, beside the pack: events in the order of their stories,
    entries of persons by id."""

    events: Sequence[Event] = ()
    entries: Mapping[str, Entry] = {}


def commitments(pack: Pack, words: Words) -> tuple[Commitment, ...]:
    """The promises known by the end of `words.day`, those of the pack and of events, by name.

    An outcome counts only once it was published; a promise past its day without a known outcome
    stays "open" (see `overdue`). Where the pack names how a promise is checked, figures and
    measures known by then decide, with their proof.
    """
    known = [r for r in pack.commitments if r.published <= words.day and r.checked != "unopened"]
    found = {row.id: _from_row(pack, row, words.day) for row in known}
    told: dict[str, list[Event]] = {name: [] for name in found}
    hints = _carried_out(words.events)
    for event in words.events:
        if event.type not in TYPES or event.status in ("denied", "considered"):
            if event.type in MAKING and event.status == "denied":
                name = _meant(pack, event, found, hints)
                if name:
                    told[name].append(event)
            continue
        name = _meant(pack, event, found, hints)
        if not name and event.type in MAKING and (event.date or not event.background):
            opened = _from_event(pack, event, found)
            found[opened.name], name = opened, opened.name
            told[name] = []
        if name:
            told[name].append(event)
    whole = {name: _with_evidence(found[name], told[name], words) for name in sorted(found)}
    return tuple(_settled(pack, promise, words).sealed() for promise in whole.values())


def overdue(promises: Sequence[Commitment], day: Day) -> tuple[Commitment, ...]:
    """The promises whose day has passed, of which no outcome is known."""
    return tuple(c for c in promises if c.outcome == "open" and c.due and days(c.due)[1] < day)


def _from_row(pack: Pack, row: CommitmentRow, day: Day) -> Commitment:
    later = [
        step
        for step in pack.commitment_steps
        if step.commitment == row.id and step.published <= day and step.checked != "unopened"
    ]
    steps = [_made(row), *_confirmed_by_row(row, day), *_outcome_of_row(row, day)]
    steps += [_of_step_row(step) for step in later]
    latest = max(step.published for step in steps)
    return Commitment(
        clocks=Clocks(
            known_at=end_of(latest),
            received=end_of(latest),
            published=latest,
            happened=row.made or None,
            backfilled=True,
        ),
        name=row.id,
        who_says=row.who_says,
        who_promises=row.who_promises,
        to_whom=row.to_whom,
        what=row.what,
        items=row.items,
        made=row.made or None,
        due=row.due or None,
        steps=tuple(steps),
        evidence=(row.ref,) if row.ref else (),
    )


def _made(row: CommitmentRow) -> PromiseStep:
    return PromiseStep(
        step="made",
        date=row.made or None,
        published=row.published,
        who=row.who_says,
        due=row.due or None,
        what=row.what,
        evidence=(row.ref,) if row.ref else (),
        grade=_grade(row.checked),
    )


def _confirmed_by_row(row: CommitmentRow, day: Day) -> list[PromiseStep]:
    """The confirmations of a row, each with the day on which it can have been known.

    Who said so from the start confirmed on that day. For others without a day of their own the day
    of the page that tells of it counts: earlier would be a guess.
    """
    steps = []
    for who in row.confirmed_by:
        joint = who in row.who_says
        out = row.published if joint else max(row.published, row.source_date or row.published)
        out = row.confirmed_published or out
        if out <= day:
            steps.append(
                PromiseStep(
                    step="confirmed",
                    date=out.isoformat(),
                    published=out,
                    who=(who,),
                    evidence=(row.ref,) if row.ref else (),
                    grade=_grade(row.checked),
                )
            )
    return steps


def _outcome_of_row(row: CommitmentRow, day: Day) -> list[PromiseStep]:
    if row.outcome == "open" or row.outcome_published is None or row.outcome_published > day:
        return []
    return [
        PromiseStep(
            step=row.outcome,
            date=row.outcome_date or None,
            published=row.outcome_published,
            what=row.note,
            evidence=(row.ref,) if row.ref else (),
            grade=_grade(row.checked),
        )
    ]


def _of_step_row(row: CommitmentStepRow) -> PromiseStep:
    return PromiseStep(
        step=row.step,
        date=row.date or None,
        published=row.published,
        who=row.who,
        due=row.due or None,
        what=row.what,
        evidence=(row.ref,) if row.ref else (),
        grade=_grade(row.checked),
    )


def _grade(checked: str) -> str:
    return {"official": "A2", "secondary": "B2"}.get(checked, "F6")


def _from_event(pack: Pack, event: Event, taken: dict[str, Commitment]) -> Commitment:
    month = telling.happened(event).strftime("%Y-%m")
    stem = "-".join([*sorted(event.actors)[:2], month, *sorted(event.items)[:1]]) or event.id
    number = 1 + sum(name == stem or name.startswith(f"{stem}-n") for name in taken)
    return Commitment(
        clocks=event.clocks,
        name=stem if number == 1 else f"{stem}-n{number}",
        who_says=event.source.who or event.actors,
        who_promises=event.actors,
        to_whom=event.targets,
        what=_what(pack, event),
        items=event.items,
        made=event.date,
    )


def _what(pack: Pack, event: Event) -> str:
    tools = ", ".join(word.replace("_", " ") for word in event.instruments)
    items = ", ".join(pack.name.get(item, item) for item in event.items)
    head = " ".join(filter(None, (event.type.lower(), event.mode)))
    return f"{head}: {tools or 'not told what'}" + (f" on {items}" if items else "")


def _confirmed(event: Event) -> tuple[str, ...]:
    """The parties that said so themselves; of a promise, only another party can confirm it."""
    if event.source.kind != "gov" or event.status == "denied":
        return ()
    parties = set(event.targets) if event.type == "COMMIT" else set(event.actors)
    return tuple(who for who in event.source.who if who in parties)


def _carried_out(events: Sequence[Event]) -> Mapping[tuple[str, str], frozenset[str]]:
    """(document, local id) of an agreement -> the goods of what its text says carries it out."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for event in events:
        for link in event.links:
            if link.rel == "implements":
                key = (event.document, link.ref)
                found[key] = found.get(key, frozenset()) | set(event.items)
    return found


def _meant(
    pack: Pack,
    event: Event,
    known: Mapping[str, Commitment],
    hints: Mapping[tuple[str, str], frozenset[str]],
) -> str:
    """The name of the promise that the event is about.

    Of several the one made nearest to it, then the one on the goods by which its text says that it
    is carried out, then the one that shares most goods.
    """
    near = [c for c in known.values() if _same(pack, event, c)]
    day = telling.happened(event)
    hint = hints.get((event.document, event.local), frozenset())

    def rank(c: Commitment) -> tuple[int, int, int, str]:
        return _apart(c, day), -len(hint & set(c.items)), -_shared(event, c), c.name

    best = min(near, key=rank, default=None)
    return best.name if best else ""


def _apart(known: Commitment, day: Day) -> int:
    made = days(known.made)[0] if known.made else known.clocks.published
    return abs((day - made).days) if made else 0


def _shared(event: Event, known: Commitment) -> int:
    return len(set(event.items) & set(known.items))


def _same(pack: Pack, event: Event, known: Commitment) -> bool:
    parties = {*known.who_promises, *known.to_whom} - {"all"}
    if not set(event.actors) & parties:
        return False
    others = {*event.targets, *event.actors} - {"all"}
    joint = event.type == "AGREE" or len(parties) > 1
    if len(others) > 1 and joint and len(others & parties) < 2:
        return False
    if event.items and known.items and not set(event.items) & kin(pack, known.items):
        return False
    made = days(known.made)[0] if known.made else known.clocks.published
    if event.type == "BREACH":
        return made is not None and made <= telling.happened(event)
    if event.type == "COMMIT" and not set(event.actors) & set(known.who_promises):
        return False
    return made is None or _apart(known, telling.happened(event)) <= TELLING_DAYS


def _with_evidence(known: Commitment, events: Sequence[Event], words: Words) -> Commitment:
    told = [step for event in events for step in _told(known, event, words)]
    steps = _in_order((*known.steps, *told))
    clocks = [known.clocks, *(event.clocks for event in events)]
    latest = max(clocks, key=lambda c: c.known_at)
    entries = [
        words.entries[ref] for step in steps for ref in step.evidence if ref in words.entries
    ]
    clocks += [entry.clocks for entry in entries]
    latest = max(clocks, key=lambda c: c.known_at)
    return replace(
        known,
        clocks=Clocks(
            known_at=latest.known_at,
            received=latest.known_at,
            published=max((c.published for c in clocks if c.published), default=None),
            happened=known.made,
            backfilled=latest.backfilled,
        ),
        marking=strictest([record.marking for record in (*events, *entries)]),
        steps=steps,
        evidence=tuple(dict.fromkeys((*known.evidence, *(event.id for event in events)))),
    )


def _told(known: Commitment, event: Event, words: Words) -> list[PromiseStep]:
    """The steps that one event tells of the promise."""
    plain = PromiseStep(
        step="made",
        date=event.date,
        published=telling.published(event),
        who=event.source.who or (event.source.kind,),
        evidence=(event.id,),
        grade=words.grade([event], *event.actors[:1]),
    )
    if event.status == "denied":
        return [replace(plain, step="denied", what="the promise itself is denied")]
    if event.type == "BREACH":
        alleged = "alleged by" if event.modality != "fact" else "said by"
        what = f"a breach is {alleged} {', '.join(plain.who)}"
        return [replace(plain, step="checked", what=what)]
    steps = [replace(plain, step="confirmed", who=(who,)) for who in _confirmed(event)]
    due = event.until or event.effective
    if not known.steps or due:
        steps.insert(0, replace(plain, step="made" if not known.steps else "deadline", due=due))
    return steps


def _in_order(steps: Sequence[PromiseStep]) -> tuple[PromiseStep, ...]:
    """The steps in order of time; the same said again is evidence, the same deadline is no news."""
    kept_steps: dict[tuple[object, ...], PromiseStep] = {}
    due: str | None = None
    made = False
    for step in sorted(steps, key=lambda s: (s.published, s.step != "made", s.step, s.who)):
        key: tuple[object, ...] = (step.step, step.who, step.due, step.what)
        if step.step == "made":
            key = ("made",)
        elif step.step == "deadline":
            if step.due == due:
                continue
            key = ("deadline", step.due)
        elif step.step == "confirmed":
            key = ("confirmed", step.who)
        due = step.due or due
        if step.step == "made" and made and step.due and not kept_steps[key].due:
            kept_steps["deadline", step.due] = replace(step, step="deadline")
        made = made or step.step == "made"
        held = kept_steps.get(key)
        kept_steps[key] = (
            step
            if held is None
            else replace(held, evidence=tuple(dict.fromkeys((*held.evidence, *step.evidence))))
        )
    return tuple(kept_steps.values())


def _settled(pack: Pack, promise: Commitment, words: Words) -> Commitment:
    """The promise with its outcome, its last deadline, and who confirmed it, from its steps."""
    due = next((s.due for s in reversed(promise.steps) if s.due), promise.due)
    made = replace(promise, due=due)
    steps = (*promise.steps, *kept(pack, made, words))
    outcomes = [step for step in steps if step.step in OUTCOMES]
    alone = set(made.who_says) if len(set(made.who_says)) == 1 else set()
    # who said so first, alone, does not confirm his own word
    steps = tuple(s for s in steps if s.step != "confirmed" or not set(s.who) <= alone)
    confirmed = [who for step in steps if step.step == "confirmed" for who in step.who]
    last = max(outcomes, key=lambda s: s.published, default=None)
    return replace(
        made,
        steps=tuple(sorted(steps, key=lambda s: s.published)),
        confirmed_by=tuple(dict.fromkeys(confirmed)),
        outcome=last.step if last else "open",
    )
