"""Reads the part of a page that a URL fragment names, such as a post of a live blog. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

import lxml.html

from crawler.errors import Unreadable
from crawler.extraction.cleaning.boilerplate import strip_boilerplate
from crawler.extraction.cleaning.element_removal import drop_element
from crawler.extraction.cleaning.lines import remove_inserted_lines
from crawler.extraction.cleaning.page_bounds import cut_page
from crawler.extraction.cleaning.parse_document import parse_document
from crawler.text.plain_text import convert_elements, one_line
from storage.model import FetchedEntry, FetchedPage, PageText

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NAMES = ("id", "name", "data-id", "data-post-id", "data-anchor")
_WHOLE = frozenset(("html", "body", "main", "head", "form"))
_NO_TEXT = frozenset(("script", "style", "noscript", "template", "nav", "button", "select", "svg"))
_INLINE = ("a", "span", "strong", "b", "em", "i", "small", "time")
_MIN_WORDS = 3
_MAX_SHARE = 0.7  # of the words of its page; with more it is the page, not a part of it
_MAX_STEPS = 6  # up from an anchor to the block that it begins
_MIN_TITLE_WORDS = 4  # of a headline within a longer one
_MAX_ANCHORS = 3000
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w+")


def read_part(
    document: lxml.html.HtmlElement, entry: FetchedEntry, fragment: str
) -> PageText | None:
    """Return the text under a fragment; None if it cannot be separated from the rest.

    Args:
        document: the page, which is not changed.
        entry: its entry in the listing.
        fragment: of the URL.
    """
    body = document.find("body")
    whole = len(convert_elements(document if body is None else body).split())
    found = _find_anchor(document, fragment)
    elements = [] if found is None else _select_section(found)
    text = convert_elements(*elements)
    words = len(text.split())
    if not _MIN_WORDS <= words <= _MAX_SHARE * whole:
        return None
    title = one_line(entry.title)
    stripped, comments = _strip_part(elements)
    if len(stripped.split()) >= _MIN_WORDS:
        text = stripped
    return PageText(
        title=None,
        published_raw=None,
        published_at=None,
        authors=(),
        language=None,
        canonical_url=None,
        summary="",
        text=remove_inserted_lines(text, title) or text,
        comments=comments,
    )


def require_headline(title: str | None, entry: FetchedEntry, fragment: str) -> None:
    """Check that a page is about an entry whose fragment does not name a part of it.

    Args:
        title: the headline of the page, found without the entry.

    Raises:
        Unreadable: the headlines differ, so the page contains other entries too.
    """
    own, listed = (_WORD.findall((one or "").casefold()) for one in (title, one_line(entry.title)))
    short, long = sorted((own, listed), key=len)
    within = len(short) >= _MIN_TITLE_WORDS and " ".join(short) in " ".join(long)
    if not own or not listed or not (own == listed or within):
        why = f"the text under #{fragment[:100]} cannot be separated from the rest of its page"
        raise Unreadable(why, lasting=True)


def parse_or_none(page: FetchedPage) -> lxml.html.HtmlElement | None:
    """Parse a page and cut it to the limits; None if it is empty or cannot be parsed."""
    try:
        document = parse_document(page.body, page.content_type)
    except Unreadable:
        return None
    cut_page(document)
    return document


def _find_anchor(document: lxml.html.HtmlElement, fragment: str) -> lxml.html.HtmlElement | None:
    wanted = {fragment, unquote(fragment)}
    for name in _NAMES:
        for element in document.iter():
            if not isinstance(element.tag, str) or (name == "name" and element.tag != "a"):
                continue
            if element.get(name) in wanted:
                return None if element.tag in _WHOLE else element
    return None


def _select_section(found: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Return the elements of the part that an element contains or begins; empty if unclear."""
    start = _find_heading(found)
    if start is None and _count_words(found) >= _MIN_WORDS and found.tag not in _INLINE:
        return [found]
    if start is None:
        return _select_until_next_anchor(found)
    ends = _list_end_tags(start)
    block = start
    for _ in range(_MAX_STEPS):  # a heading alone in a wrapper: its part follows the wrapper
        parent = block.getparent()
        if parent is None or parent.tag in _WHOLE or _select_following(block, ends):
            break
        if _count_words(parent) > _count_words(start):
            break
        block = parent
    return [start, *_select_following(block, ends)]


def _find_heading(found: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    """Return the heading or term that an element is or is in, if any."""
    element: lxml.html.HtmlElement | None = found
    for _ in range(_MAX_STEPS):
        if element is None:
            break
        if element.tag in _HEADINGS or element.tag == "dt":
            return element
        if element.tag not in _INLINE:
            break
        element = element.getparent()
    return None


def _select_until_next_anchor(found: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Return the blocks from an anchor up to the next anchor of its kind."""
    anchors = [one for one in found.getroottree().iter(found.tag) if _get_name(one)]
    alike = [one for one in anchors if _get_name_pattern(one) == _get_name_pattern(found)]
    anchors = (alike if len(alike) > 1 else anchors)[:_MAX_ANCHORS]
    others = [one for one in anchors if one is not found]
    if found not in anchors or not others:
        parent = found.getparent()
        return [] if parent is None or parent.tag in _WHOLE else [parent]
    inside = set(others)
    block = found
    while (parent := block.getparent()) is not None:
        if any(one in inside for one in parent.iter(found.tag)):
            break
        block = parent
    part = [block]
    for one in block.itersiblings():
        if isinstance(one.tag, str):
            if any(each in inside for each in one.iter(found.tag)):
                break
            part.append(one)
    return part


def _get_name(element: lxml.html.HtmlElement) -> str:
    return element.get("id") or element.get("name") or ""


def _get_name_pattern(element: lxml.html.HtmlElement) -> str:
    return _NUMBER.sub("0", _get_name(element))


def _list_end_tags(start: lxml.html.HtmlElement) -> frozenset[str]:
    if start.tag in _HEADINGS:
        return frozenset(_HEADINGS[: _HEADINGS.index(start.tag) + 1])
    return frozenset(("dt",))


def _select_following(
    block: lxml.html.HtmlElement, ends: frozenset[str]
) -> list[lxml.html.HtmlElement]:
    found = []
    for one in block.itersiblings():
        if not isinstance(one.tag, str):
            continue
        if any(each.tag in ends for each in one.iter()):
            break
        found.append(one)
    return found


def _count_words(element: lxml.html.HtmlElement) -> int:
    return sum(len(str(part).split()) for part in element.itertext())


def _strip_part(elements: Iterable[lxml.html.HtmlElement]) -> tuple[str, str]:
    """Return the text of a part without its menus and comments, and the comments."""
    document = lxml.html.Element("article")
    for one in elements:
        copy = one.__deepcopy__({})
        copy.tail = None
        document.append(copy)
    for element in list(document.iter(*_NO_TEXT)):
        if isinstance(element, lxml.html.HtmlElement):
            drop_element(element)
    comments = strip_boilerplate(document)
    return convert_elements(document), comments
