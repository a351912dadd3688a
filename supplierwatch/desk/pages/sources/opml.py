"""Feeds as OPML, the exchange format of feed readers: export, and import with a preview."""

from __future__ import annotations

from config.editing.opml import Import, is_feed, write_opml
from config.editing.source_draft import FORM
from storage.model import Role
from supplierwatch.desk.background_jobs.jobs import new_job
from supplierwatch.desk.editing.file_edits import (
    EditFailure,
    note_edit,
    read_config,
    write_edit,
)
from supplierwatch.desk.editing.opml_import import AUDITED, MAX_FILE, compile_import, read_import
from supplierwatch.desk.page import Download, Page, PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import gettext as _

KIND = "opml"


def show(request: PageRequest) -> PageResponse:
    """Show the forms for import and export."""
    return _show(request)


def export(request: PageRequest) -> PageResponse:
    """Download the feeds that are declared."""
    feeds = [each for each in request.source.wired.catalog.sources if is_feed(each)]
    body = write_opml(feeds, title="supplierwatch")
    return PageResponse(download=Download(name="feeds.opml", media_type="text/x-opml", body=body))


def preview(request: PageRequest) -> PageResponse:
    """Show what a file would add."""
    content = request.files.get("file", b"")
    if not content:
        return _show(request, failure=EditFailure(text=_("Choose a file.")))
    imported = read_import(request.source, content)
    if isinstance(imported, EditFailure):
        return _show(request, failure=imported)
    job = new_job(KIND, _("Feeds of a file"), "", request.user.name, request.now)
    request.source.jobs.keep(job, imported)
    return _show(request, imported=imported, job=job.job_id)


def add(request: PageRequest) -> PageResponse:
    """Add what was previewed to sources.toml."""
    job = request.source.jobs.get(request.values.get("job", ""))
    if job is None or job.kind != KIND or job.by != request.user.name:
        return not_found(_("This file is not kept any more: choose it again."))
    imported: Import = job.result
    file = read_config(request.source, FORM.file)
    if isinstance(file, PageResponse):
        return file
    if request.values.get("base") != file.digest:
        why = EditFailure(text=_("sources.toml was changed meanwhile: choose the file again."))
        return _show(request, failure=why)
    content = compile_import(request.source, file, imported)
    failure = content if isinstance(content, EditFailure) else write_edit(file, content)
    if failure is not None:
        return _show(request, imported=imported, job=job.job_id, failure=failure)
    for key in imported.added:
        note_edit(request, "source-added", key, before="", after=AUDITED)
    return _show(request, added=len(imported.added))


def _show(
    request: PageRequest,
    *,
    imported: Import | None = None,
    job: str = "",
    added: int = 0,
    failure: EditFailure | None = None,
) -> PageResponse:
    file = read_config(request.source, FORM.file)
    if isinstance(file, PageResponse):
        return file
    declared = request.source.wired.catalog.sources
    return PageResponse(
        template="sources/opml.html",
        status=200 if failure is None else failure.status,
        values={
            "feeds": sum(map(is_feed, declared)),
            "others": len(declared) - sum(map(is_feed, declared)),
            "imported": imported,
            "job": job,
            "base": file.digest,
            "added": added,
            "failure": failure,
            "text": "" if imported is None else imported.text,
            "existing": None,
            "file": FORM.file,
            "noun": _(FORM.table),
            "is_new": True,
            "most": MAX_FILE // 1024,
            "may_edit": request.user.role.includes(Role.EDITOR),
        },
    )


PAGES = (
    Page(path="/opml", handler=show, role=Role.READER),
    Page(path="/opml", handler=preview, role=Role.EDITOR, method="POST", upload=MAX_FILE),
    Page(path="/opml/export", handler=export, role=Role.READER),
    Page(path="/opml/add", handler=add, role=Role.EDITOR, method="POST"),
)
