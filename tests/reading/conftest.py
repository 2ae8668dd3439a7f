"""A small pack for the reading room, and documents out of plain sentences."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from foreshock.reading import Reader, Reading
from foreshock.words.clocks import arrived
from foreshock.words.pack import Pack
from foreshock.words.records import Document
from foreshock.words.reference import Actor, Item

#: id -> names in English, Chinese, Korean, Japanese, Dutch ("" where none is needed)
ITEMS = {
    "chip": "chip|chips|semiconductor|semiconductors;半导体|芯片;반도체;半導体;halfgeleiders|chips",
    "chip.ai": "H20|Ascend chips;;;;",
    "chip.mem": "memory chips;;;;",
    "chip.nand": "NAND|NAND flash;;;;",
    "chip.dram": "DRAM;;;;",
    "sme": "chipmaking equipment|semiconductor manufacturing equipment;;;;",
    "sme.litho": "lithography machines;光刻机;;;lithografiemachines",
    "sme.duv": "DUV tools;;;;",
    "eda": "EDA software;;;;",
    "mat.resist": "photoresist;;포토레지스트;;",
    "mat.hf": "hydrogen fluoride;;불화수소;フッ化水素;",
    "mat.neon": "neon;;;;",
    "mat.helium": "helium;;;;",
    "mat.quartz": "quartz|high-purity quartz;;;;",
    "mat.urea": "urea;尿素;요소|요소수;;",
    "min": "critical minerals;;핵심광물;;",
    "min.ga": "gallium;镓;갈륨;ガリウム;gallium",
    "min.ge": "germanium;锗;;;",
    "min.sb": "antimony;;;;",
    "min.graphite": "graphite;石墨;;黒鉛;",
    "min.cu": "copper;;;;",
    "min.co": "cobalt;;;;",
    "min.li": "lithium;;;;",
    "min.ni": "nickel|nickel ore;;;;",
    "min.sn": "tin?;;;;",
    "ree": "rare earth|rare earths|rare earth elements;稀土;희토류;レアアース;zeldzame aardmetalen",
    "ree.dy": "dysprosium;;;;",
    "magnet": "magnets|rare earth magnets;;;;",
    "dualuse": "dual-use items;两用物项;;;",
    "auto": "cars|carmakers;;;;",
}  # fmt: skip
#: id -> names, demonyms, metonyms; names in Chinese, Korean, Japanese, Dutch
COUNTRIES = {
    "CN": "China;Chinese;Beijing;中国;중국;中国;China",
    "US": "United States|US|U.S.;American;Washington;美国;미국;米国;Verenigde Staten",
    "NL": "Netherlands;Dutch;The Hague;荷兰;네덜란드;オランダ;Nederland",
    "KR": "South Korea|Korea;South Korean|Korean;Seoul;韩国;한국;韓国;Zuid-Korea",
    "JP": "Japan;Japanese;Tokyo;日本;일본;日本;Japan",
    "TW": "Taiwan;Taiwanese;;台湾;;;",
    "EU": "EU|European Union|Europe;European;Brussels;;;;",
    "ID": "Indonesia;Indonesian;;;;;",
    "CD": "Congo;Congolese;;;;;",
    "UA": "Ukraine;Ukrainian;;;;;",
    "QA": "Qatar;Qatari;;;;;",
    "MM": "Myanmar;;;;;;",
    "CL": "Chile;Chilean;;;;;",
    "AE": "UAE;;;;;;",
}
COMPANIES = (
    "ASML", "Nexperia", "Nvidia", "Suzuki", "TSMC", "Samsung", "Huawei", "Micron", "Sibelco",
    "Synopsys", "Kioxia", "QatarEnergy", "USA Rare Earth", "Renesas", "The Quartz Corp",
)  # fmt: skip


def _several(cell: str) -> tuple[str, ...]:
    return tuple(form for form in cell.split("|") if form)


def _items() -> tuple[Item, ...]:
    rows = []
    for item, cells in ITEMS.items():
        en, zh, ko, ja, nl = (_several(cell) for cell in cells.split(";"))
        rows.append(
            Item(
                id=item, name=en[0].rstrip("?"), kind="mineral", parent=item.rpartition(".")[0],
                names_en=en, names_zh=zh, names_ko=ko, names_ja=ja, names_nl=nl,
            )
        )  # fmt: skip
    return tuple(rows)


def _actors() -> tuple[Actor, ...]:
    rows = []
    for country, cells in COUNTRIES.items():
        en, demonyms, metonyms, zh, ko, ja, nl = (_several(cell) for cell in cells.split(";"))
        rows.append(
            Actor(
                id=country, kind="bloc" if country == "EU" else "country", name=en[0], names_en=en,
                demonyms=demonyms, metonyms=metonyms, names_zh=zh, names_ko=ko, names_ja=ja,
                names_nl=nl,
            )
        )  # fmt: skip
    made = {"Nexperia": "chip maker"}
    rows += [
        Actor(id=f"org:{c.replace(' ', '_')}", kind="company", name=c, role=made.get(c, ""))
        for c in COMPANIES
    ]
    rows += [
        Actor(id="gov:US:BIS", kind="agency", belongs_to="US",
              name="Bureau of Industry and Security", names_en=("BIS",)),
        Actor(id="gov:CN:MOFCOM", kind="agency", belongs_to="CN",
              name="Ministry of Commerce of China", names_zh=("商务部",)),
        Actor(id="person:Biden", kind="person", belongs_to="US", name="Biden",
              since=date(2021, 1, 20), until=date(2025, 1, 19)),
        Actor(id="person:Trump", kind="person", belongs_to="US", name="Trump"),
    ]  # fmt: skip
    return tuple(rows)


@pytest.fixture(scope="session")
def pack() -> Pack:
    return Pack(items=_items(), actors=_actors())


@pytest.fixture(scope="session")
def reader(pack: Pack) -> Reader:
    return Reader(pack)


Read = Callable[..., Reading]


@pytest.fixture(scope="session")
def read(reader: Reader) -> Read:
    """Read a text; `day` is the day it was published, None if it does not tell."""

    def _read(text: str, day: date | None = date(2025, 6, 10), language: str = "") -> Reading:
        clocks = arrived(datetime(2026, 1, 2, tzinfo=UTC), day)
        document = Document(clocks=clocks, source="test", text=text, language=language, name="d")
        return reader.read(document.sealed())

    return _read
