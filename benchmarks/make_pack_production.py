"""Make the production, provider and US import rows of the pack from USGS data releases.

    python benchmarks/make_pack_production.py --pack src/foreshock/pack FOLDER [FOLDER ...]

Reads every release of the Mineral Commodity Summaries found below the folders:
2022 to 2024 (one `*_world.csv` for each commodity), 2025 (`MCS2025_World_Data.csv`) and
2026 (`MCS2026_Commodities_Data.csv`). Writes `production.csv` afresh; in `provides.csv` and
`imports.csv` it replaces the rows published by the U.S. Geological Survey and keeps all others.
A figure that USGS withholds ("W") stays withheld; one that it does not have ("NA", blank)
gives no row. The releases are in the public domain.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

PUBLISHER = "U.S. Geological Survey"
Row = tuple[str, ...]
TAIL = ("source_url", "publisher", "source_date", "checked", "note")

# Release: (address, day of publication, how sure the day is).
RELEASES = {
    2022: ("https://doi.org/10.3133/mcs2022", "2022-01-31", "release day approximated"),
    2023: ("https://doi.org/10.3133/mcs2023", "2023-01-31", "release day approximated"),
    2024: ("https://doi.org/10.3133/mcs2024", "2024-01-31", "release day approximated"),
    2025: ("https://doi.org/10.3133/mcs2025", "2025-01-31", "release day approximated"),
    2026: ("https://doi.org/10.3133/mcs2026", "2026-02-06", ""),
}

# Tonnes in one unit. Helium: 0.169 kg per cubic metre at 15 degrees Celsius and 101.325 kPa.
TONNES = {"kg": 0.001, "t": 1.0, "kt": 1000.0, "mcm": 169.0}
UNIT_WORDS = {
    "kilograms": "kg",
    "metric tons": "t",
    "thousand metric tons": "kt",
    "thousand metric dry tons": "kt",
    "million cubic meters": "mcm",
}

# Stem of the file name in 2022 to 2024 | chapter (2025, 2026) | words the type of the row must
# hold, lower case | item | stage | what the reader must know.
COMMODITIES = (
    ("galli", "gallium", "primary production", "min.ga", "refinery", "low-purity, primary"),
    ("germa", "germanium", "refinery production", "min.ge", "refinery", "primary and secondary"),
    ("antim", "antimony", "mine production", "min.sb", "mine", ""),
    ("graph", "graphite", "mine production", "min.graphite", "mine", "natural graphite"),
    ("tungs", "tungsten", "mine production", "min.w", "mine", ""),
    ("raree", "rare earths", "mine production", "ree", "mine", "rare-earth-oxide equivalent"),
    ("cobal", "cobalt", "mine production", "min.co", "mine", ""),
    ("lithi", "lithium", "mine production", "min.li", "mine", ""),
    ("bismu", "bismuth", "refinery production", "min.bi", "refinery", ""),
    ("tellu", "tellurium", "refinery production", "min.te", "refinery", ""),
    ("indiu", "indium", "refinery production", "min.in", "refinery", ""),
    ("molyb", "molybdenum", "mine production", "min.mo", "mine", ""),
    ("mgmet", "magnesium metal", "smelter production", "min.mg", "refinery", "primary metal"),
    ("vanad", "vanadium", "mine production", "min.v", "mine", ""),
    ("titan", "titanium & titanium dioxide", "sponge metal prod", "min.ti", "refinery", "sponge"),
    ("plati", "platinum-group metals", "mine production", "min.pgm", "mine", "Pd plus Pt"),
    ("plati", "platinum-group metals", "palladium", "min.pd", "mine", ""),
    ("plati", "platinum-group metals", "platinum", "min.pt", "mine", ""),
    ("heliu", "helium", "production", "mat.helium", "mine", "converted at 169 t per million m3"),
    ("fluor", "fluorspar", "mine production", "min.f", "mine", ""),
    ("simet", "silicon", "silicon metal", "min.si", "refinery", "silicon metal only"),
    ("bromi", "bromine", "production", "mat.bromine", "refinery", ""),
    ("nicke", "nickel", "mine production", "min.ni", "mine", ""),
    ("manga", "manganese", "mine production", "min.mn", "mine", ""),
    ("tanta", "tantalum", "mine production", "min.tantalum", "mine", ""),
    ("tin", "tin", "mine production", "min.sn", "mine", ""),
    ("coppe", "copper", "mine production", "min.cu", "mine", ""),
    ("coppe", "copper", "refinery production", "min.cu", "refinery", ""),
    ("alumi", "aluminum", "smelter production", "min.al", "refinery", "aluminium metal"),
    ("bauxi", "bauxite", "mine production", "min.al.bauxite", "mine", ""),
    ("bauxi", "bauxite", "refinery production", "min.al.alumina", "refinery", ""),
    ("silve", "silver", "mine production", "min.ag", "mine", ""),
    ("arsen", "arsenic", "production", "min.as", "refinery", "arsenic trioxide"),
    ("barit", "barite", "mine production", "min.ba", "mine", ""),
    ("beryl", "beryllium", "mine production", "min.be", "mine", ""),
    ("cadmi", "cadmium", "refinery production", "min.cd", "refinery", ""),
    ("chrom", "chromium", "mine production", "min.cr", "mine", "chromite, gross weight"),
    ("felds", "feldspar", "mine production", "min.feldspar", "mine", ""),
    ("iodin", "iodine", "mine production", "mat.iodine", "mine", ""),
    ("feore", "iron ore", "usable ore", "min.fe", "mine", "usable ore"),
    ("lead", "lead", "mine production", "min.pb", "mine", ""),
    ("mgcomp", "magnesium compounds", "mine production", "min.mgo", "mine", "magnesite"),
    ("niobi", "niobium", "mine production", "min.nb", "mine", ""),
    (
        "nitro",
        "nitrogen(fixed) - ammonia",
        "production",
        "mat.ammonia",
        "product",
        "nitrogen content",
    ),
    ("phosp", "phosphate rock", "mine production", "min.prock", "mine", ""),
    ("potas", "potash", "mine production", "min.potash", "mine", "K2O equivalent"),
    ("rheni", "rhenium", "mine production", "min.re", "mine", ""),
    ("selen", "selenium", "refinery production", "min.se", "refinery", ""),
    ("stron", "strontium", "mine production", "min.sr", "mine", ""),
    ("sulfu", "sulfur", "production", "mat.sulphur", "refinery", "all forms"),
    (
        "timin",
        "titanium mineral concentrates",
        "mine production",
        "min.ti.ore",
        "mine",
        "ilmenite and rutile",
    ),
    ("zinc", "zinc", "mine production", "min.zn", "mine", ""),
    (
        "zirco",
        "zirconium and hafnium",
        "mine production",
        "min.zr",
        "mine",
        "concentrates, gross weight",
    ),
)
# File names of 2023 that end otherwise.
STEMS = {"hafni": "zirco"}
# The 2023 table of silicon mixes ferrosilicon and metal; no row is taken from it.
MIXED = ("ferrosilicon",)
# Chapters of 2026 that are named otherwise than in 2025.
CHAPTERS_2026 = {
    "graphite": "graphite (natural)",
    "helium": "helium and rare gases",
    "titanium & titanium dioxide": "titanium and titanium dioxide",
    "bauxite": "bauxite and alumina",
    "feldspar": "feldspar and nepheline syenite",
    "niobium": "niobium (columbium)",
    "nitrogen(fixed) - ammonia": "nitrogen (fixed)\u2014ammonia",
}
MISSPELT = {"gemanium": "germanium"}
# The release of 2025 prints "metric tons" or nothing here; the figures are those that 2024 and 2026
# print in thousands.
MISPRINTED_UNITS = {"titanium mineral concentrates": "kt"}

# US import sources of the 2026 release: detail of the row | chapter | item.
US_IMPORTS = (
    ("Total metal and oxide", "ANTIMONY", "min.sb"),
    ("All", "BISMUTH", "min.bi"),
    ("All", "BROMINE", "mat.bromine"),
    ("Metal, oxide, and salts", "COBALT", "min.co"),
    ("Refined copper", "COPPER", "min.cu"),
    ("All", "FLUORSPAR", "min.f"),
    ("Metal", "GALLIUM", "min.ga"),
    ("Combined total", "GERMANIUM", "min.ge"),
    ("All", "GRAPHITE (NATURAL)", "min.graphite"),
    ("Helium", "HELIUM AND RARE GASES", "mat.helium"),
    ("All", "INDIUM", "min.in"),
    ("All", "LITHIUM", "min.li"),
    ("Magnesium metal (99.8% purity)", "MAGNESIUM METAL", "min.mg"),
    ("Manganese contained in principal manganese imports", "MANGANESE", "min.mn"),
    ("Total", "MOLYBDENUM", "min.mo"),
    ("Primary nickel", "NICKEL", "min.ni"),
    ("Rare-earth compounds and metals", "RARE EARTHS", "ree"),
    ("Terbium compounds and metals", "RARE EARTHS (Heavy)", "ree.tb"),
    ("Holmium compounds and metals", "RARE EARTHS (Heavy)", "ree.ho"),
    ("Erbium compounds and metals", "RARE EARTHS (Heavy)", "ree.er"),
    ("Ytterbium compounds and metals", "RARE EARTHS (Heavy)", "ree.yb"),
    ("Lutetium compounds and metals", "RARE EARTHS (Heavy)", "ree.lu"),
    ("All", "SCANDIUM", "ree.sc"),
    ("Silicon metal", "SILICON", "min.si"),
    ("All", "SILVER", "min.ag"),
    ("Total", "TANTALUM", "min.tantalum"),
    ("All", "TELLURIUM", "min.te"),
    ("Refined tin", "TIN", "min.sn"),
    ("Titanium Sponge Metal", "TITANIUM AND TITANIUM DIOXIDE", "min.ti"),
    ("Ores, concentrates, and other forms", "TUNGSTEN", "min.w"),
    ("Total", "VANADIUM", "min.v"),
    ("All", "YTTRIUM", "ree.y"),
    ("All", "ALUMINUM", "min.al"),
    ("Oxide", "ANTIMONY", "min.sb.o3"),
    ("Arsenic metal", "ARSENIC", "min.as"),
    ("All", "BARITE", "min.ba"),
    ("Bauxite", "BAUXITE AND ALUMINA", "min.al.bauxite"),
    ("Alumina", "BAUXITE AND ALUMINA", "min.al.alumina"),
    ("All", "BERYLLIUM", "min.be"),
    ("All forms", "BORON", "min.b"),
    ("All", "CADMIUM", "min.cd"),
    ("Chromite (ores and concentrates)", "CHROMIUM", "min.cr"),
    ("Ferrochromium", "CHROMIUM", "min.cr.fe"),
    ("Copper content of ore and concentrate", "COPPER", "min.cu.conc"),
    (
        "Bort, grit, and dust and powder; natural and synthetic",
        "DIAMOND (INDUSTRIAL)",
        "mat.diamond",
    ),
    ("Feldspar", "FELDSPAR AND NEPHELINE SYENITE", "min.feldspar"),
    ("Germanium dioxide (Ge content)", "GERMANIUM", "min.ge.o2"),
    ("Argon", "HELIUM AND RARE GASES", "mat.ar"),
    ("All", "IODINE", "mat.iodine"),
    ("All", "IRON ORE", "min.fe"),
    ("Refined metal", "LEAD", "min.pb"),
    ("Total imports", "MAGNESIUM COMPOUNDS", "min.mgo"),
    ("Ferromolybdenum", "MOLYBDENUM", "min.mo.fe"),
    ("Total imports", "NIOBIUM (COLUMBIUM)", "min.nb"),
    ("All", "NITROGEN (FIXED)\u2014AMMONIA", "mat.ammonia"),
    ("All", "PHOSPHATE ROCK", "min.prock"),
    ("Palladium", "PLATINUM-GROUP METALS", "min.pd"),
    ("Platinum", "PLATINUM-GROUP METALS", "min.pt"),
    ("All", "POTASH", "min.potash"),
    (
        "Cultured quartz crystal (piezoelectric quartz, unmounted)",
        "QUARTZ (High-purity and Industrial Cultured CRYSTAL)",
        "quartzosc",
    ),
    ("Total imports", "RHENIUM", "min.re"),
    ("Selenium", "SELENIUM", "min.se"),
    ("Ferrosilicon", "SILICON", "min.si.fe"),
    ("Total imports", "STRONTIUM", "min.sr"),
    ("Elemental", "SULFUR", "mat.sulphur"),
    ("Sulfuric acid", "SULFUR", "mat.h2so4.bulk"),
    ("TiO2 pigment", "TITANIUM AND TITANIUM DIOXIDE", "min.ti.o2"),
    ("All", "TITANIUM MINERAL CONCENTRATES", "min.ti.ore"),
    ("Ferrovanadium", "VANADIUM", "min.v.fe"),
    ("Vanadium pentoxide", "VANADIUM", "min.v.v2o5"),
    ("Refined metal", "ZINC", "min.zn"),
    ("Zirconium ores and concentrates", "ZIRCONIUM AND HAFNIUM", "min.zr"),
    ("Hafnium, unwrought", "ZIRCONIUM AND HAFNIUM", "min.hf"),
)

# USGS spellings that holders.csv does not have.
SPELLINGS = {
    "Congo (Brazzaville)": "CG",
    "Cote d'Ivoire": "CI",
    "Korea, North": "KP",
    "Korea, Republic of": "KR",
}


class UsgsError(ValueError):
    """The release is not what this script agreed to read."""


class Cell(NamedTuple):
    """One cell of a release with what stands around it, as printed."""

    country: str
    value: str
    unit: str
    year: str
    notes: str
    estimated: bool  # the column or the type says so


@cache
def countries() -> dict[str, str]:
    """Names of countries and their ISO codes, from holders.csv of the pack."""
    table = Path(__file__).parents[1] / "src" / "foreshock" / "pack" / "holders.csv"
    codes = dict(SPELLINGS)
    for row in rows(table):
        if row["kind"] == "country":
            codes |= dict.fromkeys([row["name"], *row["names"].split("|")], row["id"])
    return codes


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one release; `tonnes` is None where USGS withholds it."""

    release: int
    item: str
    stage: str
    country: str  # ISO 3166 alpha-2, or "other"
    year: int
    tonnes: float | None
    estimated: bool
    remark: str


