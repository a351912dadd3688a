"""One poll of one source, from its listing to the text of its pages.

The order makes a crash harmless: entries are stored as listed before any page is fetched, each page
when it has been read, and the validators of the listing last, with the report. The next poll
continues where one ended. Imports no Scrapy.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from config.model import Source
from crawler.listings.listing import Listed, Listing
from crawler.polling.crawl_storage import PagePlan
from crawler.polling.fetch_listing import covered_until, fetch_listing
from crawler.polling.page_reader import PageReader, own_page_url, record_headings
from crawler.polling.page_recorder import PageRecorder
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_interval import next_poll
from crawler.polling.poll_stats import PollStats
from crawler.polling.rechecks import PageRechecker
from storage.archive.known_entries import KnownEntry
from storage.model import FetchedEntry, SourceState

log = logging.getLogger(__name__)


async def poll(source: Source, context: PollContext) -> None:
    """Poll a source, store its entries, pages and report, and give its lease back.

    The whole poll, in the words of its functions::

        state = storage.state(source)
        listing = fetch and read it, with its further parts (`fetch_listing`: conditional GET,
            sitemap indexes, pages of an API)
        for entry in listing:                       # `_store_entries`
            known? count it as a duplicate; changed? make its page due again
            new: identity, dedupe, store title and teaser; its page is due
        for page in storage.pages_due(source):      # `_read_due`, `PageReader`, `PageRecorder`
            count the attempt, fetch politely, read it in another process (text, title, date,
            authors; boilerplate of the site left out), store the text or why it is missing
        for item in recent items that are due:      # `PageRechecker`
            fetch conditionally; store a revision, or that the article has gone
        storage.finish(report, next_at=next_poll(...), validators of the listing)

    Matching and telling begin with what is stored here: `alerts.matching`, `alerts.dispatch.cut`.

    If cancelled while it fetches pages, or parts of a listing in order of time, it stores what it
    has and the report; if cancelled before it has the listing, it changes nothing.
    """
    started_at = context.clock()
    state = context.storage.state(source)
    baseline = state.baseline_done_at is None
    context.emit({"event": "source.started", "source": source.key, "url": source.url})
    stats = PollStats()
    listed = await fetch_listing(source, state, context)
    stats.record_retry_after(listed.retry_after)
    if listed.error is not None:
        stats.errors.append(listed.error)
        log.warning("source.%s source=%s %s", listed.outcome, source.key, listed.error)
    entries: dict[int, FetchedEntry] = {}
    if listed.listing is not None:
        entries = await _store_entries(source, listed.listing, context, stats, baseline=baseline)
    language = listed.listing.language if listed.listing is not None else None
    recorder = PageRecorder(source, context, stats, baseline=baseline, language=language)
    reader = PageReader(source, context, stats, recorder, language=language)
    pages_left = False
    if listed.outcome not in ("failed", "blocked"):
        limit = context.pages_per_source + (0 if baseline else len(entries))
        try:
            pages_left = await _read_due(source, context, reader, entries, limit=limit)
            await PageRechecker(source, context, stats, reader, recorder).recheck_due()
        except asyncio.CancelledError:
            log.info("source.interrupted source=%s", source.key)
            pages_left = True
    context.sites.save()
    now = context.clock()
    report = stats.report(
        source_key=source.key, run_id=context.run_id, started_at=started_at, now=now, listed=listed
    )
    if listed.listing is None and listed.outcome == "failed":
        report = replace(report, continue_at=state.continue_at, continue_of=state.continue_of)
    context.storage.finish(
        report,
        next_at=next_poll(
            source,
            state,
            report,
            now,
            random=context.random,
            ttl=listed.ttl,
            pages_left=pages_left or (listed.listing is not None and listed.listing.behind),
            page_retry_at=_find_earliest(
                recorder.retry_at, context.storage.next_recheck(source.key)
            ),
        ),
        validators=listed.validators,
        # a later part of a long listing does not repeat its head
        listing=None if listed.skipped else listed.listing,
        baseline_done=not baseline or _is_baseline_complete(state, listed),
        covered_until=covered_until(listed),
    )
    context.emit({"event": "source.finished", "source": source.key, "report": report})


async def _store_entries(
    source: Source, listing: Listing, context: PollContext, stats: PollStats, *, baseline: bool
) -> dict[int, FetchedEntry]:
    """Store the new and changed entries of a listing; return them by item id.

    A changed entry makes its page due in the same transaction, so its revision cannot be lost.
    """
    stats.listed = len(listing.entries)
    new_entries: list[FetchedEntry] = []
    carried_elsewhere: list[FetchedEntry] = []
    entries: dict[int, FetchedEntry] = {}
    refetch: list[KnownEntry] = []
    known = context.storage.known_entries(source.key, listing.entries)
    for entry, item in zip(listing.entries, known, strict=True):
        if item.item_id is None or item.changed:
            new_entries.append(entry)
        elif not item.carried:
            carried_elsewhere.append(entry)
        else:
            stats.duplicate += 1
            if entry.url in listing.refetch_daily:
                refetch.append(item)
                entries[item.item_id] = entry
    context.storage.refetch_pages(refetch)
    if context.kind.learns_sites:
        record_headings(new_entries, context)
    # oldest first, in the order of publication
    new_entries.reverse()
    new_entries.sort(key=lambda entry: entry.published_at or entry.fetched_at)
    # entries whose pages this poll does not reach are matched by title and teaser at once
    later = max(0, len(new_entries) - context.pages_per_source) if baseline else 0
    parts: tuple[tuple[list[FetchedEntry], PagePlan], ...] = (
        (new_entries[:later], "later"),
        (new_entries[later:], "soon"),
        (carried_elsewhere, "known"),
    )
    for part, pages in parts:
        reasons = [None if own_page_url(entry) is not None else "no-page" for entry in part]
        articles = await context.reading.normalise_entries(
            source, part, reasons, language=source.language or listing.language
        )
        stored = await context.storage.put_entries(articles, baseline=baseline, pages=pages)
        for entry, result in zip(part, stored, strict=True):
            if result is None:
                stats.rejected["damaged row"] += 1
                continue
            stats.count(result.decision)
            if pages != "known":
                entries[result.item_id] = entry
    return entries


async def _read_due(
    source: Source,
    context: PollContext,
    reader: PageReader,
    entries: Mapping[int, FetchedEntry],
    *,
    limit: int,
) -> bool:
    """Read the pages that are due; return whether some are left.

    `entries`: those of this listing, in full; storage keeps only an outline of older ones.
    """
    due = context.storage.pages_due(source.key, limit=limit + 1)
    left = len(due) > limit
    # pages that failed before are read last and alone, each counted when it begins, so that one
    # that ends this process is the only one counted
    fresh = [page for page in due[:limit] if not page.attempts]
    tried = sorted((page for page in due[:limit] if page.attempts), key=lambda page: page.attempts)
    attempted = {page.item_id for page in fresh}
    if fresh:
        context.storage.count_attempts(fresh)
    try:
        for page in (*fresh, *tried):
            if context.reading.is_exhausted(source):
                left = True
                break
            if page.attempts:
                await reader.read_held()
                context.storage.count_attempts([page])
                attempted.add(page.item_id)
            entry = entries.get(page.item_id, page.entry)
            result = await reader.read(replace(page, entry=entry))
            if result == "postponed":
                left = True
            elif result != "held":
                attempted.discard(page.item_id)
    finally:
        try:
            await reader.read_held()  # a cancelled poll stores what it has fetched
        finally:
            context.storage.undo_attempts(sorted(attempted - reader.done))
    return left


def _find_earliest(*moments: datetime | None) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)


def _is_baseline_complete(state: SourceState, listed: Listed) -> bool:
    """Return whether entries of a new source count as new after this poll.

    A damaged first listing may lack old entries that appear later, so it does not end the baseline;
    the second one does, since a listing may be damaged every time.
    """
    if listed.outcome not in ("ok", "empty"):
        return False
    if listed.listing is not None and listed.listing.behind:
        return False  # the entries that the next poll reads are part of the baseline too
    damaged = listed.listing is not None and listed.listing.degraded is not None
    return not damaged or state.last_success_at is not None
