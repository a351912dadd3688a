"""Rows in every table, made from the columns alone, so that no table is forgotten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Engine, Float, LargeBinary, select
from sqlalchemy import insert as insert_into
from sqlalchemy.types import Integer

from storage.engine.column_types import JsonText, UtcDateTime
from storage.tables import index_state, metadata

WHEN = datetime(2026, 11, 24, 7, 30, 0, 123_456, tzinfo=UTC)
# orders of text that differ between collations: capitals, accents, letters of other scripts
WORDS = ("Zeta", "alpha", "ähre", "\N{CJK UNIFIED IDEOGRAPH-8A9E}", "beta", "_x", "a b")
ROWS = len(WORDS)


def fill(engine: Engine) -> None:
    """Insert rows into every table; the n-th refers to the n-th of other tables."""
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table is index_state:  # which a migration filled
                continue
            for number in range(ROWS):
                row = {each.name: _make_value(each, number) for each in table.columns}
                connection.execute(insert_into(table).values(**row))


def read_all(engine: Engine) -> dict[str, set[tuple[str, ...]]]:
    """Return the rows of each table, as the program reads them."""
    with engine.connect() as connection:
        return {
            table.name: {tuple(map(_show, row)) for row in connection.execute(select(table))}
            for table in metadata.sorted_tables
            if table.name not in ("index_state", "pending_index")
        }


def _show(value: Any) -> str:
    # SQLite gives the times of `host_slot` back without their zone
    return repr(value.replace(tzinfo=UTC) if isinstance(value, datetime) else value)


def _make_value(column: Column[Any], number: int) -> Any:
    if column.nullable and number == 1:
        return None
    match column.type:
        case UtcDateTime():
            return WHEN + timedelta(days=number)
        case DateTime():
            return WHEN + timedelta(hours=number)
        case JsonText():
            return {"of": [number, WORDS[number], None, 1.5]}
        case LargeBinary():
            return bytes([0, 255, number])
        case Boolean():
            return number % 2 == 0
        case Date():
            return date(2026, 11, 1 + number)
        case Float():
            return number / 3
    if isinstance(column.type, Integer) or column.foreign_keys:
        return number + 1
    return WORDS[number]
