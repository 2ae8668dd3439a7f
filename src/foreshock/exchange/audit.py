"""The audit log: every sending, receipt, refusal, reading, marking and key, line bound to line.

Each line holds the hash of the one before. A changed, missing or inserted line shows from the log
alone; lines cut off at its end show against heads that others hold: the header of each segment we
send and each receipt that comes back name the newest line of their day, and so does every bulletin.
"""

from collections.abc import Iterable

import msgspec

from foreshock.exchange import jws
from foreshock.exchange.receipts import Receipt
from foreshock.words.feeds import AuditLine, FeedKeeper, audit_chain
from foreshock.words.records import Struct


class Finding(Struct, frozen=True, kw_only=True):
    """What the log was found to be."""

    lines: int
    head: str
    #: heads held by others, or noted in what we sent, that were compared
    witnesses: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(keeper: FeedKeeper, node_id: str, noted: Iterable[tuple[int, str]] = ()) -> Finding:
    """Compute the chain again and compare it with every head that is known from elsewhere.

    `noted` are heads that a person brings, such as that of a printed bulletin.
    """
    heads, problems, before, expected = {0: ""}, [], "", 1
    for line in keeper.audit():
        if line.number != expected:
            problems.append(f"lines {expected} to {line.number - 1} are missing")
        if audit_chain(before, _fields(line)) != line.chain:
            problems.append(f"line {line.number} is not what was written, or follows another one")
        heads[line.number] = before = line.chain
        expected = line.number + 1
    known = [*_witnesses(keeper, node_id), *(("a head that was noted", n, h) for n, h in noted)]
    for who, number, head in known:
        if number not in heads:
            problems.append(f"{who} knows line {number}, the log ends with {expected - 1}")
        elif heads[number] != head:
            problems.append(f"{who} knows line {number} as another one")
    return Finding(
        lines=expected - 1, head=before, witnesses=len(known),
        problems=tuple(dict.fromkeys(problems)),
    )  # fmt: skip


def _fields(line: AuditLine) -> tuple[object, ...]:
    at = line.at.isoformat(timespec="microseconds")
    return (line.number, at, line.what, line.who, line.about, line.says)


def _witnesses(keeper: FeedKeeper, node_id: str) -> Iterable[tuple[str, int, str]]:
    for header in keeper.feeds(node_id):
        for one in keeper.headers(header.feed):
            yield (f"segment {one.number} of {header.feed}", *one.audit)
    for row in keeper.receipts():
        payload = jws.take_apart(row.jws, "receipt").payload
        receipt = msgspec.json.decode(payload, type=Receipt)
        yield (f"a receipt of {row.partner[:8]}", *receipt.author_audit)
