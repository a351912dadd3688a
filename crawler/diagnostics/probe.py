"""Asks a source for its listing and says in a line what came; stores nothing. For `--probe`."""

from __future__ import annotations

from datetime import UTC, datetime

from config.model import Source
from crawler.fetch_errors import FetchFailed
from crawler.http.response import Fetch, FetchResponse
from crawler.jobs.events import Emit
from crawler.listings.listing import Listed
from crawler.reading.poll_outcome import judge_afresh, no_answer
from crawler.spider_base.source_kind import SourceKind

PARTS = 3  # of a listing in parts, asked for until one has entries


async def probe(source: Source, fetch: Fetch, kind: SourceKind, emit: Emit) -> None:
    """Probe a source as its first poll would ask it, and tell the outcome."""
    began = datetime.now(UTC)
    address = kind.address(source, since=None, now=began)
    listed, answer = await _asked(source, address, fetch, kind)
    waiting = [] if listed.listing is None else list(listed.listing.more)
    for part in waiting[:PARTS]:
        if listed.listing is not None and listed.listing.entries:
            break
        listed, _ = await _asked(source, part, fetch, kind)
    entries = () if listed.listing is None else listed.listing.entries
    dates = [one.published_at for one in entries if one.published_at is not None]
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
            "seconds": round((datetime.now(UTC) - began).total_seconds(), 1),
        }
    )


async def _asked(
    source: Source, address: str, fetch: Fetch, kind: SourceKind
) -> tuple[Listed, FetchResponse | None]:
    try:
        answer = await fetch(address, {})
    except FetchFailed as failure:
        return no_answer(failure), None
    return judge_afresh(answer, source, kind), answer
