"""The verbs `foreshock partners ...`: who we are, who they are, how far we go with them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foreshock.desk import exchanging
from foreshock.desk import settings as configured
from foreshock.desk.exchanging import Locked, Root, exchange
from foreshock.desk.options import Home, Json, Out
from foreshock.desk.output import as_json, check_place, deliver
from foreshock.desk.talk import emit, say
from foreshock.errors import WrongUse
from foreshock.words.clocks import now

if TYPE_CHECKING:
    from foreshock.exchange.partners import Partner

app = typer.Typer(help="Partners: cards, trust, alarms.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(help="Name of a partner, or id of its root key.")]
_CARD_BYTES = 70_000
#: hours without a word after which a partner is shown as silent; heads are sent every day
SILENT = 48


@app.command()
def card(
    new: Annotated[str | None, typer.Option("--new", help="Make one, with this name.")] = None,
    root: Annotated[
        Path | None, typer.Option(help="With --new: where the root key goes; best a stick.")
    ] = None,
    locked: Locked = False,
    url: Annotated[str, typer.Option(help="With --new: where this node can be reached.")] = "",
    words: Annotated[bool, typer.Option("--words", help="Only the eight words.")] = False,
    out: Out = None,
    home: Home = None,
) -> None:
    """Show our card and its eight words, or make the keys and the first card.

    The card is what partners are given; the words are read out to them by another way.

    Example: foreshock partners card --new "Seoul desk" --root /media/stick/root.key
    """
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.exchange.node import found_node
    from foreshock.exchange.spoken import words_of

    check_place(out)
    if new is not None:
        if root is None:
            raise WrongUse(
                "there is no place for the root key",
                expected="--root with a path on a stick, or with --locked anywhere",
            )
        settings = configured.read(home)
        secret = exchanging.passphrase(locked, again=True)
        with SqliteFeeds(settings.home) as keeper:
            made = found_node(new, settings.home, root, now(), keeper, passphrase=secret, url=url)
        say(f"The root key lies in {root}. Keep it apart from this machine.")
        token, public = made.token, made.card.root
    else:
        with exchange(home) as ours:
            token, public = ours.node.token, ours.node.card.root
    if words:
        emit(words_of(public) + "\n")
        return
    deliver(out, token + "\n")
    say(f"Eight words of this card: {words_of(public)}")


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The card that a partner handed over.")],
    home: Home = None,
) -> None:
    """Add a partner's card. It counts for nothing until its words are compared: partners confirm.

    Example: foreshock partners add hague.card
    """
    from foreshock.exchange import partners

    token = exchanging.read_file(file, _CARD_BYTES).decode("ascii", "replace")
    with exchange(home) as ours:
        partner = partners.add(token, ours.keeper, ours.at, ours.node.card)
    if partner.state == "unconfirmed":
        say(
            f"{partner.name} is added and not trusted yet. Have its owner read out the eight words "
            f"by telephone or in person, then: foreshock partners confirm '{partner.name}' "
            '--words "..."'
        )
    else:
        say(f"{partner.name}: card {partner.card.counter} is in use ({partner.state}).")


@app.command()
def confirm(
    who: Who,
    words: Annotated[str, typer.Option(help="The eight words that the owner read out.")],
    circle: Annotated[
        str, typer.Option(help="community, organisation, own, or person (named receiver).")
    ] = "community",
    community: Annotated[
        list[str] | None, typer.Option(help="A community that both belong to. May be repeated.")
    ] = None,
    home: Home = None,
) -> None:
    """Trust a partner whose eight words were compared, up to a circle.

    Example: foreshock partners confirm "Hague desk" --words "abbey ..." --circle organisation
    """
    import msgspec

    from foreshock.exchange import partners
    from foreshock.words.feeds import Circle

    try:
        known = msgspec.convert(circle, Circle)
    except msgspec.ValidationError:
        raise WrongUse(
            f"--circle is {circle!r}", expected="community, organisation, own, person or public"
        ) from None
    with exchange(home) as ours:
        partner = partners.confirm(who, words, known, tuple(community or ()), ours.keeper, ours.at)
    say(f"{partner.name} is confirmed, as {partner.circle}.")


@app.command("list")
def list_(json: Json = False, home: Home = None) -> None:
    """Show all partners: state, circle, when they were last heard, open alarms.

    Example: foreshock partners list
    """
    from foreshock.exchange import partners

    with exchange(home) as ours:
        rows = [_row(p, ours) for p in partners.everybody(ours.keeper, ours.at).values()]
    if json:
        emit(as_json(rows))
        return
    for row in rows:
        emit(
            f"{row['name']}: {row['state']}, {row['circle']}, card {row['card']}, heard "
            f"{row['heard'] or 'never'}{' (SILENT)' if row['silent'] else ''}, "
            f"{row['alarms']} open alarm(s)\n"
        )
    if not rows:
        say("No partners yet. Add one: foreshock partners add CARD")


def _row(partner: "Partner", ours: exchanging.Exchange) -> dict[str, object]:
    heads = [header.created for header in ours.keeper.feeds(partner.id)]
    heard = max(heads, default=None)
    late = heard is not None and (ours.at - heard).total_seconds() > SILENT * 3600
    alarms = [a for a in ours.keeper.alarms() if not a.settled and a.partner == partner.id]
    return {
        "name": partner.name,
        "id": partner.id,
        "state": partner.state,
        "circle": partner.circle,
        "communities": list(partner.communities),
        "card": partner.card.counter,
        "expires": partner.card.expires.date().isoformat(),
        "url": partner.card.url,
        "heard": heard.strftime("%Y-%m-%d %H:%M UTC") if heard else "",
        "silent": late,
        "alarms": len(alarms),
    }


@app.command()
def rotate(
    root: Root,
    lost: Annotated[
        bool, typer.Option("--lost", help="The old key is lost or stolen: it is revoked at once.")
    ] = False,
    url: Annotated[str | None, typer.Option(help="A new address.")] = None,
    locked: Locked = False,
    out: Out = None,
    home: Home = None,
) -> None:
    """Make a new operating key and card; partners take it by itself, in the next parcel.

    Example: foreshock partners rotate --root /media/stick/root.key --out new.card
    """
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.exchange.node import rotate as renew

    check_place(out)
    settings = configured.read(home)
    secret = exchanging.passphrase(locked)
    with SqliteFeeds(settings.home) as keeper:
        made = renew(
            settings.home, root, now(), keeper, passphrase=secret, revoke_old=lost, url=url
        )
    deliver(out, made.token + "\n")
    say(f"Card {made.card.counter} is in use. What was sent before is signed anew when asked for.")


@app.command()
def revoke(
    who: Annotated[str, typer.Argument(help="Name of a partner; `ourselves` for this node.")],
    why: Annotated[str, typer.Option(help="The reason, one sentence.")],
    root: Annotated[Path | None, typer.Option(help="With `ourselves`: the root key.")] = None,
    locked: Locked = False,
    home: Home = None,
) -> None:
    """Stop trusting a partner, or retire this node. Nothing takes that back.

    Example: foreshock partners revoke "Hague desk" --why "Their machine was stolen."
    """
    from foreshock.archive.feeds import SqliteFeeds
    from foreshock.exchange import partners
    from foreshock.exchange.node import retire

    if who == "ourselves":
        if root is None:
            raise WrongUse("only the root key can retire this node", expected="--root")
        settings = configured.read(home)
        with SqliteFeeds(settings.home) as keeper:
            token = retire(
                settings.home, root, now(), keeper, passphrase=exchanging.passphrase(locked)
            )
        emit(token + "\n")
        say("This is the last card. Hand it to all partners.")
        return
    with exchange(home) as ours:
        partner = partners.revoke(who, why, ours.keeper, ours.at)
    say(f"{partner.name} is revoked; what came before stays, nothing more is taken or sent.")


@app.command()
def explain(
    what: Annotated[str, typer.Argument(metavar="OBJECT", help="Id of an object or a record.")],
    who: Who,
    home: Home = None,
) -> None:
    """Say why a partner may or may not see an object, or did; never its content.

    Example: foreshock partners explain report--0c3b... "Hague desk"
    """
    from foreshock.exchange.explain import reasons

    with exchange(home) as ours:
        found = reasons(what, who, ours.node, ours.keeper, ours.at)
        if not found:
            found = _of_record(what, who, ours)
    emit("\n".join(found) + "\n")


def _of_record(what: str, who: str, ours: exchanging.Exchange) -> list[str]:
    from foreshock import gate
    from foreshock.archive import open_archive
    from foreshock.exchange import partners, released

    partner = partners.named(who, ours.keeper, ours.at)
    with open_archive(ours.settings.home) as archive:
        record = archive.get(what)
        going = [released.going(record, archive.get)] if record else []
        waits = bool(released.lacking(archive, going, partner.receiver))
    if record is None:
        raise WrongUse(
            f"there is no object or record {what[:80]!r}",
            next_step="Ids stand in `foreshock parcel list` and `foreshock warnings --json`.",
        )
    let_go = (
        f"No officer has let it go to {partner.name} yet (`foreshock release give`)."
        if waits
        else f"An officer let it go to {partner.name}."
    )
    return [gate.explain(record, partner.receiver), let_go, "It was not published to anybody yet."]


@app.command()
def alarms(
    every: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """Show what a person must look at: forks, gaps, two contents of one version, withdrawals.

    Example: foreshock partners alarms
    """
    with exchange(home) as ours:
        found = [a for a in ours.keeper.alarms() if every or not a.settled]
    if json:
        emit(as_json(found))
        return
    for one in found:
        tail = f" Settled: {one.settled}" if one.settled else ""
        emit(f"{one.number}. {one.at:%Y-%m-%d %H:%M} {one.kind}: {one.says}.{tail}\n")
    if not found:
        say("No open alarm.")


@app.command()
def settle(
    number: Annotated[int, typer.Argument(help="Number of an alarm.")],
    how: Annotated[str, typer.Option(help="What was found and done, one sentence.")],
    home: Home = None,
) -> None:
    """Say how an alarm was settled; a feed that it stopped goes on from what is kept here.

    Example: foreshock partners settle 1 --how "They restored a backup and begin anew."
    """
    if not how.strip():
        raise WrongUse("--how is empty", expected="one sentence")
    with exchange(home) as ours, ours.keeper.writing():
        if not ours.keeper.settle(number, how):
            raise WrongUse(
                f"there is no open alarm {number}", next_step="foreshock partners alarms"
            )
        ours.keeper.log("alarm", ours.node.id, str(number), "settled", ours.at)
    say(f"Alarm {number} is settled.")
