"""Which known measure an event is about: a table of scores, and a stated confidence."""

from collections.abc import Iterable

from foreshock.ledger import telling
from foreshock.ledger.life import when
from foreshock.ledger.periods import overlap
from foreshock.ledger.tables import (
    AT_LARGE,
    BEST,
    CONTROLLED,
    DATED,
    FRESH_DAYS,
    HANDLED,
    LATELY_DAYS,
    NAMED_ONLY,
    NARROW,
    OPENING,
    OWN_WORD,
    SCORES,
    STAGE,
    TELLING_DAYS,
    TOOLS,
    WEEK,
)
from foreshock.words.pack import Pack
from foreshock.words.records import Event, Measure, Step, Struct


class Match(Struct, frozen=True, kw_only=True):
    """An event found to be about a measure, how surely and why."""

    event: str
    measure: str
    #: points reached of those possible, 0..1; 1.0 where the event opened the measure
    confidence: float
    why: tuple[str, ...]


def kin(pack: Pack, items: Iterable[str]) -> frozenset[str]:
    """The items, all above them and all below them: whatever a word for one of them may mean.

    >>> sorted(kin(Pack(), ["min.ga"]))
    ['min.ga']
    """
    found: set[str] = set()
    for item in items:
        found.update(pack.ancestors(item), pack.family(item))
    return frozenset(found)


class Aim(Struct, frozen=True, kw_only=True):
    """A known measure as events are held against it."""

    measure: Measure
    #: `kin` of its items
    kindred: frozenset[str]
    #: the items above its own: words that people use for them
    above: frozenset[str]


def aim(pack: Pack, measure: Measure) -> Aim:
    """The measure with the words that may mean its items.

    >>> from foreshock.words.clocks import live, now
    >>> measure = Measure(clocks=live(now()), name="M", issuer="CN", title="", items=("min.ga",))
    >>> sorted(aim(Pack(), measure).kindred)
    ['min.ga']
    """
    above = {word for item in measure.items for word in pack.ancestors(item)}
    return Aim(
        measure=measure,
        kindred=kin(pack, measure.items),
        above=frozenset(above - set(measure.items)),
    )


def match(event: Event, known: Aim, told: tuple[Step, ...]) -> Match | None:
    """How well the event fits the measure; None if it cannot be the same.

    `told` are the steps that the event tells of a known measure. The issuer is taken as agreed.
    """
    measure, kindred = known.measure, known.kindred
    at_large = set(telling.items(event)) <= CONTROLLED
    if kindred.isdisjoint(event.items) and not (at_large and event.type == "RESTRICT"):
        return None
    heard = [step.published for step in measure.steps if step.origin is not None]
    if heard and (min(heard) - telling.published(event)).days > TELLING_DAYS:
        return None  # told before anybody can have spoken of the measure
    points = (
        _items(event, known),
        _instruments(event, measure),
        _targets(event, measure),
        _companies(event, measure),
        _dates(event, measure, told),
        _at_work(event, measure),
        _not_over(event, measure),
        _not_born_today(event, measure),
    )
    if None in points or (at_large and not _certain(points, kindred, event)):
        return None
    why = tuple(point for point in points if point)
    score = max(sum(SCORES[point] for point in why), 0)
    return Match(event=event.id, measure=measure.name, confidence=min(score / BEST, 1), why=why)


_DAY = len("2023-07-03")


def _certain(points: tuple[str | None, ...], kindred: frozenset[str], event: Event) -> bool:
    """Whether a text that names goods at large tells enough else to mean this measure.

    Its date must fit; of a measure on named goods the instrument too.
    """
    dated = any(point in DATED for point in points)
    if kindred.isdisjoint(event.items):
        return dated and "the same instrument" in points
    party = telling.places(event.targets) - {"all"}
    if event.type == "EASE" and not (event.date or event.effective):
        dated = False  # that it was published near some step says nothing
    return dated or ("the same targets" in points and bool(party))


# Each rule below gives a line of SCORES, "" where it tells nothing, None where it rules out.


def _items(event: Event, aimed: Aim) -> str | None:
    measure, kindred = aimed.measure, aimed.kindred
    told, known = set(telling.items(event)), set(measure.items)
    if event.type == "EASE" and told <= AT_LARGE and not known <= AT_LARGE:
        # "licences for dual-use goods" may mean any control, unless the party is named
        named = telling.places(event.targets) - {"all"}
        if not named or named != telling.places(measure.targets):
            return None
    if told and told == known:
        return "goods at large" if told <= CONTROLLED else "the same items"
    if (told & known or told) <= CONTROLLED and (told & known or not told & kindred):
        return "goods at large"
    if told & known:
        return "a shared item"
    if told & aimed.above:
        return "the everyday word for its items"
    return "a kindred item" if told & kindred else None


