"""Combines listing entry and page text into an `Article` with a canonical address. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.text.dates import parse_date, published_date
from crawler.text.language import language_of
from crawler.text.mojibake import repair_text
from crawler.text.plain_text import one_line, plain_text
from storage.model import (
    Article,
    AsideBlock,
    FetchedEntry,
    FetchedPage,
    ItemKind,
    PageText,
    TextState,
)
from storage.rules.addresses import canonical_url, fragment_of, with_fragment
from storage.rules.identity import UNTITLED, content_hash, entry_hash

_MIN_FULL_WORDS = 200  # of a feed's content that replaces an unreadable page
_MIN_LENGTH_RATIO = 1.5
_MAX_FUTURE = timedelta(days=1)
_MAX_TITLE = 1000
_MAX_BEGINNING = 100  # characters of a text that replace its title
_MAX_SUMMARY = 5000
_MAX_AUTHORS = 50
_MAX_NAMES = 5000  # characters of one author's name
_MAX_RAW_TITLE = 50_000  # characters before markup is removed
_MAX_MARKUP = 5_000_000
_MAX_BODY = 2_000_000


def normalise(
    entry: FetchedEntry,
    *,
    item_kind: ItemKind,
    page: FetchedPage | None,
    text: PageText | None,
    thin_reason: str | None,
    language: str | None,
) -> Article:
    """Combine the entry of a listing and its page into an article.

    Args:
        entry: the entry of the listing.
        item_kind: the source's kind of item, where the entry has none.
        page: the page that was fetched, if any.
        text: what was extracted from the page, if anything.
        thin_reason: why there is no text, where the page could not be read.
        language: the language declared in the configuration of the source.

    Returns:
        an article that is FULL with a text, else THIN with a reason, else LISTED.
    """
    content = repair_text(plain_text(entry.content[:_MAX_MARKUP]))[:_MAX_BODY]
    pages = tuple(repair_text(one) for one in text.pages) if text else ()
    body, state, reason = _choose_body(text, pages, content, thin_reason)
    if text is None and entry.complete:
        body, state, reason = content, TextState.FULL, None
    listed = plain_text(entry.summary[:_MAX_MARKUP])[:_MAX_BODY]
    summary = repair_text(_choose_summary(listed, text), within=body)[:_MAX_SUMMARY]
    own_title = repair_text(_choose_title(entry, text), within=f"{body}\n{listed}")[:_MAX_TITLE]
    title = own_title or _cut_beginning(summary or content or body) or UNTITLED
    kind = entry.kind or item_kind
    published = _choose_date(entry, text, is_meeting=kind == "boardpaper")
    url, aliases = _choose_addresses(entry, page, text)
    authors = entry.authors or (text.authors if text else ())
    return Article(
        page_title=text.title if text else None,
        source_key=entry.source_key,
        kind=kind,
        url=url,
        alias_urls=aliases,
        guid=entry.guid,
        title=title,
        authors=tuple(repair_text(one_line(name[:_MAX_NAMES])) for name in authors[:_MAX_AUTHORS]),
        published_at=_clamp_future(published, entry.fetched_at),
        published_raw=entry.published_raw or (text.published_raw if text else None),
        language=language_of(
            language or entry.language or (text.language if text else None), body or summary
        ),
        summary=summary,
        body=body,
        comments=repair_text(text.comments, within=body) if text else "",
        asides=_repair_asides(text, within=body),
        text_state=state,
        thin_reason=reason,
        content_hash=content_hash(own_title or UNTITLED, body) if state is TextState.FULL else None,
        # hashed before repair: the next poll compares the unrepaired fields
        entry_hash=entry_hash(entry.title, entry.summary, entry.published_raw),
        fetched_at=page.fetched_at if page is not None else entry.fetched_at,
        etag=page.etag if page is not None else None,
        last_modified=page.last_modified if page is not None else None,
        pages=pages,
        notice=(text.notice if text else None) or entry.notice,
    )


def _repair_asides(text: PageText | None, *, within: str) -> tuple[AsideBlock, ...]:
    asides = () if text is None else text.asides
    return tuple(replace(one, text=repair_text(one.text, within=within)) for one in asides)


def _choose_body(
    text: PageText | None, pages: tuple[str, ...], content: str, thin_reason: str | None
) -> tuple[str, TextState, str | None]:
    if text is not None:
        # each page is repaired alone: the body must contain the pages verbatim
        body = "\n".join(pages) if pages else repair_text(text.text)
        # a feed may have the full text of a page that shows only its beginning
        words = len(content.split())
        is_more = words >= _MIN_FULL_WORDS and words > _MIN_LENGTH_RATIO * len(body.split())
        return content if is_more else body, TextState.FULL, None
    if thin_reason is None:
        return "", TextState.LISTED, None
    if len(content.split()) >= _MIN_FULL_WORDS:
        return content, TextState.FULL, None
    return "", TextState.THIN, thin_reason


def _choose_summary(listed: str, text: PageText | None) -> str:
    """Return the teaser of the listing, else of the page; with the standfirst if it is longer."""
    if text is None:
        return listed
    teaser = listed or text.summary
    flat = " ".join(teaser.split())
    if not text.standfirst or text.standfirst in flat:
        return teaser
    return text.standfirst if flat in text.standfirst else f"{teaser}\n{text.standfirst}"


def _choose_date(
    entry: FetchedEntry, text: PageText | None, *, is_meeting: bool
) -> datetime | None:
    listed = entry.published_at
    if listed is None and is_meeting:  # feeds reject dates far ahead as publication dates
        listed = parse_date(entry.published_raw, language=entry.language)
    for date in (listed, text.published_at if text else None):
        when = published_date(date, now=entry.fetched_at, is_meeting=is_meeting)
        if when is not None:
            return when
    return None


def _choose_title(entry: FetchedEntry, text: PageText | None) -> str:
    listed = one_line(entry.title[:_MAX_RAW_TITLE])
    return listed or (text.title if text and text.title else "")


def _cut_beginning(text: str) -> str:
    """Return the first words of a text, as a title for an entry without one."""
    first = text.lstrip().partition("\n")[0].strip()
    if len(first) <= _MAX_BEGINNING:
        return first
    words = first[: _MAX_BEGINNING + 1].rpartition(" ")[0]
    return f"{words or first[:_MAX_BEGINNING]} …"


def _choose_addresses(
    entry: FetchedEntry, page: FetchedPage | None, text: PageText | None
) -> tuple[str | None, tuple[str, ...]]:
    """Return the canonical address, and other addresses of the same article.

    A rel=canonical counts on the page's own host only, and not if it is the front page, which
    misconfigured sites name on every article.
    """
    listed = None if entry.url is None or entry.url_is_shared else canonical_url(entry.url)
    # an entry that is a part of a page: rel=canonical names the whole page
    part = fragment_of(listed or "") or (fragment_of(page.final_url) if page and text else "")
    landed = listed
    if page is not None and listed is not None and not _is_front_page(page.final_url):
        landed = with_fragment(page.final_url, part)
    best = landed
    claimed = text.canonical_url if text is not None else None
    if claimed and landed and _is_same_host(claimed, landed) and not _is_front_page(claimed):
        best = with_fragment(claimed, part)
    others = [url for url in (landed, listed) if url is not None and url != best]
    return best, tuple(dict.fromkeys(others))


def _is_same_host(one: str, other: str) -> bool:
    def host(url: str) -> str:
        return (urlsplit(url).netloc or "").lower().removeprefix("www.")

    return host(one) == host(other)


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _clamp_future(published: datetime | None, fetched: datetime) -> datetime | None:
    """Limit a future date to `_MAX_FUTURE` after the fetch; the raw string is kept elsewhere."""
    if published is None:
        return None
    return min(published, fetched + _MAX_FUTURE) if published > fetched else published
