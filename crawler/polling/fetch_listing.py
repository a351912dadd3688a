"""Fetches the listing of a source with its further parts; a long one over several polls."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import replace
from datetime import datetime

from config.model import Source
from crawler.fetch_errors import FetchFailed, HostUnavailable
from crawler.http.conditional import NO_VALIDATORS, body_hash, request_headers, should_fetch_in_full
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listed, Listing
from crawler.polling.polite_fetch import fetch_politely
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_interval import has_moved
from crawler.reading.poll_outcome import failed_outcome
from storage.model import SourceState, Validators
from storage.rules.wait_bounds import is_in_future

log = logging.getLogger(__name__)

MAX_PARTS = 60  # of one listing that are fetched in one poll
# of all parts together, which stay in memory until they are stored
MAX_ENTRIES = 10_000
MAX_TEXT = 32_000_000  # characters


async def fetch_listing(source: Source, state: SourceState, context: PollContext) -> Listed:
    """Fetch the listing of a source, within the limits of one poll; failures are in the result."""
    listed = await _fetch_first(source, state, context)
    if listed.listing is not None and listed.listing.more:
        listed = await _fetch_parts(source, listed, listed.listing, context)
    if listed.listing is not None:
        listed = replace(listed, listing=context.kind.combine_parts(listed.listing))
    if listed.listing is not None and (listed.listing.continue_at is not None or listed.skipped):
        listed = _mark_continued(listed, state)
    if listed.listing is not None and listed.listing.refetch_daily:
        # pages may change while the listing does not: the next poll must read it again
        listed = replace(listed, validators=None)
    return listed


async def _fetch_first(source: Source, state: SourceState, context: PollContext) -> Listed:
    """Fetch and read the first part of a listing, or the part where the last poll ended."""
    now = context.clock()
    # a time in the future was stored by a clock that ran ahead: the covered time is unknown
    covered = None if is_in_future(state.covered_until, now) else state.covered_until
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
    except HostUnavailable:
        error = "not fetched: this host did not answer before, or asked for no requests for now"
        return Listed(outcome="failed", error=error)
    except FetchFailed as failure:
        return failed_outcome(failure)
    if answer.permanent_to is not None:
        log.info("source.moved source=%s to=%s", source.key, answer.permanent_to)
    listed = await _read_listing(
        source, address, answer, context, known=known, sent=sent, start_at=state.continue_at
    )
    if (listed.listing is not None and listed.listing.continue_at is not None) or state.continue_at:
        listed = replace(listed, body_hash=body_hash(answer.page.body), skipped=state.continue_at)
    # for a URL that changes with time, the redirect is not that of the source
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
    if context.kind.get_wait(source, answer) is not None:
        context.hosts.record_rate_limit(address)
    return await context.reading.read_listing(
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
        except HostUnavailable:
            why = f"{address}: its host did not answer before, or asked for no requests for now"
            return _mark_incomplete(listed, listing, why)
        except FetchFailed as failure:
            return _mark_incomplete(listed, listing, f"{address}: {failure}")
        except asyncio.CancelledError:
            if not listing.in_order:
                raise
            log.info("source.interrupted source=%s", source.key)
            return _mark_incomplete(listed, listing, "the time limit of this poll was reached")
        part = await _read_listing(source, address, answer, context)
        if part.listing is None:
            incomplete = _mark_incomplete(listed, listing, f"{address}: {part.error}")
            return replace(incomplete, retry_after=part.retry_after)
        listing = listing.with_part(part.listing)
        waiting.extend(part.listing.more)
        if waiting and (excess := find_excess(listing)) is not None:
            # a sitemap keeps its newest entries alone, and notices of one procurement are one entry
            listing = replace(listing, entries=context.kind.combine_parts(listing).entries)
            if find_excess(listing) is not None:
                return _mark_incomplete(listed, listing, excess)
    return replace(
        listed,
        outcome="ok" if listing.entries else listed.outcome,
        listing=listing,
        # an index may stay unchanged while its parts change
        validators=None,
    )


def find_excess(listing: Listing) -> str | None:
    """Return what the entries of all parts exceed; None where more can be added. Pure."""
    if len(listing.entries) > MAX_ENTRIES:
        return f"it has more than {MAX_ENTRIES} entries"
    text = sum(len(one.title) + len(one.summary) + len(one.content) for one in listing.entries)
    if text > MAX_TEXT:
        return f"its entries have more than {MAX_TEXT} characters"
    return None


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

    The poll that reads the last part stores the validators, if the listing has not changed
    meanwhile.
    """
    listing = listed.listing
    if listing is None:
        return listed
    same = not listed.skipped or state.continue_of == listed.body_hash
    if listing.continue_at is None:
        return listed if same else replace(listed, validators=None)
    return replace(
        listed,
        listing=replace(listing, behind=True),
        validators=None,
        body_hash=listed.body_hash if same else "changed",
    )


def covered_until(listed: Listed) -> datetime | None:
    """Return the time up to which a source has been read without gaps; None if unknown."""
    listing = listed.listing
    if listing is None or (listing.degraded is not None and not listing.in_order):
        return None
    return listing.covered_until
