"""Web pages: the article without menus and footers, and the day printed in the page's head."""

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import PurePath
from typing import Any

import msgspec

from foreshock.errors import Unreadable
from foreshock.sources.dates import read_day
from foreshock.sources.decode import decode
from foreshock.sources.drafts import Draft, Drafts
from foreshock.sources.formats.article import article
from foreshock.sources.limits import MAX_HTML_DEPTH, MAX_HTML_TAGS

#: where pages print the day of publication, the most trusted place first
DATE_KEYS = (
    "article:published_time",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "publish_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.date",
    "dc.date",
    "citation_publication_date",
)
TITLE_KEYS = ("og:title", "dc.title", "citation_title", "articletitle")
PUBLISHER_KEYS = ("og:site_name", "dc.publisher", "publisher", "contentsource")
URL_KEYS = ("og:url",)

#: characters; a shorter article is looked for a second time
LEAST_ARTICLE = 500

#: elements without content, or whose end tag is left out as a rule: they do not nest
FLAT = frozenset(
    """area base br col embed hr img input link meta param source track wbr
    p li dt dd option optgroup tr td th thead tbody tfoot colgroup rt rp body html head""".split()
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})")
_RAW = ("script", "style", "textarea")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 4096  # where a page must declare its encoding
_BREAK = re.compile(r"</?(?:p|div|br|li|ul|ol|tr|h[1-6]|blockquote|table)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[/!A-Za-z][^<>]*>")


def read(data: bytes, name: str) -> Drafts:
    """The one draft that a page holds.

    Raises `Unreadable` for a page without text, or nested deeper than the limit.

    >>> page = b"<html lang=en><title>Notice</title><meta name=date content=2023-07-03><p>Licences."
    >>> draft = read(page, "n.html").drafts[0]
    >>> draft.title, draft.published.isoformat(), draft.text
    ('Notice', '2023-07-03', 'Licences.')
    """
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    decoded = decode(data, name, declared[1].decode("ascii") if declared else "")
    _refuse_tangle(decoded.text, name)
    tree = _parsed(decoded.text, name)
    meta = _meta(tree)
    draft = Draft(
        name=PurePath(name).stem,
        text="",
        title=_first(meta, TITLE_KEYS) or _heading(tree),
        url=_first(meta, URL_KEYS) or _canonical(tree),
        language=(tree.get("lang") or "").split("-")[0].lower()[:8],
        publisher=_first(meta, PUBLISHER_KEYS),
        published=_published(tree, meta),
    )
    body, notices = _article(tree, decoded.text, name)
    whole = msgspec.structs.replace(draft, text=body)
    return Drafts(drafts=(whole,), notices=(*decoded.notices, *notices))


def shape(page: str) -> tuple[int, int]:
    """How many elements lie inside one another at the deepest place, and how many tags there are.

    What scripts hold is left aside.

    >>> shape("<div><div><p>a<p>b</div></div>")
    (2, 6)
    """
    deepest = level = tags = 0
    at = 0
    while found := _TAG.search(page, at):
        at, tag, tags = found.end(), found[2].lower(), tags + 1
        if tag in FLAT:
            continue
        level = max(0, level - 1) if found[1] else level + 1
        deepest = max(deepest, level)
        if tag in _RAW and not found[1]:
            end = page.find(f"</{tag}", at)
            if end < 0:
                break
            at = end
    return deepest, tags


def plain(fragment: str) -> str:
    """The words of a fragment of HTML, as feeds carry them, a line for each block.

    >>> plain("<p>Exports &amp; imports</p><p>fell.</p>")
    'Exports & imports\\nfell.'
    """
    text = unescape(_ANY_TAG.sub("", _BREAK.sub("\n", fragment)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _refuse_tangle(page: str, name: str) -> None:
    deepest, tags = shape(page)
    for what, count, limit in (
        ("elements nested this deep", deepest, MAX_HTML_DEPTH),
        ("tags", tags, MAX_HTML_TAGS),
    ):
        if count > limit:
            raise Unreadable(
                f"{name}: has {what}: {count}",
                expected=f"at most {limit}",
                next_step="Save the text of the page as .txt.",
            )


def _parsed(page: str, name: str) -> Any:
    from lxml import etree, html  # slow to import: only rounds with pages pay for it

    parser = html.HTMLParser(remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        tree = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise _no_text(name) from None
    return tree


def _article(tree: Any, page: str, name: str) -> tuple[str, list[str]]:
    body = article(tree)
    if len(body) >= LEAST_ARTICLE:
        return body, []
    # a short page, or one built in an unusual way: the slower finder may see more
    from trafilatura import bare_extraction, html2txt
    from trafilatura.utils import load_html

    slow = load_html(page)
    # a finder may change the tree it is given: what follows must not rest on it
    whole = "" if slow is None else html2txt(slow)
    found: Any = None
    if slow is not None:
        found = bare_extraction(slow, fast=True, include_comments=False, with_metadata=False)
    other = (found.text or "").strip() if found is not None else ""
    if body or other:
        return max(body, other, key=len), []
    whole = "\n".join(line for line in whole.split("\n") if line.strip())
    if not whole.strip():
        raise _no_text(name)
    return whole, [f"{name}: no article was found in the page; all of its visible text was taken."]


def _no_text(name: str) -> Unreadable:
    return Unreadable(
        f"{name}: is a page without text",
        expected="an article or notice",
        next_step="If the page is filled in by a script, save it from a browser.",
    )


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        value = (element.get("content") or "").strip()
        if key and value:
            found.setdefault(key.lower(), value)
    return found


def _first(meta: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((" ".join(meta[key].split()) for key in keys if key in meta), "")


def _heading(tree: Any) -> str:
    for tag in ("title", "h1"):
        for element in tree.iter(tag):
            words = " ".join("".join(element.itertext()).split())
            if words:
                return words
    return ""


def _canonical(tree: Any) -> str:
    links = (e for e in tree.iter("link") if (e.get("rel") or "").lower() == "canonical")
    return next((e.get("href") or "" for e in links), "")


def _published(tree: Any, meta: dict[str, str]) -> date | None:
    stated = [meta[key] for key in DATE_KEYS if key in meta]
    places: Iterator[str] = (
        text for part in (iter(stated), _linked_data(tree), _times(tree)) for text in part
    )
    return next((day for text in places if (day := read_day(text))), None)


def _linked_data(tree: Any) -> Iterator[str]:
    """Every `datePublished` of the page's JSON-LD."""
    for element in tree.iter("script"):
        if (element.get("type") or "").lower() == "application/ld+json":
            try:
                waiting = [json.loads(element.text or "")]
            except (ValueError, RecursionError):
                continue  # a broken block says nothing; the page has other places for its day
            while waiting:
                part = waiting.pop()
                if isinstance(part, dict):
                    if isinstance(part.get("datePublished"), str):
                        yield part["datePublished"]
                    waiting.extend(part.values())
                elif isinstance(part, list):
                    waiting.extend(part)


def _times(tree: Any) -> Iterator[str]:
    return (e.get("datetime") or "" for e in tree.iter("time"))
