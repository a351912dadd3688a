"""One source: its state, its polls, its latest items; poll it now, pause it, examine it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from config.editing.source_draft import FORM, read_source, source_text, switch_source
from config.errors import EditRefused
from config.model import Source
from crawler.processes.inspect import inspect_source
from storage.model import Role
from supplierwatch.desk.file_edits import (
    EditTrouble,
    note_edit,
    read_config,
    try_edit,
    write_edit,
)
from supplierwatch.desk.jobs import JobStep, Report, new_job
from supplierwatch.desk.page import Page, Shown, Visit, missing, read_number
from supplierwatch.formatting.source_rows import RECENT_PERIOD, rows
from supplierwatch.formatting.source_settings import list_differences

POLLS = 30
ITEMS = 15
HISTORY = 20  # changes that are shown
WAITED = 120_000  # milliseconds that a page waits for a poll that was asked for
BUSY = "Two examinations are running already: try again in a minute."


def source(visit: Visit) -> Shown:
    """Show one source."""
    return _show(visit)


def poll_now(visit: Visit) -> Shown:
    """Have the service poll a source at once, as `crawl SOURCE` asks it."""
    declared = find_source(visit)
    if declared is None or not declared.enabled:
        return missing("There is no source of this name that is polled.")
    with visit.source.store.transaction() as unit:
        unit.sources.poll_now([declared.key], visit.now)
    return Shown(redirect=f"{address_of(declared.key)}?asked={count_milliseconds(visit.now)}")


def examine(visit: Visit) -> Shown:
    """Begin an examination of a source, step by step, as `doctor` does it."""
    declared = find_source(visit)
    if declared is None:
        return missing("There is no source of this name.")
    job_id = begin_examination(visit, declared)
    return _show(visit, trouble=EditTrouble(text=BUSY)) if job_id is None else to_job(job_id)


def switch(visit: Visit) -> Shown:
    """Pause a source, or resume it, in sources.toml."""
    key, enabled = visit.path["key"], visit.values.get("enabled") == "1"
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    try:
        draft = read_source(file.content, key)
        if draft is None:
            return missing("There is no source of this name in sources.toml.")
        content = switch_source(file.content, key, enabled=enabled)
    except EditRefused as error:
        return _show(visit, trouble=EditTrouble(text=str(error)))
    checked = try_edit(visit.source, file, content)
    if isinstance(checked, EditTrouble):
        return _show(visit, trouble=checked)
    if content == file.content:
        return Shown(redirect=address_of(key))
    trouble = write_edit(file, content)
    if trouble is not None:
        changed = read_source(content, key)
        return _show(visit, trouble=trouble, text="" if changed is None else source_text(changed))
    event = "source-resumed" if enabled else "source-paused"
    note_edit(visit, event, key, before=f"enabled={draft.enabled}", after=f"enabled={enabled}")
    return Shown(redirect=f"{address_of(key)}?saved={'on' if enabled else 'off'}")


def begin_examination(visit: Visit, examined: Source, *, back: str = "") -> str | None:
    """Start an examination; return its job, None where too much runs already."""
    desk, by = visit.source, visit.user.name
    settings = desk.wired.catalog.settings

    def work(report: Report) -> bool:
        steps = inspect_source(
            examined,
            settings.crawl,
            database_url=settings.service.database_url,
            progress=lambda step: report(JobStep(name=step.step, ok=step.ok, lines=step.lines)),
            ending=desk.jobs.ending,
        )
        return all(step.ok for step in steps)

    title = f"Examining {examined.name}"
    job = new_job("doctor", title, examined.key, by, visit.now, details=back)
    return job.job_id if desk.jobs.start(job, work) else None


def to_job(job_id: str) -> Shown:
    """Lead to the page of a job."""
    return Shown(redirect=f"/jobs/{job_id}")


def address_of(key: str) -> str:
    """Return the address of a source's page."""
    return f"/sources/{quote(key, safe='')}"


def count_milliseconds(moment: datetime) -> int:
    """Return a time in milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def find_source(visit: Visit) -> Source | None:
    """Return the declared source that the path names."""
    declared = visit.source.wired.catalog.sources
    return next((each for each in declared if each.key == visit.path["key"]), None)


def _show(visit: Visit, *, trouble: EditTrouble | None = None, text: str = "") -> Shown:
    declared, now = find_source(visit), visit.now
    if declared is None:
        return missing("There is no source of this name in the configuration.")
    before = read_number(visit.values.get("before", ""))
    with visit.source.store.reading() as unit:
        state = unit.sources.get(declared.key)
        recent = unit.sources.count_pages(now - RECENT_PERIOD)
        polls = unit.polls.of_source(declared.key, limit=POLLS + 1, before=before)
        history = unit.audit.list(limit=HISTORY, thing="source", subject=declared.key)
        items = unit.items.latest_of(declared.key, limit=ITEMS)
    states = {} if state is None else {declared.key: state}
    (row,) = rows([declared], states, now, recent)
    asked = read_number(visit.values.get("asked", ""))
    polled_at = None if state is None else state.last_polled_at
    waits = (
        asked is not None
        and count_milliseconds(now) - asked < WAITED
        and (polled_at is None or count_milliseconds(polled_at) <= asked)
    )
    return Shown(
        template="sources/source.html",
        status=200 if trouble is None else trouble.status,
        values={
            "row": row,
            "differences": list_differences(
                declared, visit.source.wired.catalog.settings.crawl.max_age
            ),
            "polls": polls[:POLLS],
            "older": polls[POLLS - 1].row_id if len(polls) > POLLS else None,
            "items": items,
            "history": history,
            "asked": asked is not None,
            "waits": waits,
            "saved": visit.values.get("saved", ""),
            "trouble": trouble,
            "text": text,
            "file": FORM.file,
            "noun": FORM.table,
            "is_new": False,
            "there": None,
            "may_edit": visit.user.role.includes(Role.EDITOR),
        },
    )


PAGES = (
    Page(path="/sources/{key}", answer=source, role=Role.READER),
    Page(path="/sources/{key}/poll", answer=poll_now, role=Role.EDITOR, method="POST"),
    Page(path="/sources/{key}/doctor", answer=examine, role=Role.EDITOR, method="POST"),
    Page(path="/sources/{key}/switch", answer=switch, role=Role.EDITOR, method="POST"),
)
