"""One poll of one source, from its listing to the text of its pages.

The order is what makes a crash harmless: entries are stored as listed before any page is fetched,
each page when it has been read, the listing's validators last, with the report. A poll that dies
anywhere is taken up by the next one. Nothing here knows Scrapy.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from config.model import Source
from crawler.fetch_errors import FetchFailed
from crawler.http.conditional import NO_VALIDATORS, asks_in_full, body_hash, request_headers
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listed, Listing
from crawler.polling.crawl_storage import PagePlan
from crawler.polling.page_reader import PageReader, note_headings, own_page
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_interval import has_moved, next_poll
from crawler.polling.poll_stats import PollStats
from crawler.polling.rechecks import PageRechecker
from crawler.reading.poll_outcome import no_answer
from storage.archive.known_entries import KnownEntry
from storage.model import FetchedEntry, SourceState, Validators
from storage.rules.wait_bounds import is_from_ahead

log = logging.getLogger(__name__)

PARTS = 60  # of one listing that are asked for in one poll


async def poll(source: Source, tools: PollContext) -> None:
    """Poll a source, store what it came to, and give its lease back.

    Cancelled among its pages, or the parts of a listing in order, it closes properly; cancelled
    before its listing came, it leaves the source as it was.
    """
    started_at = tools.clock()
    state = tools.pipeline.state(source)
    baseline = state.baseline_done_at is None
    tools.emit({"event": "source.started", "source": source.key, "url": source.url})
    tally = PollStats()
    listed = await _ask(source, state, tools)
    if listed.listing is not None and listed.listing.more:
        listed = await _ask_for_more(source, listed, listed.listing, tools)
    if listed.listing is not None:
        listed = replace(listed, listing=tools.kind.whole(listed.listing))
    if listed.listing is not None and (listed.listing.rest is not None or listed.skipped):
        listed = _continued(listed, state)
    if listed.listing is not None and listed.listing.again:
        # its pages may change while it does not: the next poll must read it
        listed = replace(listed, validators=None)
    tally.wait_until(listed.retry_after)
    if listed.error is not None:
        tally.errors.append(listed.error)
        log.warning("source.%s source=%s %s", listed.outcome, source.key, listed.error)
    entries: dict[int, FetchedEntry] = {}
    if listed.listing is not None:
        entries = await _store_entries(source, listed.listing, tools, tally, baseline=baseline)
    language = listed.listing.language if listed.listing is not None else None
    reader = PageReader(source, tools, tally, baseline=baseline, language=language)
    pages_left = False
    if listed.outcome not in ("failed", "blocked"):
        limit = tools.pages_per_source + (0 if baseline else len(entries))
        try:
            pages_left = await _read_due(source, tools, reader, entries, limit=limit)
            await PageRechecker(source, tools, tally, reader).look_at_due()
        except asyncio.CancelledError:
            log.info("source.interrupted source=%s", source.key)
            pages_left = True
    tools.sites.save()
    now = tools.clock()
    report = tally.report(
        source_key=source.key, run_id=tools.run_id, started_at=started_at, now=now, listed=listed
    )
    if listed.listing is None and listed.outcome == "failed":
        report = replace(report, continue_at=state.continue_at, continue_of=state.continue_of)
    tools.pipeline.finish(
        report,
        next_at=next_poll(
            source,
            state,
            report,
            now,
            random=tools.random,
            ttl=listed.ttl,
            pages_left=pages_left or (listed.listing is not None and listed.listing.behind),
            page_retry_at=_first(reader.retry_at, tools.pipeline.next_look(source.key)),
        ),
        validators=listed.validators,
        baseline_done=not baseline or _ends_baseline(state, listed),
        covered_until=_covered(listed),
    )
    tools.emit({"event": "source.finished", "source": source.key, "report": report})


async def _ask(source: Source, state: SourceState, tools: PollContext) -> Listed:
    """Ask the source for its listing and judge the answer."""
    now = tools.clock()
    # how far a clock that ran ahead read is not known: it is read again
    covered = None if is_from_ahead(state.covered_until, now) else state.covered_until
    address = tools.kind.address(source, since=covered, now=now)
    if address == source.url and has_moved(state, now):
        source = replace(source, url=str(state.moved_to))
        address = source.url
    declared = source.url == state.url
    if tools.hosts.is_out(source.url):
        error = "not asked: this host did not answer just before, or wants to be left alone"
        return Listed(outcome="failed", error=error)
    in_full = asks_in_full(state.last_polled_at, now) or address != source.url
    # validators stand for one address; one that moves with time has none
    known = NO_VALIDATORS if address != source.url else state.validators
    sent = NO_VALIDATORS if in_full else known
    try:
        answer = await tools.fetch(address, request_headers(sent.etag, sent.last_modified))
    except FetchFailed as failure:
        tools.hosts.failed(address, failure)
        return no_answer(failure)
    tools.hosts.answered(address)
    if answer.permanent_to is not None:
        log.info("source.moved source=%s to=%s", source.key, answer.permanent_to)
    listed = await _judged(
        source, address, answer, tools, known=known, sent=sent, start_at=state.continue_at
    )
    if (listed.listing is not None and listed.listing.rest is not None) or state.continue_at:
        listed = replace(listed, body_hash=body_hash(answer.page.body), skipped=state.continue_at)
    # an address that moves with time is the service's, and no permanent one
    moved_to = answer.permanent_to if address == source.url else None
    return replace(listed, moved_to=moved_to, asked="declared" if declared else "moved")


async def _judged(
    source: Source,
    address: str,
    answer: FetchResponse,
    tools: PollContext,
    *,
    known: Validators = NO_VALIDATORS,
    sent: Validators = NO_VALIDATORS,
    start_at: int = 0,
) -> Listed:
    patience = tools.kind.patience(source, answer)
    if answer.status == 429 or patience is not None:
        tools.hosts.leave_alone(address)
    return await tools.reading.listing(
        source,
        tools.kind,
        answer,
        known=known,
        sent=sent,
        now=tools.clock(),
        start_at=start_at,
    )


async def _ask_for_more(
    source: Source, listed: Listed, first: Listing, tools: PollContext
) -> Listed:
    """The listing with its further parts. What came is kept when a part fails.

    Then nothing is remembered that would keep the next poll from asking for the whole again.
    """
    listing, asked = first, {source.url}
    waiting = deque(first.more)
    while waiting:
        address = waiting.popleft()
        if address in asked:
            continue
        if len(asked) > PARTS:
            return _incomplete(listed, listing, f"it has more than {PARTS} parts")
        asked.add(address)
        if tools.hosts.is_out(address):
            return _incomplete(listed, listing, f"{address}: its host did not answer just before")
        try:
            answer = await tools.fetch(address, {})
        except FetchFailed as failure:
            tools.hosts.failed(address, failure)
            return _incomplete(listed, listing, f"{address}: {failure}")
        except asyncio.CancelledError:
            if not listing.in_order:
                raise
            log.info("source.interrupted source=%s", source.key)
            return _incomplete(listed, listing, "the time for this poll was over")
        tools.hosts.answered(address)
        part = await _judged(source, address, answer, tools)
        if part.listing is None:
            failed = _incomplete(listed, listing, f"{address}: {part.error}")
            return replace(failed, retry_after=part.retry_after)
        listing = listing.joined(part.listing)
        waiting.extend(part.listing.more)
    return replace(
        listed,
        outcome="ok" if listing.entries else listed.outcome,
        listing=listing,
        # an index may stay as it was while its parts change
        validators=None,
    )


def _incomplete(listed: Listed, listing: Listing, why: str) -> Listed:
    covered = listing.covered_until if listing.in_order else None
    return replace(
        listed,
        outcome="ok" if listing.entries else "failed",
        listing=replace(listing, degraded=why, covered_until=covered, behind=listing.in_order),
        validators=None,
        error=f"a part of the listing is missing: {why}",
    )


def _continued(listed: Listed, state: SourceState) -> Listed:
    """A listing of which polls before this one took a part, or which this one takes a part of.

    Its validators are kept by the poll that takes the last part, if it did not change meanwhile.
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


