"""What a source's listing came to: the entries, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.model import FetchedEntry, Outcome, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing that was read. `degraded` says what was broken in it; its entries still count.

    `ttl` is the publisher's wish for the time between polls.
    """

    entries: tuple[FetchedEntry, ...]
    language: str | None = None
    degraded: str | None = None
    ttl: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What asking a source came to. `listing` None: there is nothing new to read in it."""

    outcome: Outcome
    http_status: int | None = None
    listing: Listing | None = None
    validators: Validators | None = None
    error: str | None = None
    retry_after: datetime | None = None
    ttl: timedelta | None = None
