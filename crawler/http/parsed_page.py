"""Parses a response as an HTML page. Pure."""

from __future__ import annotations

import lxml.html
from lxml import etree

from crawler.errors import NotAFeed
from crawler.http.response import FetchResponse
from crawler.http.scrapy_settings import MAX_BODY
from crawler.text.decode import decode


def parse_html(answer: FetchResponse) -> lxml.html.HtmlElement:
    """Return the HTML document of a listing page.

    Raises:
        NotAFeed: the page is too large, empty, a PDF, or cannot be parsed.
    """
    page = answer.page
    if len(page.body) > MAX_BODY:
        raise NotAFeed(f"a page of {len(page.body)} bytes is too large for a listing")
    if page.body.startswith(b"%PDF-"):
        raise NotAFeed("a PDF, not a page that lists documents or articles")
    text = decode(page.body, content_type=page.content_type, kind="html").text
    if not text.strip():
        raise NotAFeed("an empty page")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise NotAFeed(f"the HTML cannot be parsed: {error}") from error
