"""Extracts the visible text of a page with trafilatura. Pure."""

from __future__ import annotations

import logging
import re
from itertools import islice

import lxml.html

from crawler.errors import Unreadable
from crawler.extraction.lost_paragraphs import find_paragraphs, restore_paragraphs
from crawler.extraction.main_text.cascade import extract_article_text
from crawler.extraction.repeated_paragraphs import find_repeated, restore_repeated
from crawler.text.plain_text import collapse_blanks

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs every page it cannot read

_MAX_FALLBACK_BLOCKS = 3000
_ROW = re.compile(r"^\| ?(.*?) ?\|$", re.MULTILINE)  # a table row, without the bars at its ends


def extract_text(document: lxml.html.HtmlElement, url: str) -> str:
    """Return the text of a page without boilerplate, with paragraphs restored that were missed.

    The document is changed, and of no use afterwards.

    Raises:
        Unreadable: trafilatura finds no text.
    """
    running, repeated = find_paragraphs(document), find_repeated(document)
    text = _ROW.sub(r"\1", collapse_blanks(_run_trafilatura(document, url)))
    return restore_repeated(restore_paragraphs(text, running), repeated)


def _run_trafilatura(document: lxml.html.HtmlElement, url: str) -> str:
    # its fall-backs are quadratic in the number of short blocks
    fast = _has_more_blocks(document, _MAX_FALLBACK_BLOCKS)
    text = extract_article_text(document, url, fast=fast)
    if text is None:
        raise Unreadable("no text of an article was found")
    return text


def _has_more_blocks(document: lxml.html.HtmlElement, most: int) -> bool:
    """Return whether a page has more than `most` blocks."""
    blocks = document.iter("p", "div", "li", "td", "th", "dd", "dt", "br", "section", "a", "pre")
    return next(islice(blocks, most, None), None) is not None
