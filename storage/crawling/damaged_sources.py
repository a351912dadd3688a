"""Reads and repairs damaged rows of sources, so that one does not stop all crawling.

The configuration or the next poll provides everything in such a row except its key. So values that
cannot be decoded count as unknown, and are reset.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
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

MAX_GAP = timedelta(days=36_500)  # between new entries of a source
UNNAMED = "(a source whose key cannot be read)"


def _allowed_types(column: Column[Any]) -> tuple[type, ...]:
    """Return the types that a value of the column may have."""
    null = (type(None),) if column.nullable else ()
    if isinstance(column.type, Boolean):
        return (bool,)
    if isinstance(column.type, Integer):
        return (int, *null)
    if isinstance(column.type, UtcDateTime):
        return (datetime, *null)
    return (dict, list, *null) if isinstance(column.type, JsonText) else (str, *null)


_TYPES = tuple(_allowed_types(column) for column in source.columns)
_DEFAULTS: Mapping[str, Any] = {
    "next_at": datetime(1970, 1, 1, tzinfo=UTC),  # due
    "kind": "",
    "url": "",
    "active": True,
    "failures": 0,
    "item_count": 0,
    "unfinished_polls": 0,
}


def _is_gap(value: Any) -> bool:
    return value is None or 0 <= value <= MAX_GAP.total_seconds()


def _is_hours(value: Any) -> bool:
    return value is None or all(isinstance(hour, int) for hour in value)


def _is_report(value: Any) -> bool:
    return not isinstance(value, dict) or isinstance(value.get("continue_at") or 0, int)


# of values of the right type, those that a state can be made of
_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "usual_gap": _is_gap,
    "longest_gap": _is_gap,
    "silent_hours": _is_hours,
    "last_report": _is_report,
}
_CHECKED = tuple(
    (place, _CHECKS[column.name])
    for place, column in enumerate(source.columns)
    if column.name in _CHECKS
)


def has_valid_values(row: Sequence[object]) -> bool:
    """Return whether each value can be one of its column; SQLite stores values of any type."""
    return all(map(isinstance, row, _TYPES)) and all(check(row[at]) for at, check in _CHECKED)


def list_keys(connection: Connection, *tests: ColumnElement[bool]) -> tuple[str, ...]:
    """Return the keys of rows, except keys that are not text."""
    if connection.dialect.name != "sqlite":
        return tuple(connection.scalars(select(source.c.key).where(*tests).order_by(source.c.key)))
    keys = connection.scalars(select(func.hex(source.c.key)).where(*tests).order_by(source.c.key))
    return tuple(key for written in keys if (key := _decode(written)) is not None)


def _delete_unnamed(connection: Connection) -> int:
    """Delete rows whose key is not text; return how many."""
    if connection.dialect.name != "sqlite":
        return 0
    written = connection.scalars(select(func.hex(source.c.key))).all()
    unnamed = [key for key in written if _decode(key) is None]
    connection.execute(delete(source).where(func.hex(source.c.key).in_(unnamed)))
    return len(unnamed)


def read_damaged(connection: Connection, key: str) -> tuple[dict[str, Any], str]:
    """Return the values of a row, and the names of the columns whose value was replaced."""
    values: dict[str, Any] = {"key": key}
    replaced = []
    for column, types in zip(source.columns, _TYPES, strict=True):
        if column.name == "key":
            continue
        if (found := _read_value(connection, column, key, types)) is not None:
            values[column.name] = found[0]
        else:
            values[column.name] = _DEFAULTS.get(column.name)
            replaced.append(column.name)
    return values, ", ".join(replaced)


def repair(connection: Connection) -> Iterator[tuple[str, str]]:
    """Reset values of sources that cannot be decoded; yield (key, names of columns) of each."""
    if deleted := _delete_unnamed(connection):
        log.error("source.deleted rows=%d reason=key-unreadable", deleted)
        yield UNNAMED, "key"
    if _are_all_valid(connection):
        return
    for key in list_keys(connection):
        values, replaced = read_damaged(connection, key)
        if replaced:
            reset = {name: values[name] for name in replaced.split(", ")}
            connection.execute(update(source).where(source.c.key == key).values(reset))
            log.error("source.repaired source=%s columns=%s", key, replaced)
            yield key, replaced


def _are_all_valid(connection: Connection) -> bool:
    # one statement, where value by value there would be one for each column of each source
    try:
        return all(map(has_valid_values, connection.execute(select(source)).all()))
    except Exception as error:
        if not is_decode_error(error):
            raise
        return False


def _read_value(
    connection: Connection, column: Column[Any], key: str, types: tuple[type, ...]
) -> tuple[Any] | None:
    try:
        value = connection.scalar(select(column).where(source.c.key == key))
    except Exception as error:
        if not is_decode_error(error):
            raise
        return None
    check = _CHECKS.get(column.name)
    is_valid = isinstance(value, types) and (check is None or check(value))
    return (value,) if is_valid else None


def _decode(written: str) -> str | None:
    try:
        return bytes.fromhex(written).decode()
    except UnicodeDecodeError:
        return None
