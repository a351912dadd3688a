"""Counts the results of one poll, for its report."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from crawler.listings.listing import Listed
from storage.model import Completion, CrawlReport, Decision, Duplicate, New, Revision


class PollStats:
    """The counts of one poll. Every entry that is dropped is counted here."""

    def __init__(self) -> None:
        self.listed = 0
        self.duplicate = 0
        self.read = 0
        self.thin = 0
        self.retracted = 0
        self.rejected: Counter[str] = Counter()
        self.errors: list[str] = []
        self.retry_after: datetime | None = None
        self._decisions: Counter[type[object]] = Counter()

    @property
    def new(self) -> int:
        """The number of items that were new."""
        return self._decisions[New]

    def count(self, decision: Decision) -> None:
        """Count the decision of storage about an article."""
        self._decisions[type(decision)] += 1

    def record_retry_after(self, when: datetime | None) -> None:
        """Record the Retry-After of a server, in UTC; the latest one counts."""
        if when is not None:
            self.retry_after = max(when, self.retry_after or when)

    def report(
        self, *, source_key: str, run_id: str, started_at: datetime, now: datetime, listed: Listed
    ) -> CrawlReport:
        """Build the report of the poll.

        Args:
            listed: the result of fetching the listing.
            now: when the poll ended.
        """
        listing = listed.listing
        return CrawlReport(
            source_key=source_key,
            run_id=run_id,
            started_at=started_at,
            finished_at=now,
            outcome=listed.outcome,
            http_status=listed.http_status,
            listed=self.listed,
            new=self.new,
            completed=self._decisions[Completion],
            revised=self._decisions[Revision] + self.retracted,
            duplicate=self.duplicate + self._decisions[Duplicate],
            read=self.read,
            thin=self.thin,
            moved_to=listed.moved_to,
            polled_url=listed.asked,
            silent_hours=(None if listing is None else tuple(sorted(listing.silent_hours))),
            rejected=tuple(sorted(self.rejected.items())),
            errors=tuple(self.errors[:20]),
            retry_after=self.retry_after,
            continue_at=0
            if listing is None or listing.continue_at is None
            else listing.continue_at,
            continue_of=None
            if listing is None or listing.continue_at is None
            else listed.body_hash,
        )
