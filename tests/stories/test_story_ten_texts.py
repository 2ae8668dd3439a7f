"""One story in ten texts, from text to measure: five languages, a reprint, later days."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from foreshock.ledger import Told, open_book
from foreshock.reading import Reader
from foreshock.words.clocks import backfilled
from foreshock.words.records import Document

NOTICE = (
    "China's Ministry of Commerce announced on 3 July 2023 that exports of items related to "
    "gallium and germanium will require a licence from 1 August 2023."
)
#: day, publisher, text
TEXTS = (
    ("2023-07-03", "MOFCOM", NOTICE),
    ("2023-07-03", "Daily One", NOTICE),
    (
        "2023-07-04",
        "Agency",
        "China will restrict exports of gallium and germanium from Aug. 1, the commerce ministry "
        "said on Monday. Exporters will need a licence.",
    ),
    (
        "2023-07-03",
        "Wangzhan",
        "商务部 海关总署公告2023年第23号 关于对镓、锗相关物项实施出口管制的公告。经国务院批准，"
        "决定对镓、锗相关物项实施出口管制。有关事项公告如下：满足以下特性的物项，未经许可，"
        "不得出口。本公告自2023年8月1日起正式实施。",
    ),
    (
        "2023-07-04",
        "Sinmun",
        "중국 상무부는 3일 갈륨과 게르마늄 관련 품목에 대해 8월 1일부터 수출 통제를 시행한다고 "
        "발표했다.",
    ),
    (
        "2023-07-04",
        "Shimbun",
        "中国商務省は3日、ガリウムとゲルマニウムの関連品目について、8月1日から輸出規制を実施し、"
        "輸出には許可が必要になると発表した。",
    ),
    (
        "2023-07-04",
        "Krant",
        "China voert per 1 augustus 2023 een vergunningplicht in voor de export van gallium en "
        "germanium, maakte het ministerie van Handel maandag bekend.",
    ),
    (
        "2023-07-20",
        "Trade Weekly",
        "Chip makers are looking for new suppliers. China announced export controls on gallium and "
        "germanium on 3 July; they take effect on 1 August.",
    ),
    (
        "2023-08-01",
        "Morning",
        "China's export licence requirement for gallium and germanium took effect on Tuesday.",
    ),
    (
        "2023-09-05",
        "Metals",
        "Prices are higher. Since 1 August China requires licences for exports of gallium and "
        "germanium.",
    ),
)


@pytest.fixture(scope="module")
def bare(pack):
    """The pack of somebody who has noted no measure and no promise yet."""
    nothing = ("measures", "steps", "scopes", "answers", "licence_outcomes", "stances",
               "commitments", "commitment_steps", "checks")  # fmt: skip
    return replace(pack, **dict.fromkeys(nothing, ()))


@pytest.fixture(scope="module")
def read(bare):
    """The events of the ten texts, and who published each."""
    reader = Reader(bare)
    events, publishers = [], {}
    for day, publisher, text in TEXTS:
        clocks = backfilled(datetime(2026, 1, 1, tzinfo=UTC), date.fromisoformat(day))
        document = Document(
            clocks=clocks, source=publisher, publisher=publisher, text=text
        ).sealed()
        events += reader.read(document).events
        publishers[document.id] = publisher
    return events, publishers


@pytest.mark.parametrize("backwards", [False, True])
def test_ten_texts_of_one_story_are_one_measure_with_ten_pieces_of_evidence(bare, read, backwards):
    events, publishers = read
    told = events[::-1] if backwards else events
    book = open_book(bare, told, date(2023, 12, 1), Told(publishers=publishers))
    (measure,) = book.measures
    assert [(s.step, s.date) for s in measure.steps] == [
        ("announced", "2023-07-03"),
        ("in_force", "2023-08-01"),
    ]
    by_event = {event.id: event.document for event in events}
    assert {by_event[ref] for s in measure.steps for ref in s.evidence} == set(publishers)
    assert len(publishers) == len(TEXTS)
    assert (book.odd, book.conflicts) == ((), ())
    assert {s.grade for s in measure.steps} == {"A1"}
