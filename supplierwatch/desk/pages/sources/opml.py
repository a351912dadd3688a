"""Feeds as OPML, the exchange format of feed readers: export, and import with a preview."""

from __future__ import annotations

from config.editing.opml import Import, build_source_tables, is_feed, read_opml, write_opml
from config.editing.source_draft import FORM
from config.editing.toml_writing import append_tables
from config.errors import NotOpml
from storage.model import Role
from supplierwatch.desk.editing.file_edits import (
    EditFailure,
    group_of_new,
    note_edit,
    read_config,
    try_edit,
    write_edit,
)
from supplierwatch.desk.jobs import new_job
from supplierwatch.desk.page import Download, Page, PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import format_number
from supplierwatch.formatting.translation import gettext as _

MAX_FILE = 512 * 1024  # bytes of an upload, with its form
MAX_FEEDS = 2_000
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
    try:
        outlines = read_opml(content)
    except NotOpml as error:
        return _show(request, failure=EditFailure(text=str(error)))
    if len(outlines) > MAX_FEEDS:
        why = _(
            "The file has %(n)s feeds: %(most)s at most can be imported.",
            n=format_number(len(outlines)),
            most=format_number(MAX_FEEDS),
        )
        return _show(request, failure=EditFailure(text=why))
    declared = request.source.wired.catalog.sources
    imported = build_source_tables(
        outlines,
        keys=[each.key for each in declared],
        urls=[each.url for each in declared],
        group=group_of_new(request.source),
    )
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
    content = append_tables(file.content.decode("utf-8"), imported.text).encode()
    checked = try_edit(request.source, file, content)
    failure = checked if isinstance(checked, EditFailure) else write_edit(file, content)
    if failure is not None:
        return _show(request, imported=imported, job=job.job_id, failure=failure)
    for key in imported.added:
        note_edit(request, "source-added", key, before="", after="from an OPML file")
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
