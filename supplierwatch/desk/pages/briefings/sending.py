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
from supplierwatch.desk.page import Page, Shown, Visit, missing
from supplierwatch.desk.pages.briefings.briefings import NONE
from supplierwatch.desk.reading.briefing_documents import read_briefing


def choose(visit: Visit) -> Shown:
    """Show the briefing as a mail, and whom it can be sent to."""
    found = read_briefing(visit)
    return missing(NONE) if found is None else _show(visit, found[0])


def preview(visit: Visit) -> Shown:
    """Show the mail in its frame."""
    found = read_briefing(visit)
    if found is None:
        return missing(NONE)
    return Shown(framed=frame_rendered(_render(visit, found[1])))


def send(visit: Visit) -> Shown:
    """Write one message to each ticked recipient into the outbox; the same one is sent once."""
    found = read_briefing(visit)
    if found is None:
        return missing(NONE)
    briefing, document = found
    known = list_recipients(visit)
    recipients = [each for each in visit.lists.get("to", ()) if each in known]
    if not recipients or not document.items:
        why = "Tick at least one recipient." if document.items else "No article is in it."
        return _show(visit, briefing, problem=why)
    settings, now = visit.source.wired.catalog.settings, visit.now
    rendered = _render(visit, document)
    try:
        messages = [
            build_notification(
                rendered, _address(briefing, each, settings.operator_to), settings, now
            )
            for each in dict.fromkeys(recipients)
        ]
    except MessageError as error:
        return _show(visit, briefing, problem=f"It cannot be sent: {error}.")
    with visit.source.store.transaction() as unit:
        written = [each.recipient for each in messages if unit.outbox.enqueue(each, now)]
        if written:
            change = Change(
                action="briefing.sent",
                subject=str(briefing.briefing_id),
                after=", ".join(written),
            )
            unit.audit.record(visit.actor, change, now)
    earlier = [each.recipient for each in messages if each.recipient not in written]
    return _show(visit, briefing, written=written, earlier=earlier)


def list_recipients(visit: Visit) -> tuple[str, ...]:
    """List the user's own address, and the recipients and channels of the configuration.

    Others are refused: the desk is no way to mail strangers.
    """
    catalog = visit.source.wired.catalog
    named = [each for one in catalog.subscriptions for each in one.to]
    own = [visit.user.email] if visit.user.email else []
    channels = [f"{CHANNEL}{each.key}" for each in catalog.settings.channels]
    return tuple(dict.fromkeys([*own, *sorted(named), *channels]))


def _address(briefing: Briefing, recipient: str, contact: str | None) -> Envelope:
    # a version of a briefing goes to a recipient once, however often the form is sent
    version = f"{briefing.briefing_id}:{briefing.changed_at.isoformat()}"
    return Envelope(
        kind="briefing",
        delivery_key=f"briefing:{version}:{recipient}",
        recipient=recipient,
        list_name="briefing",
        contact=contact,
    )


def _render(visit: Visit, document: BriefingDocument) -> Rendered:
    return render_briefing(document, visit.user.name)


def _show(
    visit: Visit,
    briefing: Briefing,
    *,
    problem: str = "",
    written: list[str] | None = None,
    earlier: list[str] | None = None,
) -> Shown:
    values = {
        "briefing": briefing,
        "recipients": list_recipients(visit),
        "problem": problem,
        "written": written or [],
        "earlier": earlier or [],
    }
    return Shown(
        template="briefings/sending.html",
        status=400 if problem else 200,
        values=values,
        frames=True,
    )


PAGES = (
    Page(path="/briefings/{number}/send", answer=choose, role=Role.EDITOR),
    Page(path="/briefings/{number}/send", answer=send, role=Role.EDITOR, method="POST"),
    Page(path="/briefings/{number}/mail", answer=preview, role=Role.EDITOR),
)
