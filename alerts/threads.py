"""What of a recipient's pending tellings is wanted, and which messages an alert follows."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.digest import Occasion
from config.model import Subscription
from storage.model import PendingTelling, Subscriber
from storage.store import Unit


def wanted(
    pending: Sequence[PendingTelling],
    subscriptions: Sequence[Subscription],
    subscribers: Sequence[Subscriber],
) -> tuple[PendingTelling, ...]:
    """Without the edits that a subscription does not ask for; the next message settles them."""
    deaf = {subscription.key for subscription in subscriptions if not subscription.edits}
    ids = {one.subscriber_id for one in subscribers if one.subscription_key in deaf}
    return tuple(one for one in pending if one.what != "edit" or one.subscriber_id not in ids)


def thread_of(
    unit: Unit, tellings: Sequence[PendingTelling], occasion: Occasion
) -> tuple[str, ...]:
    """The Message-IDs of the alerts on the same story that this one follows, the first in front.

    An alert on several stories begins a thread of its own, and so does every digest.
    """
    stories = {telling.item.story_id for telling in tellings}
    if occasion.kind != "alert" or len(stories) != 1:
        return ()
    return unit.subscribers.alerts_on(occasion.recipient, next(iter(stories)))
