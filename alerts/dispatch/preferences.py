"""What of a recipient's pending tellings is wanted, by the subscription and by its reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.digest.digest import Hushed
from alerts.digest.entry import Names
from config.model import Subscription
from storage.model import PendingTelling, Subscriber
from storage.store import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTellings:
    """Pending tellings, sorted by the reader's wishes.

    `declined` goes to nobody: edits that a subscription does not ask for, what its reader muted,
    edits of what they called not relevant. `hushed` says what was muted.
    """

    tellings: tuple[PendingTelling, ...]
    declined: tuple[PendingTelling, ...]
    hushed: tuple[Hushed, ...]


def apply_preferences(
    unit: Unit,
    pending: Sequence[PendingTelling],
    subscriptions: Sequence[Subscription],
    subscribers: Sequence[Subscriber],
    names: Names,
    now: datetime,
) -> WantedTellings:
    """Sort out what the readers of a message asked not to be told.

    Args:
        unit: what readers asked for.
        pending: what waits for the subscribers.
        subscriptions: of the message.
        subscribers: of the message.
        names: what watches are called.
        now: the time.
    """
    ids = [one.subscriber_id for one in subscribers]
    deaf = {one.key for one in subscriptions if not one.edits}
    no_edits = {one.subscriber_id for one in subscribers if one.subscription_key in deaf}
    mutes = unit.controls.muted(now, ids)
    mute = {(one.subscriber_id, one.watch_key) for one in mutes}
    dismissed = unit.controls.dismissed(ids, {one.item.item_id for one in pending})

    def declined(one: PendingTelling) -> bool:
        watch = one.mention.match.watch_key
        if (one.subscriber_id, watch) in mute:
            return True
        if one.what != "edit":
            return False
        return one.subscriber_id in no_edits or (
            (one.subscriber_id, watch, one.item.item_id) in dismissed
        )

    muted = Counter(
        one.mention.match.watch_key
        for one in {t.mention.mention_id: t for t in pending}.values()
        if (one.subscriber_id, one.mention.match.watch_key) in mute
    )
    until = {one.watch_key: one.until for one in mutes}
    return WantedTellings(
        tellings=tuple(one for one in pending if not declined(one)),
        declined=tuple(one for one in pending if declined(one)),
        hushed=tuple(
            Hushed(watch=names.watch(key), until=until[key], mentions=muted[key])
            for key in sorted(until)
        ),
    )
