"""About what: the items of an act, and what an instrument covers where the text names no item."""

import re
from collections.abc import Iterable

from foreshock.reading.frames import Trigger
from foreshock.reading.memory import Ids
from foreshock.reading.names import Mention
from foreshock.reading.page import Line, Page
from foreshock.reading.parties import unique
from foreshock.reading.sentences import Clause
from foreshock.words.vocab import HUBS

#: what a measure covers where the text names no item
DEFAULT_ITEMS = {
    "import_tariff": "goods", "trade_deal": "goods", "entity_listing": "dualuse",
    "veu": "dualuse", "affiliates_rule": "dualuse", "whitelist": "dualuse",
}  # fmt: skip
#: characters before and after a tariff within which its items stand
_RIGHT_BEFORE, _ON_IT = 3, 70
#: characters within which a sentence opens with a list of things, and with its first
_OPENS, _AT_ONCE = 80, 12
MEASURES = ("RESTRICT", "EASE")
_MAKERS = ("makers", "maker", "manufacturers")
#: words between a thing and its verb, and characters before it in which nothing moves it
_SUBJECT, _BEFORE = 5, 24
#: characters after "critical for" within which things are what others are for
_FOR = 90
#: between a thing and what it goes into
_MADE_FOR = re.compile(r"\s?for\s(?:\w+\s){0,2}")
#: names of kinds ("semiconductor materials", "minerals") -> how the ids of their things begin
KINDS = {"mat.chem": "mat.", "mat.gas": "mat.", "min": "min."}
#: words that take up things named before -> how the ids of such things begin
AGAIN = {
    "metal": ("min", "ree", "magnet"), "mineral": ("min", "ree"), "element": ("ree", "min"),
    "ore": ("min", "ree"), "gas": ("mat", "energy"),
}  # fmt: skip
#: items that stand for trade at large
GENERIC = frozenset({"dualuse", "goods", "other"})


def named_items(page: Page, line: Line, trigger: Trigger) -> tuple[Ids, str]:
    """The items of the trigger's clause, else of its sentence, and which of the two."""
    clause = line.clause_at(trigger.start)
    again = page.search("items_again", clause.start, clause.end)
    if again and not any(m.start >= again.end() or m.end <= again.start() for m in line.items if
                         clause.start <= m.start < clause.end):  # fmt: skip
        kinds = next((k for word, k in AGAIN.items() if word in again.group()), ("",))
        before = page.items_before(line, again.start(), kinds)
        if before:
            return before, "clause"
    end = _with_list(line, clause)
    near = [m for m in line.items if clause.start <= m.start < end]
    if trigger.frame.type in MEASURES:  # those whom a measure hits are not what it is about
        near = [m for m in near if not _is_maker(page, m)]
    ahead = page.search("items_ahead", trigger.start, clause.end)
    if ahead and not [m for m in near if m.start > trigger.start and m.id not in GENERIC]:
        listed = _next_list(page, line)
        if listed:
            return listed, "clause"
    if trigger.frame.form == "noun" and _is_tariff(page, trigger):
        near = [m for m in near if _tariffed(page, m, trigger)]
        return specific(near), "clause"
    near = without_purpose(page, _own(line, near, trigger), clause.start)
    if trigger.frame.item == "before":
        return specific(_subjects(page, near, trigger)), "clause"
    if trigger.frame.item == "after":
        near = [m for m in near if m.end > trigger.start]
    if near or trigger.frame.item in ("after", "clause"):
        return specific(near), "clause"
    wide = without_purpose(page, line.items, line.span.start)
    if trigger.frame.type in MEASURES:
        wide = [m for m in wide if not _is_maker(page, m)]
    return specific(wide), "sentence"


def _with_list(line: Line, clause: Clause) -> int:
    """The end of a clause, or of the list that goes on after it: ", including urea"."""
    end = clause.end
    for following in line.clauses:
        if following.start == end and following.lead in ("including", "such as"):
            end = following.end
    return end


def _is_maker(page: Page, mention: Mention) -> bool:
    """Whether a name tells a trade: "carmakers", "vehicle manufacturers", "chip production"."""
    if page.said(mention.start, mention.end).endswith(_MAKERS):
        return True
    return page.language.re["maker"].match(page.low, mention.end) is not None


def _subjects(page: Page, near: list[Mention], trigger: Trigger) -> list[Mention]:
    """The items that themselves rise and fall: right before the verb, no exports of them."""
    before = [m for m in near if m.end <= trigger.start]
    if not before:
        return []
    between = page.said(before[-1].end, trigger.start)
    if len(between.split()) > _SUBJECT or page.language.re["moved"].search(between):
        return []
    lead = page.said(max(0, before[0].start - _BEFORE), before[0].start)
    return [] if page.language.re["moved"].search(lead) else before


