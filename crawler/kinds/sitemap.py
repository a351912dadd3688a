"""Sitemaps: news and plain sitemaps, sitemap indexes, and the robots.txt that names them."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from config.model import Source
from crawler.errors import NotAFeed
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from crawler.listings.sitemaps import (
    RECENT,
    SitemapEntry,
    find_sitemaps_in_robots,
    is_same_site,
    read_sitemap,
    select_newest,
    select_parts,
)
from crawler.spider_base.spider import SourceSpider
from crawler.text.dates import parse_published
from crawler.text.decode import decode
from storage.model import FetchedEntry

log = logging.getLogger(__name__)

MAX_ENTRIES = 1000  # of one sitemap, and of all parts together


class SitemapSpider(SourceSpider):
    """Polls sitemaps."""

    name = "sitemap"

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """Return the URL of the sitemap; for the root of a site, that of its robots.txt."""
        if urlsplit(source.url).path in ("", "/"):
            return urljoin(source.url, "/robots.txt")
        return source.url

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the entries of a sitemap; an index or a robots.txt refers to its sitemaps."""
        page = answer.page
        text = decode(page.body, content_type=page.content_type, kind="xml").text
        if urlsplit(page.requested_url).path == "/robots.txt":
            named = find_sitemaps_in_robots(text, base=page.final_url)
            # without a Sitemap line, it is expected at the usual path
            return Listing(entries=(), more=named or (urljoin(page.final_url, "/sitemap.xml"),))
        try:
            sitemap = read_sitemap(text, base=page.final_url)
        except NotAFeed as error:
            raise NotAFeed(
                f"{error}; give the address of a sitemap, of a robots.txt or of the site's root"
            ) from error
        if sitemap.is_index:
            parts = select_parts(sitemap.entries, now=page.fetched_at)
            return Listing(entries=(), more=parts, degraded=sitemap.damage)
        hosts = (page.final_url, source.url)  # robots.txt may name a sitemap on another host
        own = [listed for listed in sitemap.entries if _is_page_of(listed.loc, hosts)]
        chosen = select_newest(own, most=MAX_ENTRIES)
        if len(chosen) < len(sitemap.entries):
            log.info(
                "sitemap.skipped source=%s url=%s other_hosts=%d older=%d",
                source.key,
                page.requested_url,
                len(sitemap.entries) - len(own),
                len(own) - len(chosen),
            )
        return Listing(
            entries=tuple(_build_entry(source, listed, page.fetched_at) for listed in chosen),
            degraded=sitemap.damage
            or _describe_foreign_pages(len(sitemap.entries), len(own), page.final_url),
            refetch_daily=frozenset(
                one.loc for one in chosen if one.lastmod and one.lastmod > page.fetched_at - RECENT
            ),
        )

    def combine_parts(self, listing: Listing) -> Listing:
        """Keep each URL once, with a title if one part has it, and the newest `MAX_ENTRIES`."""
        found: dict[str | None, FetchedEntry] = {}
        for entry in listing.entries:
            known = found.get(entry.url)
            if known is None or (entry.title and not known.title):
                found[entry.url] = entry
        entries = list(found.values())
        if len(entries) > MAX_ENTRIES:
            log.info("sitemap.skipped url=%s older=%d", "all parts", len(entries) - MAX_ENTRIES)
            entries.sort(key=_make_newest_first_key)
        return replace(listing, entries=tuple(entries[:MAX_ENTRIES]))


def _is_page_of(url: str, sites: tuple[str, ...]) -> bool:
    """Return whether a URL is a page of one of these sites, but not a front page."""
    own = any(is_same_site(url, site) for site in sites)
    return own and urlsplit(url).path not in ("", "/")


def _describe_foreign_pages(listed: int, own: int, url: str) -> str | None:
    if own or not listed:
        return None
    return f"none of the {listed} addresses is a page of {urlsplit(url).hostname}"


def _make_newest_first_key(entry: FetchedEntry) -> float:
    when = entry.published_at or entry.updated_at
    return -when.timestamp() if when is not None else 0.0


def _build_entry(source: Source, listed: SitemapEntry, fetched_at: datetime) -> FetchedEntry:
    return FetchedEntry(
        source_key=source.key,
        url=listed.loc,
        guid=None,
        title=listed.title,
        summary="",
        content="",
        authors=(),
        published_raw=listed.published_raw,
        published_at=parse_published(
            listed.published_raw, now=fetched_at, language=listed.language or source.language
        ),
        updated_at=listed.lastmod,
        language=listed.language or source.language,
        fetched_at=fetched_at,
    )