def number(text: str) -> tuple[float | None, str]:
    """Read one USGS cell: the value and its mark, '' | 'e' | '>' | '<' | 'W' | 'NA'.

    >>> number("1,300"), number("W"), number("—"), number(">2,000,000"), number("e20,000")
    ((1300.0, ''), (None, 'W'), (0.0, ''), (2000000.0, '>'), (20000.0, 'e'))
    >>> number("   NA"), number("Less than ½ unit.")
    ((None, 'NA'), (None, '<'))
    """
    cell = text.strip()
    if cell in ("", "NA", "XX", "Less than 1/2 unit"):
        return None, "NA"
    if cell == "W":
        return None, "W"
    if cell in ("—", "–", "-"):  # USGS prints zero as a dash
        return 0.0, ""
    # "s" sends the reader to the note, "included" to another row
    if cell == "s" or cell.lower().startswith(("less than", "<", "included")):
        return None, "<"
    found = re.fullmatch(r"([e>]?)\s*([0-9][0-9,]*(?:\.[0-9]+)?)", cell)
    if found is None:
        raise UsgsError(f"value {text!r} is not a USGS figure; expected a number, W, NA or a dash")
    return float(found[2].replace(",", "")), found[1]


def country(name: str) -> str:
    """The ISO code of a country as USGS prints it, footnote marks and all, or 'other', 'world'.

    >>> country("Korea, Republic ofe"), country("New Caledonia11"), country("Other countries4")
    ('KR', 'NC', 'other')
    """
    plain = re.sub(r"\s*\((?!Kinshasa|Brazzaville)[^)]*\)", "", name)
    plain = plain.replace("\u00a0", " ").strip()
    plain = re.sub(r", (concentrate|processed|metal)$", "", plain.replace("’", "'"))
    plain = re.sub(r"[0-9, ]+$", "", plain)
    if plain.lower().startswith("world total"):
        return "world"
    if plain.lower().startswith("other"):
        return "other"
    for candidate in (plain, plain.removesuffix("e")):  # the footnote e means estimated
        if candidate in countries():
            return countries()[candidate]
    raise UsgsError(f"country {name!r} is neither in holders.csv nor in SPELLINGS; add it")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a release file, whatever its encoding (UTF-8 with or without BOM, cp1252)."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    return [row for row in csv.DictReader(text.splitlines()) if any(map(str.strip, _texts(row)))]


