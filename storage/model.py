"""The vocabulary: the values that walk from the web to a message.

Frozen dataclasses over the standard library alone. Datetimes are aware and in UTC; sequences are
tuples. Text offsets are positions in the Python string of the field that they name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

ItemKind = Literal["news", "release", "tender", "question", "hansard", "boardpaper"]
FieldName = Literal["title", "summary", "body", "comments", "author", "url"]
# a later text of these is an event of its own: the award of a tender, the answer to a question
EVENTFUL: frozenset[ItemKind] = frozenset({"tender", "question"})
Outcome = Literal["ok", "not-modified", "empty", "not-a-feed", "blocked", "failed"]


class TextState(StrEnum):
    """How much of an article we hold."""

    LISTED = "listed"  # its page is still to be fetched
    FULL = "full"
    THIN = "thin"  # its page cannot be read: title and teaser only


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcurementNotice:
    """What an official notice states in fields of its own.

    `value` is an amount in whole units of `currency` (ISO 4217); `deadline` is until when bids can
    be made, `starts_on` and `ends_on` are the contract's days. `facts` are other statements of
    the notice by name, such as its stage or number, in the order to be shown.
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
    """What the publisher's listing said, verbatim; only links are made absolute."""

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
    url_is_shared: bool = False  # other entries of the same listing have this link too
    tags: tuple[str, ...] = ()
    notice: ProcurementNotice | None = None
    kind: ItemKind | None = None  # where a listing mixes kinds; else what the source declares
    complete: bool = False  # `content` is all that there is: no page is to be fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """An entry's page as it came: undecoded bytes and what the headers said."""

    requested_url: str
    final_url: str
    status: int
    content_type: str | None
    body: bytes
    etag: str | None
    last_modified: str | None
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...] = ()  # of the answer, as they came


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What was read from a page. `comments` are readers' comments, apart from `text`.

    `pages` are the texts of a document's pages, in order; an empty one could not be read.
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
    """What we believe. `url` is None where no link identifies this article alone.

    `alias_urls` are other addresses that lead to it (the listing's link, redirects).
    `content_hash` is None unless the full text is held; `entry_hash` covers what the listing said.
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
    page_title: str | None = None  # as the page has it, whatever its listing says


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """As much of a stored item as a decision about identity needs."""

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
    pruned: bool = False  # its text was let go: nothing can be compared with it


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """Nothing known is this article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The text of an item that was listed or thin has come. `absorb` names a second row of it."""

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
    """The item is known and nothing about it has changed. `by` is the key that said so."""

    item_id: int
    by: Literal["url", "guid", "text", "entry"]
    absorb: int | None = None


Decision = New | Completion | Revision | Duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What storage carried out: the decision and the row that it ended in."""

    decision: Decision
    item_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A source that listed an item, under which address and since when."""

    source_key: str
    url: str | None
    guid: str | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """An item of the archive: its newest text and where it stands."""

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
    baseline: bool  # first seen before its source was activated for alerts
    story_id: int
    carriers: tuple[Carrier, ...]
    notice: ProcurementNotice | None = None
    retracted_at: datetime | None = None  # its page is gone; the text is what it said
    pruned_at: datetime | None = None  # its text was let go after its time


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRevision:
    """A text that an item had, kept when a newer one came."""

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
    page_title: str | None = None  # as the page had it when it was read last


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters start..end of a field that satisfied a query."""

    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A watch version found in an item, with the text that says why."""

    watch_key: str
    watch_version: int
    item_id: int
    revision: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchVersion:
    """A watch as it stood from `active_since` on; what was first seen earlier is baseline to it."""

    key: str
    version: int
    query: str
    fingerprint: str
    active_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A stored match. `baseline` mentions are never told."""

    mention_id: int
    match: Match
    created_at: datetime
    baseline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingTelling:
    """A mention that a subscriber has still to be told of."""

    subscriber_id: int
    mention: Mention
    item: StoredItem
    what: Literal["new", "edit"]
    revision: int
    told_before: datetime | None  # an alert of this recipient's has told it already
    is_copy: bool = False  # what was told before is another outlet's copy of the story


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One recipient of one subscription: the unit that is told things."""

    subscriber_id: int
    subscription_key: str
    recipient: str
    activated_at: datetime
    next_at: datetime | None
    last_cut_at: datetime | None
    last_cut_date: date | None
    ended_at: datetime | None = None  # by the reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A message that is ready to go: frozen bytes and the key that makes it unique."""

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
    """What became of one attempt to deliver one message.

    `paused` is a fault of configuration (login or sender refused): no message is to blame for it.
    `for_all` says that the next message by the same channel would meet the same trouble now.
    """

    outcome: Literal["delivered", "deferred", "refused", "paused", "unknown"]
    code: int | None = None
    detail: str = ""
    for_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a conditional GET sends back; stored only with the entries that they stand for."""

    etag: str | None
    last_modified: str | None
    body_hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is remembered of a source."""

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
    covered_until: datetime | None = None  # of a source that is asked by windows of time
    newest_at: datetime | None = None  # when the newest that it listed came out
    usual_gap: timedelta | None = None  # between what is new, the median; None: not known yet
    longest_gap: timedelta | None = None
    empty_since: datetime | None = None  # its listing is well and lists nothing
    thin_since: datetime | None = None  # no page could be read
    thin_pages: int = 0
    moved_to: str | None = None  # where permanent redirects lead, the same at each poll
    moved_since: datetime | None = None
    moved_polls: int = 0
    silent_hours: frozenset[int] = frozenset()  # of the week; 0: Monday from 0 to 1 UTC
    unfinished_polls: int = 0  # in a row that began and did not end
    continue_at: int = 0  # entries of its listing that were taken by polls before
    continue_of: str | None = None  # the hash of the listing that they were taken from


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What one poll of one source came to."""

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
    read: int = 0  # pages that had a text, or were as they had been
    thin: int = 0
    moved_to: str | None = None  # where a permanent redirect led
    asked: Literal["declared", "moved"] = "declared"  # which of its addresses
    silent_hours: tuple[int, ...] | None = None  # None: this poll did not read them
    rejected: tuple[tuple[str, int], ...] = field(default=())
    errors: tuple[str, ...] = ()
    retry_after: datetime | None = None
    continue_at: int = 0  # entries of the listing that have been taken, where it has more
    continue_of: str | None = None
