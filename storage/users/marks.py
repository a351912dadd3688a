"""Repository of marks on stories: stars, notes, assignments, tags, "not relevant".

A mark is made on an item and counts for its story: stories may merge, and items never leave theirs.
Rows of ended marks are kept as history.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from storage.engine.damage import read_each
from storage.engine.dialect import lock_task
from storage.model import Mark, MarkKind
from storage.rules.groups import EVERYTHING, GroupScope
from storage.tables import desk_user, item, item_mark

MAX_OF_STORY = 1_000  # marks, with ended ones; further ones are refused
MAX_HISTORY = 200  # marks of a story that are shown as its history
MAX_TAGS = 200  # tags that are offered, the most used
_BATCH = 500  # bound parameters of one query
_AUTHOR, _ASSIGNEE, _ENDER = desk_user.alias(), desk_user.alias(), desk_user.alias()


class Marks:
    """Reads and writes marks, within one transaction."""

    def __init__(self, connection: Connection, scope: GroupScope = EVERYTHING) -> None:
        self._db = connection
        self._scope = scope

    def add(
        self,
        item_id: int,
        kind: MarkKind,
        user_id: int,
        now: datetime,
        *,
        text: str = "",
        watch_key: str = "",
        assignee_id: int | None = None,
    ) -> bool:
        """Add a mark to the story of an item, unless it has the same already.

        A new assignment ends the one before.

        Returns:
            False, and nothing is added, where the item is unknown or its story has `MAX_OF_STORY`.
        """
        lock_task(self._db, "marks")
        story_id = self._db.scalar(select(item.c.story_id).where(item.c.id == item_id))
        if story_id is None:
            return False
        known = select(func.count()).select_from(item_mark).where(_is_of_stories([story_id]))
        if int(self._db.scalar(known) or 0) >= MAX_OF_STORY:
            return False
        present = self.of_stories([story_id]).get(story_id, ())
        for mark in present:
            same = (mark.kind, mark.group) == (kind, self._scope.own)
            if same and _is_same_mark(mark, user_id, text, watch_key, assignee_id):
                return True
        if kind is MarkKind.ASSIGNMENT:
            self.end(item_id, kind, user_id, now, group=self._scope.own)
        self._db.execute(
            insert(item_mark).values(
                item_id=item_id,
                kind=kind.value,
                user_id=user_id,
                text=text,
                watch_key=watch_key,
                assignee_id=assignee_id,
                made_at=now,
                group_key=self._scope.own,
            )
        )
        return True

    def end(
        self,
        item_id: int,
        kind: MarkKind,
        ended_by: int,
        now: datetime,
        *,
        mark_id: int | None = None,
        text: str | None = None,
        watch_key: str | None = None,
        group: str | None = None,
    ) -> int:
        """End the present marks of a kind on an item's story; return how many.

        A star is ended by its own user alone. `mark_id`, `text`, `watch_key` and `group` restrict
        which.
        """
        story = select(item.c.story_id).where(item.c.id == item_id).scalar_subquery()
        members = select(item.c.id).where(item.c.story_id == story)
        wanted = [
            item_mark.c.item_id.in_(members),
            item_mark.c.kind == kind.value,
            item_mark.c.ended_at.is_(None),
        ]
        if group is not None:
            wanted.append(item_mark.c.group_key == group)
        if self._scope.groups is not None:
            wanted.append(item_mark.c.group_key.in_(sorted(self._scope.groups)))
        if kind is MarkKind.STAR:
            wanted.append(item_mark.c.user_id == ended_by)
        if mark_id is not None:
            wanted.append(item_mark.c.id == mark_id)
        if text is not None:
            wanted.append(item_mark.c.text == text)
        if watch_key is not None:
            wanted.append(item_mark.c.watch_key == watch_key)
        ended = update(item_mark).where(*wanted).values(ended_at=now, ended_by_id=ended_by)
        return self._db.execute(ended).rowcount

    def of_stories(self, story_ids: Collection[int]) -> dict[int, tuple[Mark, ...]]:
        """Return story id -> its present marks, the oldest first, with the stars of all users."""
        found: dict[int, list[Mark]] = {}
        ids = sorted(story_ids)
        for at in range(0, len(ids), _BATCH):
            some = _is_of_stories(ids[at : at + _BATCH])
            present = _select(some, item_mark.c.ended_at.is_(None))
            for story_id, mark in read_each(self._db, present, _of_story, table="item_mark"):
                found.setdefault(story_id, []).append(mark)
        return {story: tuple(marks) for story, marks in found.items()}

    def history(self, story_id: int, *, user_id: int) -> tuple[Mark, ...]:
        """Return all marks of a story, the newest first; of stars only the user's own."""
        own = (item_mark.c.kind != MarkKind.STAR.value) | (item_mark.c.user_id == user_id)
        newest = (item_mark.c.made_at.desc(), item_mark.c.id.desc())
        wanted = _select(_is_of_stories([story_id]), own).order_by(None).order_by(*newest)
        wanted = wanted.limit(MAX_HISTORY)
        return tuple(read_each(self._db, wanted, _build_mark, table="item_mark"))

    def find_items(
        self,
        kind: MarkKind,
        *,
        limit: int,
        user_id: int | None = None,
        assignee_id: int | None = None,
        text: str | None = None,
    ) -> tuple[int, ...]:
        """Return ids of items with a present mark, the last marked first."""
        wanted = [item_mark.c.kind == kind.value, item_mark.c.ended_at.is_(None)]
        if user_id is not None:
            wanted.append(item_mark.c.user_id == user_id)
        if assignee_id is not None:
            wanted.append(item_mark.c.assignee_id == assignee_id)
        if text is not None:
            wanted.append(item_mark.c.text == text)
        last = func.max(item_mark.c.id)
        found = (
            select(item_mark.c.item_id)
            .where(*wanted)
            .group_by(item_mark.c.item_id)
            .order_by(last.desc())
            .limit(limit)
        )
        return tuple(self._db.scalars(found))

    def tags(self) -> tuple[tuple[str, int], ...]:
        """Return (tag, how many stories have it) of the most used tags, by tag."""
        many = func.count(item.c.story_id.distinct())
        used = (
            select(item_mark.c.text, many)
            .join(item, item.c.id == item_mark.c.item_id)
            .where(item_mark.c.kind == MarkKind.TAG.value, item_mark.c.ended_at.is_(None))
            .group_by(item_mark.c.text)
            .order_by(many.desc(), item_mark.c.text)
            .limit(MAX_TAGS)
        )
        return tuple(sorted((row[0], int(row[1])) for row in self._db.execute(used)))


