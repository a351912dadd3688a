"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read. Pure."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from crawler.dates import parse_date
from crawler.errors import NotAFeed
from storage.model import FetchedEntry


def looks_like_json(body: bytes) -> bool:
    """Whether a document begins as JSON does."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"


def read_json_feed(
    body: bytes, *, source_key: str, fetched_at: datetime
) -> tuple[str, str | None, str | None, list[FetchedEntry]]:
    """Title, site address, language and entries.

    Raises:
        NotAFeed: JSON, but no JSON Feed, or not even JSON.
    """
    try:
        said = json.loads(body.decode("utf-8-sig", "replace"))
    except ValueError as error:
        raise NotAFeed(f"begins like JSON and is not: {error}") from error
    if not isinstance(said, dict) or "jsonfeed.org" not in str(said.get("version", "")):
        raise NotAFeed("JSON, but no JSON Feed: it names no jsonfeed.org version")
    items = said.get("items")
    entries = [
        _entry(item, source_key=source_key, fetched_at=fetched_at, language=_text(said, "language"))
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict)
    ]
    site = _text(said, "home_page_url")
    return _text(said, "title") or "", site, _text(said, "language"), entries


def _entry(
    item: dict[str, Any], *, source_key: str, fetched_at: datetime, language: str | None
) -> FetchedEntry:
    raw = _text(item, "date_published") or _text(item, "date_modified")
    content = _text(item, "content_html") or _text(item, "content_text") or ""
    identifier = item.get("id")
    return FetchedEntry(
        source_key=source_key,
        url=_text(item, "url") or _text(item, "external_url"),
        guid=None if identifier in (None, "") else str(identifier),
        title=_text(item, "title") or "",
        summary=_text(item, "summary") or "",
        content=content,
        authors=tuple(_authors(item)),
        published_raw=raw,
        published_at=parse_date(raw),
        updated_at=parse_date(_text(item, "date_modified")),
        language=_text(item, "language") or language,
        fetched_at=fetched_at,
        tags=tuple(str(tag) for tag in item.get("tags") or () if isinstance(tag, str)),
    )


def _authors(item: dict[str, Any]) -> list[str]:
    said = item.get("authors") or [item.get("author")]
    people = said if isinstance(said, list) else [said]
    return [name for one in people if isinstance(one, dict) and (name := _text(one, "name"))]


def _text(item: dict[str, Any], key: str) -> str | None:
    value = item.get(key)
    return value if isinstance(value, str) and value else None
