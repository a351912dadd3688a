"""Handles the forms that mark a story; each redirects back to the page it was on."""

from __future__ import annotations

from collections.abc import Callable

from storage.model import MuteKind, Role, StoredItem
from storage.store import Unit
from supplierwatch.desk.page import (
    Page,
    PageRequest,
    PageResponse,
    as_sentence,
    not_found,
    read_number,
)
from supplierwatch.desk.reading import mark_requests
from supplierwatch.desk.reading.event_changes import (
    EventRefused,
    put_report_back,
    take_report_out,
)
from supplierwatch.desk.reading.mark_requests import MarkRefused
from supplierwatch.formatting.translation import gettext as _

MUTED: tuple[MuteKind, ...] = ("story", "outlet", "supplier", "watch")
Act = Callable[[Unit, StoredItem], None]


def mark_for_self(request: PageRequest) -> PageResponse:
    """Star a story, or mark it as read, for the user alone."""
    user, now, what = request.user, request.now, request.values.get("do", "")

    def act(unit: Unit, item: StoredItem) -> None:
        if what in ("star", "unstar"):
            mark_requests.star(unit, user, item, now, on=what == "star")
        elif what in ("read", "unread"):
            unit.read_states.record(user.user_id, item.item_id, now, is_read=what == "read")
        else:
            raise MarkRefused(_("there is nothing like %(what)r to do", what=what[:40]))

    return _carry_out(request, act)


def mark_for_team(request: PageRequest) -> PageResponse:
    """Note, assign, tag or dismiss a story, for all users."""
    user, now, values = request.user, request.now, request.values
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
            watches = request.source.wired.queries
            mark_requests.mark_irrelevant(unit, user, item, watch, text, now, watches)
        elif what == "relevant":
            mark_requests.mark_relevant(unit, user, item, watch, now)
        else:
            raise MarkRefused(_("there is nothing like %(what)r to do", what=what[:40]))

    return _carry_out(request, act)


def correct_event(request: PageRequest) -> PageResponse:
    """Take a story out of its event, or put it back into one."""
    what, event = request.values.get("do", ""), read_number(request.values.get("event", ""))

    def act(unit: Unit, item: StoredItem) -> None:
        if what == "take-out":
            take_report_out(unit, request.actor, item, request.now)
        elif what == "put-back":
            put_report_back(unit, request.actor, item, event, request.now)
        else:
            raise MarkRefused(_("there is nothing like %(what)r to do", what=what[:40]))

    return _carry_out(request, act)


def mute(request: PageRequest) -> PageResponse:
    """Mute a story, its outlet, a watch, or a supplier of a watch, for the user or a subscription.

    The field `what` is the kind, with the key of the watch and the supplier after colons.
    """
    values = request.values
    kind_name, watch, supplier = (*values.get("what", "").split(":"), "", "")[:3]
    kind = next((each for each in MUTED if each == kind_name), None)

    def act(unit: Unit, item: StoredItem) -> None:
        if kind is None:
            raise MarkRefused(_("choose what is to be muted"))
        mark_requests.mute(
            unit,
            request.user,
            request.source.wired,
            kind,
            request.now,
            days=read_number(values.get("days", ""), digits=4) or 0,
            item=item,
            watch_key=watch,
            supplier_key=supplier,
            source_key=item.source_key,
            subscription_key=values.get("subscription", ""),
            actor=request.actor,
        )

    return _carry_out(request, act)


def end_mute(request: PageRequest) -> PageResponse:
    """End a mute by its number."""
    number = read_number(request.values.get("mute", "")) or 0
    try:
        with request.source.store.transaction() as unit:
            found = mark_requests.find_mute(unit, request.user, number, request.now)
            mark_requests.end_mute(unit, request.user, found, request.now, actor=request.actor)
    except MarkRefused as error:
        return _refuse(request, error)
    return PageResponse(redirect=read_back(request))


def _carry_out(request: PageRequest, act: Act) -> PageResponse:
    number = read_number(request.path["number"])
    try:
        with request.source.store.transaction() as unit:
            item = unit.items.get(number) if number is not None else None
            if item is None:
                return not_found(_("There is no article of this number."))
            act(unit, item)
    except (MarkRefused, EventRefused) as error:
        return _refuse(request, error)
    return PageResponse(redirect=f"{read_back(request)}#story-{item.story_id}")


def _refuse(request: PageRequest, error: MarkRefused | EventRefused) -> PageResponse:
    values = {"why": as_sentence(error), "back": read_back(request)}
    return PageResponse(template="reading/mark-refused.html", status=400, values=values)


def read_back(request: PageRequest) -> str:
    """Return the path of the page with the form, without a fragment."""
    back = request.values.get("back", "/").partition("#")[0]
    return back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"


PAGES = (
    Page(path="/item/{number}/mine", handler=mark_for_self, role=Role.READER, method="POST"),
    Page(path="/item/{number}/team", handler=mark_for_team, role=Role.EDITOR, method="POST"),
    Page(path="/item/{number}/event", handler=correct_event, role=Role.EDITOR, method="POST"),
    Page(path="/item/{number}/mute", handler=mute, role=Role.READER, method="POST"),
    Page(path="/mutes/end", handler=end_mute, role=Role.READER, method="POST"),
)
