"""Rows that cannot be decoded: found one by one, so that they cost no other row anything.

A disk, a restore or a hand in the database may leave what no release of ours has written: JSON
that is none, a date that is none, a state that nobody knows, text that is not UTF-8.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, select
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

_T = TypeVar("_T")
MAX_CAUSE = 200  # characters


@dataclass(slots=True)
class Damage:
    """The damaged rows that were met within one transaction: (table, id) -> cause."""

    rows: dict[tuple[str, int], str] = field(default_factory=dict)

    def note(self, table: str, row_id: int, error: Exception) -> None:
        """Keep and log that a row is damaged."""
        cause = cause_of(error)
        if self.rows.setdefault((table, row_id), cause) is cause:
            log.error("row.damaged table=%s row=%s problem=%s", table, row_id, cause)


def is_damage(error: Exception) -> bool:
    """Whether an error is of a row that was read, and not of the database that it is read from."""
    # SQLite says of text that is not UTF-8: "Could not decode to UTF-8 column"
    return not isinstance(error, DBAPIError) or "decode" in str(error).lower()


def cause_of(error: Exception) -> str:
    """What is wrong with a row, in one line of bounded length."""
    said = str(error.orig if isinstance(error, DBAPIError) else error)
    return " ".join(f"{type(error).__name__}: {said}".split())[:MAX_CAUSE]


def read_decodable(
    read: Callable[[Sequence[int]], Mapping[int, _T]],
    ids: Sequence[int],
    *,
    table: str,
    damage: Damage,
) -> dict[int, _T]:
    """Read rows by id; those that cannot be decoded are left out and noted in `damage`.

    Args:
        read: id -> value, for ids; raises where one of them cannot be decoded.
        ids: of rows of one table.
        table: its name.
        damage: where rows are noted.

    Raises:
        DBAPIError: it was not a row that could not be read but the database.
    """
    try:
        return dict(read(ids))
    except Exception as error:
        if not is_damage(error):
            raise
        if len(ids) == 1:
            damage.note(table, ids[0], error)
            return {}
    half = len(ids) // 2
    return read_decodable(read, ids[:half], table=table, damage=damage) | read_decodable(
        read, ids[half:], table=table, damage=damage
    )


def read_columns(
    connection: Connection, columns: Sequence[Column[Any]], where: ColumnElement[bool]
) -> dict[str, Any]:
    """Read the columns of one row one by one; None stands for those that cannot be decoded."""
    values: dict[str, Any] = {}
    for column in columns:
        try:
            values[column.name] = connection.scalar(select(column).where(where))
        except Exception as error:
            if not is_damage(error):
                raise
            values[column.name] = None
    return values
