"""How many messages a subscription would send for mentions at given times. Pure.

The rules are those of `alerts.schedule.cadence` and `alerts.schedule.due`; what is left out is said
there: delivery, and what a crawl finds within seconds, which counts as found at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.schedule.cadence import held_until, next_due
from alerts.schedule.due import ALERT_SPACE, ALERTS_AT_ONCE
from config.model import Subscription

AT_ONCE = timedelta(minutes=1)  # what one poll finds is told in one alert


def messages_of(
    subscription: Subscription, times: Sequence[datetime], *, since: datetime, until: datetime
) -> int:
    """How many messages one recipient would have got from `since` to `until`.

    What came after the last digest counts one more: it is told in the next.

    Args:
        subscription: its cadence, zone and quiet hours; empty digests count where it wants them.
        times: when something was found, in any order.
        since: the beginning of the span.
        until: its end.
    """
    ordered = sorted(time for time in times if since <= time <= until)
    if subscription.cadence.kind == "immediate":
        return _alerts(subscription, ordered)
    return _digests(subscription, ordered, since, until)


def _alerts(subscription: Subscription, ordered: Sequence[datetime]) -> int:
    count, told_until = 0, None
    paid: datetime | None = (
        None  # until when earlier alerts are paid for (see `alerts.schedule.due`)
    )
    for time in ordered:
        if told_until is not None and time <= told_until:
            continue
        earliest = time if paid is None else max(time, paid - (ALERTS_AT_ONCE - 1) * ALERT_SPACE)
        held = held_until(subscription.quiet_hours, subscription.timezone, earliest)
        sent = held if held is not None else earliest
        count += 1
        told_until = max(sent, time + AT_ONCE)
        paid = max(sent, paid or sent) + ALERT_SPACE
    return count


def _digests(
    subscription: Subscription, ordered: Sequence[datetime], since: datetime, until: datetime
) -> int:
    count, at = 0, 0
    slot = next_due(subscription.cadence, subscription.timezone, subscription.quiet_hours, since)
    while slot is not None and slot <= until:
        found = at
        while found < len(ordered) and ordered[found] <= slot:
            found += 1
        count += found > at or subscription.send_empty
        at = found
        slot = next_due(subscription.cadence, subscription.timezone, subscription.quiet_hours, slot)
    return count + (at < len(ordered))
