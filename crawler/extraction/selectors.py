"""Reads an article's page where the operator has named its parts by CSS selectors. Pure.

`remove` is taken out before anything is read; `article` is taken as the text, whatever it holds.
Title, date and authors are read from the page as they are without selectors.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import lxml.html
from lxml import etree

from config.model import Source
from crawler.errors import Unreadable
from crawler.extraction.page import extract
from crawler.extraction.page_bounds import cut_attributes, cut_page
from crawler.extraction.site_memory import SiteMemory
from crawler.text.decode import decode
from crawler.text.plain_text import plain_text
from storage.model import FetchedEntry, FetchedPage, PageText

log = logging.getLogger(__name__)

_NOTHING = PageText(
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
    """The article of a page, by the selectors of its source where it has some.

    `site` is what is known of the page's host; it learns the page.

    A selector for the article that fits nothing is reported (`source.selector-missed`), and the
    article is found as if there were none.

    Raises:
        Unreadable: no article can be read.
    """
    select = source.select
    if select.article is None and not select.remove:
        return extract(page, entry=entry, site=site)
    text = decode(page.body, content_type=page.content_type, kind="html").text
    try:
        document = lxml.html.document_fromstring(
            cut_attributes(text).encode("utf-8", "replace"), parser=_parser()
        )
        cut_page(document)
    except (etree.LxmlError, ValueError):
        return extract(page, entry=entry, site=site)  # it says what is wrong with the page
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
    body = "\n\n".join(_texts(document, select.article))
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
        read = _NOTHING
    return replace(read, text=body)


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)


def _texts(document: lxml.html.HtmlElement, selector: str) -> Iterator[str]:
    taken: set[lxml.html.HtmlElement] = set()
    for element in document.cssselect(selector):
        if taken.isdisjoint(element.iterancestors()):
            taken.add(element)
            text = plain_text(lxml.html.tostring(element, encoding="unicode", with_tail=False))
            if text.strip():
                yield text.strip()
