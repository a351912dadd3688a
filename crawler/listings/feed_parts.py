"""Takes a part of a feed with very many entries, so that each part is read within bounds. Pure."""

from __future__ import annotations

import re

# UTF-16 has none of these: such a feed is read as a whole, or is too much
_BEGINS = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)(?=[\s/>])")
_ENDS = re.compile(rb"</(?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry)\s{0,10}>")


def part_of_feed(body: bytes, *, start: int, count: int) -> tuple[bytes, int | None]:
    """The feed with `count` of its entries from the one numbered `start` on, and what is next.

    Returns:
        the bytes of an XML feed, and the number of the entry that follows the part; None: there
        is none. A feed of up to `count` entries comes back as it is.
    """
    begins = [found.start() for found in _BEGINS.finditer(body)]
    if len(begins) <= count and start == 0:
        return body, None
    if start >= len(begins):
        start = 0  # it has become shorter since
    after = start + count
    last_end = 0
    for found in _ENDS.finditer(body, begins[-1]):
        last_end = found.end()
    head, tail = body[: begins[0]], body[last_end:] if last_end else b""
    if after >= len(begins):
        return head + body[begins[start] :], None
    return head + body[begins[start] : begins[after]] + tail, after
