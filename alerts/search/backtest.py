"""Counts what a query would have found in the archive, and what an edit adds and drops. Pure.

The newest stored text of each item is matched, by the same matcher as for alerts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from alerts.query import ClauseResult, Document, Query, explain
from storage.model import Span, StoredItem
from storage.rules.local_time import local_time

MAX_SHOWN = 200  # changes of each kind that are kept with their items; all are counted
MAX_WEEKS = 1_000  # rows of the table

What = Literal["found", "added", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestChange:
    """An item that was found, added or dropped.

    `failed` is the clause of the new query that a dropped item fails.
    """

    what: What
    item: StoredItem
    spans: tuple[Span, ...]  # of the new query; of the earlier one where dropped
    failed: ClauseResult | None = None


@dataclass(slots=True, kw_only=True)
class Backtest:
    """Collects the results of a backtest. Items come newest first.

    `against` is the earlier query to compare with; None to only count what `query` finds.
    """

    query: Query
    against: Query | None = None
    names: Mapping[str, str] = field(default_factory=dict)  # source key -> its name
    looked_at: int = 0
    oldest: datetime | None = None  # the earliest `first_seen_at` of the items
    counts: Counter[What] = field(default_factory=Counter)
    weeks: dict[date, Counter[What]] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)  # of items that the new query finds
    times_before: list[datetime] = field(default_factory=list)
    changes: list[BacktestChange] = field(default_factory=list)

    def take(self, item: StoredItem) -> None:
        """Match one item and count the result."""
        self.looked_at += 1
        self.oldest = min(item.first_seen_at, self.oldest or item.first_seen_at)
        week = week_of(item.first_seen_at)
        counted = self.weeks.setdefault(week, Counter())
        document = Document.of(item, source_name=self.names.get(item.source_key, item.source_key))
        hit = self.query.matches(document)
        before = self.against.matches(document) if self.against is not None else None
        if hit is not None:
            self.times.append(item.first_seen_at)
            self._count_item("found", counted)
        if before is not None:
            self.times_before.append(item.first_seen_at)
        if self.against is None:
            if hit is not None:
                self._keep_change(BacktestChange(what="found", item=item, spans=hit.spans))
        elif hit is not None and before is None:
            self._count_item("added", counted)
            self._keep_change(BacktestChange(what="added", item=item, spans=hit.spans))
        elif hit is None and before is not None:
            self._count_item("dropped", counted)
            failed = explain(self.query, document).failed
            self._keep_change(
                BacktestChange(what="dropped", item=item, spans=before.spans, failed=failed)
            )

    def _count_item(self, what: What, week: Counter[What]) -> None:
        self.counts[what] += 1
        week[what] += 1

    def _keep_change(self, change: BacktestChange) -> None:
        if sum(each.what == change.what for each in self.changes) < MAX_SHOWN:
            self.changes.append(change)

    @property
    def per_week(self) -> tuple[tuple[date, Counter[What]], ...]:
        """Pairs of Monday and counts, oldest first; weeks without items in between are included."""
        if not self.weeks:
            return ()
        first, last = min(self.weeks), max(self.weeks)
        count = (last - first).days // 7 + 1
        if count > MAX_WEEKS:
            # items were stored while the clock was years off: do not fill the gap
            return tuple((monday, self.weeks[monday]) for monday in sorted(self.weeks))
        mondays = (first + timedelta(days=7 * number) for number in range(count))
        return tuple((monday, self.weeks.get(monday, Counter())) for monday in mondays)


def week_of(moment: datetime) -> date:
    """Return the Monday of the week of `moment`, in UTC."""
    day = local_time(moment, UTC).date()
    return date.fromordinal(max(1, day.toordinal() - day.weekday()))
