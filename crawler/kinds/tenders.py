"""Procurement notices as OCDS 1.1: Find a Tender and Contracts Finder.

Neither service can be asked for words: all that is published is taken, window by window of time.
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

REQUESTS = 15  # after which a poll ends with the window that it is in
# Find a Tender allows 12 requests in 2 minutes; that of robots.txt is one of them
LEAST_DELAY = timedelta(seconds=11)
PATIENCE = timedelta(minutes=5)  # that Contracts Finder asks for


@dataclass(slots=True)
class _Poll:
    """What has been asked of a source in this poll."""

    requests: int = 0
    cursors: set[TimeWindow] = field(default_factory=set)


class TendersSpider(SourceSpider):
    """Polls procurement services."""

    name = "tenders"
    learns_sites = False
    least_delay = LEAST_DELAY
    slowest = timedelta(minutes=2)  # for a hundred releases

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """The first page of the first window that has not been read."""
        self.notes[source.key] = _Poll()
        window = first_window(service_of(source.url), since=since, now=now)
        return address_of(source.url, window)

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """The releases of a page; the last page of a window leads to the next window."""
        page = answer.page
        poll: _Poll = self.notes.get(source.key) or _Poll()
        self.notes[source.key] = poll
        window = window_in(page.requested_url)
        if window is None:
            raise NotAFeed(f"{page.requested_url} asks for no window of time")
        poll.requests += 1
        poll.cursors.add(window)
        package = read_package(page.body)
        listing = Listing(
            entries=tuple(
                entry_of(
                    Release(said),
                    source_key=source.key,
                    service=source.url,
                    fetched_at=page.fetched_at,
                )
                for said in package.releases
            ),
            degraded=package.damage,
            in_order=True,
        )
        return self._followed(source, listing, package, window, poll, now=page.fetched_at)

    def whole(self, listing: Listing) -> Listing:
        """One entry for each procurement, however many of its notices came."""
        return replace(listing, entries=one_per_process(listing.entries))

    def patience(self, source: Source, answer: FetchResponse) -> timedelta | None:
        """Contracts Finder says by a 403 that it is asked too often."""
        refused = answer.status == 403 and not answer.is_challenge
        return PATIENCE if refused and service_of(source.url) is CONTRACTS_FINDER else None

    def _followed(
        self,
        source: Source,
        listing: Listing,
        package: Package,
        window: TimeWindow,
        poll: _Poll,
        *,
        now: datetime,
    ) -> Listing:
        """`listing` with what is to be asked next, or with how far it has come."""
        if not package.whole and window.halved is not None:
            # what breaks an answer is in one half of it: the other comes whole
            return replace(listing, more=(address_of(source.url, window.halved),))
        page = page_after(window, package.next_link) if package.whole else None
        if page is not None and page not in poll.cursors:
            return replace(listing, more=(address_of(source.url, page),))
        if page is not None:
            listing = replace(listing, degraded=f"its pages go round in circles: {page.cursor}")
        reached = replace(listing, covered_until=covered(window, now=now))
        following = next_window(service_of(source.url), window, now=now)
        if following is None:
            return reached
        if poll.requests >= REQUESTS:
            return replace(reached, behind=True)
        return replace(reached, more=(address_of(source.url, following),))
