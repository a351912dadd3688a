"""Reads a source and the page of its newest entry, and reports each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from config.model import Source
from crawler.diagnostics.diagnosis_text import (
    ArchiveLookup,
    describe_asides,
    describe_dates,
    describe_decision,
    describe_decoding,
    describe_entries,
    describe_identity,
    describe_published,
    describe_response,
    listing_facts,
)
from crawler.errors import Unreadable
from crawler.extraction.normalise import normalise
from crawler.fetch_errors import FetchFailed
from crawler.http.response import Fetch, FetchResponse
from crawler.jobs.events import Emit
from crawler.listings.listing import Listing
from crawler.polling.page_reader import own_page_url
from crawler.reading.poll_outcome import decide_first_outcome
from crawler.spider_base.source_kind import SourceKind
from storage.model import Article, FetchedEntry, PageText


class ReportStep(Protocol):
    """Reports the result of one step."""

    def __call__(
        self,
        step: str,
        lines: Sequence[str],
        *,
        ok: bool = True,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Report a step with its lines of text; `ok`: whether it succeeded."""


async def examine(
    source: Source, fetch: Fetch, kind: SourceKind, emit: Emit, archive: ArchiveLookup | None
) -> None:
    """Examine a source; stop at the first failed step that the next ones need.

    Args:
        emit: receives one "step" event for each step.
        archive: stored items to compare with; None: nothing is stored yet.
    """

    def report(
        step: str,
        lines: Sequence[str],
        *,
        ok: bool = True,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        emit({"event": "step", "step": step, "ok": ok, "lines": list(lines), "facts": facts or {}})

    try:
        url = kind.address(source, since=None, now=datetime.now(UTC))
        answer = await fetch(url, {})
    except FetchFailed as error:
        report("fetch", [str(error)], ok=False)
        return
    report("fetch", describe_response(answer), ok=answer.status == 200)
    report("decode", describe_decoding(answer))
    listed = decide_first_outcome(answer, source, kind)
    listing = listed.listing
    if listing is None:
        report("listing", [f"{listed.outcome}: {listed.error}"], ok=False)
        return
    report(
        "listing",
        describe_entries(listing),
        ok=listing.degraded is None,
        facts=listing_facts(listing, url),
    )
    if listing.more:
        listing = await _read_first_part(source, listing, fetch, kind, report)
    if not listing.entries:
        return
    report("dates", describe_dates(listing))
    entry = max(listing.entries, key=lambda entry: entry.published_at or entry.fetched_at)
    article = await _read_page(source, entry, listing, fetch, kind, report)
    report("identity", describe_identity(source, listing, entry, article, archive))


async def _read_first_part(
    source: Source, listing: Listing, fetch: Fetch, kind: SourceKind, report: ReportStep
) -> Listing:
    """Fetch the first further part of a listing and add it; a poll fetches all parts."""
    address = listing.more[0]
    lines = [f"{len(listing.more)} further parts, the first is {address}"]
    try:
        answer = await fetch(address, {})
    except FetchFailed as error:
        report("parts", [*lines, str(error)], ok=False)
        return listing
    part = decide_first_outcome(answer, source, kind)
    if part.listing is None:
        report("parts", [*lines, f"{part.outcome}: {part.error}"], ok=False)
        return listing
    report(
        "parts",
        [*lines, *describe_entries(part.listing)],
        ok=part.listing.degraded is None,
        facts=listing_facts(part.listing, address),
    )
    return listing.with_part(part.listing)


async def _read_page(
    source: Source,
    entry: FetchedEntry,
    listing: Listing,
    fetch: Fetch,
    kind: SourceKind,
    report: ReportStep,
) -> Article:
    url = None if entry.complete else own_page_url(entry)
    answer: FetchResponse | None = None
    text: PageText | None = None
    reason: str | None = "no-page"
    if entry.complete:
        report("page", [f"not needed: the listing has all {len(entry.content.split())} words"])
    elif url is None:
        report("page", [f"{entry.title!r} has no page of its own: it is stored as thin"])
    else:
        try:
            address, *_ = kind.page_addresses(source, entry) or (url,)
            answer = await fetch(address, {})
        except FetchFailed as error:
            report("page", [str(error)], ok=False)
            reason = error.cause
        else:
            lines = [entry.title, *describe_response(answer), *describe_decoding(answer)]
            report("page", lines, ok=answer.status == 200)
            text, reason = _extract_text(source, answer, entry, kind, report)
    article = normalise(
        entry,
        item_kind=source.item_kind,
        page=None if answer is None or text is None else answer.page,
        text=text,
        thin_reason=reason,
        language=source.language or listing.language,
    )
    report("decision", describe_decision(article))
    return article


def _extract_text(
    source: Source, answer: FetchResponse, entry: FetchedEntry, kind: SourceKind, report: ReportStep
) -> tuple[PageText | None, str | None]:
    if answer.status != 200:
        return None, f"http-{answer.status}"
    try:
        text = kind.read_page(source, answer, entry)
    except Unreadable as error:
        report("extraction", [f"no article can be read: {error}"], ok=False)
        return None, error.reason
    report(
        "extraction",
        [
            f"title     {text.title or '-'}",
            f"published {describe_published(text.published_at, text.published_raw)}",
            f"authors   {', '.join(text.authors) or '-'}",
            f"language  {text.language or '-'}",
            f"text      {len(text.text.split())} words: {text.text[:160].strip()!r}",
            f"comments  {len(text.comments.split())} words, kept separately",
            *describe_asides(text.asides),
            *(f"{name}: {value}" for name, value in (text.notice.facts if text.notice else ())),
        ],
        facts={"title": text.title or "", "words": str(len(text.text.split()))},
    )
    return text, None
