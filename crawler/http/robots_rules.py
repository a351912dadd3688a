"""The rules of a robots.txt, by RFC 9309. Pure.

4xx: everything is allowed. 5xx or no response: nothing, unless an older copy is cached. Scrapy
allows everything in both cases and ignores Crawl-delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from protego import Protego

CACHED_FOR = timedelta(hours=24)  # RFC 9309, 2.4
MAX_CHARACTERS = 1024 * 1024  # RFC 9309, 2.5: at least 500 KiB
MAX_CRAWL_DELAY = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsCopy:
    """A fetched robots.txt; `status` None: no response came."""

    fetched_at: datetime
    status: int | None
    body: str

    @property
    def is_usable(self) -> bool:
        """Return whether the host answered with usable rules (4xx: everything is allowed)."""
        return self.status is not None and self.status < 500


class RobotsRules(Protocol):
    """The rules of one host for one user agent."""

    def allows(self, url: str) -> bool:
        """Return whether this URL may be fetched."""

    @property
    def crawl_delay(self) -> float:
        """The Crawl-delay in seconds, at most `MAX_CRAWL_DELAY`; 0 if there is none."""


class _AllowAll:
    crawl_delay = 0.0

    def allows(self, url: str) -> bool:
        return True


class _DenyAll:
    crawl_delay = 0.0

    def allows(self, url: str) -> bool:
        return False


class _ParsedRules:
    def __init__(self, body: str, token: str) -> None:
        self._parsed = Protego.parse(body)
        self._token = token

    def allows(self, url: str) -> bool:
        return self._parsed.can_fetch(url, self._token)

    @property
    def crawl_delay(self) -> float:
        return min(max(self._parsed.crawl_delay(self._token) or 0.0, 0.0), MAX_CRAWL_DELAY)


def rules_of(copy: RobotsCopy, token: str) -> RobotsRules:
    """Return the rules of a robots.txt for the user agent with this product token."""
    if not copy.is_usable:
        return _DenyAll()
    if copy.status is not None and 200 <= copy.status < 300:
        return _ParsedRules(copy.body, token)
    return _AllowAll()


def is_fresh(copy: RobotsCopy, now: datetime) -> bool:
    """Return whether a cached copy may be used without fetching it again."""
    return copy.is_usable and timedelta(0) <= now - copy.fetched_at < CACHED_FOR


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL: the scope of a robots.txt."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def product_token(user_agent: str) -> str:
    """Return the product token of a user agent: `watch` of `watch/1.0 (+https://...)`."""
    return user_agent.split("/")[0].split("(")[0].strip() or "*"


def decode_robots(body: bytes) -> str:
    """Decode a robots.txt as UTF-8 (RFC 9309), cut at the last whole line within the limit."""
    text = body[: 4 * MAX_CHARACTERS].decode("utf-8-sig", "replace").replace("\x00", "")
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[:MAX_CHARACTERS].rpartition("\n")[0]
