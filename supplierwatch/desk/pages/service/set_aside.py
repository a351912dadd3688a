"""Work that failed and is tried again, or was set aside until somebody tries it again."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.file_edits import note_edit
from supplierwatch.desk.listing_pages import cut_page
from supplierwatch.desk.page import Page, Shown, Visit
from supplierwatch.health.quarantine_mail import describe_task, retry_quarantined

PAGE = 50


def set_aside(visit: Visit) -> Shown:
    """List the work that failed."""
    with visit.source.store.reading() as unit:
        troubles = unit.quarantine.list()
    page = cut_page(visit, troubles, size=PAGE)
    return Shown(
        template="service/set-aside.html",
        values={
            "page": page,
            "rows": [(describe_task(each), each) for each in page.rows],
            "tried": visit.values.get("tried", ""),
        },
    )


def retry(visit: Visit) -> Shown:
    """Have one subject tried again now, or all of them."""
    task, subject = visit.values.get("task") or None, visit.values.get("subject") or None
    if task is None and not visit.values.get("all"):
        return Shown(redirect="/set-aside")
    with visit.source.store.transaction() as unit:
        chosen = retry_quarantined(unit, visit.now, task, subject)
    words = f"{task or 'all'} {subject or ''}".strip()
    note_edit(visit, "work-retried", words, before="", after=f"{len(chosen)} to be tried again")
    return Shown(redirect=f"/set-aside?tried={len(chosen)}")


PAGES = (
    Page(path="/set-aside", answer=set_aside, role=Role.OPERATOR),
    Page(path="/set-aside", answer=retry, role=Role.OPERATOR, method="POST"),
)
