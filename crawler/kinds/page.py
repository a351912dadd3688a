"""Pages that list articles, read with the CSS selectors of their source."""

from __future__ import annotations

from config.model import Source
from crawler.http.parsed_page import parse_html
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from crawler.listings.listing_pages import read_listed_links
from crawler.spider_base.spider import SourceSpider
from crawler.text.date_forms import choose_date_language
from crawler.text.dates import parse_published
from storage.model import FetchedEntry


class PageSpider(SourceSpider):
    """Polls listing pages."""

    name = "page"

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the entries that `select.entry` matches on the page."""
        page = answer.page
        document = parse_html(answer)
        found = read_listed_links(document, base=page.final_url, select=source.select)
        language = source.language or document.get("lang") or None
        numbers = choose_date_language((link.published_raw for link in found.links), language)
        count = len(found.links) + found.unlinked
        return Listing(
            entries=tuple(
                FetchedEntry(
                    source_key=source.key,
                    url=link.url,
                    guid=None,
                    title=link.title,
                    summary=link.summary,
                    content="",
                    authors=(),
                    published_raw=link.published_raw,
                    published_at=parse_published(
                        link.published_raw, now=page.fetched_at, language=numbers
                    ),
                    updated_at=None,
                    language=source.language,
                    fetched_at=page.fetched_at,
                )
                for link in found.links
            ),
            language=document.get("lang") or None,
            degraded=f"{found.unlinked} of {count} entries have no link"
            if found.unlinked
            else None,
        )
