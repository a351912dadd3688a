"""The state of the service for its operator: health, work, queues, disk, database, errors."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit
from supplierwatch.desk.service_facts import gather_facts

MOST_ERRORS = 50
RUNS = 15


def operator(visit: Visit) -> Shown:
    """Show the report of /health, and what else an operator wants to see."""
    report = visit.source.report()
    with visit.source.store.reading() as unit:
        troubles = unit.quarantine.list()
        users = unit.users.list()
        runs = unit.runs.last(RUNS)
    return Shown(
        template="service/operator.html",
        values={
            "report": report,
            "facts": gather_facts(visit.source),
            "set_aside": sum(each.quarantined_at is not None for each in troubles),
            "failed": len(troubles),
            "n_users": sum(user.disabled_at is None for user in users),
            "runs": runs,
            "errors": visit.source.recent_errors()[:MOST_ERRORS],
        },
    )


PAGES = (
    Page(
        path="/operator", answer=operator, role=Role.OPERATOR, nav="Service", order=9, in_menu=True
    ),
)
