"""The page of a job: its steps while it runs, and what came of it."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit, missing
from supplierwatch.desk.pages.sources.new_source import find_alike


def job(visit: Visit) -> Shown:
    """Show a job; of one that is for operators, only to operators."""
    found = visit.source.jobs.get(visit.path["job"])
    if found is None:
        return missing("This is not kept any more: it was long ago, or the service has restarted.")
    if found.kind in ("send", "channel") and not visit.user.role.includes(Role.OPERATOR):
        return missing("This is for operators.")
    options = found.result or () if found.kind == "discover" else ()
    declared = {each.key for each in visit.source.wired.catalog.sources}
    return Shown(
        template="service/job.html",
        values={
            "job": found,
            "options": [(option, find_alike(visit, option.url)) for option in options],
            "is_declared": found.subject in declared,
        },
    )


PAGES = (Page(path="/jobs/{job}", answer=job, role=Role.EDITOR),)
