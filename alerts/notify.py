"""Cuts digests and alerts: what is pending becomes a frozen message in the outbox, at once told.

Reading and rendering happen outside of the transaction that cuts; it takes exactly the tellings
that were rendered, and what came meanwhile stays pending.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alerts.context import TellingContext
from alerts.controls import end_of, links_for
from alerts.digest import Digest, Hushed, Occasion, build_digest
from alerts.due import Due, agenda
from alerts.errors import MessageError, UnknownSubscriptionError
from alerts.findings import as_seen_by, copies_marked, explain_tellings, members_of
from alerts.freezing import frozen
from alerts.lately import Lately, lately
from alerts.message import Envelope
from alerts.render import Rendered, render, render_note
from alerts.threads import thread_of
from alerts.voices import Voices
from alerts.wishes import wanted
from config.model import Subscription
from storage.model import PendingTelling, Subscriber
from storage.store import Store, Unit

__all__ = ["Preview", "TellingContext", "cut_due", "operator_message", "previews"]

log = logging.getLogger(__name__)

# what was alerted is repeated in the next digest, never alone; after this it is let go
REPEATED_FOR = timedelta(days=7)
MAX_IDS = 100  # characters; delivery keys have 400

_Kind = Literal["digest", "alert"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The subscribers of one recipient that are told in one message."""

    due: tuple[Due, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(sorted(each.subscriber.subscriber_id for each in self.due))

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        return tuple(each.subscription for each in self.due)

    @property
    def subscribers(self) -> tuple[Subscriber, ...]:
        return tuple(each.subscriber for each in self.due)


def cut_due(
    store: Store,
    context: TellingContext,
    *,
    now: datetime,
    force: Collection[int] = (),
    voices: Voices | None = None,
) -> int:
    """Write the digests and alerts that are due to the outbox; returns how many.

    What falls due for one recipient at the same time is one message. A recipient whose message
    cannot be made keeps what is pending, is reported, and holds up no other.

    Args:
        store: what is pending.
        context: the configuration in force.
        now: the time.
        force: subscribers that are told now whatever their cadence; one with nothing to tell
            gets its message only if it wants empty ones.
        voices: what is known of the suppliers in items; remembered from call to call.
    """
    voices = voices or Voices()
    with store.reading() as unit:
        subscribers = unit.subscribers.all()
        waiting = unit.subscribers.waiting()
    plan = agenda(subscribers, context.subscriptions, waiting, now, force)
    if plan.moves:
        with store.transaction() as unit:
            for subscriber_id, at in plan.moves:
                unit.subscribers.set_next(subscriber_id, at)
    cut = 0
    for group in _groups(plan.due):
        try:
            cut += _cut(store, context, group, now, voices)
        except MessageError as error:
            _report(store, group, str(error), now)
    return cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What some recipients of a subscription would get; it names the first of them."""

    recipients: tuple[str, ...]
    rendered: Rendered


def previews(
    store: Store, context: TellingContext, subscription_key: str, *, now: datetime
) -> tuple[Preview, ...]:
    """The digests that a subscription would send now, alike ones once; nothing is changed.

    Recipients differ where they have been told different things before.

    Raises:
        UnknownSubscriptionError: naming those that exist.
    """
    subscription = context.subscriptions.get(subscription_key)
    with store.reading() as unit:
        subscribers = [s for s in unit.subscribers.all() if s.subscription_key == subscription_key]
        if subscription is None or not subscribers:
            known = ", ".join(sorted(context.subscriptions)) or "none"
            raise UnknownSubscriptionError(
                f"there is no subscription {subscription_key!r}; there are: {known}"
            )
        alike: dict[object, tuple[list[str], Rendered]] = {}
        voices = Voices()
        for each in subscribers:
            occasion = _occasion(unit, _kind(subscription), [each], [subscription], context, now)
            pending = unit.subscribers.pending([each.subscriber_id])
            asked_for = wanted(unit, pending, [subscription], [each], context.names, now)
            tellings = _worth_telling(unit, asked_for.tellings, occasion, context)
            says = tuple(
                (t.mention.mention_id, t.revision, t.what, t.told_before) for t in tellings
            )
            same = says, occasion.since, asked_for.hushed
            if same in alike:
                alike[same][0].append(each.recipient)
                continue
            digest = _digest(
                unit, tellings, [subscription], occasion, context, asked_for.hushed, voices
            )
            alike[same] = [each.recipient], render(digest)
    return tuple(
        Preview(recipients=tuple(people), rendered=rendered) for people, rendered in alike.values()
    )


def operator_message(
    store: Store,
    context: TellingContext,
    key: str,
    subject: str,
    lines: Sequence[str],
    now: datetime,
) -> bool:
    """Write to the operator by each way that is named, once for each `key`.

    False where no way is named, or it was written before.

    Indented lines are kept in their columns.
    """
    settings = context.settings
    to = [] if settings.operator_to is None else [settings.operator_to]
    if not (to or settings.operator_also):
        log.warning("operator.unknown subject=%s", subject)
        return False
    made = []
    for recipient in (*to, *settings.operator_also):
        # the key of the address is that of all messages that were written before there were more
        own = f"operator:{key}" if recipient in to else f"operator:{key}:{recipient}"
        envelope = Envelope(
            kind="operator", delivery_key=own, recipient=recipient, list_name="operator"
        )
        try:
            made.append(frozen(render_note(subject, lines), envelope, settings, now))
        except MessageError as error:
            log.error("operator.failed recipient=%s problem=%s", recipient, error)
    with store.transaction() as unit:
        new = [unit.outbox.enqueue(each, now) for each in made]
    return any(new)


def _groups(due: Sequence[Due]) -> list[_Group]:
    grouped: dict[tuple[str, bool, bool], list[Due]] = {}
    for each in due:
        key = (each.subscriber.recipient.lower(), each.at_once, each.forced)
        grouped.setdefault(key, []).append(each)
    # digests first: what one tells needs no alert in the same minute
    ordered = sorted(grouped.items(), key=lambda pair: pair[0][1])
    return [_Group(due=tuple(members)) for _, members in ordered]


def _cut(
    store: Store, context: TellingContext, group: _Group, now: datetime, voices: Voices
) -> int:
    kind = _kind(group.subscriptions[0])
    with store.reading() as unit:
        occasion = _occasion(unit, kind, group.subscribers, group.subscriptions, context, now)
        pending = unit.subscribers.pending(group.ids)
        asked_for = wanted(
            unit, pending, group.subscriptions, group.subscribers, context.names, now
        )
        tellings = _worth_telling(unit, asked_for.tellings, occasion, context)
        digest = _digest(
            unit, tellings, group.subscriptions, occasion, context, asked_for.hushed, voices
        )
        thread = thread_of(unit, tellings, occasion)
    notification = None
    if not digest.empty or any(s.send_empty for s in group.subscriptions if kind == "digest"):
        envelope = Envelope(
            kind=kind,
            delivery_key=_delivery_key(kind, group, tellings, now),
            recipient=group.subscribers[0].recipient,
            list_name=group.subscriptions[0].key,
            contact=context.contact,
            stop=end_of(occasion.links),
            thread=thread,
        )
        notification = frozen(render(digest), envelope, context.settings, now)
    with store.transaction() as unit:
        done = unit.subscribers.cut(
            group.ids,
            notification=notification,
            tellings=(
                pending
                if kind == "alert" or notification
                else (*_stale(tellings, now), *asked_for.declined)
            ),
            next_at=_next(group, spent=notification is not None),
            local_date={each.subscriber.subscriber_id: each.day for each in group.due},
            now=now,
        )
        if notification is not None and not done:
            # told already for this day (a clock that was put back): what is pending waits
            log.warning("telling.known key=%s", notification.delivery_key)
            for subscriber_id, at in _next(group, spent=True).items():
                unit.subscribers.set_next(subscriber_id, at)
    if notification is None or not done:
        return 0
    log.info(
        "telling.cut kind=%s subscriptions=%s tellings=%d key=%s",
        kind,
        ",".join(s.key for s in group.subscriptions),
        len(tellings),
        notification.delivery_key,
    )
    return 1


def _worth_telling(
    unit: Unit, pending: Sequence[PendingTelling], occasion: Occasion, context: TellingContext
) -> tuple[PendingTelling, ...]:
    if occasion.kind == "alert":
        # whatever told it, or its story, at once is over
        marked = copies_marked(occasion.recipient, unit, pending, context)
        return tuple(telling for telling in marked if telling.told_before is None)
    return as_seen_by(occasion.recipient, unit, pending, context)


def _next(group: _Group, *, spent: bool) -> dict[int, datetime | None]:
    """When each is due next; an alert that was not sent costs nothing of the hourly ceiling."""
    return {
        each.subscriber.subscriber_id: (
            each.next_at if spent or not each.at_once else each.subscriber.next_at
        )
        for each in group.due
    }


def _stale(tellings: Sequence[PendingTelling], now: datetime) -> tuple[PendingTelling, ...]:
    """What an alert told long ago, and no digest had a reason to repeat."""
    return tuple(
        telling
        for telling in tellings
        if telling.told_before is not None and now - telling.told_before >= REPEATED_FOR
    )


def _digest(
    unit: Unit,
    tellings: Sequence[PendingTelling],
    subscriptions: Sequence[Subscription],
    occasion: Occasion,
    context: TellingContext,
    hushed: Sequence[Hushed],
    voices: Voices,
) -> Digest:
    keys = dict.fromkeys(key for s in subscriptions for key in context.watch_keys(s))
    coverage = None
    if occasion.kind == "digest":
        coverage = unit.coverage(occasion.since or occasion.now, occasion.now)
    findings = explain_tellings(unit, tellings, context)
    last = Lately()
    if occasion.kind == "digest":
        last = lately(unit, context, subscriptions, voices, occasion.now)
    return build_digest(
        findings,
        names=context.names,
        occasion=occasion,
        coverage=coverage,
        watch_keys=tuple(keys),
        members=members_of(unit, [telling.item for telling in tellings]),
        hushed=hushed,
        volume=last.volume,
        voices=last.voices,
    )


def _occasion(
    unit: Unit,
    kind: _Kind,
    subscribers: Sequence[Subscriber],
    subscriptions: Sequence[Subscription],
    context: TellingContext,
    now: datetime,
) -> Occasion:
    since = min(s.last_cut_at or s.activated_at for s in subscribers)
    return Occasion(
        kind=kind,
        recipient=subscribers[0].recipient,
        subscriptions=tuple(s.key for s in subscriptions),
        schedules=tuple(schedule(s) for s in subscriptions),
        timezone=subscriptions[0].timezone,
        # a clock that was put back must not make a span that ends before it begins
        since=min(since, now),
        now=now,
        contact=context.contact,
        links=links_for(unit, context.settings.service.public_url, subscribers),
    )


def _kind(subscription: Subscription) -> _Kind:
    return "alert" if subscription.cadence.kind == "immediate" else "digest"


def schedule(subscription: Subscription) -> str:
    """A subscription as its reader knows it."""
    cadence = subscription.cadence
    return f"{subscription.key} ({cadence.text or cadence.kind})"


def _delivery_key(
    kind: _Kind, group: _Group, tellings: Sequence[PendingTelling], now: datetime
) -> str:
    ids = "+".join(str(each) for each in group.ids)
    if len(ids) > MAX_IDS:
        ids = hashlib.sha256(ids.encode()).hexdigest()[:32]
    first = group.due[0]
    told = sorted({(t.mention.mention_id, t.revision, t.what) for t in tellings})
    content = hashlib.sha256(repr(told).encode()).hexdigest()[:16]
    if kind == "alert":
        return f"alert:{ids}:{content}"
    slot = first.day.isoformat()
    if first.forced or first.subscription.cadence.kind in ("hourly", "cron"):
        slot = f"{now:%Y-%m-%dT%H:%MZ}"
    return f"digest:{ids}:{slot}" + (":now" if first.forced else "")


def _report(store: Store, group: _Group, problem: str, now: datetime) -> None:
    recipient = group.subscribers[0].recipient
    log.error("telling.failed recipient=%s problem=%s", recipient, problem)
    with store.transaction() as unit:
        unit.notices.raise_(
            f"telling-failed:{recipient}",
            f"no message can be made for {recipient}; what is pending waits: {problem}",
            now,
        )
