"""Is what the ledger makes of the labels what a careful reader would make of the texts?

    python benchmarks/ledger_labels.py --labels FILE [--labels FILE] [--gold FILE] [--list] [--read]

The labels of the event standard are fed as if a perfect reader had found them, so that the ledger
is judged apart from the reader. With `--read` the texts beside the labels are read by our own
reader instead, errors and all. Both are scored text by text; the labels event by event too. The
gold says for each event of a control or a deal which measure
or promise it is about ("new" for one that the pack does not know, "-" for none), and for each
statement where who stands on what. A statement or event without a line in the gold must give none.
The labels are not shipped; the gold is ours, and names documents by their number only.
"""

import argparse
import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from foreshock.ledger import Book, open_book
from foreshock.reading import Reader
from foreshock.words.clocks import backfilled, span
from foreshock.words.pack import Pack, load
from foreshock.words.records import Document, Event

GOLD = Path(__file__).with_name("ledger_gold.csv")
RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)
#: an undated text is taken to be of the last day its own news tells; without one, of this day
UNDATED = "2026-06-30"
CONTROLS = ("RESTRICT", "EASE", "THREATEN")
DEALS = ("AGREE", "COMMIT")
TALK = ("POSITION", "PRESSURE")
KINDS = {
    **dict.fromkeys(CONTROLS, "measure"),
    **dict.fromkeys((*DEALS, "BREACH"), "deal"),
    **dict.fromkeys(TALK, "stance"),
}


def events_of(line: dict[str, Any]) -> list[Event]:
    """The events of one labelled document, known at the end of its day."""
    dates = [e["date"] for e in line["events"] if e["date"] and not e["background"]]
    day = span(line["date"] or max(dates, default=UNDATED))[1]
    clocks = backfilled(RECEIVED, day)
    made = []
    for label in line["events"]:
        fields = {k: v for k, v in label.items() if k not in ("id",)}
        named = {"clocks": msgspec.to_builtins(clocks), "document": line["doc"]}
        event = msgspec.convert({**fields, **named, "local": label["id"], "confidence": 0.9}, Event)
        made.append(event.sealed())
    return made


def found(book: Book, event: Event) -> set[str]:
    """What the book makes of an event: measures or promises that it is about; "" for none."""
    names = {hit.measure for hit in book.matches if hit.event == event.id}
    names |= {deal.name for deal in book.commitments if event.id in deal.evidence}
    return names


def sides(book: Book, event: Event) -> set[str]:
    """Who stands where on what, as far as this event says so: "NL undecided US-2022-1007"."""
    known = {m.id for m in book.pack.measures} | {c.id for c in book.pack.commitments}
    known |= set(book.pack.item)
    return {
        f"{s.who} {s.stance} {s.about if s.about in known else 'new'}"
        for s in book.stances
        if event.id in s.evidence
    }


def read_events(pack: Pack, file: Path, lines: list[dict[str, Any]]) -> list[Event]:
    """The events of the texts beside a file of labels, as our own reader finds them."""
    folder = file.parent / "texts" if (file.parent / "texts").is_dir() else file.parent
    reader = Reader(pack)
    made = list[Event]()
    for line in lines:
        text = (folder / f"{line['doc']}.txt").read_text("utf-8")
        head, _, body = text.partition("\n\n")
        body = body if head.startswith(("url:", "title:", "date:")) else text
        # a text that prints no day is given none, as in a round
        day = span(line["date"] or UNDATED)[1]
        clocks = backfilled(RECEIVED, day)
        text_itself = Document(clocks=clocks, source="bench", text=body, name=line["doc"]).sealed()
        made += [
            msgspec.structs.replace(event, document=line["doc"], id="").sealed()
            for event in reader.read(text_itself).events
        ]
    return made


