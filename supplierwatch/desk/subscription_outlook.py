"""Describes a subscription: its rules in words, its next times, the messages to expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.schedule.cadence import next_due
from alerts.schedule.due import ALERT_SPACE, ALERTS_AT_ONCE
from alerts.schedule.forecast import messages_of
from config.model import Subscription
from config.values.cadence import write_duration
from storage.rules.local_time import local_time
from storage.store import Unit
from supplierwatch.wiring import CompiledConfiguration, watches_of

TIMES = 3
LENGTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The rules of a subscription, its next times in its zone, and its messages of 30 days."""

    rules: tuple[tuple[str, str], ...]
    times: tuple[datetime, ...]
    messages: int
    mentions: int
    per_week: float


def look_ahead(
    unit: Unit, wired: CompiledConfiguration, subscription: Subscription, now: datetime
) -> Outlook:
    """Compute the outlook of a subscription by what its watches found in the last 30 days."""
    keys = watches_of(subscription, wired.catalog.watches)
    since = now - LENGTH
    moments = unit.mentions.times(list(keys), since, now)
    messages = messages_of(subscription, moments, since=since, until=now)
    return Outlook(
        rules=describe_rules(subscription),
        times=tuple(next_times(subscription, now)),
        messages=messages,
        mentions=len(moments),
        per_week=messages / (LENGTH / timedelta(weeks=1)),
    )


def next_times(subscription: Subscription, now: datetime) -> Sequence[datetime]:
    """Return the next times of its digests, in its time zone; none for alerts."""
    times: list[datetime] = []
    zone, after = ZoneInfo(subscription.timezone), now
    while len(times) < TIMES:
        due = next_due(subscription.cadence, subscription.timezone, subscription.quiet_hours, after)
        if due is None:
            break
        times.append(local_time(due, zone))
        after = due
    return times


def describe_rules(subscription: Subscription) -> tuple[tuple[str, str], ...]:
    """Return (name, words) of each rule that says what is sent, and when."""
    cadence, quiet = subscription.cadence, subscription.quiet_hours
    at_once = cadence.kind == "immediate"
    minutes = ALERT_SPACE // timedelta(minutes=1)
    rules = [("When", "at once, as it is found" if at_once else cadence.text or cadence.kind)]
    rules.append(("Time zone", subscription.timezone))
    if quiet is None:
        rules.append(("Quiet hours", "none"))
    else:
        span = f"{quiet.start:%H:%M} to {quiet.end:%H:%M}"
        rules.append(("Quiet hours", f"{span}: what is found then is sent at their end, together"))
    if not at_once:
        region = cadence.not_on_bank_holidays_of
        words = "sent as on other days" if region is None else f"none on those of {region}"
        rules.append(("Bank holidays", words))
    if at_once:
        most = f"{ALERTS_AT_ONCE} messages in a row, then one every {minutes} minutes with all"
        rules.append(("Ceiling", f"{most} that was found"))
    else:
        rules.append(("Ceiling", "one message each time, with all that was found"))
        nothing = "an empty message" if subscription.send_empty else "no message"
        rules.append(("When nothing was found", nothing))
    rules.append(("Edits of sent articles", "sent" if subscription.edits else "not sent"))
    if subscription.unusual is not None:
        rules.append(("Unusual volume", f"sent, sensitivity {subscription.unusual}"))
    for each in subscription.expect:
        what = f"the watch {each.watch}" if each.watch else f"the source {each.source}"
        within = write_duration(each.within)
        rules.append(("Expected", f"sent if {what} finds nothing in {within}"))
    return tuple(rules)
