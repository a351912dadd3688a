"""Looks up the entries of a listing among the stored items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from storage.model import FetchedEntry, TextState
from storage.rules.identity import entry_hash, guid_key, url_key
from storage.tables import carrier, item

_BATCH = 400  # bound parameters of one query


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """An entry of a listing with its stored item, None where it is new.

    `changed`: title, summary or date in the listing differ from the last poll. `carried`: this
    source is among the carriers of the item. `moved`: it is known by its identifier, and its URL
    is new.
    """

    entry: FetchedEntry
    item_id: int | None
    changed: bool
    text_state: TextState | None
    carried: bool = False
    moved: bool = False


def known_entries(
    connection: Connection, source_key: str, entries: Sequence[FetchedEntry]
) -> tuple[KnownEntry, ...]:
    """Look up the entries of a listing: the item of each, and whether the entry changed."""
    urls = {entry: _hash_own_url(entry) for entry in entries}
    by_url = _find_carriers(connection, (key for key in urls.values() if key), carrier.c.url_key)
    by_guid = _find_carriers(
        connection,
        (guid_key(entry.guid) for entry in entries if entry.guid is not None),
        carrier.c.guid_key,
        carrier.c.source_key == source_key,
    )
    known = []
    for entry in entries:
        found = by_url.get(urls[entry] or "", ())
        moved = not found and urls[entry] is not None
        if not found and entry.guid is not None:
            found = by_guid.get(guid_key(entry.guid), ())
        known.append(_match_entry(source_key, entry, found, moved=moved))
    return tuple(known)


def _hash_own_url(entry: FetchedEntry) -> str | None:
    return None if entry.url is None or entry.url_is_shared else url_key(entry.url)


def _find_carriers(
    connection: Connection,
    keys: Iterable[str],
    column: ColumnElement[Any],
    *tests: ColumnElement[bool],
) -> dict[str, tuple[Row[Any], ...]]:
    wanted = sorted(set(keys))
    found: dict[str, tuple[Row[Any], ...]] = {}
    for at in range(0, len(wanted), _BATCH):
        rows = connection.execute(
            select(column.label("key"), carrier, item.c.text_state)
            .join(item, item.c.id == carrier.c.item_id)
            .where(column.in_(wanted[at : at + _BATCH]), *tests)
            .order_by(carrier.c.id.desc())
        )
        for row in rows:
            found[row[0]] = (*found.get(row[0], ()), row)
    return found


def _match_entry(
    source_key: str, entry: FetchedEntry, newest_first: Sequence[Row[Any]], *, moved: bool
) -> KnownEntry:
    if not newest_first:
        return KnownEntry(entry=entry, item_id=None, changed=False, text_state=None)
    own = [row for row in newest_first if row.source_key == source_key]
    wording = entry_hash(entry.title, entry.summary, entry.published_raw)
    same_words = next((row for row in own if row.entry_hash == wording), None)
    row = same_words or (own or newest_first)[0]
    return KnownEntry(
        entry=entry,
        item_id=row.item_id,
        changed=bool(own) and same_words is None,
        text_state=TextState(row.text_state),
        carried=bool(own),
        moved=moved,
    )
