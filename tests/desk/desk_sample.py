"""The gallium story of 2023 as findings of a day, to draw the desk with.

Facts and figures are real and carry their sources; what the judgement says (probability, weeks of
cover, weights) is made up to be drawn, not the result of a round.
"""

from datetime import date, timedelta
from typing import Any

import msgspec

from foreshock.rounds import Findings
from foreshock.words import reference as ref
from foreshock.words.clocks import Clocks, end_of
from foreshock.words.markings import Marking
from foreshock.words.pack import Pack
from foreshock.words.records import (
    Commitment,
    Document,
    EarlyWarning,
    Event,
    Health,
    Measure,
    Observation,
    Origin,
    Passage,
    Reason,
    Said,
    Signal,
    Step,
)

NOTICE_DAY = date(2023, 7, 3)
USGS: dict[str, Any] = {
    "source_url": "https://doi.org/10.3133/mcs2023",
    "publisher": "U.S. Geological Survey",
    "source_date": date(2023, 1, 31),
    "checked": "official",
}
LEVELS = (
    ("0 normal", "otherwise", {}),
    ("1 attention", "p90 at least 5 %", {"p90_min": 0.05}),
    ("2 caution", "p90 at least 20 %", {"p90_min": 0.20}),
    ("3 alert", "p90 at least 50 %", {"p90_min": 0.50}),
    (
        "3 alert",
        "p90 at least 20 %, cover at most 8 weeks, unmet at least 25 %",
        {"p90_min": 0.20, "cover_weeks_max": 8.0, "unmet_min": 0.25},
    ),
    ("4 serious", "a shortage is under way", {}),
)
WORDS = (
    ("almost no chance", 0.01, 0.05),
    ("very unlikely", 0.05, 0.20),
    ("unlikely", 0.20, 0.45),
    ("roughly even chance", 0.45, 0.55),
    ("likely", 0.55, 0.80),
    ("very likely", 0.80, 0.95),
    ("almost certain", 0.95, 0.99),
)
#: tonnes of low-purity primary gallium in 2022 (USGS, Mineral Commodity Summaries 2023)
OUTPUT = {"CN": 540, "RU": 5, "JP": 3, "KR": 2}


def clocks(day: date, happened: str | None = None) -> Clocks:
    moment = end_of(day)
    return Clocks(
        known_at=moment, received=moment, published=day, happened=happened, backfilled=True
    )


