"""The nouns: what can be said in this house, in code, on the command line, in pages and bulletins.

Every noun that is kept is a `Record`: frozen, with two clocks, a marking, a nature and an id made
of its content, so that saying the same thing twice stores it once. Nothing is overwritten: a
correction is a new record whose `supersedes` names the old one.

Days are `datetime.date`, moments are UTC, shares and probabilities lie in 0..1, amounts carry
their unit in the name or in a field `unit`. Fields of `Event` follow the event standard 1.0.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from foreshock.words.base import Nature as Nature
from foreshock.words.base import Record as Record
from foreshock.words.base import Struct as Struct
from foreshock.words.clocks import Clocks
from foreshock.words.markings import Marking
from foreshock.words.missions import (
    Aggregate,
    Arrival,
    Assignment,
    Deed,
    Disclosure,
    Mission,
    Release,
    Submission,
)
from foreshock.words.missions import Duty as Duty
from foreshock.words.missions import Report as Report
from foreshock.words.people import Person

Day = date  # a field named `date` hides the type inside its class

# -- evidence ------------------------------------------------------------------------------------


class Passage(Struct, frozen=True, kw_only=True):
    """The evidence in a text: characters `start`..`end` of the document's text."""

    document: str
    start: int
    end: int
    #: the words themselves, short; empty where the marking of the document forbids quoting
    text: str = ""


class Origin(Struct, frozen=True, kw_only=True):
    """Where a fact or figure comes from."""

    publisher: str
    url: str = ""
    licence: str = ""
    checked: Literal["official", "secondary", "unopened"] = "secondary"


class Reason(Struct, frozen=True, kw_only=True):
    """One reason in a judgement, with what it weighs."""

    #: row of the table of weights that it took
    rule: str
    says: str
    #: added log-odds of a shortage beginning within 90 days; below 0 it speaks against
    weight: float
    #: ids of documents, events, signals, or "pack:file:line" of a sourced row
    evidence: tuple[str, ...] = ()


# -- what reaches us -----------------------------------------------------------------------------


class Document(Record, frozen=True, kw_only=True):
    """A text as it reached us."""

    source: str
    text: str
    url: str = ""
    title: str = ""
    language: str = ""
    publisher: str = ""
    #: file stem or the source's own number: how a person finds it again
    name: str = ""


class Observation(Struct, frozen=True, kw_only=True):
    """One value of a series as published on a day; kept as a row, not in the journal.

    `period` and `published` are its two clocks; a revision is a new row with a later `known_at`.
    `value` is None only when the publisher withheld or withdrew the figure (`status` says so).
    """

    series: str
    item: str
    flow: str
    reporter: str
    partner: str
    period: str
    unit: str
    value: float | None
    #: reported | derived | provisional | disputed | withheld | withdrawn
    status: str = "reported"
    code_system: str = ""
    code: str = ""
    #: pure | mixed | none: does the code hold this item alone?
    purity: str = ""
    clocks: Clocks
    origin: Origin
    marking: Marking = Marking.CLEAR
    note: str = ""


# -- what we understand --------------------------------------------------------------------------


class Magnitude(Struct, frozen=True, kw_only=True):
    """A number stated for an event."""

    value: float
    unit: str
    basis: str | None = None
    bound: str | None = None


class Said(Struct, frozen=True, kw_only=True):
    """Who asserts it: gov, company, industry, analyst, media, unnamed, author."""

    kind: str = "author"
    who: tuple[str, ...] = ()


class EventLink(Struct, frozen=True, kw_only=True):
    """How this event stands to another of the same document: `ref` is its local id."""

    rel: str
    ref: str


