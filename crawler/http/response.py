"""An HTTP response as polls use it, and its classification (challenge, blocked). Pure.

A challenge, a login page or an error page is never treated as content.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.fetch_errors import FetchFailed
from crawler.http.retry_after import parse_retry_after
from storage.model import FetchedPage

_CHALLENGE = re.compile(
    rb"cf-browser-verification|cf_chl_opt|challenge-platform|_incapsula_resource|"
    rb"/_sec/cp_challenge|px-captcha|datadome|<title>\s*(just a moment|attention required!|"
    rb"ddos-guard|access denied|pardon our interruption|robot check)",
    re.IGNORECASE,
)
_BLOCKED_STATUSES = frozenset({401, 402, 403, 407, 451})
_WAIT_STATUSES = frozenset({429, 503})
_GZIP = b"\x1f\x8b"
CUT_SHORT = "cut-short"  # flag of a Scrapy response


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class FetchResponse:
    """An HTTP response. `headers` have lower-case names; the body is decompressed."""

    page: FetchedPage
    headers: Mapping[str, str] = field(default_factory=dict)
    permanent_to: str | None = None  # the final URL, if all redirects were 301 or 308
    cut_short: bool = False  # the compressed body is truncated

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.page.status

    @property
    def is_challenge(self) -> bool:
        """Return whether this is a bot challenge (CAPTCHA, browser check), with any status."""
        if self.headers.get("cf-mitigated", "").lower() == "challenge":
            return True
        looks_html = b"<html" in self.page.body[:2000].lower()
        return looks_html and _CHALLENGE.search(self.page.body[:50_000]) is not None

    @property
    def is_blocked(self) -> bool:
        """Return whether the server refuses access, rather than fails."""
        if self.status in _BLOCKED_STATUSES:
            return True
        # with status 200 it may be an article about these products: extraction decides
        return self.status != 200 and self.is_challenge

    def retry_after(self, now: datetime) -> datetime | None:
        """Return the time that Retry-After names; None unless the status is 429 or 503."""
        if self.status not in _WAIT_STATUSES:
            return None
        return parse_retry_after(self.headers.get("retry-after"), now)


# fetches a URL with these headers added to the default ones; raises FetchFailed
Fetch = Callable[[str, Mapping[str, str]], Awaitable[FetchResponse]]


def is_cut_short(encoding: str, body: bytes, *, limit: int) -> bool:
    """Return whether a gzip-encoded body is truncated; False if larger than `limit` unpacked."""
    if encoding.strip().lower() not in ("gzip", "x-gzip") or not body.startswith(_GZIP):
        return False
    stream, size = zlib.decompressobj(wbits=31), 0
    try:
        rest = body
        while rest and not stream.eof and size <= limit:
            size += len(stream.decompress(rest, 1024 * 1024))
            rest = stream.unconsumed_tail
    except zlib.error:
        return True
    return not stream.eof and size <= limit


def gunzip_body(body: bytes, *, limit: int) -> bytes:
    """Return the body, unpacked if it is a gzip file sent without Content-Encoding.

    Raises:
        FetchFailed: it unpacks to more than `limit` bytes, or not at all.
    """
    if not body.startswith(_GZIP):
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            text = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FetchFailed(f"the gzip file is damaged: {error}", cause="damaged") from error
    if len(text) > limit:
        raise FetchFailed(f"the gzip file unpacks to more than {limit} bytes", cause="too-large")
    return text
