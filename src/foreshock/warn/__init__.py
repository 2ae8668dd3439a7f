"""How likely a shortage is for a holder, when, how bad, and why."""

from foreshock.warn.alike import alike
from foreshock.warn.facts import Facts, Known, gather, pairs, reaches
from foreshock.warn.issue import settle
from foreshock.warn.judge import judge, level_of, probabilities

__all__ = [
    "Facts",
    "Known",
    "alike",
    "gather",
    "judge",
    "level_of",
    "pairs",
    "probabilities",
    "reaches",
    "settle",
]
