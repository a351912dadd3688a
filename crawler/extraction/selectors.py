"""Extracts an article by the CSS selectors of its source. Pure.

Elements that match `remove` are removed first; the text of those that match `article` is taken
unchanged. Title, date and authors are extracted as without selectors.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import lxml.html

from config.model import Source
from crawler.errors import Unreadable
from crawler.extraction.cleaning.page_bounds import cut_page
from crawler.extraction.cleaning.parse_document import parse_document
from crawler.extraction.page import extract
from crawler.extraction.page_part import read_part, require_headline
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.text.plain_text import plain_text
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
    try:
        document = parse_document(page.body, page.content_type)
    except Unreadable:
        return extract(page, entry=entry, site=site)  # it raises with the reason
    cut_page(document)
    for selector in select.remove:
        for element in document.cssselect(selector):
            if isinstance(element, lxml.html.HtmlElement) and element.getparent() is not None:
                element.drop_tree()
    trimmed = replace(
        page,
        body=lxml.html.tostring(document, encoding="utf-8"),
        content_type="text/html; charset=utf-8",
    )
    if select.article is None:
        return extract(trimmed, entry=entry, site=site)
    body = "\n\n".join(_iter_texts(document, select.article))
    if not body:
        log.warning(
            "source.selector-missed source=%s selector=%r url=%s",
            source.key,
            select.article,
            page.final_url,
        )
        return extract(trimmed, entry=entry, site=site)
    try:
        read = extract(trimmed, entry=entry, site=site)
    except Unreadable:
        read = _EMPTY
    return replace(read, text=body)


def _read_part(page: FetchedPage, entry: FetchedEntry, fragment: str) -> PageText:
    """Return the text under a fragment, or of a page that is about this entry only.

    Such a page is not learned: it is read for several entries, and its text would seem to recur.
    """
    found = read_part(page, entry, fragment)
    if found is not None:
        return found
    try:
        title = extract(page).title
    except Unreadable:
        title = None
    require_headline(title, entry, fragment)
    return extract(page, entry=entry)


def _iter_texts(document: lxml.html.HtmlElement, selector: str) -> Iterator[str]:
    taken: set[lxml.html.HtmlElement] = set()
    for element in document.cssselect(selector):
        if taken.isdisjoint(element.iterancestors()):
            taken.add(element)
            text = plain_text(lxml.html.tostring(element, encoding="unicode", with_tail=False))
            if text.strip():
                yield text.strip()
