"""The page of a job: its steps while it runs, and its result."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.background_jobs.sending import FOR_OPERATORS
from supplierwatch.desk.background_jobs.source_examinations import DISCOVERY, find_alike
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import gettext as _


def job(request: PageRequest) -> PageResponse:
    """Show a job; jobs of operators only to operators."""
    found = request.source.jobs.get(request.path["job"])
    if found is None:
        return not_found(
            _("This job is not kept any more: it is too old, or the service has restarted.")
        )
    if found.kind in FOR_OPERATORS and not request.user.role.includes(Role.OPERATOR):
        return not_found(_("This is for operators."))
    options = found.result or () if found.kind == DISCOVERY else ()
    declared = {each.key for each in request.source.wired.catalog.sources}
    return PageResponse(
        template="service/job.html",
        values={
            "job": found,
            "options": [(option, find_alike(request.source, option.url)) for option in options],
            "is_declared": found.subject in declared,
        },
    )


PAGES = (Page(path="/jobs/{job}", handler=job, role=Role.EDITOR),)
