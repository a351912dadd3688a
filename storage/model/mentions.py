"""Matches of watches, the mentions made of them, and what is to be told to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from storage.model.items import StoredItem

FieldName = Literal["title", "summary", "body", "comments", "author", "url", "aside"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The characters [start, end) of a field that matched a query."""

    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A watch version that matched an item, with the spans that matched."""

    watch_key: str
    watch_version: int
    item_id: int
    revision: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchVersion:
    """A version of a watch. Items that were stored before it became active are baseline to it.

    `last_item_id` is the newest item of that moment; None in versions older than the column.
    """

    key: str
    version: int
    query: str
    fingerprint: str
    active_since: datetime
    last_item_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A stored match. `baseline` mentions are never sent; `old` ones are sent, but not as news."""

    mention_id: int
    match: Match
    created_at: datetime
    baseline: bool
    old: bool = False  # see `storage.rules.age`


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingTelling:
    """A mention that has not been sent to a subscriber yet."""

    subscriber_id: int
    mention: Mention
    item: StoredItem
    what: Literal["new", "edit"]
    revision: int
    told_before: datetime | None  # when an alert to the same recipient reported it
    is_copy: bool = False  # what was reported before is another outlet's copy of the story


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One recipient of one subscription: the unit of delivery."""

    subscriber_id: int
    subscription_key: str
    recipient: str
    activated_at: datetime
    next_at: datetime | None
    last_cut_at: datetime | None
    last_cut_date: date | None
    ended_at: datetime | None = None  # unsubscribed by the reader
