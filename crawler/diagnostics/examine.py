"""Reads a source and the page of its newest entry, and says what each step found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from config.model import Source
from crawler.diagnostics.diagnosis_text import (
    ArchiveLookup,
    about,
    dates,
    decision,
    decoding,
    entries,
    identity,
    when,
)
from crawler.errors import Unreadable
from crawler.extraction.normalise import normalise
from crawler.fetch_errors import FetchFailed
from crawler.http.response import Fetch, FetchResponse
from crawler.jobs.events import Emit
from crawler.listings.listing import Listing
from crawler.polling.page_reader import own_page
from crawler.reading.poll_outcome import judge_afresh
from crawler.spider_base.source_kind import SourceKind
from storage.model import Article, FetchedEntry, PageText


class Say(Protocol):
    """Says what a step found."""

    def __call__(self, step: str, lines: Sequence[str], *, ok: bool = True) -> None:
        """One step, with its lines."""


async def examine(
    source: Source, fetch: Fetch, kind: SourceKind, emit: Emit, archive: ArchiveLookup | None
) -> None:
    """Examine a source; ends with the first step that leaves nothing to go on with.

    Args:
        archive: None: nothing is stored yet.
    """

    def say(step: str, lines: Sequence[str], *, ok: bool = True) -> None:
        emit({"event": "step", "step": step, "ok": ok, "lines": list(lines)})

    try:
        url = kind.address(source, since=None, now=datetime.now(UTC))
        answer = await fetch(url, {})
    except FetchFailed as error:
        say("fetch", [str(error)], ok=False)
        return
    say("fetch", about(answer), ok=answer.status == 200)
    say("decode", decoding(answer))
    listed = judge_afresh(answer, source, kind)
    listing = listed.listing
    if listing is None:
        say("listing", [f"{listed.outcome}: {listed.error}"], ok=False)
        return
    say("listing", entries(listing), ok=listing.degraded is None)
    if listing.more:
        listing = await _first_part(source, listing, fetch, kind, say)
    if not listing.entries:
        return
    say("dates", dates(listing))
    entry = max(listing.entries, key=lambda one: one.published_at or one.fetched_at)
    article = await _page(source, entry, listing, fetch, kind, say)
    say("identity", identity(source, listing, entry, article, archive))


async def _first_part(
    source: Source, listing: Listing, fetch: Fetch, kind: SourceKind, say: Say
) -> Listing:
    """The listing with the first of its further parts; a poll asks for all of them."""
    address = listing.more[0]
    lines = [f"{len(listing.more)} further parts, the first is {address}"]
    try:
        answer = await fetch(address, {})
    except FetchFailed as error:
        say("parts", [*lines, str(error)], ok=False)
        return listing
    part = judge_afresh(answer, source, kind)
    if part.listing is None:
        say("parts", [*lines, f"{part.outcome}: {part.error}"], ok=False)
        return listing
    say("parts", [*lines, *entries(part.listing)], ok=part.listing.degraded is None)
    return listing.joined(part.listing)


async def _page(
    source: Source, entry: FetchedEntry, listing: Listing, fetch: Fetch, kind: SourceKind, say: Say
) -> Article:
    url = None if entry.complete else own_page(entry)
    answer: FetchResponse | None = None
    text: PageText | None = None
    reason: str | None = "no-page"
    if entry.complete:
        say("page", [f"not needed: the listing carries all {len(entry.content.split())} words"])
    elif url is None:
        say("page", [f"{entry.title!r} has no page of its own: it is kept as thin"])
    else:
        try:
            address, *_ = kind.page_addresses(source, entry) or (url,)
            answer = await fetch(address, {})
        except FetchFailed as error:
            say("page", [str(error)], ok=False)
            reason = error.cause
        else:
            lines = [entry.title, *about(answer), *decoding(answer)]
            say("page", lines, ok=answer.status == 200)
            text, reason = _read(source, answer, entry, kind, say)
    article = normalise(
        entry,
        item_kind=source.item_kind,
        page=None if answer is None or text is None else answer.page,
        text=text,
        thin_reason=reason,
        language=source.language or listing.language,
    )
    say("decision", decision(article))
    return article


def _read(
    source: Source, answer: FetchResponse, entry: FetchedEntry, kind: SourceKind, say: Say
) -> tuple[PageText | None, str | None]:
    if answer.status != 200:
        return None, f"http-{answer.status}"
    try:
        text = kind.read_page(source, answer, entry)
    except Unreadable as error:
        say("extraction", [f"no article can be read: {error}"], ok=False)
        return None, error.reason
    say(
        "extraction",
        [
            f"title     {text.title or '-'}",
            f"published {when(text.published_at)}",
            f"authors   {', '.join(text.authors) or '-'}",
            f"language  {text.language or '-'}",
            f"text      {len(text.text.split())} words: {text.text[:160].strip()!r}",
            f"comments  {len(text.comments.split())} words, kept apart",
            *(f"{name}: {value}" for name, value in (text.notice.facts if text.notice else ())),
        ],
    )
    return text, None
