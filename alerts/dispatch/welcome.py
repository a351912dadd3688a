"""Writes the welcome message that each recipient gets once, after the first poll."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from alerts.attempts import Attempt, run_counted, select_ready
from alerts.digest.context import TellingContext
from alerts.digest.findings import build_entries
from alerts.digest.reader_links import end_of, links_for
from alerts.digest.welcome_content import SubscriptionPlan, Welcome
from alerts.dispatch.cut import schedule
from alerts.dispatch.notification import build_notification
from alerts.messages.mime import Envelope
from alerts.messages.render import render_welcome
from alerts.schedule.cadence import next_due
from alerts.time_limit import TimeLimit
from storage.model import Notification, SourceState, Subscriber
from storage.store import Store, Unit

TASK = "welcome"
LIMIT = TimeLimit(processor=10.0, elapsed=120.0)
NEWEST = 10
# sources that hang or are blocked must not delay the welcome any longer
PATIENCE = timedelta(minutes=30)


def welcome_due(store: Store, context: TellingContext, *, now: datetime) -> int:
    """Write the missing welcomes to the outbox once all sources were tried; return how many.

    It waits until the items of the first poll are matched: the welcome lists them as already there.
    """
    with store.reading() as unit:
        waiting = _find_unwelcomed(unit, context)
        if not waiting:
            return 0
        states = [state for state in unit.sources.all() if state.active]
        begun = min(s.activated_at for members in waiting.values() for s in members)
        if not first_poll_over(states, begun, now) or unit.items.pending(now=now, limit=1):
            return 0
    done = 0
    for recipient in select_ready(store, TASK, list(waiting), now):
        members = waiting[recipient]
        attempt = Attempt(task=TASK, subject=recipient)
        notification = run_counted(
            store,
            attempt,
            now,
            partial(_compose_welcome, store, context, members, states, now),
            LIMIT,
        )
        if notification is not None:
            with store.transaction() as unit:
                done += unit.outbox.enqueue(notification, now)
    return done


def first_poll_over(states: Sequence[SourceState], begun: datetime, now: datetime) -> bool:
    """Return whether all sources were tried and one answered; after `PATIENCE` either will do.

    If no source answers, the network is the likely cause, so the welcome waits for `PATIENCE`.
    """
    answered = any(state.last_success_at is not None for state in states)
    tried = all(state.last_polled_at is not None for state in states)
    if answered and tried:
        return True
    return bool(states) and (answered or tried) and now - begun >= PATIENCE


def _find_unwelcomed(unit: Unit, context: TellingContext) -> dict[str, list[Subscriber]]:
    members: dict[str, list[Subscriber]] = {}
    for subscriber in unit.subscribers.all():
        if subscriber.subscription_key in context.subscriptions:
            members.setdefault(subscriber.recipient, []).append(subscriber)
    return {r: who for r, who in members.items() if not unit.tellings.has_welcome(r)}


def _compose_welcome(
    store: Store,
    context: TellingContext,
    members: Sequence[Subscriber],
    states: Sequence[SourceState],
    now: datetime,
) -> Notification:
    recipient = members[0].recipient
    with store.reading() as unit:
        welcome = _build_welcome(unit, context, members, states, now)
    envelope = Envelope(
        kind="welcome",
        delivery_key=f"welcome:{recipient}",
        recipient=recipient,
        list_name=members[0].subscription_key,
        contact=context.contact,
        stop=end_of(welcome.links),
    )
    return build_notification(render_welcome(welcome), envelope, context.settings, now)


def _build_welcome(
    unit: Unit,
    context: TellingContext,
    members: Sequence[Subscriber],
    states: Sequence[SourceState],
    now: datetime,
) -> Welcome:
    subscriptions = [context.subscriptions[m.subscription_key] for m in members]
    keys = tuple(dict.fromkeys(key for s in subscriptions for key in context.watch_keys(s)))
    return Welcome(
        recipient=members[0].recipient,
        plans=tuple(
            SubscriptionPlan(
                key=s.key,
                schedule=schedule(s),
                next_at=next_due(s.cadence, s.timezone, s.quiet_hours, now),
            )
            for s in subscriptions
        ),
        watches=tuple(context.names.watch(key) for key in keys),
        sources_total=len(states),
        sources_answered=sum(state.last_success_at is not None for state in states),
        silent=tuple(
            (context.names.source(state.key), state.last_error or "")
            for state in states
            if state.last_success_at is None
        ),
        items_stored=unit.items.count(),
        entries=build_entries(
            unit,
            # what came between the first poll and this message is sent as new
            unit.mentions.newest(keys, NEWEST, excluding=[m.subscriber_id for m in members]),
            context,
        ),
        timezone=subscriptions[0].timezone,
        now=now,
        contact=context.contact,
        links=links_for(unit, context.settings.service.public_url, members),
    )
