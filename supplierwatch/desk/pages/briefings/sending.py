"""Sends a briefing to recipients that the configuration names, through the outbox."""

from __future__ import annotations

from alerts.errors import MessageError
from alerts.messages.briefing import BriefingDocument
from alerts.messages.render import Rendered, render_briefing
from storage.model import Briefing, Role
from supplierwatch.desk.briefings.briefing_documents import read_briefing
from supplierwatch.desk.briefings.briefing_mail import list_recipients, send_briefing
from supplierwatch.desk.framed_message import frame_rendered
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found
from supplierwatch.desk.pages.briefings.briefings import NONE
from supplierwatch.formatting.translation import gettext as _


def choose(request: PageRequest) -> PageResponse:
    """Show the briefing as a mail, with its possible recipients."""
    found = read_briefing(request)
    return not_found(_(NONE)) if found is None else _show(request, found[0])


def preview(request: PageRequest) -> PageResponse:
    """Show the mail in its frame."""
    found = read_briefing(request)
    if found is None:
        return not_found(_(NONE))
    return PageResponse(framed=frame_rendered(_render_mail(request, found[1])))


def send(request: PageRequest) -> PageResponse:
    """Put one message for each ticked recipient into the outbox; the same one is sent once."""
    found = read_briefing(request)
    if found is None:
        return not_found(_(NONE))
    briefing, document = found
    known = list_recipients(request.source, request.user)
    recipients = [each for each in request.lists.get("to", ()) if each in known]
    if not recipients or not document.items:
        why = _("Tick at least one recipient.") if document.items else _("No article is in it.")
        return _show(request, briefing, problem=why)
    try:
        written, earlier = send_briefing(
            request.source, request.actor, briefing, document, recipients, request.now
        )
    except MessageError as error:
        return _show(request, briefing, problem=_("It cannot be sent: %(cause)s.", cause=error))
    return _show(request, briefing, written=written, earlier=earlier)


def _render_mail(request: PageRequest, document: BriefingDocument) -> Rendered:
    return render_briefing(document, request.user.name)


def _show(
    request: PageRequest,
    briefing: Briefing,
    *,
    problem: str = "",
    written: list[str] | None = None,
    earlier: list[str] | None = None,
) -> PageResponse:
    values = {
        "briefing": briefing,
        "recipients": list_recipients(request.source, request.user),
        "problem": problem,
        "written": written or [],
        "earlier": earlier or [],
    }
    return PageResponse(
        template="briefings/sending.html",
        status=400 if problem else 200,
        values=values,
        frames=True,
    )


PAGES = (
    Page(path="/briefings/{number}/send", handler=choose, role=Role.EDITOR),
    Page(path="/briefings/{number}/send", handler=send, role=Role.EDITOR, method="POST"),
    Page(path="/briefings/{number}/mail", handler=preview, role=Role.EDITOR),
)
