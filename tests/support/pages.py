"""Pages of the three sites, taken apart and changed."""

from __future__ import annotations

from dataclasses import replace

import lxml.html

from storage.model import FetchedPage


def parsed(page: FetchedPage) -> lxml.html.HtmlElement:
    """The document of a page."""
    document = lxml.html.document_fromstring(page.body)
    assert isinstance(document, lxml.html.HtmlElement)
    return document


def with_body(page: FetchedPage, html: str) -> FetchedPage:
    """The page with something else in place of all that it shows."""
    return replace(page, body=f"<html><head></head><body>{html}</body></html>".encode())
