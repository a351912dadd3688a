"""Feeds as OPML, the exchange format of feed readers: export, and import with a preview."""

from __future__ import annotations

from config.editing.opml import Import, build_source_tables, is_feed, read_opml, write_opml
from config.editing.source_draft import FORM
from config.editing.toml_writing import append_tables
from config.errors import NotOpml
from storage.model import Role
from supplierwatch.desk.file_edits import (
    EditTrouble,
    note_edit,
    read_config,
    try_edit,
    write_edit,
)
from supplierwatch.desk.jobs import new_job
from supplierwatch.desk.page import Download, Page, Shown, Visit, missing

MAX_FILE = 512 * 1024  # bytes of an upload, with its form
MOST_FEEDS = 2_000
KIND = "opml"


def show(visit: Visit) -> Shown:
    """Show both ways."""
    return _show(visit)


def export(visit: Visit) -> Shown:
    """Download the feeds that are declared."""
    feeds = [each for each in visit.source.wired.catalog.sources if is_feed(each)]
    body = write_opml(feeds, title="supplierwatch")
    return Shown(download=Download(name="feeds.opml", media_type="text/x-opml", body=body))


def preview(visit: Visit) -> Shown:
    """Show what a file would add."""
    content = visit.files.get("file", b"")
    if not content:
        return _show(visit, trouble=EditTrouble(text="Choose a file."))
    try:
        outlines = read_opml(content)
    except NotOpml as error:
        return _show(visit, trouble=EditTrouble(text=str(error)))
    if len(outlines) > MOST_FEEDS:
        why = f"The file has {len(outlines):,} feeds, and {MOST_FEEDS:,} are taken at a time."
        return _show(visit, trouble=EditTrouble(text=why))
    declared = visit.source.wired.catalog.sources
    brought = build_source_tables(
        outlines, keys=[each.key for each in declared], urls=[each.url for each in declared]
    )
    job = new_job(KIND, "Feeds of a file", "", visit.user.name, visit.now)
    visit.source.jobs.keep(job, brought)
    return _show(visit, brought=brought, job=job.job_id)


def add(visit: Visit) -> Shown:
    """Add what was previewed to sources.toml."""
    job = visit.source.jobs.get(visit.values.get("job", ""))
    if job is None or job.kind != KIND or job.by != visit.user.name:
        return missing("This file is not kept any more: choose it again.")
    brought: Import = job.result
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    if visit.values.get("base") != file.digest:
        why = EditTrouble(text="sources.toml was changed meanwhile: choose the file again.")
        return _show(visit, trouble=why)
    content = append_tables(file.content.decode("utf-8"), brought.text).encode()
    checked = try_edit(visit.source, file, content)
    trouble = checked if isinstance(checked, EditTrouble) else write_edit(file, content)
    if trouble is not None:
        return _show(visit, brought=brought, job=job.job_id, trouble=trouble)
    for key in brought.added:
        note_edit(visit, "source-added", key, before="", after="from an OPML file")
    return _show(visit, added=len(brought.added))


def _show(
    visit: Visit,
    *,
    brought: Import | None = None,
    job: str = "",
    added: int = 0,
    trouble: EditTrouble | None = None,
) -> Shown:
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    declared = visit.source.wired.catalog.sources
    return Shown(
        template="sources/opml.html",
        status=200 if trouble is None else trouble.status,
        values={
            "feeds": sum(map(is_feed, declared)),
            "others": len(declared) - sum(map(is_feed, declared)),
            "brought": brought,
            "job": job,
            "base": file.digest,
            "added": added,
            "trouble": trouble,
            "text": "" if brought is None else brought.text,
            "there": None,
            "file": FORM.file,
            "noun": FORM.table,
            "is_new": True,
            "most": MAX_FILE // 1024,
            "may_edit": visit.user.role.includes(Role.EDITOR),
        },
    )


PAGES = (
    Page(path="/opml", answer=show, role=Role.READER),
    Page(path="/opml", answer=preview, role=Role.EDITOR, method="POST", upload=MAX_FILE),
    Page(path="/opml/export", answer=export, role=Role.READER),
    Page(path="/opml/add", answer=add, role=Role.EDITOR, method="POST"),
)
