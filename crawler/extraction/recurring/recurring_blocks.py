"""Remove blocks from a page that recur on other pages of its site. Pure, but changes the page.

Three kinds of block are boilerplate: blocks that recur on the host's pages, links to other articles
by their headlines, and teasers beside such links. The article's own headline, teaser and
description always stay. A paragraph between paragraphs of the article is removed only if it also
stands on pages of plainly other subjects: journalists repeat sentences of background.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import lxml.html

from crawler.extraction.recurring.site_memory import SiteMemory, covers, key_of

_BLOCKS = (
    *("p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article"),
    *("aside", "blockquote", "figcaption", "dt", "dd", "dl", "header", "footer", "nav", "main"),
    *("ul", "ol", "table", "tbody", "tr", "form", "pre", "figure", "summary", "details"),
)
_BLOCK_TAGS = frozenset(_BLOCKS)
_CELLS = frozenset(("td", "th"))
_HIDDEN_TAGS = frozenset(("script", "style", "noscript", "template", "iframe", "title", "head"))
_MIN_KEY_WORDS = 3  # shorter blocks are keyed with their element: "Contact" is also a word
_MIN_PROSE = 80  # characters
_MIN_SENTENCE_WORDS = 4
_MOST_WRAPPERS = 4  # elements around a paragraph that hold nothing else
_MIN_LINKED_SHARE = 0.8
_Row = tuple[lxml.html.HtmlElement, tuple[str, ...]]
_MIN_LETTERS = 4  # of a word that is compared with a headline
_MIN_SHARED = 0.4  # of a headline's words


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A block of a page's text. `element`: the element that holds it alone, else None.

    `near`: that element, or the one in which it stands between other blocks.
    """

    words: str
    key: int
    element: lxml.html.HtmlElement | None
    linked: bool
    near: lxml.html.HtmlElement | None = None

    @property
    def is_prose(self) -> bool:
        """Whether it is long enough for a paragraph and not a link."""
        return len(self.words) > _MIN_PROSE and not self.linked

    @property
    def is_paragraph(self) -> bool:
        """Whether it is prose, or a short sentence."""
        return self.is_prose or (
            not self.linked
            and self.words.count(" ") + 1 >= _MIN_SENTENCE_WORDS
            and self.words.rstrip("\"'”’)»").endswith((".", "!", "?"))
        )


def blocks_of(document: lxml.html.HtmlElement) -> list[PageBlock]:
    """Return all text of a page as blocks, in document order."""
    found: list[PageBlock] = []
    for element in document.iter(*_BLOCKS):
        if next(element.iterdescendants(*_BLOCKS), None) is None:
            words = _text(element)
            if words:
                found.append(
                    PageBlock(
                        words,
                        _block_key(element, words),
                        element,
                        _is_linked(element, words),
                        element,
                    )
                )
        else:
            found += (
                PageBlock(run, key_of(run), None, False, element)
                for run in _loose_runs(element)
                if run
            )
    return found


def is_junk(blocks: Sequence[PageBlock], memory: SiteMemory, own_words: Collection[str]) -> bool:
    """Whether all prose of a page recurs on its site: a wall, a notice or an error page.

    Text that shares enough words with the listed title or teaser is an article all the same.
    """
    prose = [block for block in blocks if block.is_prose]
    if not prose or any(not memory.recurs(block.key) for block in prose):
        return False
    return not is_about(" ".join(block.words for block in prose), own_words)


def is_about(text: str, own_words: Collection[str]) -> bool:
    """Whether a text contains enough words of one of the headlines or teasers `own_words`."""
    text_words = set(_long_words(text))
    for phrase in own_words:
        phrase_words = set(_long_words(phrase))
        if phrase_words and len(phrase_words & text_words) >= _MIN_SHARED * len(phrase_words):
            return True
    return False


def drop_recurring(
    blocks: Sequence[PageBlock], memory: SiteMemory, own_words: Collection[str]
) -> list[PageBlock]:
    """Remove recurring blocks from their page; returns the removed ones.

    Args:
        blocks: of `blocks_of`; their elements are removed from the document.
        memory: of the page's host; it has learned this page.
        own_words: title, teaser and description of the article, which stay.
    """
    fresh = [not memory.recurs(block.key) for block in blocks]
    if not any(is_own and block.is_prose for block, is_own in zip(blocks, fresh, strict=True)):
        return []  # without prose of its own, article and boilerplate cannot be told apart
    boxes = _link_boxes(blocks, memory, own_words)
    own = _own_spans(blocks, fresh)
    removed = []
    for at, block in enumerate(blocks):
        if fresh[at]:
            if not _points_elsewhere(block, memory, boxes):
                continue
        elif (
            block.is_paragraph
            and _is_between_own(block, at, own)
            and not _is_inserted(block, memory)
        ):
            continue
        if not covers(own_words, block.words):
            removed.append(block)
    for block in removed:
        if block.element is not None and block.element.getparent() is not None:
            block.element.drop_tree()
    return removed


