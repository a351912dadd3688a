"""Decides which subscribers are due, from stored state and the current time. Pure.

A stored `next_at` later than the cadence allows (the clock was ahead and was set back, or the
cadence was edited) is corrected.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from alerts.schedule.cadence import held_until, next_due, once_a_day, slot_day
from config.model import Cadence, Subscription
from storage.model import Subscriber
from storage.rules.age import OldItemsWaiting
from storage.rules.local_time import earlier

# Rate limit of alerts to one recipient: a burst of five, then one every twelve minutes with all
# that is pending; at most ten in any hour.
ALERTS_AT_ONCE = 5
ALERT_SPACE = timedelta(minutes=12)
_BURST = (ALERTS_AT_ONCE - 1) * ALERT_SPACE
_OLD_ITEMS = Cadence(kind="daily", at=time(8))
_MAX_SPENT = ALERTS_AT_ONCE * ALERT_SPACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A subscriber that is due now.

    Args:
        subscriber: the recipient of the subscription.
        subscription: as declared.
        day: the local date that the message counts for.
        next_at: the due time to store after it, in UTC.
        forced: whether it was requested regardless of the cadence.
    """

    subscriber: Subscriber
    subscription: Subscription
    day: date
    next_at: datetime | None
    forced: bool = False
    of_old: bool = False  # the daily message of old items, of an immediate subscription

    @property
    def at_once(self) -> bool:
        """Whether this is an alert and not a digest."""
        return self.subscription.cadence.kind == "immediate" and not self.of_old


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """The subscribers that are due, and (subscriber id, next due time) of those to reschedule."""

    due: tuple[Due, ...]
    moves: tuple[tuple[int, datetime | None], ...]


def agenda(
    subscribers: Sequence[Subscriber],
    subscriptions: Mapping[str, Subscription],
    waiting: Mapping[int, int],
    now: datetime,
    force: Collection[int] = (),
    waiting_old: Mapping[int, OldItemsWaiting] = MappingProxyType({}),
    held: Collection[int] = (),
) -> Agenda:
    """Decide for each subscriber whether it is due or to be rescheduled.

    Args:
        subscribers: the active ones.
        subscriptions: as declared, by key.
        waiting: the number of pending mentions, by subscriber id.
        now: the current time.
        force: ids of subscribers that are due regardless of their cadence.
        waiting_old: those of `waiting` that are of old items, by subscriber id.
        held: ids of subscribers who get no alert now, unless forced.
    """
    due: list[Due] = []
    moves: list[tuple[int, datetime | None]] = []
    states: dict[str, _CadenceState] = {}
    paid_until = compute_paid_until(subscribers, subscriptions, now)
    for subscriber in subscribers:
        subscription = subscriptions.get(subscriber.subscription_key)
        if subscription is None:
            continue
        state = states.get(subscription.key)
        if state is None:
            state = states[subscription.key] = _CadenceState.of(subscription, now)
        forced = subscriber.subscriber_id in force
        if subscription.cadence.kind == "immediate":
            paid = paid_until[subscriber.recipient]
            old = waiting_old.get(subscriber.subscriber_id)
            news = waiting.get(subscriber.subscriber_id, 0) - (old.count if old else 0)
            ready = news > 0 and state.held is None and subscriber.subscriber_id not in held
            if forced or (ready and paid - _BURST <= now):
                due.append(
                    Due(
                        subscriber=subscriber,
                        subscription=subscription,
                        day=state.day,
                        next_at=paid + ALERT_SPACE,
                        forced=forced,
                    )
                )
            # found in the future: the clock was ahead
            if old and (forced or old.since > now or old_items_due(old.since, subscription) <= now):
                due.append(
                    Due(
                        subscriber=subscriber,
                        subscription=subscription,
                        day=state.day,
                        next_at=subscriber.next_at,
                        forced=forced,
                        of_old=True,
                    )
                )
            continue
        decision = _decide(subscriber, subscription, state, now, forced=forced)
        if isinstance(decision, Due):
            due.append(decision)
        elif decision is not None:
            moves.append((subscriber.subscriber_id, decision))
    return Agenda(due=tuple(due), moves=tuple(moves))


def alert_after(
    subscriber: Subscriber, subscription: Subscription, now: datetime
) -> datetime | None:
    """Return when an alert may be sent, by rate limit and quiet hours; None if at once."""
    paid = subscriber.next_at
    earliest = now if paid is None or paid > now + _MAX_SPENT else max(now, earlier(paid, _BURST))
    held = held_until(subscription.quiet_hours, subscription.timezone, earliest) or earliest
    return held if held > now else None


def old_items_due(since: datetime, subscription: Subscription) -> datetime:
    """Return when an immediate subscription tells of old items: at 8:00, in one message.

    Args:
        since: when the first of them was found.
        subscription: its time zone and quiet hours.
    """
    zone, quiet = subscription.timezone, subscription.quiet_hours
    return next_due(_OLD_ITEMS, zone, quiet, since) or since


@dataclass(frozen=True, slots=True, kw_only=True)
class _CadenceState:
    """Due time, quiet hours and date of a subscription; the same for all its recipients."""

    next_at: datetime | None
    held: datetime | None
    day: date

    @classmethod
    def of(cls, subscription: Subscription, now: datetime) -> _CadenceState:
        cadence, zone, quiet = (
            subscription.cadence,
            subscription.timezone,
            subscription.quiet_hours,
        )
        return cls(
            next_at=next_due(cadence, zone, quiet, now),
            held=held_until(quiet, zone, now),
            day=slot_day(cadence, zone, now),
        )


def compute_paid_until(
    subscribers: Sequence[Subscriber], subscriptions: Mapping[str, Subscription], now: datetime
) -> dict[str, datetime]:
    """Theoretical arrival time of the next alert, by recipient, at one every twelve minutes.

    Stored as `next_at` of an `immediate` subscriber (generic cell rate algorithm, ITU-T I.371: one
    timestamp is the whole state of a leaky bucket).
    """
    paid_until: dict[str, datetime] = {}
    for subscriber in subscribers:
        subscription = subscriptions.get(subscriber.subscription_key)
        if subscription is None or subscription.cadence.kind != "immediate":
            continue
        paid = subscriber.next_at or now
        # later than possible: the clock was ahead
        paid = now if paid > now + _MAX_SPENT else max(paid, now)
        paid_until[subscriber.recipient] = max(paid, paid_until.get(subscriber.recipient, now))
    return paid_until


def _decide(
    subscriber: Subscriber,
    subscription: Subscription,
    state: _CadenceState,
    now: datetime,
    *,
    forced: bool,
) -> Due | datetime | None:
    """Decide for one subscriber of a digest: due, rescheduled to a time, or unchanged (None)."""
    due = Due(
        subscriber=subscriber,
        subscription=subscription,
        day=state.day,
        next_at=state.next_at,
        forced=forced,
    )
    if forced:
        return due
    at = subscriber.next_at
    if state.next_at is None:
        return None
    if at is None or at > state.next_at:
        return state.next_at
    if at > now:
        return None
    if state.held is not None:
        return min(state.held, state.next_at)
    if once_a_day(subscription.cadence) and subscriber.last_cut_date == state.day:
        return state.next_at
    return due
