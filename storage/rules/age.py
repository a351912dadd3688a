"""Decides whether an item was already old when its source first listed it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.model import PendingTelling


@dataclass(frozen=True, slots=True, kw_only=True)
class OldItems:
    """Limits from which items count as old, and who is told of old items.

    Args:
        max_age: source key -> age from which its items are old; without a limit none is.
        audience: watch key -> ids of the subscribers who are told of old items; None: of all.
    """

    max_age: Mapping[str, timedelta | None] = field(default_factory=dict)
    audience: Mapping[str, Sequence[int]] | None = None


@dataclass(frozen=True, slots=True)
class OldItemsWaiting:
    """The number of old items that a subscriber is still to be told of, and since when."""

    count: int
    since: datetime


def is_old(
    published_at: datetime | None,
    *,
    first_seen_at: datetime,
    caught_up_at: datetime | None,
    max_age: timedelta | None,
) -> bool:
    """Return whether an item was older than `max_age` when its source listed it first.

    Age counts from the last time the source was read before, so that what was published during an
    outage is not old. Without a publication date nothing is old.

    Args:
        published_at: the publication date.
        first_seen_at: when the item was first listed.
        caught_up_at: when its source had last been read in full before that; None: never.
        max_age: of the source; None: nothing is old.
    """
    if published_at is None or max_age is None:
        return False
    # a time after `first_seen_at` was written while the clock ran ahead
    known_from = first_seen_at if caught_up_at is None else min(caught_up_at, first_seen_at)
    return known_from - published_at > max_age


def is_old_item_telling(telling: PendingTelling) -> bool:
    """Return whether a telling is the first of an old item, which is not news."""
    return telling.mention.old and telling.what == "new"