def pack(**changes: Any) -> Pack:
    """A small pack around gallium; `changes` replace whole tables."""
    items = (
        ("min", "critical minerals", "mineral", ""),
        ("min.ga", "gallium", "mineral", "min"),
        ("min.ge", "germanium", "mineral", "min"),
        ("mat.wbg", "wide-bandgap semiconductor wafers (SiC, GaN, Ga2O3)", "material", ""),
        ("chip.rf", "radio-frequency chips", "chip", ""),
        ("telecom", "telecom equipment", "sector", ""),
    )
    whole = sum(OUTPUT.values())
    tables: dict[str, Any] = {
        "items": tuple(
            ref.Item(
                id=key,
                name=name,
                kind=kind,
                parent=parent,
                hs2022=("811292",) if key == "min.ga" else (),
                purity="mixed" if key == "min.ga" else "",
            )
            for key, name, kind, parent in items
        ),
        "actors": tuple(
            ref.Actor(id=key, kind="country", name=name)
            for key, name in (
                ("CN", "China"),
                ("JP", "Japan"),
                ("RU", "Russia"),
                ("US", "United States"),
                ("DE", "Germany"),
            )
        ),
        "holders": (
            ref.Holder(id="KR", kind="country", name="Korea"),
            ref.Holder(id="NL", kind="country", name="Netherlands"),
            ref.Holder(id="EU", kind="bloc", name="European Union", members=("NL", "DE")),
        ),
        "provisions": tuple(
            ref.Provision(
                item="min.ga",
                stage="refinery",
                country=country,
                share=tonnes / whole,
                tonnes=tonnes,
                year=2022,
                ref=f"pack:provides.csv:{line}",
                **USGS,
            )
            for line, (country, tonnes) in enumerate(OUTPUT.items(), 2)
        ),
        "imports": tuple(
            ref.Import(
                holder="US",
                item="min.ga",
                origin=origin,
                share=share,
                year=2021,
                ref=f"pack:imports.csv:{line}",
                **USGS,
            )
            for line, (origin, share) in enumerate({"CN": 0.53, "DE": 0.13, "JP": 0.13}.items(), 2)
        ),
        "needs": tuple(
            ref.Need(
                input=a,
                output=b,
                kind="consumable",
                criticality="critical",
                publisher="Foreshock",
                source_date=date(2017, 1, 1),
                checked="secondary",
            )
            for a, b in (("min.ga", "mat.wbg"), ("mat.wbg", "chip.rf"), ("chip.rf", "telecom"))
        ),
        "series": (
            ref.Series(
                id="cn_exports_gallium",
                item="min.ga",
                title="Exports of gallium from China",
                flow="exports",
                reporter="CN",
                partner="world",
                unit="kg",
            ),
        ),
        "figures": tuple(
            ref.Figure(
                series="cn_exports_gallium",
                period=period,
                value=float(kilograms),
                published=published,
                publisher=_PAGES[page].publisher,
                source_url=_PAGES[page].url,
                checked="secondary",
            )
            for period, kilograms, published, page in FIGURES
        ),
        "levels": tuple(
            ref.LevelRule(level=int(word[0]), name=word[2:], rule=rule, **limits)
            for word, rule, limits in LEVELS
        ),
        "probability_words": tuple(
            ref.ProbabilityWord(word=word, low=low, high=high) for word, low, high in WORDS
        ),
        "weights": (
            ref.Weight(
                reason="in_force_licence",
                weight_logodds_30=1.8,
                weight_logodds_90=2.4,
                weight_logodds_180=2.2,
                says="exports need a licence",
            ),
        ),
    }
    return Pack(**(tables | changes))


NOTICE = Document(
    clocks=clocks(NOTICE_DAY),
    source="pack",
    publisher="China Trade Monitor",
    name="2023-07-03-gallium-germanium-notice",
    url="https://chinatrademonitor.com/china-issues-export-controls-on-semiconductor-raw-materials/amp",
    title="Announcement No. 23 of 2023: export control on items related to gallium and germanium",
    language="en",
    text=(
        "From 1 August 2023 items related to gallium and germanium shall not be exported without "
        "permission.\n\nExporters apply for a licence for dual-use items; the contract and papers "
        "on the end user and the end use go with it. The announcement of 3 July 2023 names no "
        "country of destination."
    ),
).sealed()
REPORT = Document(
    clocks=clocks(date(2023, 9, 20)),
    source="pack",
    publisher="WKZO (Reuters)",
    name="2023-09-20-gallium-germanium-no-exports",
    url="https://wkzo.com/?p=570267",
    title="China shipped no gallium or germanium products in August",
    language="en",
    text="China exported no wrought gallium in August; in July gallium exports were 5.15 tons.",
).sealed()
#: a text that only the persons named may see
CABLE = Document(
    clocks=clocks(date(2023, 7, 5)),
    marking=Marking.RED,
    source="mission",
    title="Cable 17",
    text="Stocks at the works in Busan last three weeks.",
).sealed()


def event(document: Document, local: str, quote: str, **fields: Any) -> Event:
    start = document.text.index(quote)
    return Event(
        clocks=document.clocks,
        document=document.id,
        local=local,
        items=("min.ga", "min.ge"),
        evidence=(Passage(document=document.id, start=start, end=start + len(quote), text=quote),),
        confidence=0.9,
        **fields,
    ).sealed()


EVENTS = (
    event(
        NOTICE,
        "e1",
        "items related to gallium and germanium shall not be exported without permission",
        type="RESTRICT",
        mode="new",
        status="announced",
        actors=("CN",),
        targets=("all",),
        instruments=("export_licence",),
        date="2023-07-03",
        effective="2023-08-01",
        source=Said(kind="gov", who=("CN",)),
    ),
    event(
        REPORT,
        "e1",
        "China exported no wrought gallium in August",
        type="FLOW",
        mode="exports",
        actors=("CN",),
        direction="down",
        date="2023-08",
        source=Said(kind="gov", who=("CN",)),
    ),
    event(CABLE, "e1", "Stocks at the works in Busan", type="FLOW", mode="stock", actors=("KR",)),
)

