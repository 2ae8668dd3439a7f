"""The article in a web page: the part that holds most of its running text, without what is around.

Running text is a block of words that is long enough, ends like a sentence and is not made of links.
From the page's root downwards the finder follows the one element that still holds most of it; what
lies there is the article. Elements that their own tag, role or class calls a menu, footer, sidebar,
share bar, comment list or advertisement are passed over, and so is what the page hides.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

#: an element is followed while it holds this share of its parent's running text
MOST = 0.7
_LEAST_CHARACTERS = 25  # shorter lines are captions, bylines, buttons
_LEAST_WITHOUT_STOP = 40
_MOST_LINKED = 0.4  # share of linked characters above which a block is a list of links
_MOST_LINKED_BETWEEN = 0.3  # the same for the short lines between running text

SKIPPED = frozenset(
    """script style noscript template svg iframe object embed video audio canvas map nav footer
    aside button select option input textarea dialog head figure figcaption menu fieldset label
    address""".split()
)
BLOCKS = frozenset(
    """html body main article section div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table
    thead tbody tfoot tr header hgroup form center details summary hr""".split()
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
#: blocks whose short lines belong to the running text around them
LINES = frozenset("p li tr dd dt blockquote pre".split())
CELLS = frozenset(("td", "th"))
#: elements that hold the whole page or article whatever their class says
_WHOLE = frozenset(("html", "body", "main", "article"))
_ROLES = frozenset("navigation banner contentinfo complementary search dialog menu".split())

#: whole words of a class or id
_AROUND = """
    nav(?:bar|igation)?|(?:main|top|site|sub|primary)?-?menu|side-?bar|(?:site-|page-)?footer
    cookies?|consent|share|sharing|social|social-?\\w+|share-?(?:bar|buttons?|links?|tools)
    related|recommend\\w*|comments?|comments?-(?:area|list|section|wrapper|container)
    disqus_thread|newsletter|subscribe|subscription|promos?|ads?|advert|advertisement|sponsored
    breadcrumbs?|popup|modal|banner|toolbar|tags|tag-list|trending|most-?(?:read|popular|viewed)
    read-?(?:next|also)|more-?(?:from|on|stories|news)|author-?(?:bio|box|info|card)|caption
    wp-caption-text|copyright|pagination|pager|widget|widget-area|rail|right-rail|masthead|sr-only
    visually-hidden|screen-reader-text|skip-link
"""
#: parts of a class or id
_PARTS = """
    related-?(?:posts?|articles?|stories|news|content|links)|newsletter-|-newsletter|outbrain
    taboola|breadcrumb|cookie-|share-|social-|comment-(?:list|body|content|text)
    site-(?:header|footer)|advert|sponsor|-sidebar(?:\\s|$)|^sidebar-
