"""Who acts and on whom: the nearest fitting name by grammar, then by rules of last resort."""

import re
from collections.abc import Callable

from foreshock.reading.frames import Trigger
from foreshock.reading.memory import Ids, Memory
from foreshock.reading.names import Mention
from foreshock.reading.page import AGENT, OWNER, PRIVATE, Line, Page
from foreshock.reading.parties import together, unique
from foreshock.reading.said import said
from foreshock.reading.sentences import Clause
from foreshock.reading.sites import (
    around,
    firm,
    opening_firm,
    own_site,
    same_firm,
    taken_up,
    who_stopped,
)

#: types that only a state can do
STATE_ONLY = ("RESTRICT", "EASE", "PROBE", "THREATEN", "BREACH")
#: types told of a place, a company or a thing
PHYSICAL = ("DISRUPT", "RECOVER", "FLOW", "PRICE", "INVEST")
#: prepositions before the one on whom a measure falls
ON_WHOM = ("to", "on", "against", "for", "toward", "towards", "from", "at", "hitting", "targeting",
           "affecting", "with", "into", "sent", "aimed", "bound", "in", "under")  # fmt: skip

#: rules in the order in which they are tried
RULES = ("modifier", "by", "subject", "relative", "company", "issuer", "pronoun", "own", "origin",
         "place", "regime", "sentence", "speaker", "owner", "told", "last", "main")  # fmt: skip
#: a verb whose subject does not act tells of whoever says so, rather than of its subject
UNSAID = ("modifier", "by", "says", "company", "issuer", "origin", "place", "regime", "sentence",
          "speaker", "owner", "told", "last", "main")  # fmt: skip
#: what is said is said by its subject, else by whoever the sentence says it is said by
SAYING = ("described", "modifier", "by", "subject", "relative", "company", "says", "we", "issuer",
          "pronoun",
          "sentence", "speaker", "last", "main")  # fmt: skip
#: what happens to things is told of somebody in its clause, or of nobody
NEAR = ("modifier", "by", "firm", "subject", "company", "pronoun", "own", "place", "around")
#: a threat is told of the one who threatens
FIRM = ("modifier", "by", "subject", "pronoun", "issuer", "speaker")
#: an act told by a noun with "the" is one told before, unless the noun says whose it is
OWNED = ("modifier", "by", "issuer", "speaker")

#: industry bodies and armed groups run no plant: output is lost where they speak or fight
NO_SITES = ("association", "group")

Found = tuple[Ids, str]
#: characters between an office and the place that tells whose it is
_BESIDE = 12
#: characters within which a sentence opens with where it happens
_OPENS = 14
#: characters between a name and the relative clause about it
_ANTECEDENT = 30