class Event(Record, frozen=True, kw_only=True):
    """Who does what about which item to whom, by the event standard 1.0."""

    document: str
    #: e1, e2 ... inside its document
    local: str
    type: str
    mode: str | None = None
    status: str = "in_force"
    actors: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    date: str | None = None
    effective: str | None = None
    until: str | None = None
    direction: str | None = None
    magnitudes: tuple[Magnitude, ...] = ()
    modality: str = "fact"
    source: Said = Said()
    background: bool = False
    links: tuple[EventLink, ...] = ()
    sents: tuple[int, ...] = ()
    evidence: tuple[Passage, ...] = ()
    #: probability that a careful reader would find this event in the text
    confidence: float = 0.5
    reasons: tuple[str, ...] = ()


class Reading(Record, frozen=True, kw_only=True):
    """What a reader found in a document: kept, so that no text is read twice by the same reader."""

    document: str
    #: name and version of the reader, its tables and the names it knew
    reader: str
    language: str = ""
    events: tuple[Event, ...] = ()
    #: what could not be settled, one sentence each
    notes: tuple[str, ...] = ()


class Step(Struct, frozen=True, kw_only=True):
    """One step in the life of a measure."""

    #: rumoured, threatened, drafted, announced, in_force, tightened, extended, eased, suspended,
    #: postponed, ended, dropped
    step: str
    #: YYYY, YYYY-MM or YYYY-MM-DD on which the step takes effect
    date: str | None
    #: day on which it became public
    published: Day
    until: str | None = None
    what: str = ""
    #: ids of events, of entries, or "pack:file:line"
    evidence: tuple[str, ...] = ()
    origin: Origin | None = None
    #: Admiralty grade: the source A to F, then the information 1 to 6
    grade: str = ""


class Measure(Record, frozen=True, kw_only=True):
    """A control with a life."""

    #: the measure's own name, the same through all its versions: CN-2023-23
    name: str
    issuer: str
    title: str
    official_number: str = ""
    instruments: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    #: known from the pack, or opened from events alone, with the confidence of the best of them
    confidence: float = 1.0


class PromiseStep(Struct, frozen=True, kw_only=True):
    """One step in the life of a promise, said by somebody on a day."""

    #: made, confirmed, denied, deadline, checked, kept, late, broken, lapsed, superseded
    step: str
    #: YYYY, YYYY-MM or YYYY-MM-DD of the step itself; None: not told
    date: str | None = None
    published: Day
    who: tuple[str, ...] = ()
    #: the day by which it is to be kept, where this step sets or moves one
    due: str | None = None
    what: str = ""
    evidence: tuple[str, ...] = ()
    #: Admiralty grade, as of a measure's step
    grade: str = ""


class Commitment(Record, frozen=True, kw_only=True):
    """Who says who promised what to whom by when."""

    name: str
    who_says: tuple[str, ...]
    who_promises: tuple[str, ...]
    to_whom: tuple[str, ...] = ()
    what: str = ""
    items: tuple[str, ...] = ()
    made: str | None = None
    due: str | None = None
    #: who of the other side said so too; empty: said by one side only
    confirmed_by: tuple[str, ...] = ()
    #: open, kept, late, broken, lapsed, superseded; `steps` holds the proof
    outcome: str = "open"
    #: its life: made, confirmed, denied, deadline, checked, and the outcomes, in order of time
    steps: tuple[PromiseStep, ...] = ()
    evidence: tuple[str, ...] = ()


class Stance(Record, frozen=True, kw_only=True):
    """Where somebody stands on a measure, a deal or an item, since when."""

    who: str
    #: name of a measure or a commitment, or id of an item
    about: str
    kind: Literal["measure", "deal", "item"] = "item"
    stance: Literal["supports", "opposes", "undecided", "exposed", "unaffected"]
    since: str | None = None
    until: str | None = None
    #: where they stood before; empty: nothing earlier is known
    before: str = ""
    said_by: tuple[str, ...] = ()
    says: str = ""
    evidence: tuple[str, ...] = ()


