"""The rules of the ledger, as tables: what an event does to a measure, and what a measure does.

The words are those of the event standard 1.0 (`words.vocab`); the order in which steps may follow
each other is `words.vocab.NEXT_STEPS`.
"""

from typing import Literal

from foreshock.words.records import Struct

Mode = Literal["ban", "licence", "quota", "tariff"]

# -- what an event does to a measure -------------------------------------------------------------

#: (type, mode) -> status -> the step that the event tells; what is not listed is evidence only
STEPS: dict[tuple[str, str | None], dict[str, str]] = {
    ("RESTRICT", "new"): {
        "considered": "drafted",
        "announced": "announced",
        "in_force": "in_force",
        "ended": "ended",
    },
    ("RESTRICT", "expand"): {"announced": "tightened", "in_force": "tightened"},
    ("RESTRICT", "extend"): {"announced": "extended", "in_force": "extended"},
    ("RESTRICT", "enforce"): {"announced": "tightened", "in_force": "tightened", "ended": "eased"},
    ("EASE", "lift"): {"announced": "ended", "in_force": "ended"},
    ("EASE", "suspend"): {"announced": "suspended", "in_force": "suspended", "ended": "in_force"},
    ("EASE", "delay"): {"announced": "postponed", "in_force": "postponed"},
    ("EASE", "grant"): {"announced": "eased", "in_force": "eased"},
    ("EASE", "exempt"): {"announced": "eased", "in_force": "eased"},
    ("EASE", "relax"): {"announced": "eased", "in_force": "eased"},
    ("EASE", None): {"announced": "eased", "in_force": "eased"},
    ("THREATEN", None): {
        "considered": "threatened",
        "announced": "threatened",
        "in_force": "threatened",
        "ended": "dropped",
    },
}
STEPS["RESTRICT", None] = STEPS["RESTRICT", "new"]

#: types that tell of a control; of these, the types that may open a measure nobody knew of
CONTROLS = ("RESTRICT", "EASE", "THREATEN")
OPENING = ("RESTRICT", "THREATEN")

#: a RESTRICT that is not stated as a fact takes this step, whatever its mode and status; an EASE
#: that is not stated as a fact changes nothing: hope is no step
HEARSAY = {"alleged": "rumoured", "forecast": "rumoured", "conditional": "threatened"}

#: the most that a measure opened by hearsay can be believed, by modality and by kind of source
BELIEVED = {"alleged": 0.5, "forecast": 0.4, "conditional": 0.4, "unnamed": 0.3}

#: how far a measure that rests on hearsay is believed once a named voice denies it
DENIED = 0.2
#: steps that hearsay tells
HEARD_OF = frozenset({"rumoured", "threatened"})

#: how far a beginning has come; a text that tells an earlier stage than the one reached is an old
#: story told again
STAGE = {"rumoured": 1, "threatened": 2, "drafted": 3, "announced": 4, "in_force": 5}

#: steps that change how a measure bites, not whether it stands
MODIFIERS = frozenset({"tightened", "extended", "eased"})

#: a step that cannot stand where it is told -> the step that such a text then tells: what is in
#: force cannot be put off, a deadline under it was; what was only planned cannot be tightened, its
#: being enforced says that it holds
INSTEAD = {"postponed": "eased", "tightened": "in_force"}

#: steps that call off what was planned for a later day
STOPS = frozenset({"suspended", "postponed", "ended", "dropped"})

# -- which measure an event is about -------------------------------------------------------------

#: what speaks for a match, and what it counts; the confidence of a match is its sum over BEST
SCORES = {
    "the same items": 4,
    "a shared item": 3,
    "the everyday word for its items": 2,
    "a kindred item": 1,
    "goods at large": 1,
    "the same instrument": 2,
    "a kindred instrument": 1,
    "the same targets": 1,
    "a step told with the same day": 5,
    "a step told with the same month or year": 3,
    "a step told within a week": 3,
    "a step told with a near date": 2,
    "it moved not long before": 2,
    "a change after its beginning": 1,
    "it was at work long enough for licences to be waited for": 2,
    "a company it is aimed at is named": 2,
    "a company it is aimed at is not named": -2,
}
BEST = 12

#: least confidence with which an easing is taken for one of a measure
SURE_OF_EASING = 0.5

#: lines of SCORES by which the dates fit
DATED = frozenset(
    {
        "a step told with the same day",
        "a step told with the same month or year",
        "a step told within a week",
        "a step told with a near date",
    }
)

#: days after a step within which an undated text most likely speaks of it
LATELY_DAYS = 120

