"""Extracts the paragraphs of an article from a cleaned page, as trafilatura 2.3 does. Pure.

Follows `extract_content` of trafilatura.main_extractor (Apache-2.0) with the options used here. Its
rules for elements are memoised, and the page is copied only where its text is too short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import lxml.html
from lxml import etree
from trafilatura import main_extractor, xpaths
from trafilatura.htmlprocessing import (
    delete_by_link_density,
    link_density_test_tables,
    process_node,
    prune_unwanted_nodes,
)
from trafilatura.settings import INLINE_FORMATTABLE, MIN_DUPLICATE_LENGTH, TAG_CATALOG, Extractor
from trafilatura.utils import SPACING_PROTECTED, text_chars_test
from trafilatura.xml import delete_element

from crawler.metadata.element_rules import ElementRule

_TAGS = TAG_CATALOG | {"table", "td", "th", "tr"}
_PARAGRAPH_TEXTS: Any = etree.XPath("//p//text()", regexp=False, smart_strings=False)
_MIN_PARAGRAPHS = 3  # times the least text of an article; with fewer, div elements count as well
# only the first element of a body is taken, so that the first among siblings need not be found
_BODIES: Sequence[Any] = (
    ElementRule(xpaths.BODY_XPATH[0]),
    *xpaths.BODY_XPATH[1:],
)
_DISCARDED: list[Any] = [ElementRule(one) for one in xpaths.OVERALL_DISCARD_XPATH]
_DISCARDED_SURELY: list[Any] = [
    ElementRule(one) for one in (*xpaths.DISCARD_IMAGE_ELEMENTS, *xpaths.TEASER_DISCARD_XPATH)
]


def extract_body(
    cleaned: lxml.html.HtmlElement,
    options: Extractor,
    clean_again: Callable[[], lxml.html.HtmlElement],
) -> tuple[etree._Element, str]:
    """Return the elements of the article's text, and the text.

    Args:
        cleaned: the page with the tags of trafilatura; it is changed.
        options: of trafilatura, for plain text without links and pictures.
        clean_again: returns another copy of the cleaned page, to search for further paragraphs.
    """
    order = list(cleaned.iter())
    body, text, tags = _extract_first_body(cleaned, options)
    if not len(body) or len(text) < options.min_extracted_size:
        again = clean_again()
        pairs = zip(order, again.iter(), strict=True)
        consumed = {twin for element, twin in pairs if element.tag == "done"}
        body = main_extractor.recover_wild_text(again, body, options, tags, consumed)
        text = _join_text(body)
    _drop_repetitions(body)
    etree.strip_elements(body, "done")
    etree.strip_tags(body, "div")
    for line_break in body.iter("lb"):
        is_blank = bool(line_break.tail) and not text_chars_test(line_break.tail)
        if is_blank and next(line_break.iterancestors(*SPACING_PROTECTED), None) is None:
            line_break.tail = None
    return body, text


def _extract_first_body(
    tree: lxml.html.HtmlElement, options: Extractor
) -> tuple[etree._Element, str, set[str]]:
    """Return the elements of the first frame with text, their text, and the tags that count."""
    tags = set(_TAGS)
    result = etree.Element("body")
    for find in _BODIES:
        frame = next(iter(find(tree)), None)
        if frame is None:
            continue
        _prune_frame(frame)
        if not len(frame):
            continue
        texts = _PARAGRAPH_TEXTS(frame)
        if sum(map(len, texts)) < _MIN_PARAGRAPHS * options.min_extracted_size:
            tags.add("div")
        start = len(result)
        lead = _take_elements(frame, result, tags, options)
        if len(result) > 1:
            if lead is not None:
                result.insert(start, lead)
            break
    return result, _join_text(result), tags


def _take_elements(
    frame: lxml.html.HtmlElement, result: etree._Element, tags: set[str], options: Extractor
) -> etree._Element | None:
    """Append the text elements of a frame to `result`; return the text before them, if any."""
    elements = frame.xpath(".//*")
    inner = {one.tag for one in elements}
    is_single_run = frame.tag == "div" and "div" in tags and inner <= INLINE_FORMATTABLE | {"lb"}
    lead = None
    if inner == {"lb"} or is_single_run:
        elements = [frame]
    elif frame.text and text_chars_test(frame.text):
        lead = _build_paragraph(frame.text, options)
    for element in elements:
        if element.getroottree().getroot() is result:
            continue  # it was moved with the element around it
        tag, tail = element.tag, element.tail  # handlers change them
        taken = main_extractor.handle_textelem(element, tags, options)
        if taken is not None:
            result.append(taken)
            if element.getroottree().getroot() is not result:  # a copy was taken
                element.tag = "done"
        is_rebuilt = tag in main_extractor.REBUILT_BLOCKS and (taken is None or taken.tail is None)
        if is_rebuilt and tail and text_chars_test(tail):
            paragraph = _build_paragraph(tail, options)
            if paragraph is not None:
                result.append(paragraph)
    while len(result) and result[-1].tag in main_extractor.NOT_AT_THE_END:
        delete_element(result[-1], keep_tail=False)
    return lead


def _build_paragraph(text: str, options: Extractor) -> etree._Element | None:
    paragraph = etree.Element("p")
    paragraph.text = text
    return process_node(paragraph, options)


def _prune_frame(frame: lxml.html.HtmlElement) -> None:
    """Remove boilerplate by names, then by the density of links."""
    prune_unwanted_nodes(frame, _DISCARDED, with_backup=True)
    prune_unwanted_nodes(frame, _DISCARDED_SURELY)
    for _ in range(2):
        delete_by_link_density(frame, "div", backtracking=True)
        delete_by_link_density(frame, "list")
        delete_by_link_density(frame, "p")
    for table in [one for one in frame.iter("table") if link_density_test_tables(one)]:
        delete_element(table, keep_tail=False)
    etree.strip_tags(frame, "span", "ref")


def _drop_repetitions(body: etree._Element) -> None:
    """Remove long elements with the text of the element before them."""
    previous = None
    for element in list(body):
        texts: Any = element.itertext()
        text = " ".join("".join(texts).split())
        if text and text == previous and len(text) > MIN_DUPLICATE_LENGTH:
            delete_element(element, keep_tail=False)
        else:
            previous = text


def _join_text(body: etree._Element) -> str:
    texts: Any = body.itertext()
    return " ".join(texts).strip()
