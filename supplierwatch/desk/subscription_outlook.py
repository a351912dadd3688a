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
from supplierwatch.formatting.translation import gettext as _
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
    when = _("at once, as it is found") if at_once else cadence.text or cadence.kind
    rules = [(_("When"), when), (_("Time zone"), subscription.timezone)]
    if quiet is None:
        rules.append((_("Quiet hours"), _("none")))
    else:
        words = _(
            "%(begin)s to %(end)s: what is found then is sent at their end, together",
            begin=f"{quiet.start:%H:%M}",
            end=f"{quiet.end:%H:%M}",
        )
        rules.append((_("Quiet hours"), words))
    if not at_once:
        region = cadence.not_on_bank_holidays_of
        words = _("sent as on other days")
        if region is not None:
            words = _("none on those of %(region)s", region=region)
        rules.append((_("Bank holidays"), words))
    if at_once:
        words = _(
            "%(n)s messages in a row, then one every %(minutes)s minutes with all that was found",
            n=ALERTS_AT_ONCE,
            minutes=minutes,
        )
        rules.append((_("Ceiling"), words))
    else:
        rules.append((_("Ceiling"), _("one message each time, with all that was found")))
        nothing = _("an empty message") if subscription.send_empty else _("no message")
        rules.append((_("When nothing was found"), nothing))
    rules.append((_("Edits of sent articles"), _("sent") if subscription.edits else _("not sent")))
    if subscription.unusual is not None:
        words = _("sent, sensitivity %(name)s", name=_(subscription.unusual))
        rules.append((_("Unusual volume"), words))
    for each in subscription.expect:
        within = write_duration(each.within)
        if each.watch:
            words = _(
                "sent if the watch %(name)s finds nothing in %(span)s",
                name=each.watch,
                span=within,
            )
        else:
            words = _(
                "sent if the source %(name)s finds nothing in %(span)s",
                name=each.source,
                span=within,
            )
        rules.append((_("Expected"), words))
    return tuple(rules)
