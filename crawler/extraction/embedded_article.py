"""Finds an article in the data for a page's scripts: structured data, templates, state objects.

Used if the visible page has less text than that: a teaser, a wall, an empty frame. Pure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from itertools import islice

import lxml.html
from lxml import etree
from rapidfuzz.distance import Indel

from crawler.extraction.cleaning.boilerplate import strip_boilerplate
from crawler.extraction.cleaning.page_bounds import clean_markup, cut_page
from crawler.extraction.recurring.recurring_blocks import is_about
from crawler.metadata.state_objects import MAX_TEXT, find_state_text
from crawler.metadata.structured_data import StructuredData
from crawler.text.folding import fold_words
from crawler.text.markup import has_markup
from crawler.text.plain_text import one_line, plain_text, text_of

MAX_TEMPLATES = 20
MAX_TEMPLATE = 1_000_000  # characters of one template; longer ones are not read
_ENOUGH_PROSE = 2_000  # characters in paragraphs; a page with more is not searched
_MIN_LETTERS = 120
_MIN_RATIO = 1.5  # of an embedded text to the visible one
_MAX_SHOWN = 4_000  # characters; a longer visible text is the article, not a teaser
_MIN_SIMILARITY = 0.8
_MIN_TITLE = 12  # characters of a title that may be a part of another
_MIN_TITLE_WORDS = 3  # of a headline that shows what a text without one is about
_TEASER_WORDS = 8
_BEGINNING = 2_000  # characters of a text that are searched for its teaser
_MAX_TITLE = 1_000
_TEMPLATE_TYPE = re.compile(
    r"template|^text/html$|handlebars|mustache|tmpl|jsrender", re.IGNORECASE
)
_PARAGRAPHS = ("p", "h2", "h3", "h4", "li", "blockquote", "pre")


def find_embedded(
    document: lxml.html.HtmlElement,
    data: StructuredData,
    *,
    titles: Collection[str | None],
    teasers: Collection[str | None],
) -> str:
    """Return the longest text of the article in the data for a page's scripts; empty without one.

    To be called before scripts are removed from the document. A text counts if its headline is one
    of the page's, or if it begins with one of the teasers. One without a headline counts if it is
    about that of the page.

    Args:
        document: the parsed page.
        data: its metadata, with the text of its structured block.
        titles: the headlines of the page and of its listing.
        teasers: descriptions of the article in the page and in its listing.
    """
    known = [fold for one in titles if one and (fold := fold_words(one[:_MAX_TITLE]))]
    evidence = [one for one in known if len(one.split()) >= _MIN_TITLE_WORDS]
    starts = [" ".join(words) for one in teasers if (words := _get_first_words(one))]

    def agrees(title: str, text: str) -> bool:
        if len(text) < _MIN_LETTERS:
            return False
        beginning = fold_words(text[:_BEGINNING])
        if not title and is_about(beginning, evidence):
            return True
        return _is_title(fold_words(title[:_MAX_TITLE]), known) or any(
            one in beginning for one in starts
        )

    body = plain_text(data.body or "")
    if has_markup(body):  # escaped twice
        body = plain_text(body)
    found = [body] if agrees(data.headline or "", body) or not (data.headline and known) else []
    if _has_little_text(document):
        found += [text for title, text in _iter_templates(document) if agrees(title, text)]
        found.append(find_state_text(document, agrees) or "")
    return max((one for one in found if len(one) >= _MIN_LETTERS), key=len, default="")


def is_more(embedded: str, shown: str) -> bool:
    """Return whether an embedded text is to be used instead of the visible one."""
    return len(shown) <= _MAX_SHOWN and len(embedded) > _MIN_RATIO * len(shown)


def _is_title(title: str, known: Collection[str]) -> bool:
    return bool(title) and any(
        title == one
        or (len(title) >= _MIN_TITLE and title in one)
        or (len(one) >= _MIN_TITLE and one in title)
        or Indel.normalized_similarity(title, one) >= _MIN_SIMILARITY
        for one in known
    )


def _has_little_text(document: lxml.html.HtmlElement) -> bool:
    length = 0
    for paragraph in document.iter("p"):
        if next(paragraph.iterancestors("noscript", "template"), None) is None:
            length += len(text_of(paragraph, _ENOUGH_PROSE))
            if length > _ENOUGH_PROSE:
                return False
    return True


def _iter_templates(document: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield headline and text of each template of a page."""
    scripts = (
        one
        for one in document.iter("script")
        if _TEMPLATE_TYPE.search((one.get("type") or "")[:100])
    )
    for script in islice(scripts, MAX_TEMPLATES):
        part = _parse_part(script.text or "")
        if part is not None:
            yield _read_part(part)
    yield from _iter_fields(document)
    for element in islice(document.iter("template", "noscript"), MAX_TEMPLATES):
        copy = lxml.html.Element("div")
        copy.extend([_copy_element(child) for child in element])
        yield _read_part(copy)


def _iter_fields(document: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield headline and text of form fields that contain the article's markup for scripts.

    If there is only one such field, its text belongs to the first heading of the page.
    """
    fields = document.iter("textarea", "xmp")
    alone = (one for one in fields if next(one.iterancestors("form"), None) is None)
    parts = [_parse_field(one) for one in islice(alone, MAX_TEMPLATES)]
    found = [_read_part(one) for one in parts if one is not None and one.find(".//p") is not None]
    heading = next(document.iter("h1"), None)
    own = "" if heading is None else one_line(text_of(heading, _MAX_TITLE))
    for title, text in found:
        yield title or (own if len(found) == 1 else ""), text


def _parse_field(field: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    if not len(field):
        return _parse_part(field.text or "")
    copy = lxml.html.Element("div")
    copy.extend([_copy_element(child) for child in field])
    return copy


def _parse_part(source: str) -> lxml.html.HtmlElement | None:
    """Parse the markup of a template, also escaped; None if there is none, or too much."""
    if len(source) > MAX_TEMPLATE:
        return None
    if "<" not in source:
        source = html.unescape(source)
    if "<" not in source:
        return None
    try:
        part = lxml.html.fragment_fromstring(clean_markup(source), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    cut_page(part)
    return part


def _copy_element(element: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    return element.__deepcopy__({})


def _read_part(part: lxml.html.HtmlElement) -> tuple[str, str]:
    headline = next(part.iter("h1", "h2"), None)
    title = "" if headline is None else one_line(text_of(headline, _MAX_TITLE))
    strip_boilerplate(part)
    lines = [
        one_line(text_of(one, MAX_TEXT))
        for one in part.iter(*_PARAGRAPHS)
        if next(one.iterdescendants(*_PARAGRAPHS), None) is None
    ]
    return title, "\n".join(line for line in lines if line and line != title)[:MAX_TEXT]


def _get_first_words(teaser: str | None) -> list[str]:
    words = fold_words(plain_text((teaser or "")[:_BEGINNING])).split()[:_TEASER_WORDS]
    return words if len(words) == _TEASER_WORDS else []
