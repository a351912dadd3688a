"""Pages as they were fetched: made, taken apart and changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import lxml.html

from storage.model import FetchedPage
from tests.support.builders import NOW


def a_fetched_page(
    body: bytes | str, url: str = "https://outlet.example/a", **changes: Any
) -> FetchedPage:
    """A page that came in HTML with status 200, unless told otherwise."""
    values: dict[str, Any] = {
        "requested_url": url,
        "final_url": url,
        "status": 200,
        "content_type": "text/html; charset=utf-8",
        "etag": None,
        "last_modified": None,
        "fetched_at": NOW,
    }
    raw = body.encode() if isinstance(body, str) else body
    return FetchedPage(body=raw, **(values | changes))


def parsed(page: FetchedPage) -> lxml.html.HtmlElement:
    """The document of a page."""
    document = lxml.html.document_fromstring(page.body)
    assert isinstance(document, lxml.html.HtmlElement)
    return document


def with_body(page: FetchedPage, html: str) -> FetchedPage:
    """The page with something else in place of all that it shows."""
    return replace(page, body=f"<html><head></head><body>{html}</body></html>".encode())
