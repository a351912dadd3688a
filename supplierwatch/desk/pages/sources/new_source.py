"""Adds a source by any address: examines it, shows what can be read, and lets the user choose."""

from __future__ import annotations

from config.editing.source_draft import FORM, SELECTORS, SourceDraft
from config.editing.source_file import make_source, make_source_key, read_address
from config.values.invalid_value import InvalidValue
from crawler.processes.inspect import FoundSource
from crawler.spider_base.kind_registry import known_kinds
from storage.model import Role
from supplierwatch.desk.background_jobs.jobs import BUSY
from supplierwatch.desk.background_jobs.source_examinations import (
    DISCOVERY,
    EXAMINED,
    find_alike,
    read_selectors,
    start_discovery,
    start_examination,
)
from supplierwatch.desk.editing.file_edits import read_config
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found, read_number
from supplierwatch.desk.pages.sources.source import to_job
from supplierwatch.desk.pages.sources.source_editor import draft_of, form, save
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

MAX_ADDRESS = 2_000
GONE = mark_text("This examination is not kept any more: paste the address again.")


def show(request: PageRequest) -> PageResponse:
    """Ask for an address."""
    return _ask(request.values.get("address", "")[:MAX_ADDRESS])


def discover(request: PageRequest) -> PageResponse:
    """Begin to examine an address."""
    text = request.values.get("address", "").strip()
    try:
        if len(text) > MAX_ADDRESS:
            raise InvalidValue("is too long", f"give one of {MAX_ADDRESS:,} characters at most")
        url = read_address(text)
    except InvalidValue as invalid:
        return _ask(
            text[:MAX_ADDRESS],
            _("The address %(fault)s: %(hint)s.", fault=invalid.message, hint=invalid.hint),
        )
    job = start_discovery(request.source, url, request.user.name, request.now)
    return _ask(url, _(BUSY)) if job is None else to_job(job)


def choose(request: PageRequest) -> PageResponse:
    """Show the form of one of the sources that were found."""
    job = request.source.jobs.get(request.values.get("job", ""))
    number = read_number(request.values.get("option", ""), 3)
    if job is None or job.kind != DISCOVERY or number is None or number >= len(job.result or ()):
        return not_found(_(GONE))
    found: FoundSource = job.result[number]
    file = read_config(request.source, FORM.file)
    if isinstance(file, PageResponse):
        return file
    declared = request.source.wired.catalog.sources
    draft = SourceDraft(
        key=make_source_key(found.url, [each.key for each in declared]),
        kind=found.kind,
        url=found.url,
        texts={"name": " ".join(found.title.split())},
        select={name: getattr(found.select, name) or "" for name in SELECTORS},
    )
    alike = find_alike(request.source, found.url)
    return form(request, file, draft, is_new=True, job=job.job_id, found=found, alike=alike)


def try_draft(request: PageRequest) -> PageResponse:
    """Examine the source of a form step by step, before it is added."""
    draft = draft_of(request, request.values.get("key", "").strip() or "new")
    try:
        url = read_address(draft.url)
    except InvalidValue as invalid:
        return not_found(
            _("The address %(fault)s: %(hint)s.", fault=invalid.message, hint=invalid.hint)
        )
    examined = make_source(
        url, key=EXAMINED, name=url, kind=draft.kind, select=read_selectors(draft.select)
    )
    if draft.kind not in known_kinds():
        return not_found(_("There is no such kind of source."))
    job = start_examination(request.source, examined, request.user.name, request.now)
    return not_found(_(BUSY)) if job is None else to_job(job)


def add(request: PageRequest) -> PageResponse:
    """Check and save a new source."""
    file = read_config(request.source, FORM.file)
    if isinstance(file, PageResponse):
        return file
    return save(
        request, file, draft_of(request, request.values.get("key", "").strip()), is_new=True
    )


def _ask(address: str, problem: str = "") -> PageResponse:
    return PageResponse(
        template="sources/new-source.html",
        status=400 if problem else 200,
        values={"address": address, "problem": problem, "most": MAX_ADDRESS},
    )


PAGES = (
    Page(path="/new-source", handler=show, role=Role.EDITOR),
    Page(path="/new-source", handler=discover, role=Role.EDITOR, method="POST"),
    Page(path="/new-source/choose", handler=choose, role=Role.EDITOR),
    Page(path="/new-source/try", handler=try_draft, role=Role.EDITOR, method="POST"),
    Page(path="/new-source/save", handler=add, role=Role.EDITOR, method="POST"),
)
