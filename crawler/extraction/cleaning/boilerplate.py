"""Removes boilerplate from a page: comments, related articles, sign-up boxes, captions. Pure.

Elements are recognised by class and id; whole names count, so that `comment` does not match
`commentary`. Names can mislead, so an element with much of the page's prose stays in spite of its
name: a wrapper named `widget` or `read-more` may be the article itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import lxml.html
from lxml import etree

from crawler.extraction.cleaning.block_positions import is_hidden
from crawler.extraction.cleaning.element_removal import drop_element
from crawler.extraction.cleaning.linked_lines import drop_linked_lines
from crawler.text.plain_text import collapse_blanks
from crawler.text.short_text_cache import cache_short

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
# libxml2 skips the elements without these attributes
_WITH_HIDING_ATTRIBUTES: Any = etree.XPath("descendant-or-self::*[@hidden or @style]", regexp=False)
_TEXTS: Any = etree.XPath("descendant-or-self::text()", regexp=False, smart_strings=False)
_NOT_ON_SCREEN = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-reader-text|print-only"
    r"|hover-?card(?:-(?:content|body))?|popover|tooltip-?(?:text|content|box|card))(?:\s|$)",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:^|[\s_-])(?:img|image|photo|picture|figure|media|wp|video)?[-_]?(?:caption|credit)s?"
    r"(?:[-_](?:text|container|wrapper))?(?:\s|$)",
    re.IGNORECASE,
)
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
_BOX_TAGS = frozenset(("div", "section", "aside", "ol", "ul", "li", "p", "article", "form"))
_CAPTION_TAGS = frozenset(("div", "p", "span", "small", "cite"))
_NEVER_HIDDEN = frozenset(("html", "body", "head", "main"))
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
        drop_element(element)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the classes of an element, or its id, say about it."""

    comments: bool = False
    boilerplate: bool = False
    caption: bool = False
    screen_reader_only: bool = False


_UNNAMED = _Names()


@dataclass(slots=True)
class _Marked:
    """The elements of a page that tags, names or styles mark, in document order."""

    comments: list[lxml.html.HtmlElement] = field(default_factory=list)
    boilerplate: list[lxml.html.HtmlElement] = field(default_factory=list)
    captions: list[lxml.html.HtmlElement] = field(default_factory=list)
    hidden: list[lxml.html.HtmlElement] = field(default_factory=list)


def strip_boilerplate(document: lxml.html.HtmlElement) -> str:
    """Remove boilerplate from `document` in place; return the text of readers' comments."""
    for element in list(document.iter(*_SCRIPT_TAGS)):
        drop_element(element)
    marked = _find_marked(document)
    prose = _measure_prose(document)
    comments = []
    for element in marked.comments:
        if not _is_attached(document, element):
            continue
        if _measure_prose_share(element, prose) < _MAX_COMMENT_SHARE or _has_comments(element):
            comments.append(_take_comments(element, prose))
    for element in marked.boilerplate:
        if (
            _is_attached(document, element)
            and _measure_prose_share(element, prose) < _MAX_BOILERPLATE_SHARE
        ):
            prose.drop(element)
    hidden = [one for one in marked.hidden if one is document or _is_attached(document, one)]
    long = ((one, 1) for one in document.iter("p") if _is_paragraph(one)) if hidden else ()
    paragraphs = _sum_subtrees(long)
    for element in hidden:
        if paragraphs.get(element, 0) < 2:  # more may be the article: some pages show it by script
            drop_element(element)
    _drop_captions(document, marked.captions)
    drop_linked_lines(document)
    return collapse_blanks("\n".join(comments))


def _find_marked(document: lxml.html.HtmlElement) -> _Marked:
    """Find the elements that are removed unless they have too much of the text, in one pass."""
    found = _Marked()
    hidden = {one for one in _WITH_HIDING_ATTRIBUTES(document) if is_hidden(one)}
    for element in document.iter():
        tag = element.tag
        classes, identifier = element.get("class"), element.get("id")
        names = _read_names(classes) if classes else _UNNAMED
        is_box = tag in _BOX_TAGS
        if is_box and (names.comments or _is_match(_COMMENTS, identifier)):
            found.comments.append(element)
        if tag in _BOILERPLATE_TAGS or (
            is_box and (names.boilerplate or _is_match(_NOT_ARTICLE, identifier))
        ):
            found.boilerplate.append(element)
        if tag == "figcaption" or (names.caption and tag in _CAPTION_TAGS):
            found.captions.append(element)
        if (names.screen_reader_only or element in hidden) and tag not in _NEVER_HIDDEN:
            found.hidden.append(element)
    return found


@cache_short
def _read_names(classes: str) -> _Names:
    """Return what classes say about an element."""
    each = classes.split()
    return _Names(
        comments=any(map(_COMMENTS.match, each)),
        boilerplate=any(map(_NOT_ARTICLE.match, each)),
        caption=_CAPTION.search(classes) is not None,
        screen_reader_only=_NOT_ON_SCREEN.search(classes) is not None,
    )


def _is_match(pattern: re.Pattern[str], identifier: str | None) -> bool:
    return identifier is not None and pattern.match(identifier) is not None


def _drop_captions(document: lxml.html.HtmlElement, captions: list[lxml.html.HtmlElement]) -> None:
    """Remove captions of pictures, unless they are much of the page's text."""
    lengths = {one: _measure_text(one) for one in captions if _is_attached(document, one)}
    if lengths and sum(lengths.values()) < _MAX_CAPTION_SHARE * _measure_text(document):
        for element, length in lengths.items():
            if length < _MAX_CAPTION:
                drop_element(element)


def _measure_text(element: lxml.html.HtmlElement) -> int:
    """Count the characters of the text nodes of an element, without blanks at their ends."""
    return sum(len(text.strip()) for text in _TEXTS(element))


def _is_paragraph(element: lxml.html.HtmlElement) -> bool:
    """Return whether an element has the text of a paragraph; read no further than necessary."""
    length = 0
    for part in element.itertext():
        length += len(part)
        if length > _MIN_PROSE:
            return True
    return False


def _sum_subtrees(
    counts: Iterable[tuple[lxml.html.HtmlElement, int]],
) -> dict[lxml.html.HtmlElement, int]:
    """Sum the counts of elements for each element that contains them; others are left out."""
    sums: dict[lxml.html.HtmlElement, int] = {}
    for element, count in counts:
        sums[element] = sums.get(element, 0) + count
        for above in element.iterancestors():
            sums[above] = sums.get(above, 0) + count
    return sums


def _is_attached(document: lxml.html.HtmlElement, element: lxml.html.HtmlElement) -> bool:
    return any(above is document for above in element.iterancestors())


def _measure_prose(document: lxml.html.HtmlElement) -> _Prose:
    """Count the running text of each element, beyond the length of a heading or teaser."""
    counts = []
    for block in document.iter(*_BLOCKS):
        text = block.text
        length = len(text.strip()) if text else 0
        for child in block:
            if tail := child.tail:
                length += len(tail.strip())
            if (tag := child.tag) != "a" and tag not in _BLOCKS and (text := child.text):
                length += len(text.strip())
        if length > _MIN_PROSE:
            counts.append((block, length - _MIN_PROSE))
    by_element = _sum_subtrees(counts)
    return _Prose(by_element=by_element, total=by_element.get(document, 0))


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
