"""From a page's bytes to the article on it, readers' comments apart. Pure.

trafilatura finds the text. What it takes for text and is not (comments, lists of other articles,
pleas) is taken out of the page before it looks; what it knows less well than the page itself
(title, date, authors) is read from the page's own claims.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice
from typing import Any

import lxml.html
from lxml import etree
from trafilatura import bare_extraction

from crawler.errors import Junk, Unreadable
from crawler.extraction.boilerplate import strip_boilerplate
from crawler.extraction.bylines import authors_of, published_of
from crawler.extraction.headline import best_title
from crawler.extraction.layout_tables import unfold_layout_tables
from crawler.extraction.lines import article_lines
from crawler.extraction.lost_paragraphs import paragraphs, restore_paragraphs
from crawler.extraction.page_bounds import cut_attributes, cut_page
from crawler.extraction.recurring_blocks import (
    PageBlock,
    blocks_of,
    drop_recurring,
    is_about,
    is_junk,
    without,
)
from crawler.extraction.site_memory import SiteMemory
from crawler.extraction.standfirst import find_standfirst
from crawler.extraction.structured_data import StructuredData, read_structured_data
from crawler.text.decode import decode
from crawler.text.plain_text import one_line, plain_text, squeeze
from storage.model import FetchedEntry, FetchedPage, PageText

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every page it cannot read

log = logging.getLogger(__name__)

_BLOCKS_FOR_FALLBACK = 3000
_MOST_SAID = 5_000  # characters of each title and teaser by which a page's own words are known
_FEWEST_LETTERS = 120
_PAYWALL_WORDS = 40
_HTML = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
_OTHER_FORMATS = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "an archive"), (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"), (b"\x1f\x8b", "packed bytes"),
)  # fmt: skip
_WALL = re.compile(
    r"(accept|agree|consent|manage)[^.]{0,60}(cookies?|tracking|preferences)"
    r"|before you continue|your privacy (choices|matters)|we value your privacy"
    r"|enable javascript|checking your browser|verify (that )?you are (a )?human"
    r"|(sign|log) in to (continue|read)|subscribe to (continue|read)|register to (continue|read)",
    re.IGNORECASE,
)
_ROW = re.compile(r"^\| ?(.*?) ?\|$", re.MULTILINE)  # of a table; the signs at its ends say nothing
_WALL_WORDS = 150  # a text that asks for consent and is longer than this is about consent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parsed:
    """A parsed page, and what it says of itself. `body`, `entry`: what it was parsed from.

    `blocks`: what it says, where it was learned; then its scripts are gone.
    """

    body: bytes
    entry: FetchedEntry | None
    document: lxml.html.HtmlElement
    said: StructuredData
    title: str | None
    authors: tuple[str, ...]
    published_raw: str | None
    published_at: datetime | None
    standfirst: str | None
    blocks: list[PageBlock] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPage(FetchedPage):
    """A page that was learned and not read yet, so that it need not be parsed again."""

    parsed: list[_Parsed]


def extract(
    page: FetchedPage, *, entry: FetchedEntry | None = None, site: SiteMemory | None = None
) -> PageText:
    """Read the article of a page.

    Args:
        page: as it was fetched.
        entry: what the listing said of it: its title and date settle doubts.
        site: what is known of the host's pages; it learns this one.

    Raises:
        Unreadable: there is no article: not HTML, empty, a consent wall, a login, a paywall.
        Junk: what there is stands on other pages of the host too.
    """
    parsed = _parsed(page, entry)
    document, said, title = parsed.document, parsed.said, parsed.title
    standfirst = parsed.standfirst
    own = _own_words(title, standfirst, said.description, entry)
    gone: list[PageBlock] = []
    if site is not None:
        blocks = _seen(document) if parsed.blocks is None else parsed.blocks
        site.learn(article_name(entry, title, page), (block.key for block in blocks))
        if is_junk(blocks, site, own):
            raise Junk(
                "only what stands on other pages of the site too was found",
                text=_if_readable(document, page.final_url, standfirst, title),
            )
        gone = drop_recurring(blocks, site, own)
    comments = strip_boilerplate(document)
    text = without(_running_text(document, page.final_url), gone)
    _refuse_walls(text, said)
    text = article_lines(_beginning_with(standfirst, text), title)
    if site is not None:
        _refuse_repeats(text, site, article_name(entry, title, page), own)
    return PageText(
        title=title,
        published_raw=parsed.published_raw,
        published_at=parsed.published_at,
        authors=parsed.authors,
        language=said.language,
        canonical_url=said.canonical,
        summary=one_line(said.description or ""),
        text=text,
        comments=comments,
    )


def learn(page: FetchedPage, *, entry: FetchedEntry | None, site: SiteMemory) -> None:
    """Have the memory of a host learn a page that is not to be read yet.

    Raises:
        Unreadable: it is no page that could be read.
    """
    document = _document(page)
    title = None
    if entry is None or not entry.title:  # else the page's own names nothing
        title = best_title(document, read_structured_data(document), None)
    site.learn(article_name(entry, title, page), (block.key for block in _seen(document)))


def learn_to_read(page: FetchedPage, *, entry: FetchedEntry, site: SiteMemory) -> LearnedPage:
    """Have the memory of a host learn a page that is read next; returns it as it was parsed.

    Raises:
        Unreadable: it is no page that could be read.
    """
    parsed = _parse_claims(page, entry)
    parsed = replace(parsed, blocks=_seen(parsed.document))
    site.learn(article_name(entry, parsed.title, page), (one.key for one in parsed.blocks or ()))
    values = {one.name: getattr(page, one.name) for one in fields(FetchedPage)}
    return LearnedPage(**values, parsed=[parsed])


def article_name(entry: FetchedEntry | None, title: str | None, page: FetchedPage) -> str:
    """What tells an article from others of its host: its headline, as its listing has it."""
    return (entry.title if entry is not None else "") or title or page.final_url


def _parsed(page: FetchedPage, entry: FetchedEntry | None) -> _Parsed:
    if isinstance(page, LearnedPage) and page.parsed:
        parsed = page.parsed.pop()  # reading it takes it apart
        if parsed.body is page.body and parsed.entry is entry:
            return parsed
    return _parse_claims(page, entry)


def _parse_claims(page: FetchedPage, entry: FetchedEntry | None) -> _Parsed:
    document = _document(page)
    said = read_structured_data(document)
    title = best_title(document, said, entry.title if entry is not None else None)
    raw, published = published_of(
        document,
        said,
        url=page.final_url,
        fetched_at=page.fetched_at,
        listed=(None, None) if entry is None else (entry.published_raw, entry.published_at),
    )
    return _Parsed(
        body=page.body,
        entry=entry,
        document=document,
        said=said,
        title=title,
        authors=authors_of(document, said),
        published_raw=raw,
        published_at=published,
        standfirst=find_standfirst(document, title, said.description),
    )


def _own_words(
    title: str | None, standfirst: str | None, description: str | None, entry: FetchedEntry | None
) -> tuple[str, ...]:
    listed = () if entry is None else (plain_text(entry.title), plain_text(entry.summary))
    return tuple(one[:_MOST_SAID] for one in (title, standfirst, description, *listed) if one)


def _seen(document: lxml.html.HtmlElement) -> list[PageBlock]:
    for element in list(document.iter("script", "style", "noscript", "template")):
        if element.getparent() is not None:
            element.drop_tree()
    return blocks_of(document)


def _running_text(document: lxml.html.HtmlElement, url: str) -> str:
    running = paragraphs(document)
    found = _trafilatura(document, url)
    text = _ROW.sub(r"\1", squeeze(str(found.get("text") or "")))
    return restore_paragraphs(text, running)


def _if_readable(
    document: lxml.html.HtmlElement, url: str, standfirst: str | None, title: str | None
) -> str:
    """What would have been taken for the article before the site was known; may be empty."""
    strip_boilerplate(document)
    try:
        text = _running_text(document, url)
    except Unreadable:
        return ""
    return article_lines(_beginning_with(standfirst, text), title)


def _refuse_repeats(text: str, site: SiteMemory, article: str, own: tuple[str, ...]) -> None:
    """Refuse a text that came with other headlines too and is about none of this one's words."""
    if site.note_text(article, text) and not is_about(text, own):
        raise Junk("the same text came in place of other articles of the site", text=text)


