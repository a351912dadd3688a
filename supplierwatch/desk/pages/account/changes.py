"""The audit trail, for operators: who changed what, when, from where."""

from __future__ import annotations

from urllib.parse import urlencode

from storage.model import Role
from supplierwatch.desk.page import Page, PageRequest, PageResponse, read_number
from supplierwatch.formatting.translation import mark_text

SHOWN = 100
THINGS = ("user", "session", "token", "watch", "source", "subscription", "message", "channel")
FILTERS = ("actor", "thing", "subject")
MAX_FILTER = 200  # characters


def changes(request: PageRequest) -> PageResponse:
    """List changes, the newest first, by filter."""
    wanted = {name: request.values.get(name, "").strip()[:MAX_FILTER] for name in FILTERS}
    with request.source.store.reading() as unit:
        found = unit.audit.list(
            limit=SHOWN + 1,
            actor=wanted["actor"] or None,
            thing=wanted["thing"] or None,
            subject=wanted["subject"] or None,
            below=read_number(request.values.get("below", "")),
        )
        names = [each.name for each in unit.users.list()]
    page = found[:SHOWN]
    older = ""
    if len(found) > SHOWN:
        chosen = {name: text for name, text in wanted.items() if text}
        older = "/changes?" + urlencode(chosen | {"below": str(page[-1].entry_id)})
    return PageResponse(
        template="account/changes.html",
        values={
            "entries": page,
            "wanted": wanted,
            "older": older,
            "names": names,
            "things": THINGS,
            "filtered": any(wanted.values()),
        },
    )


PAGES = (
    Page(
        path="/changes",
        handler=changes,
        role=Role.OPERATOR,
        nav=mark_text("Changes"),
        order=9,
        in_menu=True,
    ),
)
