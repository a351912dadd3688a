"""Counts overdue work by stage, and finds failing channels, for health checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, Connection, func, or_, select

from storage.model import FAILED
from storage.tables import (
    mention,
    outbox,
    pause,
    pending_index,
    pending_match,
    pending_telling,
    source,
    subscriber,
)
from storage.telling.deliveries import latest_deliveries


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Overdue rows of one stage. `oldest_at`: the earliest due time, None where unknown."""

    stage: str
    count: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingChannel:
    """A channel that delivers nothing while messages wait for a retry."""

    channel: str
    messages: int
    since: datetime
    error: str


class Backlog:
    """Reads the backlog, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def waiting(
        self, now: datetime, *, digests: Collection[str], alerts: Collection[str]
    ) -> tuple[Waiting, ...]:
        """Count work that is due and not done, by stage.

        Args:
            now: the time.
            digests: keys of subscriptions with a schedule.
            alerts: keys of immediate subscriptions without quiet hours.
        """
        return (
            self._count_due(
                "crawl",
                source.c.next_at,
                source.c.active.is_(True),
                source.c.next_at <= now,
                or_(source.c.lease_until.is_(None), source.c.lease_until <= now),
            ),
            self._count_due("match", pending_match.c.ready_at, pending_match.c.ready_at <= now),
            self._count_digests(now, digests),
            self._count_alerts(alerts),
            self._count_due(
                "deliver",
                outbox.c.due_at,
                outbox.c.due_at <= now,
                outbox.c.channel.not_in(select(pause.c.channel)),
            ),
            Waiting(
                stage="index",
                count=int(self._db.scalar(select(func.count()).select_from(pending_index)) or 0),
                oldest_at=None,
            ),
        )

    def _count_due(self, stage: str, at: Column[datetime], *tests: ColumnElement[bool]) -> Waiting:
        row = self._db.execute(select(func.count(), func.min(at)).where(*tests)).one()
        return Waiting(stage=stage, count=int(row[0]), oldest_at=row[1])

    def _count_digests(self, now: datetime, keys: Collection[str]) -> Waiting:
        return self._count_due(
            "tell digests",
            subscriber.c.next_at,
            subscriber.c.active.is_(True),
            subscriber.c.next_at <= now,
            subscriber.c.subscription_key.in_(list(keys)),
        )

    def _count_alerts(self, keys: Collection[str]) -> Waiting:
        row = self._db.execute(
            select(func.count(), func.min(pending_telling.c.created_at))
            .join(subscriber, subscriber.c.id == pending_telling.c.subscriber_id)
            .join(mention, mention.c.id == pending_telling.c.mention_id)
            # old items are reported once a day
            .where(subscriber.c.active.is_(True), mention.c.old.is_not(True))
            .where(subscriber.c.subscription_key.in_(list(keys)))
        ).one()
        return Waiting(stage="tell alerts", count=int(row[0]), oldest_at=row[1])

    def failing_channels(self, now: datetime, *, longer: timedelta) -> tuple[FailingChannel, ...]:
        """Return channels with messages in retry and no delivery within `longer`.

        A creation time in the future (the clock ran ahead) counts as old.
        """
        failing = []
        found = self._db.execute(
            select(outbox.c.channel, func.count(), func.min(outbox.c.created_at))
            .where(outbox.c.state.in_(FAILED))
            .group_by(outbox.c.channel)
            .order_by(outbox.c.channel)
        ).all()
        for channel, messages, since in found:
            if timedelta(0) <= now - since < longer or self._has_delivered(channel, now - longer):
                continue
            failing.append(
                FailingChannel(
                    channel=channel,
                    messages=int(messages),
                    since=since,
                    error=self._last_error(channel),
                )
            )
        return tuple(failing)

    def _has_delivered(self, channel: str, since: datetime) -> bool:
        return any(at >= since for at in latest_deliveries(self._db, channel))

    def _last_error(self, channel: str) -> str:
        last = (
            select(outbox.c.last_error)
            .where(outbox.c.state.in_(FAILED), outbox.c.channel == channel)
            .order_by(outbox.c.id.desc())
            .limit(1)
        )
        return self._db.scalar(last) or "no cause is known"

    def newest_message(self) -> int:
        """Return the highest outbox id; 0 where empty."""
        return int(self._db.scalar(select(func.max(outbox.c.id))) or 0)
