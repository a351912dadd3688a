"""Entity tags: a client that has a document already is not sent it again (RFC 9110, 13)."""

from __future__ import annotations

import hashlib


def make_tag(body: bytes) -> str:
    """Return the strong ETag of a body, quotes included."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def is_known(tag: str, if_none_match: str) -> bool:
    """Return whether a client has the document of this tag, by its If-None-Match."""
    given = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return tag in given or given == ["*"]
