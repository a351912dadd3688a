"""Finds the standfirst: the sentence or two under a headline that sum an article up. Pure.

Extractors lose it, since it stands apart from the text; what it says is often all that a page says
of who supplies what.
"""

from __future__ import annotations

import re
from itertools import islice

import lxml.html

from crawler.extraction.headline import MOST_HEADINGS
from crawler.text.plain_text import one_line, text_of

_NAMED = re.compile(
    r"stand-?first|sub-?(?:title|head(?:line|ing|er)?|hed)|excerpt|\b(?:dek|deck|lede|strap-?line)\b"
    r"|synopsis|(?:article|post|entry|story|content)-?_?(?:\w+-)?(?:summary|intro|lead|teaser|description)",
    re.IGNORECASE,
)
_TAGS = ("h2", "h3", "h4", "p", "div", "span")
_NEAR = 120  # elements behind the headline
_RAW_LETTERS = 20_000  # of an element before its blanks are squeezed
_SHORTEST, _LONGEST = 30, 600  # characters


def find_standfirst(
    document: lxml.html.HtmlElement, title: str | None, description: str | None
) -> str | None:
    """The standfirst that a page shows near its headline, or None.

    It is known by its name, or by being what the page says of itself in its description.
    """
    headline = next(
        (
            h1
            for h1 in islice(document.iter("h1"), MOST_HEADINGS)
            if title and one_line(text_of(h1, _RAW_LETTERS)) == title
        ),
        None,
    )
    if headline is None:
        return None
    said = _bare((description or "")[:_RAW_LETTERS])
    parent = headline.getparent()
    around = list(parent) if parent is not None else []
    before = [
        element for element in around[: around.index(headline)][-_NEAR:] if element.tag in _TAGS
    ]
    for element in [*before, *_behind(headline)]:
        if any(child.tag in ("p", "div", "ul", "h2") for child in element):
            continue
        text = one_line(text_of(element, _RAW_LETTERS))
        if not _SHORTEST <= len(text) <= _LONGEST or len(text.split()) < 6:
            continue
        names = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if (len(said) > _SHORTEST and _bare(text) == said) or _NAMED.search(names):
            return text
        if element.tag == "p" and _is_prose(element):
            return None  # the article has begun
    return None


def _behind(headline: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    near = headline.xpath(f"following::*[position() <= {_NEAR}]")
    return [element for element in near if element.tag in _TAGS]


def _is_prose(element: lxml.html.HtmlElement) -> bool:
    """Whether it is a paragraph beside another one: the article itself."""
    beside = (element.getprevious(), element.getnext())
    return len(text_of(element, _RAW_LETTERS)) > 80 and any(
        one is not None and one.tag == "p" for one in beside
    )


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
