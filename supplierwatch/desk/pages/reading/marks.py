"""The forms by which users say something of a story: each leads back to where it stood."""

from __future__ import annotations

from collections.abc import Callable

from storage.model import MuteKind, Role, StoredItem
from storage.store import Unit
from supplierwatch.desk.page import Page, Shown, Visit, missing, read_number
from supplierwatch.desk.reading import mark_requests
from supplierwatch.desk.reading.event_changes import (
    EventRefused,
    put_report_back,
    take_report_out,
)
from supplierwatch.desk.reading.mark_requests import MarkRefused

MUTED: tuple[MuteKind, ...] = ("story", "outlet", "supplier", "watch")
Act = Callable[[Unit, StoredItem], None]


def say_alone(visit: Visit) -> Shown:
    """Star a story, or mark it as read, for the user alone."""
    user, now, what = visit.user, visit.now, visit.values.get("do", "")

    def act(unit: Unit, item: StoredItem) -> None:
        if what in ("star", "unstar"):
            mark_requests.star(unit, user, item, now, on=what == "star")
        elif what in ("read", "unread"):
            unit.read_states.record(user.user_id, item.item_id, now, is_read=what == "read")
        else:
            raise MarkRefused(f"there is nothing like {what[:40]!r} to do")

    return _carry_out(visit, act)


def say_to_all(visit: Visit) -> Shown:
    """Note, assign, tag or dismiss a story, for everybody."""
    user, now, values = visit.user, visit.now, visit.values
    what, text, watch = values.get("do", ""), values.get("text", ""), values.get("watch", "")

    def act(unit: Unit, item: StoredItem) -> None:
        if what == "note":
            mark_requests.add_note(unit, user, item, text, now)
        elif what == "remove-note":
            number = read_number(values.get("mark", "")) or 0
            mark_requests.remove_note(unit, user, item, number, now)
        elif what == "assign":
            mark_requests.assign(unit, user, item, text.strip(), now)
        elif what == "tag":
            mark_requests.tag(unit, user, item, text, now)
        elif what == "untag":
            mark_requests.untag(unit, user, item, text, now)
        elif what == "irrelevant":
            watches = visit.source.wired.queries
            mark_requests.mark_irrelevant(unit, user, item, watch, text, now, watches)
        elif what == "relevant":
            mark_requests.mark_relevant(unit, user, item, watch, now)
        else:
            raise MarkRefused(f"there is nothing like {what[:40]!r} to do")

    return _carry_out(visit, act)


def correct_event(visit: Visit) -> Shown:
    """Take a story out of its event, or put it back into one."""
    what, event = visit.values.get("do", ""), read_number(visit.values.get("event", ""))

    def act(unit: Unit, item: StoredItem) -> None:
        if what == "take-out":
            take_report_out(unit, visit.actor, item, visit.now)
        elif what == "put-back":
            put_report_back(unit, visit.actor, item, event, visit.now)
        else:
            raise MarkRefused(f"there is nothing like {what[:40]!r} to do")

    return _carry_out(visit, act)


def mute(visit: Visit) -> Shown:
    """Mute a story, its outlet, a watch, or a supplier of a watch, for the user or a subscription.

    The field `what` is the kind, with the key of the watch and the supplier after colons.
    """
    values = visit.values
    kind_name, watch, supplier = (*values.get("what", "").split(":"), "", "")[:3]
    kind = next((each for each in MUTED if each == kind_name), None)

    def act(unit: Unit, item: StoredItem) -> None:
        if kind is None:
            raise MarkRefused("choose what is to be muted")
        mark_requests.mute(
            unit,
            visit.user,
            visit.source.wired,
            kind,
            visit.now,
            days=read_number(values.get("days", ""), digits=4) or 0,
            item=item,
            watch_key=watch,
            supplier_key=supplier,
            source_key=item.source_key,
            subscription_key=values.get("subscription", ""),
            actor=visit.actor,
        )

    return _carry_out(visit, act)


def end_mute(visit: Visit) -> Shown:
    """End a mute by its number."""
    number = read_number(visit.values.get("mute", "")) or 0
    try:
        with visit.source.store.transaction() as unit:
            found = mark_requests.find_mute(unit, visit.user, number, visit.now)
            mark_requests.end_mute(unit, visit.user, found, visit.now, actor=visit.actor)
    except MarkRefused as error:
        return _refuse(visit, error)
    return Shown(redirect=back_of(visit))


def _carry_out(visit: Visit, act: Act) -> Shown:
    number = read_number(visit.path["number"])
    try:
        with visit.source.store.transaction() as unit:
            item = unit.items.get(number) if number is not None else None
            if item is None:
                return missing("There is no article of this number.")
            act(unit, item)
    except (MarkRefused, EventRefused) as error:
        return _refuse(visit, error)
    return Shown(redirect=f"{back_of(visit)}#story-{item.story_id}")


def _refuse(visit: Visit, error: MarkRefused | EventRefused) -> Shown:
    why = str(error)
    values = {"why": why[:1].upper() + why[1:] + ".", "back": back_of(visit)}
    return Shown(template="reading/mark-refused.html", status=400, values=values)


def back_of(visit: Visit) -> str:
    """Return the path of the page that the form stood on, without a fragment."""
    back = visit.values.get("back", "/").partition("#")[0]
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"


PAGES = (
    Page(path="/item/{number}/mine", answer=say_alone, role=Role.READER, method="POST"),
    Page(path="/item/{number}/team", answer=say_to_all, role=Role.EDITOR, method="POST"),
    Page(path="/item/{number}/event", answer=correct_event, role=Role.EDITOR, method="POST"),
    Page(path="/item/{number}/mute", answer=mute, role=Role.READER, method="POST"),
    Page(path="/mutes/end", answer=end_mute, role=Role.READER, method="POST"),
)