def _instruments(event: Event, measure: Measure) -> str | None:
    told, known = event.instruments, measure.instruments
    if not told or not known:
        return ""
    if by_own_word(known) and not set(told) & OWN_WORD and not _is_named(event, measure):
        return None
    if set(told) <= NAMED_ONLY and not set(known) & NAMED_ONLY:
        return None  # a list of companies is no control of goods
    if set(told) & set(known):
        return "the same instrument"
    ours = [TOOLS[i] for i in told if i in TOOLS]
    theirs = [TOOLS[i] for i in known if i in TOOLS]
    if not ours or not theirs:  # "truce", "dialogue": not tools of control, so no contradiction
        return ""
    fits = any(
        a.family == b.family and (not a.form or not b.form or a.form == b.form)
        for a in ours
        for b in theirs
    )
    return "a kindred instrument" if fits else None


def by_own_word(instruments: Iterable[str]) -> bool:
    """Whether a rule with these instruments hits only whom it names, and is told by its own word.

    >>> by_own_word(["entity_listing", "fdpr"]), by_own_word(["fdpr"])
    (True, False)
    """
    words = set(instruments)
    wide = words - NARROW if words & OWN_WORD else words
    return bool(words) and wide <= OWN_WORD


def _is_named(event: Event, measure: Measure) -> bool:
    return bool({name for name in measure.targets if ":" in name} & set(event.targets))


def _targets(event: Event, measure: Measure) -> str | None:
    told, known = telling.places(event.targets), telling.places(measure.targets)
    if not told or not known:
        return ""
    if told == known:
        return "the same targets"
    return "" if told & known or "all" in told | known else None


def _companies(event: Event, measure: Measure) -> str | None:
    if not any(":" in name for name in measure.targets):
        return ""
    is_named = "is named" if _is_named(event, measure) else "is not named"
    return f"a company it is aimed at {is_named}"


def _dates(event: Event, measure: Measure, told: tuple[Step, ...]) -> str | None:
    pairs = [(a, b) for a in told for b in measure.steps if _alike(a, b)]
    if any(a.date == b.date and len(a.date or "") == _DAY for a, b in pairs):
        return "a step told with the same day"
    if any(overlap(a.date, b.date) for a, b in pairs):
        return "a step told with the same month or year"
    if any(_near(a, b, WEEK) for a, b in pairs):
        return "a step told within a week"
    if any(_near(a, b, TELLING_DAYS) for a, b in pairs):
        return "a step told with a near date"
    lately = _moved_lately(event, measure)
    if _begins(event, told):
        return None if _dated(event) else lately
    begun = min(when(step) for step in measure.steps)
    if begun <= telling.happened(event, latest=True):
        return lately or "a change after its beginning"
    return None if event.type in OPENING else ""


def _at_work(event: Event, measure: Measure) -> str | None:
    """Licences are granted, or waited for, under a rule that has been at work for a while."""
    if event.mode not in ("enforce", "grant") or not HANDLED & set(event.instruments):
        return ""
    starts = [when(step) for step in measure.steps if step.step == "in_force"]
    if not starts:
        return ""
    passed = (telling.happened(event, latest=True) - min(starts)).days
    if passed < 0:
        return None  # nobody waits for a licence that is not yet asked for
    return "it was at work long enough for licences to be waited for" if passed > FRESH_DAYS else ""


def _not_over(event: Event, measure: Measure) -> str | None:
    """What ended long before is eased or tightened no more; it may still be looked back on."""
    last = max(measure.steps, key=lambda step: (when(step), step.published))
    if last.step not in ("ended", "dropped") or event.background:
        return ""
    passed = (telling.happened(event, latest=True) - when(last)).days
    return None if passed > TELLING_DAYS else ""


def _not_born_today(event: Event, measure: Measure) -> str | None:
    """What is lifted or suspended on the day on which a measure is first told of is an older one.

    One notice often drops some controls and brings in others of the same kind.
    """
    day = event.date or event.effective
    if (event.type, event.mode) not in (("EASE", "lift"), ("EASE", "suspend")) or not day:
        return ""
    first = min(measure.steps, key=lambda step: (when(step), step.published))
    begun = first.date or first.published.isoformat()
    return None if len(day) == _DAY and day == begun and first.step != "ended" else ""


def _moved_lately(event: Event, measure: Measure) -> str:
    """People speak of what was in the news lately, where they give no date."""
    out = telling.published(event)
    passed = ((out - max(when(step), step.published)).days for step in measure.steps)
    return "it moved not long before" if any(0 <= gap <= LATELY_DAYS for gap in passed) else ""


def _begins(event: Event, told: tuple[Step, ...]) -> bool:
    # a beginning far from the beginning that is known is another measure
    kinds = {step.step for step in told}
    return event.type in OPENING and bool(kinds & set(STAGE))


def _dated(event: Event) -> bool:
    # undated and in force may be any old control; undated news of a plan is news of its day
    return bool(event.date or event.effective) or event.status != "in_force"


def _alike(told: Step, known: Step) -> bool:
    # the beginning of a new rule is often told as the expansion of an older one
    beginning = {*STAGE, "tightened"}
    return told.step == known.step or (told.step in beginning and known.step in STAGE)


def _near(told: Step, known: Step, within: int) -> bool:
    gap = (when(told) - when(known)).days
    # an expansion comes after what it expands; two tellings of a beginning may come in any order
    return (0 if told.step == "tightened" != known.step else -within) <= gap <= within
