"""Mentions of one act become one event: what keeps two apart, and what each adds."""

from dataclasses import dataclass, field

from foreshock.reading.frames import Trigger
from foreshock.reading.memory import Ids
from foreshock.reading.things import GENERIC, KINDS
from foreshock.words.records import Magnitude, Said

#: more sentences than these add nothing to the evidence of an event
MOST_SENTENCES = 40
#: types told of both sides at once: all parties are actors
JOINT = ("NEGOTIATE", "AGREE", "COOPERATE")
#: two events of these types in one text are one only if their mode is the same
BY_MODE = ("POSITION", "PRESSURE", "INVEST")
MEASURES = ("RESTRICT", "EASE")
#: mishaps that hardly befall one place twice in one text: "the blaze" is the one told before
ONCE = ("fire", "quake", "accident", "contamination")
#: acts that come again: one told with an old date is another than the news
EPISODES = ("DISRUPT", "RECOVER", "FLOW", "PRICE", "AGREE", "NEGOTIATE", "PROBE", "PRESSURE")
#: sentences after a deal in which its terms are told
_NEXT = 2
#: of a restriction whose tool the text does not name
DEFAULT_INSTRUMENT = "export_control"


@dataclass(slots=True)
class Draft:
    """An event in the making; `spots` are its triggers, as (sentence, start, end)."""

    trigger: Trigger
    type: str
    mode: str | None
    status: str
    actors: tuple[str, ...]
    targets: tuple[str, ...]
    items: tuple[str, ...]
    instruments: tuple[str, ...]
    date: str | None
    effective: str | None
    until: str | None
    direction: str | None
    magnitudes: tuple[Magnitude, ...]
    modality: str
    source: Said
    background: bool
    spots: list[tuple[int, int, int]]
    reasons: list[str]
    links: list[tuple[str, int]] = field(default_factory=list)
    #: how likely a careful reader would find the same event, where a model tells
    confidence: float | None = None


def add(found: list[Draft], draft: Draft) -> None:
    """Take a draft in: a new event, or one more mention of an act told before."""
    for earlier in reversed(found):
        if same_act(earlier, draft):
            _merge(earlier, draft)
            return
    found.append(draft)


def same_act(a: Draft, b: Draft) -> bool:
    """Whether two drafts tell one act: type, actors, items, and nothing that keeps them apart."""
    if a.type == "AGREE" and b.type == "COOPERATE" and b.status == "announced":
        # what those who agreed will do together is what they agreed on
        near = b.spots[0][0] - a.spots[-1][0] <= _NEXT
        return near and set(b.actors) == set(a.actors) and not a.background
    nowhere = a.type == "PRICE" and not (a.actors and b.actors)
    if a.type != b.type or not (nowhere or set(a.actors) & set(b.actors)):
        return False
    if _is_rate(a, b):
        return True
    if not _related(a.items, b.items) and not _general(a, b) and not _again(a, b):
        return False
    kinds = [{r for r in x.reasons if r.startswith("kind:")} for x in (a, b)]
    if all(kinds) and not kinds[0] & kinds[1]:
        return False
    if a.type in BY_MODE and a.mode != b.mode:
        return False
    late = a.type == "RECOVER" and (a.mode == "delay") != (b.mode == "delay")
    if late and a.spots[-1][0] != b.spots[0][0]:
        return False  # what runs again, and what will not for long
    if "denied" in (a.status, b.status) and a.status != b.status:
        return False
    if a.type == "EASE" and a.spots[0][0] == b.spots[0][0] and "listed" not in b.reasons:
        return True  # "granted licences, reversing its ban" is one easing
    if any(x and y and not (x.startswith(y) or y.startswith(x)) for x, y in (
        (a.date, b.date), (a.effective, b.effective),
    )):  # fmt: skip
        return False
    if a.type == "RESTRICT" and _other_step(a, b):
        return False
    once = a.mode == b.mode and a.mode in ONCE
    if (
        a.type in EPISODES
        and not once
        and a.background != b.background
        and bool(a.date) != bool(b.date)
    ):
        return False
    if a.type in MEASURES and _years_apart(a, b):
        return False
    level = not (a.direction and b.direction) and a.spots[-1][0] == b.spots[0][0]
    if a.type == "PRICE" and a.direction != b.direction and not level:
        return False
    if a.type == "FLOW" and (a.direction != b.direction or a.targets != b.targets):
        return False
    specific = [
        set(x.instruments) - {"export_control", "export_licence", "dialogue"} for x in (a, b)
    ]
    licence = a.type == "EASE" and any("licence_grant" in s for s in specific)
    if a.type in ("RESTRICT", "EASE", "AGREE") and all(specific) and not (
        specific[0] & specific[1] or (licence and a.background == b.background)
    ):  # fmt: skip
        return False
    narrow = [set(x.targets) - {"all"} for x in (a, b)]
    return not (all(narrow) and not narrow[0] & narrow[1])


