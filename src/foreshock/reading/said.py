"""Who asserts it: the speaker of the clause, else the author."""

from foreshock.reading.names import Mention
from foreshock.reading.page import AGENT, Line, Page
from foreshock.words.records import Said

#: how far a name may stand from the word that tells whose office it is
_TITLE = 30
_BESIDE = 2  # between a firm and the one who speaks for it
_REACH = 90  # characters around the reporting verb in which its subject stands


def said(
    page: Page, line: Line, position: int, issuer: tuple[str, ...], verbs: str = "said"
) -> Said:
    """Who asserts what stands at `position`; an official text is asserted by its issuer.

    `verbs` is the cue of the verbs of speech that count.
    """
    if issuer:
        return Said(kind="gov", who=issuer)
    low, start, end = page.low, line.span.start, line.span.end
    by = page.search("according", start, end)
    if by:
        return _speaker(page, line, by.end(), min(end, by.end() + _REACH), first=True)
    if not page.may(verbs, start, end):
        return Said()
    for verb in page.language.re[verbs].finditer(low, start, end):
        begin = max(start, verb.start() - _REACH)
        speaker = _speaker(page, line, begin, verb.start(), first=False)
        if speaker.kind != "author":
            return speaker
        after = _speaker(page, line, verb.end(), min(end, verb.end() + 40), first=True)
        if after.kind != "author" and verb.end() > position:
            return after
    return Said()


def _speaker(page: Page, line: Line, start: int, end: int, *, first: bool) -> Said:
    """The speaker in a stretch: by its words ("the ministry"), else by its name."""
    key = (start, end, first)
    if key not in page.speakers:
        page.speakers[key] = _find_speaker(page, line, (start, end), first)
    return page.speakers[key]


def _find_speaker(page: Page, line: Line, part: tuple[int, int], first: bool) -> Said:
    start, end = part
    near = [m for m in line.actors if start <= m.start < end]
    words = [
        (m.start(), kind)
        for _, pattern, kind in page.cues("speakers", start, end)
        for m in pattern.finditer(page.low, start, end)
    ]
    if words:
        at, kind = min(words) if first else max(words)
        firm = [m for m in near if not m.state and 0 <= at - m.end <= _BESIDE]
        if firm and kind == "gov":  # "a Renesas spokeswoman"
            return Said(kind="company", who=(firm[-1].id.removeprefix("org:"),))
        return Said(kind=kind, who=_who(page, line, near, (at, kind)))
    if near:
        mention = near[0] if first else near[-1]
        kind = "gov" if mention.state else "company"
        return Said(kind=kind, who=(mention.id.removeprefix("org:"),))
    return Said()


def _who(page: Page, line: Line, near: list[Mention], word: tuple[int, str]) -> tuple[str, ...]:
    """Whose office or company speaks: the name beside the word, the subject for "its ministry"."""
    at, kind = word
    if kind not in ("gov", "company"):
        return ()
    state = kind == "gov"
    fitting = [m for m in near if m.state == state]
    beside = [m for m in fitting if m.start <= at + _TITLE and at - m.end <= _TITLE]
    whole = [m for m in line.actors if m.state == state]
    if page.language.re["its"].search(page.low, max(line.span.start, at - _TITLE), at):
        free = [m for m in whole if page.use(m) == AGENT and not page.preposition(line, m)]
        fitting = free[:1] or fitting
    else:
        fitting = beside or fitting or whole[:1]
    if not fitting:
        return ()
    nearest = min(fitting, key=lambda m: abs(m.start - at))
    return (nearest.id.removeprefix("org:"),)
