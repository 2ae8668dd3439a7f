"""A parcel goes from one house to another whole, or not at all."""

import copy
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
import zstandard
from exchange_house import House, MemoryKeeper, document, event, house
from hypothesis import given, settings
from hypothesis import strategies as st

from foreshock.errors import ForeshockError, Misread, NotAllowed, NotGenuine, WrongUse
from foreshock.exchange import envelope, missing_numbers, open_parcel, seal
from foreshock.words.markings import Marking
from foreshock.words.records import Bulletin, EarlyWarning, Parcel, Reading, Receipt, Record


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(scope="module")
def keys(home: Path) -> dict[str, House]:
    return {name: house(name, home / name) for name in ("Seoul", "Hague", "Mallory")}


@pytest.fixture
def seoul(keys: dict[str, House]) -> House:
    return House(keys["Seoul"].me)


@pytest.fixture
def hague(keys: dict[str, House]) -> House:
    return House(keys["Hague"].me)


@pytest.fixture
def mallory(keys: dict[str, House]) -> House:
    return House(keys["Mallory"].me)


def sent(a: House, b: House, *records: Record) -> bytes:
    return seal(records or (document(),), a.me, b.card(), a.keeper)


def opened(a: House, b: House, data: bytes, notices: list[str] | None = None) -> Parcel:
    return open_parcel(data, [a.card()], b.me, b.keeper, notices)


def forged(a: House, b: House, records: list[Record], **changed: object) -> bytes:
    """A parcel rightly signed by `a`, with whatever a dishonest partner would write into it."""
    body = envelope.write_lines(records)
    honest = envelope.unwrap(sent(House(a.me), b)).header
    stated = {"sha256": envelope.sha256(body), "count": len(records), **changed}
    header = msgspec.json.encode(msgspec.structs.replace(honest, **stated))
    return envelope.wrap(header, a.me.sign(envelope.to_sign(header)), body)


@pytest.fixture(scope="module")
def sealed(keys: dict[str, House]) -> bytes:
    """One parcel from Seoul to The Hague, to be spoilt in many ways."""
    return sent(House(keys["Seoul"].me), House(keys["Hague"].me))


# -- the good way --------------------------------------------------------------------------------


def test_records_arrive_with_their_ids_and_are_kept_with_a_receipt(
    seoul: House, hague: House
) -> None:
    records = (document(), event())
    parcel = opened(seoul, hague, sent(seoul, hague, *records))
    assert [r.id for r in parcel.records] == [r.id for r in records]
    assert [type(r) for r in parcel.records] == [type(r) for r in records]
    assert (parcel.sender, parcel.receiver, parcel.number, parcel.previous) == (
        "Seoul", "Hague", 1, "",
    )  # fmt: skip
    (receipt,) = hague.keeper.known(Receipt)
    assert (receipt.direction, receipt.partner, receipt.number) == ("received", "Seoul", 1)
    assert receipt.contained == tuple(r.id for r in records)
    assert all(hague.keeper.get(r.id) for r in records)


def test_what_arrives_is_known_from_its_arrival_on_not_since_its_sender_knew(
    seoul: House, hague: House
) -> None:
    before = datetime.now(UTC)
    (record,) = opened(seoul, hague, sent(seoul, hague)).records
    assert record.clocks.known_at >= before
    assert record.clocks.published == date(2023, 7, 3)
    assert hague.keeper.known(type(record), date(2023, 7, 10)) == []


def test_parcels_to_one_receiver_form_a_chain(seoul: House, hague: House) -> None:
    first = opened(seoul, hague, sent(seoul, hague))
    second = opened(seoul, hague, sent(seoul, hague, document("More.")))
    receipts = sorted(seoul.keeper.known(Receipt), key=lambda receipt: receipt.number)
    assert (first.number, second.number) == (1, 2)
    assert second.previous == receipts[0].sha256
    assert missing_numbers("Seoul", hague.keeper) == []


def test_each_receiver_has_a_chain_of_its_own(seoul: House, hague: House, mallory: House) -> None:
    sent(seoul, hague)
    assert opened(seoul, mallory, sent(seoul, mallory)).number == 1


def test_a_parcel_that_never_arrived_is_said_and_may_come_late(seoul: House, hague: House) -> None:
    parcels = [sent(seoul, hague, document(f"Notice {n}.")) for n in range(3)]
    notices: list[str] = []
    opened(seoul, hague, parcels[0], notices)
    opened(seoul, hague, parcels[2], notices)
    assert notices == [
        "parcel 3 from 'Seoul' arrived, but 1 before it did not (from number 2 on). "
        "Ask the partner to send what is missing."
    ]
    assert missing_numbers("Seoul", hague.keeper) == [2]
    opened(seoul, hague, parcels[1], notices)
    assert notices[1] == "parcel 2 from 'Seoul' arrived late, after number 3."
    assert missing_numbers("Seoul", hague.keeper) == []


