"""Parses feeds to entries: RSS, Atom and RDF with feedparser, and JSON Feed. Pure.

feedparser gets a file object: it would open a string or bytes that look like a path or a URL.
"""

from __future__ import annotations

import html
import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
import lxml.html

from crawler.errors import NotAFeed
from crawler.listings import feedparser_changes  # noqa: F401 (changes feedparser)
from crawler.listings.entries import absolute, make_distinct
from crawler.listings.entry_dates import detect_date_language, read_entry_dates
from crawler.listings.feed_bounds import MAX_TITLE, limit_entry, limit_head
from crawler.listings.feed_bytes import convert_to_utf8, escape_bare_ampersands
from crawler.listings.feed_hubs import feed_links
from crawler.listings.json_feed import looks_like_json, read_json_feed
from crawler.text.markup import has_markup, unescape
from storage.model import FetchedEntry

log = logging.getLogger(__name__)

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml",
               "application/feed+json", "application/xml", "text/xml")  # fmt: skip
_COMMENTS = re.compile(r"(?<![a-z])comments?(?![a-z])", re.IGNORECASE)
# a declared namespace with a blank in its address
_NAMESPACE = re.compile(
    rb"""\sxmlns(?::[\w.-]++)?+\s*+=\s*+(?:"[^"\s]*+\s[^"]*+"|'[^'\s]*+\s[^']*+')"""
)
_MAX_TTL_MINUTES = 7 * 24 * 60
_WRAPPED = re.compile(r"\s*+<(?:p|div|ul|ol|table|h[1-6]|a|img|b|i|em|strong|br)\b[^<>]*+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A parsed feed. `degraded`: its damage, if its entries were kept despite it."""

    version: str
    title: str
    language: str | None
    site_url: str | None
    entries: tuple[FetchedEntry, ...]
    ttl: timedelta | None
    degraded: str | None
    links: tuple[tuple[str, str], ...] = ()  # (relation, address) of its hub and of itself


def parse_feed(
    body: bytes, *, source_key: str, url: str, content_type: str | None, fetched_at: datetime
) -> ParsedFeed:
    """Parse a feed of any format, with unique identifiers and absolute links.

    Raises:
        NotAFeed: the document is not a feed; the message says what it seems to be.
    """
    feed = read_feed(body, source_key=source_key, content_type=content_type, fetched_at=fetched_at)
    return replace(
        feed, entries=make_distinct(feed.entries, url), site_url=absolute(feed.site_url, url)
    )


def _has_markup_start(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def read_feed(
    body: bytes, *, source_key: str, content_type: str | None, fetched_at: datetime
) -> ParsedFeed:
    """Parse a feed of any format, with links and identifiers as published.

    Raises:
        NotAFeed: the document is not a feed; the message says what it seems to be.
    """
    if not body.strip():
        raise NotAFeed("an empty document")
    body = convert_to_utf8(body, content_type)
    if looks_like_json(body):
        feed = read_json_feed(body, source_key=source_key, fetched_at=fetched_at)
        return ParsedFeed(
            version="json", title=feed.title, language=feed.language, site_url=feed.site_url,
            entries=tuple(map(limit_entry, feed.entries)), ttl=None, degraded=feed.degraded,
            links=feed.links,
        )  # fmt: skip
    parsed, cut = _run_feedparser(body)
    if not parsed.get("entries") and not (parsed.get("version") and _has_markup_start(body)):
        # compressed bytes may contain a feed's first tag verbatim: not an empty feed
        raise NotAFeed(_describe_document(body))
    head = parsed.get("feed", {})
    language = head.get("language") or None
    numbers = detect_date_language(parsed["entries"], language)
    found = [
        _build_entry(
            one, read_entry_dates(one, language=numbers, now=fetched_at), source_key=source_key,
            language=language, fetched_at=fetched_at,
        )
        for one in parsed["entries"]
    ]  # fmt: skip
    return ParsedFeed(
        version=parsed.get("version") or "unknown",
        title=head.get("title", "")[:MAX_TITLE],
        language=language,
        site_url=head.get("link") or None,
        entries=tuple(map(limit_entry, found)),
        ttl=_parse_ttl(head.get("ttl")),
        degraded=_describe_damage(parsed) or cut,
        links=feed_links(head),
    )


def discover_feeds(html: str, url: str) -> tuple[str, ...]:
    """Return the URLs of the feeds that a page links to (rel=alternate), in document order."""
    if not html.strip():
        return ()
    try:
        document = lxml.html.fromstring(html.encode("utf-8", "replace"), parser=_make_html_parser())
    except (lxml.etree.LxmlError, ValueError):
        return ()
    base = next((b.get("href") for b in document.iter("base") if b.get("href")), None)
    found = []
    for link in document.iter("link"):
        kind = (link.get("type") or "").lower().split(";")[0].strip()
        alternate = "alternate" in (link.get("rel") or "").lower().split()
        if alternate and kind in _FEED_TYPES and link.get("href"):
            found.append(urljoin(urljoin(url, base or ""), (link.get("href") or "").strip()))
    return tuple(dict.fromkeys(found))


def choose_main_feed(offered: Sequence[str], page: str) -> str | None:
    """Choose the feed with the articles of a page.

    The feed of the page's own section, else the first; never a feed of readers' comments.
    """
    articles = [one for one in offered if not _COMMENTS.search(urlsplit(one).path)]
    section = urlsplit(page).path.rstrip("/") + "/"
    own = [one for one in articles if urlsplit(one).path.startswith(section)]
    return next(iter(own or articles), None)


def _make_html_parser() -> Any:
    return lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)


def _run_feedparser(body: bytes) -> tuple[Any, str | None]:
    """Parse a feed that is in UTF-8."""
    body, cut = limit_head(body)
    parsed = _parse_xml(body)
    if parsed.get("bozo") and b"&" in body:
        # the feedparser fallback for ill-formed feeds reads "AT&T" as "AT&T;"
        escaped = escape_bare_ampersands(body)
        if escaped != body:
            again = _parse_xml(escaped)
            if len(again["entries"]) >= len(parsed["entries"]):
                again["bozo"], again["bozo_exception"] = 1, parsed.get("bozo_exception")
                return again, cut
    return parsed, cut


def _parse_xml(body: bytes) -> Any:
    """Parse with feedparser, without the feed's URL: it would resolve identifiers against it.

    It raises for a namespace URL with a blank, and perhaps elsewhere: then such namespaces are
    removed, and a feed that fails again has no entries.
    """
    try:
        return feedparser.parse(io.BytesIO(body))
    except Exception as error:
        log.warning("feed.parser-failed %s: %s", type(error).__name__, error)
    try:
        return feedparser.parse(io.BytesIO(_NAMESPACE.sub(b"", body)))
    except Exception as error:
        return {"entries": [], "feed": {}, "bozo": 1, "bozo_exception": error}


def _build_entry(
    one: Any,
    dates: tuple[str | None, datetime | None, datetime | None],
    *,
    source_key: str,
    language: str | None,
    fetched_at: datetime,
) -> FetchedEntry:
    raw, published, updated = dates
    contents = [part.get("value", "") for part in one.get("content") or ()]
    title = one.get("title") or one.get("media_title") or ""
    summary = one.get("summary") or one.get("dc_description") or ""
    if not summary and not any(contents):
        summary = one.get("itunes_summary") or one.get("media_description") or ""
    return FetchedEntry(
        source_key=source_key,
        url=one.get("link") or None,
        guid=one.get("id") or None,
        title=_escape_plain_text(one, "title", title),
        summary=summary if _is_wrapped(summary) else _escape_plain_text(one, "summary", summary),
        content=max(contents, key=len, default=""),
        authors=tuple(_list_author_names(one)),
        published_raw=raw,
        published_at=published,
        updated_at=updated,
        language=_find_language(one) or language or None,
        fetched_at=fetched_at,
        tags=tuple(t for tag in one.get("tags") or () if (t := tag.get("term"))),
    )


def _escape_plain_text(one: Any, name: str, text: str) -> str:
    """Return a text as HTML: one that is declared as plain text is escaped if it looks like HTML.

    Without a declared type, text elements of all feed formats may contain HTML.
    """
    declared = (one.get(f"{name}_detail") or {}).get("declared")
    if declared not in ("text", "text/plain") or not (has_markup(text) or unescape(text) != text):
        return text
    return html.escape(text, quote=False)


def _is_wrapped(summary: str) -> bool:
    # HTML that is declared as plain text by mistake
    return bool(_WRAPPED.match(summary)) and summary.rstrip().endswith(">")


def _list_author_names(one: Any) -> list[str]:
    named = [person.get("name") for person in one.get("authors") or () if person.get("name")]
    return named or ([one["author"]] if one.get("author") else [])


def _find_language(one: Any) -> str | None:
    for key in ("title_detail", "summary_detail"):
        if language := (one.get(key) or {}).get("language"):
            return str(language)
    return None


def _parse_ttl(value: Any) -> timedelta | None:
    try:
        minutes = int(str(value))
    except ValueError:
        return None
    # limited first: timedelta raises OverflowError for very large numbers
    return timedelta(minutes=min(minutes, _MAX_TTL_MINUTES)) if minutes > 0 else None


def _describe_damage(parsed: Any) -> str | None:
    error = parsed.get("bozo_exception")
    if not parsed.get("bozo") or error is None:
        return None
    if type(error).__name__ in ("CharacterEncodingOverride", "NonXMLContentType"):
        return None
    return f"ill-formed: {error}"


def _describe_document(body: bytes) -> str:
    head = body[:2000].lower()
    if b"<html" in head or b"<!doctype html" in head:
        return "a web page, not a feed"
    if b"<urlset" in head or b"<sitemapindex" in head:
        return "a sitemap, not a feed"
    return "not a feed in any known format"
