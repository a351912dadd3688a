"""Writes alarms about unusual volume and about silence, for subscriptions that ask for them.

Each alarm is a message of its own. Its delivery key names its subject and day, so that it is never
sent twice. It marks no mention as told: alerts and digests still report them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from alerts.attempts import Attempt, run_counted, select_ready
from alerts.digest.anomaly import WEEKS, compute_usual, is_unusual
from alerts.digest.context import TellingContext
from alerts.digest.entry import Entry
from alerts.digest.findings import build_entries
from alerts.digest.reader_links import end_of, links_for
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.notification import build_notification
from alerts.messages.alarm import Alarm, silence_lines, span_words, unusual_lines, unusual_subject
from alerts.messages.formats import clock
from alerts.messages.mime import Envelope
from alerts.messages.render import render_alarm
from alerts.schedule.cadence import held_until
from alerts.text.sanitize import line
from alerts.time_limit import TimeLimit
from config.model import Expected, Subscription
from storage.mentions.volumes import CountedMention, group_by_day
from storage.model import Notification, SourceState, Subscriber
from storage.rules.local_time import local_time, next_day
from storage.store import Store, Unit

log = logging.getLogger(__name__)

TASK = "alarm"
LIMIT = TimeLimit(processor=20.0, elapsed=180.0)
COOL_DOWN = 3  # days without a second alarm, including the day of the first
SAME_STORIES = 0.8  # share in earlier alarms from which a supplier gets none of its own
MAX_SHOWN = 15
_DAY = timedelta(days=1)


def alarms_due(
    store: Store, context: TellingContext, supplier_index: SupplierIndex, *, now: datetime
) -> int:
    """Write the alarms that are due to the outbox; return how many."""
    subscriptions = [s for s in context.subscriptions.values() if s.unusual is not None or s.expect]
    if not subscriptions:
        return 0
    with store.reading() as unit:
        subscribers = unit.subscribers.all()
    written = 0
    finders: dict[str, Callable[..., KeyedAlarms]] = {
        "unusual": partial(_find_unusual, supplier_index=supplier_index),
        "silent": _find_silent,
    }
    for subscription in subscriptions:
        recipients = [s for s in subscribers if s.subscription_key == subscription.key]
        if not recipients or held_until(subscription.quiet_hours, subscription.timezone, now):
            continue
        for kind, find in finders.items():
            subject = f"{kind} {subscription.key}"
            if subject not in select_ready(store, TASK, [subject], now):
                continue
            work = partial(_find_alarms, store, context, find, subscription, recipients, now)
            alarms = run_counted(store, Attempt(task=TASK, subject=subject), now, work, LIMIT)
            for key, alarm in alarms or ():
                written += _write_alarm(store, context, key, alarm, now)
    return written


KeyedAlarms = list[tuple[str, Alarm]]


def _find_alarms(
    store: Store,
    context: TellingContext,
    find: Callable[..., KeyedAlarms],
    subscription: Subscription,
    subscribers: Sequence[Subscriber],
    now: datetime,
) -> KeyedAlarms:
    with store.reading() as unit:
        return find(unit, context, subscription=subscription, subscribers=subscribers, now=now)


def _find_unusual(
    unit: Unit,
    context: TellingContext,
    *,
    supplier_index: SupplierIndex,
    subscription: Subscription,
    subscribers: Sequence[Subscriber],
    now: datetime,
) -> KeyedAlarms:
    if subscription.unusual is None:
        return []
    zone = ZoneInfo(subscription.timezone)
    today = local_time(now, zone).date()
    keys = context.watch_keys(subscription)
    # the end is exclusive: include mentions of this very moment
    found = unit.volumes.list_mentions(
        keys, now - (WEEKS * 7 + 1) * _DAY, now + timedelta.resolution
    )
    # watch key -> its first whole day
    begun = {
        key: next_day(local_time(at, zone).date())
        for key, at in unit.watches.activation_times(keys).items()
    }
    made: KeyedAlarms = []
    alarmed: set[int] = set()
    subjects = [
        (f"watch:{key}", context.names.watch(key).label, [f for f in found if f.watch_key == key])
        for key in keys
    ]
    by_supplier: dict[str, list[CountedMention]] = {}
    names = supplier_index.suppliers(unit, {each.item_id for each in found}, context)
    for each in found:
        for name in names[each.item_id]:
            by_supplier.setdefault(name, []).append(each)
    subjects += [(f"supplier:{name}", name, some) for name, some in sorted(by_supplier.items())]
    for subject, name, some in subjects:
        # mentions of a supplier are complete from the day on which the newest watch began
        since = begun.get(subject.removeprefix("watch:"), max(begun.values(), default=None))
        days = group_by_day(some, zone)
        stories = days.get(today, set())
        of = (
            None
            if since is None
            else compute_usual({d: len(s) for d, s in days.items()}, today, since)
        )
        if of is None or not is_unusual(len(stories), of, subscription.unusual):
            continue
        same = len(stories & alarmed) >= SAME_STORIES * len(stories)
        if subject.startswith("supplier:") and same:
            continue
        alarmed |= stories
        recipients = [
            (subscriber, key)
            for subscriber, key in _select_recipients(unit, subject, subscribers, today)
            if not _is_muted(unit, subscriber, subject, now)
        ]
        if not recipients:
            continue
        recent = [each for each in some if local_time(each.at, zone).date() == today]
        entries = _read_entries(unit, context, recent)
        lines = unusual_lines(name, len(stories), of, today, subscription.unusual, subscription.key)
        heading = unusual_subject(name, len(stories), of)
        build = partial(_build_alarm, unit, context, subscription, now=now)
        made += [
            (key, build(subscriber, subject=heading, lines=lines, entries=entries))
            for subscriber, key in recipients
        ]
    return made


def _select_recipients(
    unit: Unit, subject: str, subscribers: Sequence[Subscriber], today: date
) -> list[tuple[Subscriber, str]]:
    """Return the subscribers without an alarm on `subject` during `COOL_DOWN`, with new keys."""
    selected = []
    for subscriber in subscribers:
        keys = [
            f"unusual:{subscriber.subscriber_id}:{subject}:{today - back * _DAY}"
            for back in range(COOL_DOWN)
        ]
        if not unit.outbox.known(keys):
            selected.append((subscriber, keys[0]))
    return selected


def _is_muted(unit: Unit, subscriber: Subscriber, subject: str, now: datetime) -> bool:
    mutes = unit.reader_requests.muted(now, [subscriber.subscriber_id])
    return subject.removeprefix("watch:") in {each.watch_key for each in mutes}


def _find_silent(
    unit: Unit,
    context: TellingContext,
    subscription: Subscription,
    subscribers: Sequence[Subscriber],
    now: datetime,
) -> KeyedAlarms:
    made: KeyedAlarms = []
    if not subscription.expect:
        return made
    states = {state.key: state for state in unit.sources.all()}
    for wanted in subscription.expect:
        for subscriber in subscribers:
            last = _find_last_news(unit, wanted, states)
            since = max(last or subscriber.activated_at, subscriber.activated_at)
            if now - since < wanted.within:
                continue
            what = f"watch:{wanted.watch}" if wanted.watch else f"source:{wanted.source}"
            key = f"expect:{subscriber.subscriber_id}:{what}:{since:%Y-%m-%dT%H:%M}"
            if unit.outbox.known([key]):
                continue
            subject, lines = _describe_silence(
                unit, context, wanted, states, subscription, since, now
            )
            build = partial(_build_alarm, unit, context, subscription, now=now)
            made.append((key, build(subscriber, subject=subject, lines=lines, entries=())))
    return made


def _find_last_news(
    unit: Unit, wanted: Expected, states: Mapping[str, SourceState]
) -> datetime | None:
    if wanted.watch is not None:
        return unit.volumes.last(wanted.watch)
    state = states.get(wanted.source or "")
    return None if state is None else state.newest_at


def _describe_silence(
    unit: Unit,
    context: TellingContext,
    wanted: Expected,
    states: Mapping[str, SourceState],
    subscription: Subscription,
    since: datetime,
    now: datetime,
) -> tuple[str, tuple[str, ...]]:
    zone, span = subscription.timezone, span_words(wanted.within)
    if wanted.watch is not None:
        label = line(context.names.watch(wanted.watch).label, 80)
        lines = silence_lines(
            f"The watch {label}", since, wanted.within, zone, now, unit.coverage(since, now)
        )
        return f"Nothing for {span}: {label}", lines
    name, state = context.names.source(wanted.source or ""), states.get(wanted.source or "")
    first = (
        f"{name} has listed nothing new since {clock(since, zone, now)}; something was expected "
        f"within {span}."
    )
    if state is None or state.last_polled_at is None:
        second = "It has not been asked yet."
    elif state.failures and state.last_success_at is not None:
        at = clock(state.last_success_at, zone, now)
        second = f"It cannot be read since {at}: {line(state.last_error or 'no answer', 160)}."
    elif state.failures:
        second = f"It has never answered: {line(state.last_error or 'no answer', 160)}."
    else:
        at = clock(state.last_polled_at, zone, now)
        second = f"It answers, last {at}: the silence is its own, or its address has moved."
    return f"Nothing for {span}: {name}", (first, second)


def _read_entries(
    unit: Unit, context: TellingContext, found: Sequence[CountedMention]
) -> tuple[Entry, ...]:
    """Build the entries of the stories behind an alarm, newest first."""
    watches = {each.item_id: each.watch_key for each in reversed(found)}
    items = {each.item_id: each for each in unit.items.get_many(list(watches)[:200])}
    mentions = [
        (mention, item)
        for item_id, item in items.items()
        for mention in unit.mentions.of_item(item_id)
        if mention.match.watch_key == watches[item_id]
    ]
    return build_entries(unit, mentions, context)[:MAX_SHOWN]


def _build_alarm(
    unit: Unit,
    context: TellingContext,
    subscription: Subscription,
    subscriber: Subscriber,
    *,
    now: datetime,
    subject: str,
    lines: tuple[str, ...],
    entries: tuple[Entry, ...],
) -> Alarm:
    return Alarm(
        subject=subject,
        lines=lines,
        entries=entries,
        recipient=subscriber.recipient,
        subscription=subscription.key,
        timezone=subscription.timezone,
        now=now,
        contact=context.contact,
        links=links_for(unit, context.settings.service.public_url, [subscriber]),
    )


def _write_alarm(
    store: Store, context: TellingContext, key: str, alarm: Alarm, now: datetime
) -> int:
    envelope = Envelope(
        kind="alert",
        delivery_key=key,
        recipient=alarm.recipient,
        list_name=alarm.subscription,
        contact=alarm.contact,
        stop=end_of(alarm.links),
    )
    if key not in select_ready(store, TASK, [key], now):
        return 0
    attempt = Attempt(task=TASK, subject=key, about=alarm.subject)

    def render() -> Notification:
        return build_notification(render_alarm(alarm), envelope, context.settings, now)

    notification = run_counted(store, attempt, now, render, LIMIT)
    if notification is None:
        return 0
    with store.transaction() as unit:
        new = unit.outbox.enqueue(notification, now)
    if new:
        log.info("alarm.written key=%s", key)
    return int(new)
