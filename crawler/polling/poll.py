"""One poll of one source, from its listing to the text of its pages.

The order makes a crash harmless: entries are stored as listed before any page is fetched, each page
when it has been read, and the validators of the listing last, with the report. The next poll
continues where one ended. Imports no Scrapy.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from config.model import Source
from crawler.fetch_errors import FetchFailed, HostIsOut
from crawler.http.conditional import NO_VALIDATORS, body_hash, request_headers, should_fetch_in_full
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listed, Listing
from crawler.polling.crawl_storage import PagePlan
from crawler.polling.page_reader import PageReader, note_headings, own_page
from crawler.polling.polite_fetch import fetch_politely
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_interval import has_moved, next_poll
from crawler.polling.poll_stats import PollStats
from crawler.polling.rechecks import PageRechecker
from crawler.reading.poll_outcome import no_answer
from storage.archive.known_entries import KnownEntry
from storage.model import FetchedEntry, SourceState, Validators
from storage.rules.wait_bounds import is_from_ahead

log = logging.getLogger(__name__)

MAX_PARTS = 60  # of one listing that are fetched in one poll


async def poll(source: Source, context: PollContext) -> None:
    """Poll a source, store its entries, pages and report, and give its lease back.

    If cancelled while it fetches pages, or parts of a listing that is in order, it stores what it
    has and the report; if cancelled before its listing came, it changes nothing.
    """
    started_at = context.clock()
    state = context.storage.state(source)
    baseline = state.baseline_done_at is None
    context.emit({"event": "source.started", "source": source.key, "url": source.url})
    stats = PollStats()
    listed = await _fetch_listing(source, state, context)
    if listed.listing is not None and listed.listing.more:
        listed = await _fetch_parts(source, listed, listed.listing, context)
    if listed.listing is not None:
        listed = replace(listed, listing=context.kind.whole(listed.listing))
    if listed.listing is not None and (listed.listing.rest is not None or listed.skipped):
        listed = _mark_continued(listed, state)
    if listed.listing is not None and listed.listing.again:
        # pages may change while the listing does not: the next poll must read it
        listed = replace(listed, validators=None)
    stats.note_retry_after(listed.retry_after)
    if listed.error is not None:
        stats.errors.append(listed.error)
        log.warning("source.%s source=%s %s", listed.outcome, source.key, listed.error)
    entries: dict[int, FetchedEntry] = {}
    if listed.listing is not None:
        entries = await _store_entries(source, listed.listing, context, stats, baseline=baseline)
    language = listed.listing.language if listed.listing is not None else None
    reader = PageReader(source, context, stats, baseline=baseline, language=language)
    pages_left = False
    if listed.outcome not in ("failed", "blocked"):
        limit = context.pages_per_source + (0 if baseline else len(entries))
        try:
            pages_left = await _read_due(source, context, reader, entries, limit=limit)
            await PageRechecker(source, context, stats, reader).recheck_due()
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
            page_retry_at=_earliest(reader.retry_at, context.storage.next_look(source.key)),
        ),
        validators=listed.validators,
        baseline_done=not baseline or _ends_baseline(state, listed),
        covered_until=_covered_until(listed),
    )
    context.emit({"event": "source.finished", "source": source.key, "report": report})


async def _fetch_listing(source: Source, state: SourceState, context: PollContext) -> Listed:
    """Fetch the listing of a source and read it."""
    now = context.clock()
    # a time in the future comes from a clock that ran ahead: what was covered is unknown
    covered = None if is_from_ahead(state.covered_until, now) else state.covered_until
    address = context.kind.address(source, since=covered, now=now)
    if address == source.url and has_moved(state, now):
        source = replace(source, url=str(state.moved_to))
        address = source.url
    declared = source.url == state.url
    in_full = should_fetch_in_full(state.last_polled_at, now) or address != source.url
    # validators belong to one address; one that changes with time has none
    known = NO_VALIDATORS if address != source.url else state.validators
    sent = NO_VALIDATORS if in_full else known
    headers = request_headers(sent.etag, sent.last_modified)
    try:
        answer = await fetch_politely(context, address, headers)
    except HostIsOut:
        error = "not asked: this host did not answer just before, or wants to be left alone"
        return Listed(outcome="failed", error=error)
    except FetchFailed as failure:
        return no_answer(failure)
    if answer.permanent_to is not None:
        log.info("source.moved source=%s to=%s", source.key, answer.permanent_to)
    listed = await _read_listing(
        source, address, answer, context, known=known, sent=sent, start_at=state.continue_at
    )
    if (listed.listing is not None and listed.listing.rest is not None) or state.continue_at:
        listed = replace(listed, body_hash=body_hash(answer.page.body), skipped=state.continue_at)
    # the redirect of an address that changes with time is not that of the source
    moved_to = answer.permanent_to if address == source.url else None
    return replace(listed, moved_to=moved_to, asked="declared" if declared else "moved")


async def _read_listing(
    source: Source,
    address: str,
    answer: FetchResponse,
    context: PollContext,
    *,
    known: Validators = NO_VALIDATORS,
    sent: Validators = NO_VALIDATORS,
    start_at: int = 0,
) -> Listed:
    if context.kind.patience(source, answer) is not None:
        context.hosts.record_rate_limit(address)
    return await context.reading.listing(
        source,
        context.kind,
        answer,
        known=known,
        sent=sent,
        now=context.clock(),
        start_at=start_at,
    )


async def _fetch_parts(
    source: Source, listed: Listed, first: Listing, context: PollContext
) -> Listed:
    """Fetch the further parts of a listing and add them.

    If a part fails, those before it are kept, without validators: the next poll fetches all again.
    """
    listing, fetched = first, {source.url}
    waiting = deque(first.more)
    while waiting:
        address = waiting.popleft()
        if address in fetched:
            continue
        if len(fetched) > MAX_PARTS:
            return _mark_incomplete(listed, listing, f"it has more than {MAX_PARTS} parts")
        fetched.add(address)
        try:
            answer = await fetch_politely(context, address)
        except HostIsOut:
            why = f"{address}: its host did not answer just before"
            return _mark_incomplete(listed, listing, why)
        except FetchFailed as failure:
            return _mark_incomplete(listed, listing, f"{address}: {failure}")
        except asyncio.CancelledError:
            if not listing.in_order:
                raise
            log.info("source.interrupted source=%s", source.key)
            return _mark_incomplete(listed, listing, "the time for this poll was over")
        part = await _read_listing(source, address, answer, context)
        if part.listing is None:
            incomplete = _mark_incomplete(listed, listing, f"{address}: {part.error}")
            return replace(incomplete, retry_after=part.retry_after)
        listing = listing.joined(part.listing)
        waiting.extend(part.listing.more)
    return replace(
        listed,
        outcome="ok" if listing.entries else listed.outcome,
        listing=listing,
        # an index may stay unchanged while its parts change
        validators=None,
    )


def _mark_incomplete(listed: Listed, listing: Listing, why: str) -> Listed:
    covered = listing.covered_until if listing.in_order else None
    return replace(
        listed,
        outcome="ok" if listing.entries else "failed",
        listing=replace(listing, degraded=why, covered_until=covered, behind=listing.in_order),
        validators=None,
        error=f"a part of the listing is missing: {why}",
    )


def _mark_continued(listed: Listed, state: SourceState) -> Listed:
    """Prepare the result of a listing that is read over several polls.

    Its validators are kept by the poll that reads the last part, if it has not changed meanwhile.
    """
    listing = listed.listing
    if listing is None:
        return listed
    same = not listed.skipped or state.continue_of == listed.body_hash
    if listing.rest is None:
        return listed if same else replace(listed, validators=None)
    return replace(
        listed,
        listing=replace(listing, behind=True),
        validators=None,
        body_hash=listed.body_hash if same else "changed",
    )


def _covered_until(listed: Listed) -> datetime | None:
    """Return up to when a source has been read without gaps; None if unknown."""
    listing = listed.listing
    if listing is None or (listing.degraded is not None and not listing.in_order):
        return None
    return listing.covered_until


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
    known = context.storage.known(source.key, listing.entries)
    for entry, item in zip(listing.entries, known, strict=True):
        if item.item_id is None or item.changed:
            new_entries.append(entry)
        elif not item.carried:
            carried_elsewhere.append(entry)
        else:
            stats.duplicate += 1
            if entry.url in listing.again:
                refetch.append(item)
                entries[item.item_id] = entry
    context.storage.look_again(refetch)
    if context.kind.learns_sites:
        note_headings(new_entries, context)
    # oldest first, as if each had been seen when it was published
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
        reasons = [None if own_page(entry) is not None else "no-page" for entry in part]
        articles = await context.reading.entries(
            source, part, reasons, language=source.language or listing.language
        )
        stored = await context.storage.put_entries(articles, baseline=baseline, pages=pages)
        for entry, result in zip(part, stored, strict=True):
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
    # pages that failed before are read last and alone, each counted when it begins: one that ends
    # this process is then the only one counted
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
            await reader.read_held()  # a poll that is cancelled keeps what it has fetched
        finally:
            context.storage.take_attempts_back(sorted(attempted - reader.done))
    return left


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)


def _ends_baseline(state: SourceState, listed: Listed) -> bool:
    """Whether entries of a new source count as new after this poll.

    A damaged first listing may lack old entries that appear later, so it does not end the baseline;
    the second one does, since a listing may be damaged every time.
    """
    if listed.outcome not in ("ok", "empty"):
        return False
    if listed.listing is not None and listed.listing.behind:
        return False  # the rest, which the next poll reads, is as old
    damaged = listed.listing is not None and listed.listing.degraded is not None
    return not damaged or state.last_success_at is not None
