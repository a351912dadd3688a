"""The messages: what was sent, what waits and why, what could not be sent."""

from __future__ import annotations

from storage.model import MessageState, Role
from supplierwatch.desk.page import Page, Shown, Visit

LIMIT = 100


def messages(visit: Visit) -> Shown:
    """List the newest messages, of one state or of all."""
    state = visit.values.get("state", "")
    states = [state] if state in set(MessageState) else None
    with visit.source.store.reading() as unit:
        found = unit.outbox.list(states=states, limit=LIMIT)
        counts = unit.outbox.counts()
        paused = unit.outbox.paused()
        failed = unit.quarantine.failed_tasks("tell")
    return Shown(
        template="messages/messages.html",
        values={
            "messages": found,
            "counts": counts,
            "paused": paused,
            "failed": list(failed.values()),
            "state": state if states else "",
            "limit": LIMIT,
        },
    )


PAGES = (Page(path="/messages", answer=messages, role=Role.OPERATOR, nav="Messages", order=5),)
