"""What a text has named so far: for "it", "the ministry", "the curbs", "the three chemicals"."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

Ids = tuple[str, ...]


#: types whose object may be the measure told last; other acts are about the topic of the text
#: types told of what a firm makes, if nothing else is named
OF_A_FIRM = ("DISRUPT", "RECOVER", "FLOW", "INVEST", "RESTRICT", "EASE", "PROBE")
#: types that answer what others did: about the same things
ANSWERS = ("PRESSURE", "THREATEN", "BREACH", "POSITION")
#: sentences within which an act is about what was told before it
_NEAR = 3
#: types that several do together
TOGETHER = ("AGREE", "NEGOTIATE", "COOPERATE")
MEASURES = ("RESTRICT", "EASE", "FLOW", "DISRUPT", "RECOVER")


class Told(msgspec.Struct, frozen=True):
    """One event told, as far as later sentences need it."""

    type: str
    actors: Ids
    items: Ids
    targets: Ids = ()
    #: the sentence that tells it
    line: int = 0
    date: str | None = None


@dataclass(slots=True)
class Memory:
    """Grows sentence by sentence."""

    #: last acting country, country that spoke through an office, company, any of them
    state: Ids = ()
    office: Ids = ()
    company: Ids = ()
    latest: Ids = ()
    #: word of an office ("ministry") -> the country for which it last spoke
    offices: dict[str, Ids] = field(default_factory=dict)
    #: items that the document is about: those of the first sentence that names any
    topic: Ids = ()
    #: who issued an official text: it acts where nobody is named
    issuer: Ids = ()
    #: for whom the person named last speaks
    person: Ids = ()
    #: who says "we" in a statement or in answers of its own
    voice: Ids = ()
    #: what companies make, from the pack
    makes: Mapping[str, Ids] = field(default_factory=dict)
    #: the countries of companies, from the pack
    homes: Mapping[str, str] = field(default_factory=dict)
    #: the events told so far, the newest last
    told: list[Told] = field(default_factory=list)
    #: the day on which the text says that its first speaker spoke
    spoke: str | None = None
    spoke_by: Ids = ()

    def parties(self) -> Ids:
        """The parties last told of together, else of the last act between two states."""
        for told in reversed(self.told):
            if len(told.actors) > 1:
                return told.actors
        for told in reversed(self.told):
            pair = (*told.actors[:1], *told.targets[:1])
            if len(pair) == 2 and "all" not in pair and not any(p.startswith("org:") for p in pair):
                return pair
        return ()

    def aimed_at(self, actors: Ids) -> Ids:
        """On whom the last measure of these actors falls, where the text named somebody."""
        for told in reversed(self.told):
            if told.type in ("RESTRICT", "EASE") and set(told.actors) & set(actors):
                return told.targets if told.targets != ("all",) else ()
        return ()

    def answered(self, actors: Ids) -> Ids:
        """Who took the last measure that these actors can be answering."""
        for told in reversed(self.told):
            if told.type in ("RESTRICT", "EASE", "BREACH") and not set(told.actors) & set(actors):
                return told.actors
        return ()

    def items_of(self, actors: Ids, event_type: str, line: int = 0, *, bought: bool = False) -> Ids:
        """The items last told of these actors, in an event of the type if any; else the topic.

        What is `bought` is not what the buyer makes.

        >>> memory = Memory(topic=("chip",), told=[Told("RESTRICT", ("CN",), ("min.ga",))])
        >>> memory.items_of(("CN",), "EASE"), memory.items_of(("US",), "EASE")
        (('min.ga',), ('chip',))
        """
        shared = [t for t in reversed(self.told) if set(t.actors) & set(actors)]
        same = [t for t in shared if t.type == event_type]
        if event_type == "FLOW" and not same:
            makes = next((self.makes[a] for a in actors if a in self.makes), ())
            if makes and set(makes) & set(self.topic):
                return makes  # not of what it was told to lack
        if same or (shared and event_type in MEASURES):
            return (same or shared)[0].items
        for actor in actors if event_type in OF_A_FIRM and not (bought and self.topic) else ():
            if actor in self.makes:
                return self.makes[actor]
        if event_type in ANSWERS:
            near = [t for t in self.told if line - t.line <= _NEAR and t.type in MEASURES]
            other = [t for t in near if not set(t.actors) & set(actors)]
            if other:
                return other[-1].items
        return self.topic

    def told_of_sites(self, items: Ids) -> Ids:
        """The firms of the last loss of output told of these items, else the place of it.

        >>> memory = Memory(told=[Told("DISRUPT", ("org:Renesas",), ("chip",))])
        >>> memory.told_of_sites(("chip",)), memory.told_of_sites(("min.ga",))
        (('org:Renesas',), ())
        """
        losses = [
            t.actors for t in reversed(self.told)
            if t.type == "DISRUPT" and t.actors != ("all",)
            and (not items or set(items) & set(t.items))
        ]  # fmt: skip
        firms = [actors for actors in losses if any(a.startswith("org:") for a in actors)]
        return next(iter((*firms, *losses)), ())

    def actors_of(self, items: Ids, states: bool = False, joint: bool = True) -> Ids:
        """The actors (or only states) last told of in an event about one of these items.

        Where what several do together does not count, only acts of one side are looked at.
        """
        shared = (
            t.actors for t in reversed(self.told)
            if set(items) & set(t.items) and (joint or t.type not in TOGETHER)
        )  # fmt: skip
        if states:
            shared = (tuple(a for a in s if not a.startswith("org:")) for s in shared)
        return next((actors for actors in shared if actors and actors != ("all",)), ())
