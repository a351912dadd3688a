"""Finds the stored items that an article may be: those that share a key with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, bindparam, exists, select, union_all

from storage.archive import item_rows as rows
from storage.model import Article, KnownItem, TextState
from storage.rules.address_evidence import former_keys
from storage.rules.dedupe import address_keys, is_compared_by_words
from storage.rules.identity import guid_key, is_identifying_hash
from storage.tables import carrier, item, mention

_MAX_ALIKE = 5  # items with the same words that are considered


def _first_with(column: str) -> Any:
    same = (item.c.source_key == bindparam("source"), item.c[column] == bindparam(column))
    found = select(item.c.id).where(*same).order_by(item.c.id).limit(_MAX_ALIKE)
    return select(found.subquery(f"first_with_{column}").c.id)


# Built once: building the statements each time costs more than running them. A key that an article
# lacks is NULL, which equals nothing.
_IDS = union_all(
    select(carrier.c.item_id).where(carrier.c.url_key.in_(bindparam("url_keys", expanding=True))),
    select(carrier.c.item_id).where(
        carrier.c.source_key == bindparam("source"), carrier.c.guid_key == bindparam("guid_key")
    ),
    _first_with("content_hash"),
    _first_with("entry_hash"),
)
_THESE: BindParameter[int] = bindparam("ids", expanding=True)
_ITEMS: Select[Any] = select(
    *(item.c.id, item.c.source_key, item.c.title, item.c.summary, item.c.text_state),
    *(item.c.content_hash, item.c.entry_hash, item.c.revision, item.c.published_at),
    *(item.c.notice, item.c.pruned_at),
    exists().where(mention.c.item_id == item.c.id).label("has_mentions"),
).where(item.c.id.in_(_THESE))
_CARRIERS: Select[Any] = select(
    *(carrier.c.id, carrier.c.item_id, carrier.c.source_key, carrier.c.url, carrier.c.url_key),
    *(carrier.c.guid, carrier.c.entry_hash),
).where(carrier.c.item_id.in_(_THESE))


@dataclass(frozen=True, slots=True)
class Candidates:
    """The items that an article may be, and the rows of their carriers."""

    items: Sequence[KnownItem]
    carriers: Sequence[Row[Any]]

    def carriers_of(self, item_ids: Collection[int | None], source_key: str) -> list[Row[Any]]:
        """Return the carriers of items by which a source lists them."""
        return [
            row for row in self.carriers if row.item_id in item_ids and row.source_key == source_key
        ]

    def sources_of(self, item_ids: Collection[int | None]) -> set[str]:
        """Return the sources that list one of these items."""
        return {row.source_key for row in self.carriers if row.item_id in item_ids}


def find_candidates(connection: Connection, article: Article, expected: int | None) -> Candidates:
    """Find the items that share a URL, identifier, text or words with an article.

    Args:
        connection: of the unit.
        article: with clean texts.
        expected: id of an item that is a candidate whatever its keys.
    """
    has_hash = is_identifying_hash(article.content_hash)
    keys = {
        "url_keys": sorted(address_keys(article) | former_keys(article)),
        "source": article.source_key,
        "guid_key": None if article.guid is None else guid_key(article.guid),
        "content_hash": article.content_hash if has_hash else None,
        "entry_hash": article.entry_hash if is_compared_by_words(article) else None,
    }
    ids = set(connection.scalars(_IDS, keys))
    if expected is not None:
        ids.add(expected)
    if not ids:
        return Candidates((), ())
    known = {"ids": sorted(ids)}
    found = connection.execute(_ITEMS, known).all()
    carriers = connection.execute(_CARRIERS, known).all()
    return Candidates([_read_known(row, carriers) for row in found], carriers)


def _read_known(row: Row[Any], carriers: Sequence[Row[Any]]) -> KnownItem:
    own = [each for each in carriers if each.item_id == row.id]
    return KnownItem(
        item_id=row.id,
        source_key=row.source_key,
        url_keys=frozenset(each.url_key for each in own if each.url_key),
        guids=frozenset((each.source_key, each.guid) for each in own if each.guid),
        title=row.title,
        summary=row.summary,
        text_state=TextState(row.text_state),
        content_hash=row.content_hash,
        entry_hash=row.entry_hash,
        has_mentions=bool(row.has_mentions),
        revision=row.revision,
        published_at=row.published_at,
        pruned=row.pruned_at is not None,
        urls=tuple(each.url for each in own if each.url),
        buyers=() if row.notice is None else rows.notice_of(row.notice).buyers,
    )
