"""What the spider of a source kind knows and the poll asks: nothing here fetches or stores."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from config.model import Source
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from storage.model import FetchedEntry, PageText


class SourceKind(Protocol):
    """How sources of one kind are asked and read.

    `reads_slowly`: reading a page takes seconds; other pages do not wait for it.
    `learns_sites`: its pages are web pages of articles, told from their surroundings by what
    recurs on the pages of a host.
    `notes`: by source, what its poll has noted so far, plain values. `read` is called in another
    process: what it needs from the calls before it has to be here.
    """

    reads_slowly: bool
    learns_sites: bool
    notes: dict[str, Any]

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """The address to ask for the listing; `since`: up to when the source has been read."""

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """The entries of a listing, or of a part of it, that came with status 200.

        Raises:
            NotAFeed: what came is no listing of this kind.
        """

    def whole(self, listing: Listing) -> Listing:
        """What all the parts of a listing that came add up to."""

    def patience(self, source: Source, answer: FetchResponse) -> timedelta | None:
        """How long to leave a host alone that says so in a way of its own; else None."""

    def page_addresses(self, source: Source, entry: FetchedEntry) -> tuple[str, ...]:
        """Where the text of an entry with a page of its own is asked for; the next if one fails."""

    def read_page(self, source: Source, answer: FetchResponse, entry: FetchedEntry) -> PageText:
        """The text of an entry's page that came with status 200.

        Raises:
            Unreadable: no article can be read from it.
        """
