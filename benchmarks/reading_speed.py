"""How fast documents are read, beside peers of the same run: `python benchmarks/reading_speed.py`.

Texts are cut out of the pack's own documents (real notices and news) to 4,000 characters; pages are
those texts with 50 kB of menus, teasers and scripts around them. One core, medians of `--runs`.
Peers: a naive keyword coder (a type when its keyword and two names stand in one sentence), and the
trafilatura article finder in front of our reader. `--many N` reads N documents in a row and tells
how memory grows.
"""

import argparse
import re
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import cycle, islice
from pathlib import Path

from foreshock import sources
from foreshock.reading import Reader
from foreshock.sources.formats import html, text
from foreshock.words.clocks import arrived
from foreshock.words.pack import Pack, load
from foreshock.words.records import Document

LENGTH = 4_000
PAGE = 50_000
RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2025, 6, 1)
KEYWORDS = {
    "RESTRICT": "ban curb restrict limit control controls tariff licence license quota".split(),
    "EASE": "lift ease suspend resume exempt relax".split(),
    "FLOW": "fell rose dropped jumped exports imports".split(),
    "DISRUPT": "fire quake outage halted shortage stopped".split(),
    "AGREE": "agreed signed deal pact agreement".split(),
    "INVEST": "invest build subsidy stake stockpile".split(),
}


def documents(pack: Pack) -> list[Document]:
    """English texts of 4,000 characters out of the pack's documents."""
    found = [d for d in sources.from_pack(pack, RECEIVED).documents if d.language in ("", "en")]
    whole = "\n\n".join(d.text for d in found if d.text.isascii() or " the " in d.text)
    cuts = (whole[i : i + LENGTH] for i in range(0, len(whole) - LENGTH, LENGTH))
    clocks = arrived(RECEIVED, DAY)
    return [Document(clocks=clocks, source="bench", text=cut).sealed() for cut in cuts]


def page(body: str) -> bytes:
    """A news page of 50 kB around a text."""
    paragraphs = "".join(f"<p>{part}</p>" for part in body.split("\n\n"))
    article = f"<article><h1>News</h1>{paragraphs}</article>"
    link = "<li class='item'><a href='/news/2025/06/01/some-story'>Another headline of the day</a>"
    teaser = "<div class='teaser'><h3><a href='/a'>A story</a></h3><p>Short words on it.</p></div>"
    script = "<script>var data = {" + "'k': [1, 2, 3], " * 600 + "};</script>"
    menu = f"<nav><ul>{link * 60}</ul></nav><div class='sidebar'>{teaser * 60}</div>"
    foot = f"<div class='related'>{teaser * 40}</div><footer><ul>{link * 40}</ul></footer>"
    head = "<head><meta property='article:published_time' content='2025-06-01'></head>"
    made = f"<html lang=en>{head}<body>{menu}{article}{script}{foot}"
    filler = "<!-- " + "x" * max(0, PAGE - len(made) - 30) + " -->"
    return f"{made}{filler}</body></html>".encode()


def naive(pack: Pack) -> Callable[[str], int]:
    """A keyword coder as one would write it in an hour."""
    kinds = {word: kind for kind, words in KEYWORDS.items() for word in words}
    actors = {n.lower(): a.id for a in pack.actors for n in (a.name, *a.names_en, *a.demonyms) if n}
    items = {n.rstrip("?").lower(): i.id for i in pack.items for n in (i.name, *i.names_en) if n}
    stop, word = re.compile(r"(?<=[.!?])\s+"), re.compile(r"[a-z0-9'\-]+")

    def code(body: str) -> int:
        count = 0
        for sentence in stop.split(body):
            words = word.findall(sentence.lower())
            terms = {" ".join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words))}
            if terms & actors.keys() and terms & items.keys():
                count += len({kinds[w] for w in words if w in kinds})
        return count

    return code


def slow_page(data: bytes) -> str:
    """The text of a page as the trafilatura package finds it."""
    from trafilatura import bare_extraction

    found = bare_extraction(data.decode(), include_comments=False, with_metadata=False)
    return str(getattr(found, "text", "") or "")


def rate(work: Callable[[int], object], count: int, runs: int) -> float:
    """How many a second on one core, the median of the runs; `work` is given the place."""
    work(0)
    told = []
    for _ in range(runs):
        begun = time.process_time()
        for place in range(count):
            work(place)
        told.append(count / (time.process_time() - begun))
    return statistics.median(told)


def resident() -> float:
    """Megabytes that this process holds now; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def grown(reader: Reader, texts: list[Document], many: int) -> Iterator[str]:
    """Memory along a row of many documents, each a text of its own."""
    marks = {many // 10, many // 2, many}
    for number, document in enumerate(islice(cycle(texts), many), start=1):
        data = f"title: Number {number}\n\n{document.text}".encode()
        draft = text.read(data, f"n{number}.txt").drafts[0]
        reader.read(Document(clocks=document.clocks, source="bench", text=draft.text).sealed())
        if number in marks:
            yield f"| after {number:,} documents | {resident():.0f} MB |"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--many", type=int, default=2_000)
    given = ask.parse_args()
    pack = load()
    texts, reader, code = documents(pack), Reader(pack), naive(pack)
    pages = [page(document.text) for document in texts]
    clocks = texts[0].clocks

    def whole(place: int) -> object:
        draft = html.read(pages[place], "p.html").drafts[0]
        return reader.read(Document(clocks=clocks, source="bench", text=draft.text).sealed())

    def slow(place: int) -> object:
        found = slow_page(pages[place])
        return reader.read(Document(clocks=clocks, source="bench", text=found).sealed())

    count = len(texts)
    events = sum(len(reader.read(d).events) for d in texts) / count
    plain = rate(lambda i: reader.read(texts[i]), count, given.runs)
    peer = rate(lambda i: code(texts[i].text), count, given.runs)
    both, other = rate(whole, count, given.runs), rate(slow, count, given.runs)
    finder = rate(lambda i: html.read(pages[i], "p.html"), count, given.runs)
    print(f"{count} texts of {LENGTH:,} characters, {events:.1f} events each; pages of "
          f"{len(pages[0]) / 1000:.0f} kB; median of {given.runs} runs on one core\n")  # fmt: skip
    print("| | documents/s | against |")
    print("|---|---|---|")
    print(f"| plain text to events | {plain:.0f} | {plain / peer:.2f} x naive keyword coder |")
    print(f"| naive keyword coder (peer) | {peer:.0f} | |")
    print(f"| page to article | {finder:.0f} | |")
    print(f"| page to events | {both:.0f} | {both / other:.2f} x with trafilatura |")
    print(f"| page to events with trafilatura (peer) | {other:.0f} | |")
    print("\n| memory | |\n|---|---|")
    for line in grown(reader, texts, given.many):
        print(line)


if __name__ == "__main__":
    main()
