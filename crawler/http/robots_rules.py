"""What a host's robots.txt allows, by RFC 9309. Pure.

4xx: everything. 5xx or no answer: nothing, unless an older copy is known. Scrapy fetches in
both cases and knows no Crawl-delay.
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
    """A robots.txt as it was answered; `status` None: no answer came."""

    fetched_at: datetime
    status: int | None
    body: str

    @property
    def reached(self) -> bool:
        """Whether the host said what it allows (4xx says: everything)."""
        return self.status is not None and self.status < 500


class RobotsRules(Protocol):
    """What one host allows one crawler."""

    def allows(self, url: str) -> bool:
        """Whether this URL may be fetched."""

    @property
    def crawl_delay(self) -> float:
        """Seconds between requests that the host asks for; 0 where it asks for none."""


class _Everything:
    crawl_delay = 0.0

    def allows(self, url: str) -> bool:
        return True


class _Nothing:
    crawl_delay = 0.0

    def allows(self, url: str) -> bool:
        return False


class _Written:
    def __init__(self, body: str, token: str) -> None:
        self._parsed = Protego.parse(body)
        self._token = token

    def allows(self, url: str) -> bool:
        return self._parsed.can_fetch(url, self._token)

    @property
    def crawl_delay(self) -> float:
        return min(max(self._parsed.crawl_delay(self._token) or 0.0, 0.0), MAX_CRAWL_DELAY)


def rules_of(copy: RobotsCopy, token: str) -> RobotsRules:
    """The rules in a copy for the crawler with this product token."""
    if not copy.reached:
        return _Nothing()
    if copy.status is not None and 200 <= copy.status < 300:
        return _Written(copy.body, token)
    return _Everything()


def is_fresh(copy: RobotsCopy, now: datetime) -> bool:
    """Whether a copy may be used without asking again."""
    return copy.reached and timedelta(0) <= now - copy.fetched_at < CACHED_FOR


def origin_of(url: str) -> str:
    """Scheme, host and port: what a robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def product_token(user_agent: str) -> str:
    """The name that robots.txt rules address: `watch` of `watch/1.0 (+https://...)`."""
    return user_agent.split("/")[0].split("(")[0].strip() or "*"


def decode_robots(body: bytes) -> str:
    """The text of a robots.txt, cut at the last whole line within bounds (RFC 9309: UTF-8)."""
    text = body[: 4 * MAX_CHARACTERS].decode("utf-8-sig", "replace").replace("\x00", "")
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[:MAX_CHARACTERS].rpartition("\n")[0]