def test_an_exercise_stays_an_exercise(seoul: House, hague: House) -> None:
    parcel = opened(seoul, hague, sent(seoul, hague, document(nature="exercise")))
    assert parcel.records[0].nature == "exercise"
    assert hague.keeper.known(Receipt)[0].nature == "exercise"


def test_a_partner_may_correct_what_it_sent(seoul: House, hague: House) -> None:
    old = document()
    opened(seoul, hague, sent(seoul, hague, old))
    new = document("Licences for gallium from 1 August.", supersedes=old.id)
    assert opened(seoul, hague, sent(seoul, hague, new)).records[0].supersedes == old.id


def test_receipts_never_leave_the_house(seoul: House, hague: House) -> None:
    sent(seoul, hague)
    (receipt,) = seoul.keeper.known(Receipt)
    assert receipt.marking == Marking.AMBER_STRICT
    with pytest.raises(WrongUse, match="is a receipt, expected a record that may travel"):
        sent(seoul, hague, receipt)


# -- what is not sealed --------------------------------------------------------------------------


@pytest.mark.parametrize("marking", [Marking.AMBER, Marking.AMBER_STRICT, Marking.RED])
def test_a_record_beyond_the_circle_is_refused_and_nothing_is_booked(
    seoul: House, hague: House, marking: Marking
) -> None:
    with pytest.raises(NotAllowed, match="may not go to 'Hague'"):
        sent(seoul, hague, document(), document("secret", marking))
    assert seoul.keeper.records == {}


@pytest.mark.parametrize(("circle", "marking"), [("organisation", 2), ("person", 4)])
def test_amber_goes_to_no_other_house_while_parcels_are_not_encrypted(
    seoul: House, hague: House, circle: str, marking: int
) -> None:
    with pytest.raises(NotAllowed, match="signed but not encrypted yet"):
        seal([document(marking=Marking(marking))], seoul.me, hague.card(circle), seoul.keeper)
    own = seal([document(marking=Marking.AMBER)], seoul.me, seoul.card("own"), seoul.keeper)
    assert open_parcel(own, [seoul.card("own")], seoul.me, MemoryKeeper()).records


def warning(marking: Marking) -> EarlyWarning:
    return EarlyWarning(
        clocks=document().clocks,
        marking=marking,
        item="min.ga",
        holder="KR",
        as_of=date(2023, 7, 10),
        level=2,
        p30=0.1,
        p90=0.3,
        p180=0.4,
        cover_weeks=(2.0, 6.0, None),
        cover_basis="prior",
        unmet=0.4,
        onset=(date(2023, 8, 1), date(2023, 10, 1)),
        reasons=(),
        expires=date(2023, 8, 10),
    ).sealed()


def test_a_stricter_record_inside_a_bulletin_does_not_slip_out(seoul: House, hague: House) -> None:
    def bulletin(marking: Marking) -> Bulletin:
        return Bulletin(
            clocks=document().clocks,
            as_of=date(2023, 7, 10),
            title="Week 28",
            warnings=(warning(marking),),
        ).sealed()

    with pytest.raises(NotAllowed, match=r"1 of 2 record\(s\) may not go"):
        sent(seoul, hague, bulletin(Marking.AMBER))
    (arrived,) = opened(seoul, hague, sent(seoul, hague, bulletin(Marking.GREEN))).records
    assert isinstance(arrived, Bulletin)
    assert arrived.warnings[0].p90 == 0.3


def test_what_is_no_parcel_is_not_sealed(seoul: House, hague: House) -> None:
    with pytest.raises(WrongUse, match="a parcel of 0 records"):
        seal([], seoul.me, hague.card(), seoul.keeper)
    with pytest.raises(WrongUse, match="are actual and exercise"):
        sent(seoul, hague, document(), document(nature="exercise"))
    changed = msgspec.structs.replace(document(), text="something else")
    with pytest.raises(WrongUse, match="was changed since"):
        sent(seoul, hague, changed)


# -- what is not opened --------------------------------------------------------------------------


def refused(error: type[ForeshockError], match: str, a: House, b: House, data: bytes) -> None:
    before = copy.copy(b.keeper.records)
    with pytest.raises(error, match=match):
        opened(a, b, data)
    assert b.keeper.records == before


