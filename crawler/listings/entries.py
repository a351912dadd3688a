"""Corrects the entries of a listing: invalid links, shared links, repeated identifiers. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from storage.model import FetchedEntry
from storage.rules.identity import url_key


def make_distinct(entries: Sequence[FetchedEntry], base: str) -> tuple[FetchedEntry, ...]:
    """Return entries with unique identifiers and absolute links; shared links are marked.

    Args:
        entries: as published.
        base: the URL that relative links are resolved against.
    """
    linked = [replace(entry, url=_resolve_link(entry, base)) for entry in entries]
    # links that differ only in tracking parameters are one link: to storage they are one item
    keys = {entry.url: url_key(entry.url) for entry in linked if entry.url}
    links = Counter(keys[entry.url] for entry in linked if entry.url)
    titles = {(keys[entry.url], entry.title) for entry in linked if entry.url}
    titles_per_link = Counter(key for key, _ in titles)
    identities = {(entry.guid, entry.url, entry.title) for entry in linked if entry.guid}
    guids = Counter(guid for guid, _, _ in identities)
    result, seen = [], set()
    for entry in linked:
        guid = entry.guid
        if guid is not None and guids[guid] > 1:
            guid = f"{guid}#{_make_short_hash(entry.url or '', entry.title)}"
        if guid is None and (entry.url is None or links[keys[entry.url]] > 1):
            parts = (entry.url or "", entry.title, entry.published_raw or "", entry.summary)
            guid = f"#{_make_short_hash(*parts)}"
        same = (guid, entry.url, entry.title)
        if same in seen:
            continue
        seen.add(same)
        shared = entry.url is not None and titles_per_link[keys[entry.url]] > 1
        result.append(replace(entry, guid=guid, url_is_shared=shared))
    return tuple(result)


def absolute(link: str | None, base: str) -> str | None:
    """Resolve a link to an absolute http(s) URL; None if it is not one."""
    if not link or not link.strip():
        return None
    try:
        written = urlsplit(link.strip())
        joined = join_link(base, link.strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    if written.scheme and not written.netloc:
        return None
    return joined if parts.scheme in ("http", "https") and parts.netloc else None


def join_link(base: str, link: str) -> str:
    """Resolve `link` against `base`; an absolute one is returned unchanged.

    Raises:
        ValueError: it is not a URL.
    """
    # urljoin drops a ";" at the end of a path and an empty query
    return link if urlsplit(link).netloc and urlsplit(link).scheme else urljoin(base, link)


def _resolve_link(entry: FetchedEntry, base: str) -> str | None:
    # feedparser uses the RSS guid where a link is missing; one without a slash is not a URL
    if entry.url is not None and entry.url == entry.guid and "/" not in entry.url:
        return None
    return absolute(entry.url, base)


def _make_short_hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
