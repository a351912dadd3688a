"""Fetches the listing of a source and emits a one-line result, for `--probe`. Stores nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from config.model import Source
from crawler.fetch_errors import FetchFailed
from crawler.http.response import Fetch, FetchResponse
from crawler.jobs.events import Emit
from crawler.listings.listing import Listed
from crawler.reading.poll_outcome import decide_first_outcome, failed_outcome
from crawler.spider_base.source_kind import SourceKind

MAX_PARTS = 3  # of a listing in several parts; fetched until one has entries


async def probe(source: Source, fetch: Fetch, kind: SourceKind, emit: Emit) -> None:
    """Fetch a listing as a first poll would, and emit a "probed" event with the outcome."""
    started_at = datetime.now(UTC)
    address = kind.address(source, since=None, now=started_at)
    listed, answer = await _fetch_listing(source, address, fetch, kind)
    waiting = [] if listed.listing is None else list(listed.listing.more)
    for part in waiting[:MAX_PARTS]:
        if listed.listing is not None and listed.listing.entries:
            break
        listed, _ = await _fetch_listing(source, part, fetch, kind)
    entries = () if listed.listing is None else listed.listing.entries
    dates = [entry.published_at for entry in entries if entry.published_at is not None]
    newest = max(dates, default=None)
    emit(
        {
            "event": "probed",
            "source": source.key,
            "outcome": listed.outcome,
            "http_status": listed.http_status,
            "entries": len(entries),
            "newest_at": None if newest is None else newest.isoformat(),
            "moved_to": None if answer is None else answer.permanent_to,
            "error": listed.error,
            "seconds": round((datetime.now(UTC) - started_at).total_seconds(), 1),
        }
    )


async def _fetch_listing(
    source: Source, address: str, fetch: Fetch, kind: SourceKind
) -> tuple[Listed, FetchResponse | None]:
    try:
        answer = await fetch(address, {})
    except FetchFailed as failure:
        return failed_outcome(failure), None
    return decide_first_outcome(answer, source, kind), answer
