"""Tables of items, their carriers, revisions, captures and sketches; items to match and index."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table

from storage.engine.column_types import CleanText, JsonText, UtcDateTime
from storage.tables.columns import Hash, Id, metadata

item = Table(
    "item",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("source_key", CleanText, nullable=False),
    Column("kind", CleanText, nullable=False),
    Column("url", CleanText),
    Column("title", CleanText, nullable=False),
    Column("authors", JsonText, nullable=False),
    Column("published_at", UtcDateTime),
    Column("published_raw", CleanText),
    Column("language", CleanText),
    Column("summary", CleanText, nullable=False),
    Column("text_state", CleanText, nullable=False),
    Column("thin_reason", CleanText),
    Column("content_hash", Hash),
    Column("entry_hash", Hash, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    # when its source had last been read in full, before it first listed the item
    Column("caught_up_at", UtcDateTime),
    Column("revised_at", UtcDateTime),
    Column("revision", Integer, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("story_id", Id, nullable=False),
    # when the page is fetched next, and validators for it
    Column("page_due_at", UtcDateTime),
    Column("page_attempts", Integer, nullable=False, default=0),
    Column("etag", CleanText),
    Column("last_modified", CleanText),
    Column("notice", JsonText),
    # when the page is rechecked for edits, and how many rechecks found it gone
    Column("look_at", UtcDateTime),
    Column("looks_gone", Integer),
    Column("retracted_at", UtcDateTime),
    Column("pruned_at", UtcDateTime),  # its text was deleted
    Column("page_title", CleanText),  # on the page; `title` may be that of the listing
    # last, since SQLite reads through a long column to reach those behind it
    Column("body", CleanText, nullable=False),
    Column("comments", CleanText, nullable=False),
    Column("pages", JsonText, nullable=False),
    Column("asides", JsonText, nullable=False, server_default="[]"),  # cut from the page
)
Index("ix_item_first_seen_at_id", item.c.first_seen_at, item.c.id)
Index("ix_item_source_key_content_hash", item.c.source_key, item.c.content_hash)
Index("ix_item_source_key_entry_hash", item.c.source_key, item.c.entry_hash)
Index("ix_item_source_key_page_due_at", item.c.source_key, item.c.page_due_at)
Index("ix_item_source_key_look_at", item.c.source_key, item.c.look_at)
Index("ix_item_story_id", item.c.story_id)
Index("ix_item_revised_at", item.c.revised_at)

carrier = Table(
    "carrier",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("source_key", CleanText, nullable=False),
    Column("url", CleanText),
    Column("url_key", Hash),
    Column("guid", CleanText),
    Column("guid_key", Hash),
    Column("entry_hash", Hash, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
)
Index("ix_carrier_item_id", carrier.c.item_id)
Index("ix_carrier_source_key_id", carrier.c.source_key, carrier.c.id)
Index("ix_carrier_url_key", carrier.c.url_key)
Index("ix_carrier_source_key_guid_key", carrier.c.source_key, carrier.c.guid_key)

item_revision = Table(
    "item_revision",
    metadata,
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", CleanText, nullable=False),
    Column("summary", CleanText, nullable=False),
    Column("body", CleanText, nullable=False),
    Column("content_hash", Hash),
    Column("fetched_at", UtcDateTime, nullable=False),
)

pending_match = Table(
    "pending_match",
    metadata,
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("ready_at", UtcDateTime, nullable=False),
)
Index("ix_pending_match_ready_at", pending_match.c.ready_at)

# the index itself, item_words, differs between the databases: see storage.text_index.full_text
pending_index = Table(
    "pending_index",
    metadata,
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
)

index_state = Table(
    "index_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: the only row
    Column("spelling", Integer, nullable=False),
    Column("unread_below", Id, nullable=False),
)

# the HTTP responses from which texts were extracted; `body` is gzip, only with `keep_raw`
capture = Table(
    "capture",
    metadata,
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("requested_url", CleanText, nullable=False),
    Column("url", CleanText, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JsonText, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("body_sha256", Hash, nullable=False),
    Column("body_bytes", Integer, nullable=False),
    Column("body", LargeBinary),
)

# exports of evidence; each contains the hash of the one before
evidence_export = Table(
    "evidence_export",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("manifest_sha256", Hash, nullable=False),
    Column("mentions", Integer, nullable=False),
)

# shingles by which copies are found (storage.rules.shingles), of recent items only
story_sketch = Table(
    "story_sketch",
    metadata,
    Column("shingle", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_story_sketch_item_id", story_sketch.c.item_id)
