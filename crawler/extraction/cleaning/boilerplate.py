"""Removes boilerplate from a page: comments, related articles, sign-up boxes, captions. Pure.

Elements are recognised by class and id; whole names count, so that `comment` does not match
`commentary`. Names can mislead, so an element with much of the page's prose stays in spite of its
name: a wrapper named `widget` or `read-more` may be the article itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import lxml.html
from lxml import etree

from crawler.extraction.cleaning.block_positions import is_hidden
from crawler.extraction.cleaning.linked_lines import drop_linked_lines
from crawler.text.plain_text import collapse_blanks

_COMMENTS = re.compile(
    r"^(comments?|comment-?(list|area|section|body|content|thread|wrapper)s?|comments-?(area|list|"
    r"section|container|wrapper)|disqus_thread|respond|commentlist|reader-comments|discussion)$",
    re.IGNORECASE,
)
_NOT_ARTICLE = re.compile(
    r"^(sidebar|side-bar|related(-?(posts?|articles?|content|stories|links|news))?|most-?read|"
    r"most-?popular|trending|popular-?posts|recommended|recommendations|newsletter(-?\w+)?|"
    r"subscribe(-?\w+)?|signup|sign-up|cookie-?\w*|consent-?\w*|gdpr\w*|share(-?(bar|buttons|links|"
    r"tools))?|social(-?(share|links|media|bar))?|breadcrumbs?|advert(isement)?s?|"
    r"read-?(more|next)|more-?(from|stories|news)|also-?read|see-?also|tag-?list|"
    r"author-?bio|outbrain\w*|taboola\w*|widget(-?area)?|video-js|vjs-[\w-]+)$",
    re.IGNORECASE,
)
# libxml2 passes by the elements without these attributes
_MAY_BE_HIDDEN: Any = etree.XPath("descendant-or-self::*[@hidden or @style or @class]")
_SCREEN_READER_ONLY = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|print-only)(?:\s|$)", re.IGNORECASE
)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:img|image|photo|picture|figure|media|wp|video)?[-_]?(?:caption|credit)s?"
    r"(?:[-_](?:text|container|wrapper))?(?:\s|$)",
    re.IGNORECASE,
)
_MAX_REMEMBERED = 200  # characters of names whose matches are remembered
_MAX_CAPTION = 600  # characters
_MAX_CAPTION_SHARE = 0.25  # of a page's text
_BOILERPLATE_TAGS = frozenset(("aside", "nav", "footer", "form", "dialog"))
_SCRIPT_TAGS = ("script", "style", "noscript", "template", "iframe", "button", "textarea", "select")
_COMMENT_CONTROLS = re.compile(
    r"""^(?:
      (?:(?:all|show|view|load|user|post\sa|no)\s)?comments?(?:\sare\sclosed|\son\s.{0,150})?
      |(?:this\spost\shas\s)?\d+\s(?:comments?|repl(?:y|ies)|responses?)|comments?\s?[(:]?\s?\d+\s?\)?
      |(?:leave\sa\s(?:reply|comment))?(?:\s?cancel(?:\s(?:comment\s)?reply)?)?|\d+
      |reply|like|share|report(?:\sabuse)?|permalink|loading(?:\scomments)?
      |view\sthe\sdiscussion\sthread|join\s(?:the\s)?(?:discussion|conversation)
      |comments?\spowered\sby\s\w+|your\semail\saddress\swill\snot\sbe\spublished.{0,60}
      |(?:you\smust\sbe\s|please\s)?(?:log(?:ged)?|sign(?:ed)?)\sin\s(?:or|to|with)\b.{0,60}
    )\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_BLOCKS = frozenset(("p", "div", "td", "section", "article", "li", "blockquote", "main", "span"))
_BOX_TAGS = ("div", "section", "aside", "ol", "ul", "li", "p", "article", "form")
_MIN_PROSE = 80  # characters; shorter blocks are headings, teasers or menus, not prose
_MAX_BOILERPLATE_SHARE = 0.3  # of a page's prose
_MAX_COMMENT_SHARE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prose:
    """Characters of running text: by element, descendants included, and of the whole page."""

    by_element: dict[lxml.html.HtmlElement, int]
    total: int

    def drop(self, element: lxml.html.HtmlElement) -> None:
        """Remove an element from the page, and its characters from its ancestors' counts."""
        if removed := self.by_element.get(element, 0):
            for above in element.iterancestors():
                self.by_element[above] = self.by_element.get(above, 0) - removed
        _drop_element(element)


def strip_boilerplate(document: lxml.html.HtmlElement) -> str:
    """Remove boilerplate from `document` in place; return the text of readers' comments."""
    for element in list(document.iter(*_SCRIPT_TAGS)):
        _drop_element(element)
    prose = _measure_prose(document)
    comments = []
    for element in list(_find_named(document, _COMMENTS)):
        if not _is_attached(document, element):
            continue
        if _measure_prose_share(element, prose) < _MAX_COMMENT_SHARE or _has_comments(element):
            comments.append(_take_comments(element, prose))
    for element in list(_find_boilerplate(document)):
        if (
            _is_attached(document, element)
            and _measure_prose_share(element, prose) < _MAX_BOILERPLATE_SHARE
        ):
            prose.drop(element)
    hidden = [one for one in _MAY_BE_HIDDEN(document) if _is_hidden(one)]
    paragraphs = _sum_subtrees(document, _count_paragraph) if hidden else {}
    for element in hidden:
        if paragraphs[element] < 2:  # more may be the article: some pages show it by script
            _drop_element(element)
    _drop_captions(document)
    drop_linked_lines(document)
    return collapse_blanks("\n".join(comments))


