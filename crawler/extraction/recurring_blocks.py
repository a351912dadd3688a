"""Takes out of a page what stands on other pages of its site too. Pure, but for the page given.

Three things are taken for surroundings: blocks that recur on the host's pages, links to other
articles by their headlines, and teasers beside such links. What the article says of itself (its
headline, teaser and description) stays wherever else it stands. A paragraph amid others that are
the article's own goes on strong evidence alone: writers repeat a sentence of background.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import lxml.html

from crawler.extraction.site_memory import SiteMemory, covers, key_of

_BLOCKS = (
    *("p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article"),
    *("aside", "blockquote", "figcaption", "dt", "dd", "dl", "header", "footer", "nav", "main"),
    *("ul", "ol", "table", "tbody", "tr", "form", "pre", "figure", "summary", "details"),
)
_BLOCK_TAGS = frozenset(_BLOCKS)
_CELLS = frozenset(("td", "th"))
_UNSEEN = frozenset(("script", "style", "noscript", "template", "iframe", "title", "head"))
_FEW_WORDS = 3  # fewer are known by the box that they stand in too: "Contact" is also a word
_PROSE = 80  # characters
_MOST_LINKED = 0.8
_TELLING = 4  # letters of a word that is compared with what an article is about
_ABOUT = 0.4  # of a headline's words


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A piece of a page's text. `element`: where it stands alone in one, else None."""

    words: str
    key: int
    element: lxml.html.HtmlElement | None
    linked: bool

    @property
    def is_prose(self) -> bool:
        """Whether it is long enough to be a paragraph."""
        return len(self.words) > _PROSE and not self.linked


def blocks_of(document: lxml.html.HtmlElement) -> list[PageBlock]:
    """Everything that a page says, block by block, in its order."""
    found: list[PageBlock] = []
    for element in document.iter(*_BLOCKS):
        if next(element.iterdescendants(*_BLOCKS), None) is None:
            words = _text(element)
            if words:
                found.append(
                    PageBlock(words, _key(element, words), element, _is_linked(element, words))
                )
        else:
            found += (PageBlock(run, key_of(run), None, False) for run in _loose(element) if run)
    return found


def is_junk(blocks: Sequence[PageBlock], memory: SiteMemory, said: Collection[str]) -> bool:
    """Whether nothing on a page is its own: a wall, a notice or an error in the article's place.

    A text that is about what the listing announced is an article, however often it comes.
    """
    prose = [block for block in blocks if block.is_prose]
    if not prose or any(not memory.recurs(block.key) for block in prose):
        return False
    return not is_about(" ".join(block.words for block in prose), said)


def is_about(text: str, said: Collection[str]) -> bool:
    """Whether a text has enough of the words of a headline or teaser to belong to it."""
    told = set(_telling(text))
    for one in said:
        wanted = set(_telling(one))
        if wanted and len(wanted & told) >= _ABOUT * len(wanted):
            return True
    return False


def drop_recurring(
    blocks: Sequence[PageBlock], memory: SiteMemory, said: Collection[str]
) -> list[PageBlock]:
    """Take what recurs out of its page; returns what went.

    Args:
        blocks: of `blocks_of`; their elements are taken out.
        memory: of the page's host; it has learned this page.
        said: what the article says of itself: it stays.
    """
    fresh = [not memory.recurs(block.key) for block in blocks]
    if not any(is_own and block.is_prose for block, is_own in zip(blocks, fresh, strict=True)):
        return []  # with nothing of its own there is nothing to tell the article by
    boxes = _boxes_of_links(blocks, memory, said)
    own = _own_paragraphs(blocks, fresh)
    gone = []
    for at, block in enumerate(blocks):
        if fresh[at]:
            if not _points_elsewhere(block, memory, boxes):
                continue
        elif (
            block.is_prose
            and _amid_its_own(block, at, own)
            and not memory.recurs(block.key, surely=True)
        ):
            continue
        if not covers(said, block.words):
            gone.append(block)
    for block in gone:
        if block.element is not None and block.element.getparent() is not None:
            block.element.drop_tree()
    return gone


def without(text: str, gone: Sequence[PageBlock]) -> str:
    """`text` without the lines that are blocks which went but stood in no element of their own."""
    keys = {block.key for block in gone if block.element is None}
    if not keys:
        return text
    return "\n".join(line for line in text.split("\n") if key_of(line) not in keys)


def _key(element: lxml.html.HtmlElement, words: str) -> int:
    if words.count(" ") + 1 >= _FEW_WORDS:
        return key_of(words)
    parent = element.getparent()
    boxes = (element,) if parent is None else (element, parent)
    return key_of(" ".join((*(f"{box.tag} {box.get('class') or ''}" for box in boxes), words)))


def _boxes_of_links(
    blocks: Sequence[PageBlock], memory: SiteMemory, said: Collection[str]
) -> set[lxml.html.HtmlElement]:
    """The boxes around links to other articles."""
    boxes = set()
    for block in blocks:
        if block.element is not None and block.linked and memory.is_heading(block.words):
            if covers(said, block.words):
                continue
            above = block.element.getparent()
            if above is not None and above.tag not in ("body", "main", "article"):
                boxes.add(above)
    return boxes


def _points_elsewhere(
    block: PageBlock, memory: SiteMemory, boxes: Collection[lxml.html.HtmlElement]
) -> bool:
    if not memory.is_heading(block.words) or block.element is None:
        return False
    return block.linked or block.element.getparent() in boxes


def _own_paragraphs(
    blocks: Sequence[PageBlock], fresh: Sequence[bool]
) -> dict[lxml.html.HtmlElement, tuple[int, int]]:
    """By box, where the first and the last of the article's own paragraphs stand in it."""
    found: dict[lxml.html.HtmlElement, tuple[int, int]] = {}
    for at, block in enumerate(blocks):
        box = None if block.element is None else block.element.getparent()
        if fresh[at] and block.is_prose and box is not None:
            found[box] = (found[box][0] if box in found else at, at)
    return found


def _amid_its_own(
    block: PageBlock, at: int, own: Mapping[lxml.html.HtmlElement, tuple[int, int]]
) -> bool:
    """Whether a paragraph has paragraphs of the article's own before and after it in its box."""
    box = None if block.element is None else block.element.getparent()
    if box is None or box not in own:
        return False
    first, last = own[box]
    return first < at < last


def _loose(element: lxml.html.HtmlElement) -> Iterator[str]:
    """The runs of text that stand in a box beside its blocks."""
    run = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            run.append(child.tail or "")
            continue
        if child.tag == "br" or child.tag in _BLOCK_TAGS or _holds_blocks(child):
            yield _squeezed("".join(run))
            run = []
        elif child.tag not in _UNSEEN:
            run.append("".join(str(part) for part in child.itertext()))
        run.append(child.tail or "")
    yield _squeezed("".join(run))


def _holds_blocks(element: lxml.html.HtmlElement) -> bool:
    return next(element.iterdescendants(*_BLOCKS), None) is not None


def _text(element: lxml.html.HtmlElement) -> str:
    return _squeezed(" ".join(str(part) for part in element.itertext()))


def _is_linked(element: lxml.html.HtmlElement, words: str) -> bool:
    linked = sum(len(_text(link)) for link in element.iter("a"))
    if not linked:  # a block within a link, as cards are built
        return any(above.tag == "a" for above in element.iterancestors())
    return linked >= _MOST_LINKED * len(words)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _telling(text: str) -> list[str]:
    return re.findall(rf"\w{{{_TELLING},}}", text.casefold())
