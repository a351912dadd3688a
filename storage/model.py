"""The values that are passed between crawler, storage and alerts.

Frozen dataclasses, standard library only. Datetimes are aware and in UTC; sequences are tuples.
Text offsets are positions in the Python string of the field that they name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

ItemKind = Literal["news", "release", "tender", "question", "hansard", "boardpaper"]
FieldName = Literal["title", "summary", "body", "comments", "author", "url"]
# kinds whose revisions are events: the award of a tender, the answer to a question
EVENTFUL: frozenset[ItemKind] = frozenset({"tender", "question"})
Outcome = Literal["ok", "not-modified", "empty", "not-a-feed", "blocked", "failed"]


class TextState(StrEnum):
    """How much of an article's text is stored."""

    LISTED = "listed"  # its page is not fetched yet
    FULL = "full"
    THIN = "thin"  # its page cannot be read: title and summary only


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcurementNotice:
    """The structured fields of a procurement notice.

    `value` is an amount in whole units of `currency` (ISO 4217); `deadline` is the end of the
    bidding period, `starts_on` and `ends_on` are those of the contract. `facts` are other fields
    as (name, value), such as its stage or number, in display order.
    """

    buyers: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    value: float | None = None
    currency: str | None = None
    deadline: datetime | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedEntry:
    """An entry as its listing has it, verbatim; only links are made absolute."""

    source_key: str
    url: str | None
    guid: str | None
    title: str
    summary: str
    content: str
    authors: tuple[str, ...]
    published_raw: str | None
    published_at: datetime | None
    updated_at: datetime | None
    language: str | None
    fetched_at: datetime
    url_is_shared: bool = False  # other entries of the same listing have the same link
    tags: tuple[str, ...] = ()
    notice: ProcurementNotice | None = None
    kind: ItemKind | None = None  # where a listing mixes kinds; else what the source declares
    complete: bool = False  # `content` is the full text: no page is to be fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """The HTTP response with an entry's page; `body` is undecoded."""

    requested_url: str
    final_url: str
    status: int
    content_type: str | None
    body: bytes
    etag: str | None
    last_modified: str | None
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...] = ()  # of the response, verbatim


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text extracted from a page. `comments` are readers' comments, not part of `text`.

    `pages` are the texts of a document's pages, in order; empty where one could not be read.
    """

    title: str | None
    published_raw: str | None
    published_at: datetime | None
    authors: tuple[str, ...]
    language: str | None
    canonical_url: str | None
    summary: str
    text: str
    comments: str
    pages: tuple[str, ...] = ()
    notice: ProcurementNotice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A normalised article. `url` is None where no link identifies this article alone.

    `alias_urls` are other URLs that lead to it (the listing's link, redirects). `content_hash` is
    None unless the full text is held; `entry_hash` is that of the entry in the listing.
    """

    source_key: str
    kind: ItemKind
    url: str | None
    alias_urls: tuple[str, ...]
    guid: str | None
    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published_raw: str | None
    language: str | None
    summary: str
    body: str
    comments: str
    text_state: TextState
    thin_reason: str | None
    content_hash: str | None
    entry_hash: str
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    pages: tuple[str, ...] = ()
    notice: ProcurementNotice | None = None
    page_title: str | None = None  # on the page; `title` may be that of the listing


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """The fields of a stored item that deduplication compares."""

    item_id: int
    source_key: str
    url_keys: frozenset[str]
    guids: frozenset[tuple[str, str]]  # (source key, guid)
    title: str
    summary: str
    text_state: TextState
    content_hash: str | None
    entry_hash: str
    has_mentions: bool
    revision: int
    published_at: datetime | None = None
    buyers: tuple[str, ...] = ()  # of a notice
    pruned: bool = False  # its text was deleted: nothing can be compared with it


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """The article is a new item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The text of a listed or thin item came. `absorb`: a duplicate row to merge into it."""

    item_id: int
    absorb: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The item is known and its text has changed."""

    item_id: int
    number: int
    absorb: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """The item is known and has not changed. `by`: the key that identified it."""

    item_id: int
    by: Literal["url", "guid", "text", "entry"]
    absorb: int | None = None


Decision = New | Completion | Revision | Duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The result of `Items.put`: the decision and the item it was applied to."""

    decision: Decision
    item_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A source that listed an item, with the URL and identifier it listed it under."""

    source_key: str
    url: str | None
    guid: str | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """A stored item with its newest text and its state."""

    item_id: int
    source_key: str
    kind: ItemKind
    url: str | None
    title: str
    authors: tuple[str, ...]
    published_at: datetime | None
    published_raw: str | None
    language: str | None
    summary: str
    body: str
    comments: str
    pages: tuple[str, ...]
    text_state: TextState
    thin_reason: str | None
    content_hash: str | None
    first_seen_at: datetime
    revised_at: datetime | None
    revision: int  # 1 for the first text
    baseline: bool  # first seen before its source was activated: never alerted
    story_id: int
    carriers: tuple[Carrier, ...]
    notice: ProcurementNotice | None = None
    retracted_at: datetime | None = None  # its page is gone; the text is kept
    pruned_at: datetime | None = None  # its text was deleted by the retention rules


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRevision:
    """An earlier text of an item."""

    item_id: int
    number: int
    title: str
    summary: str
    body: str
    content_hash: str | None
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDue:
    """An item whose page is to be fetched (again)."""

    item_id: int
    entry: FetchedEntry
    attempts: int
    etag: str | None
    last_modified: str | None
    first_seen_at: datetime
    page_title: str | None = None  # on the page, when it was last read


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
    """A stored match. `baseline` mentions are never sent."""

    mention_id: int
    match: Match
    created_at: datetime
    baseline: bool


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A rendered message. `delivery_key` makes it unique: it is enqueued once."""

    delivery_key: str
    kind: Literal["digest", "alert", "welcome", "operator", "test"]
    channel: str
    recipient: str
    subject: str
    message_id: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A claimed or listed outbox row."""

    row_id: int
    notification: Notification
    state: Literal["queued", "leased", "sent", "retry", "uncertain", "dead", "held", "stopped"]
    attempts: int
    unknown_outcomes: int
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    last_code: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The result of one attempt to deliver one message.

    `paused` is a fault of the configuration (login or sender refused), not of the message.
    `for_all`: the next message of the same channel would fail in the same way now.
    """

    outcome: Literal["delivered", "deferred", "refused", "paused", "unknown"]
    code: int | None = None
    detail: str = ""
    for_all: bool = False


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
    newest_at: datetime | None = None  # publication of its newest entry
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
    asked: Literal["declared", "moved"] = "declared"  # which of its URLs was polled
    silent_hours: tuple[int, ...] | None = None  # None: this poll did not read them
    rejected: tuple[tuple[str, int], ...] = field(default=())
    errors: tuple[str, ...] = ()
    retry_after: datetime | None = None
    continue_at: int = 0  # entries of the listing that were processed, where it has more
    continue_of: str | None = None
