"""The state of the service for its operator: health with reasons, failed work, users."""

from __future__ import annotations

from importlib.metadata import version

from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit


def operator(visit: Visit) -> Shown:
    """Show the report of /health, what was set aside, and who may sign in."""
    report = visit.source.report()
    with visit.source.store.reading() as unit:
        troubles = unit.quarantine.list()
        users = unit.users.list()
    return Shown(
        template="service/operator.html",
        values={
            "report": report,
            "troubles": troubles,
            "n_users": sum(user.disabled_at is None for user in users),
            "version": version("supplierwatch"),
        },
    )


PAGES = (Page(path="/operator", answer=operator, role=Role.OPERATOR, nav="Service", order=6),)
