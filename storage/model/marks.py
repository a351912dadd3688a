"""Marks that users of the desk make on stories, what they have read, and what they mute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from config.model import DEFAULT_GROUP


class MarkKind(StrEnum):
    """Kinds of marks on a story. A star is the user's own; their group shares the others."""

    STAR = "star"
    NOTE = "note"
    ASSIGNMENT = "assignment"
    TAG = "tag"
    IRRELEVANT = "irrelevant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark, present or ended. It is made on an item and counts for the item's whole story.

    `text` is the note, the tag, or the reason why the story is irrelevant; `watch_key` is the
    watch to which it is irrelevant; `assignee` is the name of the user it is assigned to.
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
    group: str = DEFAULT_GROUP  # whose members see it


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReadState:
    """Whether a user marked a story as read, or as unread again.

    `mention_id` is the newest mention of that moment; later mentions of the story are unread.
    """

    is_read: bool
    mention_id: int
    at: datetime


MuteKind = Literal["story", "outlet", "supplier", "watch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMute:
    """A mute until a time: for one user, or with `subscription_key` for all its readers.

    `kind` decides which fields are set: `item_id` of a story, `source_key` of an outlet,
    `watch_key` of a watch; `supplier_key` with `watch_key` for one supplier of a watch.
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
