"""The content of the welcome message to a new recipient, as a value. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.digest.entry import Entry, WatchWords
from alerts.digest.reader_links import ReaderLinks


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPlan:
    """A subscription of the recipient. `next_at` is None for one that sends alerts."""

    key: str
    schedule: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The watches, the state of the sources, the stored matches, and the next messages.

    `silent` lists the sources that have not answered yet as (name, cause or empty).
    """

    recipient: str
    plans: tuple[SubscriptionPlan, ...]
    watches: tuple[WatchWords, ...]
    sources_total: int
    sources_answered: int
    silent: tuple[tuple[str, str], ...]
    items_stored: int
    entries: tuple[Entry, ...]
    timezone: str
    now: datetime
    contact: str | None
    links: ReaderLinks | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the subscriptions."""
        return tuple(plan.key for plan in self.plans)