class Entry(Record, frozen=True, kw_only=True):
    """What a person wrote into the ledger: one row of a table of the pack, by whom, and why.

    A row with the key of an earlier one stands in its place from the moment it was written; the
    earlier one is kept, and holds for every day before.
    """

    #: who wrote it
    by: str
    #: measures, steps, scopes, licence_outcomes, commitments, commitment_steps, answers or stances
    table: str
    #: column -> cell, as in the file of the pack
    row: Mapping[str, str]
    #: the cells that identify the row of the pack in whose place it stands, where its key changes
    instead_of: tuple[str, ...] = ()
    #: what it corrects is taken back, and nothing stands in its place
    withdrawn: bool = False
    why: str = ""
    #: ids of documents or events in the archive on which it rests, beside the source in the row
    evidence: tuple[str, ...] = ()


class Regime(Struct, frozen=True, kw_only=True):
    """What the ledger hands the network: how a flow is held up on a day."""

    measure: str
    origin: str
    items: tuple[str, ...]
    #: ISO-2, EU, or "all"
    destinations: tuple[str, ...]
    mode: Literal["free", "licence", "quota", "tariff", "ban"]
    #: the tools of the measure; `mode` is what they work like
    instruments: tuple[str, ...] = ()
    #: held up at customs or by slow files, without a published rule that says so
    informal: bool = False
    #: announced: not yet in force on the day asked
    state: Literal["announced", "in_force", "suspended"]
    since: Day | None
    until: Day | None = None
    #: day of the newest word on the measure; None: not told
    heard: Day | None = None
    #: days until the first licences arrive: low, likely, high; None: nobody knows, which is not 0
    delay_days: tuple[float, float, float] | None = None
    delay_basis: Literal["reported", "prior", "unknown"] = "unknown"
    #: share of applications approved so far
    approval_share: float | None = None
    approval_basis: Literal["reported", "prior", "unknown"] = "unknown"
    #: "reported" when a public figure stands behind delay and approval, else "prior"
    basis: Literal["reported", "prior"] = "prior"
    #: destinations that the rule itself lets through
    exempt: tuple[str, ...] = ()
    #: how far it reaches beyond goods shipped from the origin: `foreign_direct_product`,
    #: `de_minimis`, `affiliates`, `persons`
    reach: tuple[str, ...] = ()
    #: that of the measure: what is judged from the regime is marked at least so
    marking: Marking = Marking.CLEAR
    evidence: tuple[str, ...] = ()


# -- what is unusual, and who runs short ---------------------------------------------------------


class Signal(Record, frozen=True, kw_only=True):
    """Something unusual in a series or in the news."""

    #: drop, recovery, rush, silence, conflict, mirror_gap; rerouting, other_source, dearer,
    #: code_shift, masked_stop, stopped_reports; unusual_day; burst, novelty
    kind: str
    series: str
    item: str
    #: who supplies, "all" for everybody
    actor: str
    #: who receives, "all" for everybody
    partner: str
    since: str
    #: 0 usual .. 1 certain that it is not
    score: float
    direction: Literal["up", "down", "none"]
    says: str
    evidence: tuple[str, ...] = ()
    #: how often chance alone shows as much in one period, 0..1; None: too little is known to say
    chance: float | None = None


class Dependence(Struct, frozen=True, kw_only=True):
    """From where a holder gets an item: the direct share, and through third countries."""

    holder: str
    item: str
    origin: str
    #: share of the holder's supply that comes from the origin, 0..1
    direct: float
    #: additional share that others make from this origin's material before it arrives, 0..1
    indirect: float
    year: int
    #: imports: the holder's own figures; world: no figure for the holder, the world's shares taken
    basis: Literal["imports", "supply", "world"]
    path: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class Shortage(Struct, frozen=True, kw_only=True):
    """Who would run short of what, when and how much, with quantiles."""

    item: str
    holder: str
    #: days from the day asked until the shortage begins; None: none within the horizon
    days_q10: float | None
    days_q50: float | None
    days_q90: float | None
    #: share of the usual need that goes unmet once stocks are gone, 0..1
    unmet: float
    #: reported, prior or unknown: what the stocks behind it rest on
    cover_basis: Literal["reported", "prior", "unknown"]
    path: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class EarlyWarning(Record, frozen=True, kw_only=True):
    """Item x holder: how likely a shortage is, when, how bad, why."""

    item: str
    holder: str
    #: the day D it was judged for: everything in it was known by the end of D
    as_of: Day
    #: 0 normal .. 4 serious
    level: int
    p30: float
    p90: float
    p180: float
    #: weeks until the shortage: low, median, high; None where no shortage is in sight
    cover_weeks: tuple[float | None, float | None, float | None]
    cover_basis: Literal["reported", "prior", "unknown"]
    unmet: float
    #: first and last day on which the shortage is likely to begin
    onset: tuple[Day, Day] | None
    reasons: tuple[Reason, ...]
    #: what would change our mind
    would_change: tuple[str, ...] = ()
    #: further goods that the item goes into, for the holder
    consequences: tuple[str, ...] = ()
    expires: Day
    state: Literal["draft", "issued", "updated", "cancelled", "expired"] = "issued"
    #: the rule of the levels table that decided
    rule: str = ""


