"""Marks on stories as one user sees them, and whether the user has read the stories."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.model import Mark, MarkKind, Mention, StoredItem, StoryReadState, User
from storage.store import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMarks:
    """The marks on a story. `starred`: by this user; the others are by and for all users."""

    starred: bool = False
    notes: tuple[Mark, ...] = ()
    tags: tuple[Mark, ...] = ()
    assignment: Mark | None = None
    irrelevant: tuple[Mark, ...] = ()

    @property
    def irrelevant_to(self) -> frozenset[str]:
        """The keys of the watches to which the story is not relevant."""
        return frozenset(mark.watch_key for mark in self.irrelevant)


NOTHING = StoryMarks()


def read_marks(unit: Unit, user: User, story_ids: Collection[int]) -> dict[int, StoryMarks]:
    """Return story id -> its marks, for stories that have some."""
    return {
        story: sort_marks(marks, user) for story, marks in unit.marks.of_stories(story_ids).items()
    }


def sort_marks(marks: Sequence[Mark], user: User) -> StoryMarks:
    """Sort the present marks of a story by kind."""

    def of(kind: MarkKind) -> tuple[Mark, ...]:
        return tuple(mark for mark in marks if mark.kind is kind)

    return StoryMarks(
        starred=any(mark.user_id == user.user_id for mark in of(MarkKind.STAR)),
        notes=of(MarkKind.NOTE),
        tags=tuple(sorted(of(MarkKind.TAG), key=lambda mark: mark.text)),
        assignment=next(iter(of(MarkKind.ASSIGNMENT)), None),
        irrelevant=of(MarkKind.IRRELEVANT),
    )


def find_unread(
    found: Iterable[tuple[Mention, StoredItem]], readings: Mapping[int, StoryReadState], user: User
) -> frozenset[int]:
    """Return the ids of the stories that a user has not read, or that were edited since."""
    return frozenset(
        item.story_id
        for mention, item in found
        if _is_new(mention, readings.get(item.story_id), user)
        or is_edited(item, mention, readings.get(item.story_id), user)
    )


def is_edited(
    item: StoredItem, mention: Mention, reading: StoryReadState | None, user: User
) -> bool:
    """Return whether a user has read an item and it was edited since."""
    if item.revised_at is None or _is_new(mention, reading, user):
        return False
    read_at = user.seen_at if reading is None else reading.at
    return read_at is not None and item.revised_at > read_at


def _is_new(mention: Mention, reading: StoryReadState | None, user: User) -> bool:
    if mention.mention_id <= 0:  # an item that no watch found
        return False
    if reading is None:
        return mention.mention_id > user.seen_mention_id
    return not reading.is_read or mention.mention_id > reading.mention_id
