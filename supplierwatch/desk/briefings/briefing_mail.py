"""Sends briefings through the outbox, to recipients that the configuration names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from alerts.dispatch.notification import build_notification
from alerts.messages.briefing import BriefingDocument
from alerts.messages.mime import Envelope
from alerts.messages.render import render_briefing
from config.values.checks import CHANNEL
from storage.model import Actor, Briefing, Change, User
from supplierwatch.desk.page import DeskSource


def list_recipients(source: DeskSource, user: User) -> tuple[str, ...]:
    """List the user's own address, and the recipients and channels of the configuration.

    Others are refused: the desk must not send mail to arbitrary addresses.
    """
    catalog = source.wired.catalog
    named = [each for one in catalog.subscriptions for each in one.to]
    own = [user.email] if user.email else []
    channels = [f"{CHANNEL}{each.key}" for each in catalog.settings.channels]
    return tuple(dict.fromkeys([*own, *sorted(named), *channels]))


def send_briefing(
    source: DeskSource,
    actor: Actor,
    briefing: Briefing,
    document: BriefingDocument,
    recipients: Iterable[str],
    now: datetime,
) -> tuple[list[str], list[str]]:
    """Put one message for each recipient into the outbox; a version is sent to each once.

    Returns:
        to whom a message was written, and who had this version before.

    Raises:
        MessageError: a message cannot be built.
    """
    settings = source.wired.catalog.settings
    rendered = render_briefing(document, actor.name)
    messages = [
        build_notification(
            rendered, _build_envelope(briefing, each, settings.operator_to), settings, now
        )
        for each in dict.fromkeys(recipients)
    ]
    with source.store.transaction() as unit:
        written = [each.recipient for each in messages if unit.outbox.enqueue(each, now)]
        if written:
            change = Change(
                action="briefing.sent",
                subject=str(briefing.briefing_id),
                after=", ".join(written),
            )
            unit.audit.record(actor, change, now)
    return written, [each.recipient for each in messages if each.recipient not in written]


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
