"""How far a source and what it says can be believed: the Admiralty grades, A-F and 1-6.

The letter judges the source, the figure what it says; the two are kept apart (NATO AJP-2.1). The
rules are tables: no grade is a judgement on a publisher, only on how a statement reached us.
"""

from collections.abc import Iterable, Mapping

from foreshock.ledger import telling
from foreshock.words.records import Entry, Event, Origin

#: who asserts it -> how reliable; of its own acts a government is the best source there is
LETTERS = {
    "gov": "B",
    "company": "B",
    "industry": "B",
    "analyst": "C",
    "media": "C",
    "author": "C",
    "unnamed": "F",
}
#: how a row of the pack was read -> how reliable
READ = {"official": "A", "secondary": "B"}
#: how a statement is put -> how far it can be believed while one voice alone says so
ALONE = {"fact": "3", "forecast": "4", "conditional": "4", "alleged": "4"}
#: what nobody stands for with a name cannot be judged at all
UNNAMED = "6"
#: letters whose single word is already probably true
STRONG = "AB"

CONFIRMED, PROBABLE, DOUBTFUL = "1", "2", "4"

LETTER_SAYS = {
    "A": "reliable: the issuer itself",
    "B": "usually reliable",
    "C": "fairly reliable",
    "F": "cannot be judged: nobody is named",
}
FIGURE_SAYS = {
    "1": "confirmed by independent sources",
    "2": "probably true",
    "3": "possibly true: one voice",
    "4": "doubtful: hearsay, or somebody denies it",
    "6": "cannot be judged",
}


def voice(event: Event, publishers: Mapping[str, str]) -> str:
    """Who speaks: ten texts that quote one ministry are one voice, and so are two of one publisher.

    >>> from foreshock.words.clocks import live, now
    >>> from foreshock.words.records import Said
    >>> said = Said(kind="gov", who=("CN",))
    >>> voice(Event(clocks=live(now()), document="d", local="e1", type="EASE", source=said), {})
    'gov CN'
    """
    if event.source.who:
        return f"{event.source.kind} {' '.join(event.source.who)}"
    return f"publisher {publishers.get(event.document) or event.document}"


def letter(event: Event, issuer: str = "") -> str:
    """How reliable whoever asserts the event is, of an act of `issuer`."""
    if event.source.kind == "gov" and issuer and issuer in event.source.who:
        return "A"
    return LETTERS.get(event.source.kind, "F")


def grade(
    evidence: Iterable[Event | Origin | Entry],
    issuer: str,
    publishers: Mapping[str, str],
    denied: bool = False,
) -> str:
    """The grade of a statement that rests on this evidence; "F6" where there is none.

    >>> grade([Origin(publisher="MOFCOM", checked="official")], "CN", {})
    'A2'
    """
    letters: list[str] = []
    voices: dict[str, str] = {}
    for one in evidence:
        if isinstance(one, Event):
            letters.append(letter(one, issuer))
            figure = UNNAMED if one.source.kind == "unnamed" else ALONE.get(one.modality, UNNAMED)
            heard = voice(one, publishers)
        elif isinstance(one, Origin):
            letters.append(READ.get(one.checked, "F"))
            figure, heard = "3", f"publisher {one.publisher}"
        else:
            letters.append("B")
            figure, heard = "3", f"entry {one.by}"
        voices[heard] = min(voices.get(heard, "9"), figure)
    best = min(letters, default="F")
    return best + _figure(best, list(voices.values()), denied)


def _figure(best: str, figures: list[str], denied: bool) -> str:
    firm = sum(figure == "3" for figure in figures)
    if not figures or set(figures) == {UNNAMED}:
        return UNNAMED
    if denied and best != "A":
        return DOUBTFUL
    if firm >= 2:
        return CONFIRMED if best in STRONG else PROBABLE
    if firm == 1 and best in STRONG:
        return PROBABLE
    return min(figures)


def issuer_says(event: Event) -> bool:
    """Whether the issuer itself says so."""
    return bool(set(telling.issuers(event)) & set(event.source.who)) and event.source.kind == "gov"
