"""The sources: state, newest entry, interval between entries, and problems of each."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.listing_pages import cut_page
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.formatting.source_rows import RECENT_PERIOD, rows, summarise
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

PAGE = 100  # sources


def sources(request: PageRequest) -> PageResponse:
    """List the sources, those with problems first; with `show`, only these or those paused."""
    wired, now = request.source.wired, request.now
    with request.source.store.reading() as unit:
        states = {state.key: state for state in unit.sources.all()}
        recent = unit.sources.count_pages(now - RECENT_PERIOD)
    table = rows(wired.catalog.sources, states, now, recent)
    choices = {
        "": table,
        "problems": [row for row in table if row.is_odd],
        "new": [row for row in table if row.status == "new"],
        "off": [row for row in table if row.status == "off"],
    }
    show = request.values.get("show", "")
    show = show if show in choices else ""
    words = {
        "": _("All"),
        "problems": _("With problems"),
        "new": _("Never polled"),
        "off": _("Paused"),
    }
    return PageResponse(
        template="sources/sources.html",
        values={
            "page": cut_page(request, choices[show], size=PAGE),
            "summary": summarise(table),
            "choices": [(name, words[name], len(found)) for name, found in choices.items()],
            "show": show,
            "may_edit": request.user.role.includes(Role.EDITOR),
        },
    )


PAGES = (
    Page(path="/sources", handler=sources, role=Role.READER, nav=mark_text("Sources"), order=5),
)
