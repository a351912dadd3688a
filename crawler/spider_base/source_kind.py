"""The interface of a kind of source: URLs, listings and pages. It neither fetches nor stores."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from config.model import Source
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from storage.model import FetchedEntry, PageText


class SourceKind:
    """Builds the URLs of sources of one kind, and reads their listings and pages.

    A kind implements `read`, and overrides what differs from the defaults here. Polls depend on
    this class only; its subclass `SourceSpider`, a spider of Scrapy, adds fetching.

    `reads_slowly`: reading a page takes seconds, so it runs in the slow lane.
    `learns_sites`: its pages are web pages of articles, whose boilerplate is recognised by text
    that recurs on the pages of a host.
    `poll_state`: state of the current poll by source, as plain values. `read` runs in another
    process, so state from earlier calls must be kept here.
    """

    reads_slowly: bool = False
    learns_sites: bool = True
    poll_state: dict[str, Any]

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """Return the URL of the listing; `since`: the time up to which the source has been read."""
        return source.url

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the entries of a listing, or of a part of it, from a response with status 200.

        Raises:
            NotAFeed: the response is not a listing of this kind.
        """
        raise NotImplementedError

    def combine_parts(self, listing: Listing) -> Listing:
        """Combine the entries of all parts of a listing (merge duplicates, apply limits)."""
        return listing

    def get_wait(self, source: Source, answer: FetchResponse) -> timedelta | None:
        """Return the wait that a response demands, other than by Retry-After; None: no wait."""
        return None

    def page_addresses(self, source: Source, entry: FetchedEntry) -> tuple[str, ...]:
        """Return the URLs that may have the text of an entry, in the order to try them."""
        return () if entry.url is None else (entry.url,)

    def read_page(self, source: Source, answer: FetchResponse, entry: FetchedEntry) -> PageText:
        """Read the text of an entry's page from a response with status 200.

        Raises:
            Unreadable: no article can be read from it.
        """
        raise NotImplementedError
