"""Repository of proposals for watches that were dismissed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.engine.damage import read_each
from storage.engine.dialect import upsert
from storage.tables import dismissed_proposal


class DismissedProposals:
    """Reads and writes dismissals, within one transaction.

    A proposal is known by its watch, its kind, and its target: the part of the query that it
    changes, or the source that it leaves out.
    """

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def record(
        self,
        watch_key: str,
        kind: str,
        target: str,
        *,
        weight: int,
        actor: str,
        now: datetime,
    ) -> None:
        """Store that a proposal was dismissed, and what spoke for it then."""
        values = {
            "watch_key": watch_key,
            "kind": kind,
            "target": target,
            "weight": weight,
            "actor": actor,
            "at": now,
        }
        upsert(self._db, dismissed_proposal, values, list(dismissed_proposal.primary_key))

    def of_watch(self, watch_key: str) -> dict[tuple[str, str], int]:
        """Return (kind, target) -> the weight of a proposal when it was dismissed last."""
        wanted = (
            select(dismissed_proposal)
            .where(dismissed_proposal.c.watch_key == watch_key)
            .order_by(dismissed_proposal.c.kind, dismissed_proposal.c.target)
        )
        return dict(read_each(self._db, wanted, _build_weight, table="dismissed_proposal"))


def _build_weight(row: Row[Any]) -> tuple[tuple[str, str], int]:
    return (row.kind, row.target), int(row.weight)
