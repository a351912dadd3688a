"""Pages that list articles, read by the CSS selectors of their source."""

from __future__ import annotations

from config.model import Source
from crawler.http.parsed_page import parsed_page
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from crawler.listings.listing_pages import listed_links
from crawler.spider_base.spider import SourceSpider
from storage.model import FetchedEntry


class PageSpider(SourceSpider):
    """Polls listing pages."""

    name = "page"

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """The entries that `select.entry` finds on the page."""
        page = answer.page
        document = parsed_page(answer)
        found = listed_links(document, base=page.final_url, select=source.select)
        count = len(found.links) + found.unlinked
        return Listing(
            entries=tuple(
                FetchedEntry(
                    source_key=source.key,
                    url=one.url,
                    guid=None,
                    title=one.title,
                    summary=one.summary,
                    content="",
                    authors=(),
                    published_raw=one.published_raw,
                    published_at=one.published_at,
                    updated_at=None,
                    language=source.language,
                    fetched_at=page.fetched_at,
                )
                for one in found.links
            ),
            language=document.get("lang") or None,
            degraded=f"{found.unlinked} of {count} entries have no link"
            if found.unlinked
            else None,
        )
