"""How a judgement is put into words: the same on pages, in bulletins and on the terminal.

A level is always a number and its word, a probability always a figure and its word (ICD-203),
weeks of cover always say what they rest on. The words come from the pack, none is made here.
"""

import unicodedata
from collections.abc import Iterable, Mapping

from foreshock.errors import UnknownWord
from foreshock.warn import alike
from foreshock.words.pack import Pack
from foreshock.words.records import EarlyWarning, Reason

#: what the basis of the weeks of cover means
BASES = {
    "reported": "stocks as somebody reported them",
    "prior": "usual stocks of the trade, nobody reported any",
    "unknown": "nothing is known about stocks",
}

#: category of a character that steers instead of saying something -> what stands in its place
_INSTEAD = {"Cc": " ", "Cf": ""}


def plain(text: str) -> str:
    """The text on one line, without control characters: nothing in it can steer a terminal.

    >>> plain("gallium\\x1b[31m\\n and germanium")
    'gallium [31m and germanium'
    """
    clean = "".join(_INSTEAD.get(unicodedata.category(c), c) for c in text)
    return " ".join(clean.split())


def name(key: str, pack: Pack) -> str:
    """The readable name of an item, actor or holder; the id itself where the pack has none.

    >>> name("min.xx", Pack())
    'min.xx'
    """
    return pack.name.get(key, key)


def names(keys: Iterable[str], pack: Pack) -> str:
    """Several readable names, parted by commas; "everybody" for the word `all`.

    >>> names(["all"], Pack())
    'everybody'
    """
    return ", ".join("everybody" if key == "all" else name(key, pack) for key in keys)


def level_word(level: int, pack: Pack) -> str:
    """The word of a level, from the table of levels.

    Raises `UnknownWord` where the table has no row for it.

    >>> from foreshock.words.reference import LevelRule
    >>> level_word(3, Pack(levels=(LevelRule(level=3, name="alert", rule="..."),)))
    'alert'
    """
    for rule in pack.levels:
        if rule.level == level:
            return rule.name
    known = ", ".join(sorted({str(rule.level) for rule in pack.levels})) or "one (it is empty)"
    raise UnknownWord(
        f"level {level} has no row in levels.csv",
        expected=f"a level of the table: {known}",
        next_step="Add the row to the pack.",
    )


def probability_word(p: float, pack: Pack) -> str:
    """The word for a probability in 0..1 (ICD-203).

    The standard's words end short of 0 and of 1; beyond them the outermost word is used.

    >>> from foreshock.words.reference import ProbabilityWord
    >>> row = ProbabilityWord(word="roughly even chance", low=0.45, high=0.55)
    >>> probability_word(0.48, Pack(probability_words=(row,)))
    'roughly even chance'
    """
    rows = sorted(pack.probability_words, key=lambda row: row.low)
    if not rows:
        raise UnknownWord(
            "probability_words.csv is empty",
            expected="one row for each word of ICD-203",
            next_step="Add the rows to the pack.",
        )
    below = [row for row in rows if row.low <= p]
    return (below[-1] if below else rows[0]).word


def percent(p: float) -> str:
    """A share or probability in 0..1 as a percentage that claims no more than it knows.

    >>> percent(0.483), percent(0.002), percent(0.998), percent(0.0)
    ('48 %', 'under 1 %', 'over 99 %', '0 %')
    """
    if 0 < p < 0.01:
        return "under 1 %"
    if 0.99 < p < 1:
        return "over 99 %"
    return f"{p * 100:.0f} %"


def number(value: float) -> str:
    """A figure with thin groups of three digits and no false decimals.

    >>> number(36200.0), number(8.63), number(0.0)
    ('36 200', '8.63', '0')
    """
    return (
        f"{value:,.6g}".replace(",", " ") if abs(value) < 1e6 else f"{value:,.0f}".replace(",", " ")
    )


def _in_weeks(weeks: float) -> str:
    return f"{_weeks(weeks)} week{'' if _weeks(weeks) == '1' else 's'}"


def _weeks(weeks: float) -> str:
    return f"{weeks:.0f}" if weeks >= 2 else f"{weeks:.1f}".removesuffix(".0")


