"""Fit the model of `reading/likely.py`: `python benchmarks/fit_likely.py [--corpus DIR] --write`.

Learned from the sentences in `benchmarks/likely/*.txt` (`TYPE|sentence`, `TYPE,TYPE|sentence`,
`NONE|sentence`; made up for this, in our own words) and from the sentences that stand beside the
frames. Labelled texts (`--corpus`, with `texts/` and `labels.jsonl`) are not learned
from here: they say how good it is; `fit_reading.py` learns from them too, and writes the table that
is used. One logistic model for each type, with an L2 penalty; the smallest weights are
left out.
"""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from foreshock.reading.frames import PATTERNS, language
from foreshock.reading.likely import KINDS, Likely, Token, features, tokens
from foreshock.reading.names import Names
from foreshock.reading.page import Page
from foreshock.words.pack import load
from foreshock.words.records import Document
from reading import labelled

MADE = Path(__file__).parent / "likely"
DAY = date(2025, 6, 10)
#: a word must stand in so many sentences
LEAST = 2
PENALTY = 0.0003
STEPS = 600
#: weights under this are left out
SMALL = 0.5

Row = tuple[list[Token], set[str]]


def laid_out(names: Names, text: str, day: date | None) -> list[list[Token]]:
    """The sentences of a text as tokens."""
    tables = language("en")
    assert tables is not None
    page = Page(text, tables, names, day)
    return [
        tokens(page.low, line.span.start, line.span.end, (*line.items, *line.actors, *line.places))
        for line in page.lines
    ]


def made(names: Names) -> Iterator[Row]:
    """The sentences made up for this."""
    for file in sorted(MADE.glob("*.txt")):
        for line in file.read_text("utf-8").splitlines():
            kinds, bar, text = line.partition("|")
            if bar and not line.startswith("#"):
                wanted = set(kinds.split(",")) - {"NONE"}
                if wanted - set(KINDS):
                    raise SystemExit(f"{file.name}: {kinds!r} is no type of the event standard")
                yield [t for s in laid_out(names, text, DAY) for t in s], wanted


def from_frames(names: Names) -> Iterator[Row]:
    """The sentences beside the frames."""
    tables = language("en")
    for frame in tables.frames if tables else ():
        for text in frame.says:
            yield [t for s in laid_out(names, text, DAY) for t in s], {frame.type}


def told(names: Names, folder: Path) -> Iterator[Row]:
    """The sentences of labelled texts with the types that their labels give them."""
    for document, events in labelled(folder):
        yield from told_in(names, document, events)


def told_in(names: Names, document: Document, events: list[dict[str, Any]]) -> Iterator[Row]:
    """The sentences of a labelled text with the types that its labels give them."""
    found = laid_out(names, document.text, document.clocks.published)
    for index, sentence in enumerate(found):
        yield sentence, {e["type"] for e in events if index in (e.get("sents") or [])[:3]}


def head(count: int) -> list[str]:
    """The first lines of the table."""
    return [
        "# Weights of the model of likely.py. Made by a program: do not edit by hand.",
        f"# benchmarks/fit_likely.py, {count} sentences",
    ]


def fit(rows: list[Row]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Words, their weights (words x types) and the biases, by accelerated gradient descent."""
    counts: dict[str, int] = {}
    for sentence, _ in rows:
        for word in set(features(sentence)):
            counts[word] = counts.get(word, 0) + 1
    words = sorted(w for w, c in counts.items() if c >= LEAST)
    where = {w: i for i, w in enumerate(words)}
    columns, lines, values = [], [], []
    for r, (sentence, _) in enumerate(rows):
        scale = 1 / np.sqrt(max(1, len(sentence)))
        for word in set(features(sentence)):
            if word in where:
                columns.append(where[word])
                lines.append(r)
                values.append(scale)
    column, line, value = np.array(columns), np.array(lines), np.array(values)[:, None]
    by_word = np.argsort(column, kind="stable")
    starts = np.searchsorted(column[by_word], np.arange(len(words)))
    by_line = np.searchsorted(line, np.arange(len(rows)))
    y = np.array([[k in kinds for k in KINDS] for _, kinds in rows], dtype=float)
    weights = np.zeros((len(words), len(KINDS)))
    bias = np.full(len(KINDS), -3.0)
    ahead, ahead_bias, speed = weights.copy(), bias.copy(), 1.0
    rate = 1.5
    for _ in range(STEPS):
        score = np.add.reduceat(ahead[column] * value, by_line) + ahead_bias
        gap = 1 / (1 + np.exp(-score)) - y
        slope = np.add.reduceat((gap[line] * value)[by_word], starts) / len(rows) * len(KINDS)
        new = ahead - rate * (slope + PENALTY * ahead)
        new_bias = ahead_bias - rate * gap.mean(0) * len(KINDS)
        faster = (1 + np.sqrt(1 + 4 * speed**2)) / 2
        ahead = new + (speed - 1) / faster * (new - weights)
        ahead_bias = new_bias + (speed - 1) / faster * (new_bias - bias)
        weights, bias, speed = new, new_bias, faster
    return words, weights, bias


def table(words: list[str], weights: np.ndarray, bias: np.ndarray) -> list[str]:
    lines = ["\t".join(["", *(f"{k}={b:.2f}" for k, b in zip(KINDS, bias, strict=True))])]
    for word, row in zip(words, weights, strict=True):
        kept = [f"{k}={w:.2f}" for k, w in zip(KINDS, row, strict=True) if abs(w) >= SMALL]
        if kept:
            lines.append("\t".join([word, *kept]))
    return lines


def judged(model: Likely, rows: list[Row], enough: float) -> str:
    found = true = right = 0
    for sentence, kinds in rows:
        probability, kind, _ = model.of(sentence)[0]
        taken = len(sentence) >= 5 and probability >= enough
        found, true, right = found + taken, true + len(kinds), right + (taken and kind in kinds)
    return f"precision {right / max(1, found):.2f} of {found}, recall {right / max(1, true):.2f}"


def main() -> None:
    ask = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    ask.add_argument("--corpus", type=Path, nargs="*", default=[])
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    names = Names(load(), "en")
    rows = [*made(names), *from_frames(names)]
    lines = table(*fit(rows))
    model = Likely(lines)
    print(f"{len(rows)} sentences, {len(lines) - 1} words with weights")
    for folder in given.corpus:
        held = list(told(names, folder))
        for enough in (0.3, 0.5, 0.7):
            print(f"  {folder.name} at {enough}: {judged(model, held, enough)}")
    if given.write:
        path = PATTERNS / "likely_en.tsv"
        path.write_text("\n".join([*head(len(rows)), *lines]) + "\n", "utf-8")
        print(f"written: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
