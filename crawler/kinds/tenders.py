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
from crawler.tenders.ocds_entries import entry_of, one_per_process
from crawler.tenders.ocds_release import Release
from crawler.tenders.ocds_windows import (
    CONTRACTS_FINDER,
    TimeWindow,
    address_of,
    covered,
    first_window,
    next_window,
    page_after,
    service_of,
    window_in,
)

REQUESTS = 15  # after which a poll ends with its current window
# Find a Tender allows 12 requests in 2 minutes, that of robots.txt included
LEAST_DELAY = timedelta(seconds=11)
PATIENCE = timedelta(minutes=5)  # as Contracts Finder demands after a 403


@dataclass(slots=True)
class _PollProgress:
    """The requests of a source in the current poll."""

    requests: int = 0
    cursors: set[TimeWindow] = field(default_factory=set)


class TendersSpider(SourceSpider):
    """Polls procurement services."""

    name = "tenders"
    learns_sites = False
    least_delay = LEAST_DELAY
    slowest = timedelta(minutes=2)  # a page of a hundred releases is slow

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """Return the URL of the first page of the first window that has not been read."""
        self.notes[source.key] = _PollProgress()
        window = first_window(service_of(source.url), since=since, now=now)
        return address_of(source.url, window)

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the releases of a page; the last page of a window leads to the next window."""
        page = answer.page
        progress: _PollProgress = self.notes.get(source.key) or _PollProgress()
        self.notes[source.key] = progress
        window = window_in(page.requested_url)
        if window is None:
            raise NotAFeed(f"{page.requested_url} asks for no window of time")
        progress.requests += 1
        progress.cursors.add(window)
        package = read_package(page.body)
        listing = Listing(
            entries=tuple(
                entry_of(
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

    def whole(self, listing: Listing) -> Listing:
        """Keep one entry for each procurement, however many of its notices were listed."""
        return replace(listing, entries=one_per_process(listing.entries))

    def patience(self, source: Source, answer: FetchResponse) -> timedelta | None:
        """Return the wait after a 403 of Contracts Finder, which means too many requests."""
        refused = answer.status == 403 and not answer.is_challenge
        return PATIENCE if refused and service_of(source.url) is CONTRACTS_FINDER else None

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
        """Add to a listing the URL to fetch next, or up to when it has been read."""
        if not package.whole and window.halved is not None:
            # a release that breaks the response is in one half: the other half can be read
            return replace(listing, more=(address_of(source.url, window.halved),))
        page = page_after(window, package.next_link) if package.whole else None
        if page is not None and page not in progress.cursors:
            return replace(listing, more=(address_of(source.url, page),))
        if page is not None:
            listing = replace(listing, degraded=f"its pages go round in circles: {page.cursor}")
        reached = replace(listing, covered_until=covered(window, now=now))
        following = next_window(service_of(source.url), window, now=now)
        if following is None:
            return reached
        if progress.requests >= REQUESTS:
            return replace(reached, behind=True)
        return replace(reached, more=(address_of(source.url, following),))
