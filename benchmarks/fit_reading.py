"""Fit the reader's weights: `python benchmarks/fit_reading.py --corpus DIR [DIR ...] [--write]`.

Every event that the rules find in the labelled texts is one example: does it match a labelled
event, and is that context? Sentences of the frames' own tables are added as examples of what is
told, and sentences made from `NOTHING` as examples of what tells nothing; they count less than
read texts. The models are logistic with an L2 penalty, fitted by Newton's method. Figures come
from folds by document; the weights written are those of all documents.

The texts of a fold are read with a model of `likely.py` that has not seen them; the one written is
then fitted on all of them.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

import fit_likely
from foreshock.reading import Reader, standard
from foreshock.reading import page as laid_out
from foreshock.reading.frames import PATTERNS, language
from foreshock.reading.likely import Likely
from foreshock.reading.links import link
from foreshock.reading.merge import Draft
from foreshock.reading.names import Names
from foreshock.reading.page import Page
from foreshock.reading.rank import Features, beside, context, features, probability
from foreshock.reading.reader import _event
from foreshock.words.clocks import arrived
from foreshock.words.pack import load
from foreshock.words.records import Document
from reading import labelled, scorer

PENALTY = 10.0
#: of the model of what is context, which sees more words
PENALTY_OF_CONTEXT = 3.0
#: what a made sentence counts against a read one
MADE = 0.15
FOLDS = 10
#: sentences of the subject that tell no event; {item} and {place} are filled in
NOTHING = (
    "{place} refines 90 percent of the world's {item}.",
    "{item} is used in batteries, motors and weapons.",
    "Demand for {item} is expected to grow by 8 percent a year.",
    "{place} is the largest producer of {item}.",
    "Analysts see {place} as the country to watch for {item}.",
    "What would a ban on {item} by {place} mean for you?",
    "{place} depends on imports for most of its {item}.",
    "The export of {item} from {place} is a topic of our seminar.",
    "Export controls on {item} protect national security, says the handbook of {place}.",
    "Shares of {item} miners in {place} rose 4 percent.",
)
ITEMS = ("gallium", "rare earths", "cobalt", "semiconductors", "lithium", "helium", "graphite")
PLACES = ("China", "Japan", "Indonesia", "Congo", "the United States", "South Korea")


@dataclass
class Example:
    """One event that the rules found."""

    doc: str
    facts: Features
    right: bool
    background: bool | None
    weight: float
    more: Features


def read(reader: Reader, document: Document) -> tuple[Page, list[Draft]]:
    tables = language("en")
    if tables is None:
        raise SystemExit("no English tables")
    return reader.found(document, document.text, tables, document.clocks.published)


def told(document: Document, page: Page, found: list[Draft], pack: Any, score: Any) -> list[Any]:
    """The events as the scorer takes them."""
    link(page, found)
    events = tuple(_event(document, page, found, i) for i in range(len(found)))

    class Found:
        pass

    reading = Found()
    reading.events = events  # type: ignore[attr-defined]
    return [score.norm(e) for e in standard(document, reading, pack)["events"]]  # type: ignore[arg-type]


def examples(folders: list[Path], score: Any) -> tuple[list[Example], dict[str, Any]]:
    pack = load()
    reader = Reader(pack)
    found_all: list[Example] = []
    docs: dict[str, Any] = {}
    texts = {f"{f.parent.name}/{f.name}/{d.name}": (d, g) for f in folders for d, g in labelled(f)}
    names = sorted(texts)
    for k in range(FOLDS):
        held = names[k::FOLDS]
        unseen([texts[n] for n in names if n not in held])
        for name in held:
            document, gold_rows = texts[name]
            gold = [score.norm(e) for e in gold_rows]
            page, found = read(reader, document)
            facts = [features(page, d, found) for d in found]
            more = [{**f, **beside(page, d)} for f, d in zip(facts, found, strict=True)]
            events = told(document, page, found, pack, score)
            grid = [[score.affinity(g, e) if score.compatible(g, e) else 0 for e in events]
                    for g in gold]  # fmt: skip
            pairs = {j: i for i, j in score.assign(grid)} if gold and events else {}
            docs[name] = (gold, events, facts, more)
            for j, fact in enumerate(facts):
                old = gold[pairs[j]]["background"] if j in pairs else None
                found_all.append(Example(name, fact, j in pairs, old, 1.0, more[j]))
        print(f"fold {k + 1} of {FOLDS} read", flush=True)
    WRITTEN[:] = unseen(list(texts.values()))
    return found_all, docs


def unseen(texts: list[Any]) -> list[str]:
    """Weigh the words of sentences by what these texts and the made ones teach; the table."""
    names = Names(load(), "en")
    rows = [*fit_likely.made(names), *fit_likely.from_frames(names)]
    for document, events in texts:
        rows += fit_likely.told_in(names, document, events)
    lines = fit_likely.table(*fit_likely.fit(rows))
    model = Likely(lines)
    vars(laid_out)["likely"] = lambda code: model if code == "en" else None
    return [*fit_likely.head(len(rows)), *lines]


#: the table of `likely.py` fitted on all texts
WRITTEN: list[str] = []


def made() -> Iterator[Example]:
    """Examples from the frames' own sentences and from sentences that tell nothing."""
    reader = Reader(load())
    clocks = arrived(datetime(2026, 1, 2, tzinfo=UTC), date(2025, 6, 10))
    tables = language("en")
    says = [(s, f.type) for f in (tables.frames if tables else ()) for s in f.says]
    nothing = [(n.format(item=i, place=p).capitalize(), "") for n in NOTHING
               for i in ITEMS[:3] for p in PLACES[:3]]  # fmt: skip
    for number, (text, kind) in enumerate(says + nothing):
        document = Document(clocks=clocks, source="made", text=text, name="m").sealed()
        page, found = read(reader, document)
        for draft in found:
            yield Example(f"made/{number}", features(page, draft, found), draft.type == kind,
                          None, MADE, {})  # fmt: skip


