"""Converts between rows of mentions and values; reads mentions with their items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.archive.item_rows import EPOCH
from storage.archive.items import Items
from storage.engine.damage import Damage, read_columns, read_decodable
from storage.model import Match, Mention, Span, StoredItem
from storage.tables import mention

_BATCH = 500  # bound parameters of one query


def match_columns(match: Match) -> dict[str, Any]:
    """Return the columns that change with each match of a mention."""
    return {
        "watch_version": match.watch_version,
        "revision": match.revision,
        "spans": [[span.field, span.start, span.end] for span in match.spans],
    }


def read_with_items(
    connection: Connection, items: Items, damage: Damage, mention_ids: Sequence[int]
) -> tuple[tuple[Mention, StoredItem], ...]:
    """Return mentions with their items, in the given order; damaged ones as placeholders."""
    mentions = read_mentions(connection, mention_ids, damage)
    stored = items.get_or_placeholder(list({one.match.item_id for one in mentions.values()}))
    return tuple(
        (mentions[each], stored[mentions[each].match.item_id])
        for each in mention_ids
        if each in mentions and mentions[each].match.item_id in stored
    )


def read_mentions(
    connection: Connection, mention_ids: Sequence[int], damage: Damage
) -> dict[int, Mention]:
    """Return id -> mention; a damaged one without spans, or left out without an item id."""

    def read(ids: Sequence[int]) -> dict[int, Mention]:
        rows = connection.execute(select(mention).where(mention.c.id.in_(list(ids)))).all()
        return {row.id: mention_of(row) for row in rows}

    found: dict[int, Mention] = {}
    for at in range(0, len(mention_ids), _BATCH):
        part = list(mention_ids[at : at + _BATCH])
        found |= read_decodable(read, part, table="mention", damage=damage)
    for mention_id in set(mention_ids) - found.keys():
        if ("mention", mention_id) not in damage.rows:
            continue
        values = read_columns(connection, list(mention.columns), mention.c.id == mention_id)
        if isinstance(values["item_id"], int):
            found[mention_id] = _build_partial_mention(mention_id, values)
    return found


def _build_partial_mention(mention_id: int, values: Mapping[str, Any]) -> Mention:
    version, revision = values["watch_version"], values["revision"]
    return Mention(
        mention_id=mention_id,
        match=Match(
            watch_key=str(values["watch_key"] or "?"),
            watch_version=version if isinstance(version, int) else 1,
            item_id=values["item_id"],
            revision=revision if isinstance(revision, int) else 1,
            spans=(),
        ),
        created_at=values["created_at"] or EPOCH,
        baseline=bool(values["baseline"]),
        old=bool(values["old"]),
    )


def mention_of(row: Row[Any]) -> Mention:
    """Convert a mention row.

    Raises:
        ValueError: a column has a value of the wrong type.
    """
    return Mention(
        mention_id=row.id,
        match=Match(
            watch_key=row.watch_key,
            watch_version=int(row.watch_version),
            item_id=row.item_id,
            revision=int(row.revision),
            spans=tuple(Span(field, start, end) for field, start, end in row.spans),
        ),
        created_at=row.created_at,
        baseline=row.baseline,
        old=row.old,
    )
