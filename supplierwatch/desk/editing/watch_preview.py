"""Previews what a watch finds in the archive, and what an edit adds and drops; bounded in time.

The archive is searched by its index for both forms of the query, and the results are compared by
the rules of `backtest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.query import Query
from alerts.query.model.query_errors import QueryWarning
from alerts.search.archive_search import SearchRequest, SearchResult, search_archive
from alerts.search.archive_warnings import archive_warnings
from alerts.search.backtest import Backtest, BacktestChange, What
from alerts.text.sentences import Segment
from supplierwatch.desk.page import DeskSource
from supplierwatch.exports.forecasts import Forecast, build_forecasts
from supplierwatch.formatting.hits import excerpt_of, mark_title, words_hit
from supplierwatch.formatting.times import rate
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.wiring import CompiledConfiguration, subscriptions_by_watch

LENGTH = timedelta(days=30)
SECONDS = 1.5  # of each of the two searches
MAX_HITS = 500  # of each
SHOWN = 10  # items of each sort


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewChange:
    """An item that is found, added or dropped. `failed`: why the new query drops it."""

    item_id: int
    title: tuple[Segment, ...]
    sentence: tuple[Segment, ...]
    outlet: str
    when: datetime
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPreview:
    """The effect of a watch. `since`: how far back was searched; `cut`: whether a limit ended it.

    `against` is the query in force; None for a new watch, and where it is the same.
    """

    query: Query
    against: Query | None
    warnings: tuple[QueryWarning, ...]
    run: Backtest
    since: datetime
    cut: bool
    per_week: float
    rate: str  # the same in words
    forecasts: tuple[Forecast, ...]
    has_subscription: bool
    changes: Mapping[What, tuple[PreviewChange, ...]]


def preview(
    source: DeskSource, draft: CompiledConfiguration, key: str, now: datetime
) -> WatchPreview:
    """Compare a watch of a configuration that is not in force yet with the one in force."""
    query = draft.queries[key]
    against = source.wired.queries.get(key)
    if against is not None and against.fingerprint == query.fingerprint:
        against = None
    names = draft.source_names
    begin = now - LENGTH
    results = [
        search_archive(
            source.store,
            each,
            names,
            SearchRequest(limit=MAX_HITS, since=begin, seconds=SECONDS),
        )
        for each in (query, *((against,) if against is not None else ()))
    ]
    since = max(_find_covered_since(result, begin, now) for result in results)
    run = Backtest(query=query, against=against, names=names)
    items = {hit.item.item_id: hit.item for result in results for hit in result.hits}
    newest_first = sorted(items.values(), key=lambda i: (i.first_seen_at, i.item_id), reverse=True)
    for item in newest_first:
        if item.first_seen_at >= since:
            run.take(item)
    has_subscription = key in subscriptions_by_watch(draft)
    with source.store.reading() as unit:
        lowest = unit.fulltext.lowest_since(since)
        first = unit.items.get(lowest) if lowest < 2**52 else None
        older = unit.items.newest(limit=1, before=(since, 0))
        warnings = (*query.warnings, *archive_warnings(unit, query))
    begins = since if older or first is None else max(since, first.first_seen_at)
    weeks = max((now - begins) / timedelta(days=1), 1.0) / 7
    return WatchPreview(
        query=query,
        against=against,
        warnings=warnings,
        run=run,
        since=begins,
        cut=any(not result.complete for result in results),
        per_week=run.counts["found"] / weeks,
        rate=rate(run.counts["found"], weeks),
        forecasts=build_forecasts(
            source.store, draft, key if has_subscription else None, run, (begins, now)
        ),
        has_subscription=has_subscription,
        changes={
            what: tuple(_build_change(c, names) for c in run.changes if c.what == what)[:SHOWN]
            for what in ("added", "dropped", "found")
        },
    )


def _find_covered_since(result: SearchResult, begin: datetime, now: datetime) -> datetime:
    """Return the time since which a search has found everything."""
    if result.complete:
        return begin
    return max(begin, result.oldest or now)


def _build_change(change: BacktestChange, names: Mapping[str, str]) -> PreviewChange:
    item = change.item
    excerpt = excerpt_of(item, change.spans)
    failed = ""
    if change.failed is not None:
        clause = change.failed
        words = ", ".join(f"“{word}”" for word in words_hit(item, clause.spans)[:6])
        if clause.excluded and words:
            failed = _(
                "excluded by: %(clause)s, because of %(words)s", clause=clause.text, words=words
            )
        elif clause.excluded:
            failed = _("excluded by: %(clause)s", clause=clause.text)
        else:
            failed = _("missing: %(clause)s", clause=clause.text)
            failed += f": {clause.why}" if clause.why else ""
    return PreviewChange(
        item_id=item.item_id,
        title=mark_title(item, change.spans),
        sentence=() if excerpt is None else excerpt.segments,
        outlet=names.get(item.source_key, item.source_key),
        when=item.published_at or item.first_seen_at,
        failed=failed,
    )
