"""The verbs `foreshock record ...`: what a person knows, written into the ledger with evidence.

Nothing is overwritten: every word is an entry of its own with who wrote it, when and why. A row
with the key of another stands in its place from then on, and the earlier one holds for every day
before.
"""

import difflib
import getpass
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from foreshock.desk import settings as configured
from foreshock.desk.options import AsOf, Home, Json, day
from foreshock.desk.output import as_json
from foreshock.desk.talk import emit, say, show
from foreshock.errors import RecordError, WrongUse
from foreshock.words.clocks import live, now, parse_day
from foreshock.words.markings import Marking
from foreshock.words.pack import TABLES, Pack, load
from foreshock.words.pack_rules import check
from foreshock.words.records import Entry

if TYPE_CHECKING:
    from foreshock.archive import Archive

HOLDING = "writing into the ledger"
#: seconds that a writer waits for another one to finish
PATIENCE = 10.0

app = typer.Typer(help="Write into the ledger what you know, with evidence.", no_args_is_help=True)

Cells = Annotated[
    list[str],
    typer.Argument(metavar="COLUMN=VALUE", help="Cells of the row; several values parted by |."),
]
Who = Annotated[
    str | None, typer.Option("--by", help="Who writes it; without it, the name you logged in with.")
]
Publisher = Annotated[str | None, typer.Option(help="Who published it.")]
Url = Annotated[str | None, typer.Option(help="Address of the page or file that says so.")]
Published = Annotated[
    str | None, typer.Option(metavar="DAY", help="Day on which it became public; else today.")
]
Corrects = Annotated[
    str | None,
    typer.Option(help="Id of an entry, or pack:file:line of a row, in whose place it stands."),
]
Why = Annotated[str, typer.Option(help="Why, in one sentence.")]
Mark = Annotated[
    str, typer.Option("--marking", help="TLP: CLEAR, GREEN, AMBER, AMBER+STRICT, RED.")
]

#: verb -> the table, and an example of its cells
VERBS: dict[str, tuple[str, str, str]] = {
    "measure": (
        "measures",
        "A control that nobody has noted yet, or a correction of one.",
        "id=VN-2026-1 issuer=VN title='Ban on raw rare earths' instrument=export_ban items=ree "
        "targets=all --publisher 'Government Gazette'",
    ),
    "step": (
        "steps",
        "A step in the life of a control: announced, in_force, eased, suspended, ended ...",
        "measure=CN-2023-39 step=eased date=2026-05-02 what='Simpler forms' --publisher MOFCOM",
    ),
    "scope": (
        "scopes",
        "Something that a control covers, reaches or lets through.",
        "measure=CN-2025-18 part=exemption value='medical use' --publisher MOFCOM",
    ),
    "licence": (
        "licence_outcomes",
        "How licences or goods are handled: applied, approved, returned, waiting, days.",
        "issuer=CN measure=CN-2025-18 item=magnet destination=KR applied=12 approved=3 returned=4 "
        "--publisher 'our mission'",
    ),
    "commitment": (
        "commitments",
        "A promise: who says who promised what to whom by when.",
        "id=kr-cn-2026-05 who_says=KR who_promises=CN to_whom=KR what='Fast licences' items=ree "
        "due=2026-09-30 --publisher 'our mission'",
    ),
    "promise": (
        "commitment_steps",
        "A step in the life of a promise: confirmed, denied, a new deadline, kept, broken ...",
        "commitment=eu-cn-2025-07-24-mechanism step=kept date=2026-05 --publisher 'EU Chamber'",
    ),
    "answer": (
        "answers",
        "Which control or promise answered which.",
        "answer=CN-2024-46 relation=retaliates to=US-2024-1202-FDP --publisher MOFCOM",
    ),
    "stance": (
        "stances",
        "Who stands where on a control, a promise or an item.",
        "who=NL about=US-2022-1007 stance=undecided since=2022-11-18 --publisher NRC",
    ),
}