_PAGES = {
    "china trade": Origin(publisher="China Trade Monitor", url=NOTICE.url, checked="secondary"),
    "nasdaq": Origin(
        publisher="Nasdaq (Reuters)",
        url="https://www.nasdaq.com/articles/china-exported-no-germanium-gallium-in-aug-as-curbs-went-into-effect",
    ),
    "rawmaterials": Origin(
        publisher="rawmaterials.net",
        url="https://rawmaterials.net/gallium-and-germanium-exports-rise-remain-below-last-years-level/",
    ),
}


def measure(day: date) -> Measure:
    life = (
        ("announced", "2023-07-03", NOTICE_DAY, "Licences announced", "china trade"),
        ("in_force", "2023-08-01", NOTICE_DAY, "Licence requirement takes effect", "china trade"),
        ("eased", "2023-09-21", date(2023, 9, 21), "First licences are granted", "nasdaq"),
    )
    return Measure(
        clocks=clocks(NOTICE_DAY),
        name="CN-2023-23",
        issuer="CN",
        title="Export control on items related to gallium and germanium",
        official_number="MOFCOM and GACC Announcement No. 23 of 2023",
        instruments=("export_licence", "export_control"),
        items=("min.ga", "min.ge"),
        targets=("all",),
        codes=("8112929090",),
        steps=tuple(
            Step(
                step=step,
                date=effect,
                published=published,
                what=what,
                evidence=(EVENTS[0].id,),
                origin=_PAGES[page],
            )
            for step, effect, published, what, page in life
            if published <= day
        ),
    ).sealed()


#: period, kilograms, day of publication, page
FIGURES = (
    ("2022-08", 7670, date(2023, 9, 20), "nasdaq"),
    ("2022-10", 3250, date(2023, 11, 20), "rawmaterials"),
    ("2022-11", 5611, date(2023, 12, 20), "rawmaterials"),
    ("2023-07", 5150, date(2023, 9, 20), "nasdaq"),
    ("2023-08", 0, date(2023, 9, 20), "nasdaq"),
    ("2023-09", 0, date(2023, 11, 20), "nasdaq"),
    ("2023-10", 250, date(2023, 11, 20), "nasdaq"),
    ("2023-11", 1530, date(2023, 12, 20), "rawmaterials"),
    ("2023-01..2023-10", 36200, date(2023, 11, 20), "nasdaq"),
)


#: tonnes of low-purity primary gallium (USGS, Mineral Commodity Summaries 2023)
PRODUCED = {"CN": (423, 540), "JP": (3, 3), "RU": (5, 5)}


def production() -> tuple[Observation, ...]:
    usgs = Origin(publisher=USGS["publisher"], url=USGS["source_url"], checked="official")
    return tuple(
        Observation(
            series=f"production:min.ga:refinery:{country}",
            item="min.ga",
            flow="output",
            reporter=country,
            partner="",
            period=year,
            unit="t",
            value=float(tonnes),
            clocks=clocks(USGS["source_date"], year),
            origin=usgs,
        )
        for country, figures in PRODUCED.items()
        for year, tonnes in zip(("2021", "2022"), figures, strict=True)
    )


def observations() -> tuple[Observation, ...]:
    return tuple(
        Observation(
            series="cn_exports_gallium",
            item="min.ga",
            flow="exports",
            reporter="CN",
            partner="world",
            period=period,
            unit="kg",
            value=float(kilograms),
            clocks=clocks(published, period),
            origin=_PAGES[page],
        )
        for period, kilograms, published, page in FIGURES
    )


SIGNAL = Signal(
    clocks=clocks(date(2023, 9, 20), "2023-08"),
    kind="drop",
    series="cn_exports_gallium",
    item="min.ga",
    actor="CN",
    partner="all",
    since="2023-08",
    score=0.98,
    direction="down",
    says="Exports of gallium from China fell to none in August 2023, from 5 150 kg in July",
    evidence=(
        "cn_exports_gallium:2023-07:Nasdaq (Reuters)",
        "cn_exports_gallium:2023-08:Nasdaq (Reuters)",
    ),
).sealed()

