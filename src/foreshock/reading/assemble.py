"""From triggers to events: drafts clause by clause, then mentions of one act become one event."""

import re

from foreshock.reading.actors import Search
from foreshock.reading.again import loss_again, mention_again, remember
from foreshock.reading.amounts import amounts
from foreshock.reading.frames import Trigger, apart
from foreshock.reading.memory import Ids, Memory, Told
from foreshock.reading.merge import DEFAULT_INSTRUMENT, JOINT, Draft, add
from foreshock.reading.page import Line, Page
from foreshock.reading.parties import parties, unique
from foreshock.reading.parts import mode_of, parted
from foreshock.reading.said import said
from foreshock.reading.status import is_ahead, is_background, modality_of, status_of
from foreshock.reading.targets import targets
from foreshock.reading.things import default_items, in_scope, named_items
from foreshock.reading.timing import dates_of
from foreshock.words.records import Said

#: characters before a loss within which "amid" makes it a reason
_REASON = 30
#: more firms than these in a sentence are a list, of which nothing is told alone
_FEW = 1
#: words of a noun that tells no more than that there is a measure
_BARE = 3
#: characters within which a noun after its verb is the verb's object
_OBJECT = 60
#: "it did not say when it would restart" tells none of these
NOT_TOLD = ("RECOVER", "FLOW", "INVEST", "PROBE")
#: joint acts of which a noun may tell that there is none
NONE_OF_IT = (*JOINT, "PROBE")
_NO = re.compile(r"\s(?:no|neither|nor)\s")
#: modes of investment in what somebody else makes
BOUGHT = ("offtake", "stake", "stockpile")
#: what mines yield
DUG = ("min", "ree", "mat.quartz")
#: what chips are made of and with
IN_A_FAB = ("mat.wafer", "sme")
#: what an inquiry is into: two of different kinds are two
_KIND = re.compile(
    r"anti-?dumping|anti-?discrimination|anti-?trust|anti-?monopoly|anti-?subsidy|countervailing"
    r"|section (?:301|232)|cybersecurity|state aid|circumvention"
)
#: types that say nothing of instruments
WITHOUT_INSTRUMENT = ("DISRUPT", "RECOVER", "FLOW", "PRICE")
#: tools of agreement, inquiry and money: no instruments of a control or its easing
NO_CONTROL = frozenset(
    "truce dialogue mou supply_pact trade_deal early_warning info_sharing rnd talent wto_dispute "
    "investigation security_review stockpile subsidy loan equity_stake offtake".split()
)


#: actors, targets, items, and the rules that found them
Arguments = tuple[Ids, Ids, Ids, list[str]]
NOTHING: Arguments = ((), (), (), [])


def drafts(page: Page, memory: Memory) -> list[Draft]:
    """The events of a laid-out page, in order of mention."""
    found: list[Draft] = []
    for line in page.lines:
        told: list[Draft] = []
        for trigger, known in _telling(page, line, memory) if _is_news(page, line) else ():
            draft = _draft(page, line, trigger, memory, known)
            if draft is not None and not _is_cause(line, told, draft):
                told.append(draft)
        for draft in _without_asides(page, told):
            for part in parted(page, line, draft):
                add(found, part)
        remember(page, line, memory)
        _remember_new(told, memory)
        mention_again(page, line, found)
        loss_again(page, line, found)
    return found


def _remember_new(told: list[Draft], memory: Memory) -> None:
    """Keep a firm that the pack does not know, once it has acted, for "it" and "the company"."""
    for draft in told:
        if "actor:company" in draft.reasons and draft.actors[0].startswith("org:"):
            memory.company = memory.latest = draft.actors[:1]


def _without_asides(page: Page, told: list[Draft]) -> list[Draft]:
    """Without what only tells more of another act of the sentence.

    The meeting at which parties agree, and ", allowing them to ship" after licences are granted.
    """
    agreed = [set(d.actors) for d in told if d.type == "AGREE"]
    measured = any(d.type == "RESTRICT" for d in told)
    kept: list[Draft] = []
    for draft in told:
        at = draft.spots[0][1]
        word = page.said(at, draft.spots[0][2]).split(" ")[0]
        trailing = word.endswith("ing") and page.said(at - 2, at) == ", "
        same = [d for d in kept if d.type == draft.type and set(d.actors) & set(draft.actors)]
        met = draft.type == "NEGOTIATE" and any(set(draft.actors) <= a for a in agreed)
        why = page.search("reason", max(0, at - _REASON), at)
        if draft.type == "DISRUPT" and measured and why:
            continue  # "tightened exports amid a shortage"
        if not met and not (trailing and same and draft.type in ("EASE", "RESTRICT")):
            kept.append(draft)
    return kept


