"""Extracts the article from a page's bytes, readers' comments separately. Pure.

trafilatura finds the text. Boilerplate that it mistakes for text (comments, lists of other
articles, sign-up boxes) is removed from the page first; title, date and authors are read from the
page's metadata, which is more reliable.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace

import lxml.html

from crawler.errors import RecurringText, Unreadable
from crawler.extraction.cleaning.boilerplate import strip_boilerplate
from crawler.extraction.cleaning.lines import remove_inserted_lines
from crawler.extraction.embedded_article import is_more
from crawler.extraction.headline import choose_headline, find_fuller_heading, find_headings
from crawler.extraction.parsed_page import (
    LearnedPage,
    ParsedPage,
    addresses_of,
    collect_blocks,
    get_parsed_page,
    parse_article_page,
    parse_page,
    read_listed,
    truncate_texts,
)
from crawler.extraction.recurring.block_subjects import find_unrelated
from crawler.extraction.recurring.page_blocks import PageBlock
from crawler.extraction.recurring.recurring_blocks import (
    drop_recurring,
    has_only_recurring_prose,
    is_about,
    remove_lines,
)
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.extraction.set_aside import SetAside
from crawler.extraction.visible_text import extract_text
from crawler.extraction.walls import remove_pleas
from crawler.metadata.structured_data import read_structured_data
from crawler.text.plain_text import one_line
from storage.model import FetchedEntry, FetchedPage, PageText


def extract(
    page: FetchedPage,
    *,
    entry: FetchedEntry | None = None,
    site: SiteMemory | None = None,
    document: lxml.html.HtmlElement | None = None,
) -> PageText:
    """Extract the article of a page.

    Args:
        page: the page as fetched.
        entry: its entry in the listing; title and date decide if the page is ambiguous.
        site: the memory of the host's pages; it learns this page.
        document: the page, if it has been parsed and cut to the limits; it is changed.

    Raises:
        Unreadable: there is no article: not HTML, empty, a consent wall, a login, a paywall.
        RecurringText: the text also appears on other pages of the host.
    """
    parsed = get_parsed_page(page, entry, document)
    blocks = collect_blocks(parsed.document) if parsed.blocks is None else parsed.blocks
    cut = SetAside(blocks, parsed.document, site, columns=parsed.columns)
    kept = parsed.kept_words()
    try:
        read = _extract_article(parsed, blocks, cut, page, entry=entry, site=site)
    except RecurringText:
        raise
    except Unreadable as error:
        error.asides = cut.collect("", comments="", own=kept, authors=parsed.authors)
        raise
    own = (*kept, read.standfirst)
    asides = cut.collect(read.text, comments=read.comments, own=own, authors=parsed.authors)
    return replace(read, asides=asides)


def _extract_article(
    parsed: ParsedPage,
    blocks: list[PageBlock],
    cut: SetAside,
    page: FetchedPage,
    *,
    entry: FetchedEntry | None,
    site: SiteMemory | None,
) -> PageText:
    """Extract the article of a page, and record the removed text in `cut`."""
    document, data, title = parsed.document, parsed.data, parsed.title
    standfirst = parsed.standfirst
    own = parsed.own_words()
    removed: list[PageBlock] = []
    is_frame = False  # the visible text is on other pages of the site too
    if site is not None:
        _learn_blocks(site, article_name(entry, title, page), blocks, own)
        is_frame = has_only_recurring_prose(blocks, site, own)
        if is_frame and not parsed.embedded:
            raise RecurringText(
                "all its text is on other pages of the site too",
                text=_extract_text_or_empty(document, page.final_url, title),
            )
        removed = drop_recurring(blocks, site, own)
        cut.record_removed(removed)
    headings = find_headings(document)
    comments = strip_boilerplate(document)
    cut.record_detached()
    listed = entry is not None and bool(entry.title)
    # the title and description of a wall are about the wall
    about = truncate_texts(*parsed.listed) if listed else own
    found, text = _read_shown(document, page.final_url, removed, about, parsed, listed=listed)
    cut.record_removed_lines(found, text, "plea")
    if is_frame or is_more(parsed.embedded, text):
        text = remove_lines(parsed.embedded, removed)
    before = text
    text = remove_inserted_lines(text, title, headings, parsed.authors)
    cut.record_removed_lines(before, text, "page-note")
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
            text, find_fuller_heading((title, parsed.listed[0]), headings), standfirst
        ),
    )


def _join_standfirst(text: str, *parts: str | None) -> str:
    """Join the texts above an article, without those that its text contains too."""
    flat = " ".join(text.split())
    return " ".join(part for part in parts if part and part not in flat)


def learn(page: FetchedPage, *, entry: FetchedEntry | None, site: SiteMemory) -> None:
    """Add a page to the memory of its host without extracting it.

    Raises:
        Unreadable: the page is not HTML or is empty.
    """
    document, _ = parse_page(page)
    title = None
    if entry is None or not entry.title:  # otherwise the entry's title identifies the article
        title = choose_headline(document, read_structured_data(document, addresses_of(page)), None)
    own = truncate_texts(title, *read_listed(entry))
    _learn_blocks(site, article_name(entry, title, page), collect_blocks(document), own)


def learn_and_parse(page: FetchedPage, *, entry: FetchedEntry, site: SiteMemory) -> LearnedPage:
    """Add a page to the memory of its host; return it parsed, for `extract`.

    Raises:
        Unreadable: the page is not HTML or is empty.
    """
    parsed = parse_article_page(page, entry)
    blocks = collect_blocks(parsed.document)
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


def _read_shown(
    document: lxml.html.HtmlElement,
    url: str,
    removed: list[PageBlock],
    about: tuple[str, ...],
    parsed: ParsedPage,
    *,
    listed: bool,
) -> tuple[str, str]:
    """Return the visible text of a page, and the same without pleas.

    Raises:
        Unreadable: there is no visible article, and none in the data for its scripts.
    """
    found = ""
    try:
        found = remove_lines(extract_text(document, url), removed)
        data = parsed.data
        return found, remove_pleas(found, about, free=data.free, listed=listed, sites=data.sites)
    except Unreadable:
        if not parsed.embedded:
            raise
        return found, ""


def _extract_text_or_empty(document: lxml.html.HtmlElement, url: str, title: str | None) -> str:
    """Return the text as extracted without site memory; may be empty."""
    strip_boilerplate(document)
    try:
        text = extract_text(document, url)
    except Unreadable:
        return ""
    return remove_inserted_lines(text, title)


def _refuse_repeats(text: str, site: SiteMemory, article: str, own: tuple[str, ...]) -> None:
    """Raise RecurringText for a text that also came with other headlines and does not fit this."""
    if site.record_text(article, text) and not is_about(text, own):
        raise RecurringText("other articles of the site have the same text", text=text)