def _covered(listed: Listed) -> datetime | None:
    """Up to when a source has been read, if it has been read wholly until then."""
    listing = listed.listing
    if listing is None or (listing.degraded is not None and not listing.in_order):
        return None
    return listing.covered_until


async def _store_entries(
    source: Source, listing: Listing, tools: PollContext, tally: PollStats, *, baseline: bool
) -> dict[int, FetchedEntry]:
    """Store what is new or changed in a listing; returns these entries by item.

    A changed entry makes the page of its item due again, in the same transaction that records
    the change: its revision cannot be lost.
    """
    tally.listed = len(listing.entries)
    news: list[FetchedEntry] = []
    carried_elsewhere: list[FetchedEntry] = []
    entries: dict[int, FetchedEntry] = {}
    again: list[KnownEntry] = []
    known = tools.pipeline.known(source.key, listing.entries)
    for entry, item in zip(listing.entries, known, strict=True):
        if item.item_id is None or item.changed:
            news.append(entry)
        elif not item.carried:
            carried_elsewhere.append(entry)
        else:
            tally.duplicate += 1
            if entry.url in listing.again:
                again.append(item)
                entries[item.item_id] = entry
    tools.pipeline.look_again(again)
    if tools.kind.learns_sites:
        note_headings(news, tools)
    # oldest first, so that the newest is seen last, as if each had been seen when it came out
    news.reverse()
    news.sort(key=lambda entry: entry.published_at or entry.fetched_at)
    # entries whose pages this poll will not reach are matched by title and teaser at once
    later = max(0, len(news) - tools.pages_per_source) if baseline else 0
    parts: tuple[tuple[list[FetchedEntry], PagePlan], ...] = (
        (news[:later], "later"),
        (news[later:], "soon"),
        (carried_elsewhere, "known"),
    )
    for part, pages in parts:
        reasons = [None if own_page(entry) is not None else "no-page" for entry in part]
        articles = await tools.reading.entries(
            source, part, reasons, language=source.language or listing.language
        )
        stored = await tools.pipeline.put_entries(articles, baseline=baseline, pages=pages)
        for entry, one in zip(part, stored, strict=True):
            tally.count(one.decision)
            if pages != "known":
                entries[one.item_id] = entry
    return entries


