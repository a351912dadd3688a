"""What a source's listing came to: the entries, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from storage.model import FetchedEntry, Outcome, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing that was read. `degraded` says what was broken in it; its entries still count.

    `ttl` is the publisher's wish for the time between polls, `silent_hours` the hours of the week
    (0: Monday from 0 to 1 UTC) in which nothing comes, by its own word. `more` are the addresses
    of further parts of the same listing, asked for in this order; they may name others.
    `covered_until` says up to when a source that is asked by windows of time has been read; the
    next poll is told it as `since` if all parts came. `again` are addresses of entries whose pages
    may have changed although the listing says the same words: they are asked for again each day.
    `in_order`: the parts follow each other in time, so what came before a missing one is covered.
    `behind`: there is more than one poll should take; the next one comes soon and goes on.
    `rest`: the entry of the same answer that the next part begins with, where it has too many
    to be read at once.
    `note` says what an operator should know of how it was found; `doctor` shows it.
    """

    entries: tuple[FetchedEntry, ...]
    language: str | None = None
    degraded: str | None = None
    more: tuple[str, ...] = ()
    covered_until: datetime | None = None
    ttl: timedelta | None = None
    silent_hours: frozenset[int] = frozenset()
    again: frozenset[str] = frozenset()
    in_order: bool = False
    behind: bool = False
    rest: int | None = None
    note: str | None = None

    def joined(self, part: Listing) -> Listing:
        """This listing with the entries of one more part."""
        ends = [end for end in (self.covered_until, part.covered_until) if end is not None]
        return replace(
            self,
            entries=(*self.entries, *part.entries),
            language=self.language or part.language,
            degraded=self.degraded or part.degraded,
            covered_until=max(ends, default=None),
            again=self.again | part.again,
            silent_hours=self.silent_hours | part.silent_hours,
            behind=self.behind or part.behind,
            rest=part.rest,
        )


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
    moved_to: str | None = None  # where a permanent redirect led
    asked: Literal["declared", "moved"] = "declared"  # which of the source's addresses
    skipped: int = 0  # entries of the listing that polls before took
    body_hash: str | None = None  # of the answer, where it is taken in parts
