"""One message: how it looks, its state and cause; hold it, release it, send it again."""

from __future__ import annotations

from storage.model import WAITING, MessageState, OutboxMessage, Role
from supplierwatch.desk.editing.file_edits import note_edit
from supplierwatch.desk.framed_message import frame_mail, frame_text
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found, read_number
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

NONE = mark_text("There is no message of this number.")
REFUSED = mark_text("This is not possible any more: the message is %(state)s now.")
TWICE = mark_text("This message was sent: tick the box to send it to its reader a second time.")


def message(request: PageRequest) -> PageResponse:
    """Show one message."""
    found = _find(request)
    return not_found(_(NONE)) if found is None else _show(found)


def show_frame(request: PageRequest) -> PageResponse:
    """Return the message itself, for the frame of its page."""
    found = _find(request)
    return PageResponse(
        framed=frame_text(_(NONE)) if found is None else frame_mail(found.notification.raw)
    )


def change(request: PageRequest) -> PageResponse:
    """Hold a message, release it, or send it again, as its state allows."""
    found, action = _find(request), request.values.get("action", "")
    if found is None or action not in ("hold", "release", "resend"):
        return not_found(_(NONE))
    if action == "resend" and found.state == MessageState.SENT and not request.values.get("again"):
        return _show(found, problem=_(TWICE))
    with request.source.store.transaction() as unit:
        # the state may have changed since: the database decides
        if action == "hold":
            done = unit.outbox.hold(found.row_id)
        elif action == "release":
            done = unit.outbox.release(found.row_id, request.now)
        else:
            done = unit.outbox.resend(found.row_id, request.now, by=request.user.name)
        now = unit.outbox.get(found.row_id)
    if now is None:
        return not_found(_(NONE))
    if not done:
        return _show(now, problem=_(REFUSED, state=_(str(now.state))))
    event = {"hold": "held", "release": "released", "resend": "resent"}[action]
    note_edit(
        request, f"message-{event}", str(now.row_id), before=str(found.state), after=str(now.state)
    )
    return PageResponse(redirect=f"/messages/{found.row_id}?done={action}")


def _find(request: PageRequest) -> OutboxMessage | None:
    number = read_number(request.path["number"])
    if number is None:
        return None
    with request.source.store.reading() as unit:
        return unit.outbox.get(number)


def _show(found: OutboxMessage, problem: str = "") -> PageResponse:
    state = found.state
    return PageResponse(
        template="messages/message.html",
        status=409 if problem else 200,
        frames=True,
        values={
            "m": found,
            "problem": problem,
            "may_hold": state in WAITING,
            "may_release": state == MessageState.HELD,
            "may_resend": state in (MessageState.SENT, MessageState.DEAD, *WAITING[1:]),
            "was_sent": state == MessageState.SENT,
            "settled": state in (MessageState.SENT, MessageState.DEAD, MessageState.STOPPED),
        },
    )


PAGES = (
    Page(path="/messages/{number}", handler=message, role=Role.OPERATOR),
    Page(path="/messages/{number}", handler=change, role=Role.OPERATOR, method="POST"),
    Page(path="/messages/{number}/shown", handler=show_frame, role=Role.OPERATOR),
)
