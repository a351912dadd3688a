"""The state of the service for its operator: health, work, queues, disk, database, errors."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.desk.service_facts import gather_facts
from supplierwatch.formatting.translation import mark_text

MAX_ERRORS = 50
RUNS = 15


def operator(request: PageRequest) -> PageResponse:
    """Show the report of /health, with facts, runs and recent errors."""
    report = request.source.report()
    with request.source.store.reading() as unit:
        failed_tasks = unit.quarantine.list()
        users = unit.users.list()
        runs = unit.runs.last(RUNS)
    return PageResponse(
        template="service/operator.html",
        values={
            "report": report,
            "facts": gather_facts(request.source),
            "set_aside": sum(each.quarantined_at is not None for each in failed_tasks),
            "failed": len(failed_tasks),
            "n_users": sum(user.disabled_at is None for user in users),
            "runs": runs,
            "errors": request.source.recent_errors()[:MAX_ERRORS],
        },
    )


PAGES = (
    Page(
        path="/operator",
        handler=operator,
        role=Role.OPERATOR,
        nav=mark_text("Service"),
        order=9,
        in_menu=True,
    ),
)
