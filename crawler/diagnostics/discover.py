"""Finds the kinds of source that can read a URL, with a sample of entries. Stores nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import lxml.html

from config.model import Source
from crawler.diagnostics.diagnosis_text import describe_response
from crawler.errors import NotAFeed
from crawler.fetch_errors import FetchFailed
from crawler.http.parsed_page import parse_html
from crawler.http.response import Fetch, FetchResponse
from crawler.jobs.events import Emit
from crawler.listings.feeds import discover_feeds
from crawler.listings.link_groups import find_link_groups
from crawler.listings.listing import Listing
from crawler.reading.poll_outcome import decide_first_outcome
from crawler.spider_base.source_kind import SourceKind
from crawler.text.decode import decode
from storage.model import FetchedEntry

FetchOnce = Callable[[str], Awaitable[FetchResponse]]

MAX_FEEDS = 4  # that a page links to
MAX_GROUPS = 3  # of links that may be articles
MAX_PARTS = 3  # of a listing in several parts, fetched until one has entries
SAMPLE = 5  # entries
MAX_TITLE = 200  # characters
KINDS_OF_HOSTS = {
    "www.gov.uk": ("govuk",),
    "www.find-tender.service.gov.uk": ("tenders",),
    "www.contractsfinder.service.gov.uk": ("tenders",),
    "questions-statements-api.parliament.uk": ("parliament",),
    "hansard-api.parliament.uk": ("parliament",),
}
# tried with the URL itself; a page that lists articles needs selectors, which are generated
_KINDS = ("feed", "sitemap", "boardpapers")


async def discover(
    source: Source, fetch: Fetch, kind_of: Callable[[str], SourceKind], emit: Emit
) -> None:
    """Try a URL with each kind, and emit a "found" event for each that lists entries.

    Args:
        source: with the URL; its kind is not used.
        fetch: fetches a URL.
        kind_of: returns the kind with this name.
        emit: receives the "step" and "found" events.
    """
    answers: dict[str, FetchResponse] = {}

    async def fetch_once(url: str) -> FetchResponse:
        if url not in answers:
            answers[url] = await fetch(url, {})
        return answers[url]

    try:
        answer = await fetch_once(source.url)
    except FetchFailed as error:
        _emit_step(emit, "fetch", [str(error)], ok=False)
        return
    _emit_step(emit, "fetch", describe_response(answer), ok=answer.status == 200)
    if answer.status != 200:
        return
    found = 0
    for tried in _list_candidates(source, answer):
        try:
            listing = await _read_entries(tried, fetch_once, kind_of(tried.kind))
        except (FetchFailed, NotAFeed) as error:
            if tried.url != source.url:
                _emit_step(emit, f"{tried.kind} {tried.url}", [str(error)], ok=False)
            continue
        if listing.entries:
            found += 1
            emit(_build_found_event(tried, listing))
    words = f"{found} ways to read it" if found != 1 else "one way to read it"
    _emit_step(
        emit, "kinds", [words if found else "nothing that lists entries was found"], ok=found > 0
    )


def _list_candidates(source: Source, answer: FetchResponse) -> Iterator[Source]:
    """Yield the URL, and the feeds and link groups of its page, as sources."""
    host = (urlsplit(source.url).hostname or "").lower()
    for kind in KINDS_OF_HOSTS.get(host, ()):
        yield replace(source, kind=kind)
    page = answer.page
    document = _parse_page(answer)
    text = decode(page.body, content_type=page.content_type, kind="html").text
    offered = discover_feeds(text, page.final_url)[:MAX_FEEDS]
    for url in offered:
        yield replace(source, kind="feed", url=url)
    for kind in _KINDS:
        if not (kind == "feed" and offered):
            yield replace(source, kind=kind)
    if document is not None:
        groups = find_link_groups(document, base=page.final_url, most=MAX_GROUPS)
        for group in groups:
            yield replace(source, kind="page", select=group.select)
    root = urljoin(page.final_url, "/")
    if root != source.url and not offered and document is not None:
        yield replace(source, kind="sitemap", url=root)


def _parse_page(answer: FetchResponse) -> lxml.html.HtmlElement | None:
    """Parse a response as a web page; None if it is something else, such as a feed."""
    page = answer.page
    is_page = "html" in (page.content_type or "").lower() or b"<html" in page.body[:2000].lower()
    try:
        return parse_html(answer) if is_page else None
    except NotAFeed:
        return None


async def _read_entries(source: Source, fetch: FetchOnce, kind: SourceKind) -> Listing:
    """Read a listing, and some of its parts until one has entries.

    Raises:
        FetchFailed: it cannot be fetched.
        NotAFeed: it is not a listing of this kind.
    """
    address = kind.address(source, since=None, now=datetime.now(UTC))
    listing = _read_response(await fetch(address), source, kind)
    for part in listing.more[:MAX_PARTS]:
        if listing.entries:
            break
        listing = listing.with_part(_read_response(await fetch(part), source, kind))
    return listing


def _read_response(answer: FetchResponse, source: Source, kind: SourceKind) -> Listing:
    listed = decide_first_outcome(answer, source, kind)
    if listed.listing is None:
        raise NotAFeed(listed.error or listed.outcome)
    return listed.listing


def _build_found_event(source: Source, listing: Listing) -> dict[str, object]:
    entries = sorted(listing.entries, key=_make_newest_first_key)
    dates = [entry.published_at for entry in entries if entry.published_at]
    return {
        "event": "found",
        "kind": source.kind,
        "url": source.url,
        "title": (listing.title or "")[:MAX_TITLE],
        "select": asdict(source.select),
        "entries": len(entries),
        "newest_at": max(dates).isoformat() if dates else None,
        "sample": [
            {
                "title": entry.title[:MAX_TITLE],
                "url": entry.url or "",
                "published_at": entry.published_at.isoformat() if entry.published_at else None,
            }
            for entry in entries[:SAMPLE]
        ],
    }


def _make_newest_first_key(entry: FetchedEntry) -> float:
    return -entry.published_at.timestamp() if entry.published_at else 0.0


def _emit_step(emit: Emit, step: str, lines: list[str], *, ok: bool) -> None:
    emit({"event": "step", "step": step, "ok": ok, "lines": lines})