"""
_BOILERPLATE = re.compile(
    rf"(?:^|\s)(?:{'|'.join(_AROUND.split())})(?:$|\s)|{'|'.join(_PARTS.split())}", re.IGNORECASE
)
#: classes that tell what an article is about or what stands beside it
_TELLS_NOTHING = re.compile(
    r"(?:^|\s)(?:category|tag|post|page|type|status|has|with)-\S+|\S+-with-\S+|\S*has-\S+"
)
_STOP = re.compile(r"[.!?。！？…:;][\"'”’)\]»」』]*$")


class _Block(NamedTuple):
    path: tuple[int, ...]  # numbers of the elements around it, outermost first
    tag: str
    text: str
    linked: int  # characters inside links


def article(tree: Any) -> str:
    """The article of a parsed page (an lxml element), a paragraph a block; "" if there is none.

    >>> from lxml import html
    >>> menu = "<div class=menu>" + "<a href=x>Our services and our products.</a>" * 9 + "</div>"
    >>> body = "<div><h1>Notice</h1><p>Exports of gallium need a licence from August.</p></div>"
    >>> article(html.fromstring(f"<body>{menu}{body}</body>"))
    'Exports of gallium need a licence from August.'
    """
    blocks = list(_blocks(tree))
    running = [_running(block) for block in blocks]
    inside = _inside(blocks, running)
    places = [i for i in inside if running[i]]
    if not places:
        return ""
    kept = (
        i for i in inside if places[0] <= i <= places[-1] and (running[i] or _between(blocks[i]))
    )
    return "\n\n".join(blocks[i].text for i in kept)


def _running(block: _Block) -> int:
    """Characters of running text in a block."""
    length = len(block.text)
    if block.tag in HEADINGS or block.linked > _MOST_LINKED * length:
        return 0
    if length < _LEAST_CHARACTERS:
        return 0
    if length < _LEAST_WITHOUT_STOP and not _STOP.search(block.text):
        return 0
    return length - block.linked


def _between(block: _Block) -> bool:
    """Whether a block without running text belongs to the running text on both sides of it."""
    linked = block.linked / len(block.text)
    return linked <= (_MOST_LINKED if block.tag in HEADINGS else _MOST_LINKED_BETWEEN) and (
        block.tag in HEADINGS or block.tag in LINES
    )


def _inside(blocks: list[_Block], running: list[int]) -> list[int]:
    """The places of the blocks in the element that holds most of the running text."""
    held: dict[int, int] = defaultdict(int)
    children: dict[int, set[int]] = defaultdict(set)
    for block, count in zip(blocks, running, strict=True):
        parent = 0
        for element in block.path:
            children[parent].add(element)
            held[element] += count
            parent = element
    held[0] = sum(running)
    at = 0
    while children[at]:
        best = max(children[at], key=lambda element: held[element])
        if held[best] < MOST * held[at] or not held[best]:
            break
        at = best
    return [i for i, block in enumerate(blocks) if at == 0 or at in block.path]


class _Buffer:
    """The words gathered since the last block began or ended."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.linked = 0
        self.links = 0  # open <a> elements

    def add(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            if self.links:
                self.linked += len(text)

    def taken(self, path: list[int], tag: str) -> Iterator[_Block]:
        words = [" ".join(line.split()) for line in "".join(self.parts).split("\v")]
        text = "\n".join(line.strip(" |") for line in words if line.strip(" |"))
        if text:
            yield _Block(tuple(path), tag, text, min(self.linked, len(text)))
        self.parts, self.linked = [], 0


def _blocks(tree: Any) -> Iterator[_Block]:
    """The blocks of a page in order, without what its own tags and classes set apart."""
    from lxml import etree

    walk = etree.iterwalk(tree, events=("start", "end"))
    buffer = _Buffer()
    path: list[int] = []
    tags: list[str] = []
    skipped = None
    number = 0
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if not isinstance(tag, str) or _is_around(tag, element):
                skipped = element
                walk.skip_subtree()
                continue
            if tag in BLOCKS:
                yield from buffer.taken(path, tags[-1] if tags else "body")
                number += 1
                path.append(number)
                tags.append(tag)
            elif tag == "br":
                buffer.add("\v")
            elif tag in CELLS:
                buffer.add(" | ")
            elif tag == "a":
                buffer.links += 1
            buffer.add(element.text)
            continue
        if skipped is element:
            skipped = None
        elif tag in BLOCKS:
            yield from buffer.taken(path, tags[-1])
            path.pop()
            tags.pop()
        elif tag == "a":
            buffer.links -= 1
        buffer.add(element.tail)
    yield from buffer.taken(path, "body")


def _is_around(tag: str, element: Any) -> bool:
    """Whether an element calls itself something else than the article."""
    if tag in SKIPPED:
        return True
    told = element.attrib
    if not told or tag in _WHOLE or tag not in BLOCKS:
        return False
    if told.get("role") in _ROLES or "hidden" in told or told.get("aria-hidden") == "true":
        return True
    if "none" in told.get("style", "") and "display:none" in told["style"].replace(" ", ""):
        return True
    named = told.get("class", "")
    if named and _BOILERPLATE.search(_TELLS_NOTHING.sub(" ", named)):
        return True
    return bool("id" in told and _BOILERPLATE.search(told["id"]))
