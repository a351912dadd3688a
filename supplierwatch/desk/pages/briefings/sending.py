"""Sends a briefing to recipients that the configuration names, through the outbox."""

from __future__ import annotations

from alerts.dispatch.notification import build_notification
from alerts.errors import MessageError
from alerts.messages.briefing import BriefingDocument
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, render_briefing
from config.values.checks import CHANNEL
from storage.model import Briefing, Change, Role
from supplierwatch.desk.framed_message import frame_rendered
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found
from supplierwatch.desk.pages.briefings.briefings import NONE
from supplierwatch.desk.reading.briefing_documents import read_briefing


def choose(request: PageRequest) -> PageResponse:
    """Show the briefing as a mail, with its possible recipients."""
    found = read_briefing(request)
    return not_found(NONE) if found is None else _show(request, found[0])


def preview(request: PageRequest) -> PageResponse:
    """Show the mail in its frame."""
    found = read_briefing(request)
    if found is None:
        return not_found(NONE)
    return PageResponse(framed=frame_rendered(_render_mail(request, found[1])))


def send(request: PageRequest) -> PageResponse:
    """Put one message for each ticked recipient into the outbox; the same one is sent once."""
    found = read_briefing(request)
    if found is None:
        return not_found(NONE)
    briefing, document = found
    known = list_recipients(request)
    recipients = [each for each in request.lists.get("to", ()) if each in known]
    if not recipients or not document.items:
        why = "Tick at least one recipient." if document.items else "No article is in it."
        return _show(request, briefing, problem=why)
    settings, now = request.source.wired.catalog.settings, request.now
    rendered = _render_mail(request, document)
    try:
        messages = [
            build_notification(
                rendered, _build_envelope(briefing, each, settings.operator_to), settings, now
            )
            for each in dict.fromkeys(recipients)
        ]
    except MessageError as error:
        return _show(request, briefing, problem=f"It cannot be sent: {error}.")
    with request.source.store.transaction() as unit:
        written = [each.recipient for each in messages if unit.outbox.enqueue(each, now)]
        if written:
            change = Change(
                action="briefing.sent",
                subject=str(briefing.briefing_id),
                after=", ".join(written),
            )
            unit.audit.record(request.actor, change, now)
    earlier = [each.recipient for each in messages if each.recipient not in written]
    return _show(request, briefing, written=written, earlier=earlier)


def list_recipients(request: PageRequest) -> tuple[str, ...]:
    """List the user's own address, and the recipients and channels of the configuration.

    Others are refused: the desk must not send mail to arbitrary addresses.
    """
    catalog = request.source.wired.catalog
    named = [each for one in catalog.subscriptions for each in one.to]
    own = [request.user.email] if request.user.email else []
    channels = [f"{CHANNEL}{each.key}" for each in catalog.settings.channels]
    return tuple(dict.fromkeys([*own, *sorted(named), *channels]))


def _build_envelope(briefing: Briefing, recipient: str, contact: str | None) -> Envelope:
    # a version of a briefing goes to a recipient once, however often the form is sent
    version = f"{briefing.briefing_id}:{briefing.changed_at.isoformat()}"
    return Envelope(
        kind="briefing",
        delivery_key=f"briefing:{version}:{recipient}",
        recipient=recipient,
        list_name="briefing",
        contact=contact,
    )


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
        "recipients": list_recipients(request),
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
