"""Parses JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.errors import NotAFeed
from crawler.listings.feed_hubs import json_feed_links
from crawler.text.dates import parse_date, parse_published
from crawler.text.tolerant_json import loads, read_complete_members
from storage.model import FetchedEntry

_MAX_NUMBER = 40  # digits of a date that is a number
_VERSION = re.compile(r'"version"\s*:\s*"([^"]*jsonfeed\.org[^"]*)"')
_TITLE = re.compile(r'"title"\s*:\s*("(?:[^"\\]|\\.)*")')
_ITEMS = re.compile(r'"items"\s*:\s*\[')


def looks_like_json(body: bytes) -> bool:
    """Return whether a document begins like a JSON object."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFeed:
    """A parsed JSON Feed. `degraded`: its damage, if its items were kept despite it."""

    title: str
    site_url: str | None
    language: str | None
    entries: tuple[FetchedEntry, ...]
    degraded: str | None
    links: tuple[tuple[str, str], ...]  # (relation, address) of its hubs and of itself


def read_json_feed(body: bytes, *, source_key: str, fetched_at: datetime) -> JsonFeed:
    """Parse a JSON Feed in UTF-8; of a truncated one, only the complete items.

    Raises:
        NotAFeed: the document is not JSON, or not a JSON Feed.
    """
    text = body.decode("utf-8", "replace")
    degraded = None
    try:
        feed = loads(text)
    except ValueError as error:
        feed = _recover_items(text)
        if feed is None:
            raise NotAFeed(f"begins like JSON, but is not valid: {error}") from error
        degraded = f"ill-formed: {error}"
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version", "")):
        raise NotAFeed("JSON, but not a JSON Feed: it has no jsonfeed.org version")
    items = feed.get("items")
    language = _get_text(feed, "language")
    return JsonFeed(
        title=_get_text(feed, "title") or "",
        site_url=_get_text(feed, "home_page_url"),
        language=language,
        entries=tuple(
            _build_entry(item, source_key=source_key, fetched_at=fetched_at, language=language)
            for item in (items if isinstance(items, list) else [])
            if isinstance(item, dict)
        ),
        degraded=degraded,
        links=json_feed_links(feed),
    )


def _recover_items(text: str) -> dict[str, Any] | None:
    """Return head and complete items of a truncated feed; None if it is not a feed."""
    found = _ITEMS.search(text)
    version = _VERSION.search(text)
    if found is None or version is None:
        return None
    title = _TITLE.search(text, 0, found.start())
    return {
        "version": version[1],
        "title": json.loads(title[1], strict=False) if title else "",
        "items": read_complete_members(text, "items"),
    }


def _build_entry(
    item: dict[str, Any], *, source_key: str, fetched_at: datetime, language: str | None
) -> FetchedEntry:
    raw = _get_date(item, "date_published") or _get_date(item, "date_modified")
    entry_language = _get_text(item, "language") or language
    tags = item.get("tags")
    content = _get_text(item, "content_html") or _get_text(item, "content_text") or ""
    return FetchedEntry(
        source_key=source_key,
        url=_get_text(item, "url") or _get_text(item, "external_url"),
        guid=_get_text_or_number(item, "id"),
        title=_get_text(item, "title") or "",
        summary=_get_text(item, "summary") or "",
        content=content,
        authors=tuple(_list_author_names(item)),
        published_raw=raw,
        published_at=parse_published(raw, now=fetched_at, language=entry_language),
        updated_at=parse_date(_get_date(item, "date_modified"), language=entry_language),
        language=entry_language,
        fetched_at=fetched_at,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _list_author_names(item: dict[str, Any]) -> list[str]:
    named = item.get("authors") or [item.get("author")]
    people = named if isinstance(named, list) else [named]
    return [name for one in people if isinstance(one, dict) and (name := _get_text(one, "name"))]


def _get_date(item: dict[str, Any], key: str) -> str | None:
    """Return a date as text; some feeds have numbers of seconds or milliseconds."""
    written = _get_text_or_number(item, key)
    return written if isinstance(item.get(key), str) or written is None else written[:_MAX_NUMBER]


def _get_text_or_number(item: dict[str, Any], key: str) -> str | None:
    value = item.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else _get_text(item, key)


def _get_text(item: dict[str, Any], key: str) -> str | None:
    value = item.get(key)
    return value if isinstance(value, str) and value else None