def _other_step(a: Draft, b: Draft) -> bool:
    """Whether one is how the other is carried out: licences that come slowly, goods held up."""
    modes = (a.mode, b.mode)
    return "enforce" in modes and modes[0] != modes[1] and set(a.instruments) != set(b.instruments)


def _years_apart(a: Draft, b: Draft) -> bool:
    """Whether one tells only the day of the act, the other only when it took effect, years off."""
    first, second = a.date or a.effective, b.date or b.effective
    return bool(first and second and first[:4] != second[:4] and not (a.date and a.effective))


def _is_rate(a: Draft, b: Draft) -> bool:
    """Whether one only tells what a tariff on many goods is on some: "cars will pay 100 %"."""
    told = "actor:main" in b.reasons and "import_tariff" in b.instruments
    told = told and not (b.date or b.effective or b.until)
    near = 0 < b.spots[0][0] - a.spots[-1][0] <= _NEXT + 1
    return a.type == "RESTRICT" and "import_tariff" in a.instruments and told and near


def _again(a: Draft, b: Draft) -> bool:
    """Whether a noun without an item takes up a measure: "a complaint about its restrictions"."""
    named = b.type == "RESTRICT" and b.trigger.frame.form == "noun"
    return named and "item:memory" in b.reasons and a.status not in ("denied", "considered")


def _general(a: Draft, b: Draft) -> bool:
    """Whether an official text goes on about "dual-use items", meaning those it named before."""
    official = "official" in a.reasons and a.type == "RESTRICT"
    return official and set(b.items) <= GENERIC and "item:usual" not in b.reasons


def _related(a: Ids, b: Ids) -> bool:
    """Whether one item is, or belongs to, one of the others."""
    return any(x == y or x.startswith(y + ".") or y.startswith(x + ".") for x in a for y in b)


def _merge(into: Draft, more: Draft) -> None:
    """Add what the later mention tells to the earlier one; the earlier wins where both speak."""
    beside = into.type == "EASE" and into.spots[0][0] == more.spots[0][0]
    spot(into, more.spots[0])
    if into.type not in JOINT:
        into.actors = tuple(dict.fromkeys((*into.actors, *more.actors)))
    named = tuple(dict.fromkeys((*into.targets, *more.targets)))
    into.targets = tuple(t for t in named if t != "all") or named
    if "item:memory" not in more.reasons and not set(more.items) <= GENERIC:
        kept = () if set(into.items) <= GENERIC else into.items
        into.items = tuple(dict.fromkeys((*kept, *more.items)))
        into.items = tuple(i for i in into.items if i not in KINDS) or into.items
    for field_name in ("date", "effective", "until", "mode", "direction"):
        old, new = getattr(into, field_name), getattr(more, field_name)
        finer = old and new and field_name in ("date", "effective", "until")
        if (old is None and not (beside and into.date)) or (finer and new.startswith(old)):
            setattr(into, field_name, new)
    known = {(m.value, m.unit) for m in into.magnitudes}
    into.magnitudes += tuple(m for m in more.magnitudes if (m.value, m.unit) not in known)
    if into.type in JOINT:
        into.instruments = tuple(dict.fromkeys((*into.instruments, *more.instruments)))
    if into.instruments in ((), (DEFAULT_INSTRUMENT,)):
        into.instruments = more.instruments or into.instruments
    into.background = into.background and (more.background or "opening" not in more.reasons)
    into.reasons += [r for r in more.reasons if r.startswith("frame:") and r not in into.reasons]
    if "several_sentences" not in into.reasons and len(into.spots) > 1:
        into.reasons.append("several_sentences")


def spot(draft: Draft, place: tuple[int, int, int]) -> None:
    """One more sentence that tells the event, each once, up to a limit."""
    told = {index for index, _, _ in draft.spots}
    if place[0] not in told and len(told) < MOST_SENTENCES:
        draft.spots.append(place)