def test_a_parcel_opened_twice_is_refused(seoul: House, hague: House) -> None:
    data = sent(seoul, hague)
    opened(seoul, hague, data)
    refused(NotGenuine, "parcel 1 from 'Seoul' was opened before. Nothing", seoul, hague, data)


def test_a_second_parcel_of_the_same_number_is_refused(seoul: House, hague: House) -> None:
    opened(seoul, hague, sent(seoul, hague))
    twin = sent(House(seoul.me), hague, document("Another."))
    refused(NotGenuine, "and that one said something else", seoul, hague, twin)


def test_a_parcel_that_breaks_the_chain_is_refused(seoul: House, hague: House) -> None:
    opened(seoul, hague, sent(seoul, hague))
    data = forged(seoul, hague, [document()], number=2, previous="0" * 64)
    refused(NotGenuine, "does not follow the parcel before it", seoul, hague, data)
    data = forged(seoul, hague, [document()], number=0)
    refused(NotGenuine, "begins no chain", seoul, hague, data)


def test_a_sender_nobody_knows_is_refused(seoul: House, hague: House, mallory: House) -> None:
    refused(NotGenuine, "a key that no partner has", seoul, hague, sent(mallory, hague))


def test_a_known_name_with_another_key_is_refused(
    seoul: House, hague: House, mallory: House
) -> None:
    data = forged(mallory, hague, [document()], sender="Seoul")
    refused(NotGenuine, "from 'Seoul', with a key that no partner has", seoul, hague, data)


def test_a_signature_by_somebody_else_is_refused(
    seoul: House, hague: House, mallory: House
) -> None:
    parcel = envelope.unwrap(sent(seoul, hague))
    signature = mallory.me.sign(envelope.to_sign(parcel.signed))
    data = envelope.wrap(parcel.signed, signature, parcel.body)
    refused(NotGenuine, "the signature of the parcel is not that of 'Seoul'", seoul, hague, data)


def test_a_parcel_for_somebody_else_is_refused(seoul: House, hague: House, mallory: House) -> None:
    refused(NotAllowed, "is for 'Mallory', not for 'Hague'", seoul, hague, sent(seoul, mallory))


def test_an_exchanged_body_is_refused(seoul: House, hague: House) -> None:
    parcel = envelope.unwrap(sent(seoul, hague))
    body = envelope.write_lines([document("All is well.")])
    data = envelope.wrap(parcel.signed, parcel.signature, body)
    refused(NotGenuine, "the content of the parcel is not what 'Seoul' signed", seoul, hague, data)


def test_a_record_whose_id_is_not_its_own_is_refused(seoul: House, hague: House) -> None:
    record = msgspec.structs.replace(document(), text="All is well.")
    refused(NotGenuine, "the id of record 1", seoul, hague, forged(seoul, hague, [record]))


def test_a_partner_cannot_replace_our_own_records(seoul: House, hague: House) -> None:
    ours = document("Our own judgement.")
    with hague.keeper.transaction():
        hague.keeper.add([ours])
    attack = document("Nothing to see.", supersedes=ours.id)
    refused(NotAllowed, "would replace", seoul, hague, sent(seoul, hague, attack))
    # sending us a copy of our record first does not make it theirs
    with seoul.keeper.transaction():
        seoul.keeper.records.clear()
    opened(seoul, hague, sent(seoul, hague, ours))
    refused(NotAllowed, "would replace", seoul, hague, sent(seoul, hague, attack))


def test_forged_books_and_unknown_kinds_are_refused(seoul: House, hague: House) -> None:
    receipt = Receipt(
        clocks=document().clocks, direction="sent", partner="Seoul", number=9, sha256="0" * 64
    ).sealed()
    refused(Misread, "is of the kind 'receipt'", seoul, hague, forged(seoul, hague, [receipt]))


def test_a_label_that_differs_from_the_records_is_refused(seoul: House, hague: House) -> None:
    green = document(marking=Marking.GREEN)
    data = forged(seoul, hague, [green], marking=Marking.CLEAR)
    refused(NotGenuine, "is marked TLP:CLEAR, but its records are not", seoul, hague, data)
    data = forged(seoul, hague, [document()], nature="exercise")
    refused(NotGenuine, "says it is exercise", seoul, hague, data)
    data = forged(seoul, hague, [document()], count=2)
    refused(Misread, "holds 1 records, expected 2", seoul, hague, data)