def _telling(page: Page, line: Line, memory: Memory) -> list[tuple[Trigger, Arguments | None]]:
    """The triggers that tell something of somebody; the line keeps these and what they govern.

    Where one has no actor or item, a trigger that gave way to it is tried. Whom and what they are
    told of is given with them where all of the line's triggers stay.
    """
    kept: list[Trigger] = []
    leading: list[Trigger] = []
    found: list[Arguments] = []
    before = len(memory.told)
    for trigger in line.triggers:
        if not _leads(page, line, leading, trigger):
            kept.append(trigger)
            continue
        others = [t for t in line.triggers if t is not trigger]
        for option in (trigger, *(s for s in line.spare if not apart(s, trigger))):
            free = all(apart(option, t) for t in others) or option is trigger
            told = _arguments(page, line, option, memory) if free else NOTHING
            actors, whom, items, _ = told
            if items:
                found.append(told)
                memory.told.append(Told(option.frame.type, actors, items, whom, line.index))
                kept.append(option)
                leading.append(option)
                break
    del memory.told[before:]
    same = kept == line.triggers
    line.triggers = kept
    return [(t, told if same else None) for t, told in zip(leading, found, strict=True)]


def _is_news(page: Page, line: Line) -> bool:
    """Whether a sentence with triggers is not about shares, seminars and the like."""
    return bool(line.triggers) and not page.search("not_news", line.span.start, line.span.end)


def _is_cause(line: Line, told: list[Draft], draft: Draft) -> bool:
    """Whether a loss is only why another is told: "halted lines after a fire" is one, by fire."""
    if draft.type != "DISRUPT":
        return False
    here = [d for d in told if d.type == "DISRUPT"]
    if not here:
        return False
    first = here[-1]
    firms, others = ({a for a in d.actors if a.startswith("org:")} for d in (first, draft))
    one_clause = line.clause_at(draft.spots[0][1]) is line.clause_at(first.spots[0][1])
    if draft.actors != first.actors and not (firms and not others):
        if not (others and not firms and one_clause):
            return False
        first.actors, first.targets = draft.actors, draft.targets
    if first.mode in (None, "other"):
        first.mode = draft.mode or first.mode
    first.date = first.date or draft.date
    return True


def _leads(page: Page, line: Line, leading: list[Trigger], trigger: Trigger) -> bool:
    """Whether a trigger tells something itself, rather than the content of one before it.

    "promised to lift the curbs" is a promise, not yet an easing; but "condemned China's curbs"
    tells of the curbs too.
    """
    clause = line.clause_at(trigger.start)
    if leading and _is_object(page, leading[-1], trigger, clause.start):
        return False
    ruled = any(k.frame.governs and k.start >= clause.start for k in leading)
    return not ruled or (trigger.frame.form == "noun" and trigger.frame.type == "RESTRICT")


def _is_object(page: Page, verb: Trigger, noun: Trigger, start: int) -> bool:
    """Whether a measure is only what is eased: "suspended its ban" tells of no further ban."""
    if verb.frame.type != "EASE" or noun.frame.type != "RESTRICT" or noun.frame.form != "noun":
        return False
    if len(page.said(noun.start, noun.end).split()) > _BARE:
        return False  # "a ban put in place in April" tells of that ban too
    between = page.said(verb.end, noun.start)
    return verb.start >= start and len(between) < _OBJECT and not re.search(r"[,;:]", between)


