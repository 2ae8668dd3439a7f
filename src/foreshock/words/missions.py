"""The nouns of missions, companies and release: who owes which report, what they sent, what left.

Days are `datetime.date`; a report speaks of the day in `clocks.happened`. Nothing is overwritten:
a mission that is closed, a duty that ends and a report that is corrected are new records.
"""

from datetime import date, datetime
from typing import Literal

from foreshock.words.base import Record, Struct
from foreshock.words.markings import Marking

Day = date

#: how often an item is reported on: A weekly, B fortnightly, C monthly, D quarterly
Grade = Literal["A", "B", "C", "D"]


#: open: not due yet; overdue: due, and nothing came; missed: the next one is overdue as well;
#: done; late: came after its day
DutyState = Literal["open", "overdue", "missed", "done", "late"]


class Mission(Record, frozen=True, kw_only=True):
    """Who reports, or receives reports: a mission in a host country, or a desk at home."""

    #: its short name, the same through all its versions: beijing
    name: str
    title: str
    kind: Literal["mission", "desk"] = "mission"
    #: country in which it sits, as in the pack
    host: str
    #: the desk that its reports go to; empty for a desk
    desk: str = ""
    closed: bool = False
    #: who wrote it down
    by: str = ""


class Assignment(Record, frozen=True, kw_only=True):
    """That a mission owes reports on an item, how often, from which day to which."""

    mission: str
    item: str
    grade: Grade
    #: first day of the first period; the report on a period is due on its last day
    since: Day
    #: last day; None: until further notice
    until: Day | None = None
    by: str = ""


class Report(Record, frozen=True, kw_only=True):
    """What a mission sends: an item's status in its host country, or the facts of a disruption."""

    mission: str
    host: str
    items: tuple[str, ...]
    form: Literal["status", "disruption"] = "status"
    #: quiet: looked, and there is nothing to report; unknown: could not look
    status: Literal["quiet", "strained", "disrupted", "unknown"]
    says: str = ""
    #: of a disruption: fire, quake, strike, shortage ...; a mode of DISRUPT in the event standard
    mode: str = ""
    #: the due day that it answers; None: sent without being due
    due: Day | None = None
    #: 0 normal .. 4 serious, as the mission judges
    level: int | None = None
    #: days of usual need in store in the host country
    stock_days: float | None = None
    #: days from order to delivery
    lead_time_days: float | None = None
    #: with its currency and unit in `price_unit`: USD/kg
    price: float | None = None
    price_unit: str = ""
    #: licences asked for, granted and undecided since the report before
    licences_applied: int | None = None
    licences_approved: int | None = None
    licences_waiting: int | None = None
    outlook: Literal["better", "same", "worse", "unknown"] = "unknown"
    #: Admiralty grade: the source A to F, then the information 1 to 6
    grade: str = ""
    impact: str = ""
    cause: str = ""
    expected_duration: str = ""
    sectors: tuple[str, ...] = ()
    measures_taken: str = ""
    help_wanted: str = ""
    #: who wrote it
    by: str = ""


class Duty(Struct, frozen=True, kw_only=True):
    """A mission's duty to report on an item by a day: A weekly, B fortnightly, C monthly, D
    quarterly."""

    mission: str
    item: str
    grade: Grade
    due: Day
    state: DutyState = "open"
    #: day on which the report came that answers it
    came: Day | None = None
    report: str = ""

    @property
    def overdue(self) -> bool:
        """Whether it is due, and nothing came."""
        return self.state in ("overdue", "missed")


class Submission(Record, frozen=True, kw_only=True):
    """A figure that a company told one desk in confidence; always TLP:RED, and never leaves."""

    company: str
    #: the group that it belongs to: companies of one group count as one
    group: str = ""
    #: the desk it was told to
    desk: str
    item: str
    #: row of the table of figures: stock, use, orders, ...
    figure: str
    #: YYYY, YYYY-Qn or YYYY-MM
    period: str
    #: not below 0, in the unit of the figure
    value: float
    by: str = ""
    marking: Marking = Marking.RED


class Aggregate(Record, frozen=True, kw_only=True):
    """A figure made of what at least three companies told: the only form in which it leaves."""

    item: str
    figure: str
    period: str
    #: sum or mean over the companies, to three significant digits
    value: float
    unit: str
    how: Literal["sum", "mean"]
    #: how many companies told it
    companies: int
    by: str = ""
    marking: Marking = Marking.AMBER


class Disclosure(Record, frozen=True, kw_only=True):
    """Of which submissions an aggregate was made: kept, so that no later one can be set against it;
    always TLP:RED."""

    aggregate: str
    item: str
    figure: str
    period: str
    #: ids of the submissions
    made_of: tuple[str, ...]
    marking: Marking = Marking.RED


class Release(Record, frozen=True, kw_only=True):
    """That somebody let a record go to a receiver, or asked a second person to."""

    of: str
    to: str
    circle: Literal["public", "community", "organisation", "own", "person"]
    #: that of the record, when it was decided
    of_marking: Marking
    step: Literal["asked", "released", "refused"]
    by: str
    #: the moment (UTC): the same can be done again
    at: datetime
    why: str = ""
    marking: Marking = Marking.AMBER_STRICT


class Arrival(Record, frozen=True, kw_only=True):
    """That an object of a partner came and what it brought, or that its author took it back.

    A newer version of an object supersedes the arrival of the one before.
    """

    #: id of the STIX object, and its version as text whose order is that of time
    object: str
    version: str
    #: the partner, as this house calls it
    partner: str
    way: Literal["taxii", "parcel"]
    #: came: counts as evidence; echo: it rests on what this house said, and counts for nothing;
    #: withdrawn, erased: its author took it back
    fate: Literal["came", "echo", "withdrawn", "erased"]
    #: id of the record that it brought; empty where that is a record of ours
    of: str = ""
    #: id of the event that a report of a disruption is in a round
    event: str = ""
    why: str = ""
    marking: Marking = Marking.AMBER_STRICT


class Deed(Record, frozen=True, kw_only=True):
    """What a person did at the desk: the deed and ids, never a text."""

    who: str
    #: logged_in, locked_out, person_added, report_filed, ...
    did: str
    #: the moment (UTC): the same can be done again
    at: datetime
    #: ids and names of what it was done to
    about: tuple[str, ...] = ()
    marking: Marking = Marking.AMBER_STRICT