async def _read_due(
    source: Source,
    tools: PollContext,
    reader: PageReader,
    entries: Mapping[int, FetchedEntry],
    *,
    limit: int,
) -> bool:
    """Read the pages that are due; returns whether some are left.

    `entries` are today's listing in full; what storage keeps of an older one is its outline.
    """
    due = tools.pipeline.pages_due(source.key, limit=limit + 1)
    left = len(due) > limit
    # what was tried before is read alone, after all others, and counted one by one: if it ends
    # this process, the blame is its own
    fresh = [page for page in due[:limit] if not page.attempts]
    tried = sorted((page for page in due[:limit] if page.attempts), key=lambda one: one.attempts)
    begun = {page.item_id for page in fresh}
    if fresh:
        tools.pipeline.count_attempts(fresh)
    try:
        for page in (*fresh, *tried):
            if tools.reading.is_exhausted(source):
                left = True
                break
            if page.attempts:
                await reader.read_held()
                tools.pipeline.count_attempts([page])
                begun.add(page.item_id)
            entry = entries.get(page.item_id, page.entry)
            fate = await reader.read(replace(page, entry=entry))
            if fate == "postponed":
                left = True
            elif fate != "held":
                begun.discard(page.item_id)
    finally:
        try:
            await reader.read_held()  # a poll that is interrupted keeps what it has fetched
        finally:
            tools.pipeline.take_attempts_back(sorted(begun - reader.done))
    return left


def _first(*moments: datetime | None) -> datetime | None:
    return min((one for one in moments if one is not None), default=None)


def _ends_baseline(state: SourceState, listed: Listed) -> bool:
    """Whether what a new source lists from now on is news.

    A damaged first listing may lack entries that are no news when they turn up; a listing that
    is damaged every time must not keep its source silent for ever.
    """
    if listed.outcome not in ("ok", "empty"):
        return False
    if listed.listing is not None and listed.listing.behind:
        return False  # what the next poll goes on with is as old
    damaged = listed.listing is not None and listed.listing.degraded is not None
    return not damaged or state.last_success_at is not None
