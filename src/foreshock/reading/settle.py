"""What is known of an event only once the whole text is read.

Whether it is context beside the news, whether the text speaks of licences elsewhere, and which
known measure of the pack it tells of. Dates and status stay those of the text (event standard,
section 4); a known measure only tells that something is old.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from foreshock.reading.memory import Ids, Memory
from foreshock.reading.merge import DEFAULT_INSTRUMENT, MEASURES, Draft
from foreshock.reading.page import Page
from foreshock.reading.status import NEWS_DAYS, is_ahead
from foreshock.reading.things import narrow
from foreshock.words.pack import Pack

#: types that are context when told late in a text of somebody who is not its subject
ASIDE = ("RESTRICT", "AGREE")
#: types that happen by being told
SPOKEN = (*MEASURES, "AGREE", "PROBE", "COMMIT", "POSITION", "PRESSURE", "THREATEN", "FLOW")
#: sentences in which a text tells its news
OPENING = 2
#: days within which an act is the story of a text
_STORY = 10
#: the length of a date told to the day
_DAY = 10
#: sentences from the first in which a measure is still what was announced
_EARLY = 4


@dataclass(frozen=True, slots=True)
class Known:
    """A measure of the pack, as far as a text can be held against it."""

    id: str
    issuer: str
    number: str
    instruments: Ids
    items: Ids
    targets: Ids
    begun: date
    #: its items and all above them
    lineage: frozenset[str]


def known_measures(pack: Pack) -> tuple[Known, ...]:
    """The measures of the pack with the day of their first step, the oldest first."""
    first: dict[str, date] = {}
    for step in pack.steps:
        day = step.published
        if step.measure not in first or day < first[step.measure]:
            first[step.measure] = day
    found = [
        Known(m.id, m.issuer, m.official_number.lower(), m.instrument, m.items, m.targets,
              first[m.id], lineage(m.items))
        for m in pack.measures if m.id in first
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda k: k.begun))


def lineage(items: Ids) -> frozenset[str]:
    """Items and all to which they belong.

    >>> sorted(lineage(("chip.ai.gpu",)))
    ['chip', 'chip.ai', 'chip.ai.gpu']
    """
    found = set(items)
    for item in items:
        while "." in item:
            item = item.rpartition(".")[0]
            found.add(item)
    return frozenset(found)


def settle(page: Page, memory: Memory, found: list[Draft], known: Iterable[Known]) -> None:
    """Set what the rest of the text and the known measures tell of each event."""
    for draft in found:
        draft.items = narrow(draft.items)  # sentences that take an act up may name its kind alone
        _day_of_telling(page, memory, draft)
    _day_of_the_package(page, found)
    lead = next((set(d.actors) for d in found if not d.background), set())
    actors = {a for d in found for a in d.actors}
    measures = tuple(k for k in known if k.issuer in actors)
    for draft in found:
        aside = draft.type in ASIDE and draft.spots[0][0] > OPENING
        other = aside and not lead & set(draft.actors)
        draft.background = draft.background or (other and draft.status == "in_force")
        nobody = draft.type == "DISRUPT" and draft.actors == ("all",)
        draft.background = draft.background or nobody
        late = draft.type in ("RESTRICT", "EASE") and is_ahead(draft.effective, page.day)
        if late and draft.status == "in_force":
            draft.status = "announced"
        if draft.type == "RESTRICT":
            _recognise(page, draft, measures)
    _licences(page, found)
    _ended(page, found)


def _day_of_telling(page: Page, memory: Memory, draft: Draft) -> None:
    """The day on which an authority spoke is that of the measure with which its text opens."""
    if memory.spoke is None or draft.date or draft.background or draft.type not in SPOKEN:
        return
    own = set(memory.spoke_by) & {a.removeprefix("org:") for a in draft.actors}
    early = draft.spots[0][0] <= _EARLY and draft.trigger.frame.form == "verb"
    if draft.type not in MEASURES:
        early = early and bool(set(draft.source.who) & own)
    begun = draft.effective is not None and draft.effective < memory.spoke
    if own and early and not begun and draft.status in ("in_force", "announced"):
        draft.date = memory.spoke


def _day_of_the_package(page: Page, found: list[Draft]) -> None:
    """What one decides in one go has one day: that of the first part told of with a day.

    "On Tuesday the White House raised ... . The rate on chips will go to 50 percent by 2025."
    """
    if page.day is None:
        return
    for draft in found:
        if draft.date or not _of_a_package(page, draft):
            continue
        for first in found:
            dealt = first.type in ("AGREE", "NEGOTIATE") and draft.type != "RESTRICT"
            parts = dealt or (first.type in MEASURES and draft.type in MEASURES)
            if (
                first.spots[0][0] < draft.spots[0][0]
                and first.spots[0][0] <= OPENING and parts and not first.background
                and first.date and len(first.date) == _DAY
                and page.day - timedelta(days=_STORY) <= date.fromisoformat(first.date) <= page.day
                and set(draft.actors) <= set(first.actors)
                and not (draft.effective and draft.effective < first.date)
            ):  # fmt: skip
                draft.date = first.date
                break


def _of_a_package(page: Page, draft: Draft) -> bool:
    """Whether it may be one more part of what the text opened with."""
    return (
        draft.type in (*MEASURES, "AGREE") and not draft.background and draft.modality == "fact"
        and draft.status in ("announced", "in_force") and draft.trigger.frame.form == "verb"
    )  # fmt: skip


def _ended(page: Page, found: list[Draft]) -> None:
    """A measure that the text says is lifted or suspended is over; so is an old stoppage."""
    for draft in found:
        before = page.said(max(0, draft.spots[0][1] - 10), draft.spots[0][1])
        lasting = page.language.re["has"].search(before)
        if draft.type == "DISRUPT" and draft.background and draft.date and not lasting:
            draft.status = "ended" if draft.status == "in_force" else draft.status
        if draft.type != "RESTRICT" or draft.status != "in_force":
            continue
        for ease in found:
            lifted = ease.type == "EASE" and ease.mode in ("lift", "suspend")
            if lifted and ease.status == "in_force" and _undoes(ease, draft):
                draft.status = "ended"


def _undoes(ease: Draft, draft: Draft) -> bool:
    """Whether an easing is of this measure: same country, same items, no other tool named."""
    tools = set(ease.instruments) - {DEFAULT_INSTRUMENT}
    other = tools and not tools & set(draft.instruments)
    same = set(ease.items) & set(draft.items)
    return bool(set(ease.actors) & set(draft.actors)) and bool(same) and not other


def _recognise(page: Page, draft: Draft, measures: tuple[Known, ...]) -> None:
    """Note the known measure that a restriction tells of; an old one told undated is context."""
    if page.day is None:
        return
    above = lineage(draft.items)
    newest = next((m for m in reversed(measures) if _fits(page, draft, above, m)), None)
    if newest is None:
        return
    draft.reasons.append(f"measure:{newest.id}")
    old = newest.begun < page.day - timedelta(days=NEWS_DAYS)
    undated = draft.date is None and draft.effective is None
    if old and undated and draft.status == "in_force" and draft.mode in (None, "new"):
        draft.background = draft.background or draft.spots[0][0] > 0


def _fits(page: Page, draft: Draft, above: frozenset[str], measure: Known) -> bool:
    """Whether a restriction may be this measure: issuer, items, targets, and not before it."""
    if measure.issuer not in draft.actors or page.day is None or measure.begun > page.day:
        return False
    if above.isdisjoint(measure.items) and measure.lineage.isdisjoint(draft.items):
        return False
    told = draft.effective or draft.date
    if told and told[:4] not in (str(measure.begun.year), str(measure.begun.year + 1)):
        return False
    narrow = set(draft.targets) - {"all"}
    aimed = set(measure.targets) - {"all"}
    return not (narrow and aimed and not narrow & aimed)


def _licences(page: Page, found: list[Draft]) -> None:
    """An unspecified control is one by licences where the text says so of the same country."""
    spoken: dict[int, bool] = {}
    for line in page.lines:
        told = page.search("licensing", line.span.start, line.span.end)
        spoken[line.index] = told is not None
    if not any(spoken.values()):
        return
    states = [d.actors for d in found if d.type == "RESTRICT" and d.status != "denied"]
    for draft in found:
        if draft.type != "RESTRICT" or draft.instruments != (DEFAULT_INSTRUMENT,):
            continue
        alone = all(set(a) & set(draft.actors) for a in states)
        if alone or any(spoken.get(s[0]) for s in draft.spots):
            draft.instruments = ("export_licence",)
