"""Briefings: stories that a user selected, in an order, with comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingEntry:
    """An item in a briefing, and the comment of the author."""

    item_id: int
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """A briefing of a user, with its entries in order."""

    briefing_id: int
    user_id: int
    title: str
    introduction: str
    made_at: datetime
    changed_at: datetime
    entries: tuple[BriefingEntry, ...]