def fit(
    rows: list[tuple[Features, bool, float]], names: list[str], strong: float = PENALTY
) -> dict[str, float]:
    """Weights by Newton's method with an L2 penalty on all but the bias."""
    where = {n: i for i, n in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    for r, (facts, _, _) in enumerate(rows):
        for name in facts:
            if name in where:
                x[r, where[name]] = 1.0
    y = np.array([float(t) for _, t, _ in rows])
    w = np.array([g for _, _, g in rows])
    penalty = np.full(len(names), strong)
    penalty[where["bias"]] = 0.01
    beta = np.zeros(len(names))
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        slope = x.T @ (w * (y - p)) - penalty * beta
        curve = (x.T * (w * p * (1 - p))) @ x + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        beta += step
        if np.abs(step).max() < 1e-6:
            break
    return {n: round(float(b), 3) for n, b in zip(names, beta, strict=True) if abs(b) > 0.02}


def models(train: list[Example]) -> tuple[dict[str, float], dict[str, float]]:
    accept = fit([(e.facts, e.right, e.weight) for e in train], common(e.facts for e in train))
    told = [e for e in train if e.background is not None]
    dated = [(e.more, bool(e.background), 1.0) for e in told]
    return accept, fit(dated, common(e.more for e in told), PENALTY_OF_CONTEXT)


def common(all_facts: Iterable[Features]) -> list[str]:
    """The names of facts that hold at least three times."""
    counts = Counter(name for facts in all_facts for name in facts)
    return sorted(n for n, c in counts.items() if c >= 3)


def filtered(docs: dict[str, Any], folds: dict[str, Any], least: float) -> dict[str, Any]:
    """The events of each document as the models of the other folds would leave them."""
    out: dict[str, Any] = {}
    for name, (_, events, facts, more) in docs.items():
        accept, background = folds[name]
        kept = []
        for event, fact, further in zip(events, facts, more, strict=True):
            if probability(accept, fact) >= least:
                old = context(background, event["background"], further)
                kept.append({**event, "background": old})
        out[name] = kept
    return out


def shown(title: str, docs: dict[str, Any], read_: dict[str, Any], score: Any) -> None:
    gold = {n: d[0] for n, d in docs.items()}
    m = score.evaluate(gold, read_, sorted(gold))["metrics"]
    names = (
        "b.detection.P", "b.detection.R", "b.detection.F1", "b.detection_foreground.F1",
        "b.type_only.F1", "c.background.acc", "d.strict_core.F1", "a.relevance_any.F1",
    )  # fmt: skip
    print(title, " ".join(f"{n.split('.', 1)[1]} {m[n]:.3f}" for n in names))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--corpus", type=Path, nargs="+", required=True)
    ask.add_argument("--score", type=Path, help="folder of score.py, if not the first corpus")
    ask.add_argument("--least", type=float, default=0.3)
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    score = scorer(given.score or given.corpus[0])
    found, docs = examples(given.corpus, score)
    extra = list(made())
    names = sorted(docs)
    folds: dict[str, Any] = {}
    for k in range(FOLDS):
        held = set(names[k::FOLDS])
        model = models([e for e in found if e.doc not in held] + extra)
        folds.update(dict.fromkeys(held, model))
    shown("rules alone   ", docs, {n: d[1] for n, d in docs.items()}, score)
    for least in (0.0, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5):
        shown(f"folds, {least:.2f}   ", docs, filtered(docs, folds, least), score)
    sure = [(probability(folds[e.doc][0], e.facts), e.right) for e in found]
    for low, high in ((0, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        part = [r for p, r in sure if low <= p < high]
        if part:
            share = sum(part) / len(part)
            print(f"  told {low:.1f}..{high:.1f}: {len(part)} events, {share:.2f} right")
    if given.write:
        write(models(found + extra), given.least, len(docs))


def write(fitted: tuple[dict[str, float], ...], least: float, count: int) -> None:
    lines = [
        "# Weights of the model of rank.py. Made by a program: do not edit by hand.",
        'made_by = "benchmarks/fit_reading.py"',
        f'made_from = "{count} labelled texts, sentences of the English frames, made sentences"',
        f"least = {least}",
    ]
    for title, weights in zip(("accept", "background"), fitted, strict=True):
        lines += ["", f"[{title}]", *(f'"{n}" = {w}' for n, w in sorted(weights.items()))]
    (PATTERNS / "weights.toml").write_text("\n".join(lines) + "\n", "utf-8")
    (PATTERNS / "likely_en.tsv").write_text("\n".join(WRITTEN) + "\n", "utf-8")


if __name__ == "__main__":
    main()
