"""Parses a page and reads its metadata, before anything is removed from it. Pure."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import lxml.html

from crawler.errors import Unreadable
from crawler.extraction.cleaning.element_removal import drop_element
from crawler.extraction.cleaning.layout_tables import unfold_layout_tables
from crawler.extraction.cleaning.page_bounds import cut_page
from crawler.extraction.cleaning.parse_document import parse_document
from crawler.extraction.embedded_article import find_embedded
from crawler.extraction.headline import choose_headline
from crawler.extraction.recurring.page_blocks import PageBlock, divide_into_blocks
from crawler.extraction.standfirst import find_standfirst
from crawler.metadata.authors import find_authors
from crawler.metadata.structured_data import StructuredData, read_structured_data
from crawler.page_dates.publication_date import published_of
from crawler.text.plain_text import plain_text
from storage.model import FetchedEntry, FetchedPage

log = logging.getLogger(__name__)

_MAX_OWN_WORDS = 5_000  # characters of each title and teaser that are compared
_HTML = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
_OTHER_FORMATS = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "an archive"), (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"\x1f\x8b", "packed bytes"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """A parsed page and its metadata. `body`, `entry`: the source of both.

    `listed`: title and teaser of the entry without markup; empty if it has none.
    `embedded`: the article's text in structured data or scripts, if any.
    `blocks`: its text blocks if the site memory has learned it; its scripts are then removed.
    `columns`: the blocks of cells that were removed from layout tables.
    `elements`: all elements, referenced so that lxml need not create their proxies again.
    """

    body: bytes
    entry: FetchedEntry | None
    listed: tuple[str, str]
    document: lxml.html.HtmlElement
    data: StructuredData
    title: str | None
    authors: tuple[str, ...]
    published_raw: str | None
    published_at: datetime | None
    standfirst: str | None
    embedded: str
    blocks: list[PageBlock] | None = None
    columns: tuple[PageBlock, ...] = ()
    elements: Sequence[lxml.html.HtmlElement] = ()

    def own_words(self) -> tuple[str, ...]:
        """Return all titles and teasers of the article."""
        return truncate_texts(self.title, self.standfirst, self.data.description, *self.listed)

    def kept_words(self) -> tuple[str, ...]:
        """Return headline, standfirst and teaser as `normalise` chooses them."""
        headline, teaser = self.listed
        return truncate_texts(
            headline or self.title, self.standfirst, teaser or self.data.description
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPage(FetchedPage):
    """A page that the site memory has learned, with the parsed page for `extract`."""

    parsed: list[ParsedPage]


def addresses_of(page: FetchedPage) -> tuple[str, ...]:
    """Return the URLs under which a page was fetched, the final one first."""
    return tuple(dict.fromkeys((page.final_url, page.requested_url)))


def get_parsed_page(
    page: FetchedPage,
    entry: FetchedEntry | None,
    document: lxml.html.HtmlElement | None = None,
) -> ParsedPage:
    """Return the parsed page: that of the site memory, if it was learned with the same entry.

    `document`: see `parse_page`; it is not as the site memory has learned the page.
    """
    if document is None and isinstance(page, LearnedPage) and page.parsed:
        parsed = page.parsed.pop()  # extraction changes the document
        if parsed.body is page.body and parsed.entry is entry:
            return parsed
    return parse_article_page(page, entry, document)


def parse_article_page(
    page: FetchedPage,
    entry: FetchedEntry | None,
    document: lxml.html.HtmlElement | None = None,
) -> ParsedPage:
    """Parse a page, and read its title, date, authors and standfirst.

    Raises:
        Unreadable: it is not HTML or is empty.
    """
    listed = read_listed(entry)
    document, columns = parse_page(page, document)
    elements = list(document.iter())
    data = read_structured_data(document, addresses_of(page))
    title = choose_headline(document, data, entry.title if entry is not None else None)
    raw, published = published_of(
        document,
        claimed=data.published,
        language=data.language,
        url=page.final_url,
        fetched_at=page.fetched_at,
        listed=(None, None) if entry is None else (entry.published_raw, entry.published_at),
        title=title,
    )
    return ParsedPage(
        body=page.body,
        entry=entry,
        listed=listed,
        document=document,
        data=data,
        title=title,
        authors=find_authors(document, data),
        published_raw=raw,
        published_at=published,
        standfirst=find_standfirst(document, title, data.description),
        columns=columns,
        elements=elements,
        embedded=find_embedded(
            document,
            data,
            titles=(title, data.og_title, listed[0]),
            teasers=(data.description, None if entry is None else entry.summary),
        ),
    )


def read_listed(entry: FetchedEntry | None) -> tuple[str, str]:
    """Return title and teaser of an entry without markup."""
    return ("", "") if entry is None else (plain_text(entry.title), plain_text(entry.summary))


def truncate_texts(*texts: str | None) -> tuple[str, ...]:
    """Return the texts that are not empty, truncated to the length that is compared."""
    return tuple(one[:_MAX_OWN_WORDS] for one in texts if one)


def collect_blocks(document: lxml.html.HtmlElement) -> list[PageBlock]:
    """Remove the scripts of a page and return its text blocks."""
    for element in list(document.iter("script", "style", "noscript", "template")):
        drop_element(element)
    return divide_into_blocks(document)


def parse_page(
    page: FetchedPage, document: lxml.html.HtmlElement | None = None
) -> tuple[lxml.html.HtmlElement, tuple[PageBlock, ...]]:
    """Parse a page; return it with the blocks of the columns beside its article.

    `document`: the page, if it has been parsed and cut to the limits.
    """
    kind = (page.content_type or "text/html").split(";")[0].strip().lower()
    if kind not in _HTML:
        raise Unreadable(f"not a web page but {kind}")
    for mark, name in _OTHER_FORMATS:
        if page.body.startswith(mark):
            raise Unreadable(f"not a web page but {name}, despite its Content-Type")
    if document is None:
        document = parse_document(page.body, page.content_type)
        if cut := cut_page(document):
            log.warning("page.cut url=%s: %s", page.final_url, "; ".join(cut))
    cells: list[lxml.html.HtmlElement] = []
    unfold_layout_tables(document, cells)
    return document, tuple(block for cell in cells for block in divide_into_blocks(cell))