def remove_lines(text: str, removed: Sequence[PageBlock]) -> str:
    """Remove the lines of `text` that are removed blocks without an element of their own."""
    keys = {block.key for block in removed if block.element is None}
    if not keys:
        return text
    return "\n".join(line for line in text.split("\n") if key_of(line) not in keys)


def _block_key(element: lxml.html.HtmlElement, words: str) -> int:
    if words.count(" ") + 1 >= _MIN_KEY_WORDS:
        return key_of(words)
    parent = element.getparent()
    boxes = (element,) if parent is None else (element, parent)
    return key_of(" ".join((*(f"{box.tag} {box.get('class') or ''}" for box in boxes), words)))


def _link_boxes(
    blocks: Sequence[PageBlock], memory: SiteMemory, own_words: Collection[str]
) -> set[lxml.html.HtmlElement]:
    """Return the parents of links to other articles."""
    boxes = set()
    for block in blocks:
        if block.element is not None and block.linked and memory.is_heading(block.words):
            if covers(own_words, block.words):
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


def _is_inserted(block: PageBlock, memory: SiteMemory) -> bool:
    """Whether a paragraph amid an article is none of its own: it stands on other subjects' pages.

    However often a paragraph recurs, an outlet with one subject may repeat it in each article.
    """
    surely = memory.recurs(block.key, surely=True) or not block.is_prose
    return surely and memory.is_of_other_subjects(block.key)


def _own_spans(blocks: Sequence[PageBlock], fresh: Sequence[bool]) -> dict[_Row, tuple[int, int]]:
    """Map each row of paragraphs to the indexes of its first and last one of the article."""
    found: dict[_Row, tuple[int, int]] = {}
    for at, block in enumerate(blocks):
        row = _row_of(block) if fresh[at] and block.is_prose else None
        if row is not None:
            found[row] = (found[row][0] if row in found else at, at)
    return found


def _is_between_own(block: PageBlock, at: int, own: Mapping[_Row, tuple[int, int]]) -> bool:
    """Whether paragraphs of the article stand before and after this block in the same way."""
    row = _row_of(block)
    if row is None or row not in own:
        return False
    first, last = own[row]
    return first < at < last


def _row_of(block: PageBlock) -> _Row | None:
    """Return the element that holds a row of paragraphs, and in what each of them is wrapped."""
    if block.element is None:
        return None if block.near is None else (block.near, ())
    box = block.element.getparent()
    wrappers: list[str] = []
    while box is not None and len(wrappers) < _MOST_WRAPPERS and _holds_nothing_else(box):
        wrappers.append(f"{box.tag} {box.get('class') or ''}")
        box = box.getparent()
    return None if box is None else (box, tuple(wrappers))


def _holds_nothing_else(box: lxml.html.HtmlElement) -> bool:
    if len(box) != 1 or box.tag in ("body", "main", "article"):
        return False
    return not (box.text or "").strip() and not (box[0].tail or "").strip()


def _loose_runs(element: lxml.html.HtmlElement) -> Iterator[str]:
    """Yield the runs of text in an element that are outside of its child blocks."""
    run = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            run.append(child.tail or "")
            continue
        if child.tag == "br" or child.tag in _BLOCK_TAGS or _holds_blocks(child):
            yield _squeeze("".join(run))
            run = []
        elif child.tag not in _HIDDEN_TAGS:
            run.append("".join(str(part) for part in child.itertext()))
        run.append(child.tail or "")
    yield _squeeze("".join(run))


def _holds_blocks(element: lxml.html.HtmlElement) -> bool:
    return next(element.iterdescendants(*_BLOCKS), None) is not None


def _text(element: lxml.html.HtmlElement) -> str:
    return _squeeze(" ".join(str(part) for part in element.itertext()))


def _is_linked(element: lxml.html.HtmlElement, words: str) -> bool:
    linked = sum(len(_text(link)) for link in element.iter("a"))
    if not linked:  # a block within a link, as cards are built
        return any(above.tag == "a" for above in element.iterancestors())
    return linked >= _MIN_LINKED_SHARE * len(words)


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _long_words(text: str) -> list[str]:
    return re.findall(rf"\w{{{_MIN_LETTERS},}}", text.casefold())
