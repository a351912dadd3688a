"""Removes links to other articles from the body of a page: lines, lists and cards of links. Pure.

Such a line is a headline within a link, optionally with a label ("ALSO READ: ..."). A card is a
pop-up over a name within a paragraph that lists articles about it. A page of links keeps them.
"""

from __future__ import annotations

from itertools import islice

import lxml.html

from crawler.extraction.cleaning.element_removal import drop_element

LINE_TAGS = ("p", "li", "strong", "b", "div", "span")
_BLOCK_TAGS = frozenset(("p", "li", "div", "ul", "ol", "table", "section", "article", "blockquote"))
_CARD_TAGS = ("span", "div", "ul")
_MIN_HEADLINE_WORDS = 4
_MAX_LABEL_WORDS = 6  # beside the link
_MIN_LINKED_SHARE = 0.6  # of a line's characters
_MAX_PAGE_SHARE = 0.25  # of the characters in paragraphs and list items
_FULL_STOPS = (".", "!", "。", ".”", '."')
_MAX_LINE = 300  # characters


def drop_linked_lines(document: lxml.html.HtmlElement) -> None:
    """Remove links to other articles from `document` in place, unless they are much of its text."""
    boxes = [one for p in document.iter("p") for one in p.iterdescendants(*_CARD_TAGS)]
    for box in reversed(boxes):  # the inner ones first: the outer one also contains the name
        if _is_card(box):
            drop_element(box)
    found = [one for one in document.iter(*LINE_TAGS) if _is_linked_line(one)]
    items = {one for one in found if one.tag == "li"}
    # a list that also has other items belongs to the article
    lines = [one for one in found if one.tag != "li" or items.issuperset(_list_items_beside(one))]
    if not lines:
        return
    whole = sum(_get_length(one) for one in document.iter("p", "li"))
    if sum(_get_length(one) for one in lines) <= _MAX_PAGE_SHARE * whole:
        for line in lines:
            drop_element(line)


def _is_card(element: lxml.html.HtmlElement) -> bool:
    """Return whether an element within a paragraph consists of links to at least two articles."""
    links = [one for one in element.iter("a") if _count_words(one) >= _MIN_HEADLINE_WORDS]
    if len(links) < 2:
        return False
    return sum(_get_length(one) for one in links) >= _MIN_LINKED_SHARE * _get_length(element)


def _is_linked_line(element: lxml.html.HtmlElement) -> bool:
    """Return whether an element is a single line that is a headline within a link."""
    links = list(islice(element.iter("a"), 2))
    if len(links) != 1 or _count_words(links[0]) < _MIN_HEADLINE_WORDS:
        return False
    if _get_text(element).endswith(_FULL_STOPS):  # a sentence of the article
        return False
    if any(child.tag in _BLOCK_TAGS for child in element.iterdescendants()):
        return False
    if element.tag not in ("p", "li") and not _is_alone(element):
        return False
    length = _get_length(element)
    return (
        length <= _MAX_LINE
        and _get_length(links[0]) >= _MIN_LINKED_SHARE * length
        and _count_words(element) - _count_words(links[0]) <= _MAX_LABEL_WORDS
    )


def _is_alone(element: lxml.html.HtmlElement) -> bool:
    """Return whether there is no other text in the line of an element."""
    before, after = element.getprevious(), element.getnext()
    parent = element.getparent()
    ahead = before.tail if before is not None else (parent.text if parent is not None else None)
    if (ahead or "").strip() or (element.tail or "").strip():
        return False
    return all(one is None or one.tag in ("br", *_BLOCK_TAGS) for one in (before, after))


def _list_items_beside(item: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    parent = item.getparent()
    return [] if parent is None else [one for one in parent if one.tag == "li"]


def _get_length(element: lxml.html.HtmlElement) -> int:
    return len(_get_text(element))


def _count_words(element: lxml.html.HtmlElement) -> int:
    return len(_get_text(element).split())


def _get_text(element: lxml.html.HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())