def _arguments(page: Page, line: Line, trigger: Trigger, memory: Memory) -> Arguments:
    """Actors, targets, items and the rules that found them; nothing where one is missing."""
    frame = trigger.frame
    items, where = named_items(page, line, trigger)
    if frame.type in JOINT:
        actors, rule = parties(page, line, trigger, memory)
    else:
        actors, rule = Search(page, line, trigger, memory).actors(items)
    if where == "sentence":
        made = _made(page, line, trigger, memory, actors)
        items, where = (made, "made") if made else (items, where)
    if where == "sentence" or not items:
        concerned = [m.id for m in line.actors if not m.state]
        usual = default_items(_instruments(page, line, trigger))
        if usual or not items:
            bought = frame.mode in BOUGHT
            taken = memory.items_of((*actors, *concerned), frame.type, line.index, bought=bought)
            items, where = usual or taken, "usual" if usual else "memory"
    if frame.type in ("DISRUPT", "RECOVER"):
        lack = where == "clause" and page.search("lack", line.span.start, line.span.end)
        items = _lost(items, actors, memory, lack=bool(lack))
    items = _narrowed(items, (*actors, *_concerned(page, line)), memory)
    near = where in ("clause", "sentence")
    if not actors and frame.type == "DISRUPT" and near and items:
        actors, rule = ("all",), "nobody"
    allowed = {
        "before": ("clause",),
        "after": ("clause",),
        "clause": ("clause",),
        "sentence": ("clause", "sentence"),
    }
    if not items or where not in allowed.get(frame.item, (where,)):
        return (), (), (), []
    if not actors and frame.type != "PRICE":
        return (), (), (), []
    whom = () if frame.type in JOINT else targets(page, line, trigger, actors, memory)
    if not in_scope(items, whom, actors):
        return (), (), (), []
    return actors, whom, items, [f"actor:{rule}", f"item:{where}"]


def _lost(items: Ids, actors: Ids, memory: Memory, *, lack: bool) -> Ids:
    """What is lost with these items: a firm short of something builds less of what it makes.

    With wafers that a chip plant loses and tools that stop there, its chips are lost.
    """
    made = tuple(dict.fromkeys(i for a in actors for i in memory.makes.get(a, ())))
    chips = tuple(i for i in made if i.split(".")[0] == "chip")
    if chips and all(i.startswith(IN_A_FAB) for i in items):
        return chips
    return tuple(dict.fromkeys((*items, *made))) if lack else items


def _concerned(page: Page, line: Line) -> Ids:
    """The one or two firms of a sentence that own or get what it tells of."""
    firms = unique(m for m in line.actors if not m.state)
    return firms if len(firms) <= _FEW else ()


def _narrowed(items: Ids, ids: Ids, memory: Memory) -> Ids:
    """Chips of a firm that makes one kind of them are that kind."""
    made = [item for i in ids if i.startswith("org:") for item in memory.makes.get(i, ())]
    chips = tuple(m for m in made if m == "chip" or m.startswith("chip."))
    if chips and "mat.wafer" in items and "mat.wafer" not in made:
        # the wafers that a maker of chips scraps are its chips
        items = tuple(
            dict.fromkeys(c for i in items for c in (chips if i == "mat.wafer" else (i,)))
        )
    narrow = {i: [m for m in made if m.startswith(i + ".")] for i in items}
    return tuple(dict.fromkeys(n for i in items for n in (narrow[i][:1] or [i])))


def _made(page: Page, line: Line, trigger: Trigger, memory: Memory, actors: Ids) -> Ids:
    """What the company concerned makes, where an act on or in a company names no item itself."""
    clause = line.clause_at(trigger.start)
    if trigger.frame.type == "DISRUPT" or trigger.frame.type == "RECOVER":
        companies = list(actors)
    elif "takeover" in trigger.frame.instruments:
        companies = [m.id for m in line.actors if clause.start <= m.start < clause.end]
        companies += list(memory.company)
    else:
        return ()
    dug = page.search("pit", clause.start, clause.end) is not None
    made = [memory.makes[c] for c in companies if c in memory.makes]
    if dug and any(i.startswith(DUG) for i in memory.topic):
        # "the mine of a battery maker" yields what the text is about
        made = [items for items in made if any(i.startswith(DUG) for i in items)]
    return next(iter(made), ())


