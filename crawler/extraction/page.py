"""Extract the article from a page's bytes, readers' comments separately. Pure.

trafilatura finds the text. Boilerplate that it would take for text (comments, lists of other
articles, sign-up boxes) is removed from the page first; title, date and authors are read from the
page's metadata, which is more reliable.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice
from typing import Any

import lxml.html
from trafilatura import bare_extraction

from crawler.errors import Junk, Unreadable
from crawler.extraction.cleaning.boilerplate import strip_boilerplate
from crawler.extraction.cleaning.layout_tables import unfold_layout_tables
from crawler.extraction.cleaning.lines import article_lines
from crawler.extraction.cleaning.page_bounds import cut_page
from crawler.extraction.cleaning.parse_document import parse_document
from crawler.extraction.embedded_article import find_embedded, is_more
from crawler.extraction.headline import best_title, find_headings, fuller_heading
from crawler.extraction.lost_paragraphs import paragraphs, restore_paragraphs
from crawler.extraction.recurring.block_subjects import find_unrelated
from crawler.extraction.recurring.page_blocks import PageBlock, blocks_of
from crawler.extraction.recurring.recurring_blocks import (
    drop_recurring,
    is_about,
    is_junk,
    remove_lines,
)
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.extraction.repeated_paragraphs import find_repeated, restore_repeated
from crawler.extraction.set_aside import SetAside
from crawler.extraction.standfirst import find_standfirst
from crawler.extraction.walls import remove_pleas
from crawler.metadata.authors import authors_of
from crawler.metadata.structured_data import StructuredData, read_structured_data
from crawler.page_dates.publication_date import published_of
from crawler.text.plain_text import one_line, plain_text, squeeze
from storage.model import FetchedEntry, FetchedPage, PageText

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it logs every page it cannot read

log = logging.getLogger(__name__)

_MAX_FALLBACK_BLOCKS = 3000
_MAX_OWN_WORDS = 5_000  # characters of each title and teaser that are compared
_HTML = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
_OTHER_FORMATS = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "an archive"), (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"\x1f\x8b", "packed bytes"),
)  # fmt: skip
_ROW = re.compile(r"^\| ?(.*?) ?\|$", re.MULTILINE)  # a table row, without the bars at its ends


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parsed:
    """A parsed page and its metadata. `body`, `entry`: what it was parsed from.

    `listed`: title and teaser of the entry without markup; empty where it has none.
    `embedded`: the article's text as it stands in structured data or scripts, if anywhere.
    `blocks`: its text blocks if the site memory has learned it; its scripts are then removed.
    `columns`: the blocks of cells that were removed from layout tables.
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

    def own_words(self) -> tuple[str, ...]:
        """Return all titles and teasers of the article."""
        return _cut_words(self.title, self.standfirst, self.data.description, *self.listed)

    def kept_words(self) -> tuple[str, ...]:
        """Return headline, standfirst and teaser as `normalise` chooses them."""
        headline, teaser = self.listed
        return _cut_words(headline or self.title, self.standfirst, teaser or self.data.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPage(FetchedPage):
    """A page that the site memory has learned, with its parsed form for `extract`."""

    parsed: list[_Parsed]


def extract(
    page: FetchedPage, *, entry: FetchedEntry | None = None, site: SiteMemory | None = None
) -> PageText:
    """Extract the article of a page.

    Args:
        page: the page as fetched.
        entry: its entry in the listing: its title and date decide where the page is unclear.
        site: the memory of the host's pages; it learns this page.

    Raises:
        Unreadable: there is no article: not HTML, empty, a consent wall, a login, a paywall.
        Junk: the text also appears on other pages of the host.
    """
    parsed = _take_parsed(page, entry)
    blocks = _collect_blocks(parsed.document) if parsed.blocks is None else parsed.blocks
    cut = SetAside(blocks, parsed.document, site, columns=parsed.columns)
    kept = parsed.kept_words()
    try:
        read = _extract_article(parsed, blocks, cut, page, entry=entry, site=site)
    except Junk:
        raise
    except Unreadable as error:
        error.asides = cut.collect("", comments="", own=kept, authors=parsed.authors)
        raise
    told = (*kept, read.standfirst)
    asides = cut.collect(read.text, comments=read.comments, own=told, authors=parsed.authors)
    return replace(read, asides=asides)


def _extract_article(
    parsed: _Parsed,
    blocks: list[PageBlock],
    cut: SetAside,
    page: FetchedPage,
    *,
    entry: FetchedEntry | None,
    site: SiteMemory | None,
) -> PageText:
    """Extract the article of a page and record what is cut from it in `cut`."""
    document, data, title = parsed.document, parsed.data, parsed.title
    standfirst = parsed.standfirst
    own = parsed.own_words()
    removed: list[PageBlock] = []
    is_frame = False  # what the page shows stands on other pages of the site too
    if site is not None:
        _learn_blocks(site, article_name(entry, title, page), blocks, own)
        is_frame = is_junk(blocks, site, own)
        if is_frame and not parsed.embedded:
            raise Junk(
                "only what stands on other pages of the site too was found",
                text=_text_or_empty(document, page.final_url, title),
            )
        removed = drop_recurring(blocks, site, own)
        cut.note_removed(removed)
    headings = find_headings(document)
    comments = strip_boilerplate(document)
    cut.note_detached()
    listed = entry is not None and bool(entry.title)
    # a wall's own title and description are about the wall
    about = _cut_words(*parsed.listed) if listed else own
    found, text = _read_shown(document, page.final_url, removed, about, parsed, listed=listed)
    cut.note_lines(found, text, "plea")
    if is_frame or is_more(parsed.embedded, text):
        text = remove_lines(parsed.embedded, removed)
    before = text
    text = article_lines(text, title, headings, parsed.authors)
    cut.note_lines(before, text, "page-note")
    if site is not None:
        _refuse_repeats(text, site, article_name(entry, title, page), own)
    return PageText(
        title=title,
        published_raw=parsed.published_raw,
        published_at=parsed.published_at,
        authors=parsed.authors,
        language=data.language,
        canonical_url=data.canonical,
        summary=one_line(data.description or ""),
        text=text,
        comments=comments,
        standfirst=_join_standfirst(
            text, fuller_heading((title, parsed.listed[0]), headings), standfirst
        ),
    )


def _join_standfirst(text: str, *parts: str | None) -> str:
    """Join what stands above an article, without what its text says too."""
    told = " ".join(text.split())
    return " ".join(part for part in parts if part and part not in told)


def learn(page: FetchedPage, *, entry: FetchedEntry | None, site: SiteMemory) -> None:
    """Add a page to the memory of its host without extracting it.

    Raises:
        Unreadable: the page is not HTML or is empty.
    """
    document, _ = _parse_page(page)
    title = None
    if entry is None or not entry.title:  # else the entry's title names the article
        title = best_title(document, read_structured_data(document, addresses_of(page)), None)
    own = _cut_words(title, *_read_listed(entry))
    _learn_blocks(site, article_name(entry, title, page), _collect_blocks(document), own)


def learn_to_read(page: FetchedPage, *, entry: FetchedEntry, site: SiteMemory) -> LearnedPage:
    """Add a page to the memory of its host; returns it parsed, for `extract`.

    Raises:
        Unreadable: the page is not HTML or is empty.
    """
    parsed = _parse_claims(page, entry)
    blocks = _collect_blocks(parsed.document)
    _learn_blocks(site, article_name(entry, parsed.title, page), blocks, parsed.own_words())
    parsed = replace(parsed, blocks=blocks)
    values = {one.name: getattr(page, one.name) for one in fields(FetchedPage)}
    return LearnedPage(**values, parsed=[parsed])


def _learn_blocks(
    site: SiteMemory, article: str, blocks: Sequence[PageBlock], own: Collection[str]
) -> None:
    """Count the blocks of an article's page, unless the memory has learned the article."""
    if not site.has_learned(article):
        site.learn(article, [one.key for one in blocks], find_unrelated(blocks, site, own))


def article_name(entry: FetchedEntry | None, title: str | None, page: FetchedPage) -> str:
    """Return the name that identifies an article on its host: listed title, own title or URL."""
    return (entry.title if entry is not None else "") or title or page.final_url


def addresses_of(page: FetchedPage) -> tuple[str, ...]:
    """Return the addresses under which a page was fetched; the one that answered is first."""
    return tuple(dict.fromkeys((page.final_url, page.requested_url)))


def _take_parsed(page: FetchedPage, entry: FetchedEntry | None) -> _Parsed:
    if isinstance(page, LearnedPage) and page.parsed:
        parsed = page.parsed.pop()  # extraction changes the document
        if parsed.body is page.body and parsed.entry is entry:
            return parsed
    return _parse_claims(page, entry)


def _parse_claims(page: FetchedPage, entry: FetchedEntry | None) -> _Parsed:
    listed = _read_listed(entry)
    document, columns = _parse_page(page)
    data = read_structured_data(document, addresses_of(page))
    title = best_title(document, data, entry.title if entry is not None else None)
    raw, published = published_of(
        document,
        claimed=data.published,
        language=data.language,
        url=page.final_url,
        fetched_at=page.fetched_at,
        listed=(None, None) if entry is None else (entry.published_raw, entry.published_at),
        title=title,
    )
    return _Parsed(
        body=page.body,
        entry=entry,
        listed=listed,
        document=document,
        data=data,
        title=title,
        authors=authors_of(document, data),
        published_raw=raw,
        published_at=published,
        standfirst=find_standfirst(document, title, data.description),
        columns=columns,
        embedded=find_embedded(
            document,
            data,
            titles=(title, data.og_title, listed[0]),
            teasers=(data.description, None if entry is None else entry.summary),
        ),
    )


def _read_listed(entry: FetchedEntry | None) -> tuple[str, str]:
    """Return title and teaser of an entry without markup."""
    return ("", "") if entry is None else (plain_text(entry.title), plain_text(entry.summary))


def _cut_words(*texts: str | None) -> tuple[str, ...]:
    return tuple(one[:_MAX_OWN_WORDS] for one in texts if one)


def _collect_blocks(document: lxml.html.HtmlElement) -> list[PageBlock]:
    for element in list(document.iter("script", "style", "noscript", "template")):
        if element.getparent() is not None:
            element.drop_tree()
    return blocks_of(document)


def _extract_text(document: lxml.html.HtmlElement, url: str) -> str:
    running, repeated = paragraphs(document), find_repeated(document)
    found = _run_trafilatura(document, url)
    text = _ROW.sub(r"\1", squeeze(str(found.get("text") or "")))
    return restore_repeated(restore_paragraphs(text, running), repeated)


def _read_shown(
    document: lxml.html.HtmlElement,
    url: str,
    removed: list[PageBlock],
    about: tuple[str, ...],
    parsed: _Parsed,
    *,
    listed: bool,
) -> tuple[str, str]:
    """Return the text that a page shows, and the same without pleas.

    Raises:
        Unreadable: it shows no article, and holds none for its scripts either.
    """
    found = ""
    try:
        found = remove_lines(_extract_text(document, url), removed)
        return found, remove_pleas(found, about, free=parsed.data.free, listed=listed)
    except Unreadable:
        if not parsed.embedded:
            raise
        return found, ""


def _text_or_empty(document: lxml.html.HtmlElement, url: str, title: str | None) -> str:
    """Return the text that extraction without site memory would give; may be empty."""
    strip_boilerplate(document)
    try:
        text = _extract_text(document, url)
    except Unreadable:
        return ""
    return article_lines(text, title)


def _refuse_repeats(text: str, site: SiteMemory, article: str, own: tuple[str, ...]) -> None:
    """Raise Junk for a text that came with other headlines too and does not match this one."""
    if site.note_text(article, text) and not is_about(text, own):
        raise Junk("the same text came in place of other articles of the site", text=text)


def _parse_page(page: FetchedPage) -> tuple[lxml.html.HtmlElement, tuple[PageBlock, ...]]:
    """Parse a page; returns it with the blocks of the columns beside its article."""
    kind = (page.content_type or "text/html").split(";")[0].strip().lower()
    if kind not in _HTML:
        raise Unreadable(f"not a web page but {kind}")
    for mark, name in _OTHER_FORMATS:
        if page.body.startswith(mark):
            raise Unreadable(f"not a web page but {name}, whatever its header says")
    document = parse_document(page.body, page.content_type)
    if cut := cut_page(document):
        log.warning("page.cut url=%s: %s", page.final_url, "; ".join(cut))
    cells: list[lxml.html.HtmlElement] = []
    unfold_layout_tables(document, cells)
    return document, tuple(block for cell in cells for block in blocks_of(cell))


def _run_trafilatura(document: lxml.html.HtmlElement, url: str) -> dict[str, Any]:
    # with include_comments it takes whole articles for comments; metadata is read elsewhere
    found = bare_extraction(
        document,
        url=url,
        include_comments=False,
        with_metadata=False,
        # its fall-backs are quadratic in the number of short blocks
        fast=_has_more_blocks(document, _MAX_FALLBACK_BLOCKS),
    )
    if found is None:
        raise Unreadable("no text of an article was found")
    return found if isinstance(found, dict) else dict(found.as_dict())


def _has_more_blocks(document: lxml.html.HtmlElement, most: int) -> bool:
    """Whether a page has more than `most` blocks."""
    blocks = document.iter("p", "div", "li", "td", "th", "dd", "dt", "br", "section", "a", "pre")
    return next(islice(blocks, most, None), None) is not None
