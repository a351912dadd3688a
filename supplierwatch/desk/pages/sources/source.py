"""One source: its state, its polls, its latest items; poll it now, pause it, examine it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from config.editing.source_draft import FORM, read_source, source_text, switch_source
from config.errors import EditRefused
from config.model import Source
from storage.model import Role
from supplierwatch.desk.background_jobs.jobs import BUSY, Job
from supplierwatch.desk.background_jobs.source_examinations import start_examination
from supplierwatch.desk.editing.file_edits import (
    EditFailure,
    note_edit,
    read_config,
    try_edit,
    write_edit,
)
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found, read_number
from supplierwatch.formatting.source_rows import RECENT_PERIOD, rows
from supplierwatch.formatting.source_settings import list_differences
from supplierwatch.formatting.translation import gettext as _

POLLS = 30
ITEMS = 15
HISTORY = 20  # changes that are shown
WAITED = 120_000  # milliseconds that a page waits for a poll that was asked for


def source(request: PageRequest) -> PageResponse:
    """Show one source."""
    return _show(request)


def poll_now(request: PageRequest) -> PageResponse:
    """Have the service poll a source at once, as `crawl SOURCE` does."""
    declared = find_source(request)
    if declared is None or not declared.enabled:
        return not_found(_("There is no source of this name that is polled."))
    with request.source.store.transaction() as unit:
        unit.sources.poll_now([declared.key], request.now)
    return PageResponse(
        redirect=f"{source_address(declared.key)}?asked={count_milliseconds(request.now)}"
    )


def examine(request: PageRequest) -> PageResponse:
    """Begin an examination of a source, step by step, as `doctor` does it."""
    declared = find_source(request)
    if declared is None:
        return not_found(_("There is no source of this name."))
    job = start_examination(request.source, declared, request.user.name, request.now)
    return _show(request, failure=EditFailure(text=_(BUSY))) if job is None else to_job(job)


def switch(request: PageRequest) -> PageResponse:
    """Pause a source, or resume it, in sources.toml."""
    key, enabled = request.path["key"], request.values.get("enabled") == "1"
    file = read_config(request.source, FORM.file)
    if isinstance(file, PageResponse):
        return file
    try:
        draft = read_source(file.content, key)
        if draft is None:
            return not_found(_("There is no source of this name in sources.toml."))
        content = switch_source(file.content, key, enabled=enabled)
    except EditRefused as error:
        return _show(request, failure=EditFailure(text=str(error)))
    checked = try_edit(request.source, file, content)
    if isinstance(checked, EditFailure):
        return _show(request, failure=checked)
    if content == file.content:
        return PageResponse(redirect=source_address(key))
    failure = write_edit(file, content)
    if failure is not None:
        changed = read_source(content, key)
        return _show(request, failure=failure, text="" if changed is None else source_text(changed))
    event = "source-resumed" if enabled else "source-paused"
    note_edit(request, event, key, before=f"enabled={draft.enabled}", after=f"enabled={enabled}")
    return PageResponse(redirect=f"{source_address(key)}?saved={'on' if enabled else 'off'}")


def to_job(job: Job) -> PageResponse:
    """Redirect to the page of a job."""
    return PageResponse(redirect=f"/jobs/{job.job_id}")


def source_address(key: str) -> str:
    """Return the address of a source's page."""
    return f"/sources/{quote(key, safe='')}"


def count_milliseconds(moment: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def find_source(request: PageRequest) -> Source | None:
    """Return the declared source that the path names."""
    declared = request.source.wired.catalog.sources
    return next((each for each in declared if each.key == request.path["key"]), None)


def _show(
    request: PageRequest, *, failure: EditFailure | None = None, text: str = ""
) -> PageResponse:
    declared, now = find_source(request), request.now
    if declared is None:
        return not_found(_("There is no source of this name in the configuration."))
    before = read_number(request.values.get("before", ""))
    with request.source.store.reading() as unit:
        state = unit.sources.get(declared.key)
        recent = unit.sources.count_pages(now - RECENT_PERIOD)
        polls = unit.polls.of_source(declared.key, limit=POLLS + 1, before=before)
        history = unit.audit.list(limit=HISTORY, thing="source", subject=declared.key)
        items = unit.items.latest_of(declared.key, limit=ITEMS)
    states = {} if state is None else {declared.key: state}
    (row,) = rows([declared], states, now, recent)
    asked = read_number(request.values.get("asked", ""))
    polled_at = None if state is None else state.last_polled_at
    waits = (
        asked is not None
        and count_milliseconds(now) - asked < WAITED
        and (polled_at is None or count_milliseconds(polled_at) <= asked)
    )
    return PageResponse(
        template="sources/source.html",
        status=200 if failure is None else failure.status,
        values={
            "row": row,
            "differences": list_differences(
                declared, request.source.wired.catalog.settings.crawl.max_age
            ),
            "polls": polls[:POLLS],
            "older": polls[POLLS - 1].row_id if len(polls) > POLLS else None,
            "items": items,
            "history": history,
            "asked": asked is not None,
            "waits": waits,
            "saved": request.values.get("saved", ""),
            "failure": failure,
            "text": text,
            "file": FORM.file,
            "noun": _(FORM.table),
            "is_new": False,
            "existing": None,
            "may_edit": request.user.role.includes(Role.EDITOR),
        },
    )


PAGES = (
    Page(path="/sources/{key}", handler=source, role=Role.READER),
    Page(path="/sources/{key}/poll", handler=poll_now, role=Role.EDITOR, method="POST"),
    Page(path="/sources/{key}/doctor", handler=examine, role=Role.EDITOR, method="POST"),
    Page(path="/sources/{key}/switch", handler=switch, role=Role.EDITOR, method="POST"),
)