class Search:
    """One search for the actors of a trigger."""

    def __init__(self, page: Page, line: Line, trigger: Trigger, memory: Memory) -> None:
        self.page, self.line, self.trigger, self.memory = page, line, trigger, memory
        self.items: Ids = ()
        #: the trigger's first word
        self.first = page.said(trigger.start, trigger.end).split(None, 1)[0]
        self._subjects: dict[int, Ids] = {}
        self.clause: Clause = line.clause_at(trigger.start)
        kind = trigger.frame.actor or ("gov" if trigger.frame.type in STATE_ONLY else "any")
        self.begun = self.clause.start if self.clause.begun < 0 else self.clause.begun
        self.only_states = kind == "gov"
        self.usable = [m for m in line.actors if m.state or not self.only_states]
        seats = [m for m in line.places if page.has_office(m)]
        if seats:  # "a court in Amsterdam", "customs at Ningbo"
            self.usable = sorted([*self.usable, *seats], key=lambda m: m.start)
        if trigger.frame.type in ("DISRUPT", "RECOVER"):
            self.usable = [m for m in self.usable if m.part not in NO_SITES]

    def actors(self, items: Ids) -> Found:
        """The ids of those who act, and the rule that found them; empty if nobody was found."""
        self.items = items
        kind = self.trigger.frame.type
        for rule in self.order():
            ids = _SEARCHES[rule](self)
            if ids and kind == "RECOVER" and rule in ("modifier", "place", "around"):
                return who_stopped(self.memory, ids, items), rule
            if ids:
                return ids, rule
        return (), ""

    def order(self) -> tuple[str, ...]:
        """The rules that fit the trigger, in the order in which they are tried."""
        frame = self.trigger.frame
        if frame.type == "THREATEN":
            return FIRM
        if frame.type == "PRICE":
            return ("place", "told")
        if frame.type == "DISRUPT":
            return (*NEAR, "taken_up")
        if frame.type == "RECOVER":
            return (*NEAR, "sentence", "taken_up", "told", "last")
        if frame.type in ("PRESSURE", "POSITION", "COMMIT"):
            return SAYING
        since = max(self.clause.start, self.trigger.start - 30)
        # a noun with "the" is one told before, unless it is announced: "announced the ban"
        if frame.form == "noun" and self.page.may("definite", since, self.trigger.start):
            before = self.page.said(since, self.trigger.start)
            announced = self.page.search("announces", since, self.trigger.start)
            if self.page.language.re["definite"].search(before) and not announced:
                return OWNED
        return RULES if frame.subject == "actor" else UNSAID

    # -- by grammar ------------------------------------------------------------------------------

    def subject(self, start: int) -> Ids:
        """The nearest actor to the left that no preposition governs."""
        if start not in self._subjects:
            self._subjects[start] = self._subject(start)
        return self._subjects[start]

    def _subject(self, start: int) -> Ids:
        if self.trigger.frame.subject != "actor":
            return ()
        pool = [
            m for m in self.usable
            if start <= m.start < self.trigger.start and not self._aside(m)
            and self.page.use(m) == AGENT and not self.page.preposition(self.line, m)
        ]  # fmt: skip
        if self.trigger.frame.type != "BREACH":
            pool = [m for m in pool if not self.told(m)] or pool
        begun = pool[-1].end if pool else start
        if self.page.search("first_person", begun, self.trigger.start):
            return self.spokesman()
        if self.gains() or self.passive(begun):
            return ()
        slug = None if pool else self.page.slug(self.line)
        if slug in self.usable:
            return unique([slug])
        return together(self.page, pool[-1], pool) if pool else ()

    def spokesman(self) -> Ids:
        """The one who speaks, of "we will": named before the sentence or with "said"."""
        slug = self.page.slug(self.line)
        if slug in self.usable:
            return unique([slug])
        return self.we() or self.speaker() or self.says()

    def gains(self) -> bool:
        """Whether the subject is the one who gets what is granted: "Brazil won an exemption"."""
        if self.trigger.frame.type != "EASE":
            return False
        begun = max(self.clause.start, self.trigger.start - 20)
        return self.page.search("gains", begun, self.trigger.end) is not None

    def relative(self) -> Ids:
        """Of "who" and "which": those named right before, whatever they are to the main verb."""
        start = self.clause.start
        if self.clause.lead not in ("which", "who") or self.trigger.frame.subject != "actor":
            return ()
        pool = [m for m in self.usable if m.end <= start]
        if not pool or start - pool[-1].end > _ANTECEDENT:
            return ()
        return together(self.page, pool[-1], pool)

    def _aside(self, mention: Mention) -> bool:
        """Whether a name stands in the relative clause after which this one goes on."""
        if self.clause.begun < 0:
            return False
        own = self.line.clause_at(mention.start)
        return own is not self.clause and own.start != self.clause.begun

    def told(self, mention: Mention) -> bool:
        """Whether somebody is only told what another will do: "told Japan that it will"."""
        since = max(0, mention.start - 14)
        if not self.page.may("told_whom", since, mention.start):
            return False
        before = self.page.said(since, mention.start)
        return self.page.language.re["told_whom"].search(before) is not None

    def passive(self, start: int) -> bool:
        """Whether a form of "be" stands before the verb: its subject does not act."""
        if self.trigger.frame.form != "verb" or self.trigger.frame.type not in STATE_ONLY:
            return False
        first = self.first
        if first.endswith("ing"):
            return False
        if self.page.language.re["be"].search(f"{first} "):
            return True
        before = self.page.said(max(start, self.trigger.start - 30), self.trigger.start)
        return self.page.language.re["be"].search(before) is not None

    def voice(self) -> bool:
        """Whether the verb can be passive: a participle, with "be" before it or with no subject."""
        first = self.first
        before = self.page.said(max(self.begun, self.trigger.start - 30), self.trigger.start)
        if self.page.language.re["be"].search(before) or self.page.language.re["be"].search(first):
            return True
        return not first.endswith("ing") and not self.subject(self.begun)

    def modifier(self) -> Ids:
        """Whose noun it is: "China's rare earth curbs", "US tariffs"."""
        inside = [m for m in self.usable if self.trigger.start <= m.start < self.trigger.end]
        if inside and self.trigger.frame.type == "BREACH":
            return (inside[0].id,)  # "accused Beijing of breaking"
        owners = [
            m for m in inside
            if (how := self.page.preposition(self.line, m)) not in ON_WHOM
            or (how in ("to", "under", "in") and self.page.use(m) == OWNER)
            or (how == "on" and self.trigger.frame.subject == "target")  # "on the US blacklist"
        ]  # fmt: skip
        firms = [m for m in inside if not m.state and not self.page.preposition(self.line, m)]
        if firms and self.trigger.frame.type == "PRESSURE" and self.trigger.frame.form == "verb":
            opens = self.page.said(self.trigger.start, firms[0].start)
            if self.page.language.re["company_words"].match(opens):
                return (firms[0].id,)  # "the association WVMetalle called on"
        if owners and self.trigger.frame.type in STATE_ONLY and self.trigger.frame.form == "noun":
            return (owners[0].id,)
        if self.trigger.frame.form == "verb":
            own = [
                m for m in owners
                if self.page.use(m) == OWNER and self.page.preposition(self.line, m) != "of"
            ]  # fmt: skip
            return (own[0].id,) if own and self.trigger.frame.subject != "actor" else ()
        pool = [
            m for m in self.usable if self.clause.start <= m.start and m.end <= self.trigger.start
        ]
        if not pool:
            return ()
        if self.trigger.frame.type in PHYSICAL and self.page.use(pool[-1]) == OWNER:
            new = self.company()  # "Tajikistan's Talco Gold produced"
            if new and pool[-1].state:
                return new
        if self.imported(pool[-1]):
            return ()
        between = self.page.said(pool[-1].end, self.trigger.start)
        words = len(between.split())
        near = words <= 5 and not re.search(r"[,;:(]", between)
        owner = self.page.use(pool[-1]) in (OWNER, PRIVATE)
        goes_there = self.page.preposition(self.line, pool[-1]) in ("to", "on", "against")
        if not near or (not owner and (words > 1 or (goes_there and words))):
            return ()
        return together(self.page, pool[-1], pool)

    def imported(self, mention: Mention) -> bool:
        """Whether it is only where imports come from: "imports from Russia have jumped"."""
        return (
            self.trigger.frame.type == "FLOW" and mention.state
            and self.page.preposition(self.line, mention) == "from"
            and self.page.search("imported", self.clause.start, self.clause.end) is not None
        )  # fmt: skip

    def by(self) -> Ids:
        """The one after "by": "tariffs imposed by the United States"."""
        active = self.trigger.frame.form == "verb" and not self.voice()
        for m in () if active else self.usable:
            if self.trigger.end <= m.start <= self.clause.end and m.start - self.trigger.end < 60:
                between = self.page.said(self.trigger.end, m.start)
                whose = self.trigger.frame.form == "noun" and between.strip() in ("of", "of the")
                if whose or self.page.language.re["by"].search(between):
                    return (m.id,)
        if self.trigger.frame.subject != "actor" or self.passive(self.clause.start):
            after = (m for m in self.usable if self.trigger.end <= m.start <= self.clause.end)
            return unique([m for m in after if m.state and self.page.use(m) == OWNER][:1])
        return ()

    def company(self) -> Ids:
        """A company the pack does not know, right before the verb group."""
        if self.only_states:
            return ()
        pool = self.page.unknown_companies(self.line, self.clause.start, self.trigger.start)
        pool = [m for m in pool if not self.page.preposition(self.line, m)]
        if not pool:
            return ()
        between = self.page.said(pool[-1].end, self.trigger.start)
        between = self.page.language.re["apposition"].sub("", between)
        if not self.page.language.re["auxiliaries"].fullmatch(between):
            return ()
        return together(self.page, pool[-1], pool)

    def pronoun(self) -> Ids:
        """The one last named, where the clause says "it", "the ministry" or "the company"."""
        re_ = self.page.language.re
        m = self.page.search("anaphor", self.clause.start, self.trigger.start)
        if m is None:
            return same_firm(self.page, self.clause, self.trigger, self.memory)
        word = m.group()
        if re_["both"].search(word):
            return self.memory.parties()
        if re_["company_words"].search(word):
            return () if self.only_states else self.memory.company
        office = re_["office_words"].search(word)
        if office:
            slug = self.page.slug(self.line)
            here = [slug] if slug else [
                x for x in self.line.actors
                if x.state and self.page.preposition(self.line, x) in ("in", "of", "for")
                and (0 <= max(m.start() - x.end, x.start - m.end()) < _BESIDE or (
                    x.end < m.start() and x.start - self.line.span.start < _OPENS))
            ]  # fmt: skip
            if here:  # "in Seoul, the government", "the government of Chile"
                return (here[0].id,)
            before = [
                x for x in self.line.actors
                if x.state and x.end <= m.start() and self.page.use(x) == AGENT
                and not self.page.preposition(self.line, x) and not self.told(x)
            ]  # fmt: skip
            if before and not re_["article"].match(word.split(" ")[0] + " "):
                return (before[0].id,)  # "Chile was relieved; mining minister Williams called it"
            latest = self.memory.latest
            if word.startswith(("its ", "their ")) and latest and not latest[0].startswith("org:"):
                return latest  # "Beijing waits. Its ministry said"
            return (
                self.memory.offices.get(office.group()) or self.memory.office or self.memory.state
            )
        company = self.trigger.frame.actor == "org"
        person = re_["person"].fullmatch(word) is not None
        earlier = [
            x for x in self.usable
            if x.end <= m.start() and not (company and x.state) and self.page.use(x) == AGENT
            and not self.page.preposition(self.line, x)
            and not self.told(x)
            and not (person and not x.state and x.part != "person")
        ]  # fmt: skip
        if earlier:
            return (earlier[-1].id,)
        opening = () if self.only_states else opening_firm(self.page, self.line, m.start())
        if opening:
            return opening
        later = [x for x in self.usable if x.start >= self.clause.end and self.page.use(x) == AGENT]
        if later and self.clause.lead in self.page.language.cues.signpost_leads:
            return (later[0].id,)
        if self.only_states:
            return self.memory.state
        if person and not company and self.memory.person:
            return self.memory.person
        return self.memory.company if company else self.newest()

    def newest(self) -> Ids:
        """The one last named, state or company."""
        return self.memory.latest or self.memory.state or self.memory.company

    # -- of last resort --------------------------------------------------------------------------

    def place(self) -> Ids:
        """Where it happens, for what happens to things: "output in Taiwan", "Chinese exports"."""
        frame = self.trigger.frame
        unsaid = frame.type in ("RESTRICT", "EASE") and frame.subject == "none"
        if frame.type not in PHYSICAL and not unsaid:
            return ()
        low, high = self.clause.start, self.clause.end
        if frame.type == "PRICE" and ":" in self.page.said(low - 2, low + 1):
            low = self.line.span.start  # "LME close: nickel gave back"
        around = (*self.line.actors, *self.line.places)
        states = [m for m in around if m.state and low <= m.start <= high]
        if frame.type == "FLOW" and self.page.search("imported", low, high):
            # "imports from China": whoever takes them acts, not where they come from
            states = [m for m in states if self.page.preposition(self.line, m) != "from"]
        owners = [m for m in states if self.page.use(m) in (OWNER, PRIVATE)]
        inside = [
            m
            for m in states
            if self.page.preposition(self.line, m) in ("in", "from", "at", "across", "uit")
            or (unsaid and self.page.has_office(m))
            or (frame.type == "FLOW" and self.page.preposition(self.line, m) == "into")
        ]
        if unsaid:
            told = self.page.search("same_measure", low, self.trigger.start)
            under = [m for m in owners if self.page.preposition(self.line, m) == "under"]
            return (told and self.main()) or unique((inside or under)[:1])
        free = [m for m in states if not self.page.preposition(self.line, m)]
        if frame.type == "PRICE":  # a market, not a country that buys or sells
            free = [m for m in states if m.part == "place"]
        return unique((owners or inside or free)[:1])

    def speaker(self) -> Ids:
        """The office that says so later in the sentence: "..., the ministry said"."""
        if not self.only_states and self.trigger.frame.type != "COMMIT":
            return ()
        pool = [
            m for m in self.line.actors
            if m.state and m.start >= self.trigger.end and self.page.use(m) == AGENT
            and not self.page.preposition(self.line, m)
        ]  # fmt: skip
        verb, end = self.page.language.re["said"], self.line.span.end
        for m in pool:
            if verb.search(self.page.low, m.end, min(end, m.end + 40)):
                return (m.id,)
        office = self.page.language.re["office_words"]
        for word in office.finditer(self.page.low, self.trigger.end, end):
            if verb.search(self.page.low, word.end(), min(end, word.end() + 20)):
                return self.memory.offices.get(word.group()) or self.memory.office
        return ()

    def says(self) -> Ids:
        """The one named as saying so after it: "..., a Renesas spokeswoman said"."""
        told = said(self.page, self.line, self.trigger.start, ())
        if not told.who:
            told = said(self.page, self.line, self.trigger.start, (), "spoke")
        named = [
            m for m in self.line.actors
            if m.id.removeprefix("org:") in told.who and (m.state or not self.only_states)
            and (m.start >= self.trigger.end or self.trigger.frame.subject != "actor")
        ]  # fmt: skip
        if self.gains() and any(m.id == n.id for m in self._firms() for n in named[:1]):
            return ()  # "India said that Indian firms had received licences"
        return unique(named[:1])

    def we(self) -> Ids:
        """Whoever issues the text, where it says "we"."""
        speaks = self.memory.voice
        if not speaks or (self.only_states and speaks[0].startswith("org:")):
            return ()
        judged = self.trigger.frame.subject == "none"
        here = judged or self.page.search("we", self.line.span.start, self.line.span.end)
        return speaks if here else ()

    def _firms(self) -> list[Mention]:
        """The countries of which only firms are told in the clause before the trigger."""
        return [
            m for m in self.line.actors
            if self.clause.start <= m.start < self.trigger.start and self.page.use(m) == PRIVATE
        ]  # fmt: skip

    def origin(self) -> Ids:
        """Where the goods leave: "licences for exports from the Netherlands"."""
        if self.trigger.frame.type not in ("RESTRICT", "EASE", "FLOW"):
            return ()
        for m in self.line.actors:
            since = max(self.line.span.start, m.start - 40)
            if not m.state or not self.page.may("leaves", since, m.start):
                continue
            if self.page.language.re["leaves"].search(self.page.said(since, m.start)):
                return (m.id,)
        return ()

    def main(self) -> Ids:
        """Whoever took the last measure told of: for "licences are needed", of nobody's saying."""
        if self.trigger.frame.type not in ("RESTRICT", "EASE", "FLOW", "PROBE"):
            return ()
        for told in reversed(self.memory.told):
            states = tuple(a for a in told.actors if not a.startswith("org:") and a != "all")
            if states and told.type in ("RESTRICT", "EASE", self.trigger.frame.type):
                return states[:1]
        return ()

    def described(self) -> Ids:
        """Firms told by their country and trade alone: "US chipmakers asked for"."""
        before = [
            m for m in self.line.actors
            if m.state and self.clause.start <= m.start < self.trigger.start
        ]  # fmt: skip
        if not before or self.page.use(before[-1]) != PRIVATE:
            return ()
        m = self.page.language.re["its_firms"].match(
            self.page.said(before[-1].end, self.trigger.start)
        )
        return (f"org:{m['who']}",) if m else ()

    def regime(self) -> Ids:
        """Whose rule or list it is that goes by its name: "the Entity List", "Section 301"."""
        if self.trigger.frame.type not in STATE_ONLY:
            return ()
        span = self.line.span
        for _, pattern, state in self.page.cues("regimes", span.start, span.end):
            if pattern.search(self.page.low, span.start, span.end):
                return (state,)
        return ()

    def owner(self) -> Ids:
        """A country whose goods or firms the sentence names before the trigger."""
        if self.gains():
            return ()
        pool = [
            m for m in self.usable
            if m.state and m.end <= self.trigger.start and not self.page.preposition(self.line, m)
        ]  # fmt: skip
        return unique(pool[-1:])

    def issuer(self) -> Ids:
        """The authority that issued the text."""
        return self.memory.issuer if self.only_states else ()

    def told_of(self) -> Ids:
        """The one of whom an event about the same items was told."""
        price = self.trigger.frame.type == "PRICE"
        rule = self.trigger.frame.type == "RESTRICT"
        ids = tuple(i for i in self.memory.actors_of(self.items, price, not rule) if i != "all")
        if self.only_states:
            ids = tuple(i for i in ids if not i.startswith("org:"))
        if self.trigger.frame.type == "PRICE":
            ids = tuple(i for i in ids if not i.startswith("org:"))
        return ids if self.trigger.frame.type in (*PHYSICAL, "RESTRICT") else ()

    def last(self) -> Ids:
        """The one last named, where the sentence takes somebody up."""
        if not self.page.search("anaphor", self.line.span.start, self.line.span.end):
            return ()
        return self.memory.state if self.only_states else self.newest()


#: the rules by name
_SEARCHES: dict[str, Callable[[Search], Ids]] = {
    "modifier": Search.modifier, "by": Search.by, "company": Search.company,
    "subject": lambda s: s.subject(s.begun), "pronoun": Search.pronoun, "place": Search.place,
    "sentence": lambda s: s.subject(s.line.span.start), "speaker": Search.speaker,
    "owner": Search.owner, "issuer": Search.issuer, "told": Search.told_of, "last": Search.last,
    "origin": Search.origin, "main": Search.main, "described": Search.described,
    "says": Search.says, "regime": Search.regime, "we": Search.we, "relative": Search.relative,
    "firm": lambda s: firm(s.page, s.line, s.clause, s.trigger, s.usable),
    "around": lambda s: around(s.page, s.line, s.trigger),
    "own": lambda s: own_site(s.page, s.line, s.clause, s.trigger, s.memory),
    "taken_up": lambda s: taken_up(s.page, s.clause, s.trigger.frame.type, s.memory, s.items),
}  # fmt: skip
