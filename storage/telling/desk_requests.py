"""Reads which items were marked as not relevant: on the desk, and for stories by links.

A user of the desk is the subscriber with the same address.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from storage.model import MarkKind
from storage.tables import desk_user, feedback, item, item_mark, subscriber

_BATCH = 500  # bound parameters of one query


class IrrelevantItem(NamedTuple):
    """An item that a reader marked as not relevant to a watch. `recipient`: an address or a name.

    `reason` is given on the desk, and may be empty.
    """

    watch_key: str
    item_id: int
    title: str
    url: str | None
    recipient: str
    given_at: datetime
    reason: str = ""


class LinkedDismissal(NamedTuple):
    """A "not relevant" by a link in a message."""

    story_id: int
    watch_key: str
    recipient: str
    given_at: datetime


_PRESENT = (
    item_mark.c.kind == MarkKind.IRRELEVANT.value,
    item_mark.c.ended_at.is_(None),
)


def read_dismissed(
    connection: Connection, subscriber_ids: Collection[int], item_ids: Collection[int]
) -> frozenset[tuple[int, str, int]]:
    """Return (subscriber id, watch key, item id) of items that these marked on the desk.

    A mark counts for all items of its story.
    """
    marked = item.alias()
    found = (
        select(subscriber.c.id, item_mark.c.watch_key, item.c.id)
        .select_from(item)
        .join(marked, marked.c.story_id == item.c.story_id)
        .join(item_mark, item_mark.c.item_id == marked.c.id)
        .join(desk_user, desk_user.c.id == item_mark.c.user_id)
        .join(subscriber, func.lower(subscriber.c.recipient) == func.lower(desk_user.c.email))
        .where(
            *_PRESENT,
            item.c.id.in_(list(item_ids)),
            subscriber.c.id.in_(list(subscriber_ids)),
        )
    )
    return frozenset((row[0], row[1], row[2]) for row in connection.execute(found))


def read_by_links(
    connection: Connection, story_ids: Collection[int]
) -> tuple[LinkedDismissal, ...]:
    """Return what readers marked as not relevant by links, for some stories, oldest first."""
    found: list[LinkedDismissal] = []
    ids = sorted(story_ids)
    for at in range(0, len(ids), _BATCH):
        wanted = (
            select(
                item.c.story_id,
                feedback.c.watch_key,
                subscriber.c.recipient,
                func.min(feedback.c.given_at),
            )
            .join(item, item.c.id == feedback.c.item_id)
            .join(subscriber, subscriber.c.id == feedback.c.subscriber_id)
            .where(item.c.story_id.in_(ids[at : at + _BATCH]))
            .group_by(item.c.story_id, feedback.c.watch_key, subscriber.c.recipient)
            .order_by(func.min(feedback.c.given_at))
        )
        found += [LinkedDismissal(*row) for row in connection.execute(wanted)]
    return tuple(found)


def read_irrelevant(
    connection: Connection, watch_key: str | None, limit: int
) -> tuple[IrrelevantItem, ...]:
    """Return items marked as not relevant on the desk, of one watch or of all, newest first."""
    wanted = (
        select(
            item_mark.c.watch_key,
            item_mark.c.item_id,
            item.c.title,
            item.c.url,
            desk_user.c.name,
            item_mark.c.made_at,
            item_mark.c.text,
        )
        .join(item, item.c.id == item_mark.c.item_id)
        .join(desk_user, desk_user.c.id == item_mark.c.user_id)
        .where(*_PRESENT)
        .order_by(item_mark.c.made_at.desc(), item_mark.c.id)
        .limit(limit)
    )
    if watch_key is not None:
        wanted = wanted.where(item_mark.c.watch_key == watch_key)
    return tuple(IrrelevantItem(*row) for row in connection.execute(wanted))
