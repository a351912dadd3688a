"""Items as they are stored: with their carriers, revisions and due pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.model.articles import AsideBlock, FetchedEntry, ItemKind, ProcurementNotice, TextState


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
    asides: tuple[AsideBlock, ...] = ()  # cut from its page

    @property
    def aside(self) -> str:
        """The text that was cut from the page, one block to a line; spans refer to it."""
        return "\n".join(block.text for block in self.asides)


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
