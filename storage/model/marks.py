"""What users of the desk say of stories: stars, notes, tags; what they read and mute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class MarkKind(StrEnum):
    """What a user says of a story. A star is the user's own; the team shares the others."""

    STAR = "star"
    NOTE = "note"
    ASSIGNMENT = "assignment"
    TAG = "tag"
    IRRELEVANT = "irrelevant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark, present or ended. It is made on an item and counts for the item's whole story.

    `text` is the note, the tag, or the reason of an irrelevant one; `watch_key` is the watch to
    which the story is irrelevant; `assignee` is the name of the user it is assigned to.
    """

    mark_id: int
    item_id: int
    kind: MarkKind
    user_id: int
    user: str
    made_at: datetime
    text: str = ""
    watch_key: str = ""
    assignee_id: int | None = None
    assignee: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReading:
    """That a user marked a story as read, or as unread again.

    `mention_id` is the newest mention of that moment: what was found later is new all the same.
    """

    is_read: bool
    mention_id: int
    at: datetime


MuteKind = Literal["story", "outlet", "supplier", "watch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMute:
    """What a user wants to hear no more of until a time; of a whole subscription with its key.

    `kind` says which fields count: `item_id` of a story, `source_key` of an outlet, `watch_key` of
    a watch; `supplier_key` with `watch_key` for a supplier, of which the watch says nothing more.
    """

    mute_id: int
    kind: MuteKind
    user_id: int
    user: str
    made_at: datetime
    until: datetime
    subscription_key: str = ""
    watch_key: str = ""
    supplier_key: str = ""
    source_key: str = ""
    item_id: int | None = None
    story_id: int | None = None  # the present story of the item
