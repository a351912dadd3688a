"""Explains which alerts wait, why, and when they are sent.

An alert waits for quiet hours to end, for the rate limit, and where what was written before cannot
be delivered: what comes meanwhile is told by one message, not by one for each item.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from alerts.digest.context import TellingContext
from alerts.schedule.cadence import held_until
from alerts.schedule.due import alert_after, compute_paid_until, old_items_due
from config.model import Subscription
from storage.model import Subscriber
from storage.store import Unit
from storage.telling.pending_news import PendingNews

# items of one poll are stored one after the other: an alert waits for those that follow
MAX_SETTLING = timedelta(seconds=30)
# for those of other sources only so many times as long as for those of its own
OTHERS_SETTLING = 2

Cause = Literal["quiet hours", "rate limit", "undelivered", "old items"]
CAUSES: Mapping[Cause, str] = {
    "quiet hours": "quiet hours",
    "rate limit": "five alerts in a row, then one every twelve minutes with all that came",
    "undelivered": "once what was written before is delivered, in one message",
    "old items": "old items, once a day",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAlert:
    """Mentions that wait for an alert. `goes_at` None: not known, or at once without `cause`."""

    recipient: str
    subscription: str
    mentions: int
    goes_at: datetime | None
    cause: Cause | None


def find_held(
    subscribers: Sequence[Subscriber],
    news: Mapping[int, PendingNews],
    stalled: Collection[str],
    now: datetime,
    settling: timedelta,
) -> frozenset[int]:
    """Return the ids of subscribers who get no alert now. Pure.

    What was found waits until nothing more has come for `settling`, and no longer than
    `MAX_SETTLING`. What one source brings without a pause holds up what another one brought
    for `OTHERS_SETTLING` times `settling` only.

    Args:
        subscribers: the active ones.
        news: subscriber id -> what waits for it.
        stalled: recipients, in lower case, to whom nothing can be delivered at present.
        now: the time.
        settling: how long nothing more must have come.
    """
    held = set()
    for each in subscribers:
        waiting = news.get(each.subscriber_id)
        if waiting is None:
            continue
        # a time in the future: the clock was ahead
        settles = now - settling < waiting.newest <= now
        patient = now - MAX_SETTLING < waiting.oldest <= now
        others_patient = now - OTHERS_SETTLING * settling < waiting.silent_since
        if each.recipient.lower() in stalled or (settles and patient and others_patient):
            held.add(each.subscriber_id)
    return frozenset(held)


def held_alerts(unit: Unit, context: TellingContext, now: datetime) -> tuple[HeldAlert, ...]:
    """Return what waits for an alert, by recipient and subscription."""
    subscribers = unit.subscribers.all()
    return tuple(
        sorted(
            _list_held(unit, context, subscribers, now),
            key=lambda each: (each.recipient, each.subscription, each.cause or ""),
        )
    )


def _list_held(
    unit: Unit, context: TellingContext, subscribers: Sequence[Subscriber], now: datetime
) -> Iterator[HeldAlert]:
    news, old = unit.pending_news.by_subscriber(), unit.tellings.count_old()
    stalled = unit.stalled_deliveries.recipients()
    paid_until = compute_paid_until(subscribers, context.subscriptions, now)
    for each in subscribers:
        subscription = context.subscriptions.get(each.subscription_key)
        if subscription is None or subscription.cadence.kind != "immediate":
            continue
        if waiting := news.get(each.subscriber_id):
            # the subscriptions of a recipient share one rate limit
            bound = replace(each, next_at=paid_until[each.recipient])
            goes_at, cause = _explain(bound, subscription, stalled, now)
            yield HeldAlert(
                recipient=each.recipient,
                subscription=subscription.key,
                mentions=waiting.count,
                goes_at=goes_at,
                cause=cause,
            )
        if older := old.get(each.subscriber_id):
            yield HeldAlert(
                recipient=each.recipient,
                subscription=subscription.key,
                mentions=older.count,
                goes_at=old_items_due(older.since, subscription),
                cause="old items",
            )


def _explain(
    subscriber: Subscriber,
    subscription: Subscription,
    stalled: Mapping[str, datetime],
    now: datetime,
) -> tuple[datetime | None, Cause | None]:
    """Return when an alert goes, and what it waits for (None: for nothing)."""
    if (next_try := stalled.get(subscriber.recipient.lower())) is not None:
        return next_try, "undelivered"
    goes_at = alert_after(subscriber, subscription, now)
    if goes_at is None:
        return None, None
    # quiet hours postpone what the rate limit alone would let go
    quiet = held_until(subscription.quiet_hours, subscription.timezone, now)
    limited = alert_after(subscriber, replace(subscription, quiet_hours=None), now)
    return goes_at, "quiet hours" if quiet or goes_at != limited else "rate limit"
