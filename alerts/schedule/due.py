"""Who is to be told now, decided from what is stored and the clock. Pure.

`next_at` is a memory, not an order: where it lies further off than the cadence says (a clock that
ran ahead and was put back, an edited cadence) it is put right.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts.schedule.cadence import held_until, next_due, once_a_day, slot_day
from config.model import Subscription
from storage.model import Subscriber
from storage.rules.local_time import earlier

# Alerts to one recipient: five at once, then one every twelve minutes with all that came
# meanwhile; ten in any hour.
ALERTS_AT_ONCE = 5
ALERT_SPACE = timedelta(minutes=12)
_BURST = (ALERTS_AT_ONCE - 1) * ALERT_SPACE
_MOST_SPENT = ALERTS_AT_ONCE * ALERT_SPACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A subscriber to be told now; `day` is the local date that this counts for."""

    subscriber: Subscriber
    subscription: Subscription
    day: date
    next_at: datetime | None
    forced: bool = False

    @property
    def at_once(self) -> bool:
        """Whether this is an alert and not a digest."""
        return self.subscription.cadence.kind == "immediate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What is due, and whose next time is to be moved without telling anything."""

    due: tuple[Due, ...]
    moves: tuple[tuple[int, datetime | None], ...]


def agenda(
    subscribers: Sequence[Subscriber],
    subscriptions: Mapping[str, Subscription],
    waiting: Mapping[int, int],
    now: datetime,
    force: Collection[int] = (),
) -> Agenda:
    """Decide for each subscriber.

    Args:
        subscribers: the active ones.
        subscriptions: as declared, by key.
        waiting: how many tellings are pending, by subscriber.
        now: the time.
        force: subscribers to be told whatever their cadence says.
    """
    due: list[Due] = []
    moves: list[tuple[int, datetime | None]] = []
    clocks: dict[str, _Clock] = {}
    spent = _spent(subscribers, subscriptions, now)
    for subscriber in subscribers:
        subscription = subscriptions.get(subscriber.subscription_key)
        if subscription is None:
            continue
        clock = clocks.get(subscription.key)
        if clock is None:
            clock = clocks[subscription.key] = _Clock.of(subscription, now)
        forced = subscriber.subscriber_id in force
        if subscription.cadence.kind == "immediate":
            paid = spent[subscriber.recipient]
            ready = waiting.get(subscriber.subscriber_id) and clock.held is None
            if forced or (ready and paid - _BURST <= now):
                due.append(
                    Due(
                        subscriber=subscriber,
                        subscription=subscription,
                        day=clock.day,
                        next_at=paid + ALERT_SPACE,
                        forced=forced,
                    )
                )
            continue
        verdict = _verdict(subscriber, subscription, clock, now, forced=forced)
        if isinstance(verdict, Due):
            due.append(verdict)
        elif verdict is not None:
            moves.append((subscriber.subscriber_id, verdict))
    return Agenda(due=tuple(due), moves=tuple(moves))


def alert_after(
    subscriber: Subscriber, subscription: Subscription, now: datetime
) -> datetime | None:
    """Until when an alert is held, by the ceiling or by quiet hours; None: it goes at once."""
    paid = subscriber.next_at
    earliest = now if paid is None or paid > now + _MOST_SPENT else max(now, earlier(paid, _BURST))
    held = held_until(subscription.quiet_hours, subscription.timezone, earliest) or earliest
    return held if held > now else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """What a subscription's cadence says about now; the same for all its recipients."""

    next_at: datetime | None
    held: datetime | None
    day: date

    @classmethod
    def of(cls, subscription: Subscription, now: datetime) -> _Clock:
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


def _spent(
    subscribers: Sequence[Subscriber], subscriptions: Mapping[str, Subscription], now: datetime
) -> dict[str, datetime]:
    """Per recipient, until when its recent alerts are paid for, at one every twelve minutes.

    This is what `next_at` of an `immediate` subscriber remembers (the generic cell rate algorithm,
    ITU-T I.371: one moment says all there is to know of a leaky bucket).
    """
    spent: dict[str, datetime] = {}
    for subscriber in subscribers:
        subscription = subscriptions.get(subscriber.subscription_key)
        if subscription is None or subscription.cadence.kind != "immediate":
            continue
        paid = subscriber.next_at or now
        # so far off only by a clock that ran ahead
        paid = now if paid > now + _MOST_SPENT else max(paid, now)
        spent[subscriber.recipient] = max(paid, spent.get(subscriber.recipient, now))
    return spent


def _verdict(
    subscriber: Subscriber,
    subscription: Subscription,
    clock: _Clock,
    now: datetime,
    *,
    forced: bool,
) -> Due | datetime | None:
    due = Due(
        subscriber=subscriber,
        subscription=subscription,
        day=clock.day,
        next_at=clock.next_at,
        forced=forced,
    )
    if forced:
        return due
    at = subscriber.next_at
    if clock.next_at is None:
        return None
    if at is None or at > clock.next_at:
        return clock.next_at
    if at > now:
        return None
    if clock.held is not None:
        return min(clock.held, clock.next_at)
    if once_a_day(subscription.cadence) and subscriber.last_cut_date == clock.day:
        return clock.next_at
    return due