def _texts(row: dict[str, str]) -> list[str]:
    return [value for value in row.values() if isinstance(value, str)]


def figure(release: int, commodity: tuple[str, ...], cell: Cell) -> Figure | None:
    """One figure from a cell, or None where there is none."""
    place = country(cell.country)
    value, mark = number(cell.value)
    if place == "world" or mark in ("NA", "<"):
        return None
    year = int(cell.year)
    notes = cell.notes.lower()
    said = "estimated" in notes and (str(year) in notes or "also" in notes or release == 2026)
    estimated = mark == "e" or year == release - 1 or cell.estimated or said
    tonnes = None if value is None else round(value * TONNES[cell.unit], 3)
    remark = "; ".join(part for part in (commodity[5], "at least" if mark == ">" else "") if part)
    return Figure(release, commodity[3], commodity[4], place, year, tonnes, estimated, remark)


def wanted(commodity: tuple[str, ...], kind: str) -> bool:
    """Does a row of this type belong to the commodity?"""
    low = kind.lower()
    if "capacity" in low and commodity[3] != "min.ti":
        return False
    return commodity[2] in low and not any(word in low for word in MIXED)


def read_per_commodity(path: Path, release: int) -> Iterator[Figure]:
    """The figures of one `*_world.csv` of the releases 2022 to 2024."""
    stem = re.sub(r"_world$", "", path.stem).split("-")[-1].removeprefix("mcs2023")
    stem = STEMS.get(stem, stem)
    commodities = [one for one in COMMODITIES if one[0] == stem]
    for row in rows(path) if commodities else []:
        place = (row.get("Country") or "").strip()
        # The 2024 file of fluorspar has the type as the name of its column.
        kind = row.get("Type") or next((v for k, v in row.items() if "production" in k), "")
        for commodity in (one for one in commodities if place and wanted(one, kind or "")):
            for column, value in row.items():
                found = re.fullmatch(
                    r"Prod_(?:Sponge_)?(kg|t|kt|mcm)_(est_)?(\d{4})", column or "", re.IGNORECASE
                )
                if found is None:
                    continue
                notes = row.get("Prod_notes") or row.get("Prod_note") or ""
                cell = Cell(place, value, found[1], found[3], notes, bool(found[2]))
                one = figure(release, commodity, cell)
                if one is not None:
                    yield one


