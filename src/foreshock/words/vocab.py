"""The closed vocabularies of the event standard 1.0, and the order of a measure's life.

The ids are those of the standard's published vocabulary; programs may rely on them.
"""

from foreshock.errors import UnknownWord

#: type -> its modes
TYPES: dict[str, tuple[str, ...]] = {
    "RESTRICT": ("new", "expand", "extend", "enforce"),
    "EASE": ("lift", "suspend", "delay", "grant", "exempt", "relax"),
    "THREATEN": (),
    "PROBE": (),
    "PRESSURE": ("urge", "protest", "litigate", "lobby"),
    "NEGOTIATE": (),
    "AGREE": ("sign", "framework", "truce", "extend", "ratify"),
    "COMMIT": (),
    "BREACH": (),
    "COOPERATE": (),
    "DISRUPT": (
        "fire",
        "quake",
        "weather",
        "drought",
        "power",
        "contamination",
        "strike",
        "war",
        "shortage",
        "border",
        "accident",
        "other",
    ),
    "RECOVER": ("restart", "partial", "delay"),
    "FLOW": ("exports", "imports", "output", "stock", "shipments"),
    "PRICE": ("spot", "contract"),
    "INVEST": ("build", "expand", "subsidy", "stake", "stockpile", "offtake", "rnd", "divest"),
    "POSITION": ("condemn", "welcome", "defend", "impact", "stance"),
}
STATUS = ("considered", "announced", "in_force", "ended", "denied")
MODALITY = ("fact", "alleged", "forecast", "conditional")
SOURCE_KINDS = ("gov", "company", "industry", "analyst", "media", "unnamed", "author")
RELATIONS = ("retaliates", "implements", "reverses", "causes", "violates", "part_of")
INSTRUMENTS = tuple(
    """
    export_control export_ban export_licence export_quota export_tax licence_delay
    licence_revocation licence_grant general_licence entity_listing fdpr end_use_control us_person
    veu affiliates_rule informed_letter tech_export_ban whitelist licence_exception import_ban
    import_tariff import_quota procurement_ban investment_screening takeover sanctions visa port_fee
    guidance subsidy loan equity_stake price_floor offtake stockpile investigation security_review
    wto_dispute early_warning info_sharing dialogue mou supply_pact trade_deal truce rnd talent
    review_policy quota_carryover customs_check border_closure nationalisation production_quota
    """.split()
)
#: the items of the standard; the pack knows more, each below one of these where one fits
ITEMS = tuple(
    """
    chip chip.ai chip.hbm chip.dram chip.nand chip.mem chip.logic chip.legacy chip.auto
    chip.power chip.sensor chip.radhard server display pkg sme sme.litho sme.euv sme.duv
    sme.etch sme.dep sme.metro sme.clean sme.coat sme.implant sme.mask sme.parts eda tech.chip
    tech.ree tech.battery tech.ai tech.quantum mat.resist mat.hf mat.fpi mat.wafer mat.polysi
    mat.quartz mat.neon mat.helium mat.noble mat.gas mat.bromine mat.chem mat.superhard mat.wbg
    min min.ga min.ge min.sb min.graphite min.w min.te min.bi min.mo min.in min.li min.co min.ni
    min.mn min.cu min.al min.sn min.ti min.ta min.mg min.v min.pgm min.ag min.u min.si min.f ree
    ree.la ree.ce ree.pr ree.nd ree.pm ree.sm ree.eu ree.gd ree.tb ree.dy ree.ho ree.er ree.tm
    ree.yb ree.lu ree.y ree.sc ree.heavy magnet batt batt.mat dualuse goods auto telecom energy
    other
    """.split()
)
HUBS = tuple(
    "AU BR CA CD CL CN DE EU FR HK ID IN IT JP KR KZ MM MO MY NL QA RU SG TW UA US VN ZA ZW".split()
)

#: from each step in the life of a measure, the steps that may follow
NEXT_STEPS: dict[str, frozenset[str]] = {
    "": frozenset({"rumoured", "threatened", "drafted", "announced", "in_force"}),
    "rumoured": frozenset({"threatened", "drafted", "announced", "in_force", "dropped"}),
    "threatened": frozenset({"threatened", "drafted", "announced", "in_force", "dropped"}),
    "drafted": frozenset({"drafted", "announced", "in_force", "postponed", "dropped"}),
    "announced": frozenset(
        {"in_force", "tightened", "extended", "eased", "postponed", "suspended", "dropped", "ended"}
    ),
    "in_force": frozenset({"tightened", "extended", "eased", "suspended", "ended"}),
    "tightened": frozenset({"in_force", "tightened", "extended", "eased", "suspended", "ended"}),
    "extended": frozenset({"in_force", "tightened", "extended", "eased", "suspended", "ended"}),
    "eased": frozenset({"in_force", "tightened", "extended", "eased", "suspended", "ended"}),
    "postponed": frozenset({"announced", "in_force", "postponed", "suspended", "dropped"}),
    "suspended": frozenset({"in_force", "extended", "suspended", "tightened", "eased", "ended"}),
    "ended": frozenset({"announced", "in_force"}),
    "dropped": frozenset({"threatened", "drafted", "announced", "in_force"}),
}


def known(word: str, words: "tuple[str, ...] | dict[str, tuple[str, ...]]", what: str) -> str:
    """`word` itself if the vocabulary has it.

    >>> known("RESTRICT", TYPES, "type")
    'RESTRICT'
    >>> known("BAN", TYPES, "type")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    foreshock.errors.UnknownWord: type 'BAN', expected one of RESTRICT, EASE, ...
    """
    if word not in words:
        raise UnknownWord(f"{what} {word!r}", expected=f"one of {', '.join(words)}")
    return word