@pytest.mark.parametrize(
    "body",
    [
        b"{}\n",
        b"[" * 50_000 + b"\n",
        b'{"kind":"event","record":{}}\n',
        b'{"kind":"event","record":' + b"[" * 50_000 + b"]" * 50_000 + b"}\n",
        b'{"kind":"wish","record":{}}\n',
        b"{}",
        b"\xff\n",
    ],
)
def test_lines_that_are_no_records_are_refused(seoul: House, hague: House, body: bytes) -> None:
    parcel = envelope.unwrap(sent(seoul, hague))
    header = msgspec.structs.replace(parcel.header, sha256=envelope.sha256(body))
    signed = msgspec.json.encode(header)
    data = envelope.wrap(signed, seoul.me.sign(envelope.to_sign(signed)), body)
    refused(Misread, "parcel", seoul, hague, data)


def test_a_header_of_nested_brackets_is_refused() -> None:
    header = b'{"format":' + b"[" * 4_000 + b"]" * 4_000 + b"}"
    with pytest.raises(Misread, match="its header cannot be read"):
        envelope.unwrap(zstandard.ZstdCompressor().compress(header + b"\n{}\n"))


@pytest.mark.parametrize("size", [envelope.MAX_UNPACKED + 1, 2 * envelope.MAX_UNPACKED])
def test_a_small_parcel_that_unpacks_to_too_much_is_refused_unopened(
    seoul: House, hague: House, size: int
) -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(size))
    assert len(bomb) < 100_000
    refused(Misread, "it would unpack to", seoul, hague, bomb)


def test_a_parcel_that_hides_its_size_or_is_too_large_is_refused(
    seoul: House, hague: House
) -> None:
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    hidden = packer.compress(b"a" * 1000) + packer.flush()
    refused(Misread, "of a stated size", seoul, hague, hidden)
    refused(Misread, "21 MB, at most 20", seoul, hague, bytes(21_000_000))


def test_another_format_is_said(seoul: House, hague: House) -> None:
    data = zstandard.ZstdCompressor().compress(b'{"format":"foreshock-parcel-9"}\n{}\n')
    refused(Misread, 'the format "foreshock-parcel-9", expected', seoul, hague, data)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_changes_nothing(
    keys: dict[str, House], sealed: bytes, place: int, bit: int
) -> None:
    a, b = House(keys["Seoul"].me), House(keys["Hague"].me)
    data = bytearray(sealed)
    data[place % len(data)] ^= 1 << bit
    try:
        parcel = opened(a, b, bytes(data))
    except ForeshockError:
        assert b.keeper.records == {}
    else:  # a bit that the packing leaves unused: what was signed came through whole
        assert parcel.records[0].id == document().id


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0), bit=st.integers(0, 7))
def test_a_bit_flipped_before_packing_is_always_refused(
    keys: dict[str, House], sealed: bytes, place: int, bit: int
) -> None:
    a, b = House(keys["Seoul"].me), House(keys["Hague"].me)
    whole = bytearray(zstandard.ZstdDecompressor().decompress(sealed))
    whole[place % len(whole)] ^= 1 << bit
    refused(
        ForeshockError, "parcel|record", a, b, zstandard.ZstdCompressor().compress(bytes(whole))
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0))
def test_a_parcel_cut_off_anywhere_is_refused(
    keys: dict[str, House], sealed: bytes, place: int
) -> None:
    a, b = House(keys["Seoul"].me), House(keys["Hague"].me)
    refused(Misread, "no whole parcel", a, b, sealed[: place % len(sealed)])


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(Misread, match="this is no whole parcel"):
        envelope.unwrap(data)


def test_a_reading_never_travels_for_it_would_stand_for_our_own(seoul: House, hague: House) -> None:
    clocks = document().clocks
    forged = Reading(clocks=clocks, document=document().id, reader="ours", language="en").sealed()
    with pytest.raises(WrongUse, match="is a reading"):
        sent(seoul, hague, forged)


def test_a_partner_cannot_replace_what_is_yet_to_come_here(seoul: House, hague: House) -> None:
    to_come = document("Export licences for gallium, as everybody can read tomorrow.")
    attack = document("Nothing to see.", supersedes=to_come.id)
    refused(NotAllowed, "did not come from there", seoul, hague, sent(seoul, hague, attack))


def test_a_correction_waits_for_the_parcel_that_it_corrects(seoul: House, hague: House) -> None:
    old = document("Licences for gallium from August.")
    new = document("Licences for gallium from 1 August.", supersedes=old.id)
    first, second = sent(seoul, hague, old), sent(seoul, hague, new)
    refused(NotAllowed, "for the parcel that held it first", seoul, hague, second)
    opened(seoul, hague, first)
    assert opened(seoul, hague, second).records[0].supersedes == old.id
