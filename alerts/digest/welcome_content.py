"""What the one welcome message to a new recipient says, as a value. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.digest.entry import Entry, WatchWords
from alerts.digest.reader_links import ReaderLinks


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A subscription of the recipient. `next_at` is None for one that tells at once."""

    key: str
    schedule: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What is watched, what answered, what is there already, and when the next message comes.

    `silent` names the sources that have not answered yet, with the cause where one is known.
    """

    recipient: str
    plans: tuple[Planned, ...]
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
        """The subscriptions by key."""
        return tuple(planned.key for planned in self.plans)
