"""Repository of notices to the operator, each open until it is cleared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from storage.engine.damage import read_each
from storage.engine.dialect import insert_new
from storage.tables import notice


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorNotice:
    """An open notice."""

    key: str
    text: str
    since: datetime


class Notices:
    """Reads and writes notices, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def raise_(self, key: str, text: str, now: datetime) -> bool:
        """Open a notice, or update the text of an open one; return whether it was opened."""
        values = {"key": key, "text": text, "since": now, "cleared_at": None}
        if insert_new(self._db, notice, values, [notice.c.key]):
            return True
        this = notice.c.key == key
        reopened = (this, notice.c.cleared_at.is_not(None))
        if self._db.execute(update(notice).where(*reopened).values(values)).rowcount > 0:
            return True
        self._db.execute(update(notice).where(this).values(text=text))
        return False

    def clear(self, key: str, now: datetime) -> bool:
        """Close a notice; return False where it was not open."""
        this = (notice.c.key == key, notice.c.cleared_at.is_(None))
        return self._db.execute(update(notice).where(*this).values(cleared_at=now)).rowcount > 0

    def known(self, keys: Collection[str]) -> frozenset[str]:
        """Return those of `keys` that have a notice, open or closed."""
        found = select(notice.c.key).where(notice.c.key.in_(list(keys)))
        return frozenset(self._db.scalars(found))

    def open(self) -> tuple[OperatorNotice, ...]:
        """Return the open notices, oldest first."""
        found = (
            select(notice)
            .where(notice.c.cleared_at.is_(None))
            .order_by(notice.c.since, notice.c.key)
        )
        return tuple(read_each(self._db, found, _build_notice, table="notice"))


def _build_notice(row: Row[Any]) -> OperatorNotice:
    return OperatorNotice(key=row.key, text=row.text, since=row.since)
