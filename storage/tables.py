"""SQLAlchemy Core tables, the same on SQLite and PostgreSQL. Migrations must produce these."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

from storage.engine.column_types import CleanText, JsonText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Hash = String(64)
# SQLite generates keys only for a column of type INTEGER
Id = BigInteger().with_variant(Integer, "sqlite")

source = Table(
    "source",
    metadata,
    Column("key", CleanText, primary_key=True),
    Column("kind", CleanText, nullable=False),
    Column("url", CleanText, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("lease_owner", CleanText),
    Column("lease_until", UtcDateTime),
    Column("etag", CleanText),
    Column("last_modified", CleanText),
    Column("body_hash", Hash),
    Column("last_polled_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("outcome", CleanText),
    Column("http_status", Integer),
    Column("last_error", CleanText),
    Column("failures", Integer, nullable=False, default=0),
    Column("baseline_done_at", UtcDateTime),
    Column("last_report", JsonText),
    Column("item_count", Integer, nullable=False, default=0),  # items that it was first to list
    Column("covered_until", UtcDateTime),  # of a source that is polled by time windows
    Column("newest_at", UtcDateTime),
    Column("newest_published_at", UtcDateTime),  # the latest date of its entries
    Column("caught_up_at", UtcDateTime),  # when a poll last read all of its listing
    Column("empty_since", UtcDateTime),
    Column("thin_since", UtcDateTime),
    Column("moved_since", UtcDateTime),
    Column("usual_gap", Integer),  # seconds between new entries, the median
    Column("longest_gap", Integer),
    Column("thin_pages", Integer),  # in a row that could not be read
    Column("moved_polls", Integer),
    Column("moved_to", CleanText),  # by a permanent redirect
    Column("silent_hours", JsonText),  # hours of the week, as the feed declares them
    # polls in a row that started and did not finish; counted when a poll starts
    Column("unfinished_polls", Integer, nullable=False, server_default="0"),
)
Index("ix_source_active_next_at", source.c.active, source.c.next_at)

robots = Table(
    "robots",
    metadata,
    Column("host", CleanText, primary_key=True),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", CleanText, nullable=False),
)

# recurring blocks on the pages of a host, packed by `crawler.extraction.site_memory`
site = Table(
    "site",
    metadata,
    Column("host", CleanText, primary_key=True),
    Column("memory", LargeBinary, nullable=False),
    Column("learned_at", UtcDateTime, nullable=False),
)

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
    # when its source had last been read in full before it listed the item first
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
    # last: SQLite reads through a long column to reach those behind it
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

# The index, item_words, has another kind of table on each database: see
# storage.text_index.full_text.
pending_index = Table(
    "pending_index",
    metadata,
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
)

index_state = Table(
    "index_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("spelling", Integer, nullable=False),
    Column("unread_below", Id, nullable=False),
)

# the HTTP responses that texts were extracted from; `body`: gzip, only with `keep_raw`
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

# exports of evidence; each refers to the one before
evidence_export = Table(
    "evidence_export",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("manifest_sha256", Hash, nullable=False),
    Column("mentions", Integer, nullable=False),
)

# shingles by which copies are found (storage.rules.shingles); of recent items only
story_sketch = Table(
    "story_sketch",
    metadata,
    Column("shingle", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_story_sketch_item_id", story_sketch.c.item_id)

watch_version = Table(
    "watch_version",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", CleanText, nullable=False),
    Column("version", Integer, nullable=False),
    Column("query", CleanText, nullable=False),
    Column("fingerprint", Hash, nullable=False),
    Column("active_since", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
    # the newest item when it became active: no clock decides what came later
    Column("last_item_id", Id),
    UniqueConstraint("key", "version"),
)

mention = Table(
    "mention",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("watch_key", CleanText, nullable=False),
    Column("watch_version", Integer, nullable=False),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("spans", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("baseline", Boolean, nullable=False),
    # published long before its source listed it
    Column("old", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("watch_key", "item_id"),
)
Index("ix_mention_item_id", mention.c.item_id)
Index("ix_mention_watch_key_created_at", mention.c.watch_key, mention.c.created_at)

# watches that matched only in text around an article: once for each block of a source
aside = Table(
    "aside",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("watch_key", CleanText, nullable=False),
    Column("watch_version", Integer, nullable=False),
    Column("source_key", CleanText, nullable=False),
    Column("block_key", Hash, nullable=False),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("rule", CleanText, nullable=False),
    Column("detail", CleanText, nullable=False),
    Column("text", CleanText, nullable=False),
    Column("spans", JsonText, nullable=False),  # [start, end] in `text`
    Column("created_at", UtcDateTime, nullable=False),
    Column("baseline", Boolean, nullable=False),
    UniqueConstraint("watch_key", "source_key", "block_key"),
)
Index("ix_aside_item_id", aside.c.item_id)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("subscription_key", CleanText, nullable=False),
    Column("recipient", CleanText, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("activated_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
    Column("last_cut_at", UtcDateTime),
    Column("last_cut_date", Date),
    Column("ended_at", UtcDateTime),  # unsubscribed by the reader; then not active
    UniqueConstraint("subscription_key", "recipient"),
)
Index("ix_subscriber_active_next_at", subscriber.c.active, subscriber.c.next_at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("delivery_key", CleanText, nullable=False, unique=True),
    Column("kind", CleanText, nullable=False),
    Column("channel", CleanText, nullable=False),
    Column("recipient", CleanText, nullable=False),
    Column("subject", CleanText, nullable=False),
    Column("message_id", CleanText, nullable=False),
    Column("state", CleanText, nullable=False),
    Column("lease_owner", CleanText),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    Column("unknown_outcomes", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),  # when it may be claimed: next_at, or the end of its lease
    Column("sent_at", UtcDateTime),
    Column("last_code", Integer),
    Column("last_error", CleanText),
    # last: SQLite reads through a long column to reach those behind it
    Column("raw", LargeBinary, nullable=False),
)
Index("ix_outbox_due_at_id", outbox.c.due_at, outbox.c.id)
Index("ix_outbox_state", outbox.c.state)

pending_telling = Table(
    "pending_telling",
    metadata,
    Column("subscriber_id", Id, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("mention_id", Id, ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("what", CleanText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_pending_telling_mention_id", pending_telling.c.mention_id)

told = Table(
    "told",
    metadata,
    Column("subscriber_id", Id, ForeignKey("subscriber.id"), primary_key=True),
    Column("mention_id", Id, ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("outbox_id", Id, ForeignKey("outbox.id")),
    Column("told_at", UtcDateTime, nullable=False),
)
Index("ix_told_mention_id", told.c.mention_id)
Index("ix_told_outbox_id", told.c.outbox_id)

# pending until `told_at`; `outbox_id` is None where it was settled without a message
aside_telling = Table(
    "aside_telling",
    metadata,
    Column("subscriber_id", Id, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("aside_id", Id, ForeignKey("aside.id", ondelete="CASCADE"), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
    Column("outbox_id", Id, ForeignKey("outbox.id", ondelete="SET NULL")),
)
Index("ix_aside_telling_aside_id", aside_telling.c.aside_id)
Index("ix_aside_telling_outbox_id", aside_telling.c.outbox_id)

# keys that sign links in messages; after a fresh start of the database old links are invalid
secret = Table(
    "secret",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

mute = Table(
    "mute",
    metadata,
    Column("subscriber_id", Id, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("watch_key", CleanText, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

# items that readers marked as not relevant
feedback = Table(
    "feedback",
    metadata,
    Column("subscriber_id", Id, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("watch_key", CleanText, primary_key=True),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("given_at", UtcDateTime, nullable=False),
)
Index("ix_feedback_watch_key_given_at", feedback.c.watch_key, feedback.c.given_at)
Index("ix_feedback_item_id", feedback.c.item_id)

pause = Table(
    "pause",
    metadata,
    Column("channel", CleanText, primary_key=True),
    Column("reason", CleanText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("key", CleanText, primary_key=True),
    Column("text", CleanText, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
)

run = Table(
    "run",
    metadata,
    Column("run_id", CleanText, primary_key=True),
    Column("source_keys", JsonText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("status", CleanText),
)
Index("ix_run_ended_at", run.c.ended_at)

# work that failed or did not finish, by task and subject (an item, a subscriber, ...); counted
# before each attempt, deleted after a successful one
quarantine = Table(
    "quarantine",
    metadata,
    Column("task", CleanText, primary_key=True),
    Column("subject", CleanText, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("last_error", CleanText),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("retry_at", UtcDateTime, nullable=False),  # no retry before
    Column("quarantined_at", UtcDateTime),  # set after the last attempt; then retried by command
)
Index("ix_quarantine_task_retry_at", quarantine.c.task, quarantine.c.retry_at)
