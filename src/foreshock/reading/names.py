"""Names in a text: items and actors of the pack, and companies that the pack does not know.

All names of a language (and the English ones) are looked up in one pass. Latin names count only as
whole words, abbreviations only in capitals; of two names that overlap the longer counts.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import ahocorasick
import msgspec

from foreshock.reading.sentences import lowered
from foreshock.words.pack import Pack
from foreshock.words.reference import Actor
from foreshock.words.vocab import ITEMS

#: names of these languages are looked up whatever the language of the text
_ALWAYS = "en"
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
#: what a sector stands for, as an item of the event standard; other sectors are no items
SECTOR_GOODS = {"sector.chips": "chip", "sector.auto": "auto", "sector.battery": "batt"}
#: words of one thing that end like words of many
_ONE = ("gas", "ics", "lens", "cowos", "teos", "mems", "pfas", "ss", "us", "is")
#: units of goods that are built, not poured
_PIECES = ("piece", "km")
_STATE_KINDS = ("country", "bloc")
PLACES = Path(__file__).parent / "patterns" / "places.toml"


class Name(msgspec.Struct, frozen=True):
    """What a written form may stand for."""

    id: str
    #: item, place, or the actor's part: name, demonym, metonym, agency, person, company
    part: str
    doubtful: bool = False
    since: date | None = None
    until: date | None = None

    def holds(self, day: date | None) -> bool:
        """Whether the name stood for this on the day; without a day, whether it ever did."""
        if day is None:
            return True
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A name found: characters `start`..`end`."""

    start: int
    end: int
    id: str
    part: str
    doubtful: bool = False

    @property
    def state(self) -> bool:
        """Whether it is a country, a bloc, or somebody who speaks for one."""
        return not self.id.startswith("org:")


class Names:
    """The names of a pack in one language, ready to be looked up.

    >>> from foreshock.words.pack import Pack
    >>> from foreshock.words.reference import Actor, Item
    >>> pack = Pack(items=(Item(id="min.ga", name="gallium", kind="mineral"),),
    ...             actors=(Actor(id="CN", kind="country", name="China", demonyms=("Chinese",)),))
    >>> [(m.id, m.part) for m in Names(pack, "en").find("Chinese gallium, galliums")]
    [('CN', 'demonym'), ('min.ga', 'item'), ('min.ga', 'item')]
    """

    def __init__(self, pack: Pack, language: str) -> None:
        forms: dict[str, list[tuple[str, Name]]] = {}
        told = (*_item_names(pack, language), *_actor_names(pack, language), *_place_names())
        for form, name in told:
            entries = forms.setdefault(_key(form), [])
            if (form, name) not in entries:
                entries.append((form, name))
        self.uses = _uses(pack)
        self._some = bool(forms)
        self._automaton = ahocorasick.Automaton()
        for form, entries in forms.items():
            latin = _LATIN.match(form) is not None
            self._automaton.add_word(form, (len(form), latin, [_Entry(*e) for e in entries]))
        if forms:
            self._automaton.make_automaton()

    def find(self, text: str, day: date | None = None) -> list[Mention]:
        """The mentions in a text, in order, without overlaps; names of persons as of `day`."""
        if not self._some:
            return []
        low = _key(text)
        found: list[Mention] = []
        for last, (size, latin, entries) in self._automaton.iter(low):
            start = last + 1 - size
            if latin and start and ((before := low[start - 1]).isalnum() or before == "_"):
                continue  # the end of another word
            whole = _whole(low, start, last + 1) if latin else last + 1
            if whole < 0:
                continue
            for entry in entries:
                if entry.dated and not entry.name.holds(day):
                    continue
                if entry.as_written and not entry.stands(text, start, last + 1):
                    continue
                name = entry.name
                found.append(Mention(start, whole, name.id, name.part, name.doubtful))
                break
        return list(_longest(found))


