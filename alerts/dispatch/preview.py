"""Renders the messages that a subscription would send, and says when; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.digest.context import TellingContext
from alerts.digest.events.event_tellings import select_for_digest
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.composition import (
    Kind,
    digest_of,
    occasion_of,
    pending_asides,
    select_tellings,
)
from alerts.dispatch.held_alerts import Cause, held_alerts
from alerts.dispatch.preferences import apply_preferences
from alerts.errors import UnknownSubscriptionError
from alerts.messages.render import Rendered, render
from config.model import Subscription
from storage.mentions.asides import PendingAside
from storage.model import PendingTelling, Subscriber
from storage.rules.age import is_old_item_telling
from storage.store import Store, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The message that some recipients of a subscription would get.

    `goes_at` is when it is sent, None if at once or not known, and `cause` what an alert waits
    for; `empty`: whether nothing is pending.
    """

    recipients: tuple[str, ...]
    rendered: Rendered
    goes_at: datetime | None = None
    cause: Cause | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """What one subscriber would be told in one message."""

    subscriber: Subscriber
    pending: tuple[PendingTelling, ...]
    of_old: bool
    goes_at: datetime | None
    cause: Cause | None = None


def previews(
    store: Store, context: TellingContext, subscription_key: str, *, now: datetime
) -> tuple[Preview, ...]:
    """Render the messages that a subscription would send now, without changing anything.

    Recipients with equal content share one preview; they differ by what they were told before.
    What is old has a message of its own in an immediate subscription.

    Raises:
        UnknownSubscriptionError: the subscription is not declared or has no subscribers.
    """
    subscription = context.subscriptions.get(subscription_key)
    with store.reading() as unit:
        subscribers = [s for s in unit.subscribers.all() if s.subscription_key == subscription_key]
        if subscription is None or not subscribers:
            known = ", ".join(sorted(context.subscriptions)) or "none"
            raise UnknownSubscriptionError(
                f"there is no subscription {subscription_key!r}; there are: {known}"
            )
        alike: dict[object, tuple[list[str], Rendered, _Message, bool]] = {}
        supplier_index = SupplierIndex()
        for message in _list_messages(unit, subscribers, subscription, context, now):
            each = message.subscriber
            is_alert = context.tells_at_once(subscription_key) and not message.of_old
            kind: Kind = "alert" if is_alert else "digest"
            occasion = occasion_of(unit, kind, [each], [subscription], context, now)
            wanted = apply_preferences(unit, message.pending, [subscription], [each], context, now)
            tellings = select_tellings(unit, wanted.tellings, occasion, context)
            if kind == "alert":
                left = select_for_digest(each.recipient, unit, tellings, context, now)
                tellings = tuple(t for t in tellings if t.mention.mention_id not in left)
            says = tuple(
                (t.mention.mention_id, t.revision, t.what, t.told_before) for t in tellings
            )
            asides: tuple[PendingAside, ...] = ()
            if not message.of_old:
                asides, _ = pending_asides(unit, context, [each], kind, now)
            around = tuple(one.aside.aside_id for one in asides)
            moment = message.of_old, message.goes_at
            same = says, occasion.since, wanted.muted_watches, around, moment
            if same in alike:
                alike[same][0].append(each.recipient)
                continue
            digest = digest_of(
                unit,
                tellings,
                [subscription],
                occasion,
                context,
                wanted.muted_watches,
                supplier_index,
                bare=message.of_old,
                asides=asides,
            )
            empty = not message.pending and not asides
            alike[same] = [each.recipient], render(digest), message, empty
    return tuple(
        Preview(
            recipients=tuple(people),
            rendered=rendered,
            goes_at=message.goes_at,
            cause=message.cause,
            empty=empty,
        )
        for people, rendered, message, empty in alike.values()
    )


def _list_messages(
    unit: Unit,
    subscribers: Sequence[Subscriber],
    subscription: Subscription,
    context: TellingContext,
    now: datetime,
) -> Iterator[_Message]:
    held = {
        (each.recipient, each.cause == "old items"): each
        for each in held_alerts(unit, context, now)
        if each.subscription == subscription.key
    }
    for each in subscribers:
        pending = unit.tellings.pending([each.subscriber_id])
        if not context.tells_at_once(subscription.key):
            yield _Message(subscriber=each, pending=pending, of_old=False, goes_at=each.next_at)
            continue
        old = tuple(telling for telling in pending if is_old_item_telling(telling))
        news = tuple(telling for telling in pending if not is_old_item_telling(telling))
        if news or not old:
            goes = held.get((each.recipient, False))
            yield _Message(
                subscriber=each,
                pending=news,
                of_old=False,
                goes_at=goes.goes_at if goes else None,
                cause=goes.cause if goes else None,
            )
        if old:
            goes = held.get((each.recipient, True))
            yield _Message(
                subscriber=each,
                pending=old,
                of_old=True,
                goes_at=goes.goes_at if goes else None,
                cause="old items",
            )
