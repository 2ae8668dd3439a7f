"""How sure the reader is of each event that the rules found: a small logistic model.

The features of an event are what the rules know of it; the weights stand in
`patterns/weights.toml` with how they were made (`benchmarks/fit_reading.py`: labelled development
texts and sentences made from the frames, cross-validated by document). Nothing is learned at run
time. Only English has weights: other languages keep the steps of `confidence.py`. A second model
says what is background where it is sure that the rules are wrong; one for the status was tried and
dropped: on held-out texts it did no better than the rules.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

import msgspec

from foreshock.reading.confidence import LEAST, MOST
from foreshock.reading.frames import PATTERNS
from foreshock.reading.merge import Draft
from foreshock.reading.page import Page
from foreshock.reading.status import NEWS_DAYS, last_day

Features = dict[str, float]
_WORD = re.compile(r"[a-z']+")
#: characters beside a trigger whose words tell whether it is context
_BESIDE = 40
#: how sure the model must be that an act is context, or none, to be heard against the rules
_SURE = 0.7
#: and against a date of more than thirty days ago
_SURER = 0.9
#: probabilities from which the words of a sentence speak for a type, and under which for none
_YES, _HARDLY = 0.3, 0.1
#: sentences counted apart at the head of a text
_HEAD = 2
_EARLY = 5


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The weights of the model and the probability below which an event is rejected."""

    made_by: str
    made_from: str
    least: float
    accept: dict[str, float]
    background: dict[str, float] = {}


@cache
def weights(code: str) -> Weights | None:
    """The weights for a language, None where there are none.

    >>> weights("nl") is None
    True
    """
    if code != "en":
        return None
    table = tomllib.loads((PATTERNS / "weights.toml").read_text("utf-8"))
    return msgspec.convert(table, Weights)


def probability(model: Mapping[str, float], features: Mapping[str, float]) -> float:
    """The logistic function of the weighted features, 0..1; unknown features weigh nothing.

    >>> probability({"bias": 0.0}, {"bias": 1.0})
    0.5
    """
    total = sum(model.get(name, 0.0) * value for name, value in features.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def features(page: Page, draft: Draft, found: list[Draft]) -> Features:
    """What the rules know of an event, as names of facts that hold (1.0)."""
    line = page.lines[draft.spots[0][0]]
    clause = line.clause_at(draft.spots[0][1])
    frame = draft.trigger.frame
    cues = page.language.cues
    names = {
        "bias", f"type:{draft.type}", f"form:{frame.form}", f"status:{draft.status}",
        f"modality:{draft.modality}", f"source:{draft.source.kind}", f"rank:{_sign(frame.rank)}",
        f"place:{_place(line.index)}", f"type:{draft.type}:{frame.form}",
        f"items:{min(len(draft.items), 3)}", f"age:{_age(page, draft)}",
        *(r for r in draft.reasons if r.startswith(("actor:", "item:"))), f"frame:{frame.name}",
        *(r for r in draft.reasons if r in ("noun", "opening", "official", "several_sentences")),
    }  # fmt: skip
    names.add(f"likely:{_likely(page, draft)}")
    where = next((r for r in draft.reasons if r.startswith("item:")), "")
    names.add(f"type:{draft.type}:{where}")
    words = len(page.said(draft.spots[0][1], draft.spots[0][2]).split())
    more = {
        "mode": draft.mode is not None,
        "one_word": words == 1, "long": words > 4,
        "first": draft.trigger is line.triggers[0] if line.triggers else False,
        "crowded": len(line.triggers) > 2,
        "aside": clause.lead in cues.signpost_leads,
        "lead": bool(clause.lead),
        "signpost": page.search("signpost", clause.start, clause.end),
        "aimed": set(draft.targets) - {"all"},
        "number": bool(draft.magnitudes),
        "effective": draft.effective is not None,
        "measure": any(r.startswith("measure:") for r in draft.reasons),
        "lead_actor": bool(found and set(found[0].actors) & set(draft.actors)),
        "lead_type": bool(found and found[0].type == draft.type and found[0] is not draft),
        "short_text": len(page.lines) < _EARLY,
        "by_rule": draft.background,
    }  # fmt: skip
    names |= {name for name, holds in more.items() if holds}
    return dict.fromkeys(sorted(names), 1.0)


def beside(page: Page, draft: Draft) -> Features:
    """The words of the trigger and beside it, and what the rules say of the act: for background."""
    index, start, end = draft.spots[0]
    line = page.lines[index]
    begin = max(line.clause_at(start).start, start - _BESIDE)
    names = {f"rule:{draft.status}", f"rule:{draft.status}:{draft.type}"}
    names |= {f"before:{w}" for w in _WORD.findall(page.low[begin:start])[-5:]}
    names |= {f"trigger:{w}" for w in _WORD.findall(page.low[start:end])[:1]}
    names |= {f"after:{w}" for w in _WORD.findall(page.low[end : end + _BESIDE])[:3]}
    return dict.fromkeys(sorted(names), 1.0)


def _likely(page: Page, draft: Draft) -> str:
    """What the words of the sentence alone say of the type: yes, another, nothing, or unsure."""
    told = page.likely(page.lines[draft.spots[0][0]])
    if not told:
        return "unsure"
    own = next(p for p, kind, _ in told if kind == draft.type)
    best, kind, _ = told[0]
    if own >= _YES or kind == draft.type:
        return "yes" if own >= _YES else "first" if own >= _HARDLY else "unsure"
    return "other" if best >= _YES else "nothing" if best < _HARDLY else "unsure"


def _sign(rank: int) -> str:
    return "low" if rank < 0 else "high" if rank > 1 else "mid"


def _place(index: int) -> str:
    return "head" if index < _HEAD else "early" if index < _EARLY else "late"


def _age(page: Page, draft: Draft) -> str:
    happened = draft.date or draft.effective
    if happened is None or page.day is None:
        return "unknown"
    old = last_day(happened) < page.day - timedelta(days=NEWS_DAYS)
    return "old" if old else "new"


def judge(page: Page, found: list[Draft]) -> list[Draft]:
    """The events that stay, each with its confidence."""
    model = weights(page.language.code)
    if model is None:
        return found
    kept: list[Draft] = []
    for draft in found:
        facts = features(page, draft, found)
        draft.confidence = round(min(MOST, max(LEAST, probability(model.accept, facts))), 2)
        if draft.confidence >= model.least:
            draft.background = context(model.background, draft.background,
                                       {**facts, **beside(page, draft)})  # fmt: skip
            kept.append(draft)
    return kept


def context(model: Mapping[str, float], by_rule: bool, facts: Features) -> bool:
    """Whether an act is context: as the rules say, unless the model is sure that they are wrong.

    >>> context({}, True, {}), context({"bias": -3.0}, True, {"bias": 1.0})
    (True, False)
    """
    told = probability(model, facts)
    # more than thirty days old: the standard's own test, unless it is what the text is about
    sure = _SURER if by_rule and "age:old" in facts else _SURE
    return told > 0.5 if abs(told - 0.5) > sure - 0.5 else by_rule