def read_2025(path: Path) -> Iterator[Figure]:
    """The figures of the one table of world data of the release of 2025."""
    for row in rows(path):
        chapter = row["COMMODITY"].strip().lower()
        chapter = MISSPELT.get(chapter, chapter)
        for commodity in COMMODITIES:
            if commodity[1] != chapter or not wanted(commodity, row["TYPE"]):
                continue
            for column, year in (("PROD_2023", "2023"), ("PROD_EST_ 2024", "2024")):
                # This release leaves the cell blank and says "W" in the notes.
                said_w = re.match(r"W\b", row["PROD_NOTES"].strip()) and not row[column].strip()
                value = "W" if said_w else row[column]
                unit = MISPRINTED_UNITS.get(chapter) or UNIT_WORDS[row["UNIT_MEAS"].strip()]
                estimated = "estimated" in row["TYPE"].lower()
                cell = Cell(row["COUNTRY"], value, unit, year, row["PROD_NOTES"], estimated)
                one = figure(2025, commodity, cell)
                if one is not None:
                    yield one


def read_2026(table: list[dict[str, str]]) -> Iterator[Figure]:
    """The production figures of the one table of the release of 2026."""
    for row in table:
        if not row["Section"].startswith("World") or row["Statistics"] != "Production":
            continue
        chapter = row["MCS chapter"].strip().lower()
        for commodity in COMMODITIES:
            name = CHAPTERS_2026.get(commodity[1], commodity[1])
            kind = row["Statistics_detail"]
            if name != chapter or not wanted(commodity, kind) or "rare gases" in kind.lower():
                continue
            unit = UNIT_WORDS[row["Unit"].strip()]
            cell = Cell(row["Country"], row["Value"], unit, row["Year"], row["Notes"], False)
            one = figure(2026, commodity, cell)
            if one is not None:
                yield one