def _verb(name: str) -> None:
    table, about, example = VERBS[name]

    def write(
        cells: Cells,
        by: Who = None,
        publisher: Publisher = None,
        url: Url = None,
        published: Published = None,
        corrects: Corrects = None,
        why: Why = "",
        marking: Mark = "CLEAR",
        evidence: Annotated[
            list[str] | None, typer.Option(help="Id of a document or event it rests on.")
        ] = None,
        home: Home = None,
    ) -> None:
        said = _Said(
            by=by or getpass.getuser(),
            source={"publisher": publisher or "", "source_url": url or ""},
            published=published,
            corrects=corrects,
            why=why,
            marking=_marking(marking),
            evidence=tuple(evidence or ()),
        )
        _write(home, table, _cells(table, cells), said)

    write.__doc__ = f"{about}\n\n    Example: foreshock record {name} {example}\n    "
    app.command(name)(write)


#: columns that tell of the source of a row
SOURCE = (
    "publisher", "source_url", "source_date", "checked", "second_url", "second_publisher", "note",
)  # fmt: skip


class _Said(msgspec.Struct, frozen=True):
    """Who writes, on what source, in whose place, why."""

    by: str
    source: dict[str, str]
    published: str | None
    corrects: str | None
    why: str
    marking: Marking
    evidence: tuple[str, ...]


@app.command()
def withdraw(
    what: Annotated[str, typer.Argument(help="Id of an entry, or pack:file:line of a row.")],
    why: Annotated[str, typer.Option(help="Why it is taken back, in one sentence.")],
    by: Who = None,
    home: Home = None,
) -> None:
    """Take a row back: it counts no more from now on, and is kept for every day before.

    Example: foreshock record withdraw entry-1f00aa --why "seen twice"
    """
    from foreshock.archive import open_archive

    settings = configured.read(home)
    pack = load(settings.pack)
    with open_archive(settings.home) as archive, archive.hold(HOLDING, PATIENCE):
        table, key, old = _meant(archive, pack, what)
        entry = Entry(
            clocks=live(now()),
            by=by or getpass.getuser(),
            table=table,
            row={},
            withdrawn=True,
            instead_of=key if old is None else (),
            supersedes=old.id if old else None,
            marking=old.marking if old else Marking.CLEAR,
            why=why,
        ).sealed()
        archive.add([entry])
    say(f"Taken back: {what}. Kept as {entry.id}.")


@app.command("list")
def list_(as_of: AsOf = None, json: Json = False, home: Home = None) -> None:
    """Who wrote what into the ledger, when, and what of it still stands.

    Example: foreshock record list
    """
    from foreshock.archive import open_archive
    from foreshock.desk import ledger_words as words
    from foreshock.gate import OWN, fit_for
    from foreshock.ledger.entries import standing_entries

    settings = configured.read(home)
    until = day(as_of) or now().date()
    with open_archive(settings.home, create=False) as archive:
        found, held = fit_for(archive.history(Entry, until), OWN)
    stands = {entry.id for entry in standing_entries(found, until)}
    if json:
        rows = [{**msgspec.to_builtins(e), "stands": e.id in stands} for e in found]
        emit(as_json({"as_of": until, "entries": rows}))
    elif not found:
        show(f"Nobody had written into the ledger by {until}.")
    else:
        gone = frozenset(e.id for e in found) - stands
        show(*words.entries_lines(found, gone))
    if held:
        say(f"{held} record(s) are marked for named persons only and are not shown.")


def _marking(word: str) -> Marking:
    named = {m.name.replace("_", "+"): m for m in Marking}
    found = named.get(word.upper().removeprefix("TLP:").replace("_", "+"))
    if found is None:
        raise WrongUse(f"--marking is {word!r}", expected=f"one of {', '.join(named)}")
    return found


