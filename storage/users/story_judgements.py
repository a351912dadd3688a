"""Reads judgements of the stories that a watch found: not relevant to it, or relevant.

By marks on the desk, links in messages, mutes and briefings. A mark on one item counts for its
story.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select, union_all

from storage.model import MarkKind
from storage.rules.wait_bounds import MAX_DESK_MUTE, SKEW
from storage.tables import briefing, briefing_entry, desk_mute, feedback, item, item_mark, mention

LATELY = timedelta(days=90)
_KEPT_BY = tuple(
    kind.value for kind in (MarkKind.STAR, MarkKind.NOTE, MarkKind.ASSIGNMENT, MarkKind.TAG)
)


class StoryJudgements:
    """Reads judgements, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def unwanted(self, watch_key: str, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the stories that are marked as not relevant to a watch, or muted.

        The last marked first, at most `limit`.
        """
        by_marks = _stories(item_mark.c.made_at, item_mark.c.item_id).where(
            item_mark.c.kind == MarkKind.IRRELEVANT.value,
            item_mark.c.watch_key == watch_key,
            item_mark.c.ended_at.is_(None),
        )
        by_links = _stories(feedback.c.given_at, feedback.c.item_id).where(
            feedback.c.watch_key == watch_key
        )
        muted = _stories(desk_mute.c.made_at, desk_mute.c.item_id).where(
            desk_mute.c.kind == "story", *_in_force(now)
        )
        each = union_all(by_marks, by_links, muted.where(_is_found_by(watch_key))).subquery()
        wanted = (
            select(each.c.story_id)
            .group_by(each.c.story_id)
            .order_by(func.max(each.c.at).desc(), each.c.story_id)
            .limit(limit)
        )
        return tuple(self._db.scalars(wanted))

    def often_unwanted(self, least: int) -> frozenset[str]:
        """Return the keys of watches to which so many stories are marked as not relevant."""
        by_marks = (
            select(item_mark.c.watch_key, item.c.story_id)
            .join(item, item.c.id == item_mark.c.item_id)
            .where(
                item_mark.c.kind == MarkKind.IRRELEVANT.value,
                item_mark.c.ended_at.is_(None),
            )
        )
        by_links = select(feedback.c.watch_key, item.c.story_id).join(
            item, item.c.id == feedback.c.item_id
        )
        each = union_all(by_marks, by_links).subquery()
        wanted = (
            select(each.c.watch_key)
            .group_by(each.c.watch_key)
            .having(func.count(each.c.story_id.distinct()) >= least)
        )
        return frozenset(self._db.scalars(wanted))

    def kept(self, watch_key: str, limit: int) -> tuple[int, ...]:
        """Return the stories of a watch that somebody ever marked as relevant.

        Starred, noted, assigned or tagged, also where that ended; in a briefing; or a "not
        relevant" was taken back. The latest stories first, at most `limit`.
        """
        ended = and_(
            item_mark.c.kind == MarkKind.IRRELEVANT.value,
            item_mark.c.watch_key == watch_key,
            item_mark.c.ended_at.is_not(None),
        )
        by_marks = (
            select(item.c.story_id)
            .join(item_mark, item_mark.c.item_id == item.c.id)
            .where(or_(item_mark.c.kind.in_(_KEPT_BY), ended), _is_found_by(watch_key))
        )
        by_briefings = (
            select(item.c.story_id)
            .join(briefing_entry, briefing_entry.c.item_id == item.c.id)
            .join(briefing, briefing.c.id == briefing_entry.c.briefing_id)
            .where(_is_found_by(watch_key))
        )
        each = union_all(by_marks, by_briefings).subquery()
        wanted = select(each.c.story_id).distinct().order_by(each.c.story_id.desc()).limit(limit)
        return tuple(self._db.scalars(wanted))

    def muted_sources(self, watch_key: str, now: datetime) -> dict[str, int]:
        """Return the key of each muted outlet of which a watch found something lately.

        With how many people have muted it.
        """
        found = exists().where(
            item.c.source_key == desk_mute.c.source_key,
            mention.c.item_id == item.c.id,
            mention.c.watch_key == watch_key,
            mention.c.created_at >= now - LATELY,
        )
        wanted = (
            select(desk_mute.c.source_key, func.count(desk_mute.c.user_id.distinct()))
            .where(desk_mute.c.kind == "outlet", *_in_force(now), found)
            .group_by(desk_mute.c.source_key)
            .order_by(desk_mute.c.source_key)
        )
        return {key: int(count) for key, count in self._db.execute(wanted)}


def _stories(at: ColumnElement[datetime], item_id: ColumnElement[int]) -> Select[Any]:
    return select(item.c.story_id, at.label("at")).join(item, item.c.id == item_id)


def _in_force(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (desk_mute.c.until > now, desk_mute.c.until <= now + MAX_DESK_MUTE + SKEW)


def _is_found_by(watch_key: str) -> ColumnElement[bool]:
    """Return the condition that a watch has a mention of the story of an item.

    By the ids of the story's items: a join would let SQLite read all mentions of the watch.
    """
    copy = item.alias()
    copies = select(copy.c.id).where(copy.c.story_id == item.c.story_id).correlate(item)
    return exists().where(mention.c.watch_key == watch_key, mention.c.item_id.in_(copies))