TALKS = Commitment(
    clocks=clocks(date(2023, 8, 28)),
    name="us-cn-2023-export-control-exchange",
    who_says=("US",),
    who_promises=("US", "CN"),
    to_whom=("US", "CN"),
    what="Exchange information on the enforcement of export controls.",
    made="2023-08-28",
    confirmed_by=("CN",),
).sealed()


def warnings(day: date) -> tuple[EarlyWarning, ...]:
    """The gallium warnings of a day, worse after the control took effect."""
    if day < NOTICE_DAY:
        return ()
    later = day >= date(2023, 9, 20)
    flow = Reason(rule="signal_drop", says=SIGNAL.says, weight=2.1, evidence=(SIGNAL.id,))
    reasons = (
        Reason(rule="base", says="how often a watched item runs short in any 90 days", weight=-5.1),
        Reason(
            rule="announced",
            says="China announced a licence requirement from 2023-08-01 (CN-2023-23)",
            weight=2.0,
            evidence=("CN-2023-23", EVENTS[0].id),
        ),
        Reason(
            rule="dependence_high",
            says="98 % of the world's primary gallium came from China in 2022",
            weight=1.6,
            evidence=("pack:provides.csv:2",),
        ),
        Reason(
            rule="report",
            says="a mission reports on stocks",
            weight=0.4,
            evidence=(CABLE.id, "pack:gone.csv:9"),
        ),
        *((flow,) if later else ()),
    )
    chances = {"KR": (0.31, 0.62, 0.74) if later else (0.12, 0.48, 0.61)}
    chances["NL"] = (0.05, 0.22, 0.35)
    return tuple(
        EarlyWarning(
            clocks=clocks(day),
            item="min.ga",
            holder=holder,
            as_of=day,
            level=3 if holder == "KR" else 2,
            p30=p30,
            p90=p90,
            p180=p180,
            cover_weeks=(5.0, 9.0, 14.0) if holder == "KR" else (None, None, None),
            cover_basis="prior" if holder == "KR" else "unknown",
            unmet=0.45,
            onset=(day + timedelta(days=35), day + timedelta(days=98)) if holder == "KR" else None,
            reasons=reasons,
            would_change=(
                "down: licences for the holder under CN-2023-23 are seen to be granted",
                "up: a second month without exports",
            ),
            consequences=("mat.wbg", "chip.rf", "telecom"),
            expires=day + timedelta(days=28),
            rule="p90 at least 50 %" if holder == "KR" and later else "p90 at least 20 %",
        ).sealed()
        for holder, (p30, p90, p180) in chances.items()
    )


def findings(day: date) -> Findings:
    """What was known at the end of `day`."""
    everything = Findings(
        as_of=day,
        live=False,
        documents=(NOTICE, REPORT, CABLE),
        events=EVENTS,
        measures=(measure(day),),
        commitments=(TALKS,),
        observations=(*observations(), *production()),
        signals=(SIGNAL,),
        warnings=warnings(day),
        health=(
            Health(source="pack", state="fine", newest=date(2023, 9, 20), read=2),
            Health(
                source="folder news",
                state="broken",
                trouble=("notes.docx is no text, expected plain text, HTML or PDF.",),
            ),
            Health(source="comtrade", state="unknown"),
        ),
        caveats=("No figure of stocks in Korea was known; usual stocks of the trade stand in.",),
    )
    parts = ("documents", "events", "measures", "commitments", "observations", "signals")
    kept = {
        part: tuple(r for r in getattr(everything, part) if r.clocks.known_at <= end_of(day))
        for part in parts
    }
    return msgspec.structs.replace(everything, **kept)


#: the day on which a desk that asks for no day stands
TODAY = date(2023, 12, 31)


def look(as_of: date | None, holder: str | None) -> Findings:
    """What a look does: the findings of a day, for a holder or for all."""
    found = findings(as_of or TODAY)
    if holder is None:
        return found
    mine = tuple(w for w in found.warnings if w.holder == holder)
    return msgspec.structs.replace(found, warnings=mine)
