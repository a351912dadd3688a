"""Reads a source and the page of its newest entry, and says what each step found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from config.model import Source
from crawler.answers import Answer
from crawler.conditional import NO_VALIDATORS
from crawler.errors import Unreadable
from crawler.events import Emit
from crawler.fetch_errors import FetchFailed
from crawler.judging import judge
from crawler.kind import Kind
from crawler.listing import Listing
from crawler.normalise import normalise
from crawler.page_reading import own_page
from crawler.tools import Fetch
from storage.model import Article, FetchedEntry, PageText, TextState

SHOWN = 5  # entries of the listing


class Say(Protocol):
    """Says what a step found."""

    def __call__(self, step: str, lines: Sequence[str], *, ok: bool = True) -> None:
        """One step, with its lines."""


async def examine(source: Source, fetch: Fetch, kind: Kind, emit: Emit) -> None:
    """Examine a source; ends with the first step that leaves nothing to go on with."""

    def say(step: str, lines: Sequence[str], *, ok: bool = True) -> None:
        emit({"event": "step", "step": step, "ok": ok, "lines": list(lines)})

    try:
        url = kind.address(source, since=None, now=datetime.now(UTC))
        answer = await fetch(url, {})
    except FetchFailed as error:
        say("fetch", [str(error)], ok=False)
        return
    say("fetch", _about(answer), ok=answer.status == 200)
    listed = judge(
        answer,
        known=NO_VALIDATORS,
        sent=NO_VALIDATORS,
        read=lambda given: kind.read(source, given),
        now=answer.page.fetched_at,
    )
    listing = listed.listing
    if listing is None:
        say("listing", [f"{listed.outcome}: {listed.error}"], ok=False)
        return
    say("listing", _entries(listing), ok=listing.degraded is None)
    if listing.more:
        listing = await _first_part(source, listing, fetch, kind, say)
    if not listing.entries:
        return
    say("dates", _dates(listing))
    entry = max(listing.entries, key=lambda one: one.published_at or one.fetched_at)
    await _page(source, entry, listing, fetch, kind, say)


async def _first_part(
    source: Source, listing: Listing, fetch: Fetch, kind: Kind, say: Say
) -> Listing:
    """The listing with the first of its further parts; a poll asks for all of them."""
    address = listing.more[0]
    lines = [f"{len(listing.more)} further parts, the first is {address}"]
    try:
        answer = await fetch(address, {})
    except FetchFailed as error:
        say("parts", [*lines, str(error)], ok=False)
        return listing
    part = judge(
        answer,
        known=NO_VALIDATORS,
        sent=NO_VALIDATORS,
        read=lambda given: kind.read(source, given),
        now=answer.page.fetched_at,
    )
    if part.listing is None:
        say("parts", [*lines, f"{part.outcome}: {part.error}"], ok=False)
        return listing
    say("parts", [*lines, *_entries(part.listing)], ok=part.listing.degraded is None)
    return listing.joined(part.listing)


async def _page(
    source: Source, entry: FetchedEntry, listing: Listing, fetch: Fetch, kind: Kind, say: Say
) -> None:
    url = None if entry.complete else own_page(entry)
    answer: Answer | None = None
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
            say("page", _about(answer), ok=answer.status == 200)
            text, reason = _read(source, answer, entry, kind, say)
    article = normalise(
        entry,
        item_kind=source.item_kind,
        page=None if answer is None or text is None else answer.page,
        text=text,
        thin_reason=reason,
        language=source.language or listing.language,
    )
    say("decision", _decision(article))


def _read(
    source: Source, answer: Answer, entry: FetchedEntry, kind: Kind, say: Say
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
            f"published {_when(text.published_at)}",
            f"authors   {', '.join(text.authors) or '-'}",
            f"language  {text.language or '-'}",
            f"text      {len(text.text.split())} words: {text.text[:160].strip()!r}",
            f"comments  {len(text.comments.split())} words, kept apart",
            *(f"{name}: {value}" for name, value in (text.notice.facts if text.notice else ())),
        ],
    )
    return text, None


def _about(answer: Answer) -> list[str]:
    page = answer.page
    lines = [f"HTTP {page.status}, {page.content_type or 'no content type'}"]
    lines.append(f"{len(page.body)} bytes from {page.final_url}")
    if page.final_url != page.requested_url:
        moved = "for good: declare the new address" if answer.permanent_to else "this time"
        lines.append(f"redirected from {page.requested_url}, {moved}")
    kept = [name for name in ("etag", "last-modified") if name in answer.headers]
    lines.append(f"conditional requests by {' and '.join(kept) or 'the body alone'}")
    return lines


def _entries(listing: Listing) -> list[str]:
    lines = [f"{len(listing.entries)} entries, language {listing.language or 'not said'}"]
    if listing.note is not None:
        lines.append(listing.note)
    if listing.degraded is not None:
        lines.append(f"damaged: {listing.degraded}")
    lines += [f"- {entry.title[:100]}" for entry in listing.entries[:SHOWN]]
    if len(listing.entries) > SHOWN:
        lines.append(f"and {len(listing.entries) - SHOWN} more")
    return lines


def _dates(listing: Listing) -> list[str]:
    dated = sorted(entry.published_at for entry in listing.entries if entry.published_at)
    lines = [f"{len(dated)} of {len(listing.entries)} entries have a date that can be read"]
    if dated:
        lines.append(f"newest {_when(dated[-1])}, oldest {_when(dated[0])}")
    unread = [e.published_raw for e in listing.entries if e.published_raw and not e.published_at]
    lines += [f"cannot be read: {raw!r}" for raw in unread[:3]]
    return lines


def _decision(article: Article) -> list[str]:
    states = {
        TextState.FULL: "stored with its full text",
        TextState.THIN: f"stored as thin ({article.thin_reason}): title and teaser still match",
        TextState.LISTED: "stored as listed",
    }
    return [
        f"{article.title!r}",
        f"{states[article.text_state]}, unless it is known already",
        f"known by {article.url or 'its identifier alone'}",
        f"language {article.language or '-'}, published {_when(article.published_at)}",
    ]


def _when(when: datetime | None) -> str:
    return "-" if when is None else f"{when:%Y-%m-%d %H:%M} UTC"