def _cells(table: str, words: Sequence[str]) -> dict[str, str]:
    """The cells that the words tell; raises `WrongUse` for a word that tells none."""
    known = [name for name in TABLES[table][1].__struct_fields__ if name != "ref"]
    told: dict[str, str] = {}
    for word in words:
        name, equals, cell = word.partition("=")
        if not equals or name not in known:
            near = difflib.get_close_matches(name, known, n=3) or known
            raise WrongUse(f"{word!r} is no cell", expected=f"COLUMN=VALUE of {', '.join(near)}")
        told[name] = cell
    return told


def _write(home: Path | None, table: str, told: dict[str, str], said: _Said) -> None:
    from foreshock.archive import open_archive
    from foreshock.ledger.agenda import far_ahead

    settings = configured.read(home)
    pack = load(settings.pack)
    with open_archive(settings.home) as archive, archive.hold(HOLDING, PATIENCE):
        entry = _entry(archive, pack, (table, told), said)
        new = archive.add([entry])
    what = "Written" if new else "This was written before"
    say(f"{what}: {entry.id}, by {entry.by}. `foreshock record list` shows who wrote what.")
    for column in ("date", "until", "due", "since"):
        if far_ahead(entry.row.get(column, ""), now().date()):
            far = entry.row[column]
            say(f"{column} {far} lies far ahead: it is kept as told; if it is a slip, correct it.")


def _entry(archive: "Archive", pack: Pack, what: tuple[str, dict[str, str]], said: _Said) -> Entry:
    """The entry, checked against the pack as it stands now; raises `WrongUse` if it cannot be."""
    from foreshock.ledger.entries import cell, key_of, rows_by_key, with_entries
    from foreshock.words.tables import row_of

    table, told = what
    old: Entry | None = None
    instead: tuple[str, ...] = ()
    today = now().date()
    over, _, _ = with_entries(pack, archive.known(Entry), today)
    before: dict[str, str] = {}
    if said.corrects:
        where, instead, old = _meant(archive, pack, said.corrects)
        if where != table:
            raise WrongUse(f"{said.corrects} is a row of {where}", expected=f"a row of {table}")
        standing = rows_by_key(over, table).get(instead)
        before = (
            {n: cell(v) for n, v in msgspec.structs.asdict(standing).items()} if standing else {}
        )
        before.pop("ref", None)
        if said.source["publisher"] or said.source["source_url"]:
            # the source is another one now: no part of the old one may seem to say so too
            before = {name: text for name, text in before.items() if name not in SOURCE}
        instead = () if old else instead
    public = parse_day(said.published, "--published") if said.published else today
    if public > today:
        raise _to_come("--published", public, today)
    _refuse_unknown_evidence(archive, said.evidence)
    row = {name: text for name, text in {**before, **told}.items() if text}
    row |= {name: text for name, text in said.source.items() if text}
    columns = TABLES[table][1].__struct_fields__
    if "published" in columns and ("published" not in told and (said.published or not before)):
        row["published"] = public.isoformat()
    row.setdefault("source_date", public.isoformat())
    row.setdefault("checked", "secondary")
    if not row.get("publisher") and not row.get("source_url") and not said.evidence:
        raise WrongUse(
            "nothing is named on which this rests",
            expected="--publisher, --url or --evidence",
            next_step="A mission that saw it itself is a publisher too.",
        )
    row.setdefault("publisher", said.by)
    try:
        made = row_of(TABLES[table][1], row)
    except RecordError as error:
        raise WrongUse(str(error)) from None
    out = getattr(made, "published", today)
    if out > today:
        raise _to_come("published", out, today)
    entry = Entry(
        clocks=live(now(), public),
        by=said.by,
        table=table,
        row=row,
        supersedes=old.id if old else None,
        instead_of=instead if not old and instead != key_of(table, made) else (),
        marking=said.marking,
        why=said.why,
        evidence=said.evidence,
    ).sealed()
    _refuse_what_cannot_be(pack, archive, entry)
    return entry


