"""The messages: waiting with their time, sent, and those that could not be composed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.dispatch.held_alerts import CAUSES, held_alerts
from storage.model import MessageState, Role
from storage.store import Unit
from supplierwatch.desk.page import Page, PageRequest, PageResponse, read_number
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

LIMIT = 50  # messages of a page
MAX_WAITING = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMessage:
    """A message to come. `goes_at` None: at once, or not known."""

    subscription: str
    recipient: str
    kind: str
    mentions: int
    goes_at: datetime | None
    cause: str


def messages(request: PageRequest) -> PageResponse:
    """List what waits, and a page of the messages of one state or of all, the newest first."""
    state = request.values.get("state", "")
    states = [state] if state in set(MessageState) else None
    before = read_number(request.values.get("before", ""))
    with request.source.store.reading() as unit:
        found = unit.outbox.list(states=states, limit=LIMIT + 1, before=before)
        counts = unit.outbox.counts()
        paused = unit.outbox.paused()
        failed = unit.quarantine.failed_tasks("tell")
        waiting = [] if before or states else _list_waiting(request, unit)
    return PageResponse(
        template="messages/messages.html",
        values={
            "messages": found[:LIMIT],
            "older": found[LIMIT - 1].row_id if len(found) > LIMIT else None,
            "counts": counts,
            "paused": paused,
            "failed": list(failed.values()),
            "state": state if states else "",
            "waiting": waiting[:MAX_WAITING],
            "more": max(0, len(waiting) - MAX_WAITING),
            "first": not before,
        },
    )


def _list_waiting(request: PageRequest, unit: Unit) -> list[WaitingMessage]:
    context = request.source.context
    alerts = [
        WaitingMessage(
            subscription=each.subscription,
            recipient=each.recipient,
            kind="alert",
            mentions=each.mentions,
            goes_at=each.goes_at,
            cause="" if each.cause is None else _(CAUSES[each.cause]),
        )
        for each in held_alerts(unit, context, request.now)
    ]
    pending = unit.tellings.count_pending()
    digests = []
    for each in unit.subscribers.all():
        declared = context.subscriptions.get(each.subscription_key)
        if declared is None or declared.cadence.kind == "immediate":
            continue
        mentions = pending.get(each.subscriber_id, 0)
        silent = not mentions and not declared.send_empty
        digests.append(
            WaitingMessage(
                subscription=declared.key,
                recipient=each.recipient,
                kind="digest",
                mentions=mentions,
                goes_at=each.next_at,
                cause=_("nothing was found yet: no message is sent") if silent else "",
            )
        )
    # the next one to be sent comes first
    return sorted(
        [*alerts, *digests], key=lambda each: (each.goes_at or request.now, each.subscription)
    )


PAGES = (
    Page(
        path="/messages", handler=messages, role=Role.OPERATOR, nav=mark_text("Messages"), order=7
    ),
)
