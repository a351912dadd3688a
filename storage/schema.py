"""The tables, by SQLAlchemy Core, the same on both databases. Migrations follow this file."""

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
    Text,
    UniqueConstraint,
)

from storage.types import JsonText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is its INTEGER
Id = BigInteger().with_variant(Integer, "sqlite")

source = Table(
    "source",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("url", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("lease_owner", String(200)),
    Column("lease_until", UtcDateTime),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    Column("last_polled_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("outcome", String(20)),
    Column("http_status", Integer),
    Column("last_error", Text),
    Column("failures", Integer, nullable=False, default=0),
    Column("baseline_done_at", UtcDateTime),
    Column("last_report", JsonText),
)
Index("ix_source_active_next_at", source.c.active, source.c.next_at)

robots = Table(
    "robots",
    metadata,
    Column("host", String(300), primary_key=True),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

item = Table(
    "item",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("source_key", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("authors", JsonText, nullable=False),
    Column("published_at", UtcDateTime),
    Column("published_raw", Text),
    Column("language", String(20)),
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("comments", Text, nullable=False),
    Column("pages", JsonText, nullable=False),
    Column("text_state", String(10), nullable=False),
    Column("thin_reason", Text),
    Column("content_hash", String(64)),
    Column("entry_hash", String(64), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("revised_at", UtcDateTime),
    Column("revision", Integer, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("story_id", Id, nullable=False),
    # how the page is to be fetched (again), and when
    Column("page_due_at", UtcDateTime),
    Column("page_attempts", Integer, nullable=False, default=0),
    Column("etag", Text),
    Column("last_modified", Text),
)
Index("ix_item_first_seen_at_id", item.c.first_seen_at, item.c.id)
Index("ix_item_source_key_content_hash", item.c.source_key, item.c.content_hash)
Index("ix_item_source_key_entry_hash", item.c.source_key, item.c.entry_hash)
Index("ix_item_source_key_page_due_at", item.c.source_key, item.c.page_due_at)
Index("ix_item_story_id", item.c.story_id)

carrier = Table(
    "carrier",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("source_key", String(200), nullable=False),
    Column("url", Text),
    Column("url_key", String(64)),
    Column("guid", Text),
    Column("guid_key", String(64)),
    Column("entry_hash", String(64), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
)
Index("ix_carrier_item_id", carrier.c.item_id)
Index("ix_carrier_url_key", carrier.c.url_key)
Index("ix_carrier_source_key_guid_key", carrier.c.source_key, carrier.c.guid_key)

item_revision = Table(
    "item_revision",
    metadata,
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("content_hash", String(64)),
    Column("fetched_at", UtcDateTime, nullable=False),
)

pending_match = Table(
    "pending_match",
    metadata,
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("ready_at", UtcDateTime, nullable=False),
    Column("mark", Integer, nullable=False),  # grows with each change, so a stale clear is seen
)
Index("ix_pending_match_ready_at", pending_match.c.ready_at)

watch_version = Table(
    "watch_version",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("query", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("active_since", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
    UniqueConstraint("key", "version"),
)

mention = Table(
    "mention",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("watch_key", String(200), nullable=False),
    Column("watch_version", Integer, nullable=False),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("spans", JsonText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("baseline", Boolean, nullable=False),
    UniqueConstraint("watch_key", "item_id"),
)
Index("ix_mention_item_id", mention.c.item_id)
Index("ix_mention_watch_key_created_at", mention.c.watch_key, mention.c.created_at)

subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("subscription_key", String(200), nullable=False),
    Column("recipient", String(400), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("activated_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
    Column("last_cut_at", UtcDateTime),
    Column("last_cut_date", Date),
    UniqueConstraint("subscription_key", "recipient"),
)
Index("ix_subscriber_active_next_at", subscriber.c.active, subscriber.c.next_at)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("delivery_key", String(400), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("recipient", String(400), nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_id", String(400), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("state", String(12), nullable=False),
    Column("lease_owner", String(200)),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    Column("unknown_outcomes", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("last_code", Integer),
    Column("last_error", Text),
)
Index("ix_outbox_state_next_at", outbox.c.state, outbox.c.next_at)

pending_telling = Table(
    "pending_telling",
    metadata,
    Column("subscriber_id", Id, ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("mention_id", Id, ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("what", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

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

pause = Table(
    "pause",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

notice = Table(
    "notice",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("text", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
)

run = Table(
    "run",
    metadata,
    Column("run_id", String(200), primary_key=True),
    Column("source_keys", JsonText, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("status", String(200)),
)
Index("ix_run_ended_at", run.c.ended_at)
