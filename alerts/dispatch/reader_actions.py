"""Describes the action of a reader's link, carries it out, and undoes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.digest.context import TellingContext
from alerts.digest.reader_links import MUTED_FOR, Action, Control
from alerts.messages.formats import clock
from alerts.text.sanitize import line
from storage.store import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """The action of a link, its targets, and whether it is already done.

    `recipients` and `subscriptions` are those of its subscribers; `watch` is a label; `headline` is
    that of the item that is not relevant; `until` is when the muting of a watch ends, as text.
    """

    action: Action
    recipients: tuple[str, ...]
    subscriptions: tuple[str, ...]
    done: bool
    watch: str = ""
    headline: str = ""
    until: str = ""


def read_link_state(
    unit: Unit, control: Control, context: TellingContext, now: datetime
) -> LinkState | None:
    """Look up the targets of a link; return None if its subscribers no longer exist."""
    subscribers = unit.subscribers.by_ids(control.subscriber_ids)
    if not subscribers:
        return None
    item = unit.items.get(control.item_id) if control.item_id else None
    mutes = [
        each.until
        for each in unit.reader_requests.muted(now, control.subscriber_ids)
        if each.watch_key == control.watch_key
    ]
    dismissed = unit.reader_requests.dismissed(control.subscriber_ids, [control.item_id])
    zones = [
        context.subscriptions[each.subscription_key].timezone
        for each in subscribers
        if each.subscription_key in context.subscriptions
    ]
    zone = zones[0] if zones else "UTC"
    done = {
        "end": all(each.ended_at is not None for each in subscribers),
        "mute": bool(mutes),
        "irrelevant": any(watch == control.watch_key for _, watch, _ in dismissed),
    }
    return LinkState(
        action=control.action,
        recipients=tuple(dict.fromkeys(each.recipient for each in subscribers)),
        subscriptions=tuple(dict.fromkeys(each.subscription_key for each in subscribers)),
        done=done[control.action],
        watch=line(context.names.watch(control.watch_key).label, 80) if control.watch_key else "",
        headline="" if item is None else line(item.title, 200),
        until=clock(max(mutes), zone, now) if mutes else "",
    )


def apply_action(unit: Unit, control: Control, now: datetime) -> bool:
    """Carry out the action of a link (idempotent); return True if a subscription ended."""
    ids = control.subscriber_ids
    if control.action == "end":
        return unit.reader_requests.end(ids, now) > 0
    if control.action == "mute":
        unit.reader_requests.mute(ids, control.watch_key, now + MUTED_FOR)
    else:
        unit.reader_requests.dismiss(ids, control.watch_key, control.item_id, now)
    return False


def undo_action(unit: Unit, control: Control, now: datetime) -> None:
    """Undo the action of a link; mentions from the time in between are not told."""
    ids = control.subscriber_ids
    if control.action == "end":
        unit.reader_requests.resume(ids, now)
    elif control.action == "mute":
        unit.reader_requests.unmute(ids, control.watch_key)
    else:
        unit.reader_requests.undo_dismissal(ids, control.watch_key, control.item_id)
