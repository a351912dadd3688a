"""Computes coverage: the sources that were read in a span of time, and the items they listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.tables import item, notice, source


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindSource:
    """A source whose polls fail. `since`: its last successful poll, None for never."""

    key: str
    since: datetime | None
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Sources and items of a span of time, as reported in digests."""

    sources_total: int
    sources_answered: int
    blind: tuple[BlindSource, ...]
    items_read: int
    without_news: tuple[str, ...] = ()  # keys of sources that can be read but have nothing new
    thin: tuple[str, ...] = ()  # keys of sources whose pages cannot be read


# not the whole row: a damaged `last_report` must not block a digest
_COLUMNS = (source.c.key, source.c.last_success_at, source.c.last_error, source.c.failures)


class CoverageReader:
    """Computes coverage when called, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def __call__(self, since: datetime, until: datetime) -> Coverage:
        """Compute the coverage of [since, until)."""
        active = self._db.execute(
            select(*_COLUMNS).where(source.c.active.is_(True)).order_by(source.c.key)
        ).all()
        blind = tuple(
            BlindSource(
                key=row.key,
                since=row.last_success_at,
                cause=row.last_error or "no answer",
            )
            for row in active
            if row.failures > 0
        )
        read = self._db.scalar(
            select(func.count())
            .select_from(item)
            .where(item.c.first_seen_at >= since, item.c.first_seen_at < until)
        )
        answered = sum(1 for row in active if row.failures == 0 and row.last_success_at is not None)
        keys = [row.key for row in active]
        return Coverage(
            sources_total=len(active),
            sources_answered=answered,
            blind=blind,
            items_read=int(read or 0),
            without_news=self._sources_with_notice(keys, "silent", "empty"),
            thin=self._sources_with_notice(keys, "thin"),
        )

    def _sources_with_notice(self, sources: Sequence[str], *conditions: str) -> tuple[str, ...]:
        """Return those of `sources` with an open notice of one of these conditions."""
        keys = {f"source:{key}:{condition}": key for key in sources for condition in conditions}
        if not keys:
            return ()
        found = self._db.scalars(
            select(notice.c.key).where(notice.c.key.in_(keys), notice.c.cleared_at.is_(None))
        )
        return tuple(sorted({keys[key] for key in found}))
