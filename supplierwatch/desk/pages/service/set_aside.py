"""Failed work: tried again, or set aside until an operator retries it."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.listing_pages import cut_page
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.health.quarantine_mail import describe_task, retry_for_user

PAGE = 50


def set_aside(request: PageRequest) -> PageResponse:
    """List the work that failed."""
    with request.source.store.reading() as unit:
        failed_tasks = unit.quarantine.list()
    page = cut_page(request, failed_tasks, size=PAGE)
    return PageResponse(
        template="service/set-aside.html",
        values={
            "page": page,
            "rows": [(describe_task(each), each) for each in page.rows],
            "tried": request.values.get("tried", ""),
        },
    )


def retry(request: PageRequest) -> PageResponse:
    """Have one subject tried again now, or all of them."""
    task, subject = request.values.get("task") or None, request.values.get("subject") or None
    if task is None and not request.values.get("all"):
        return PageResponse(redirect="/set-aside")
    with request.source.store.transaction() as unit:
        tried = retry_for_user(unit, request.actor, request.now, task, subject)
    return PageResponse(redirect=f"/set-aside?tried={tried}")


PAGES = (
    Page(path="/set-aside", handler=set_aside, role=Role.OPERATOR),
    Page(path="/set-aside", handler=retry, role=Role.OPERATOR, method="POST"),
)
