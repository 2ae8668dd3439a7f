"""The card of each source (`sources/<name>/source.toml`): what it is and what to expect of it."""

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from foreshock.words.records import Document, Observation, Struct

FOLDER = Path(__file__).parent


class Card(Struct, frozen=True, kw_only=True):
    """What a person should know about a source before reading its code."""

    title: str
    publisher: str
    #: what it tells us, one sentence
    says: str
    #: how often a round looks: "round" means each time
    every: str
    #: "documents" or "observations" -> (least, most) that one reading should give
    expect: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)


def names() -> tuple[str, ...]:
    """The names of all sources: every folder with a card.

    >>> names()
    ('folder', 'pack')
    """
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/source.toml")))


@cache
def card(name: str) -> Card:
    """The card of a source.

    >>> card("pack").every
    'round'
    """
    table = tomllib.loads((FOLDER / name / "source.toml").read_text("utf-8"))
    return msgspec.convert(table, Card)


def unexpected(
    name: str, documents: tuple[Document, ...], observations: tuple[Observation, ...]
) -> list[str]:
    """One sentence for each count that lies outside what the card of the source expects."""
    counts = {"documents": len(documents), "observations": len(observations)}
    return [
        f"{name}: {counts[what]} {what} were read, expected {least} to {most}. "
        "Look whether rows or files are missing."
        for what, (least, most) in card(name).expect.items()
        if not least <= counts[what] <= most
    ]
