"""Converts between rows of sources and values: states, gaps and reports. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from storage.crawling.source_history import ArrivalGaps
from storage.model import CrawlReport, SourceState, Validators


def read_state(row: Row[Any] | SimpleNamespace) -> SourceState:
    """Return the state that a row of a source holds."""
    last = row.last_report if isinstance(row.last_report, dict) else {}
    return SourceState(
        key=row.key,
        kind=row.kind,
        url=row.url,
        active=row.active,
        next_at=row.next_at,
        lease_owner=row.lease_owner,
        lease_until=row.lease_until,
        validators=Validators(
            etag=row.etag, last_modified=row.last_modified, body_hash=row.body_hash
        ),
        last_polled_at=row.last_polled_at,
        last_success_at=row.last_success_at,
        outcome=row.outcome,
        http_status=row.http_status,
        last_error=row.last_error,
        failures=row.failures,
        baseline_done_at=row.baseline_done_at,
        item_count=row.item_count,
        covered_until=row.covered_until,
        newest_at=row.newest_at,
        newest_published_at=row.newest_published_at,
        usual_gap=_to_span(row.usual_gap),
        longest_gap=_to_span(row.longest_gap),
        empty_since=row.empty_since,
        thin_since=row.thin_since,
        thin_pages=row.thin_pages or 0,
        moved_to=row.moved_to,
        moved_since=row.moved_since,
        moved_polls=row.moved_polls or 0,
        silent_hours=frozenset(row.silent_hours or ()),
        unfinished_polls=row.unfinished_polls or 0,
        continue_at=int(last.get("continue_at") or 0),
        continue_of=last.get("continue_of"),
    )


def _to_span(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(seconds=number)


def gap_columns(gaps: ArrivalGaps) -> dict[str, Any]:
    """Return the columns for the gaps between new entries."""

    def in_to_span(gap: timedelta | None) -> int | None:
        return None if gap is None else int(gap.total_seconds())

    return {
        "newest_at": gaps.newest_at,
        "newest_published_at": gaps.newest_published_at,
        "usual_gap": in_to_span(gaps.usual_gap),
        "longest_gap": in_to_span(gaps.longest_gap),
    }


def report_json(report: CrawlReport) -> dict[str, Any]:
    """Return the fields of a report as JSON values; times in ISO 8601."""
    values = asdict(report)
    for name in ("started_at", "finished_at", "retry_after"):
        value = values[name]
        values[name] = None if value is None else value.isoformat()
    return values