def by_text(
    book: Book, events: list[Event], gold: dict[str, tuple[str, str]], listed: bool = False
) -> list[str]:
    """What is found of what a careful reader finds in each text, by kind, whichever event tells it.

    `gold` is (kind, what) by document and label.
    """
    known = {m.id for m in book.pack.measures} | {c.id for c in book.pack.commitments}
    got: dict[tuple[str, str], set[str]] = {}
    for event in events:
        if kind := KINDS.get(event.type):
            names = {n if n in known else "new" for n in found(book, event)}
            told = sides(book, event) if kind == "stance" else names
            got.setdefault((kind, event.document), set()).update(told)
    wanted: dict[tuple[str, str], list[set[str]]] = {}
    for key, (kind, about) in gold.items():
        alternatives = [set(one.split("/")) for one in about.split("|") if one != "-"]
        wanted.setdefault((kind, key.split()[0]), []).extend(alternatives)
    lines = []
    for kind in ("measure", "deal", "stance"):
        hits = missed = invented = 0
        for at in sorted({*wanted, *got}):
            if at[0] != kind:
                continue
            told, left = got.get(at, set()), set(got.get(at, set()))
            for either in {frozenset(e) for e in wanted.get(at, ())}:
                hits += bool(either & told)
                lost = not either & told and "-" not in either
                missed += lost
                left -= either
                if listed and lost:
                    print("  missed", at[1], "/".join(sorted(either)))
            invented += len(left)
            if listed and left:
                print("  invented", at[1], ", ".join(sorted(left)))
        lines.append(
            f"{kind}: found {hits} of {hits + missed} ({hits / max(hits + missed, 1):.2f}), "
            f"of {hits + invented} told {hits / max(hits + invented, 1):.2f}"
        )
    return lines


def judged(pack: Pack, book: Book, events: list[Event], gold: dict[str, str]) -> list[list[str]]:
    """One line for each event: document and label, kind, wanted, got, whether it is right."""
    known = {m.id for m in pack.measures} | {c.id for c in pack.commitments}
    rows = []
    for event in events:
        key = f"{event.document} {event.local}"
        if event.type in CONTROLS + DEALS:
            kind = "measure" if event.type in CONTROLS else "deal"
            got = {n if n in known else "new" for n in found(book, event)} or {"-"}
        elif event.type in TALK:
            kind, got = "stance", sides(book, event) or {"-"}
        else:
            continue
        wanted = _chosen(gold.get(key, "-"), got)
        rows.append(
            [key, kind, "|".join(sorted(wanted)), "|".join(sorted(got)), str(wanted == got)]
        )
    return rows


def _chosen(told: str, got: set[str]) -> set[str]:
    """What is wanted; where a reader could say either ("A/B"), what was said, if it is one."""
    chosen = set()
    for one in told.split("|"):
        either = one.split("/")
        chosen.add(next((e for e in either if e in got), either[0]))
    return chosen


def scores(rows: list[list[str]]) -> list[str]:
    """Right of all, and precision and recall of what was found, by kind."""
    lines = []
    for kind in ("measure", "deal", "stance"):
        of = [row for row in rows if row[1] == kind]
        wanted = {(r[0], name) for r in of for name in r[2].split("|") if name != "-"}
        got = {(r[0], name) for r in of for name in r[3].split("|") if name != "-"}
        hits = len(wanted & got)
        right = sum(row[4] == "True" for row in of)
        lines.append(
            f"{kind}: {right} of {len(of)} events right; found {hits} of {len(wanted)} "
            f"({hits / max(len(wanted), 1):.2f}), of {len(got)} told {hits / max(len(got), 1):.2f}"
        )
    return lines


def main() -> None:
    """Feed the labels, print the scores, and with --list every line that is not as wanted."""
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--labels", type=Path, action="append", required=True)
    words.add_argument("--gold", type=Path, default=GOLD)
    words.add_argument("--list", action="store_true", help="every line, not only the wrong ones")
    words.add_argument("--read", action="store_true", help="read the texts, do not take labels")
    asked = words.parse_args()
    pack = load()
    with asked.gold.open(encoding="utf-8", newline="") as file:
        gold = {f"{r['doc']} {r['event']}": r["about"] for r in csv.DictReader(file)}
    events, kinds = list[Event](), dict[str, str]()
    for path in asked.labels:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for line in lines:
            kinds |= {f"{line['doc']} {e['id']}": KINDS.get(e["type"], "") for e in line["events"]}
        if asked.read:
            events += read_events(pack, path, lines)
        else:
            events += [event for line in lines for event in events_of(line)]
    book = open_book(pack, events, RECEIVED.date())
    whole = {key: (kinds.get(key, "measure"), about) for key, about in gold.items()}
    print("text by text", *by_text(book, events, whole, asked.list), sep="\n")
    if asked.read:
        return
    print("event by event")
    rows = judged(pack, book, events, gold)
    for row in rows:
        if asked.list or row[4] == "False":
            print(" ; ".join(row))
    print("\n".join(scores(rows)))


if __name__ == "__main__":
    main()