def summed(figures: Iterable[Figure]) -> list[Figure]:
    """One figure for each release, item, stage, country and year: parts added up.

    Palladium and platinum, or two sources of helium, come as two rows of one country. If one
    part is withheld and no other is given, the whole is withheld.
    """
    groups: dict[tuple[int, str, str, str, int], list[Figure]] = defaultdict(list)
    for one in figures:
        groups[one.release, one.item, one.stage, one.country, one.year].append(one)
    whole = []
    for parts in groups.values():
        known = [part.tonnes for part in parts if part.tonnes is not None]
        first = parts[0]
        whole.append(
            Figure(
                first.release,
                first.item,
                first.stage,
                first.country,
                first.year,
                round(sum(known), 3) if known else None,
                any(part.estimated for part in parts),
                first.remark,
            )
        )
    return sorted(whole, key=lambda f: (f.item, f.stage, f.release, f.year, f.country))


def provenance(release: int, note: str) -> tuple[str, ...]:
    """The five columns at the end of a row taken from a release."""
    address, day, sureness = RELEASES[release]
    note = "; ".join(part for part in (note, sureness) if part)
    return address, f"{PUBLISHER}, MCS {release}", day, "official", note


def production_rows(figures: list[Figure]) -> Iterator[Row]:
    """Rows of production.csv: all countries named; zero and 'other countries' left out."""
    for one in figures:
        if one.country == "other" or one.tonnes == 0:
            continue
        status = "estimated" if one.estimated else "reported"
        tonnes = "" if one.tonnes is None else f"{one.tonnes:g}"
        if one.tonnes is None:
            status = "withheld"
        source = provenance(one.release, one.remark)
        yield one.item, one.stage, one.country, str(one.year), tonnes, status, *source


