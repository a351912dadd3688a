"""Repository of the audit trail: a row for each change, in the transaction that makes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from storage.engine.damage import read_each
from storage.model import Actor, AuditEntry, Change
from storage.tables import audit

MAX_TEXT = 2_000  # characters of each text; a longer one is cut


class AuditTrail:
    """Writes and reads the audit trail, within one transaction.

    `recorded` counts the changes that this transaction stored.
    """

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self.recorded = 0

    def record(self, actor: Actor, change: Change, now: datetime) -> None:
        """Store a change and who made it."""
        texts = {
            "actor": actor.name,
            "via": actor.via,
            "client": actor.client,
            "action": change.action,
            "subject": change.subject,
            "before": change.before,
            "after": change.after,
        }
        cut = {name: text[:MAX_TEXT] for name, text in texts.items()}
        self._db.execute(insert(audit).values(at=now, **cut))
        self.recorded += 1

    def list(
        self,
        *,
        limit: int,
        actor: str | None = None,
        thing: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        below: int | None = None,
    ) -> tuple[AuditEntry, ...]:
        """Return entries, the newest first.

        Args:
            limit: how many at most.
            actor: only of this name.
            thing: only actions on things of this kind, the part of an action before its dot.
            subject: only about the thing of this name.
            since: only then or later.
            below: only entries with a lower id, for the next page.
        """
        found = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if actor is not None:
            found = found.where(audit.c.actor == actor)
        if thing is not None:
            found = found.where(audit.c.action.startswith(f"{thing}.", autoescape=True))
        if subject is not None:
            found = found.where(audit.c.subject == subject)
        if since is not None:
            found = found.where(audit.c.at >= since)
        if below is not None:
            found = found.where(audit.c.id < below)
        return tuple(read_each(self._db, found, _build_entry, table="audit"))

    def prune(self, before: datetime) -> int:
        """Delete the entries from before a time; return how many."""
        return self._db.execute(delete(audit).where(audit.c.at < before)).rowcount


def _build_entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        entry_id=row.id,
        at=row.at,
        actor=Actor(name=row.actor, via=row.via, client=row.client),
        change=Change(action=row.action, subject=row.subject, before=row.before, after=row.after),
    )
