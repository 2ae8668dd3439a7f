"""Seals records into a signed, numbered parcel for one receiver, and opens what partners sealed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from foreshock import gate
from foreshock.errors import Misread, NotAllowed, NotGenuine, WrongUse
from foreshock.exchange import envelope
from foreshock.exchange.envelope import Envelope, Header
from foreshock.exchange.identity import Identity, key_id, verifies
from foreshock.words.clocks import live, now
from foreshock.words.keepers import Keeper
from foreshock.words.markings import Marking, label, strictest
from foreshock.words.records import KINDS, Parcel, Partner, Receipt, Receiver, Record

#: kinds that never travel: they are this house's own books, and a forged one would falsify them
#: (a forged reading would stand for what our own reader finds in a text)
OWN_BOOKS = frozenset(
    {
        *("reading", "receipt", "round", "mission", "assignment"),
        *("submission", "disclosure", "release", "deed", "person"),
    }
)

#: who got what is nobody's business outside
RECEIPT_MARKING = Marking.AMBER_STRICT

_CONTAINERS = (list, tuple)


def seal(records: Iterable[Record], sender: Identity, receiver: Partner, keeper: Keeper) -> bytes:
    """The bytes of a parcel with these records for this receiver; its receipt is kept.

    The next number is taken and the receipt written in one transaction of `keeper`: a parcel that
    could not be booked is not sealed. Raises `NotAllowed` when a record may not go to the receiver,
    or is TLP:AMBER or stricter and the receiver is another house (parcels are not encrypted yet);
    `WrongUse` for no records, too many, changed ones, or actual and exercise ones mixed.
    """
    wanted = tuple(records)
    _refuse_wrong(wanted)
    every = [part for record in wanted for part in _with_parts(record)]
    gate.pass_out(every, Receiver(name=receiver.name, circle=receiver.circle))
    marking = strictest([part.marking for part in every])
    _refuse_unencrypted(marking, receiver)
    body = envelope.write_lines(wanted)
    with keeper.transaction():
        last = max(_receipts(keeper, "sent", receiver.name), key=_number, default=None)
        header = Header(
            sender=sender.name,
            sender_key=key_id(sender.key),
            receiver=receiver.name,
            receiver_key=key_id(receiver.key),
            number=last.number + 1 if last else 1,
            previous=last.sha256 if last else "",
            count=len(wanted),
            sha256=envelope.sha256(body),
            made_at=now(),
            marking=marking,
            nature=wanted[0].nature,
        )
        signed = msgspec.json.encode(header)
        data = envelope.wrap(signed, sender.sign(envelope.to_sign(signed)), body)
        keeper.add([_receipt(header.made_at, header, signed, wanted).sealed()])
    return data


def open_parcel(
    data: bytes,
    partners: Iterable[Partner],
    me: Identity,
    keeper: Keeper,
    notices: list[str] | None = None,
) -> Parcel:
    """What a partner sealed for us, checked in full, then kept together with its receipt.

    The records keep their ids, markings and nature; they count as known here from this moment on,
    whatever their sender's clocks say. A gap in the numbers is added to `notices`.
    Nothing is kept when anything is wrong. Raises `Misread` for what is no whole parcel,
    `NotGenuine` for an unknown sender, a signature, hash, id or chain that does not hold, or a
    parcel opened before; `NotAllowed` for one that is not for us, or that would replace records
    which did not come from its sender.
    """
    parcel = envelope.unwrap(data)
    partner = _sender(parcel, partners)
    _refuse_foreign(parcel.header, me)
    records = _records(parcel)
    moment = now()
    arrived = [_known_since(moment, record) for record in records]
    receipt = _receipt(moment, parcel.header, parcel.signed, arrived)
    receipt = msgspec.structs.replace(receipt, partner=partner.name, direction="received").sealed()
    with keeper.transaction():
        said = _check_chain(parcel.header, receipt, _receipts(keeper, "received", partner.name))
        _refuse_replacing(arrived, partner.name, keeper)
        keeper.add([*arrived, receipt])
    if notices is not None:
        notices.extend(said)
    return Parcel(
        sender=partner.name,
        receiver=me.name,
        number=parcel.header.number,
        previous=parcel.header.previous,
        records=tuple(arrived),
    )


def missing_numbers(partner: str, keeper: Keeper) -> list[int]:
    """Numbers of a partner's parcels that never arrived, though later ones did."""
    seen = {receipt.number for receipt in _receipts(keeper, "received", partner)}
    return sorted(set(range(1, max(seen, default=0))) - seen)