def _own(line: Line, near: list[Mention], trigger: Trigger) -> list[Mention]:
    """The items nearest to this measure, where the clause tells of another measure too."""
    if trigger.frame.type not in MEASURES:
        return near
    clause = line.clause_at(trigger.start)
    rivals = [
        t for t in line.triggers
        if t.frame.type in MEASURES and line.clause_at(t.start) is clause
    ]  # fmt: skip
    rivals = rivals if trigger in rivals else [*rivals, trigger]
    kept = [m for m in near if min(rivals, key=lambda t: _apart(m, t)) is trigger]
    return kept or near


def _apart(mention: Mention, trigger: Trigger) -> int:
    return max(mention.start - trigger.end, trigger.start - mention.end, 0)


def _next_list(page: Page, line: Line) -> Ids:
    """The items with which the next sentence opens, where it lists several."""
    following = page.lines[line.index + 1 : line.index + 2]
    opening = [m for n in following for m in n.items if m.start - n.span.start < _OPENS]
    if not opening or opening[0].start - following[0].span.start > _AT_ONCE:
        return ()
    ids = specific(following[0].items)
    return ids if len(ids) > 1 else ()


def _is_tariff(page: Page, trigger: Trigger) -> bool:
    words = page.said(trigger.start, trigger.end)
    return page.language.re["tariff"].search(words) is not None


def _tariffed(page: Page, mention: Mention, trigger: Trigger) -> bool:
    """Whether a tariff falls on this item: named right before it, or after "on"."""
    if mention.end <= trigger.start:
        return trigger.start - mention.end <= _RIGHT_BEFORE
    between = page.said(trigger.end, mention.start)
    whole = page.said(trigger.start, mention.start)
    return mention.start < trigger.end or (
        len(between) < _ON_IT and page.language.re["falls_on"].search(whole) is not None
    )


def default_items(instruments: Ids) -> Ids:
    """What these instruments cover where the clause names nothing.

    >>> default_items(("entity_listing",))
    ('dualuse',)
    """
    return tuple(dict.fromkeys(DEFAULT_ITEMS[i] for i in instruments if i in DEFAULT_ITEMS))


def in_scope(items: Ids, targets: Ids, actors: Ids) -> bool:
    """Whether the standard covers it: generic items only towards a supply hub or everybody.

    >>> in_scope(("dualuse",), ("SY",), ("US",)), in_scope(("min.ga",), ("SY",), ("CN",))
    (False, True)
    """
    if set(items) - GENERIC:
        return True
    states = [t for t in targets if not t.startswith("org:") and t != "all"]
    return not states or bool(set(states) & set(HUBS))


def without_purpose(page: Page, items: list[Mention], start: int) -> list[Mention]:
    """Without the items that say what the others are for: "graphite for use in batteries"."""
    purpose, trade = page.language.re["purpose"], page.language.re["of_trade"]
    licence = page.language.re["licence_before"]
    kept: list[Mention] = []
    for m in items:
        since = max(start, m.start - _FOR, kept[-1].end if kept else 0)
        may = page.may("purpose", since, m.start)
        for_ = purpose.search(page.low, since, m.start) if may else None
        if for_ and not licence.search(page.low, max(0, for_.start() - 30), for_.start()):
            continue
        if kept and _MADE_FOR.fullmatch(page.low, kept[-1].end, m.start):
            continue  # "batteries for electric cars"
        kept.append(m)
    things = [m for m in kept if not trade.match(page.low, m.end)]
    return things or kept


def specific(items: Iterable[Mention]) -> Ids:
    """Ids in order of mention; a doubtful name counts beside a sure one only in one list with it.

    A name of a kind gives way to the things of that kind: "rare earths such as dysprosium".
    """
    found = list(items)
    sure = [m for m in found if not m.doubtful]
    if sure:
        listed = [m for m in found if m.doubtful and m.id not in GENERIC and _beside(m, sure)]
        return narrow(unique(m for m in found if m in sure or m in listed))
    return narrow(unique(m for m in found if m.id not in GENERIC))


def _beside(mention: Mention, others: list[Mention]) -> bool:
    """Whether a name stands in a list with another: "polyimide, resists and hydrogen fluoride"."""
    return any(0 <= mention.start - o.end <= 5 or 0 <= o.start - mention.end <= 5 for o in others)


def narrow(ids: Ids) -> Ids:
    """Without the names of kinds of which a thing is named too.

    >>> narrow(("chip", "chip.ai", "ree")), narrow(("mat.chem", "mat.hf"))
    (('chip.ai', 'ree'), ('mat.hf',))
    """
    found = tuple(i for i in ids if not any(j.startswith(i + ".") for j in ids))
    return tuple(
        i for i in found
        if i not in KINDS or not any(j.startswith(KINDS[i]) for j in found if j != i)
    )  # fmt: skip
