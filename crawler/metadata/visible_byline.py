"""Finds the visible byline of a page, outside comments, quotations and lists of articles. Pure.

To be called before boilerplate is removed: bylines are often in boxes beside the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import lxml.html

from crawler.metadata.author_names import is_news_agency, is_person_name, split_names
from crawler.metadata.site_names import SiteNames
from crawler.text.folding import fold_letters
from crawler.text.plain_text import text_of
from crawler.text.short_text_cache import cache_short

MAX_CANDIDATES = 40  # elements of a page that may be bylines
_MAX_ELEMENTS = 20_000
_MAX_LETTERS = 300  # of a byline
_MAX_GROUP = 12  # elements between two authors of one byline
_MAX_CLASSES = 1000  # characters of an element's names
_NEAR = 60  # elements between a headline and a byline that is recognised only by its "by"

_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:by-?lines?|authors?|author-?names?|(?:article|post|entry|story)-?authors?"
    r"|authored-?by|posted-?by|written-?by|writers?|journalists?|contributors?|creator)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NO_BYLINE = re.compile(
    r"(?:^|[\s_-])(?:bio|biography|about|avatar|image|img|photo|picture|social|follow|share|email"
    r"|description|more|links?-list|archive|title|role|job|comments?|replies|quotes?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|comment-?\w+|respond|repl(?:y|ies)|discussion|disqus|sidebar"
    r"|related|recommend(?:ed|ations?)?|promos?|teasers?|cards?|popular|trending|most-?read|widgets?|menus?|nav"
    r"|navigation|navbar|site-?footer|page-?footer|quotes?|pull-?quotes?|testimonials?|references|citations?"
    r"|newsletter|carousel|read-?more|more-?(?:from|stories|news)|latest|up-?next)(?:$|[\s_-])",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|(?:pull-)?quotes?)(?:$|[\s_-])", re.IGNORECASE
)
_ARTICLE_LISTS = re.compile(
    r"(?:^|[\s_-])(?:related|recommend(?:ed|ations?)?|popular|trending|most-?read|read-?more|up-?next"
    r"|more-?(?:from|stories|news))(?:$|[\s_-])",
    re.IGNORECASE,
)
_QUOTED_TAGS = frozenset(("blockquote", "q", "cite", "figure", "figcaption"))
_HEADLINE = re.compile(r"(?:post|entry|article|story)-(?:title|headline)", re.IGNORECASE)
_ELSEWHERE_TAGS = frozenset(
    ("aside", "nav", "blockquote", "q", "cite", "figure", "figcaption", "form", "script", "style",
     "noscript", "template", "select", "button", "head", "svg")
)  # fmt: skip
_SKIPPED_TAGS = frozenset(("script", "style", "time", "button", "svg", "noscript", "template"))
_PROFILE = re.compile(
    r"/(?:authors?|by|profiles?|people|staff|writers?|journalists?|contributors?|reporters?|columnists?"
    r"|correspondents?|team|users?)/[^/?#]",
    re.IGNORECASE,
)
# of these pages only authors have one
_AUTHOR = re.compile(
    r"/(?:authors?|by|writers?|journalists?|contributors?|reporters?|columnists?|correspondents?)/[^/?#]",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[a-z]\s[a-z]|[a-z][.!?]")  # prose, not a date or a separator
_BY = re.compile(  # at the start of a piece, or after the date of "posted on 3 March by"
    r"(?:(?:^|[|•·])\s*+(?:(?:written|posted|reported|words|story|text)\s)?"
    r"|\b(?:posted|written|published)\b[^|]{0,60}?\s)by\b[\s|:]*+(?P<names>.+)",
    re.IGNORECASE,
)

# the same in other languages, in elements whose names mark a byline: names can begin so, too
_BY_ELSEWHERE = re.compile(
    r"\s*+(?:von|par|por|di|da|door|av|af|przez)\s+(?P<names>\S+\s+\S.*)", re.IGNORECASE
)


def find_byline(document: lxml.html.HtmlElement, sites: SiteNames) -> tuple[str, ...]:
    """Return the names of the first byline after the headline; empty without one."""
    best: tuple[int, list[str]] | None = None
    last, headline = -_MAX_GROUP, None
    for number, element in enumerate(_iter_article_elements(document)):
        if element.tag == "h1":
            headline = number
            if best is not None and number - best[0] > _NEAR:
                best = None  # a byline far before the headline is of another article
            continue
        is_near = headline is not None and number - headline <= _NEAR
        names = _find_names(element, sites, is_near=is_near)
        if not names:
            continue
        if best is None:
            best = (number, names)
        elif number - last <= _MAX_GROUP:
            best[1].extend(name for name in names if name not in best[1])
        else:
            break
        last = number
    return tuple(best[1]) if best is not None else ()


def is_only_quoted(document: lxml.html.HtmlElement, name: str) -> bool:
    """Return whether a name is only in quotations, captions, comments and lists of articles."""
    own: list[str] = []
    quoted: list[str] = []
    waiting = [(document, own)]
    while waiting:
        element, pieces = waiting.pop()
        if isinstance(element.tag, str):
            names = _get_class_and_id(element)
            is_quoted = (
                element.tag in _QUOTED_TAGS
                or _COMMENTS.search(names)
                or (_ARTICLE_LISTS.search(names) and element.find(".//h1") is None)
                or (element.tag == "aside" and _ELSEWHERE.search(names))
            )
            pieces = quoted if is_quoted and element.tag not in ("html", "body") else pieces
            pieces.append(element.text or "")
            pieces.extend(child.tail or "" for child in element)
            waiting += ((child, pieces) for child in element)
    folded = fold_letters(name)
    return folded in fold_letters(" ".join(quoted)) and folded not in fold_letters(" ".join(own))


def _iter_article_elements(document: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """Yield elements in document order, without those that do not belong to the article."""
    stack, seen = [document], 0
    kept = {one for headline in _iter_headlines(document) for one in headline.iterancestors()}
    while stack and seen < _MAX_ELEMENTS:
        element = stack.pop()
        seen += 1
        if not isinstance(element.tag, str) or element.tag in _ELSEWHERE_TAGS:
            continue
        if element not in kept and (names := _get_class_and_id(element)) and _is_elsewhere(names):
            continue
        yield element
        stack.extend(reversed(element))


def _iter_headlines(document: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    headings = document.iter("h1", "h2", "h3")
    for number, heading in enumerate(islice(headings, MAX_CANDIDATES)):
        if heading.tag == "h1" or _HEADLINE.search(_get_class_and_id(heading)) or not number:
            yield heading


def _get_class_and_id(element: lxml.html.HtmlElement) -> str:
    classes, identifier = element.get("class"), element.get("id")
    if classes is None and identifier is None:  # as most elements
        return ""
    return f"{classes or ''} {identifier or ''}"[:_MAX_CLASSES]


@cache_short
def _is_elsewhere(names: str) -> bool:
    return _ELSEWHERE.search(names) is not None


def _is_byline_name(classes: str) -> bool:
    return bool(_BYLINE.search(classes)) and not _NO_BYLINE.search(classes)


def _find_names(element: lxml.html.HtmlElement, sites: SiteNames, *, is_near: bool) -> list[str]:
    """Return the names in an element if it is a byline; a container is decided by its content."""
    if not element.attrib and not is_near:
        return []
    classes = f"{_get_class_and_id(element)} {element.get('data-testid') or ''}"[:_MAX_CLASSES]
    properties = f"{element.get('itemprop') or ''} {element.get('rel') or ''}".lower().split()
    is_marked = "author" in properties or "creator" in properties
    is_named = classes != " " and _is_byline_name(classes)
    if not (is_marked or is_named or is_near):
        return []
    text = " ".join(text_of(element, _MAX_LETTERS + 1).split())
    if not 2 < len(text) <= _MAX_LETTERS:
        return []
    if not (is_marked or is_named) and _is_link_to_author(element):
        return [name for name in split_names(text, sites) if is_person_name(name)]
    if not (is_marked or is_named) and "by" not in text.lower():
        return []
    pieces = _join_pieces(element)
    by = _BY.search(pieces)
    if not (is_marked or is_named) and (by is None or element.find(".//h1") is not None):
        return []
    linked = _find_linked_names(element, sites)
    if linked:
        return linked
    if by is None:
        by = _BY_ELSEWHERE.match(pieces)
    names = split_names(by["names"] if by else pieces, sites)
    persons = [name for name in names if is_person_name(name) or is_news_agency(name)]
    if persons or not (is_marked or is_named):
        return persons
    return names[:1] if (by or is_marked) and len(names) == 1 else []


def _is_link_to_author(element: lxml.html.HtmlElement) -> bool:
    """Return whether an element is a link to an author's page, with no other text around it."""
    parent = element.getparent()
    if (
        element.tag != "a"
        or parent is None
        or not _AUTHOR.search((element.get("href") or "")[:500])
    ):
        return False
    around = (parent.text, *(one.tail for one in parent))
    return not any(one and _SENTENCE.search(one) for one in around)


def _find_linked_names(element: lxml.html.HtmlElement, sites: SiteNames) -> list[str]:
    """Return the names in links to authors and in elements that are marked as names."""
    names: list[str] = []
    for part in element.iter("a", "span", "meta"):
        rel = (part.get("rel") or "").lower().split()
        is_name = (part.get("itemprop") or "").lower() == "name" or "author" in rel
        if not is_name and not (
            part.tag == "a" and _PROFILE.search((part.get("href") or "")[:500])
        ):
            continue
        text = part.get("content") or _join_pieces(part)
        names += [name for name in split_names(text, sites) if name not in names]
    return names


def _join_pieces(element: lxml.html.HtmlElement) -> str:
    """Return the text nodes of an element joined by " | ", without times and buttons."""
    pieces: list[str] = []
    for part in element.iter():
        if not isinstance(part.tag, str):
            continue
        if part.tag not in _SKIPPED_TAGS:
            pieces.append(part.text or "")
        if part is not element:
            pieces.append(part.tail or "")
    return " | ".join(piece for one in pieces if (piece := " ".join(one.split())))[:_MAX_LETTERS]
