"""What a crawl hands to storage: entries, pages, articles, and what is decided of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

ItemKind = Literal["news", "release", "tender", "question", "hansard", "boardpaper"]
# kinds whose revisions are events: the award of a tender, the answer to a question
EVENTFUL: frozenset[ItemKind] = frozenset({"tender", "question"})


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
class AsideBlock:
    """A block of text that was cut from an article's page, and the rule that cut it.

    `rule` is a key of `storage.rules.aside_rules.RULES`, `detail` what it recognised (such as
    the name of a box). `tells`: whether a digest reports a watch that matches only here; it does
    not for menus, readers' comments and links to articles that are items themselves.
    """

    rule: str
    text: str
    detail: str = ""
    tells: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The text extracted from a page. `comments` are readers' comments, not part of `text`.

    `standfirst` is the summary that stands below the headline, where it is not part of `text`.
    `pages` are the texts of a document's pages, in order; empty where one could not be read.
    `asides` are the blocks that were cut from it.
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
    standfirst: str = ""
    pages: tuple[str, ...] = ()
    notice: ProcurementNotice | None = None
    asides: tuple[AsideBlock, ...] = ()


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
    asides: tuple[AsideBlock, ...] = ()  # cut from the page


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
    urls: tuple[str, ...] = ()  # under which sources carry it, as stored


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """The article is a new item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The text of a listed or thin item was read. `absorb`: a duplicate row to merge into it."""

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
    by: Literal["url", "former-url", "guid", "text", "entry", "parameters"]
    absorb: int | None = None


Decision = New | Completion | Revision | Duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The result of `Items.put`: the decision and the item it was applied to."""

    decision: Decision
    item_id: int
