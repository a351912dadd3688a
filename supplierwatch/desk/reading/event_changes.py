"""Takes reports out of their events and puts them back, each with its entry in the audit trail."""

from __future__ import annotations

from datetime import datetime

from storage.model import Actor, Change, StoredItem
from storage.store import Unit
from supplierwatch.formatting.translation import gettext as _

MAX_EVENTS = 20  # events that a story was taken out of, to choose from


class EventRefused(ValueError):
    """Raised for a change of an event that cannot be made; says why and what to do."""


def read_former_events(unit: Unit, item: StoredItem) -> tuple[tuple[int, StoredItem], ...]:
    """Return the events that the story of an item was taken out of, each with its first item."""
    events = unit.events.list_separated_from(item.item_id)[:MAX_EVENTS]
    leads = {each.item_id: each for each in unit.items.get_many(events)}
    return tuple((each, leads[each]) for each in events if each in leads)


def take_report_out(unit: Unit, actor: Actor, item: StoredItem, now: datetime) -> int:
    """Take the story of an item out of its event; return the id of the event of the others.

    Raises:
        EventRefused: no other story is in its event.
    """
    before = unit.events.event_of(item.item_id)
    rest = unit.events.remove(item.item_id)
    if rest is None:
        raise EventRefused(
            _("no other story is in the event of this article: there is nothing to do")
        )
    change = Change(
        action="event.taken-out",
        subject=f"story {item.story_id}",
        before=f"in event {before}",
        after=f"apart from event {rest}",
    )
    unit.audit.record(actor, change, now)
    return rest


def put_report_back(
    unit: Unit, actor: Actor, item: StoredItem, event_id: int | None, now: datetime
) -> int:
    """Put the story of an item back into an event that it was taken out of; return its present id.

    Args:
        unit: the transaction.
        actor: for the audit trail.
        item: any item of the story.
        event_id: None chooses the only event that it was taken out of.
        now: the time.

    Raises:
        EventRefused: it was not taken out of that event, or of several where none is named.
    """
    known = unit.events.list_separated_from(item.item_id)
    if not known:
        raise EventRefused(_("nobody took this article out of an event: there is nothing to undo"))
    if event_id is None and len(known) > 1:
        numbers = ", ".join(map(str, known[:MAX_EVENTS]))
        raise EventRefused(
            _("it was taken out of several events: name one of %(numbers)s", numbers=numbers)
        )
    chosen = known[0] if event_id is None else event_id
    if not unit.events.add_again(item.item_id, chosen):
        raise EventRefused(_("it was not taken out of event %(n)s", n=chosen))
    present = unit.events.event_of(item.item_id) or chosen
    change = Change(
        action="event.put-back",
        subject=f"story {item.story_id}",
        before=f"apart from event {chosen}",
        after=f"in event {present}",
    )
    unit.audit.record(actor, change, now)
    return present
