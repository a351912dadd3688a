"""Reads and repairs rows of sources that cannot be read in full: one must not stop all crawling.

Everything in such a row but its key comes back by itself: the configuration declares it, or the
next poll finds it out. So what cannot be read counts as not known, and is then reset.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    delete,
    func,
    select,
    update,
)

from storage.engine.column_types import JsonText, UtcDateTime
from storage.engine.damage import is_decode_error
from storage.tables import source

log = logging.getLogger(__name__)

UNNAMED = "(a source whose key cannot be read)"


def _kinds(column: Column[Any]) -> tuple[type, ...]:
    """Return the types that a value of the column may have."""
    empty = (type(None),) if column.nullable else ()
    if isinstance(column.type, Boolean):
        return (bool,)
    if isinstance(column.type, Integer):
        return (int, *empty)
    if isinstance(column.type, UtcDateTime):
        return (datetime, *empty)
    return (dict, list, *empty) if isinstance(column.type, JsonText) else (str, *empty)


_KINDS = tuple(_kinds(column) for column in source.columns)
_DEFAULTS: Mapping[str, Any] = {
    "next_at": datetime(1970, 1, 1, tzinfo=UTC),  # due
    "kind": "",
    "url": "",
    "active": True,
    "failures": 0,
    "item_count": 0,
    "unfinished_polls": 0,
}


def is_sound(row: Sequence[object]) -> bool:
    """Whether each value of a row is of the type of its column; SQLite keeps any."""
    return all(map(isinstance, row, _KINDS))


def list_keys(connection: Connection, *tests: ColumnElement[bool]) -> tuple[str, ...]:
    """Return the keys of rows, without those that are no text."""
    if connection.dialect.name != "sqlite":
        return tuple(connection.scalars(select(source.c.key).where(*tests).order_by(source.c.key)))
    keys = connection.scalars(select(func.hex(source.c.key)).where(*tests).order_by(source.c.key))
    return tuple(key for written in keys if (key := _decode(written)) is not None)


def _drop_unnamed(connection: Connection) -> int:
    """Delete rows whose key is no text, which nothing declares; return how many."""
    if connection.dialect.name != "sqlite":
        return 0
    written = connection.scalars(select(func.hex(source.c.key))).all()
    unnamed = [key for key in written if _decode(key) is None]
    connection.execute(delete(source).where(func.hex(source.c.key).in_(unnamed)))
    return len(unnamed)


def read_damaged(connection: Connection, key: str) -> tuple[dict[str, Any], str]:
    """Return the values of a row, and the names of the columns that were replaced."""
    values: dict[str, Any] = {"key": key}
    replaced = []
    for column, kinds in zip(source.columns, _KINDS, strict=True):
        if column.name == "key":
            continue
        if (found := _read(connection, column, key, kinds)) is not None:
            values[column.name] = found[0]
        else:
            values[column.name] = _DEFAULTS.get(column.name)
            replaced.append(column.name)
    return values, ", ".join(replaced)


def repair(connection: Connection) -> Iterator[tuple[str, str]]:
    """Reset what cannot be read in rows of sources; yield the key and the columns of each."""
    if dropped := _drop_unnamed(connection):
        log.error("source.dropped rows=%d: their keys cannot be read", dropped)
        yield UNNAMED, "key"
    for key in list_keys(connection):
        values, replaced = read_damaged(connection, key)
        if replaced:
            reset = {name: values[name] for name in replaced.split(", ")}
            connection.execute(update(source).where(source.c.key == key).values(reset))
            log.error("source.repaired source=%s columns=%s", key, replaced)
            yield key, replaced


def _read(
    connection: Connection, column: Column[Any], key: str, kinds: tuple[type, ...]
) -> tuple[Any] | None:
    try:
        value = connection.scalar(select(column).where(source.c.key == key))
    except Exception as error:
        if not is_decode_error(error):
            raise
        return None
    return (value,) if isinstance(value, kinds) else None


def _decode(written: str) -> str | None:
    try:
        return bytes.fromhex(written).decode()
    except UnicodeDecodeError:
        return None