def provides_rows(figures: list[Figure]) -> Iterator[Row]:
    """Rows of provides.csv: shares of the newest year of each release, 0.5 % and more."""
    tables: dict[tuple[int, str, str], list[Figure]] = defaultdict(list)
    for one in figures:
        if one.year == one.release - 1:
            tables[one.release, one.item, one.stage].append(one)
    for (release, item, stage), table in sorted(tables.items(), key=lambda t: t[0][1:] + t[0][:1]):
        total = sum(one.tonnes or 0.0 for one in table)
        withheld = "|".join(one.country for one in table if one.tonnes is None)
        note = f"share of {total:g} t reported" + (f"; withheld: {withheld}" if withheld else "")
        large = [one for one in table if one.tonnes and one.tonnes >= 0.005 * total]
        told = [(one, (one.tonnes or 0.0) / total) for one in large if one.country != "other"]
        covers = covered([round(share, 3) for _, share in told], withheld)
        for one, share in told:
            source = provenance(release, "; ".join(p for p in (one.remark, note) if p))
            made = (f"{share:.3f}", f"{one.tonnes:g}", str(one.year), covers)
            yield item, stage, one.country, "", *made, *source


def covered(shares: list[float], withheld: str = "") -> str:
    """How much of the whole the rows of one USGS table tell (column `covers`)."""
    if withheld:
        return "withheld"
    if len(shares) == 1:
        return "all" if shares[0] >= 0.995 else "one"
    return "all" if round(sum(shares), 3) >= 0.95 else "unnamed"


