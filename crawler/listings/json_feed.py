"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler.errors import NotAFeed
from crawler.text.dates import parse_date
from storage.model import FetchedEntry

_VERSION = re.compile(r'"version"\s*:\s*"([^"]*jsonfeed\.org[^"]*)"')
_TITLE = re.compile(r'"title"\s*:\s*("(?:[^"\\]|\\.)*")')
_ITEMS = re.compile(r'"items"\s*:\s*\[')
_NEXT = re.compile(r"[\s,]*\{")


def looks_like_json(body: bytes) -> bool:
    """Whether a document begins as JSON does."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonFeed:
    """A JSON Feed as read. `degraded`: what was wrong where items were kept all the same."""

    title: str
    site_url: str | None
    language: str | None
    entries: tuple[FetchedEntry, ...]
    degraded: str | None


def read_json_feed(body: bytes, *, source_key: str, fetched_at: datetime) -> JsonFeed:
    """Read a JSON Feed; of one that breaks off, the items that came whole.

    Raises:
        NotAFeed: JSON, but no JSON Feed, or not even JSON.
    """
    text = body.decode("utf-8-sig", "replace")
    degraded = None
    try:
        said = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        said = _what_came(text)
        if said is None:
            raise NotAFeed(f"begins like JSON and is not: {error}") from error
        degraded = f"ill-formed: {error}"
    if not isinstance(said, dict) or "jsonfeed.org" not in str(said.get("version", "")):
        raise NotAFeed("JSON, but no JSON Feed: it names no jsonfeed.org version")
    items = said.get("items")
    language = _text(said, "language")
    return JsonFeed(
        title=_text(said, "title") or "",
        site_url=_text(said, "home_page_url"),
        language=language,
        entries=tuple(
            _entry(item, source_key=source_key, fetched_at=fetched_at, language=language)
            for item in (items if isinstance(items, list) else [])
            if isinstance(item, dict)
        ),
        degraded=degraded,
    )


def _what_came(text: str) -> dict[str, Any] | None:
    """The head of a feed that breaks off, and its whole items; None where it is no feed."""
    found = _ITEMS.search(text)
    version = _VERSION.search(text)
    if found is None or version is None:
        return None
    items: list[Any] = []
    reader, at = json.JSONDecoder(strict=False), found.end()
    while begun := _NEXT.match(text, at):
        try:
            item, at = reader.raw_decode(text, begun.end() - 1)
        except (ValueError, RecursionError):
            break
        items.append(item)
    title = _TITLE.search(text, 0, found.start())
    return {
        "version": version[1],
        "title": json.loads(title[1], strict=False) if title else "",
        "items": items,
    }


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
