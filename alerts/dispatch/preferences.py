"""Filters pending tellings by the settings of subscriptions and the choices of readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.digest.context import TellingContext
from alerts.digest.desk_muting import find_mute
from alerts.digest.digest import MutedWatchNote
from alerts.digest.findings import hit_suppliers
from config.model import Subscription
from storage.mentions.asides import PendingAside
from storage.model import DeskMute, PendingTelling, Subscriber
from storage.store import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTellings:
    """Pending tellings, divided into wanted and declined ones.

    `declined` are not sent: edits if the subscription excludes them, mentions of muted watches and
    of what was muted on the desk, edits of items that a reader marked as not relevant.
    """

    tellings: tuple[PendingTelling, ...]
    declined: tuple[PendingTelling, ...]
    muted_watches: tuple[MutedWatchNote, ...]


def apply_preferences(
    unit: Unit,
    pending: Sequence[PendingTelling],
    subscriptions: Sequence[Subscription],
    subscribers: Sequence[Subscriber],
    context: TellingContext,
    now: datetime,
) -> WantedTellings:
    """Separate the tellings that the readers of a message declined.

    Args:
        unit: an open read or transaction.
        pending: the pending tellings of the subscribers.
        subscriptions: the subscriptions of the message.
        subscribers: the subscribers of the message.
        context: the configuration in force.
        now: the time.
    """
    ids = [each.subscriber_id for each in subscribers]
    without_edits = {each.key for each in subscriptions if not each.edits}
    no_edits = {s.subscriber_id for s in subscribers if s.subscription_key in without_edits}
    mutes = unit.reader_requests.muted(now, ids)
    muted = {(mute.subscriber_id, mute.watch_key) for mute in mutes}
    dismissed = unit.reader_requests.dismissed(ids, {telling.item.item_id for telling in pending})

    on_desk = read_desk_mutes(unit, subscribers, now)

    def is_declined(telling: PendingTelling) -> bool:
        watch = telling.mention.match.watch_key
        if (telling.subscriber_id, watch) in muted:
            return True
        theirs = on_desk.get(telling.subscriber_id, ())
        if find_mute(theirs, telling.item, watch, lambda: hit_suppliers(telling, context)):
            return True
        if telling.what != "edit":
            return False
        return telling.subscriber_id in no_edits or (
            (telling.subscriber_id, watch, telling.item.item_id) in dismissed
        )

    counts = Counter(
        telling.mention.match.watch_key
        for telling in {t.mention.mention_id: t for t in pending}.values()
        if (telling.subscriber_id, telling.mention.match.watch_key) in muted
    )
    until = {mute.watch_key: mute.until for mute in mutes}
    return WantedTellings(
        tellings=tuple(telling for telling in pending if not is_declined(telling)),
        declined=tuple(telling for telling in pending if is_declined(telling)),
        muted_watches=tuple(
            MutedWatchNote(watch=context.names.watch(key), until=until[key], mentions=counts[key])
            for key in sorted(until)
        ),
    )


def read_desk_mutes(
    unit: Unit, subscribers: Sequence[Subscriber], now: datetime
) -> Mapping[int, tuple[DeskMute, ...]]:
    """Return subscriber id -> what was muted on the desk for its reader or its subscription."""
    found = unit.desk_mutes.of_recipients(
        [each.recipient for each in subscribers],
        [each.subscription_key for each in subscribers],
        now,
    )
    return {
        each.subscriber_id: tuple(
            mute
            for address, mute in found
            if address == each.recipient.lower()
            or (not address and mute.subscription_key == each.subscription_key)
        )
        for each in subscribers
    }


def divide_asides(
    unit: Unit,
    pending: Sequence[PendingAside],
    subscribers: Sequence[Subscriber],
    watches: Collection[str],
    now: datetime,
) -> tuple[tuple[PendingAside, ...], tuple[PendingAside, ...]]:
    """Divide pending asides into wanted ones and those that are muted or of switched off watches.

    `watches` are the keys of the watches whose asides are told.
    """
    mutes = unit.reader_requests.muted(now, [each.subscriber_id for each in subscribers])
    muted = {(mute.subscriber_id, mute.watch_key) for mute in mutes}
    on_desk = read_desk_mutes(unit, subscribers, now)

    def is_wanted(one: PendingAside) -> bool:
        key = one.aside.watch_key
        if key not in watches or (one.subscriber_id, key) in muted:
            return False
        theirs = on_desk.get(one.subscriber_id, ())
        return find_mute(theirs, one.aside.item, key, frozenset) is None

    wanted = tuple(one for one in pending if is_wanted(one))
    return wanted, tuple(one for one in pending if not is_wanted(one))
