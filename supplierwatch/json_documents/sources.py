"""Sources: the entries of `sources --json`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from supplierwatch.formatting.source_rows import RECENT_PERIOD, SourceRow
from supplierwatch.formatting.times import iso


def row_json(row: SourceRow) -> dict[str, Any]:
    """Return a source as JSON-ready values."""
    source, state = row.source, row.state
    return {
        "key": source.key,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "enabled": source.enabled,
        "confidence": source.confidence,
        "status": row.status,
        "troubles": [{"what": one.kind, "text": one.text} for one in row.problems],
        "last_polled_at": iso(state.last_polled_at) if state else None,
        "last_success_at": iso(state.last_success_at) if state else None,
        "next_at": iso(state.next_at) if state and source.enabled else None,
        "failures": state.failures if state else 0,
        "last_error": state.last_error if state else None,
        "http_status": state.http_status if state else None,
        "items": state.item_count if state else 0,
        "newest_at": iso(state.newest_at) if state else None,
        "newest_published_at": iso(state.newest_published_at) if state else None,
        "usual_gap_seconds": _count_seconds(state.usual_gap) if state else None,
        "longest_gap_seconds": _count_seconds(state.longest_gap) if state else None,
        "empty_since": iso(state.empty_since) if state else None,
        "thin_since": iso(state.thin_since) if state else None,
        "moved_to": state.moved_to if state else None,
        "lately": {
            "days": RECENT_PERIOD.days,
            "items": row.recent.items,
            "thin": row.recent.thin,
            "why_thin": dict(row.recent.why_thin),
        },
    }


def _count_seconds(gap: timedelta | None) -> int | None:
    return None if gap is None else int(gap.total_seconds())
