"""From what was fetched to what we believe: an `Article` with a canonical address. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.text.dates import published_date
from crawler.text.language import language_of
from crawler.text.mojibake import repair_text
from crawler.text.plain_text import one_line, plain_text
from storage.model import (
    Article,
    FetchedEntry,
    FetchedPage,
    ItemKind,
    PageText,
    TextState,
)
from storage.rules.identity import canonical_url, content_hash, entry_hash

_FULL_CONTENT = 200  # words in a feed that make following the link needless only where it fails
_MUCH_MORE = 1.5
_FUTURE = timedelta(days=1)
_MAX_TITLE = 1000
_MAX_SUMMARY = 5000
_MAX_AUTHORS = 50
_MAX_NAMES = 5000  # characters of one author's name
_MAX_RAW_TITLE = 50_000  # characters before markup is taken out
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
    """Bring together what the listing and the page said.

    Args:
        entry: the listing's words.
        item_kind: what the source publishes, where the entry does not say.
        page: the page that was fetched, if any.
        text: what was read from it.
        thin_reason: why there is no text, where there is none.
        language: what the operator declared for the source.

    Returns:
        an article that is FULL with a text, else THIN with a reason, else LISTED.
    """
    content = repair_text(plain_text(entry.content[:_MAX_MARKUP]))[:_MAX_BODY]
    pages = tuple(repair_text(one) for one in text.pages) if text else ()
    body, state, reason = _body(text, pages, content, thin_reason)
    if text is None and entry.complete:
        body, state, reason = content, TextState.FULL, None
    listed = plain_text(entry.summary[:_MAX_MARKUP])[:_MAX_BODY]
    summary = repair_text(listed or (text.summary if text else ""), within=body)[:_MAX_SUMMARY]
    title = repair_text(_title(entry, text), within=f"{body}\n{listed}")[:_MAX_TITLE]
    kind = entry.kind or item_kind
    published = _published(entry, text, is_meeting=kind == "boardpaper")
    url, aliases = _addresses(entry, page, text)
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
        published_at=_clamped(published, entry.fetched_at),
        published_raw=entry.published_raw or (text.published_raw if text else None),
        language=language_of(
            language or entry.language or (text.language if text else None), body or summary
        ),
        summary=summary,
        body=body,
        comments=repair_text(text.comments, within=body) if text else "",
        text_state=state,
        thin_reason=reason,
        content_hash=content_hash(title, body) if state is TextState.FULL else None,
        # the listing's own words, unmended: the next poll compares the same
        entry_hash=entry_hash(entry.title, entry.summary, entry.published_raw),
        fetched_at=page.fetched_at if page is not None else entry.fetched_at,
        etag=page.etag if page is not None else None,
        last_modified=page.last_modified if page is not None else None,
        pages=pages,
        notice=(text.notice if text else None) or entry.notice,
    )


def _body(
    text: PageText | None, pages: tuple[str, ...], content: str, thin_reason: str | None
) -> tuple[str, TextState, str | None]:
    if text is not None:
        # each page mended by itself: the body must hold them as they are
        body = "\n".join(pages) if pages else repair_text(text.text)
        told = len(content.split())  # a feed may tell all of what its page only begins
        is_more = told >= _FULL_CONTENT and told > _MUCH_MORE * len(body.split())
        return content if is_more else body, TextState.FULL, None
    if thin_reason is None:
        return "", TextState.LISTED, None
    if len(content.split()) >= _FULL_CONTENT:
        return content, TextState.FULL, None
    return "", TextState.THIN, thin_reason


def _published(entry: FetchedEntry, text: PageText | None, *, is_meeting: bool) -> datetime | None:
    for said in (entry.published_at, text.published_at if text else None):
        when = published_date(said, now=entry.fetched_at, is_meeting=is_meeting)
        if when is not None:
            return when
    return None


def _title(entry: FetchedEntry, text: PageText | None) -> str:
    listed = one_line(entry.title[:_MAX_RAW_TITLE])
    return listed or (text.title if text and text.title else "") or "(no title)"


def _addresses(
    entry: FetchedEntry, page: FetchedPage | None, text: PageText | None
) -> tuple[str | None, tuple[str, ...]]:
    """The canonical address and the others that lead to it.

    A rel=canonical counts on the page's own host only; one that names the site's front page, as
    misconfigured sites write it on every article, counts nowhere.
    """
    listed = None if entry.url is None or entry.url_is_shared else canonical_url(entry.url)
    landed = listed
    if page is not None and listed is not None and not _is_front(page.final_url):
        landed = canonical_url(page.final_url)
    best = landed
    claimed = text.canonical_url if text is not None else None
    if claimed and landed and _same_host(claimed, landed) and not _is_front(claimed):
        best = canonical_url(claimed)
    others = [url for url in (landed, listed) if url is not None and url != best]
    return best, tuple(dict.fromkeys(others))


def _same_host(one: str, other: str) -> bool:
    def host(url: str) -> str:
        return (urlsplit(url).netloc or "").lower().removeprefix("www.")

    return host(one) == host(other)


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _clamped(published: datetime | None, fetched: datetime) -> datetime | None:
    """A date in the future sorts as just after the fetch; the raw string says what was written."""
    if published is None:
        return None
    return min(published, fetched + _FUTURE) if published > fetched else published