def _to_come(what: str, told: date, today: date) -> WrongUse:
    return WrongUse(
        f"{what} is {told}, which is still to come",
        expected=f"a day up to today, {today}",
        next_step="A step that is to come has its day in date=; published is when it was told.",
    )


def _refuse_unknown_evidence(archive: "Archive", evidence: Sequence[str]) -> None:
    """Raises `WrongUse` for a piece of evidence that the archive does not hold.

    Events lie within the readings of their documents.
    """
    from foreshock.words.records import Reading

    lacking = [ref for ref in evidence if archive.get(ref) is None]
    events = {e.id for r in archive.known(Reading) for e in r.events} if lacking else set()
    lacking = [ref for ref in lacking if ref not in events]
    if lacking:
        raise WrongUse(
            f"--evidence {lacking[0]!r} is no record of this archive",
            expected="the id of a document, an event or an entry",
            next_step="Take in the text first (`foreshock round --documents`), or name --url.",
        )


def _refuse_what_cannot_be(pack: Pack, archive: "Archive", entry: Entry) -> None:
    from foreshock.ledger.entries import with_entries

    today = now().date()
    known = archive.known(Entry)
    before, _, _ = with_entries(pack, known, today)
    after, wrong, _ = with_entries(pack, [*known, entry], today)
    old = set(check(before))
    new = [problem for problem in check(after) if problem not in old]
    new += [sentence for sentence in wrong if entry.id in sentence and not new]
    # the entry has no place to be looked up: it is not written
    new = [problem.removeprefix(f"{entry.id}: ").replace(f"{entry.id}, ", "") for problem in new]
    if new:
        raise WrongUse(
            f"the row cannot stand: {'; '.join(new[:3])}",
            expected="a row that fits the rest of the ledger",
            next_step="Nothing was written; correct the cells and try again.",
        )


def _meant(archive: "Archive", pack: Pack, word: str) -> tuple[str, tuple[str, ...], Entry | None]:
    """The table, the key and, of an entry, the entry that the word names."""
    from foreshock.ledger.entries import OPEN, key_of, rows_by_key, standing_entries
    from foreshock.words.tables import row_of

    stands = standing_entries(archive.known(Entry), now().date())
    found = archive.get(word)
    if isinstance(found, Entry) and not found.withdrawn:
        if found.id not in {entry.id for entry in stands}:
            raise WrongUse(
                f"{word} stands no longer: it was corrected or taken back",
                expected="an entry that stands",
                next_step="`foreshock record list` shows which one stands in its place.",
            )
        return found.table, key_of(found.table, row_of(TABLES[found.table][1], found.row)), found
    for table in OPEN:
        for key, row in rows_by_key(pack, table).items():
            if getattr(row, "ref", "") == word:
                if any(_overrides(entry, table, key) for entry in stands):
                    raise WrongUse(
                        f"{word} stands no longer: it was corrected or taken back",
                        expected="a row that stands",
                        next_step="`foreshock record list` shows what stands in its place.",
                    )
                return table, key, None
    raise WrongUse(
        f"{word!r} is no row that can be corrected",
        expected="the id of an entry, or pack:file:line of a row of the ledger's tables",
        next_step="`foreshock record list` and the evidence of a measure name them.",
    )


def _overrides(entry: Entry, table: str, key: tuple[str, ...]) -> bool:
    """Whether the entry stands in the place of the row with this key."""
    from foreshock.ledger.entries import key_of
    from foreshock.words.tables import row_of

    if entry.table != table or entry.instead_of == key:
        return entry.table == table
    try:
        return not entry.withdrawn and key_of(table, row_of(TABLES[table][1], entry.row)) == key
    except RecordError:  # a row of an earlier form stands in nobody's place
        return False


for _name in VERBS:
    _verb(_name)