#: units of a stated number by which a lifting frees so many on a list, and not the list
LISTED = frozenset({"entities", "aliases", "companies", "persons", "addresses"})

#: item ids that name no item: nothing can be matched by them
VAGUE = frozenset({"other"})

#: item ids of goods at large: an easing of these does not tell which control of named goods it
#: eases
AT_LARGE = frozenset({"dualuse", "goods"})

#: of these, the word for whatever is under export control: it may stand for any named goods, so a
#: text that has no other needs a date or a party to mean one measure
CONTROLLED = frozenset({"dualuse"})

#: days within which two dates are two tellings of one step
TELLING_DAYS = 60
#: days within which two dates are most likely one day
WEEK = 7

#: days after a beginning within which an undated "expansion" is that beginning, told anew; and
#: before which nobody has waited long for a licence
FRESH_DAYS = 30

#: instruments that say how an application is handled: they speak of a rule at work
HANDLED = frozenset({"licence_delay", "licence_grant"})


class Tool(Struct, frozen=True, kw_only=True):
    """What an instrument is, and what it does to a flow."""

    #: export, import, ownership or sanction: instruments of two families are never one measure
    family: str
    #: ban, licence, ...: two different forms are never one measure; "" goes with every form
    form: str = ""
    #: what it does to the flow of goods; None: nothing that a figure could be put on
    mode: Mode | None = None


def _tool(family: str, form: str = "", mode: Mode | None = None) -> Tool:
    return Tool(family=family, form=form, mode=mode)


#: instrument -> what it is. Lists of companies, takeovers and screening hold up no whole flow, so
#: they have no mode.
TOOLS: dict[str, Tool] = {
    "export_control": _tool("export", "", "licence"),
    "export_ban": _tool("export", "ban", "ban"),
    "export_licence": _tool("export", "licence", "licence"),
    "export_quota": _tool("export", "quota", "quota"),
    "export_tax": _tool("export", "tax", "tariff"),
    "licence_delay": _tool("export", "licence", "licence"),
    "licence_revocation": _tool("export", "licence", "licence"),
    "licence_grant": _tool("export"),
    "general_licence": _tool("export"),
    "licence_exception": _tool("export"),
    "review_policy": _tool("export", "review"),
    "quota_carryover": _tool("export", "quota"),
    "guidance": _tool("export", "guidance"),
    "customs_check": _tool("export", "", "licence"),
    "border_closure": _tool("export", "border", "ban"),
    "production_quota": _tool("export", "quota", "quota"),
    "nationalisation": _tool("ownership", "nationalisation"),
    "entity_listing": _tool("export", "listing"),
    "affiliates_rule": _tool("export", "affiliates"),
    "fdpr": _tool("export", "", "licence"),
    "end_use_control": _tool("export", "", "licence"),
    "us_person": _tool("export", "persons"),
    "veu": _tool("export", "veu"),
    "whitelist": _tool("export", "whitelist", "licence"),
    "informed_letter": _tool("export", "", "licence"),
    "tech_export_ban": _tool("export", "technology", "ban"),
    "import_ban": _tool("import", "ban", "ban"),
    "import_tariff": _tool("import", "tariff", "tariff"),
    "import_quota": _tool("import", "quota", "quota"),
    "procurement_ban": _tool("import", "procurement"),
    "investment_screening": _tool("ownership", "screening"),
    "takeover": _tool("ownership", "takeover"),
    "sanctions": _tool("sanction", "sanctions"),
    "visa": _tool("sanction", "visa"),
    "port_fee": _tool("sanction", "port_fee"),
}

#: where a measure has several instruments, the one that holds up most decides
HARDEST: tuple[Mode, ...] = ("ban", "quota", "licence", "tariff")

#: instruments that reach only the companies named in them; beside these, the narrow ones reach no
#: further either
NAMED_ONLY = frozenset({"entity_listing", "affiliates_rule", "veu"})
NARROW = frozenset({"fdpr", "end_use_control", "licence_revocation"})

#: instruments that a text names by their own word: "export controls" means none that has only these
OWN_WORD = NAMED_ONLY | {"licence_revocation"}

#: a ban from which exemptions are let through works like a licence
ONCE_EASED: dict[Mode, Mode] = {"ban": "licence"}

#: instruments that hold goods up without a rule that says so
INFORMAL = frozenset({"customs_check", "licence_delay", "guidance"})