def _draft(
    page: Page, line: Line, trigger: Trigger, memory: Memory, known: Arguments | None = None
) -> Draft | None:
    frame = trigger.frame
    if line.clause_at(trigger.start).lead in page.language.cues.hypothetical_leads:
        return None
    if (
        frame.type in NOT_TOLD
        and frame.mode != "delay"
        and page.search("unsaid", line.span.start, trigger.start)
    ):
        return None
    actors, whom, items, why = known or _arguments(page, line, trigger, memory)
    if not items:
        return None
    if frame.by_state and actors and not any(a.startswith("org:") or a == "all" for a in actors):
        other = Trigger(page.language.named[frame.by_state], trigger.start, trigger.end)
        line.triggers[line.triggers.index(trigger)] = other
        return _draft(page, line, other, memory)
    clause = line.clause_at(trigger.start)
    source = _speaker(page, line, trigger, memory)
    date, effective, until = dates_of(page, line, trigger, _tells_itself(source, actors), memory)
    ahead = is_ahead(effective, page.day) or is_ahead(date, page.day)
    status = status_of(page, line, trigger, ahead)
    if frame.type in NONE_OF_IT and frame.form == "noun":
        if page.search("lacking", clause.start, trigger.start):
            return None  # "countries without a trade agreement"
    elif (
        status == "in_force"
        and frame.type in ("RESTRICT", "EASE")
        and _NO.search(page.said(trigger.start, trigger.end))
    ):
        status = "denied"  # "the order puts no duty on it"
    if page.search("not_done", clause.start, trigger.start):
        return None  # "not enough to limit the flow"
    if frame.type == "DISRUPT" and page.search("feared", clause.start, trigger.start):
        return None  # a loss that is only feared, or that somebody wants to end
    if frame.type == "DISRUPT" and page.search("unharmed", clause.start, line.span.end):
        return None  # "the quake left its plants unscathed"
    if (
        frame.type == "FLOW"
        and frame.direction != "down"
        and page.search("aim", clause.start, trigger.start)
    ):
        return None  # "talks to import 10,000 tons"
    kind, mode = frame.type, frame.mode or mode_of(page, line, trigger)
    if kind == "THREATEN" and set(whom) <= {"all"}:
        # a threat to nobody in particular is a measure under consideration
        kind, mode, whom = "RESTRICT", "new", ("all",)
        status = "considered" if status == "in_force" else status
    happened = date or effective
    memory.told.append(Told(kind, actors, items, whom, line.index, happened))
    kinds = [f"kind:{m.group()}" for m in _KIND.finditer(page.low, trigger.start, clause.end)]
    marks = {
        "noun": frame.form == "noun", "opening": line.index < 2, "dated": happened is not None,
        "official": bool(memory.issuer),
    }  # fmt: skip
    return Draft(
        trigger=trigger, type=kind, mode=mode, status=status, actors=actors,
        targets=whom, items=items, instruments=_instruments(page, line, trigger, kind), date=date,
        effective=effective, until=until, direction=frame.direction,
        magnitudes=amounts(page.low, clause.start, clause.end, falling=frame.direction == "down",
                           places=page.places),
        modality=modality_of(page, line, trigger, status),
        source=source, background=is_background(page, line, trigger, happened, status),
        spots=[(line.index, trigger.start, trigger.end)],
        reasons=[f"frame:{frame.name}", *why, *(mark for mark, holds in marks.items() if holds),
                 *(kinds[:1] if kind == "PROBE" else ())],
    )  # fmt: skip


def _speaker(page: Page, line: Line, trigger: Trigger, memory: Memory) -> Said:
    """Who says so; "he said", "the ministry said": whoever of that kind acted last."""
    source = said(page, line, trigger.start, memory.issuer)
    if source.who or not page.search("said_again", line.span.start, line.span.end):
        return source
    kind = source.kind if source.kind in ("gov", "company") else ""
    if not kind and source.kind == "author" and memory.latest:
        kind = "company" if memory.latest[0].startswith("org:") else "gov"
    known = {"gov": memory.office or memory.state, "company": memory.company}.get(kind, ())
    return Said(kind=kind, who=(known[0].removeprefix("org:"),)) if known else source


def _tells_itself(source: Said, actors: Ids) -> bool:
    """Whether the one who acts is the one who says so."""
    return bool(set(source.who) & {a.removeprefix("org:") for a in actors})


def _instruments(page: Page, line: Line, trigger: Trigger, kind: str = "") -> Ids:
    """The tools named in the trigger; for a restriction or a joint act, else in its clause."""
    frame, kind = trigger.frame, kind or trigger.frame.type
    if kind in WITHOUT_INSTRUMENT:
        return ()
    weak = page.language.cues.weak_instruments
    found = list(frame.instruments)
    for word in _named(page, trigger.start, trigger.end):
        if word not in found and not (found and word in weak):
            found.append(word)
    if kind in ("RESTRICT", "EASE"):
        found = [word for word in found if word not in NO_CONTROL]
    if kind in JOINT:  # what is agreed stands after the verb; the frame's own tool is a default
        told = _named(page, line.clause_at(trigger.start).start, line.span.end)
        return tuple(told or found)
    if found or kind != "RESTRICT":
        return tuple(found)
    clause = line.clause_at(trigger.start)
    around = _named(page, clause.start, clause.end)
    strong = [word for word in around if word not in weak and word not in NO_CONTROL]
    return tuple(strong[:1]) or (DEFAULT_INSTRUMENT,)


def _named(page: Page, start: int, end: int) -> list[str]:
    """The tools named in a stretch, in the order of the table."""
    return page.tools(start, end)