def _drop_captions(document: lxml.html.HtmlElement) -> None:
    """Remove captions of pictures, unless they are much of the page's text."""
    captions = [
        element
        for element in document.iter("figcaption", "div", "p", "span", "small", "cite")
        if element.tag == "figcaption" or _is_match(_CAPTION, element.get("class"))
    ]
    if not captions:
        return
    lengths = _sum_subtrees(document, _count_own_text)
    if sum(lengths[element] for element in captions) < _MAX_CAPTION_SHARE * lengths[document]:
        for element in captions:
            if lengths[element] < _MAX_CAPTION:
                _drop_element(element)


def _count_own_text(element: lxml.html.HtmlElement) -> int:
    """Count the characters of an element that are in none of its children."""
    text = element.text if isinstance(element.tag, str) else None
    own = len(text.strip()) if text else 0
    for child in element:
        if tail := child.tail:
            own += len(tail.strip())
    return own


def _count_paragraph(element: lxml.html.HtmlElement) -> int:
    """Return 1 for a paragraph of running text, else 0; read no further than necessary."""
    length = 0
    if element.tag == "p":
        for part in element.itertext():
            length += len(part)
            if length > _MIN_PROSE:
                return 1
    return 0


def _sum_subtrees(
    document: lxml.html.HtmlElement, measure: Callable[[lxml.html.HtmlElement], int]
) -> dict[lxml.html.HtmlElement, int]:
    """Sum a measure over each element and its descendants, in one pass over the page."""
    sums = {element: measure(element) for element in document.iter()}
    for element in reversed(sums):
        if element is not document and (parent := element.getparent()) is not None:
            sums[parent] += sums[element]
    return sums


def _find_named(
    document: lxml.html.HtmlElement, pattern: re.Pattern[str]
) -> Iterator[lxml.html.HtmlElement]:
    for element in document.iter(*_BOX_TAGS):
        if _is_named(element, pattern):
            yield element


def _is_named(element: lxml.html.HtmlElement, pattern: re.Pattern[str]) -> bool:
    names, identifier = element.get("class"), element.get("id")
    if names and _is_any_match(pattern, names):
        return True
    return identifier is not None and pattern.match(identifier) is not None


def _is_any_match(pattern: re.Pattern[str], names: str) -> bool:
    """Return whether a pattern matches one of several names; remembered for short ones."""
    matches = _match_short_names if len(names) <= _MAX_REMEMBERED else _match_names
    return matches(pattern, names)


def _match_names(pattern: re.Pattern[str], names: str) -> bool:
    return any(map(pattern.match, names.split()))


_match_short_names = lru_cache(maxsize=4096)(_match_names)  # elements share few names


def _find_boilerplate(document: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    for element in document.iter(*_BOX_TAGS, *_BOILERPLATE_TAGS):
        if element.tag in _BOILERPLATE_TAGS or _is_named(element, _NOT_ARTICLE):
            yield element


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    """Return whether attributes hide an element, or it is for screen readers or print only."""
    if element.tag in ("html", "body", "head", "main"):
        return False
    return is_hidden(element) or _is_match(_SCREEN_READER_ONLY, element.get("class"))


def _is_match(pattern: re.Pattern[str], names: str | None) -> bool:
    if names is None:
        return False
    if len(names) <= _MAX_REMEMBERED:
        return _search_short_names(pattern, names)
    return pattern.search(names) is not None


@lru_cache(maxsize=4096)
def _search_short_names(pattern: re.Pattern[str], names: str) -> bool:
    return pattern.search(names) is not None


def _is_attached(document: lxml.html.HtmlElement, element: lxml.html.HtmlElement) -> bool:
    return any(above is document for above in element.iterancestors())


def _measure_prose(document: lxml.html.HtmlElement) -> _Prose:
    """Count the running text of each element, beyond the length of a heading or teaser."""
    own: dict[lxml.html.HtmlElement, int] = {}
    parents = []
    for element in document.iter():
        text, tail = element.text, element.tail
        length = len(text.strip()) if text else 0
        is_block = element.tag in _BLOCKS
        own[element] = length if is_block else 0
        parent = element.getparent() if element is not document else None
        parents.append(parent)
        if parent is not None:
            if tail:
                own[parent] += len(tail.strip())
            if length and not is_block and element.tag != "a":
                own[parent] += length
    by_element = {
        element: max(0, length - _MIN_PROSE) if element.tag in _BLOCKS else 0
        for element, length in own.items()
    }
    for element, parent in zip(reversed(by_element), reversed(parents), strict=True):
        if parent is not None and (count := by_element[element]):
            by_element[parent] += count
    return _Prose(by_element=by_element, total=by_element[document])


def _measure_prose_share(element: lxml.html.HtmlElement, prose: _Prose) -> float:
    return prose.by_element.get(element, 0) / prose.total if prose.total else 0.0


def _has_comments(element: lxml.html.HtmlElement) -> bool:
    return any(
        "comment" in (child.get("class") or "").lower() for child in element.iter("li", "article")
    )


def _take_comments(element: lxml.html.HtmlElement, prose: _Prose) -> str:
    """Remove an element with readers' comments; return their text without form and buttons."""
    for form in list(element.iter("form", "label", "input")):
        if form is not element:
            prose.drop(form)
    blocks = [
        " ".join(" ".join(block.itertext()).split())
        for block in element.iter("p", "li", "blockquote", "div")
        if block.find("p") is None and block.find("div") is None and block.find("li") is None
    ]
    prose.drop(element)
    return "\n".join(dict.fromkeys(block for block in blocks if not _COMMENT_CONTROLS.match(block)))


def _drop_element(element: lxml.html.HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
