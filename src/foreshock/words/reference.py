"""The nouns of the reference pack: one class for each table, one field for each column.

Rows that state a fact are `Sourced`: they say who published it and on which day, and a round on
day D uses a fact only if it was published by D. Rows that are `unopened` (nobody here has read the
source itself) never feed a warning.
"""

from datetime import date
from typing import Literal

from foreshock.words.records import Struct

Day = date  # a field named `date` hides the type inside its class
Names = tuple[str, ...]


class Sourced(Struct, frozen=True, kw_only=True):
    """A row with its source."""

    source_url: str = ""
    publisher: str = ""
    #: day on which the source was published: the day the fact became known
    source_date: Day | None = None
    checked: Literal["official", "secondary", "unopened", ""] = ""
    note: str = ""
    #: a second, independent source of the same fact, for dates and figures that carry weight
    second_url: str = ""
    second_publisher: str = ""
    #: "pack:file:line", given by the loader
    ref: str = ""

    def known(self, day: Day) -> bool:
        """Whether a round on `day` may rest on this row."""
        return self.source_date is not None and self.source_date <= day and self.checked in _READ


_READ = ("official", "secondary")

#: how much of a whole the rows of one source tell: all of it within rounding; the leading ones; one
#: alone; a whole table whose rest bears no names or is small; one in which a figure is withheld
Covers = Literal["all", "leaders", "one", "unnamed", "withheld", ""]


class Item(Sourced, frozen=True, kw_only=True):
    """Something that is watched: a chip, a tool, a material, a mineral, a product, a sector."""

    id: str
    name: str
    kind: Literal[
        "chip",
        "equipment",
        "software",
        "technology",
        "material",
        "mineral",
        "product",
        "sector",
        "generic",
    ]
    parent: str = ""
    unit: str = ""
    hs2022: Names = ()
    #: does the HS code hold this item alone?
    purity: Literal["pure", "mixed", "none", ""] = ""
    eccn: Names = ()
    lead_time_days: int | None = None
    substitutability: Literal["easy", "hard", "none", ""] = ""
    #: surface forms; a trailing "?" marks a form that needs other words about supply around it
    names_en: Names = ()
    names_zh: Names = ()
    names_ko: Names = ()
    names_ja: Names = ()
    names_nl: Names = ()
    names_de: Names = ()


class Code(Sourced, frozen=True, kw_only=True):
    """A code under which an item is traded or controlled, in one edition of its code system."""

    item: str
    #: what each system's codes look like stands in `words/code_systems.toml`
    system: Literal[
        "HS", "CN8", "HSK10", "HTS10", "CNHS", "ECCN", "EU-ANNEX-I", "MOFCOM", "OECD-CHIP"
    ]
    edition: str
    code: str
    #: does the code hold this item alone?
    purity: Literal["pure", "mixed", "none", ""] = ""
    share_of_code: float | None = None
    says: str = ""


class Actor(Sourced, frozen=True, kw_only=True):
    """Somebody who acts: a country, an agency, a person in office, a company."""

    id: str
    kind: Literal["country", "bloc", "agency", "person", "company", "association", "group"]
    #: the country or bloc for which it stands in the event standard
    belongs_to: str = ""
    name: str
    names_en: Names = ()
    demonyms: Names = ()
    metonyms: Names = ()
    names_zh: Names = ()
    names_ko: Names = ()
    names_ja: Names = ()
    names_nl: Names = ()
    names_de: Names = ()
    #: the company that owns this one
    parent: str = ""
    #: Legal Entity Identifier (ISO 17442): 20 characters, the last two a check
    lei: str = ""
    role: str = ""
    since: Day | None = None
    until: Day | None = None


class Provision(Sourced, frozen=True, kw_only=True):
    """Who makes an item: share of the world's output at a stage in a year."""

    item: str
    stage: Literal["mine", "refinery", "product"]
    country: str
    company: str = ""
    #: None: the country produces, its figure is withheld
    share: float | None = None
    tonnes: float | None = None
    year: int
    #: why the shares of one source, item, stage and year miss the whole; empty reads as `all`
    covers: Covers = ""


class Import(Sourced, frozen=True, kw_only=True):
    """From where a holder gets an item: share of its imports, or of all its supply."""

    holder: str
    item: str
    origin: str
    share: float
    year: int
    basis: Literal["imports", "supply"] = "imports"
    #: why the shares of one source, holder, item and year miss the whole; empty reads as `all`
    covers: Covers = ""


