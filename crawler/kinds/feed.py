"""Feeds: RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import logging
import re
from urllib.parse import urlsplit

from config.model import Source
from crawler.errors import NotAFeed
from crawler.http.response import FetchResponse
from crawler.listings.feed_bytes import convert_to_utf8
from crawler.listings.feed_hubs import find_hub
from crawler.listings.feed_parts import split_feed
from crawler.listings.feeds import choose_main_feed, discover_feeds, parse_feed
from crawler.listings.listing import Listing
from crawler.listings.skip_hours import read_silent_hours
from crawler.spider_base.spider import SourceSpider
from crawler.text.decode import decode

log = logging.getLogger(__name__)

ENTRIES_AT_ONCE = 1000  # read in one task; feedparser takes a second for them
_FEED_URL = re.compile(r"(?<![a-z])(rss|feeds?|atom|rdf)|\.(xml|json)$", re.IGNORECASE)
_END_OF_FEED = re.compile(
    rb"(</[\w:]*(rss|feed|rdf|channel)\s*>|\})[\s\x00]*(<!--.*)?\Z", re.IGNORECASE | re.DOTALL
)


class FeedSpider(SourceSpider):
    """Polls feeds."""

    name = "feed"

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the entries of a feed; a web page refers to the feed that it links to."""
        page = answer.page
        whole = convert_to_utf8(page.body, page.content_type)
        body, continue_at = split_feed(whole, start=self.start_at, count=ENTRIES_AT_ONCE)
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
            best = choose_main_feed(offered, page.final_url)
            # a redirect to another host means that the feed is gone: no other one is used
            moved = not _is_same_host(page.requested_url, page.final_url)
            # a feed URL that answers with a web page now is a change to report
            was_feed = _FEED_URL.search(urlsplit(source.url).path) is not None
            if page.requested_url != source.url or best is None or moved or was_feed:
                raise NotAFeed(f"{error}; the page links to {', '.join(offered[:3])}") from error
            log.info("source.discovered source=%s feed=%s", source.key, best)
            note = f"a web page; of the {len(offered)} feeds that it links to, {best} is read"
            return Listing(entries=(), more=(best,), note=note)
        entries = feed.entries
        if (
            continue_at is None
            and feed.degraded is not None
            and not _END_OF_FEED.search(whole[-400:])
        ):
            entries = entries[:-1]  # truncated: half a link is a different link
        return Listing(
            entries=entries,
            language=feed.language,
            degraded=feed.degraded,
            ttl=feed.ttl,
            silent_hours=read_silent_hours(body),
            continue_at=continue_at,
            title=feed.title or None,
            hub=find_hub(feed.links, answer.headers, page.final_url),
        )


def _is_same_host(one: str, other: str) -> bool:
    hosts = [(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)]
    return hosts[0] == hosts[1]