def _is_same_mark(
    mark: Mark, user_id: int, text: str, watch_key: str, assignee_id: int | None
) -> bool:
    if mark.kind is MarkKind.STAR:
        return mark.user_id == user_id
    if mark.kind is MarkKind.IRRELEVANT:
        return mark.watch_key == watch_key
    same = (mark.text, mark.assignee_id) == (text, assignee_id)
    # two users may write the same note
    return same and (mark.kind is not MarkKind.NOTE or mark.user_id == user_id)


def _is_of_stories(story_ids: Sequence[int]) -> ColumnElement[bool]:
    return item_mark.c.item_id.in_(select(item.c.id).where(item.c.story_id.in_(list(story_ids))))


def _select(*wanted: ColumnElement[bool]) -> Any:
    return (
        select(
            *item_mark.c,
            item.c.story_id,
            _AUTHOR.c.name.label("user_name"),
            _ASSIGNEE.c.name.label("assignee_name"),
            _ENDER.c.name.label("ender_name"),
        )
        .join(item, item.c.id == item_mark.c.item_id)
        .join(_AUTHOR, _AUTHOR.c.id == item_mark.c.user_id)
        .outerjoin(_ASSIGNEE, _ASSIGNEE.c.id == item_mark.c.assignee_id)
        .outerjoin(_ENDER, _ENDER.c.id == item_mark.c.ended_by_id)
        .where(*wanted)
        .order_by(item_mark.c.id)
    )


def _of_story(row: Row[Any]) -> tuple[int, Mark]:
    return row.story_id, _build_mark(row)


def _build_mark(row: Row[Any]) -> Mark:
    return Mark(
        mark_id=row.id,
        item_id=row.item_id,
        kind=MarkKind(row.kind),
        user_id=row.user_id,
        user=row.user_name,
        made_at=row.made_at,
        text=row.text,
        watch_key=row.watch_key,
        assignee_id=row.assignee_id,
        assignee=row.assignee_name,
        ended_at=row.ended_at,
        ended_by=row.ender_name,
        group=row.group_key,
    )