class Need(Sourced, frozen=True, kw_only=True):
    """What goes into what, and how long its stock usually lasts at the user."""

    input: str
    output: str
    kind: Literal["consumable", "component", "capital", "licence_software", "energy_service"]
    criticality: Literal["critical", "important", "minor"]
    days_low: float | None = None
    days_likely: float | None = None
    days_high: float | None = None
    tier: int = 0
    #: on what the days rest: somebody reports them, they follow from figures, or we judge
    evidence: Literal["reported", "derived", "judgement", ""] = ""
    #: who tells the days, and since when: the source of the row tells the relation alone
    days_url: str = ""
    days_publisher: str = ""
    days_date: Day | None = None

    def stock(self, day: Day) -> tuple[float, float, float] | None:
        """Days of stock usual at the user, low, likely, high, as known on `day`; else `None`."""
        if self.days_low is None or self.days_likely is None or self.days_high is None:
            return None
        told = self.days_date or self.source_date
        known = self.known(day) and told is not None and told <= day
        return (self.days_low, self.days_likely, self.days_high) if known else None


class Substitute(Sourced, frozen=True, kw_only=True):
    """What can stand in for an item, how much of it, after how long."""

    item: str
    substitute: str
    share_replaceable: float | None = None
    qualify_days_low: float | None = None
    qualify_days_likely: float | None = None
    qualify_days_high: float | None = None


class Stock(Sourced, frozen=True, kw_only=True):
    """How many days of usual need a holder has in store, as somebody reported it."""

    item: str
    holder: str
    days_low: float
    days_likely: float
    days_high: float
    basis: Literal["reported"] = "reported"


class LeadTime(Sourced, frozen=True, kw_only=True):
    """How long it took from order to delivery in a period, as somebody reported it."""

    item: str
    #: YYYY, YYYY-MM or YYYY-MM-DD
    period: str
    #: in ordinary times, or while many waited
    kind: Literal["usual", "stretched"]
    days_low: float
    days_likely: float
    days_high: float


class Holder(Sourced, frozen=True, kw_only=True):
    """For whom: a country, a bloc, or a company with its items and suppliers."""

    id: str
    kind: Literal["country", "bloc", "company"]
    name: str
    members: Names = ()
    names: Names = ()
    #: a company's items; empty for countries: everything
    items: Names = ()
    #: the country whose import figures stand in for a company's own, where it has none
    country: str = ""


class Series(Struct, frozen=True, kw_only=True):
    """What a series of figures counts."""

    id: str
    item: str
    title: str
    flow: str
    reporter: str
    partner: str
    unit: str
    code_system: str = ""
    code: str = ""
    digits: int | None = None
    purity: Literal["pure", "mixed", "none", ""] = ""
    #: share of the item in the code, 0..1; None: not told
    share_of_code: float | None = None
    usual_lag_days: int | None = None


class Figure(Struct, frozen=True, kw_only=True):
    """One published figure of a series, as the pack lists it."""

    series: str
    period: str
    value: float | None = None
    status: str = "reported"
    published: Day
    source_url: str = ""
    publisher: str = ""
    checked: str = ""
    note: str = ""


class Output(Sourced, frozen=True, kw_only=True):
    """What a country produced of an item in a year; None where the figure was withheld."""

    item: str
    stage: Literal["mine", "refinery", "product"]
    country: str
    year: int
    tonnes: float | None = None
    status: Literal["reported", "estimated", "withheld"] = "reported"


class MeasureRow(Sourced, frozen=True, kw_only=True):
    """A known control, without its steps."""

    id: str
    issuer: str
    title: str
    official_number: str = ""
    instrument: Names = ()
    items: Names = ()
    codes: Names = ()
    targets: Names = ()
    #: days within which the authority has to decide, by its own law
    legal_clock_days: int | None = None
    #: address of the official text, where a source names it
    official_url: str = ""


class StepRow(Sourced, frozen=True, kw_only=True):
    """One step of a known control."""

    measure: str
    step: str
    date: str
    published: Day
    until: str = ""
    what: str = ""


class CommitmentRow(Sourced, frozen=True, kw_only=True):
    """A known promise."""

    id: str
    who_says: Names
    who_promises: Names
    to_whom: Names = ()
    what: str
    items: Names = ()
    made: str = ""
    due: str = ""
    published: Day
    confirmed_by: Names = ()
    #: day on which the confirmation became public; empty: counted from the day of the source
    confirmed_published: Day | None = None
    outcome: Literal["open", "kept", "late", "broken", "lapsed", "superseded"] = "open"
    outcome_date: str = ""
    outcome_published: Day | None = None