class _Entry:
    """A name as it is written, and what of it must be looked at in a text."""

    __slots__ = ("as_written", "dated", "exact", "name", "written")

    def __init__(self, written: str, name: Name) -> None:
        self.written, self.name = written, name
        self.dated = name.since is not None or name.until is not None
        latin = _LATIN.match(written) is not None
        #: abbreviations must stand in capitals, names of actors begin with one
        self.exact = latin and written.isupper() and len(written) <= 5
        self.as_written = self.exact or (latin and name.part != "item" and written[0].isupper())

    def stands(self, text: str, start: int, end: int) -> bool:
        """Whether it stands in the text as names of its kind are written."""
        return text[start:end] == self.written if self.exact else text[start].isupper()


def _key(text: str) -> str:
    """Lower case of the same length, hyphens as spaces: "chip-making" is "chip making"."""
    return lowered(text).replace("-", " ")


def _whole(low: str, start: int, end: int) -> int:
    """The end of the word, plural included; -1 if the form is only the beginning of a word."""
    after = low[end : end + 2]
    if after[:1] == "s" and end - start > 3:
        end, after = end + 1, after[1:]
    return -1 if after[:1].isalnum() and after[:1] < "\u1100" else end


def _longest(found: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions without overlaps; of a run that overlaps, the longest first."""
    run: list[Mention] = []
    end = -1
    for mention in sorted(found, key=lambda m: m.start):
        if mention.start >= end:
            yield from _apart(run)
            run = []
        run.append(mention)
        end = max(end, mention.end)
    yield from _apart(run)


def _apart(run: list[Mention]) -> list[Mention]:
    if len(run) < 2:
        return run
    kept: list[Mention] = []
    for mention in sorted(run, key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= k.start or k.end <= mention.start for k in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _item_names(pack: Pack, language: str) -> Iterator[tuple[str, Name]]:
    for item in pack.items:
        if item.kind == "sector" and item.id not in SECTOR_GOODS:
            continue
        forms = [item.name]
        for column in dict.fromkeys((f"names_{_ALWAYS}", f"names_{language}")):
            forms.extend(getattr(item, column, ()))
        singular = [one for form in forms if item.id != "goods" and (one := _singular(form))]
        doubtful = {form.rstrip("?") for form in (*forms, *singular) if form.endswith("?")}
        for form in (*forms, *singular):
            plain = form.rstrip("?")
            if plain:
                yield plain, Name(SECTOR_GOODS.get(item.id, item.id), "item", plain in doubtful)


def _uses(pack: Pack) -> frozenset[str]:
    """Goods by the piece that the event standard does not cover: what the covered ones go into."""
    return frozenset(
        item.id for item in pack.items
        if item.kind == "product" and item.unit in _PIECES
        and not set(pack.ancestors(item.id)) & set(ITEMS)
    )  # fmt: skip


def _singular(form: str) -> str:
    """The name of one of them, "" where the form is none of many.

    >>> [_singular(form) for form in ("lithium batteries", "etching gas", "magnets?")]
    ['lithium battery', '', 'magnet?']
    """
    plain = form.rstrip("?")
    if not plain.endswith("s") or plain.lower().endswith(_ONE):
        return ""
    return (plain[:-3] + "y" if plain.endswith("ies") else plain[:-1]) + form[len(plain) :]


def _actor_names(pack: Pack, language: str) -> Iterator[tuple[str, Name]]:
    for actor in pack.actors:
        part = "name" if actor.kind in _STATE_KINDS else actor.kind
        columns = dict.fromkeys((f"names_{_ALWAYS}", f"names_{language}"))
        forms = [actor.name, *(f for c in columns for f in getattr(actor, c, ()))]
        name = Name(_stands_for(actor), part, since=actor.since, until=actor.until)
        for form in forms:
            if form:
                yield form, name
        for form in actor.demonyms:
            yield form, Name(name.id, "demonym")
        for form in actor.metonyms:
            yield form, Name(name.id, "metonym")


@cache
def _place_names() -> tuple[tuple[str, Name], ...]:
    """Cities, provinces, ports and mines by the country in which they lie."""
    table = tomllib.loads(PLACES.read_text("utf-8"))["places"]
    return tuple((form, Name(code, "place")) for code, forms in table.items() for form in forms)


def _stands_for(actor: Actor) -> str:
    """The id that the event standard gives to somebody who acts."""
    if actor.kind in _STATE_KINDS:
        return actor.id
    if actor.kind in ("agency", "person") and actor.belongs_to:
        return actor.belongs_to
    return actor.id if actor.id.startswith("org:") else f"org:{actor.name.replace(' ', '_')}"


_CAPITALISED = re.compile(r"(?<![\w.])(?:The )?[A-Z][\w&'.\-]*[\w](?: (?:&|[A-Z][\w&.\-]*\w))*")
#: capitalised words that are no company: openers of sentences, days, offices, common nouns
_NO_COMPANY = frozenset(
    """
    sales demand supplies stocks shares industry buyers producers plants carmaker automakers makers
    less fewer
    the a an it its this that these those they he she we you i in on at by for from to of and
    but or so as if when while after before since although though because both some many most
    more all any each no not nor yet even only just still also once until despite under over
    with without about according meanwhile however moreover indeed thus therefore thanks such
    other another there here what which who how why last next new first one two three four
    five six seven eight nine ten january february march april may june july august september
    october november december monday tuesday wednesday thursday friday saturday sunday jan feb
    mar apr jun jul aug sept oct nov dec minister ministry president government commission
    commissioner secretary prime senior chief executive officials official companies company
    carmakers exports export imports shipments prices price production output section
    announcement act law rule key exporters customers analysts experts customs spokesman
    spokesperson speakers news table photo source location advertisement asia africa america
    north south east west western eastern middle group summit parliament people products
    lawyers locals utilities traders miners refiners smelters importers shippers farmers drivers
    workers unions investors shareholders prosecutors police soldiers judges lawmakers senators
    diplomats economists negotiators ministers inspectors brokers dealers users critics residents
    statement press release bulletin newsletter interview digest update live report wrap
    talks consultations negotiations discussions envoys delegates leaders regulators researchers
    chipmakers governments
    materials nothing nobody everybody none either neither during between among
    """.split()
)
#: after a name: it is that of a mine or plant
_SITE = re.compile(r" (?:mines?|plants?|smelters?|refinery|works|facility|fabs?|factory|project)\b")
#: titles before the name of a person
_TITLES = frozenset(
    """
    minister president commissioner secretary governor senator mayor chancellor premier professor
    congressman congresswoman representative ambassador analyst economist mr mrs ms dr chairman
    chairwoman ceo spokesman spokeswoman spokesperson general admiral king prince sheikh
    """.split()
)
_SUFFIX = re.compile(
    r"[ ,]+(?:Inc|Corp|Corporation|Ltd|Limited|Co|LLC|Plc|PLC|AG|NV|N\.V|SA|SE|GmbH|BV"
    r"|Company|Holdings?)\.?$"
)


def companies(text: str, start: int, end: int, known: Iterable[Mention]) -> list[Mention]:
    """Capitalised names in `text[start:end]` that no known name covers, as unknown companies.

    Whether one of them is somebody who acts is for the caller to judge.

    >>> [m.id for m in companies("On Monday Acme Mining Corp. closed its mine.", 0, 44, [])]
    ['org:Acme_Mining']
    """
    taken = [(m.start, m.end) for m in known]
    found: list[Mention] = []
    for m in _CAPITALISED.finditer(text, start, end):
        owner, of, name = m.group().rpartition("'s ")  # "Tajikistan's Talco Gold"
        at = m.start() + len(owner) + len(of)
        if owner and _SITE.match(text, m.end()):  # "Masan's Nui Phao mine" is Masan's
            name, at = owner, m.start()
        person = lowered(name.split(" ")[0].rstrip(".")) in _TITLES
        while name and lowered(name.split(" ")[0].rstrip(".")) in _NO_COMPANY - {"the"}:
            head, _, name = name.partition(" ")
            at += len(head) + 1
        name = name.removesuffix("'s")
        stop = at + len(name)
        bare = _SUFFIX.sub("", name)
        described = name.startswith("The ") and bare == name
        if (
            len(name) < 3
            or described
            or person
            or lowered(name) in _NO_COMPANY
            or any(a < stop and at < b for a, b in taken)
        ):
            continue
        found.append(Mention(at, stop, "org:" + bare.replace(" ", "_"), "unknown"))
    return found