# -- what leaves, and to whom --------------------------------------------------------------------


class Receiver(Struct, frozen=True, kw_only=True):
    """Somebody to whom something is shown or sent."""

    name: str
    #: public, community, organisation (with clients), own (this house), person (named)
    circle: Literal["public", "community", "organisation", "own", "person"]


class Bulletin(Record, frozen=True, kw_only=True):
    """A periodic status bulletin: what is out, for whom, as known on a day."""

    as_of: Day
    title: str
    warnings: tuple[EarlyWarning, ...]
    events: tuple[Event, ...] = ()
    measures: tuple[Measure, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    signals: tuple[Signal, ...] = ()
    #: what could not be read, is missing, or is thin: said, never left out
    caveats: tuple[str, ...] = ()


class Receipt(Record, frozen=True, kw_only=True):
    """Proof that a parcel was sent or arrived: its number and hash in the chain of two parties."""

    direction: Literal["sent", "received"]
    partner: str
    number: int
    sha256: str
    contained: tuple[str, ...] = ()


class Acknowledgement(Record, frozen=True, kw_only=True):
    """A person's word on a warning: seen, acted on, disputed."""

    of: str
    by: str
    says: Literal["seen", "acting", "disputed"]
    remark: str = ""


class Case(Struct, frozen=True, kw_only=True):
    """A dated episode of history, against which warnings are scored."""

    name: str
    item: str
    holder: str
    announced: Day
    short: Day | None
    eased: Day | None = None
    evidence: tuple[str, ...] = ()


class Scenario(Struct, frozen=True, kw_only=True):
    """A what-if: regimes laid over those in force."""

    name: str
    day: Day
    regimes: tuple[Regime, ...]


# -- how a round went ----------------------------------------------------------------------------


class Health(Struct, frozen=True, kw_only=True):
    """How a source did in a round: quiet, broken and unknown are three answers."""

    source: str
    state: Literal["fine", "quiet", "broken", "unknown"]
    #: newest day that the source's *content* speaks of
    newest: Day | None = None
    read: int = 0
    #: one sentence for each thing that could not be read
    trouble: tuple[str, ...] = ()


class Round(Record, frozen=True, kw_only=True):
    """One watch round: on what it looked, what it found."""

    as_of: Day
    live: bool
    documents: int
    events: int
    signals: int
    warnings: int
    health: tuple[Health, ...] = ()
    seconds: Mapping[str, float] = msgspec.field(default_factory=dict)


#: the kinds of record that the journal keeps, by the prefix of their ids
KINDS: dict[str, type[Record]] = {
    kind.__name__.lower(): kind
    for kind in (
        Document,
        Event,
        Reading,
        Measure,
        Commitment,
        Stance,
        Entry,
        Signal,
        EarlyWarning,
        Mission,
        Assignment,
        Report,
        Submission,
        Aggregate,
        Disclosure,
        Release,
        Arrival,
        Deed,
        Person,
        Bulletin,
        Receipt,
        Acknowledgement,
        Round,
    )
}
