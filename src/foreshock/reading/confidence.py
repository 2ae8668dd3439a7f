"""How likely a careful reader would find the same event: a table of small steps, no learning.

The steps are judgement; docs/method/reading.md tells how the outcome compares with the labels.
"""

START = 0.75

#: what is known about how the event was found -> what it adds
STEPS = {
    "item:memory": -0.20,
    "item:sentence": -0.05,
    "item:usual": -0.05,
    "actor:last": -0.20,
    "actor:told": -0.15,
    "actor:speaker": -0.05,
    "actor:nobody": -0.25,
    "actor:pronoun": -0.05,
    "actor:sentence": -0.10,
    "actor:owner": -0.15,
    "actor:place": -0.05,
    "actor:issuer": -0.05,
    "actor:company": -0.10,
    "noun": -0.05,
    "several_sentences": 0.10,
    "opening": 0.08,
    "dated": 0.05,
    "official": 0.10,
}
LEAST, MOST = 0.05, 0.97


def confidence(reasons: "tuple[str, ...]") -> float:
    """The sum of the steps, kept within 0.05..0.97.

    >>> confidence(("item:memory", "dated", "frame:impose"))
    0.6
    """
    total = START + sum(STEPS.get(reason, 0.0) for reason in reasons)
    return round(min(MOST, max(LEAST, total)), 2)
