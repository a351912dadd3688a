"""Divides the text of a page into blocks, and finds the rows that blocks belong to. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html

from crawler.extraction.recurring.site_memory import key_of

_BLOCKS = (
    *("p", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article"),
    *("aside", "blockquote", "figcaption", "dt", "dd", "dl", "header", "footer", "nav", "main"),
    *("ul", "ol", "table", "tbody", "tr", "form", "pre", "figure", "summary", "details"),
)
_BLOCK_TAGS = frozenset(_BLOCKS)
_HIDDEN_TAGS = frozenset(("script", "style", "noscript", "template", "iframe", "title", "head"))
_MIN_KEY_WORDS = 3  # shorter blocks are keyed with their element: "Contact" is also a word
_MIN_PROSE = 80  # characters
_MIN_SENTENCE_WORDS = 4
_MAX_WRAPPERS = 4  # elements around a paragraph that contain nothing else
_MIN_LINKED_SHARE = 0.8
Row = tuple[lxml.html.HtmlElement, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A block of a page's text. `element`: the element that contains only it, else None.

    `near`: that element, or the one that contains it among other blocks.
    """

    words: str
    key: int
    element: lxml.html.HtmlElement | None
    linked: bool
    near: lxml.html.HtmlElement | None = None

    @property
    def is_prose(self) -> bool:
        """Return whether it is long enough for a paragraph and not a link."""
        return len(self.words) > _MIN_PROSE and not self.linked

    @property
    def is_paragraph(self) -> bool:
        """Return whether it is prose, or a short sentence."""
        return self.is_prose or (
            not self.linked
            and self.words.count(" ") + 1 >= _MIN_SENTENCE_WORDS
            and self.words.rstrip("\"'”’)»").endswith((".", "!", "?"))
        )


def divide_into_blocks(document: lxml.html.HtmlElement) -> list[PageBlock]:
    """Return all text of a page as blocks, in document order."""
    found: list[PageBlock] = []
    elements = list(document.iter(*_BLOCKS))
    holders = _find_holders(elements)
    for element in elements:
        if element in holders:
            found += (
                PageBlock(run, key_of(run), None, False, element)
                for run in _iter_loose_runs(element, holders)
            )
        elif words := _get_text(element):
            key, linked = _make_block_key(element, words), _is_linked(element, words)
            found.append(PageBlock(words, key, element, linked, element))
    return found


def find_row(block: PageBlock) -> Row | None:
    """Return the element that contains a row of paragraphs, and the wrappers of each."""
    if block.element is None:
        return None if block.near is None else (block.near, ())
    box = block.element.getparent()
    wrappers: list[str] = []
    while box is not None and len(wrappers) < _MAX_WRAPPERS and _has_nothing_else(box):
        wrappers.append(f"{box.tag} {box.get('class') or ''}")
        box = box.getparent()
    return None if box is None else (box, tuple(wrappers))


def _has_nothing_else(box: lxml.html.HtmlElement) -> bool:
    if len(box) != 1 or box.tag in ("body", "main", "article"):
        return False
    return not (box.text or "").strip() and not (box[0].tail or "").strip()


def _find_holders(blocks: list[lxml.html.HtmlElement]) -> set[lxml.html.HtmlElement]:
    """Return all ancestors of the blocks."""
    holders: set[lxml.html.HtmlElement] = set()
    for block in blocks:
        above = block.getparent()
        while above is not None and above not in holders:
            holders.add(above)
            above = above.getparent()
    return holders


def _iter_loose_runs(
    element: lxml.html.HtmlElement, holders: set[lxml.html.HtmlElement]
) -> Iterator[str]:
    """Yield the runs of text in an element that are outside its child blocks, if not blank."""
    run: list[str] = []
    if text := element.text:
        run.append(text)
    for child in element:
        tag = child.tag
        if tag in _BLOCK_TAGS or tag == "br" or child in holders:
            if words := _join_run(run):
                yield words
            run = []
        elif isinstance(tag, str) and tag not in _HIDDEN_TAGS:
            run.extend(child.itertext())
        if text := child.tail:
            run.append(text)
    if words := _join_run(run):
        yield words


def _join_run(texts: list[str]) -> str:
    """Join text nodes; where a capital follows a small letter, they are lines of their own."""
    if len(texts) < 2:
        return _collapse_blanks(texts[0]) if texts else ""
    last = ""
    parts: list[str] = []
    for text in texts:
        if text:
            parts.append(" " if last[-1:].islower() and text[0].isupper() else "")
            parts.append(text)
            last = text
    return _collapse_blanks("".join(parts))


def _get_text(element: lxml.html.HtmlElement) -> str:
    if not len(element):  # as most blocks
        text = element.text
        return _collapse_blanks(text) if text else ""
    return _collapse_blanks(" ".join(element.itertext()))


def _is_linked(element: lxml.html.HtmlElement, words: str) -> bool:
    links = element.iter("a") if len(element) or element.tag == "a" else ()
    linked = sum(len(_get_text(link)) for link in links)
    if not linked:  # cards are blocks within a link
        return next(element.iterancestors("a"), None) is not None
    return linked >= _MIN_LINKED_SHARE * len(words)


def _collapse_blanks(text: str) -> str:
    return " ".join(text.split())


def _make_block_key(element: lxml.html.HtmlElement, words: str) -> int:
    if words.count(" ") + 1 >= _MIN_KEY_WORDS:
        return key_of(words)
    parent = element.getparent()
    boxes = (element,) if parent is None else (element, parent)
    return key_of(" ".join((*(f"{box.tag} {box.get('class') or ''}" for box in boxes), words)))
