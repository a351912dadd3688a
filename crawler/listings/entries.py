"""Makes entries tell apart what their listing mixed up: links that are none, identifiers. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from storage.model import FetchedEntry


def distinct(entries: Sequence[FetchedEntry], base: str) -> tuple[FetchedEntry, ...]:
    """Entries whose identifiers mean one each, and whose shared links are marked as shared.

    Args:
        entries: as the publisher wrote them.
        base: the address that relative links start from.
    """
    linked = [replace(entry, url=_link(entry, base)) for entry in entries]
    links = Counter(entry.url for entry in linked if entry.url)
    titles = {(entry.url, entry.title) for entry in linked}
    told = Counter(url for url, _ in titles)
    said = {(entry.guid, entry.url, entry.title) for entry in linked if entry.guid}
    guids = Counter(guid for guid, _, _ in said)
    made, seen = [], set()
    for entry in linked:
        guid = entry.guid
        if guid is not None and guids[guid] > 1:
            guid = f"{guid}#{_mark(entry.url or '', entry.title)}"
        if guid is None and (entry.url is None or links[entry.url] > 1):
            guid = (
                f"#{_mark(entry.url or '', entry.title, entry.published_raw or '', entry.summary)}"
            )
        same = (guid, entry.url, entry.title)
        if same in seen:
            continue
        seen.add(same)
        shared = entry.url is not None and told[entry.url] > 1
        made.append(replace(entry, guid=guid, url_is_shared=shared))
    return tuple(made)


def absolute(link: str | None, base: str) -> str | None:
    """`link` as an address that can be fetched, or None."""
    if not link or not link.strip():
        return None
    try:
        said = urlsplit(link.strip())
        joined = urljoin(base, link.strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    if said.scheme and not said.netloc:
        return None
    return joined if parts.scheme in ("http", "https") and parts.netloc else None


def _link(entry: FetchedEntry, base: str) -> str | None:
    # RSS has a guid stand for a missing link; one that is no address is only an identifier
    if entry.url is not None and entry.url == entry.guid and "/" not in entry.url:
        return None
    return absolute(entry.url, base)


def _mark(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
