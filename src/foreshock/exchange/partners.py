"""Whom we know: cards and what a person here decided about them, folded into one list.

Nothing is trusted on first use. A card that was added is *unconfirmed* until somebody has typed in
the eight words that its owner read out; only then is anything of that node taken, and anything
sent to it.
"""

from datetime import datetime
from typing import Literal, Protocol, TypeVar

import msgspec

from foreshock.errors import Misread, NotAllowed, NotGenuine, WrongUse
from foreshock.exchange import jws
from foreshock.exchange.cards import SKEW, Card, read_card
from foreshock.exchange.parcels import NOT_DECODED
from foreshock.exchange.spoken import same_words, words_of
from foreshock.words.feeds import Alarm, CardRow, Circle, FeedKeeper, TrustRow
from foreshock.words.records import Receiver, Struct

State = Literal["unconfirmed", "confirmed", "expired", "revoked"]


class Partner(Struct, frozen=True, kw_only=True):
    """A node we know of, its newest card, and how far we go with it."""

    card: Card
    token: str
    state: State
    circle: Circle = "community"
    communities: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Id of its root key."""
        return self.card.id

    @property
    def name(self) -> str:
        """The name on its card."""
        return self.card.name

    @property
    def receiver(self) -> Receiver:
        """How the gate sees it."""
        return Receiver(name=self.card.name, circle=self.circle)


def everybody(keeper: FeedKeeper, at: datetime) -> dict[str, Partner]:
    """All nodes whose cards were added, by the ids of their root keys."""
    newest: dict[str, CardRow] = {}
    for row in keeper.cards():
        if row.root not in newest or row.counter > newest[row.root].counter:
            newest[row.root] = row
    decided: dict[str, dict[str, str]] = {}
    for one in keeper.trust():
        decided.setdefault(one.root, {})[one.what] = one.value
    found = {}
    for root, row in newest.items():
        said = decided.get(root)
        if said is None:  # a card of our own
            continue
        card = read_card(row.jws)
        found[root] = Partner(
            card=card,
            token=row.jws,
            state=_state(card, said, at),
            circle=msgspec.convert(said.get("circle", "community"), Circle),
            communities=tuple(filter(None, said.get("communities", "").split(","))),
        )
    return found


def _state(card: Card, said: dict[str, str], at: datetime) -> State:
    if "revoked" in said or card.revoked_at is not None:
        return "revoked"
    if "confirmed" not in said:
        return "unconfirmed"
    return "expired" if at > card.expires else "confirmed"


def named(who: str, keeper: FeedKeeper, at: datetime) -> Partner:
    """The partner of this name or root id; `WrongUse` for an unknown one."""
    every = everybody(keeper, at)
    for partner in every.values():
        if who in (partner.id, partner.name):
            return partner
    raise WrongUse(
        f"there is no partner {who[:60]!r}",
        expected=", ".join(sorted(p.name for p in every.values())) or "one who was added",
        next_step="Add the card that they hand over: foreshock partners add CARD",
    )


def trusted(root: str, keeper: FeedKeeper, at: datetime) -> Partner:
    """The partner with this root id, if it may be dealt with; else `NotGenuine`."""
    partner = everybody(keeper, at).get(root)
    if partner is None:
        raise NotGenuine(
            f"it comes from a node {root[:32]!r} that nobody here knows",
            expected="a partner whose card was added and confirmed",
            next_step="If it is a new partner, have their card: foreshock partners add CARD",
        )
    if partner.state != "confirmed":
        raise NotGenuine(
            f"the partner {partner.name!r} is {partner.state}",
            expected="a confirmed one",
            next_step={
                "unconfirmed": f"Compare the eight words with them, then: foreshock partners "
                f"confirm '{partner.name}' --words ...",
                "expired": "Ask them for their present card.",
                "revoked": "Nothing of it is taken any more.",
            }[partner.state],
        )
    return partner


class _Signed(Protocol):
    """What a partner signs under its own name."""

    @property
    def by(self) -> str:
        """Root id of who signs."""
        ...


_S = TypeVar("_S", bound=_Signed)


def signed_by_partner(
    token: str, purpose: jws.Purpose, form: type[_S], what: str, keeper: FeedKeeper, at: datetime
) -> tuple[_S, Partner]:
    """What a JWS says, once its signature is that of the partner it names (`by`), and who that is.

    `what` is its name in errors: `Misread` for what cannot be read, `NotGenuine` for anybody else.
    """
    signed = jws.take_apart(token, purpose)
    try:
        said = msgspec.json.decode(signed.payload, type=form)
    except NOT_DECODED as error:
        raise Misread(f"{what} cannot be read ({str(error)[:100]})") from None
    partner = trusted(said.by, keeper, at)
    if not jws.holds(signed, key_of(partner, signed.key_id, at)):
        raise NotGenuine(f"{what} is not signed by who it names")
    return said, partner


def key_of(partner: Partner, key_id: str, at: datetime) -> str:
    """The partner's operating key of this id, if it holds now; else `NotGenuine`.

    It has to hold at the moment of arrival: whoever stole an old key may write any date.
    """
    for span in partner.card.keys:
        if _id(span.key) != key_id:
            continue
        if span.revoked_at is not None:
            why = f"was revoked on {span.revoked_at:%Y-%m-%d}"
        elif at > span.until:
            why = f"expired on {span.until:%Y-%m-%d}"
        elif at < span.since - SKEW:
            why = f"holds from {span.since:%Y-%m-%d} on"
        else:
            return span.key
        raise NotGenuine(
            f"the key {key_id[:8]} of {partner.name!r} {why}",
            expected="a key that holds today",
            next_step="Ask them to send it again: what leaves is signed with their present key.",
        )
    raise NotGenuine(
        f"{partner.name!r} has no key {key_id[:8]} on the card that is known here",
        next_step="Ask them for their present card.",
    )


def _id(key: str) -> str:
    from foreshock.exchange.identity import key_id

    return key_id(key)


# -- cards come in -------------------------------------------------------------------------------


def add(
    token: str, keeper: FeedKeeper, at: datetime, own: Card | None, *, by_hand: bool = True
) -> Partner:
    """Keep a card. A root key that is new here stays unconfirmed, whatever the card says.

    A newer card of a known root key takes the place of the older one at once: its root signed it.
    Not `by_hand` (it came in a parcel): only newer cards of known root keys are taken. Raises
    `NotGenuine` for a rollback, two cards of one number, or another's name or identity.
    """
    card = read_card(token)
    if at > card.expires:
        raise NotGenuine(
            f"the card of {card.name!r} expired on {card.expires:%Y-%m-%d}",
            next_step="Ask for their present one.",
        )
    if card.issued > at + SKEW:
        raise NotGenuine(f"the card of {card.name!r} was issued in the future")
    with keeper.writing():
        every = everybody(keeper, at)
        before = every.get(card.id)
        if own is not None and card.id == own.id:
            raise WrongUse("this is our own card", expected="that of a partner")
        if before is None and not by_hand:
            raise NotGenuine(
                f"a card of {card.name!r} came in a parcel, and nobody here knows its root key",
                next_step="Have it handed over in person: foreshock partners add CARD",
            )
        _refuse_taken_names(card, every, own)
        if before is not None and token.strip() != before.token:
            _refuse_older(card, token, before, keeper, at)
        if before is None or card.counter > before.card.counter:
            keeper.add_card(CardRow(root=card.id, counter=card.counter, jws=token.strip(), at=at))
            keeper.log("key", card.id, f"card {card.counter}", "card kept", at)
        if before is None:
            keeper.add_trust(TrustRow(root=card.id, what="added", value=card.name, at=at))
        return everybody(keeper, at)[card.id]


def _refuse_taken_names(card: Card, every: dict[str, Partner], own: Card | None) -> None:
    others = [p.card for p in every.values() if p.id != card.id]
    for other in [*others, *([own] if own else [])]:
        if other.name.casefold() == card.name.casefold() or other.identity == card.identity:
            raise NotGenuine(
                f"the card of {card.name!r} bears the name or identity of another node",
                expected="a name and identity of its own",
                next_step="Ask by another way who this is.",
            )


def _refuse_older(
    card: Card, token: str, before: Partner, keeper: FeedKeeper, at: datetime
) -> None:
    if before.state == "revoked":
        raise NotGenuine(f"{card.name!r} was revoked", next_step="Nothing takes that back.")
    if card.identity != before.card.identity:
        raise NotGenuine(
            f"the new card of {before.name!r} changes its identity as an author",
            expected="the same identity on all cards of a root key",
            next_step="Ask the partner by another way; a new author needs a new root key.",
        )
    if card.counter > before.card.counter:
        return
    kind = "rollback" if card.counter < before.card.counter else "fork"
    keeper.log("refuse", card.id, f"card {card.counter}", kind, at)
    says = (
        f"a card number {card.counter} of {card.name!r} came after number {before.card.counter}"
        if kind == "rollback"
        else f"there are two cards number {card.counter} of {card.name!r}"
    )
    raise NotGenuine(
        says,
        expected=f"a number above {before.card.counter}",
        next_step="Do not use it; ask the partner by another way.",
    )


def confirm(
    who: str, words: str, circle: Circle, communities: tuple[str, ...],
    keeper: FeedKeeper, at: datetime,
) -> Partner:  # fmt: skip
    """A person has compared the eight words: from now on the partner is dealt with.

    Raises `NotGenuine` when the words are those of another key.
    """
    partner = named(who, keeper, at)
    if partner.state == "revoked":
        raise NotAllowed(f"{partner.name!r} was revoked", next_step="Nothing takes that back.")
    if not same_words(words, partner.card.root):
        keeper.log("refuse", partner.id, "card", "other words", at)
        raise NotGenuine(
            f"these are not the words of the card of {partner.name!r}",
            expected="the eight words that its owner reads out",
            next_step="Have them read out again; if they differ, the card is not theirs.",
        )
    with keeper.writing():
        for what, value in (
            ("confirmed", words_of(partner.card.root)),
            ("circle", circle),
            ("communities", ",".join(communities)),
        ):
            row = msgspec.convert(
                {"root": partner.id, "what": what, "value": value, "at": at}, TrustRow
            )
            keeper.add_trust(row)
        keeper.log("trust", partner.id, "confirmed", circle, at)
    return named(who, keeper, at)


def revoke(who: str, why: str, keeper: FeedKeeper, at: datetime) -> Partner:
    """Stop dealing with a partner for good."""
    partner = named(who, keeper, at)
    if not why.strip():
        raise WrongUse("no reason was given", expected="one sentence: --why")
    with keeper.writing():
        keeper.add_trust(TrustRow(root=partner.id, what="revoked", value=why, at=at))
        keeper.log("trust", partner.id, "revoked", "", at)
    return named(who, keeper, at)


def alarm(keeper: FeedKeeper, at: datetime, kind: str, says: str, **more: object) -> None:
    """Raise an alarm, and note it in the audit log."""
    raised = msgspec.convert({"at": at, "kind": kind, "says": says, **more}, Alarm)
    keeper.add_alarm(raised)
    keeper.log("alarm", raised.partner, raised.feed or raised.about, kind, at)
