"""Finds the standfirst: the summary of one or two sentences below a headline. Pure.

It is outside the text, and is kept as part of the summary; often only the standfirst names the
supplier.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

import lxml.html

from crawler.extraction.headline import MAX_HEADINGS
from crawler.text.folding import fold_words
from crawler.text.plain_text import one_line, text_of

_STANDFIRST_NAME = re.compile(
    r"stand-?first|sub-?(?:title|head(?:line|ing|er)?|hed)|excerpt|\b(?:dek|deck|lede|strap-?line)\b"
    r"|synopsis|(?:article|post|entry|story|content)-?_?(?:\w+-)?(?:summary|intro|lead|teaser|description)",
    re.IGNORECASE,
)
_TAGS = ("h2", "h3", "h4", "p", "div", "span")
_MAX_DISTANCE = 120  # elements before or after the headline
_RAW_LETTERS = 20_000  # of an element before its blanks are collapsed
_MIN_LENGTH, _MAX_LENGTH = 30, 600  # characters


def find_standfirst(
    document: lxml.html.HtmlElement, title: str | None, description: str | None
) -> str | None:
    """Return the standfirst near the headline of a page, or None.

    It is recognised by its class name, or by being equal to the page's description.
    """
    headline = next(
        (
            h1
            for h1 in islice(document.iter("h1"), MAX_HEADINGS)
            if title and one_line(text_of(h1, _RAW_LETTERS)) == title
        ),
        None,
    )
    if headline is None:
        return None
    folded_description = fold_words((description or "")[:_RAW_LETTERS])
    parent = headline.getparent()
    around = list(parent) if parent is not None else []
    before = [
        element
        for element in around[: around.index(headline)][-_MAX_DISTANCE:]
        if element.tag in _TAGS
    ]
    for element in chain(before, _iter_following(headline)):
        if any(child.tag in ("p", "div", "ul", "h2") for child in element):
            continue
        text = one_line(text_of(element, _RAW_LETTERS))
        if not _MIN_LENGTH <= len(text) <= _MAX_LENGTH or len(text.split()) < 6:
            continue
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if (
            len(folded_description) > _MIN_LENGTH and fold_words(text) == folded_description
        ) or _STANDFIRST_NAME.search(names):
            return text
        if element.tag == "p" and _is_prose(element):
            return None  # the article begins here
    return None


def _iter_following(headline: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """Yield the elements after a headline, in document order."""
    boxes = chain((headline,), headline.iterancestors())
    following = (one for box in boxes for beside in box.itersiblings() for one in beside.iter("*"))
    return (one for one in islice(following, _MAX_DISTANCE) if one.tag in _TAGS)


def _is_prose(element: lxml.html.HtmlElement) -> bool:
    """Return whether an element is a long paragraph beside another paragraph."""
    beside = (element.getprevious(), element.getnext())
    return len(text_of(element, _RAW_LETTERS)) > 80 and any(
        one is not None and one.tag == "p" for one in beside
    )