# entries of the pack's priors.toml, by their `regime` and `period`
DELAY_INFORMAL = "informal tightening without a rule"
DELAY_NEW = "first licences after a new rule"
DELAY_SETTLED = "licences under a rule at work for half a year"
SETTLED_DAYS = 182
#: first day of a rule's life -> entry of the prior for the share of applications approved
APPROVAL_PERIODS = ((0, "first 60 days"), (61, "day 61 to 180"), (181, "after 180 days"))
APPROVAL_UNKNOWN = "without experience"

# -- what a measure reaches, and how it is handled ------------------------------------------------

UNTOLD = "not told which"

#: instrument -> (part of the scope, value): what a rule with this instrument reaches by its kind
REACH: dict[str, tuple[str, str]] = {
    "fdpr": ("reach", "foreign_direct_product"),
    "affiliates_rule": ("reach", "affiliates"),
    "us_person": ("reach", "persons"),
    "end_use_control": ("end_use", UNTOLD),
}

#: modes of an easing that let somebody or something out of the rule
LETS_THROUGH = frozenset({"exempt"})

Direction = Literal["tighter", "looser", "neither"]

#: (type, instrument or mode) -> how a rule is handled, and whether that holds up more or less
HANDLINGS: dict[tuple[str, str], tuple[str, Direction]] = {
    ("RESTRICT", "licence_delay"): ("slow licences", "tighter"),
    ("RESTRICT", "customs_check"): ("customs hold", "tighter"),
    ("RESTRICT", "guidance"): ("guidance behind doors", "tighter"),
    ("EASE", "licence_grant"): ("licences granted", "looser"),
    ("EASE", "general_licence"): ("general licences", "looser"),
    ("EASE", "customs_check"): ("customs release", "looser"),
    ("EASE", "licence_delay"): ("faster licences", "looser"),
    ("EASE", "guidance"): ("guidance behind doors", "looser"),
    ("EASE", "grant"): ("licences granted", "looser"),
}
#: basis of a stated number -> the count that it is
COUNTS = {
    "granted": "approved",
    "approved": "approved",
    "rejected": "rejected",
    "denied": "rejected",
    "returned": "returned",
    "pending": "waiting",
    "waiting": "waiting",
}
#: units that count files, and days in a unit of waiting
COUNTED = frozenset({"applications", "licences", "permits", "files"})
WAITS = {"days": 1.0, "weeks": 7.0, "months": 30.0}

# -- who stands where ----------------------------------------------------------------------------

Side = Literal["supports", "opposes", "undecided", "exposed", "unaffected"]

#: (type, mode, denied) -> stance. Who urges or lobbies may want more control or less of it, and an
#: event does not tell which: these give no stance.
STANCES: dict[tuple[str, str, bool], Side] = {
    ("POSITION", "condemn", False): "opposes",
    ("POSITION", "welcome", False): "supports",
    ("POSITION", "defend", False): "supports",
    ("POSITION", "impact", False): "exposed",
    ("POSITION", "impact", True): "unaffected",
    ("POSITION", "stance", False): "undecided",
    ("PRESSURE", "protest", False): "opposes",
    ("PRESSURE", "litigate", False): "opposes",
}

#: (type, mode) -> what somebody did who took a side, in words
SAID = {
    ("POSITION", "condemn"): "Condemns it.",
    ("POSITION", "welcome"): "Welcomes it.",
    ("POSITION", "defend"): "Defends it.",
    ("POSITION", "impact"): "Says what it means for itself.",
    ("POSITION", "stance"): "Says where it stands.",
    ("PRESSURE", "protest"): "Protests.",
    ("PRESSURE", "litigate"): "Goes to court.",
    ("PRESSURE", "urge"): "Urges another course.",
    ("PRESSURE", "lobby"): "Lobbies.",
}

#: (type, mode) of pressing: which side it takes depends on whether the measure hits who presses
PRESSING = frozenset({("PRESSURE", "urge"), ("PRESSURE", "lobby"), ("PRESSURE", None)})

# -- what answers what ---------------------------------------------------------------------------

Relation = Literal["retaliates", "concedes", "follows", "replaces"]

#: link of the event standard -> how an answer stands to what it answers
RELATIONS: dict[str, Relation] = {
    "retaliates": "retaliates",
    "implements": "follows",
}
#: days after which nothing is taken for an answer unless a row says so
ANSWER_DAYS = 365
#: least confidence of an answer that is inferred: half of what speaks for a match
BELIEVABLE = 0.5
RELATION_SAYS: dict[Relation, str] = {
    "retaliates": "answers",
    "concedes": "gives way to",
    "follows": "carries out",
    "replaces": "stands in the place of",
}
