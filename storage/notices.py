"""Notices: what the operator should look at, open until it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.schema import notice
from storage.types import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One open notice."""

    key: str
    text: str
    since: datetime


class Notices:
    """Open and cleared notices, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def raise_(self, key: str, text: str, now: datetime) -> bool:
        """Open a notice, or give an open one a new text; True where it was not open before."""
        row = self._db.execute(select(notice).where(notice.c.key == key)).one_or_none()
        if row is None:
            self._db.execute(insert(notice).values(key=key, text=clean(text), since=now))
            return True
        reopened = row.cleared_at is not None
        values: dict[str, Any] = {"text": clean(text), "cleared_at": None}
        if reopened:
            values["since"] = now
        self._db.execute(update(notice).where(notice.c.key == key).values(values))
        return reopened

    def clear(self, key: str, now: datetime) -> bool:
        """Close a notice; False where it was not open."""
        this = (notice.c.key == key, notice.c.cleared_at.is_(None))
        return self._db.execute(update(notice).where(*this).values(cleared_at=now)).rowcount > 0

    def open(self) -> tuple[Notice, ...]:
        """The notices that stand, oldest first."""
        found = select(notice).where(notice.c.cleared_at.is_(None)).order_by(notice.c.since)
        return tuple(
            Notice(key=row.key, text=row.text, since=row.since) for row in self._db.execute(found)
        )