class LicenceOutcome(Sourced, frozen=True, kw_only=True):
    """How licences go in practice: a first-class fact."""

    issuer: str
    measure: str = ""
    item: str = ""
    destination: str = "all"
    period: str = ""
    applied: float | None = None
    approved: float | None = None
    share: float | None = None
    days_waited: float | None = None
    published: Day
    what: str = ""
    #: files sent back without a decision
    returned: float | None = None
    rejected: float | None = None
    #: applications on which nobody had decided yet
    waiting: float | None = None
    #: how a rule is handled, where no number is told: it is itself no rule
    handling: Literal["tighter", "looser", ""] = ""


class ScopeRow(Sourced, frozen=True, kw_only=True):
    """One thing that a measure covers, reaches or lets through, since when."""

    measure: str
    part: Literal[
        "item",
        "code",
        "destination",
        "entity",
        "end_use",
        "reach",
        "exemption",
        "validity",
        "threshold",
        "clock",
    ]
    #: an id where the part has ids, else a few words
    value: str
    change: Literal["adds", "removes"] = "adds"
    #: day from which it holds; empty: from the first day of the measure
    date: str = ""
    until: str = ""
    published: Day
    what: str = ""


class CommitmentStepRow(Sourced, frozen=True, kw_only=True):
    """One step in the life of a known promise: who confirmed it, how its deadline moved, proof."""

    commitment: str
    step: Literal[
        "confirmed", "denied", "deadline", "kept", "late", "broken", "lapsed", "superseded"
    ]
    date: str = ""
    who: Names = ()
    due: str = ""
    published: Day
    what: str = ""


class CheckRow(Sourced, frozen=True, kw_only=True):
    """How it can be seen whether a promise was kept: by a measure's step, or by a series."""

    commitment: str
    #: the measure that has to take one of `steps`
    measure: str = ""
    steps: Names = ()
    #: the series of which a figure has to reach `at_least` or stay below `at_most`
    series: str = ""
    at_least: float | None = None
    at_most: float | None = None
    #: first period whose figure counts
    since: str = ""
    what: str = ""


class AnswerRow(Sourced, frozen=True, kw_only=True):
    """Which measure or promise answered which."""

    #: the answer: id of a measure or a commitment
    answer: str
    relation: Literal["retaliates", "concedes", "follows", "replaces"]
    #: what it answers: id of a measure or a commitment
    to: str
    #: the day of the answer; empty: the first day of the measure or promise that answers
    date: str = ""
    published: Day
    what: str = ""


class StanceRow(Sourced, frozen=True, kw_only=True):
    """Where somebody stood on a measure, a promise or an item, since when."""

    who: str
    #: id of a measure, a commitment or an item
    about: str
    stance: Literal["supports", "opposes", "undecided", "exposed", "unaffected"]
    since: str
    until: str = ""
    said_by: str = ""
    what: str = ""


class CaseRow(Sourced, frozen=True, kw_only=True):
    """A dated episode of history, or a stretch in which nothing happened.

    Dates are YYYY, YYYY-MM or YYYY-MM-DD, as exact as the sources are; empty where unknown.
    """

    id: str
    title: str
    #: somebody ran short; loud but absorbed; nothing happened
    kind: Literal["shortage", "absorbed", "quiet"]
    cause: Literal[
        "control", "disruption", "demand", "war", "weather", "accident", "policy", "none"
    ]
    items: Names
    origins: Names = ()
    first_sign: str = ""
    announced: str = ""
    effect: str = ""
    first_shortage: str = ""
    peak: str = ""
    easing: str = ""
    end: str = ""
    holders_hit: Names = ()
    holders_not_hit: Names = ()
    what: str = ""


class CaseFact(Sourced, frozen=True, kw_only=True):
    """What was public of a case on a day, told without hindsight."""

    case: str
    published: Day
    happened: str = ""
    kind: Literal["notice", "news", "figure", "report", "company"]
    text: str
    value: float | None = None
    unit: str = ""


class LevelRule(Struct, frozen=True, kw_only=True):
    """One rule of the levels: all conditions given must hold."""

    level: int
    name: str
    p30_min: float | None = None
    p90_min: float | None = None
    cover_weeks_max: float | None = None
    unmet_min: float | None = None
    #: a condition that no figure tells: `announced_on_half` (a threat or announcement on an item of
    #: which the holder gets half or more from that source), `under_way`
    requires: Literal["announced_on_half", "under_way", ""] = ""
    rule: str


class ProbabilityWord(Struct, frozen=True, kw_only=True):
    """A word for a probability (ICD-203): `low` <= p < `high`."""

    word: str
    low: float
    high: float


class Weight(Struct, frozen=True, kw_only=True):
    """What a reason weighs, in added log-odds, by horizon in days."""

    reason: str
    weight_logodds_30: float
    weight_logodds_90: float
    weight_logodds_180: float
    says: str
    why: str = ""
    reference: str = ""
