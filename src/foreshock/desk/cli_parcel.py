"""The verbs `foreshock parcel ...`: what we say to whom, and what they say to us."""

from pathlib import Path
from typing import Annotated, Any

import typer

from foreshock.desk import exchanging, options
from foreshock.desk.cli_publish import To, publish
from foreshock.desk.exchanging import exchange
from foreshock.desk.options import Home, Json
from foreshock.desk.output import as_json, check_place
from foreshock.desk.talk import emit, progress, say
from foreshock.errors import WrongUse

app = typer.Typer(help="Parcels: signed feeds by file, mail or network.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="OBJECT", help="Id of an object.")]
Why = Annotated[str, typer.Option("--why", help="The reason, one sentence.")]


app.command()(publish)


@app.command()
def make(
    to: Annotated[str, typer.Option("--to", help="Name of a partner.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    state: Annotated[
        bool | None,
        typer.Option(help="What holds now ahead of the history; else when much is lacking."),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Everything from the first segment on.")
    ] = False,
    lock: Annotated[
        bool, typer.Option("--lock", help="Locked for the partner (age), also where not needed.")
    ] = False,
    mail: Annotated[
        str, typer.Option(help="Write a message (.eml) to this address, parcel attached.")
    ] = "",
    sender: Annotated[str, typer.Option(help="With --mail: our address.")] = "foreshock@localhost",
    home: Home = None,
) -> None:
    """Write what a partner lacks into one file: card, receipts, what holds now, the history.

    TLP:AMBER and stricter leaves only locked for its receiver.

    Example: foreshock parcel make --to "Hague desk" --out /media/stick/week-27.fsp
    """
    from foreshock.exchange import feeds, parcels, sending
    from foreshock.exchange.mail import write_mail
    from foreshock.exchange.partners import named, trusted

    check_place(out)
    with exchange(home) as ours:
        partner = trusted(named(to, ours.keeper, ours.at).id, ours.keeper, ours.at)
        feeds.ensure(feeds.audience(partner.id, ours.keeper, ours.at), *ours.who)
        feeds.refresh(*ours.who)
        after = {h.feed: 0 for h in ours.keeper.feeds()} if anew else None
        blocks, must_lock = sending.for_partner(
            partner, ours.node, ours.keeper, ours.at, after=after,
            way="mail" if mail else "file", with_state=state,
        )  # fmt: skip
        data = parcels.write(blocks)
        locked = lock or must_lock
        if locked:
            data = parcels.lock(data, [partner.card.age])
        if mail:
            subject = f"Foreshock parcel of {ours.node.card.name}, {ours.at:%Y-%m-%d}"
            data = write_mail(data, sender, mail, ours.at, subject)
    exchanging.write_file(out, data)
    segments = sum(block.purpose == "segment" for block in blocks)
    say(
        f"Wrote {out}: {segments} segment(s), {len(data) / 1e6:.1f} MB, "
        f"{f'locked for {partner.name}' if locked else 'signed, not locked'}."
    )


@app.command("open")
def open_(
    files: Annotated[list[Path], typer.Argument(help="Parcels, or messages (.eml) with them.")],
    json: Json = False,
    home: Home = None,
) -> None:
    """Check parcels of partners and take in what they hold; the same again does no harm.

    Example: foreshock parcel open week-27.fsp
    """
    from foreshock.exchange import partners
    from foreshock.exchange.mail import parcels_in
    from foreshock.exchange.opening import open_parcel

    failed = False
    with exchange(home) as ours:
        names = {p.id: p.name for p in partners.everybody(ours.keeper, ours.at).values()}
        for file in files:
            data = exchanging.read_file(file)
            for one in parcels_in(data) if file.suffix.lower() == ".eml" else [data]:
                with progress(f"opening {file.name}") as shown:
                    opened = open_parcel(one, ours.node, ours.keeper, ours.at, shown)
                added, left = exchanging.journal(ours, opened)
                if json:
                    emit(as_json(opened))
                else:
                    emit("".join(line + "\n" for line in exchanging.told(opened, names)))
                    if added:
                        emit(f"{added} new record(s) in the archive.\n")
                for problem in (*opened.problems, *left):
                    failed = True
                    say(problem)
        for alarm in ours.keeper.alarms():
            if not alarm.settled:
                say(f"ALARM {alarm.number} ({alarm.kind}): {alarm.says}")
    if failed:
        raise typer.Exit(1)


@app.command("list")
def list_(
    level: Annotated[int, typer.Option(help="Only warnings at or above this level.")] = 0,
    ids: Annotated[bool, typer.Option("--ids", help="Only the ids, one a line.")] = False,
    json: Json = False,
    home: Home = None,
) -> None:
    """Show what is in force of all that partners and we said, most urgent first.

    Example: foreshock parcel list --level 3
    """
    from foreshock import gate
    from foreshock.exchange import partners
    from foreshock.exchange.content import clean
    from foreshock.exchange.view import visible
    from foreshock.words.markings import label

    options.level(level)
    with exchange(home) as ours:
        names = {p.id: p.name for p in partners.everybody(ours.keeper, ours.at).values()}
        names[ours.node.id] = ours.node.card.name
        found = [
            p
            for p in visible(ours.keeper.everything(), gate.OWN)
            if p.type not in ("identity", "location") and p.entry.level >= level
        ]
        rows = [
            {
                "id": p.entry.id,
                "version": p.entry.version,
                "author": names.get(p.author, p.author[:8]),
                "type": p.type,
                "level": p.entry.level,
                "marking": label(p.entry.marking),
                "withdrawn": p.revoked,
                "why": clean(p.entry.why),
                "name": clean(_name(ours.keeper.body(p))),
            }
            for p in sorted(found, key=lambda p: (-p.entry.level, p.place, p.offset))
        ]
    if json or ids:
        emit(as_json(rows) if json else "".join(f"{row['id']}\n" for row in rows))
        return
    for row in rows:
        tail = f" WITHDRAWN: {row['why']}" if row["withdrawn"] else ""
        emit(f"{row['author']}: {row['name']} [{row['marking']}] {row['id']}{tail}\n")
    if not rows:
        say("Nothing is in force.")


def _name(body: bytes) -> str:
    import msgspec

    said = msgspec.json.decode(body) if body else {}
    return str(said.get("name") or said.get("abstract") or said.get("type", ""))


@app.command()
def diff(what: Id, home: Home = None) -> None:
    """Show what changed between the two newest versions of an object, and why.

    Example: foreshock parcel diff report--0c3b...
    """
    from foreshock import gate
    from foreshock.exchange.content import clean
    from foreshock.exchange.corrections import difference

    with exchange(home) as ours:
        versions = {
            p.instant: p
            for p in ours.keeper.versions([what])
            if p.entry.says == "object" and p.fate == "kept"
            and gate.judge(what, gate.Marked(marking=p.entry.marking), gate.OWN).passes
        }  # fmt: skip
        pieces = [versions[instant] for instant in sorted(versions)]
        if not pieces:
            raise WrongUse(f"there is no object {what[:80]!r}", expected="an id of `parcel list`")
        if len(pieces) == 1:
            say(f"There is one version only, {pieces[0].entry.version}.")
            return
        before, after = (ours.keeper.body(p) for p in pieces[-2:])
    emit(
        f"{pieces[-2].entry.version} -> {pieces[-1].entry.version}: {clean(pieces[-1].entry.why)}\n"
    )
    for one in difference(before, after):
        emit(f"{clean(one.field)}: {clean(one.before) or '-'} -> {clean(one.after) or '-'}\n")


@app.command()
def answer(
    what: Id,
    says: Annotated[str, typer.Argument(help="opened, seen, acting or disputed.")],
    role: Annotated[str, typer.Option(help="In which role: analyst, mission ...")] = "analyst",
    remark: Annotated[str, typer.Option(help="Why, or what is being done.")] = "",
    home: Home = None,
) -> None:
    """Acknowledge or dispute an object of a partner; it goes back with the next receipt.

    Example: foreshock parcel answer report--0c3b... acting --role "releasing officer"
    """
    from foreshock.exchange.receipts import say as word

    if says not in ("opened", "seen", "acting", "disputed"):
        raise WrongUse(f"{says!r} is no answer", expected="opened, seen, acting or disputed")
    if says == "disputed" and not remark.strip():
        raise WrongUse("a dispute needs a reason", expected="one sentence: --remark")
    with exchange(home) as ours:
        word(what, says, role, ours.node, ours.keeper, ours.at, remark)  # type: ignore[arg-type]
    say("Noted; it leaves with the next parcel to its author.")


@app.command()
def status(
    to: Annotated[str | None, typer.Option("--to", help="Only this partner.")] = None,
    hours: Annotated[
        float, typer.Option(help="Warnings of level 3 and 4 not answered for so long are told.")
    ] = 24,
    json: Json = False,
    home: Home = None,
) -> None:
    """Show who got what: sent, received, opened, acknowledged, disputed, refused, erased.

    Example: foreshock parcel status --to "Hague desk"
    """
    from foreshock.exchange import partners, receipts

    with exchange(home) as ours:
        every = partners.everybody(ours.keeper, ours.at)
        chosen = [partners.named(to, ours.keeper, ours.at)] if to else list(every.values())
        rows = receipts.standings(chosen, ours.node, ours.keeper, ours.at)
        late = receipts.overdue(rows, ours.at, hours)
    if json:
        emit(as_json({"standing": rows, "unanswered": late}))
        return
    for row in rows:
        if row.id.startswith(("identity--", "location--")):
            continue
        emit(f"{row.partner}: {row.id} level {row.level}: {_standing(row)}\n")
    for row in late:
        say(
            f"UNANSWERED for more than {hours:g} h: {row.partner}, {row.id}, level {row.level}. "
            "Remind them by another way: foreshock parcel make --mail ADDRESS, or by telephone."
        )
    if not rows:
        say("Nothing was published yet.")


def _standing(row: Any) -> str:
    said = [f"sent {row.sent:%Y-%m-%d %H:%M}" if row.sent else "not sent yet"]
    if row.received:
        said.append(f"received {row.received:%Y-%m-%d %H:%M}")
    if row.opened:
        said.append(f"opened by {', '.join(row.opened)}")
    if row.acknowledged and not row.disputed:
        said.append(f"acknowledged {row.acknowledged:%Y-%m-%d %H:%M}")
    if row.disputed:
        said.append(f"DISPUTED: {row.disputed}")
    if row.refused:
        said.append(f"refused: {row.refused}")
    if row.erased:
        said.append("erased there")
    return ", ".join(said)


@app.command()
def withdraw(what: Id, why: Why, home: Home = None) -> None:
    """Withdraw an object of ours from everybody who got it; nothing brings it back.

    Example: foreshock parcel withdraw report--0c3b... --why "The notice was misread."
    """
    from foreshock.exchange import corrections

    with exchange(home) as ours:
        done = corrections.withdraw(what, why, ours.node, ours.keeper, ours.at)
    say(f"Withdrawn in {len(done)} feed(s); it leaves with the next parcel to each receiver.")


@app.command()
def erase(
    what: Id,
    why: Why,
    version: Annotated[str, typer.Option(help="Only this version.")] = "",
    home: Home = None,
) -> None:
    """Have an object of ours erased by all who got it: for a wrong marking. The hash stays.

    Example: foreshock parcel erase report--0c3b... --why "It was RED, not GREEN."
    """
    from foreshock.exchange import corrections

    with exchange(home) as ours:
        done = corrections.erase(what, why, ours.node, ours.keeper, ours.at, version)
    say(
        f"Erased here, and asked for in {len(done)} feed(s). `parcel status` shows who has done it."
    )


@app.command()
def renew(
    to: To,
    exercise: Annotated[bool, typer.Option("--exercise", help="The feed of exercises.")] = False,
    home: Home = None,
) -> None:
    """Begin a feed anew, after an old backup was restored here and partners saw a fork.

    Example: foreshock parcel renew --to "Hague desk"
    """
    from foreshock.exchange import feeds

    with exchange(home) as ours:
        audience = feeds.audience(to, ours.keeper, ours.at)
        nature: Any = "exercise" if exercise else "actual"
        feed = feeds.renew(audience.label, nature, ours.node, ours.keeper, ours.at)
    say(f"The feed for {audience.receiver.name} begins anew as {feed}.")
