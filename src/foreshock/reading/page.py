"""A document laid out for reading: sentences, clauses, names, triggers and dates, by offsets."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from msgspec import structs

from foreshock.reading.bodies import bodies
from foreshock.reading.dates import When
from foreshock.reading.frames import CueName, Language, Trigger
from foreshock.reading.likely import ENOUGH, Told, guessed, likely
from foreshock.reading.names import Mention, Names, companies
from foreshock.reading.persons import persons, titled
from foreshock.reading.sentences import Clause, Span, clauses, cut, lowered, plain
from foreshock.words.records import Said

Ids = tuple[str, ...]
_DAY = 10  # the length of a date told to the day
_HEAD_OF = 70  # characters before a name in which its head is named with a title
_TITLE = 30  # characters before a name in which its title stands
_LIST_GAP = 3  # characters from the comma to the next item of a list

#: words with which a sentence tells first where or when
_WHERE = ("at", "in", "on", "during", "after", "under", "following", "before")
#: openings of clauses that only tell more of a name
_RELATIVE = ("which", "who", "whom", "whose", "where")
#: how a mentioned actor stands in its sentence
AGENT, OWNER, PRIVATE = "agent", "owner", "private"


#: before a name set before a sentence: the time, a list mark
_SLUG = re.compile(r"[\s\d:.*\u2022-]*")
#: where and when a report was written: "HONG KONG, May 3 (Wire) - "
_DATELINE = re.compile(
    r"\s*[A-Z]\w+(?:[ -][A-Z]\w+){0,2}(?:,\s[^-\n(]{1,30})?(?:\s\([^)\n]{1,30}\))?"
    r"\s?-\s(?=[A-Z])"
)
#: "Kim Seung-ho": the name of a person, not of a firm
_PERSON = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+-[a-z]+")
#: a word that may be one for many
_MANY = re.compile(r"[A-Z][a-z]+s")
_OPENING_QUOTE = 2  # characters of a quotation mark before the first word
#: after "'s": somebody of the firm, with or without a title
_HEAD = re.compile(
    r"\s(?:(?:chief\sexecutive|chairman|chairwoman|president|boss|head|spokes(?:man|woman|person))\s"
    r"|CEO\s)?[A-Z][\w\-]+\s[A-Z][\w\-]+,?\s(?=[a-z])"
)
_LISTED = re.compile(r"\s?(?:,|and\b|or\b|\)|as\swell)")


@dataclass(slots=True)
class Line:
    """One sentence with everything found in it."""

    index: int
    span: Span
    clauses: list[Clause] = field(default_factory=list)
    items: list[Mention] = field(default_factory=list)
    actors: list[Mention] = field(default_factory=list)
    #: cities, provinces, ports and mines: where things are, never who acts
    places: list[Mention] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    #: triggers that gave way to these, the best first
    spare: list[Trigger] = field(default_factory=list)
    dates: list[When] = field(default_factory=list)

    def clause_at(self, position: int) -> Clause:
        """The clause that holds a position."""
        for clause in reversed(self.clauses):
            if clause.start <= position:
                return clause
        return self.clauses[0]


class Page:
    """A text laid out in one language, as of the day of its document."""

    def __init__(self, text: str, language: Language, names: Names, day: date | None) -> None:
        self.text = plain(text)
        self.low = lowered(self.text)
        self.language = language
        self.day = day
        self.places = language.literals.find(self.low)
        self._listed: dict[str, list[tuple[int, re.Pattern[str], str]]] = {}
        #: words of the names of persons told with a title: no companies
        self.people = titled(self.text) if language.cues.spaced else frozenset()
        named = self._with_bodies(self._bodies(self._made(names.find(self.text, day))))
        found = self._at_home(self._with_persons(named))
        self.mentions = _in_scope(found, names.uses)
        self.lines = [Line(i, span) for i, span in enumerate(cut(self.text))]
        self._likely: dict[int, Told] = {}
        self._tools: dict[int, list[tuple[int, int, int]]] = {}
        self._starts = [line.span.start for line in self.lines]
        #: the country of the place where the text says it was written
        self.written_in: tuple[str, ...] = ()
        self._spread()
        #: (start, end, whether the first counts) -> who speaks there
        self.speakers: dict[tuple[int, int, bool], Said] = {}
        self._before: dict[int, str] = {}
        self._found: dict[tuple[str, int, int], re.Match[str] | None] = {}
        self._uses: dict[int, str] = {}

    def search(self, cue: str, start: int, end: int) -> re.Match[str] | None:
        """The first match of a cue of the language between two offsets; looked for once."""
        if not self.places.may(cue, start, end):
            return None
        key = (cue, start, end)
        if key not in self._found:
            self._found[key] = self.language.re[cue].search(self.low, start, end)
        return self._found[key]

    def may(self, cue: CueName, start: int, end: int) -> bool:
        """Whether a cue can stand between two offsets; if not, it need not be looked for."""
        return self.places.may(cue, start, end)

    def cues(self, group: str, start: int, end: int) -> Iterator[tuple[int, re.Pattern[str], str]]:
        """Of a list of cues those that can stand between two offsets: place, pattern, word."""
        if group not in self._listed:
            told = self.language.pairs.get(group) or self.language.modes.get(group, ())
            whole = len(self.low)
            self._listed[group] = [
                (place, pattern, word) for place, (pattern, word) in enumerate(told)
                if self.places.may((group, place), 0, whole)
            ]  # fmt: skip
        for place, pattern, word in self._listed[group]:
            if self.places.may((group, place), start, end):
                yield place, pattern, word

    def tools(self, start: int, end: int) -> list[str]:
        """The tools (instruments) named between two offsets, in the order of the table."""
        words = self.language.pairs["instruments"]
        ranks: set[int] = set()
        at = max(0, bisect_right(self._starts, start) - 1)
        while at < len(self.lines) and self.lines[at].span.start < end:
            for first, last, rank in self._tools_of(at):
                if first >= start and last <= end:
                    ranks.add(rank)
            at += 1
        return [words[rank][1] for rank in sorted(ranks)]

    def _tools_of(self, at: int) -> list[tuple[int, int, int]]:
        """The tools named in a sentence, looked for when first asked for."""
        if at not in self._tools:
            span = self.lines[at].span
            self._tools[at] = [
                (m.start(), m.end(), rank)
                for rank, pattern, _ in self.cues("instruments", span.start, span.end)
                for m in pattern.finditer(self.low, span.start, span.end)
            ]
        return self._tools[at]

    def _made(self, found: list[Mention]) -> list[Mention]:
        """The names, and things told by what they make in place of the names of what is made."""
        made = [
            Mention(m.start(), m.end(), item, "item")
            for _, pattern, item in self.cues("items_made", 0, len(self.low))
            for m in pattern.finditer(self.low)
        ]
        if not made:
            return found
        whole = [m for m in made if not any(n.start <= m.start and m.end <= n.end for n in found)]
        kept = [
            n for n in found
            if n.part != "item" or not any(n.start < m.end and m.start < n.end for m in whole)
        ]  # fmt: skip
        return sorted([*kept, *whole], key=lambda m: m.start)

    def _bodies(self, found: list[Mention]) -> list[Mention]:
        """The names, and offices that go by one capitalised word: "the Commission"."""
        more = [
            Mention(m.start(1), m.end(1), state, "agency")
            for _, pattern, state in self.cues("bodies", 0, len(self.low))
            for m in pattern.finditer(self.low)
            if self.text[m.start(1)].isupper()
            and not any(n.start < m.end(1) and m.start(1) < n.end for n in found)
        ]
        return sorted([*found, *more], key=lambda m: m.start) if more else found

    def _with_bodies(self, found: list[Mention]) -> list[Mention]:
        """The names, and associations in place of the countries and trades in their names."""
        more = bodies(self.text, found) if self.language.cues.spaced else []
        if not more:
            return found
        kept = [n for n in found if not any(n.start < b.end and b.start < n.end for b in more)]
        return sorted([*kept, *more], key=lambda m: m.start)

    def _with_persons(self, found: list[Mention]) -> list[Mention]:
        """The names, later ones of persons by one name; without those inside a firm's name."""
        if not self.language.cues.spaced:
            return found
        firms = {m.end + 1 for m in found if m.part == "company"}
        kept = [
            m for m in found
            if not (m.part == "name" and m.start in firms and self.low[m.start - 1] == " ")
        ]  # fmt: skip
        more = persons(self.text, kept)
        return sorted([*kept, *more], key=lambda m: m.start) if more else kept

    def _at_home(self, found: list[Mention]) -> list[Mention]:
        """The names, and the offices of the language's own country that go without its name."""
        home = self.language.cues.home
        if not home:
            return found
        taken = [(m.start, m.end) for m in found]
        states = [m.end for m in found if m.state and m.part != "item"]
        more = [
            Mention(m.start(), m.end(), home, "agency")
            for m in self.language.re["home_office"].finditer(self.low)
            if not any(a < m.end() and m.start() < b for a, b in taken)
            and not any(0 <= m.start() - end <= 1 for end in states)  # that country's office
        ]
        return sorted([*found, *more], key=lambda m: m.start) if more else found

    def _spread(self) -> None:
        """Give every sentence its names; sentences without any are not searched further."""
        starts = self._starts
        opening = _DATELINE.match(self.text) if self.language.cues.spaced else None
        head = opening.end() if opening else 0
        for mention in self.mentions:
            at = bisect_right(starts, mention.start) - 1
            if at >= 0:
                line = self.lines[at]
                own = {"item": line.items, "place": line.places}
                if mention.end <= head:  # "SEOUL, May 3 (Wire) - ": where it was written
                    line.places.append(mention)
                    self.written_in = self.written_in or (mention.id,) * mention.state
                    continue
                own.get(mention.part, line.actors).append(mention)

    def lay_out(self) -> None:
        """Find clauses, triggers and dates of the sentences; drop items that stay doubtful."""
        opener, dates = self.language.re["clause"], self.language.dates.find
        around: date | None = None
        told: date | None = None
        for line in self.lines:
            a, b = line.span.start, line.span.end
            line.items = [self._as_chips(m) for m in line.items]
            law = self.language.re["law_name"]
            if line.items and law.search(self.low, a, b):
                line.items = [m for m in line.items if not law.match(self.low, m.end)]
            if any(m.doubtful for m in line.items) and not self.search("trade", a, b):
                line.items = [m for m in line.items if not m.doubtful]
            if self.language.re["heading"].match(self.low, a, b) or self._is_title(line):
                continue
            found, spare = self.language.ranked(self.low, a, b)
            line.triggers = [t for t in found if self._tells(line, t)]
            line.spare = [t for t in spare if self._tells(line, t)]
            if not line.triggers:
                line.triggers = self.guess(line)
            again = self.search("same_measure", a, b) or self.search("same_loss", a, b)
            if line.triggers or again:
                found_clauses = self._whole_lists(line, clauses(self.low, line.span, opener))
                line.clauses = self._main_clauses(line, found_clauses)
                line.dates = dates(self.low, self.day, a, b, around, told, self.places)
                around = _around(line.dates) or around
                days = [w.value for w in line.dates if len(w.value) == _DAY]
                told = date.fromisoformat(days[-1]) if days else told

    def guess(self, line: Line) -> list[Trigger]:
        """What a sentence likely tells where no frame finds anything; nothing where unlikely."""
        told = self.likely(line)
        return [guessed(told[0])] if told and told[0][0] >= ENOUGH else []

    def likely(self, line: Line) -> Told:
        """Every type with its probability in a sentence, the likeliest first; worked out once."""
        if line.index not in self._likely:
            model = likely(self.language.code)
            names = (*line.items, *line.actors, *line.places)
            span = (line.span.start, line.span.end)
            self._likely[line.index] = model.told(self.low, span, names) if model else []
        return self._likely[line.index]

    def _as_chips(self, mention: Mention) -> Mention:
        """Wafers that are counted are chips in the making: "scrap 30,000 wafers"."""
        if mention.id != "mat.wafer":
            return mention
        counted = self.language.re["counted_wafers"]
        before = self.low[max(0, mention.start - 30) : mention.start]
        return structs.replace(mention, id="chip") if counted.search(before) else mention

    def _whole_lists(self, line: Line, found: list[Clause]) -> list[Clause]:
        """Clauses that are not cut inside a list of items: ", and photoresist"."""
        gap = _LIST_GAP + len(", and ") if self.language.cues.spaced else _LIST_GAP
        ends = [m.end for m in line.items]
        starts = [m.start for m in line.items]
        kept = found[:1]
        for clause in found[1:]:
            listed = any(0 <= clause.start - end <= 1 for end in ends) and any(
                0 <= start - clause.start <= gap for start in starts
            )
            if listed:
                kept[-1] = Clause(kept[-1].start, clause.end, kept[-1].lead)
            else:
                kept.append(clause)
        return kept

    def _is_title(self, line: Line) -> bool:
        """A few capitalised words without a stop are a heading."""
        if not self.language.cues.spaced or self.text[line.span.end - 1] in ".!?\"'":
            return False
        words = self.text[line.span.start : line.span.end].split(None, 9)
        if len(words) > 8:
            return False
        return sum(w[0].isupper() for w in words) > len(words) / 2

    def _main_clauses(self, line: Line, found: list[Clause]) -> list[Clause]:
        """Cut a clause like "after A did this, B did that" before B."""
        leads = self.language.cues.signpost_leads
        cut: list[Clause] = []
        for clause in found:
            lead = clause.lead
            if clause is found[0]:
                first = self.low[clause.start : clause.end].split(None, 1)[0]
                lead = first if first in leads else ""
            starts = [
                m.start for m in line.actors
                if clause.start < m.start < clause.end
                and self.low.endswith((", ", ", the "), 0, m.start)
            ]  # fmt: skip
            goes_on = self.search("main", clause.start, clause.end)
            starts = sorted(starts + ([goes_on.end()] if goes_on else []))
            back = self.search("resumed", clause.start + 1, clause.end)
            if back and cut and lead in _RELATIVE:
                cut += [Clause(clause.start, back.end(), lead),
                        Clause(back.end(), clause.end, cut[-1].lead, cut[-1].start)]  # fmt: skip
            elif lead in leads and starts:
                cut += [Clause(clause.start, starts[0], lead), Clause(starts[0], clause.end, "")]
            else:
                cut.append(Clause(clause.start, clause.end, lead))
        return cut

    def _tells(self, line: Line, trigger: Trigger) -> bool:
        """Whether a trigger is more than a part of a firm's name or of a description."""
        if any(m.start < trigger.start < m.end for m in line.actors if not m.state):
            return False
        return not self._only_describes(trigger)

    def _only_describes(self, trigger: Trigger) -> bool:
        """A participle after an article or number, a noun that opens a compound.

        "seven restricted elements", "the export control attaché".
        """
        if not self.language.cues.spaced:
            return False
        first = self.text[trigger.start]
        begun = self.text[max(0, trigger.start - 2) : trigger.start]
        if trigger.frame.form == "verb" and first.isupper() and begun[-1:] == " ":
            title = begun[0] in '.!?:-"' or self.text[trigger.start : trigger.end].isupper()
            if not title and not _opens(self.lines, trigger.start):
                return True  # part of a name: "Limited", "Finance Minister", "N3 Building"
        if trigger.frame.form != "verb":
            compound = self.language.re["compound"]
            return (
                trigger.frame.type == "RESTRICT"
                and compound.match(self.low, trigger.end) is not None
            )
        word = self.low[trigger.start : trigger.end].split()[0]
        before = self.low[max(0, trigger.start - 16) : trigger.start]
        return word.endswith("ed") and self.language.re["article"].search(before) is not None

    def items_before(self, line: Line, position: int, kinds: tuple[str, ...] = ("",)) -> Ids:
        """The items of some kinds (how their ids begin) named last before a position."""
        for earlier in reversed(self.lines[: line.index + 1]):
            named = [m.id for m in earlier.items if m.end <= position and not m.doubtful]
            if fitting := [i for i in named if i.startswith(kinds)]:
                return tuple(dict.fromkeys(fitting))
        return ()

    def said(self, start: int, end: int) -> str:
        """The lower-case text between two offsets."""
        return self.low[start:end]

    def preposition(self, line: Line, mention: Mention) -> str:
        """The preposition that governs a mention, "" if none: "to" in "sales to mainland China"."""
        if mention.start not in self._before:
            self._before[mention.start] = self._preposition(line, mention)
        return self._before[mention.start]

    def _preposition(self, line: Line, mention: Mention) -> str:
        cues = self.language.cues
        if cues.spaced and self.language.re["bound_for"].match(self.low, mention.end):
            return "to"
        if self.has_office(mention):
            return ""
        if cues.spaced and self.language.re["title_of"].search(
            self.text[max(0, mention.start - _HEAD_OF) : mention.start]
        ):
            return ""  # "chairman Maximo Pacheco of Codelco"
        towards = self.language.re["target_before"]
        if cues.spaced and towards.search(self.low[max(0, mention.start - 24) : mention.start]):
            return "to"
        if not cues.spaced:
            after = self.language.re["target_after"].match(self.low[mention.end : mention.end + 8])
            found = after or towards.search(self.low[max(0, mention.start - 3) : mention.start])
            return "to" if found else ""
        before = self.low[max(line.span.start, mention.start - 60) : mention.start]
        words = re.findall(r"[\w']+|[,;:(]", before)
        while words and words[-1] in cues.skip_before_name:
            words.pop()
        if not words:
            return ""
        if words[-1] == "," and not _LISTED.match(self.low, mention.end):
            return ""  # ", the ministry said": no list
        if words[-1] == "," and self._after_opening(line, mention):
            return ""  # "At a summit in Tokyo, Japan and Korea agreed"
        if words[-1] in (",", "and", "or"):
            earlier = [
                m for m in line.actors if m.end <= mention.start and mention.start - m.end < 12
            ]
            return self.preposition(line, earlier[-1]) if earlier else ""
        return words[-1] if words[-1] in cues.prepositions else ""

    def slug(self, line: Line) -> Mention | None:
        """The name set before a sentence, which is by it or of it: "Jakarta: the ministry has"."""
        for m in line.actors[:1]:
            if self.low.startswith(":", m.end) and _SLUG.fullmatch(
                self.low[line.span.start : m.start]
            ):
                return m
        return None

    def has_office(self, mention: Mention) -> bool:
        """Whether it is where an office sits that acts: "the ministry in Seoul"."""
        since = max(0, mention.start - 40)
        if not self.may("office_in", since, mention.start):
            return False
        return self.language.re["office_in"].search(self.low[since : mention.start]) is not None

    def _after_opening(self, line: Line, mention: Mention) -> bool:
        """Whether a name follows the first comma of a sentence that opens with where or when."""
        opening = self.low[line.span.start : mention.start]
        return opening.count(",") == 1 and opening.split(" ", 1)[0] in _WHERE

    def use(self, mention: Mention) -> str:
        """Whether a mentioned actor acts itself, owns what follows, or only its firms act."""
        if mention.start not in self._uses:
            self._uses[mention.start] = self._use(mention)
        return self._uses[mention.start]

    def _use(self, mention: Mention) -> str:
        if not self.language.cues.spaced or mention.part in ("person", "company", "unknown"):
            after = self.low[mention.end : mention.end + 4]
            if not self.language.cues.spaced and self.language.re["owner_after"].match(after):
                return OWNER
            owner = after.startswith("'s")
            if owner and _HEAD.match(self.text, mention.end + 2):
                return AGENT  # "Ford's Jim Farley said"
            return OWNER if owner and self.language.cues.spaced else AGENT
        if self.language.re["of_place"].match(self.low, mention.end):
            return PRIVATE
        after = self.low[mention.end : mention.end + 70]
        follows = re.split(r"[,.;:()]", after)[0]
        office = self.language.re["official"].match(follows)
        firms = self.language.re["private"].match(follows)
        if office and not (firms and firms.end() < office.end()):
            return AGENT
        owner = mention.part == "demonym" or follows.startswith("'")
        short = self.text[mention.start : mention.end].replace(".", "").isupper()
        if (owner or short) and firms:
            return PRIVATE
        return OWNER if owner else AGENT

    def is_office(self, mention: Mention) -> bool:
        """Whether the name is followed by an office: "the Dutch government"."""
        after = re.split(r"[,.;:()]", self.low[mention.end : mention.end + 70])[0]
        return self.language.re["official"].match(after) is not None

    def is_seat(self, mention: Mention) -> bool:
        """Whether the name tells where a firm sits: "Oman-based"."""
        return self.language.re["of_place"].match(self.low, mention.end) is not None

    def unknown_companies(self, line: Line, start: int, end: int) -> list[Mention]:
        """Companies that the pack does not know, in part of a sentence."""
        if not self.language.cues.spaced:
            return []
        places = {(m.start, m.end) for m in line.places}
        found = companies(self.text, start, end, (*line.items, *line.actors))
        title = self.language.re["title"]
        return [
            m for m in found
            if (m.start, m.end) not in places and not self._is_goods(line, m)
            and not title.search(self.low, max(line.span.start, m.start - _TITLE), m.start)
            and not self.language.re["titles"].match(self.low, m.end)
            and not self._only_opens(line, m)
            and not self.people.issuperset(self.text[m.start : m.end].split())
        ]  # fmt: skip

    def _is_goods(self, line: Line, mention: Mention) -> bool:
        """Whether a sentence only opens with what is moved: "Coal exports", "Chrome shipments"."""
        single = " " not in self.text[mention.start : mention.end]
        opens = mention.start == line.span.start and single
        moved = self.language.re["moved"]
        return opens and moved.match(self.low, mention.end + 1) is not None

    def _only_opens(self, line: Line, mention: Mention) -> bool:
        """Whether a capitalised word only opens its sentence: "Queues have formed"."""
        name = self.text[mention.start : mention.end]
        if _PERSON.fullmatch(name):
            return True
        if mention.start - line.span.start >= _OPENING_QUOTE or not _MANY.fullmatch(name):
            return False
        if self.language.re["one_of_them"].match(self.low, mention.end):
            return False
        again = re.compile(rf"(?<![.!?] )(?<!^)\b{re.escape(name)}\b")
        return again.search(self.text, line.span.start + _OPENING_QUOTE + 1) is None and (
            again.search(self.text, 0, line.span.start) is None
        )


def _in_scope(found: list[Mention], uses: frozenset[str]) -> list[Mention]:
    """The names, without goods beyond the standard where a text names goods that it covers."""
    covered = any(m.part == "item" and not m.doubtful and m.id not in uses for m in found)
    return [m for m in found if m.id not in uses or m.part != "item"] if covered else found


def _opens(lines: list[Line], position: int) -> bool:
    """Whether a sentence begins at a position."""
    return any(line.span.start == position for line in lines)


def _around(dates: list[When]) -> date | None:
    """A day in the month that the text named last with its year."""
    told = [w.value for w in dates if len(w.value) in (7, 10) and w.value[5:6] != "Q"]
    return date(int(told[-1][:4]), int(told[-1][5:7]), 28) if told else None
