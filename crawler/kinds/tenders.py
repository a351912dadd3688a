"""Procurement notices as OCDS 1.1 releases: Find a Tender and Contracts Finder.

Neither API can search for words, so all releases are read, one time window after the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.model import Source
from crawler.errors import NotAFeed
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from crawler.spider_base.spider import SourceSpider
from crawler.tenders.ocds import Package, read_package
from crawler.tenders.ocds_entries import build_entry, merge_by_process
from crawler.tenders.ocds_release import Release
from crawler.tenders.ocds_windows import (
    CONTRACTS_FINDER,
    TimeWindow,
    build_address,
    covered_until,
    find_next_page,
    first_window,
    next_window,
    parse_window,
    service_of,
)

MAX_REQUESTS = 15  # a poll that has made more ends with its current window
# Find a Tender allows 12 requests in 2 minutes, that of robots.txt included
MIN_DELAY = timedelta(seconds=11)
REFUSED_WAIT = timedelta(minutes=5)  # after a 403, by the rules of Contracts Finder


@dataclass(slots=True)
class _PollProgress:
    """The requests of a source in the current poll."""

    requests: int = 0
    cursors: set[TimeWindow] = field(default_factory=set)


class TendersSpider(SourceSpider):
    """Polls procurement services."""

    name = "tenders"
    learns_sites = False
    min_delay = MIN_DELAY
    response_timeout = timedelta(minutes=2)  # a page of a hundred releases is slow

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """Return the URL of the first page of the first window that has not been read."""
        self.poll_state[source.key] = _PollProgress()
        window = first_window(service_of(source.url), since=since, now=now)
        return build_address(source.url, window)

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the releases of a page; after the last page of a window comes the next window."""
        page = answer.page
        progress: _PollProgress = self.poll_state.get(source.key) or _PollProgress()
        self.poll_state[source.key] = progress
        window = parse_window(page.requested_url)
        if window is None:
            raise NotAFeed(f"{page.requested_url} has no time window")
        progress.requests += 1
        progress.cursors.add(window)
        package = read_package(page.body)
        listing = Listing(
            entries=tuple(
                build_entry(
                    Release(release),
                    source_key=source.key,
                    service=source.url,
                    fetched_at=page.fetched_at,
                )
                for release in package.releases
            ),
            degraded=package.damage,
            in_order=True,
        )
        return self._add_next_address(
            source, listing, package, window, progress, now=page.fetched_at
        )

    def combine_parts(self, listing: Listing) -> Listing:
        """Keep one entry for each procurement, of all its notices that were listed."""
        return replace(listing, entries=merge_by_process(listing.entries))

    def get_wait(self, source: Source, answer: FetchResponse) -> timedelta | None:
        """Return the wait after a 403 of Contracts Finder, which means too many requests."""
        refused = answer.status == 403 and not answer.is_challenge
        return REFUSED_WAIT if refused and service_of(source.url) is CONTRACTS_FINDER else None

    def _add_next_address(
        self,
        source: Source,
        listing: Listing,
        package: Package,
        window: TimeWindow,
        progress: _PollProgress,
        *,
        now: datetime,
    ) -> Listing:
        """Add to a listing the URL to fetch next, or the time up to which it has been read."""
        if not package.whole and window.halved is not None:
            # the release that makes the response invalid is in one half: the other can be read
            return replace(listing, more=(build_address(source.url, window.halved),))
        page = find_next_page(window, package.next_link) if package.whole else None
        if page is not None and page not in progress.cursors:
            return replace(listing, more=(build_address(source.url, page),))
        if page is not None:
            listing = replace(listing, degraded=f"its pages form a loop: {page.cursor}")
        listing = replace(listing, covered_until=covered_until(window, now=now))
        following = next_window(service_of(source.url), window, now=now)
        if following is None:
            return listing
        if progress.requests >= MAX_REQUESTS:
            return replace(listing, behind=True)
        return replace(listing, more=(build_address(source.url, following),))
