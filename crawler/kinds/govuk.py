"""GOV.UK: its Search API, and the Atom feeds of its finders and organisations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from config.model import Source
from crawler.errors import NotAFeed
from crawler.extraction.page import extract
from crawler.government.govuk_api import (
    content_address,
    is_search,
    read_content,
    read_results,
    search_address,
    split_closing_notice,
)
from crawler.http.response import FetchResponse
from crawler.listings.feeds import parse_feed
from crawler.listings.listing import Listing
from crawler.spider_base.spider import SourceSpider
from storage.model import FetchedEntry, PageText


class GovukSpider(SourceSpider):
    """Polls GOV.UK. A page that is republished is a revision of its item."""

    name = "govuk"
    learns_sites = False

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """Return the search URL, newest results first; a feed URL as declared."""
        self.poll_state[source.key] = since
        return search_address(source.url) if is_search(source.url) else source.url

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the entries of a page of results, or of a feed."""
        page = answer.page
        if is_search(source.url):
            return read_results(
                source.url, page, source_key=source.key, since=self.poll_state.get(source.key)
            )
        feed = parse_feed(
            page.body,
            source_key=source.key,
            url=page.final_url,
            content_type=page.content_type,
            fetched_at=page.fetched_at,
        )
        entries, ended = split_closing_notice(feed.entries)
        if ended is not None and not entries:
            raise NotAFeed(f"GOV.UK has ended this feed: {ended}")
        damage = f"GOV.UK has ended this feed: {ended}" if ended is not None else feed.degraded
        return Listing(
            entries=tuple(map(_set_date_to_update, entries)),
            language=feed.language,
            degraded=damage,
            ttl=feed.ttl,
        )

    def page_addresses(self, source: Source, entry: FetchedEntry) -> tuple[str, ...]:
        """Return the URL of the content item, then of the page, in case the item has no text."""
        own = super().page_addresses(source, entry)
        host = urlsplit(source.url).netloc
        return tuple(content_address(url) for url in own if urlsplit(url).netloc == host) + own

    def read_page(self, source: Source, answer: FetchResponse, entry: FetchedEntry) -> PageText:
        """Read the text of a content item or of a page."""
        if "json" in (answer.page.content_type or ""):
            return read_content(answer.page)
        return extract(answer.page, entry=entry)


def _set_date_to_update(entry: FetchedEntry) -> FetchedEntry:
    """Date an entry by its update, which alone shows a republication: its id never changes."""
    if entry.updated_at is None:
        return entry
    stamp = entry.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return replace(entry, published_raw=stamp, published_at=entry.updated_at)
