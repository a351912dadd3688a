"""Runs the cascade of extractors of trafilatura 2.3 over a page, each only where it can matter.

Pure. Follows `trafilatura_sequence` (Apache-2.0) with the options used here: plain text, no
comments, no links, no pictures. The results are the same; saved are copies of the page, and
readability and the text of the whole page where their lengths cannot change the decision.
"""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from functools import cached_property
from typing import Any

import lxml.html
from lxml import etree
from trafilatura import core, xpaths
from trafilatura.baseline import baseline, html2txt
from trafilatura.external import SANITIZED_XPATH, compare_extraction, justext_rescue
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.settings import Extractor
from trafilatura.xml import xmltotxt

from crawler.extraction.main_text.article_body import extract_body
from crawler.metadata.element_rules import ElementRule

_APPENDED_ARTICLES, *_SHARE_BUTTONS = xpaths.RAW_TREE_PRUNE_XPATH
_PRUNED: list[Any] = [
    ElementRule(_APPENDED_ARTICLES, is_only_candidate=True),
    *(ElementRule(one) for one in _SHARE_BUTTONS),
    *(ElementRule(one) for one in xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH),
]
_PARAGRAPH_TEXTS: Any = etree.XPath("boolean(.//p//text())", regexp=False)
_OPTIONS = Extractor(output_format="python", comments=False)
_MUCH_LONGER = 2  # times our own text, for a text of readability to be preferred


def extract_article_text(document: lxml.html.HtmlElement, url: str, *, fast: bool) -> str | None:
    """Return the text of the article of a page, a line for each paragraph; None without one.

    Args:
        document: the page without scripts; it is changed.
        url: of the page.
        fast: do not compare with other extractors.
    """
    options = copy(_OPTIONS)
    options.url = options.source = url
    options.fast = fast
    try:
        body, text = _Cascade(document, options).run()
    except (TypeError, ValueError):
        return None
    return xmltotxt(body, False) if len(text) >= options.min_output_size else None


class _Cascade:
    """The steps for one page."""

    def __init__(self, document: lxml.html.HtmlElement, options: Extractor) -> None:
        self._page = prune_unwanted_nodes(document, _PRUNED)
        self._options = options

    def run(self) -> tuple[etree._Element, str]:
        """Return the body of the article, and its text."""
        body, text = extract_body(self._convert(), self._options, self._convert)
        if not self._options.fast and self._may_be_replaced(body, text):
            body, text = compare_extraction(
                self._clean(), copy(self._page), body, text, self._options
            )
        if len(text) < self._options.min_extracted_size:
            other, other_text, length = baseline(self._page)
            if length > len(text):
                body, text = other, other_text
        if self._is_small_part(text):
            body, text = self._retry(body, text)
        return body, text

    @cached_property
    def _most_letters(self) -> int:
        """The length of all text of the page, with a blank between its nodes."""
        texts: Any = self._page.itertext()
        return len(" ".join(" ".join(texts).split()))

    def _clean(self) -> lxml.html.HtmlElement:
        return tree_cleaning(copy(self._page), self._options)

    def _convert(self) -> lxml.html.HtmlElement:
        return convert_tags(self._clean(), self._options, self._options.url)

    def _may_be_replaced(self, body: etree._Element, text: str) -> bool:
        """Return whether `compare_extraction` may prefer another text, by the rules that it has."""
        least = self._options.min_extracted_size
        if len(text) < least or body.xpath(SANITIZED_XPATH):
            return True
        if self._most_letters > _MUCH_LONGER * len(text):
            return True
        if next(self._page.iter("iframe"), None) is not None:  # readability names videos
            return True
        has_paragraphs = _PARAGRAPH_TEXTS(body) and len(body.findall(".//table")) <= len(
            body.findall(".//p")
        )
        return self._most_letters > 2 * least and not has_paragraphs

    def _is_small_part(self, text: str) -> bool:
        """Return whether a text is short, and a small part of the whole page."""
        if not 0 < len(text) < core.ESCALATION_MAX_LENGTH:
            return False
        share = core.ESCALATION_PAGE_SHARE
        if len(text) >= share * self._most_letters:
            return False
        return bool(len(text) < share * len(html2txt(self._page)))

    def _retry(self, body: etree._Element, text: str) -> tuple[etree._Element, str]:
        """Return what rules that take more, or justext, find; if not much more, what is given."""
        options = copy(self._options)
        options.focus = "recall"
        more, more_text = body, ""
        other, other_text = body, ""
        with suppress(Exception):  # as the library does
            more, more_text = core._recall_retry(self._page, options, options.url)
        if not options.fast:
            with suppress(Exception):
                other, other_text = justext_rescue(copy(self._page), self._options)
        if len(other_text) > max(len(more_text), core.ESCALATION_JUSTEXT_RATIO * len(text)):
            return other, other_text
        is_enough = len(more_text) >= options.min_extracted_size
        if is_enough and len(more_text) > core.ESCALATION_ACCEPT_RATIO * len(text):
            return more, more_text
        return body, text
