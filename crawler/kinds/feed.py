"""Feeds: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import logging
import re
from urllib.parse import urlsplit

from config.model import Source
from crawler.errors import NotAFeed
from crawler.http.response import FetchResponse
from crawler.listings.feed_bytes import utf8_feed
from crawler.listings.feed_parts import part_of_feed
from crawler.listings.feeds import discover_feeds, main_feed, parse_feed
from crawler.listings.listing import Listing
from crawler.listings.skip_hours import silent_hours
from crawler.spider_base.spider import SourceSpider
from crawler.text.decode import decode

log = logging.getLogger(__name__)

ENTRIES_AT_ONCE = 1000  # read in one task; feedparser takes a second for them
_OF_A_FEED = re.compile(r"(?<![a-z])(rss|feeds?|atom|rdf)|\.(xml|json)$", re.IGNORECASE)
_ENDED = re.compile(
    rb"(</[\w:]*(rss|feed|rdf|channel)\s*>|\})[\s\x00]*(<!--.*)?\Z", re.IGNORECASE | re.DOTALL
)


class FeedSpider(SourceSpider):
    """Polls feeds."""

    name = "feed"

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the entries of a feed; a web page leads to the feed that it links to."""
        page = answer.page
        whole = utf8_feed(page.body, page.content_type)
        body, rest = part_of_feed(whole, start=self.start_at, count=ENTRIES_AT_ONCE)
        try:
            feed = parse_feed(
                body,
                source_key=source.key,
                url=page.final_url,
                content_type=page.content_type,
                fetched_at=page.fetched_at,
            )
        except NotAFeed as error:
            text = decode(page.body, content_type=page.content_type, kind="html").text
            offered = discover_feeds(text, page.final_url)
            if not offered:
                raise
            best = main_feed(offered, page.final_url)
            # a redirect to another host means that the feed is gone: none is searched for
            moved = not _same_host(page.requested_url, page.final_url)
            # the URL of a feed that is a web page now is a change to report
            was_feed = _OF_A_FEED.search(urlsplit(source.url).path) is not None
            if page.requested_url != source.url or best is None or moved or was_feed:
                raise NotAFeed(f"{error}; the page offers {', '.join(offered[:3])}") from error
            log.info("source.discovered source=%s feed=%s", source.key, best)
            note = f"a web page; of the {len(offered)} feeds that it offers {best} is read"
            return Listing(entries=(), more=(best,), note=note)
        entries = feed.entries
        if rest is None and feed.degraded is not None and not _ENDED.search(whole[-400:]):
            entries = entries[:-1]  # truncated: half a link is a different link
        return Listing(
            entries=entries,
            language=feed.language,
            degraded=feed.degraded,
            ttl=feed.ttl,
            silent_hours=silent_hours(body),
            rest=rest,
            title=feed.title or None,
        )


def _same_host(one: str, other: str) -> bool:
    hosts = [(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)]
    return hosts[0] == hosts[1]
