"""Conditional GET: what to send back to a server, and what its answer leaves us with. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from storage.model import Validators

NO_VALIDATORS = Validators(etag=None, last_modified=None, body_hash=None)


def request_headers(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Headers of a conditional GET; the values go back byte for byte (RFC 9110, 13.1)."""
    headers: dict[str, str] = {}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    return headers


def asks_in_full(last_polled_at: datetime | None, now: datetime) -> bool:
    """Whether this poll sends no validators: the first of each UTC day.

    Some servers answer 304 for ever (a stuck cache, an ETag of the template). One full answer a
    day finds them out, and the body's hash still saves the work when nothing has changed.
    """
    return last_polled_at is None or last_polled_at.astimezone(UTC).date() != now.date()


def after_full(headers: Mapping[str, str], body: bytes) -> Validators:
    """What a 200 leaves to be sent next time. `headers` have lower-case names."""
    return Validators(
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        body_hash=body_hash(body),
    )


def after_not_modified(sent: Validators, headers: Mapping[str, str]) -> Validators:
    """What a 304 leaves: it may renew the ETag and the date, never the body."""
    return Validators(
        etag=headers.get("etag", sent.etag),
        last_modified=headers.get("last-modified", sent.last_modified),
        body_hash=sent.body_hash,
    )


def body_hash(body: bytes) -> str:
    """Names a body, so that an equal one needs no work."""
    return hashlib.sha256(body).hexdigest()
