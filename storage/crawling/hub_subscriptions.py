"""Repository of subscriptions at the hubs of feeds (WebSub, W3C Recommendation of 2018)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from storage.crawling.sources import Sources
from storage.engine.damage import read_each
from storage.model import Hub, HubState, HubSubscription
from storage.rules.wait_bounds import due_condition
from storage.tables import hub_subscription, source

UNVERIFIED_AFTER = timedelta(hours=1)  # a request that the hub has not verified is made again
REFUSED_FOR = timedelta(days=1)
MIN_RETRY = timedelta(hours=1)
MAX_RETRY = timedelta(days=1)
MAX_LEASE = timedelta(days=30)
RENEW_BEFORE = 0.1  # of the lease is left when it is renewed
MIN_POLL_GAP = timedelta(seconds=15)  # between two polls of a source that a hub asks for
MAX_ERROR = 300  # characters


class HubSubscriptions:
    """Reads and writes subscriptions at hubs, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def declared(self, source_key: str) -> Hub | None:
        """Return the hub that a feed last declared; None where it declared none."""
        wanted = select(hub_subscription.c.hub, hub_subscription.c.topic)
        row = self._db.execute(
            wanted.where(hub_subscription.c.source_key == source_key)
        ).one_or_none()
        return None if row is None else Hub(url=row.hub, topic=row.topic)

    def declare(self, source_key: str, hub: Hub | None, now: datetime) -> None:
        """Store what a feed declares; another hub or topic makes the subscription anew."""
        if self.declared(source_key) == hub:
            return
        here = hub_subscription.c.source_key == source_key
        self._db.execute(delete(hub_subscription).where(here))
        if hub is None:
            return
        self._db.execute(
            insert(hub_subscription).values(
                source_key=source_key,
                hub=hub.url,
                topic=hub.topic,
                token=secrets.token_urlsafe(24),
                secret=secrets.token_urlsafe(32),
                state=HubState.NEW,
                next_at=now,
                failures=0,
            )
        )

    def has_due(self, now: datetime) -> bool:
        """Return whether a subscription is to be requested, or something was announced."""
        due = due_condition(hub_subscription.c.next_at, now, MAX_LEASE)
        wanted = select(hub_subscription.c.source_key).where(
            due | hub_subscription.c.announced_at.is_not(None)
        )
        return self._db.execute(wanted.limit(1)).first() is not None

    def claim_due(self, now: datetime, *, limit: int) -> tuple[HubSubscription, ...]:
        """Return subscriptions that are to be requested now, and mark them as requested.

        They are due again when the hub has not verified them by then. Subscriptions of sources
        that are not active are deleted: their hubs get 404.
        """
        inactive = select(source.c.key).where(~source.c.active)
        self._db.execute(
            delete(hub_subscription).where(hub_subscription.c.source_key.in_(inactive))
        )
        wanted = (
            select(hub_subscription)
            .where(due_condition(hub_subscription.c.next_at, now, MAX_LEASE))
            .order_by(hub_subscription.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        found = tuple(read_each(self._db, wanted, _read_row, table="hub_subscription"))
        for each in found:
            is_active = each.state is HubState.ACTIVE
            self._set(
                each.source_key,
                # a lease that still runs stays in force until it is renewed
                state=HubState.ACTIVE if is_active else HubState.REQUESTED,
                next_at=now + UNVERIFIED_AFTER,
            )
        return found

    def record_failure(self, source_key: str, error: str, now: datetime) -> None:
        """Record that a hub did not take a request; it is made again later and later."""
        failures = self._db.scalar(
            select(hub_subscription.c.failures).where(hub_subscription.c.source_key == source_key)
        )
        wait = min(MIN_RETRY * 2 ** min(failures or 0, 10), MAX_RETRY)
        self._set(
            source_key,
            failures=(failures or 0) + 1,
            last_error=error[:MAX_ERROR],
            next_at=now + wait,
        )

    def find(self, token: str) -> HubSubscription | None:
        """Return the subscription of a callback's token; None where there is none."""
        wanted = select(hub_subscription).where(hub_subscription.c.token == token)
        return next(iter(read_each(self._db, wanted, _read_row, table="hub_subscription")), None)

    def activate(self, source_key: str, lease: timedelta, now: datetime) -> None:
        """Record that the hub has verified a request, and for how long it is in force."""
        self._set(
            source_key,
            state=HubState.ACTIVE,
            lease_until=now + lease,
            next_at=now + lease * (1 - RENEW_BEFORE),
            failures=0,
            last_error=None,
        )

    def refuse(self, source_key: str, reason: str, now: datetime) -> None:
        """Record that the hub has denied a subscription; it is asked again a day later."""
        self._set(
            source_key,
            state=HubState.REFUSED,
            lease_until=None,
            next_at=now + REFUSED_FOR,
            last_error=reason[:MAX_ERROR],
        )

    def note_news(self, source_key: str, now: datetime) -> None:
        """Record that the hub has announced something; `poll_announced` makes the source due."""
        self._set(source_key, announced_at=now)

    def poll_announced(self, now: datetime) -> tuple[str, ...]:
        """Make sources due at once whose hub has announced something; return their keys.

        A source that is being polled, or was a moment ago, waits: its poll may have begun before
        the announcement.
        """
        recent = now - MIN_POLL_GAP
        rows = self._db.execute(
            select(source.c.key)
            .join(hub_subscription, hub_subscription.c.source_key == source.c.key)
            .where(
                hub_subscription.c.announced_at.is_not(None),
                source.c.lease_owner.is_(None),
                # a time in the future was stored by a clock that ran ahead
                source.c.last_polled_at.is_(None)
                | (source.c.last_polled_at <= recent)
                | (source.c.last_polled_at > now),
            )
        )
        keys = tuple(sorted(row.key for row in rows))
        if keys:
            Sources(self._db).poll_now(keys, now)
            here = hub_subscription.c.source_key.in_(keys)
            self._db.execute(update(hub_subscription).where(here).values(announced_at=None))
        return keys

    def count_by_state(self) -> Mapping[str, int]:
        """Return how many subscriptions there are in each state."""
        rows = self._db.execute(
            select(hub_subscription.c.state, func.count()).group_by(hub_subscription.c.state)
        )
        return {str(state): int(count) for state, count in rows}

    def _set(self, source_key: str, **values: Any) -> None:
        here = hub_subscription.c.source_key == source_key
        self._db.execute(update(hub_subscription).where(here).values(values))


def _read_row(row: Row[Any]) -> HubSubscription:
    return HubSubscription(
        source_key=row.source_key,
        hub=Hub(url=row.hub, topic=row.topic),
        token=row.token,
        secret=row.secret,
        state=HubState(row.state),
        next_at=row.next_at,
        lease_until=row.lease_until,
        failures=row.failures,
        last_error=row.last_error,
    )