def import_rows(table: list[dict[str, str]]) -> Iterator[Row]:
    """Rows of imports.csv: where the United States buys, mean of 2021 to 2024, 0 to 1."""
    items = {(chapter, detail): item for detail, chapter, item in US_IMPORTS}
    found: dict[str, list[tuple[str, float, str]]] = defaultdict(list)
    for row in table:
        item = items.get((row["MCS chapter"], row["Statistics_detail"]))
        if row["Section"] != "Import Sources" or item is None:
            continue
        value, mark = number(row["Value"])
        origin = country(row["Country"])
        if value is None or origin == "other":
            continue
        what = "" if row["Statistics_detail"] == "All" else row["Statistics_detail"].lower()
        note = "; ".join(
            p for p in ("mean of 2021 to 2024", what, "at least" if mark == ">" else "") if p
        )
        found[item].append((origin, round(value / 100, 2), note))
    for item, sources in found.items():
        covers = covered([share for _, share, _ in sources])
        for origin, share, note in sources:
            bought = (f"{share:.2f}", "2024", "imports", covers)
            yield "US", item, origin, *bought, *provenance(2026, note)


def replace_usgs(path: Path, fresh: Iterable[Row], columns: str) -> int:
    """Write a table of the pack: its rows of other publishers, then the fresh USGS rows."""
    kept = rows(path) if path.exists() else []
    own = (*columns.split(), *TAIL)
    header = list(kept[0]) if kept else list(own)  # a table may have further columns
    kept = [row for row in kept if not row["publisher"].startswith(f"{PUBLISHER}, MCS")]
    added = [dict(zip(own, row, strict=True)) for row in fresh]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
        writer.writerows(added)
    return len(added)


def gather(folders: list[Path]) -> tuple[list[Figure], list[dict[str, str]]]:
    """All figures below the folders, and the table of 2026 for the import sources."""
    figures: list[Figure] = []
    table_2026: list[dict[str, str]] = []
    for path in sorted(p for folder in folders for p in folder.rglob("*.csv")):
        year = re.search(r"mcs(20\d\d)", path.name, re.IGNORECASE)
        if path.name == "MCS2025_World_Data.csv":
            figures += read_2025(path)
        elif path.name == "MCS2026_Commodities_Data.csv":
            table_2026 = rows(path)
            figures += read_2026(table_2026)
        elif year and path.stem.endswith("_world"):
            figures += read_per_commodity(path, int(year[1]))
    if not figures:
        raise UsgsError(
            f"no release found below {', '.join(map(str, folders))}; expected files "
            "such as mcs2023-galli_world.csv or MCS2026_Commodities_Data.csv"
        )
    return summed(figures), table_2026


def main() -> None:
    """Read the folders named on the command line and write the three tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, help="folders with USGS releases")
    parser.add_argument("--pack", type=Path, required=True, help="folder of the pack")
    options = parser.parse_args()
    figures, table_2026 = gather(options.folders)
    for name, fresh, columns in (
        ("production", production_rows(figures), "item stage country year tonnes status"),
        ("provides", provides_rows(figures), "item stage country company share tonnes year covers"),
        ("imports", import_rows(table_2026), "holder item origin share year basis covers"),
    ):
        added = replace_usgs(options.pack / f"{name}.csv", fresh, columns)
        print(f"{name}.csv: {added} rows from USGS", file=sys.stderr)
    found = Counter((one.item, one.release) for one in figures)
    for item, release in sorted({(c[3], r) for c in COMMODITIES for r in RELEASES} - set(found)):
        print(f"nothing for {item} in MCS {release}", file=sys.stderr)


if __name__ == "__main__":
    main()
