"""Adds a source by any address: what can be read there is found, shown, and chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from config.editing.source_draft import FORM, SELECTORS, SourceDraft
from config.editing.source_file import make_source_key, read_address
from config.model import Selectors, Source, Where
from config.values.invalid_value import InvalidValue
from crawler.processes.inspect import FoundSource, discover_source
from crawler.spider_base.kind_registry import known_kinds
from storage.model import Role
from storage.rules.identity import url_key
from supplierwatch.desk.file_edits import read_config
from supplierwatch.desk.jobs import JobStep, Report, new_job
from supplierwatch.desk.page import Page, Shown, Visit, missing, read_number
from supplierwatch.desk.pages.sources.source import BUSY, begin_examination, to_job
from supplierwatch.desk.pages.sources.source_editor import draft_of, form, save

KIND = "discover"
MAX_ADDRESS = 2_000
GONE = "This examination is not kept any more: paste the address again."


def show(visit: Visit) -> Shown:
    """Ask for an address."""
    return _ask(visit.values.get("address", "")[:MAX_ADDRESS])


def discover(visit: Visit) -> Shown:
    """Begin to look at an address."""
    text = visit.values.get("address", "").strip()
    try:
        if len(text) > MAX_ADDRESS:
            raise InvalidValue("is too long", f"give one of {MAX_ADDRESS:,} characters at most")
        url = read_address(text)
    except InvalidValue as invalid:
        return _ask(text[:MAX_ADDRESS], f"The address {invalid.message}: {invalid.hint}.")
    desk = visit.source
    settings = desk.wired.catalog.settings.crawl

    def work(report: Report) -> tuple[FoundSource, ...]:
        _, found = discover_source(
            source_at(url),
            settings,
            progress=lambda step: report(JobStep(name=step.step, ok=step.ok, lines=step.lines)),
            ending=desk.jobs.ending,
        )
        return found

    job = new_job(KIND, f"Looking at {url}", url, visit.user.name, visit.now)
    return to_job(job.job_id) if desk.jobs.start(job, work) else _ask(url, BUSY)


def choose(visit: Visit) -> Shown:
    """Show the form of one of the sources that were found."""
    job = visit.source.jobs.get(visit.values.get("job", ""))
    number = read_number(visit.values.get("option", ""), 3)
    if job is None or job.kind != KIND or number is None or number >= len(job.result or ()):
        return missing(GONE)
    found: FoundSource = job.result[number]
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    declared = visit.source.wired.catalog.sources
    draft = SourceDraft(
        key=make_source_key(found.url, [each.key for each in declared]),
        kind=found.kind,
        url=found.url,
        texts={"name": " ".join(found.title.split())},
        select={name: getattr(found.select, name) or "" for name in SELECTORS},
    )
    alike = find_alike(visit, found.url)
    return form(visit, file, draft, is_new=True, job=job.job_id, found=found, alike=alike)


def try_draft(visit: Visit) -> Shown:
    """Examine the source of a form step by step, before it is added."""
    draft = draft_of(visit, visit.values.get("key", "").strip() or "new")
    try:
        url = read_address(draft.url)
    except InvalidValue as invalid:
        return missing(f"The address {invalid.message}: {invalid.hint}.")
    examined = source_at(url, kind=draft.kind, select=_select_by(draft.select))
    if draft.kind not in known_kinds():
        return missing("There is no such kind of source.")
    job_id = begin_examination(visit, examined)
    return missing(BUSY) if job_id is None else to_job(job_id)


def add(visit: Visit) -> Shown:
    """Check and save a new source."""
    file = read_config(visit.source, FORM.file)
    if isinstance(file, Shown):
        return file
    return save(visit, file, draft_of(visit, visit.values.get("key", "").strip()), is_new=True)


def source_at(url: str, *, kind: str = "feed", select: Selectors | None = None) -> Source:
    """Return a source that is not declared, to examine an address."""
    return Source(
        key="new",
        kind=kind,
        url=url,
        name=url,
        every=timedelta(minutes=15),
        min_every=timedelta(minutes=5),
        max_every=timedelta(hours=24),
        enabled=True,
        confidence="unconfirmed",
        item_kind="news",
        language=None,
        verify_tls=True,
        where=Where(file="", line=0),
        select=select or Selectors(),
    )


def _select_by(texts: Mapping[str, str]) -> Selectors:
    given = {name: texts.get(name) or None for name in SELECTORS}
    return Selectors(
        entry=given["entry"],
        link=given["link"],
        title=given["title"],
        date=given["date"],
        summary=given["summary"],
        article=given["article"],
    )


def find_alike(visit: Visit, url: str) -> tuple[str, ...]:
    """Return the keys of declared sources at the same address, whatever scheme and `www.`."""
    wanted = url_key(url)
    declared = visit.source.wired.catalog.sources
    return tuple(each.key for each in declared if url_key(each.url) == wanted)


def _ask(address: str, problem: str = "") -> Shown:
    return Shown(
        template="sources/new-source.html",
        status=400 if problem else 200,
        values={"address": address, "problem": problem, "most": MAX_ADDRESS},
    )


PAGES = (
    Page(path="/new-source", answer=show, role=Role.EDITOR),
    Page(path="/new-source", answer=discover, role=Role.EDITOR, method="POST"),
    Page(path="/new-source/choose", answer=choose, role=Role.EDITOR),
    Page(path="/new-source/try", answer=try_draft, role=Role.EDITOR, method="POST"),
    Page(path="/new-source/save", answer=add, role=Role.EDITOR, method="POST"),
)
