"""State of a source and the report of a poll."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Outcome = Literal["ok", "not-modified", "empty", "not-a-feed", "blocked", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """Validators for a conditional GET; stored only together with the entries they belong to."""

    etag: str | None
    last_modified: str | None
    body_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """The stored state of a source."""

    key: str
    kind: str
    url: str
    active: bool
    next_at: datetime
    lease_owner: str | None
    lease_until: datetime | None
    validators: Validators
    last_polled_at: datetime | None
    last_success_at: datetime | None
    outcome: Outcome | None
    http_status: int | None
    last_error: str | None
    failures: int  # polls in a row that did not succeed
    baseline_done_at: datetime | None
    item_count: int
    covered_until: datetime | None = None  # of a source that is polled by time windows
    newest_at: datetime | None = None  # publication of its newest entry, or when it was seen
    newest_published_at: datetime | None = None  # the latest date of its entries
    usual_gap: timedelta | None = None  # median between new entries; None: not known yet
    longest_gap: timedelta | None = None
    empty_since: datetime | None = None  # its listing is valid and has no entries
    thin_since: datetime | None = None  # no page could be read
    thin_pages: int = 0
    moved_to: str | None = None  # target of its permanent redirect, the same at each poll
    moved_since: datetime | None = None
    moved_polls: int = 0
    silent_hours: frozenset[int] = frozenset()  # of the week; 0: Monday from 0 to 1 UTC
    unfinished_polls: int = 0  # in a row that started and did not finish
    continue_at: int = 0  # entries of its listing that earlier polls processed
    continue_of: str | None = None  # the hash of that listing


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPoll:
    """The counts of one poll, or of `polls` in a row with the same outcome and nothing new."""

    row_id: int
    source_key: str
    first_at: datetime
    last_at: datetime
    polls: int
    outcome: str
    http_status: int | None
    listed: int
    new: int
    completed: int
    revised: int
    duplicate: int
    read: int
    thin: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """The result of one poll of one source."""

    source_key: str
    run_id: str
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    http_status: int | None = None
    listed: int = 0
    new: int = 0
    completed: int = 0
    revised: int = 0
    duplicate: int = 0
    read: int = 0  # pages with a text, or unchanged
    thin: int = 0
    moved_to: str | None = None  # target of a permanent redirect
    polled_url: Literal["declared", "moved"] = "declared"
    silent_hours: tuple[int, ...] | None = None  # None: this poll did not read them
    rejected: tuple[tuple[str, int], ...] = field(default=())
    errors: tuple[str, ...] = ()
    retry_after: datetime | None = None
    continue_at: int = 0  # entries of the listing that were processed, where it has more
    continue_of: str | None = None
