"""Tables of watches, mentions, subscribers, messages and failed work."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    false,
)

from storage.engine.column_types import CleanText, JsonText, UtcDateTime
from storage.tables.columns import Hash, Id, metadata

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
    # the newest item when it became active, so that clocks do not decide what came later
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

# watches that matched only in text cut from a page, once for each block of a source
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
    # when and by whom it was last queued again
    Column("resent_at", UtcDateTime),
    Column("resent_by", CleanText),
    # last, since SQLite reads through a long column to reach those behind it
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

# keys that sign links in messages; with a new database earlier links become invalid
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

# when tasks that are done at intervals were last done
periodic_task = Table(
    "periodic_task",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("done_at", UtcDateTime, nullable=False),
)
