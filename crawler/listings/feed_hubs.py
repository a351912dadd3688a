"""Finds the hub that a feed declares by links in it or in its headers (WebSub, section 4). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from storage.model import Hub

MAX_ADDRESS = 2_000  # characters
MAX_HEADER = 8_000
_LINK = re.compile(r"<([^<>]{1,2000})>((?:[^,<\"]|\"[^\"]{0,500}\")*+)")
_RELATION = re.compile(r"""(?:^|;)\s*+rel\s*+=\s*+(?:"([^"]*+)"|([^\s";,]++))""", re.IGNORECASE)


def find_hub(links: Iterable[tuple[str, str]], headers: Mapping[str, str], url: str) -> Hub | None:
    """Return the first hub that is declared; None where there is none.

    Args:
        links: (relation, address) of the links of the feed; those of the headers come first.
        headers: of the response, with lower-case names.
        url: of the response, the topic where no link of the relation `self` names another.
    """
    found = [*_read_link_header(headers.get("link", "")), *links]
    hub = _find_relation(found, "hub", url)
    if hub is None:
        return None
    topic = _find_relation(found, "self", url) or url
    # a feed that names the address of another host as its own is a copy that the hub does not know
    same = urlsplit(topic).hostname == urlsplit(url).hostname
    return Hub(url=hub, topic=topic if same else url)


def feed_links(head: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (relation, address) of the links of a feed as feedparser has read them."""
    links = head.get("links") or ()
    return tuple(
        (str(each.get("rel", "")), str(each.get("href", "")))
        for each in links
        if each.get("rel") in ("hub", "self")
    )


def json_feed_links(feed: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (relation, address) of the hubs of a JSON Feed, and of its own address."""
    hubs = feed.get("hubs")
    found = [
        ("hub", each["url"])
        for each in (hubs if isinstance(hubs, list) else [])
        if isinstance(each, dict)
        and str(each.get("type", "")).lower() in ("websub", "pubsubhubbub")
        and isinstance(each.get("url"), str)
    ]
    own = feed.get("feed_url")
    return (*found, ("self", own)) if isinstance(own, str) else tuple(found)


def _read_link_header(text: str) -> list[tuple[str, str]]:
    found = []
    for address, parameters in _LINK.findall(text[:MAX_HEADER]):
        relation = _RELATION.search(parameters)
        if relation is not None:
            names = (relation[1] or relation[2] or "").lower().split()
            found += [(name, address.strip()) for name in names]
    return found


def _find_relation(links: Iterable[tuple[str, str]], relation: str, url: str) -> str | None:
    for name, address in links:
        if name == relation and 0 < len(address) <= MAX_ADDRESS:
            try:
                whole = urljoin(url, address.strip())
                parts = urlsplit(whole)
            except ValueError:
                continue
            if parts.scheme in ("http", "https") and parts.hostname:
                return whole
    return None
