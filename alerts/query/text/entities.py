"""HTML entities in what was pasted into a query: AT&amp;T is AT&T. Pure."""

from __future__ import annotations

import html
import re

_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
ENTITY_END = re.compile(rf"(?:{_ENTITY.pattern})\Z")


def decode_entities(written: str) -> str:
    """Replace entities by their characters; unknown ones are kept."""
    return (
        _ENTITY.sub(lambda found: html.unescape(found[0]), written) if "&" in written else written
    )
