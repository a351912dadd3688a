"""The result of reading a source's listing: its entries, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from storage.model import FetchedEntry, Hub, Outcome, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A parsed listing, or a part of one.

    `degraded`: its damage; the entries are used despite it.
    `more`: URLs of further parts, fetched in this order; a part may name further ones.
    `covered_until`: the time up to which a source queried by time windows has been read; passed to
    the next poll as `since` if all parts were fetched.
    `ttl`: the publisher's interval between polls.
    `silent_hours`: hours of the week (0: Monday from 0 to 1 UTC) in which nothing is published,
    as declared by the publisher.
    `refetch_daily`: URLs of entries whose pages may change while the listing stays the same.
    `in_order`: parts follow each other in time, so the time before a missing part is covered.
    `behind`: one poll does not read everything; the next one is soon, and continues.
    `continue_at`: number of the first entry of the next part, if one response has too many entries.
    `title`: the title of a feed.
    `hub`: announces new entries of a feed.
    `note`: information for the operator on how the listing was found, shown by `doctor`.
    """

    entries: tuple[FetchedEntry, ...]
    language: str | None = None
    degraded: str | None = None
    more: tuple[str, ...] = ()
    covered_until: datetime | None = None
    ttl: timedelta | None = None
    silent_hours: frozenset[int] = frozenset()
    refetch_daily: frozenset[str] = frozenset()
    in_order: bool = False
    behind: bool = False
    continue_at: int | None = None
    note: str | None = None
    title: str | None = None
    hub: Hub | None = None

    def with_part(self, part: Listing) -> Listing:
        """Return this listing with the entries of one more part appended."""
        ends = [end for end in (self.covered_until, part.covered_until) if end is not None]
        return replace(
            self,
            entries=(*self.entries, *part.entries),
            language=self.language or part.language,
            degraded=self.degraded or part.degraded,
            covered_until=max(ends, default=None),
            refetch_daily=self.refetch_daily | part.refetch_daily,
            silent_hours=self.silent_hours | part.silent_hours,
            title=self.title or part.title,
            hub=self.hub or part.hub,
            behind=self.behind or part.behind,
            continue_at=part.continue_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The result of fetching a source. `listing` None: failed, or nothing new to read."""

    outcome: Outcome
    http_status: int | None = None
    listing: Listing | None = None
    validators: Validators | None = None
    error: str | None = None
    retry_after: datetime | None = None
    ttl: timedelta | None = None
    moved_to: str | None = None  # the target of a permanent redirect
    asked: Literal["declared", "moved"] = "declared"  # which of the source's URLs was used
    skipped: int = 0  # entries that earlier polls have read
    body_hash: str | None = None  # of the response, if it is read in parts
