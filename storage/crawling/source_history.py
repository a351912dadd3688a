"""Statistics of a source: gaps between new entries, and how many pages could be read.

The interval between polls, and when silence is reported, depend on them. Pure, except for
`read_arrival_gaps` and `count_pages`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage.engine.damage import read_each
from storage.model import CrawlReport, TextState
from storage.tables import carrier, item

LATEST = 60  # arrivals that are considered
MIN_GAPS = 5  # needed for a median
LATE = timedelta(days=14)  # an entry that is listed later than this is old, not delayed
_MIN_GAP = timedelta(minutes=1)  # shorter gaps are ignored: the entries were listed together


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalGaps:
    """Gaps between new entries of a source; None where too few are known."""

    newest_at: datetime | None = None
    newest_published_at: datetime | None = None  # only by the dates of the entries
    usual_gap: timedelta | None = None  # the median
    longest_gap: timedelta | None = None


def arrival_gaps(arrivals: Sequence[datetime]) -> ArrivalGaps:
    """Compute the gaps between arrival times, which may be in any order."""
    times = sorted(arrivals)
    if not times:
        return ArrivalGaps()
    gaps = [gap for before, after in pairwise(times) if (gap := after - before) >= _MIN_GAP]
    if len(gaps) < MIN_GAPS:
        return ArrivalGaps(newest_at=times[-1])
    usual = timedelta(seconds=round(median(gap.total_seconds() for gap in gaps)))
    return ArrivalGaps(newest_at=times[-1], usual_gap=usual, longest_gap=max(gaps))


def read_arrival_gaps(connection: Connection, source_key: str) -> ArrivalGaps:
    """Compute the gaps of a source from its latest stored entries.

    A publication date is used where it is not later than `first_seen_at`, and not long before it.
    Otherwise `first_seen_at` is used, except for baseline items. `newest_at` also considers when
    an entry that is not baseline was first seen, whatever its date.
    """
    latest = (
        select(item.c.published_at, item.c.baseline, carrier.c.first_seen_at)
        .join(item, item.c.id == carrier.c.item_id)
        .where(carrier.c.source_key == source_key)
        .order_by(carrier.c.id.desc())
        .limit(LATEST)
    )
    found, seen, dated = [], [], []
    for row in connection.execute(latest):
        if not row.baseline:
            seen.append(row.first_seen_at)
        if row.published_at is not None and row.published_at <= row.first_seen_at:
            dated.append(row.published_at)
            # an old article that is listed again does not mean that its source was silent
            late = not row.baseline and row.first_seen_at - row.published_at > LATE
            found.append(row.first_seen_at if late else row.published_at)
        elif not row.baseline:
            found.append(row.first_seen_at)
    gaps = arrival_gaps(found)
    return replace(
        gaps,
        newest_at=max((*found, *seen), default=None),
        newest_published_at=max(dated, default=None),
    )


def health_after(report: CrawlReport, before: Row[Any]) -> Mapping[str, Any]:
    """Return the health columns of a source (empty, thin, moved, silent hours) after a poll.

    Args:
        report: report of the poll.
        before: the row of the source before the poll.
    """
    values: dict[str, Any] = {}
    now = report.finished_at
    if report.outcome == "ok":
        values["empty_since"] = None
    elif report.outcome == "empty":
        values["empty_since"] = before.empty_since or now
    if report.read:
        values |= {"thin_since": None, "thin_pages": None}
    elif report.thin:
        values["thin_since"] = before.thin_since or now
        values["thin_pages"] = (before.thin_pages or 0) + report.thin
    if report.silent_hours is not None:
        values["silent_hours"] = list(report.silent_hours) or None
    if report.outcome in ("ok", "not-modified"):
        values |= _redirect_columns(report, before)
    return values


def _redirect_columns(report: CrawlReport, before: Row[Any]) -> Mapping[str, Any]:
    """Count the polls for which a permanent redirect has led to the same URL."""
    if report.polled_url != "declared":
        return {}
    if report.moved_to is None:
        return {"moved_to": None, "moved_since": None, "moved_polls": None}
    if before.moved_to == report.moved_to:
        return {"moved_polls": (before.moved_polls or 0) + 1}
    return {"moved_to": report.moved_to, "moved_since": report.finished_at, "moved_polls": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCounts:
    """Items of a source, and those without full text. `why_thin`: (reason, count), most first."""

    items: int = 0
    thin: int = 0
    why_thin: tuple[tuple[str, int], ...] = ()


def count_pages(connection: Connection, since: datetime) -> dict[str, PageCounts]:
    """Return source key -> counts of the items that it was first to list since then."""
    columns = (item.c.source_key, item.c.text_state, item.c.thin_reason)
    counted = (
        select(*columns, func.count().label("many"))
        .where(item.c.first_seen_at >= since)
        .group_by(*columns)
        .order_by(*columns)
    )
    many: Counter[str] = Counter()
    why: dict[str, Counter[str]] = {}
    for row in read_each(connection, counted, lambda row: row, table="item"):
        many[row.source_key] += row.many
        if row.text_state == TextState.THIN:
            why.setdefault(row.source_key, Counter())[row.thin_reason or "unknown"] += row.many
    return {
        key: PageCounts(
            items=items,
            thin=sum(why.get(key, Counter()).values()),
            why_thin=tuple(why.get(key, Counter()).most_common()),
        )
        for key, items in many.items()
    }
