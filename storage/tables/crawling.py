"""Tables of sources, robots.txt, sites, runs, polls and notices to the operator."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table

from storage.engine.column_types import CleanText, JsonText, UtcDateTime
from storage.tables.columns import Hash, Id, metadata

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
    Column("covered_until", UtcDateTime),  # where it is polled by time windows
    Column("newest_at", UtcDateTime),
    Column("newest_published_at", UtcDateTime),  # the latest date of its entries
    Column("caught_up_at", UtcDateTime),  # when a poll last read its listing in full
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

# subscriptions at the hubs that feeds declare (WebSub)
hub_subscription = Table(
    "hub_subscription",
    metadata,
    Column("source_key", CleanText, primary_key=True),
    Column("hub", CleanText, nullable=False),
    Column("topic", CleanText, nullable=False),
    Column("token", CleanText, nullable=False, unique=True),  # in the callback's address
    Column("secret", CleanText, nullable=False),  # signs announcements
    Column("state", CleanText, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("announced_at", UtcDateTime),  # something new, and not polled since
    Column("failures", Integer, nullable=False),
    Column("last_error", CleanText),
)

robots = Table(
    "robots",
    metadata,
    Column("host", CleanText, primary_key=True),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", CleanText, nullable=False),
)

# recurring blocks on the pages of a host, packed by `crawler.extraction.recurring.site_memory`
site = Table(
    "site",
    metadata,
    Column("host", CleanText, primary_key=True),
    Column("memory", LargeBinary, nullable=False),
    Column("learned_at", UtcDateTime, nullable=False),
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

# the last polls of each source; successive ones with the same outcome and nothing new are one row
poll = Table(
    "poll",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("source_key", CleanText, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("polls", Integer, nullable=False),
    Column("outcome", CleanText, nullable=False),
    Column("http_status", Integer),
    Column("listed", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("duplicate", Integer, nullable=False),
    Column("read", Integer, nullable=False),
    Column("thin", Integer, nullable=False),
    Column("error", CleanText),
)
Index("ix_poll_source_key_id", poll.c.source_key, poll.c.id)
