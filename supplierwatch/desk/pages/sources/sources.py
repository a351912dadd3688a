"""The sources: state, newest entry, rhythm, and what is wrong with each."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit
from supplierwatch.formatting.source_rows import LATELY, rows, summarise


def sources(visit: Visit) -> Shown:
    """List the sources, those with problems first."""
    wired, now = visit.source.wired, visit.now
    with visit.source.store.reading() as unit:
        states = {state.key: state for state in unit.sources.all()}
        lately = unit.sources.readings(now - LATELY)
    table = rows(wired.catalog.sources, states, now, lately)
    return Shown(
        template="sources/sources.html", values={"rows": table, "summary": summarise(table)}
    )


PAGES = (Page(path="/sources", answer=sources, role=Role.READER, nav="Sources", order=4),)
