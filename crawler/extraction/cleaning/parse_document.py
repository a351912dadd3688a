"""Parses the bytes of an article's page as HTML. Pure."""

from __future__ import annotations

import lxml.html
from lxml import etree

from crawler.errors import Unreadable
from crawler.extraction.cleaning.page_bounds import clean_markup
from crawler.text.decode import decode

# faster than the lookup of lxml.html, which calls a Python function for each element
_HTML_ELEMENTS = etree.ElementDefaultClassLookup(element=lxml.html.HtmlElement)


def parse_document(body: bytes, content_type: str | None) -> lxml.html.HtmlElement:
    """Parse a page, without its HTML comments; `cut_page` limits its size.

    Raises:
        Unreadable: it is empty or cannot be parsed.
    """
    text = decode(body, content_type=content_type, kind="html").text
    if not text.strip():
        raise Unreadable("an empty page")
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    parser.set_element_class_lookup(_HTML_ELEMENTS)
    try:
        document = lxml.html.document_fromstring(
            clean_markup(text).encode("utf-8", "replace"), parser=parser
        )
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(f"the HTML cannot be parsed: {error}") from error
    if not isinstance(document, lxml.html.HtmlElement):
        raise Unreadable("the HTML cannot be parsed")
    return document