def _document(page: FetchedPage) -> lxml.html.HtmlElement:
    kind = (page.content_type or "text/html").split(";")[0].strip().lower()
    if kind not in _HTML:
        raise Unreadable(f"not a web page but {kind}")
    for mark, name in _OTHER_FORMATS:
        if page.body.startswith(mark):
            raise Unreadable(f"not a web page but {name}, whatever its header says")
    document = _parse(decode(page.body, content_type=page.content_type, kind="html").text)
    if cut := cut_page(document):
        log.warning("page.cut url=%s: %s", page.final_url, "; ".join(cut))
    unfold_layout_tables(document)
    return document


def _parse(text: str) -> lxml.html.HtmlElement:
    if not text.strip():
        raise Unreadable("an empty page")
    parser = lxml.html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        document = lxml.html.document_fromstring(
            cut_attributes(text).encode("utf-8", "replace"), parser=parser
        )
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(f"no HTML that can be read: {error}") from error
    if not isinstance(document, lxml.html.HtmlElement):
        raise Unreadable("no HTML that can be read")
    return document


def _trafilatura(document: lxml.html.HtmlElement, url: str) -> dict[str, Any]:
    # asked for comments, it takes whole articles for them; names and dates are read elsewhere
    found = bare_extraction(
        document,
        url=url,
        include_comments=False,
        with_metadata=False,
        # its fall-backs compare each short block with all of its neighbours
        fast=_has_more(document, _BLOCKS_FOR_FALLBACK),
    )
    if found is None:
        raise Unreadable("no text of an article was found")
    return found if isinstance(found, dict) else dict(found.as_dict())


def _has_more(document: lxml.html.HtmlElement, most: int) -> bool:
    """Whether a page has more blocks than so many."""
    blocks = document.iter("p", "div", "li", "td", "th", "dd", "dt", "br", "section", "a", "pre")
    return next(islice(blocks, most, None), None) is not None


def _beginning_with(standfirst: str | None, text: str) -> str:
    if standfirst is None or standfirst in " ".join(text.split()):
        return text
    return f"{standfirst}\n{text}"


def _refuse_walls(text: str, said: StructuredData) -> None:
    words = len(text.split())
    if words < _WALL_WORDS and _WALL.search(text):
        raise Unreadable("a wall (consent, login or check) stands in place of the article")
    # what stands before a paywall is text, and matches: only less than a paragraph is none
    if said.free is False and words < _PAYWALL_WORDS:
        raise Unreadable("behind a paywall")
    if len(text) < _FEWEST_LETTERS:
        raise Unreadable(f"only {words} words of text were found")