# -- sealing -------------------------------------------------------------------------------------


def _refuse_wrong(records: Sequence[Record]) -> None:
    if not 0 < len(records) <= envelope.MAX_RECORDS:
        raise WrongUse(
            f"a parcel of {len(records)} records", expected=f"1 to {envelope.MAX_RECORDS}"
        )
    for record in records:
        kind = type(record).__name__.lower()
        if kind in OWN_BOOKS or kind not in KINDS:
            raise WrongUse(
                f"{record.id or kind} is a {kind}",
                expected="a record that may travel",
                next_step="Leave it out.",
            )
        if record.id != record.sealed().id:
            raise WrongUse(
                f"the {kind} {record.id or 'without id'} is not sealed, or was changed since",
                expected="the id that its content makes",
                next_step="Call sealed() on it.",
            )
    natures = sorted({part.nature for record in records for part in _with_parts(record)})
    if len(natures) > 1:
        raise WrongUse(
            f"the records are {' and '.join(natures)}",
            expected="one nature in a parcel: exercises never mix with the live record",
            next_step="Seal two parcels.",
        )


def _refuse_unencrypted(marking: Marking, receiver: Partner) -> None:
    if marking >= Marking.AMBER and receiver.circle != "own":
        raise NotAllowed(
            f"the parcel for {receiver.name!r} would hold {label(marking)}, and parcels are "
            "signed but not encrypted yet",
            expected=f"at most {label(Marking.GREEN)} for another house",
            next_step="Leave the stricter records out, or hand them over in another way.",
        )


def _with_parts(record: Record) -> Iterator[Record]:
    """A record and every record inside it: a bulletin may carry stricter warnings than itself."""
    yield record
    for field in record.__struct_fields__:
        value = getattr(record, field)
        for part in value if isinstance(value, _CONTAINERS) else (value,):
            if isinstance(part, Record):
                yield from _with_parts(part)


# -- opening -------------------------------------------------------------------------------------


def _sender(parcel: Envelope, partners: Iterable[Partner]) -> Partner:
    stated = parcel.header.sender
    partner = next((p for p in partners if key_id(p.key) == parcel.header.sender_key), None)
    if partner is None:
        raise NotGenuine(
            f"the parcel says it is from {stated[:60]!r}, with a key that no partner has",
            expected="the key of a partner",
            next_step="If it is a new partner, compare fingerprints in person and add the key.",
        )
    if not verifies(partner.key, parcel.signature, envelope.to_sign(parcel.signed)):
        raise NotGenuine(
            f"the signature of the parcel is not that of {partner.name!r}",
            next_step="Do not use it; ask the partner by another way.",
        )
    if envelope.sha256(parcel.body) != parcel.header.sha256:
        raise NotGenuine(
            f"the content of the parcel is not what {partner.name!r} signed",
            next_step="Do not use it; ask the partner to send it again.",
        )
    return partner


def _refuse_foreign(header: Header, me: Identity) -> None:
    if header.receiver_key != key_id(me.key):
        raise NotAllowed(
            f"the parcel is for {header.receiver[:60]!r}, not for {me.name!r} with this key",
            next_step="Hand it to its receiver, or ask for one sealed to your present key.",
        )


def _records(parcel: Envelope) -> list[Record]:
    header, lines = parcel.header, envelope.read_lines(parcel.body)
    if len(lines) != header.count or len(lines) > envelope.MAX_RECORDS:
        raise Misread(f"the parcel holds {len(lines)} records", expected=f"{header.count}")
    records = [_record(line, place) for place, line in enumerate(lines, start=1)]
    every = [part for record in records for part in _with_parts(record)]
    if strictest([part.marking for part in every]) != header.marking:
        raise NotGenuine(
            f"the parcel is marked {label(header.marking)}, but its records are not",
            expected="the strictest marking of its records",
        )
    if any(part.nature != header.nature for part in every):
        raise NotGenuine(
            f"the parcel says it is {header.nature}, but not all of its records are",
            expected="one nature: exercises never mix with the live record",
        )
    return records


