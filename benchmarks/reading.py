"""How well and how fast documents are read: `python benchmarks/reading.py --corpus DIR`.

DIR holds the labelled corpus: `texts/*.txt` (or the texts themselves), `labels.jsonl`, and the
standard's own scorer `score.py`. `--articles DIR` scores further labelled texts apart with the
same scorer. Speed is told for texts of 4,000 characters on one core.
"""

import argparse
import importlib.util
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from foreshock.reading import Reader, standard
from foreshock.words.clocks import arrived
from foreshock.words.pack import Pack, load
from foreshock.words.records import Document

SHOWN = (
    "a.relevance_any.F1", "a.relevance_fg.F1", "b.type_only.F1", "b.detection.P", "b.detection.R",
    "b.detection.F1", "b.detection_foreground.F1", "b.detection_macroF1", "c.status.acc",
    "c.background.acc", "c.modality.acc", "c.source.acc", "c.actors.F1", "c.targets.F1",
    "c.items.F1", "c.instruments.F1", "c.date.exact", "c.date.compatible", "c.effective.exact",
    "c.magnitude.F1", "c.links.F1", "d.strict_core.F1", "d.strict_full.F1",
)  # fmt: skip
RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)


def labelled(folder: Path) -> Iterator[tuple[Document, list[dict[str, Any]]]]:
    """The documents of a labelled folder with their events."""
    texts = folder / "texts" if (folder / "texts").is_dir() else folder
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        text = (texts / f"{row['doc']}.txt").read_text("utf-8")
        head, _, body = text.partition("\n\n")
        if not head.startswith(("url:", "title:", "date:")):
            body = text
        told = row["date"] or ""
        day = date.fromisoformat(told) if len(told) == 10 else None
        clocks = arrived(RECEIVED, day)
        yield (
            Document(clocks=clocks, source="bench", text=body, name=row["doc"]).sealed(),
            row["events"],
        )


def scorer(folder: Path) -> Any:
    """The standard's scorer, loaded from beside the corpus."""
    spec = importlib.util.spec_from_file_location("score", folder / "score.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{folder}: no score.py, expected the standard's scorer beside the corpus")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scored(pack: Pack, folder: Path, score: Any) -> tuple[dict[str, Any], Counter[str]]:
    """The scorer's report on a folder, and the errors by kind."""
    reader = Reader(pack)
    gold: dict[str, Any] = {}
    read: dict[str, Any] = {}
    for document, events in labelled(folder):
        gold[document.name] = [score.norm(e) for e in events]
        found = standard(document, reader.read(document), pack)
        read[document.name] = [score.norm(e) for e in found["events"]]
    kinds: Counter[str] = Counter()
    for name, events in gold.items():
        kinds.update(errors(events, read[name], score))
    return score.evaluate(gold, read, sorted(gold)), kinds


def errors(gold: list[Any], read: list[Any], score: Any) -> Counter[str]:
    """Why events of one document were missed or invented."""
    weights = [[score.affinity(g, r) if score.compatible(g, r) else 0 for r in read] for g in gold]
    pairs = score.assign(weights)
    missed = [g for i, g in enumerate(gold) if i not in {a for a, _ in pairs}]
    false = [r for j, r in enumerate(read) if j not in {b for _, b in pairs}]
    kinds: Counter[str] = Counter()
    for event in missed:
        kinds[f"missed: {_why(event, false)}"] += 1
    kinds["false"] += len(false)
    return kinds


def _why(event: Any, false: list[Any]) -> str:
    same = [r for r in false if r["type"] == event["type"]]
    beside = [r for r in false if set(r["sents"]) & set(event["sents"])]
    if any(set(r["actors"]) & set(event["actors"]) for r in same):
        return "right type and actor, other item"
    if same:
        return "right type, other actor"
    return "another type in its sentence" if beside else "nothing found"


def speed(reader: Reader, folder: Path) -> tuple[float, float]:
    """Documents of 4,000 characters read per second on one core, and megabytes at the peak."""
    whole = "\n\n".join(document.text for document, _ in labelled(folder))
    clocks = arrived(RECEIVED, date(2025, 6, 1))
    texts = [whole[i : i + 4000] for i in range(0, len(whole) - 4000, 4000)]
    documents = [Document(clocks=clocks, source="bench", text=t).sealed() for t in texts]
    reader.read(documents[0])
    begun = time.process_time()
    for document in documents:
        reader.read(document)
    rate = len(documents) / (time.process_time() - begun)
    return rate, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--corpus", type=Path, required=True)
    ask.add_argument("--articles", type=Path)
    given = ask.parse_args()
    score = scorer(given.corpus)
    pack = load()
    for folder in filter(None, (given.corpus, given.articles)):
        report, kinds = scored(pack, folder, score)
        print(
            f"{folder.name}: {report['docs']} documents, {report['gold_events']} labelled events,"
        )
        print(f"  {report['pred_events']} read, {report['matched']} matched")
        for name in SHOWN:
            if name in report["metrics"]:
                print(f"  {name:30} {report['metrics'][name]:.2f}")
        for kind, count in kinds.most_common():
            print(f"  {kind:40} {count}")
    rate, peak = speed(Reader(pack), given.corpus)
    print(f"speed: {rate:.0f} texts of 4,000 characters a second on one core; {peak:.0f} MB")


if __name__ == "__main__":
    main()
