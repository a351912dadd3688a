"""Tables of events: the reports of each, and the features by which similar reports are found."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, Table

from storage.engine.column_types import JsonText
from storage.tables.columns import Id, metadata

# one row for each report, which is the first item of a story; an event has its lowest item id
event_report = Table(
    "event_report",
    metadata,
    Column(
        "item_id",
        Id,
        ForeignKey("item.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("event_id", Id, nullable=False),
    Column("hours", Float, nullable=False),  # since 1970
    Column("features", JsonText, nullable=False),  # [name, weight], heaviest first
)
Index("ix_event_report_event_id", event_report.c.event_id, event_report.c.item_id)

# features by which recent reports are found; of each only the latest reports
event_feature = Table(
    "event_feature",
    metadata,
    Column("feature", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_event_feature_item_id", event_feature.c.item_id)

# the number of reports that have a feature; feature 0 counts all reports
feature_frequency = Table(
    "feature_frequency",
    metadata,
    Column("feature", BigInteger, primary_key=True, autoincrement=False),
    Column("reports", Integer, nullable=False),
    Column("last_item_id", Id, nullable=False),
    sqlite_with_rowid=False,
)

# pairs of items that a user separated: they are never put in one event
event_apart = Table(
    "event_apart",
    metadata,
    Column("item_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    Column("other_id", Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)
Index("ix_event_apart_other_id", event_apart.c.other_id)