def _record(line: envelope.Line, place: int) -> Record:
    kind = None if line.kind in OWN_BOOKS else KINDS.get(line.kind)
    if kind is None:
        raise Misread(
            f"record {place} of the parcel is of the kind {line.kind[:40]!r}",
            expected=f"one of {', '.join(sorted(set(KINDS) - OWN_BOOKS))}",
        )
    try:
        record = msgspec.json.decode(line.record, type=kind)
    except envelope.NOT_DECODED as error:
        raise Misread(f"record {place} of the parcel is no {line.kind} ({error})") from None
    if record.id != record.sealed().id:
        raise NotGenuine(
            f"the id of record {place}, {record.id[:60]!r}, is not that of its content",
            next_step="Do not use it; ask the partner to send it again.",
        )
    return record


def _known_since(moment: datetime, record: Record) -> Record:
    # the sender's clocks tell when *they* knew; a replay of our past must not see it before us
    stamped = live(moment, record.clocks.published, record.clocks.happened)
    return msgspec.structs.replace(record, clocks=stamped)


def _check_chain(header: Header, receipt: Receipt, before: list[Receipt]) -> list[str]:
    """What is to be said about the parcel's number; `NotGenuine` for one that cannot be."""
    seen = {r.number: r.sha256 for r in before}
    what = f"parcel {header.number} from {receipt.partner!r}"
    if header.number in seen:
        same = seen[header.number] == receipt.sha256
        raise NotGenuine(
            f"{what} was opened before" + ("" if same else ", and that one said something else"),
            next_step="Nothing is lost; leave it." if same else "Ask the partner which one holds.",
        )
    if header.number < 1 or (header.number == 1) != (header.previous == ""):
        raise NotGenuine(f"{what} begins no chain", expected="number 1 without a parcel before it")
    if header.number - 1 in seen and header.previous != seen[header.number - 1]:
        raise NotGenuine(
            f"{what} does not follow the parcel before it that was opened here",
            next_step="Ask the partner to send both again.",
        )
    newest = max(seen, default=0)
    if header.number > newest + 1:
        return [
            f"{what} arrived, but {header.number - 1 - newest} before it did not (from number "
            f"{newest + 1} on). Ask the partner to send what is missing."
        ]
    return [f"{what} arrived late, after number {newest}."] if header.number < newest else []


def _refuse_replacing(records: Sequence[Record], partner: str, keeper: Keeper) -> None:
    """Only what a partner sent may be corrected by that partner, never a record of our own."""
    new = {r.id for r in records if keeper.get(r.id) is None}
    theirs = {
        (name, receipt.clocks.received)
        for receipt in _receipts(keeper, "received", partner)
        for name in receipt.contained
    }
    sent = {name for name, _ in theirs}
    for record in records:
        if record.supersedes is None or record.supersedes in new:
            continue
        old = keeper.get(record.supersedes)
        # all records of a parcel bear the moment of its receipt; one that was here before does not.
        # What never came here may not be replaced either: the id of a text that is yet to come
        # can be worked out, and it would be hidden from its first day on.
        own = record.supersedes in sent if old is None else (old.id, old.clocks.received) in theirs
        if not own:
            raise NotAllowed(
                f"{record.id} of {partner!r} would replace {record.supersedes}, which did not come "
                "from there",
                expected="a correction of records that the sender sent before",
                next_step="Ask the partner for the parcel that held it first, or to send this as "
                "a record of its own.",
            )


# -- receipts ------------------------------------------------------------------------------------


def _receipts(keeper: Keeper, direction: str, partner: str) -> list[Receipt]:
    kept = keeper.known(Receipt)
    return [r for r in kept if r.direction == direction and r.partner == partner]


def _number(receipt: Receipt) -> int:
    return receipt.number


def _receipt(moment: datetime, header: Header, signed: bytes, records: Sequence[Record]) -> Receipt:
    """The receipt of a parcel that leaves, not yet sealed."""
    return Receipt(
        clocks=live(moment),
        marking=RECEIPT_MARKING,
        nature=header.nature,
        direction="sent",
        partner=header.receiver,
        number=header.number,
        sha256=envelope.sha256(signed),
        contained=tuple(record.id for record in records),
    )
