"""Splits a feed with very many entries into parts that are parsed one at a time. Pure."""

from __future__ import annotations

import re

# the body is in UTF-8: `crawler.listings.feed_bytes`
_BEGINS = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?=[\s/>])")
_ENDS = re.compile(rb"</(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)\s{0,10}>")


def split_feed(body: bytes, *, start: int, count: int) -> tuple[bytes, int | None]:
    """Return a feed with `count` of its entries, from entry number `start` on.

    Returns:
        the bytes of an XML feed, and the number of the first entry after the part, or None. A feed
        of up to `count` entries is returned unchanged.
    """
    begins = [found.start() for found in _BEGINS.finditer(body)]
    if len(begins) <= count and start == 0:
        return body, None
    if start >= len(begins):
        start = 0  # the feed is shorter than at the last poll
    after = start + count
    last_end = 0
    for found in _ENDS.finditer(body, begins[-1]):
        last_end = found.end()
    head, tail = body[: begins[0]], body[last_end:] if last_end else b""
    if after >= len(begins):
        return head + body[begins[start] :], None
    return head + body[begins[start] : begins[after]] + tail, after
