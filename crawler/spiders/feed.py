"""RSS, Atom, RDF and JSON Feed."""

from __future__ import annotations

import re

from config.model import Source
from crawler.answers import Answer
from crawler.decode import decode
from crawler.errors import NotAFeed
from crawler.feeds import discover_feeds, parse_feed
from crawler.listing import Listing
from crawler.spider import SourceSpider

_ENDED = re.compile(
    rb"(</[\w:]*(rss|feed|rdf|channel)\s*>|\})[\s\x00]*(<!--.*)?\Z", re.IGNORECASE | re.DOTALL
)


class FeedSpider(SourceSpider):
    """Polls feeds."""

    name = "feed"

    def read(self, source: Source, answer: Answer) -> Listing:
        """The entries of a feed; for a web page the error names the feeds that it offers."""
        page = answer.page
        try:
            feed = parse_feed(
                page.body,
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
            raise NotAFeed(f"{error}; the page offers {', '.join(offered[:3])}") from error
        entries = feed.entries
        if feed.degraded is not None and not _ENDED.search(page.body[-400:]):
            entries = entries[:-1]  # cut in half: half a link is another link
        return Listing(
            entries=entries,
            language=feed.language,
            degraded=feed.degraded,
            ttl=feed.ttl,
        )
