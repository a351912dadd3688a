"""Conditional GET: request headers, and the validators to store after a response. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from storage.model import Validators

NO_VALIDATORS = Validators(etag=None, last_modified=None, body_hash=None)


def request_headers(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Return the headers of a conditional GET; values are sent unchanged (RFC 9110, 13.1)."""
    headers: dict[str, str] = {}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    return headers


def should_fetch_in_full(last_polled_at: datetime | None, now: datetime) -> bool:
    """Return whether this poll should send no validators: true for the first of each UTC day.

    Some servers answer 304 for ever (a stuck cache, an ETag of the template). One full response a
    day detects that; the hash of the body still avoids parsing when nothing has changed.
    """
    return last_polled_at is None or last_polled_at.astimezone(UTC).date() != now.date()


def validators_after_200(headers: Mapping[str, str], body: bytes) -> Validators:
    """Return the validators to store after a 200. `headers` have lower-case names."""
    return Validators(
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        body_hash=body_hash(body),
    )


def validators_after_304(sent: Validators, headers: Mapping[str, str]) -> Validators:
    """Return the validators to store after a 304, which may update ETag and date only."""
    return Validators(
        etag=headers.get("etag", sent.etag),
        last_modified=headers.get("last-modified", sent.last_modified),
        body_hash=sent.body_hash,
    )


def body_hash(body: bytes) -> str:
    """Return the SHA-256 of a body in hex, by which an unchanged body is recognised."""
    return hashlib.sha256(body).hexdigest()