def cover(warning: EarlyWarning) -> str:
    """Weeks of cover in words, with what they rest on: reported, prior or unknown.

    >>> from foreshock.desk.phrases import BASES
    >>> sorted(BASES)
    ['prior', 'reported', 'unknown']
    """
    low, middle, high = warning.cover_weeks
    if middle is None:
        if warning.cover_basis == "unknown":
            return "unknown"
        return f"no shortage in sight ({warning.cover_basis})"
    if middle == 0:
        left = "none left" if warning.cover_basis == "reported" else "under a week"
        return f"{left} ({warning.cover_basis})"
    about = f"about {_in_weeks(middle)}"
    if low is None or high is None:
        return f"{about} ({warning.cover_basis})"
    return f"{about} ({_weeks(low)} to {_weeks(high)}; {warning.cover_basis})"


def onset(warning: EarlyWarning) -> str:
    """When the shortage is likely to begin, in words."""
    if warning.onset is None:
        return "no date can be given"
    first, last = warning.onset
    return f"on {first}" if first == last else f"between {first} and {last}"


def by_weight(warning: EarlyWarning) -> list[Reason]:
    """The reasons: the base rate, from which they start, then the heaviest first."""
    return sorted(warning.reasons, key=lambda r: (r.rule != "base", -abs(r.weight)))


def grounds(reason: Reason, pack: Pack) -> str:
    """What a weight rests on, to follow "no evidence named": the reference of its row, or nothing.

    >>> grounds(Reason(rule="base", says="", weight=-5.1), Pack())
    ''
    """
    row = pack.weight.get(reason.rule)
    return f"; the weight rests on: {row.reference}" if row is not None and row.reference else ""


def why(warning: EarlyWarning) -> str:
    """The two first reasons that speak for the warning, in the judge's order: what happened before
    how things stand; says so when none does."""
    speaking = [plain(r.says).rstrip(".") for r in warning.reasons if r.weight > 0]
    return "; ".join(speaking[:2]) or "no reason speaks for it beyond the base rate"


def since(warning: EarlyWarning, known: Mapping[str, EarlyWarning]) -> str:
    """Since when the warning has been out: the first of the versions that it replaces.

    `known` holds warnings by id; where an older version is not among them, the day is "before".
    """
    if warning.clocks.backfilled and warning.supersedes is None:
        return "not issued, looked at afterwards"
    first = warning
    seen = {warning.id}
    while first.supersedes is not None and first.supersedes not in seen:
        seen.add(first.supersedes)
        older = known.get(first.supersedes)
        if older is None:
            return f"before {first.as_of}"
        first = older
    return first.as_of.isoformat()


def sentence(warning: EarlyWarning, pack: Pack) -> str:
    """A warning in one plain sentence.

    For example "Level 3 alert: gallium for Korea: 48 % within 90 days (roughly even chance); about
    9 weeks of cover (prior); why: licences required from 1 August 2023".
    """
    middle = warning.cover_weeks[1]
    if middle:
        stock = f"about {_in_weeks(middle)} of cover ({warning.cover_basis})"
    else:
        stock = f"weeks of cover: {cover(warning)}"
    test = "" if warning.nature == "actual" else f"{warning.nature.upper()}: "
    return plain(
        f"{test}Level {warning.level} {level_word(warning.level, pack)}: "
        f"{name(warning.item, pack)} for {name(warning.holder, pack)}: "
        f"{percent(warning.p90)} within 90 days ({probability_word(warning.p90, pack)}); "
        f"{stock}; why: {why(warning)}"
    )


def leading(warnings: Iterable[EarlyWarning], pack: Pack) -> list[EarlyWarning]:
    """The warnings that stand, without those that only repeat one about a parent of their item."""
    standing = out(warnings)
    first = alike(standing, pack)
    return [w for w in standing if w.id in first]


def repeated(warnings: Iterable[EarlyWarning], pack: Pack) -> dict[str, tuple[EarlyWarning, ...]]:
    """The id of each leading warning -> those that only repeat it, about kinds of its item."""
    return alike(out(warnings), pack)


def out(warnings: Iterable[EarlyWarning]) -> list[EarlyWarning]:
    """The warnings that stand: the latest versions, worst first; ended ones are left out."""
    versions = tuple(warnings)
    replaced = {w.supersedes for w in versions if w.supersedes}
    standing = [
        w for w in versions if w.id not in replaced and w.state not in ("cancelled", "expired")
    ]
    return sorted(standing, key=lambda w: (-w.level, -w.p90, w.item, w.holder))
