"""Counts the messages that a subscription would send for mentions at given times. Pure.

Applies the rules of `alerts.schedule.cadence` and `alerts.schedule.due`. Delivery is ignored, and
mentions within `AT_ONCE` of each other count as one poll.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from alerts.schedule.cadence import held_until, next_due
from alerts.schedule.due import ALERT_SPACE, ALERTS_AT_ONCE
from config.model import Subscription

AT_ONCE = timedelta(minutes=1)  # mentions of one poll are sent in one alert


def messages_of(
    subscription: Subscription, times: Sequence[datetime], *, since: datetime, until: datetime
) -> int:
    """Count the messages that one recipient would have received from `since` to `until`.

    Mentions after the last digest count as one more message, the next digest.

    Args:
        subscription: its cadence, time zone, quiet hours, and whether it sends empty digests.
        times: of the mentions, in any order.
        since: the beginning of the period.
        until: its end.
    """
    ordered = sorted(time for time in times if since <= time <= until)
    if subscription.cadence.kind == "immediate":
        return _count_alerts(subscription, ordered)
    return _count_digests(subscription, ordered, since, until)


def _count_alerts(subscription: Subscription, ordered: Sequence[datetime]) -> int:
    count, alerted_until = 0, None
    # theoretical arrival time of the next alert (see `alerts.schedule.due`)
    paid: datetime | None = None
    for time in ordered:
        if alerted_until is not None and time <= alerted_until:
            continue
        earliest = time if paid is None else max(time, paid - (ALERTS_AT_ONCE - 1) * ALERT_SPACE)
        held = held_until(subscription.quiet_hours, subscription.timezone, earliest)
        sent = held if held is not None else earliest
        count += 1
        alerted_until = max(sent, time + AT_ONCE)
        paid = max(sent, paid or sent) + ALERT_SPACE
    return count


def _count_digests(
    subscription: Subscription, ordered: Sequence[datetime], since: datetime, until: datetime
) -> int:
    count, at = 0, 0
    slot = next_due(subscription.cadence, subscription.timezone, subscription.quiet_hours, since)
    while slot is not None and slot <= until:
        end = at
        while end < len(ordered) and ordered[end] <= slot:
            end += 1
        count += end > at or subscription.send_empty
        at = end
        slot = next_due(subscription.cadence, subscription.timezone, subscription.quiet_hours, slot)
    return count + (at < len(ordered))
