"""The verbs `foreshock pack ...`: is a pack sound, what does it hold, replay an episode of it."""

from pathlib import Path
from typing import Annotated

import typer

from foreshock.desk import settings as configured
from foreshock.desk.options import Home, Json
from foreshock.desk.output import as_json, deliver
from foreshock.desk.talk import emit, say, show
from foreshock.errors import WrongUse
from foreshock.words.pack import Pack, Survey, load, survey
from foreshock.words.reference import CaseFact

app = typer.Typer(help="Look after the reference pack.", no_args_is_help=True)


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of your own; without it, the shipped pack.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a pack of your own by the rules of the shipped one: every problem, with file and line.

    Example: foreshock pack check my-pack
    """
    if folder is not None and not folder.is_dir():
        raise WrongUse(f"{folder} is {'a file' if folder.exists() else 'not there'}",
                       expected="a folder with tables of the pack")  # fmt: skip
    found = survey(folder)
    if json:
        emit(as_json(found))
    else:
        for problem in found.problems:
            emit(problem + "\n")
        say(_verdict(found, folder))
    if found.problems:
        raise typer.Exit(1)


def _verdict(found: Survey, folder: Path | None) -> str:
    tables = [one for one in found.tables if one.rows]
    rows = sum(one.rows for one in tables)
    unopened = sum(one.checked.get("unopened", 0) for one in tables)
    if found.problems:
        return (
            f"{found.folder}: {len(found.problems)} problem(s) in {rows} readable rows; a round "
            "would load nothing of it. Mend the lines named and check again."
        )
    said = f"{found.folder}: sound; {rows} rows in {len(tables)} table(s)"
    if folder is not None:
        said += f", {sum(one.replacing for one in tables)} in the place of shipped ones"
        if not tables:
            said += ". It holds no table of the pack, so it changes nothing"
    if unopened:
        said += f"; {unopened} row(s) are unopened: shown as unverified, they feed no warning"
    return said + "."


@app.command()
def info(home: Home = None, json: Json = False) -> None:
    """How many rows each table holds, and who has read their sources.

    Example: foreshock pack info
    """
    found = survey(configured.read(home).pack)
    if json:
        emit(as_json(found))
        return
    from rich.table import Table

    table = Table("table", box=None, pad_edge=False)
    for column in ("rows", "replacing", "official", "secondary", "unopened"):
        table.add_column(column, justify="right")
    for one in found.tables:
        checked = [str(one.checked.get(word, "")) for word in ("official", "secondary", "unopened")]
        table.add_row(one.file, str(one.rows), str(one.replacing or ""), *checked)
    show(table)
    if found.problems:
        say(f"{len(found.problems)} problem(s): a round would load nothing of this pack. "
            "See them with foreshock pack check.")  # fmt: skip


@app.command()
def cases(home: Home = None, json: Json = False) -> None:
    """The episodes of history in the pack, oldest first.

    Example: foreshock pack cases
    """
    pack = load(configured.read(home).pack)
    rows = sorted(pack.cases, key=lambda row: row.first_sign or row.announced or row.effect)
    if json:
        emit(as_json(rows))
        return
    from rich.table import Table

    table = Table("case", "kind", "first sign", "short", "title", box=None, pad_edge=False)
    for row in rows:
        short = row.first_shortage or ("unknown" if row.kind == "shortage" else "no")
        table.add_row(row.id, row.kind, row.first_sign or "unknown", short, row.title)
    show(table)


@app.command()
def case(
    name: Annotated[str, typer.Argument(help="Id of an episode; `pack cases` lists them.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for its facts as texts, to be read by a round.")
    ] = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """Tell an episode: what became public on which day; or write its facts as texts to replay it.

    Example: foreshock pack case 2021-urea-korea --out urea
    """
    pack = load(configured.read(home).pack)
    episode = next((row for row in pack.cases if row.id == name), None)
    if episode is None:
        raise WrongUse(f"the case {name!r} is not known", expected="an id of `pack cases`")
    facts = sorted((f for f in pack.case_facts if f.case == name), key=lambda f: f.published)
    if json:
        emit(as_json({"case": episode, "facts": facts}))
        return
    if out is None:
        _tell(pack, name, facts)
        return
    out.mkdir(parents=True, exist_ok=True)
    for nth, fact in enumerate(facts, 1):
        deliver(out / f"{fact.published}-{nth:02d}.txt", as_text(fact))
    say(
        f"Wrote {len(facts)} texts. Replay a day: foreshock round --documents {out} "
        f"--as-of {facts[0].published if facts else 'DAY'}"
    )


def _tell(pack: Pack, name: str, facts: list[CaseFact]) -> None:
    episode = next(row for row in pack.cases if row.id == name)
    show(f"{episode.title} ({episode.kind})", episode.what)
    for label in ("first_sign", "announced", "effect", "first_shortage", "peak", "easing", "end"):
        missing = "none" if label == "first_shortage" and episode.kind != "shortage" else "unknown"
        show(f"  {label.replace('_', ' ')}: {getattr(episode, label) or missing}")
    for label in ("holders_hit", "holders_not_hit"):
        names = ", ".join(pack.name.get(one, one) for one in getattr(episode, label))
        show(f"  {label.replace('_', ' ')}: {names or 'none named'}")
    for fact in facts:
        unread = " (unverified: nobody here has read the source)" * (fact.checked == "unopened")
        show(f"{fact.published}  {fact.text} [{fact.publisher}]{unread}")


def as_text(fact: CaseFact) -> str:
    """A fact of an episode in the form in which a folder of texts is read.

    >>> from datetime import date
    >>> fact = CaseFact(case="x", published=date(2021, 10, 11), kind="notice", text="Told.",
    ...                 publisher="Customs", source_url="https://example.org/1")
    >>> print(as_text(fact), end="")
    url: https://example.org/1
    date: 2021-10-11
    language: en
    publisher: Customs
    <BLANKLINE>
    Told.
    """
    header = {
        "url": fact.source_url,
        "date": fact.published.isoformat(),
        "language": "en",
        "publisher": fact.publisher,
    }
    lines = [f"{key}: {' '.join(value.split())}" for key, value in header.items() if value]
    return "\n".join(lines) + f"\n\n{fact.text}\n"
