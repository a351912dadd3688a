"""Extracts an article by the CSS selectors of its source. Pure.

Elements that match `remove` are removed first; the text of those that match `article` is taken
unchanged. Title, date and authors are extracted as without selectors.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import lxml.html

from config.model import Source
from crawler.errors import Unreadable
from crawler.extraction.cleaning.element_removal import drop_element
from crawler.extraction.page import extract
from crawler.extraction.page_part import parse_or_none, read_part, require_headline
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.text.plain_text import convert_elements
from storage.model import FetchedEntry, FetchedPage, PageText
from storage.rules.addresses import fragment_of

log = logging.getLogger(__name__)

_EMPTY = PageText(
    title=None,
    published_raw=None,
    published_at=None,
    authors=(),
    language=None,
    canonical_url=None,
    summary="",
    text="",
    comments="",
)


def read_selected(
    page: FetchedPage, source: Source, entry: FetchedEntry, site: SiteMemory | None = None
) -> PageText:
    """Extract the article of a page, by the selectors of its source if it has some.

    If the selector `article` matches nothing, this is logged (`source.selector-missed`), and the
    article is extracted without it.

    Args:
        page: the page as fetched.
        source: its source, with the selectors.
        entry: its entry in the listing.
        site: the memory of the page's host; it learns the page.

    Raises:
        Unreadable: no article can be read.
    """
    if part := fragment_of(entry.url or "") or fragment_of(page.final_url):
        return _read_part(page, entry, part)
    select = source.select
    if select.article is None and not select.remove:
        return extract(page, entry=entry, site=site)
    document = parse_or_none(page)
    if document is None:
        return extract(page, entry=entry, site=site)  # it raises with the reason
    for selector in select.remove:
        for element in document.cssselect(selector):
            if isinstance(element, lxml.html.HtmlElement):
                drop_element(element)
    trimmed = replace(page, content_type="text/html")
    if select.article is None:
        return extract(trimmed, entry=entry, site=site, document=document)
    body = "\n\n".join(_iter_texts(document, select.article))
    if not body:
        log.warning(
            "source.selector-missed source=%s selector=%r url=%s",
            source.key,
            select.article,
            page.final_url,
        )
        return extract(trimmed, entry=entry, site=site, document=document)
    try:
        read = extract(trimmed, entry=entry, site=site, document=document)
    except Unreadable:
        read = _EMPTY
    return replace(read, text=body)


def _read_part(page: FetchedPage, entry: FetchedEntry, fragment: str) -> PageText:
    """Return the text under a fragment, or of a page that is about this entry only.

    Such a page is not learned: it is read for several entries, and its text would seem to recur.
    """
    document = parse_or_none(page)
    found = None if document is None else read_part(document, entry, fragment)
    if found is not None:
        return found
    try:
        title = extract(page, document=deepcopy(document)).title
    except Unreadable:
        title = None
    require_headline(title, entry, fragment)
    return extract(page, entry=entry, document=document)


def _iter_texts(document: lxml.html.HtmlElement, selector: str) -> Iterator[str]:
    taken: set[lxml.html.HtmlElement] = set()
    for element in document.cssselect(selector):
        if taken.isdisjoint(element.iterancestors()):
            taken.add(element)
            text = convert_elements(element)
            if text.strip():
                yield text.strip()
