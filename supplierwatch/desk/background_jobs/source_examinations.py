"""Jobs about sources: what can be read at an address, and an examination step by step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from config.editing.source_draft import SELECTORS
from config.editing.source_file import make_source
from config.model import Selectors, Source
from crawler.processes.inspect import FoundSource, discover_source, inspect_source
from storage.rules.identity import url_key
from supplierwatch.desk.background_jobs.jobs import Job, JobStep, Report, new_job
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.translation import gettext as _

DISCOVERY = "discover"
EXAMINATION = "doctor"
EXAMINED = "new"  # the key of a source that is examined before it is declared


def start_discovery(desk: DeskSource, url: str, by: str, now: datetime) -> Job | None:
    """Begin to look for what can be read at an address; None where too much runs already."""
    settings = desk.wired.catalog.settings.crawl

    def work(report: Report) -> tuple[FoundSource, ...]:
        _steps, found = discover_source(
            make_source(url, key=EXAMINED, name=url),
            settings,
            progress=lambda step: report(JobStep(name=step.step, ok=step.ok, lines=step.lines)),
            ending=desk.jobs.ending,
        )
        return found

    job = new_job(DISCOVERY, _("Examining %(name)s", name=url), url, by, now)
    return job if desk.jobs.start(job, work) else None


def start_examination(desk: DeskSource, examined: Source, by: str, now: datetime) -> Job | None:
    """Begin to examine a source, as `doctor` does it; None where too much runs already."""
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

    title = _("Examining %(name)s", name=examined.name)
    job = new_job(EXAMINATION, title, examined.key, by, now)
    return job if desk.jobs.start(job, work) else None


def find_alike(desk: DeskSource, url: str) -> tuple[str, ...]:
    """Return the keys of declared sources at the same address, whatever scheme and `www.`."""
    wanted = url_key(url)
    return tuple(each.key for each in desk.wired.catalog.sources if url_key(each.url) == wanted)


def read_selectors(texts: Mapping[str, str]) -> Selectors:
    """Return the selectors of a form; an empty text is none."""
    given = {name: texts.get(name) or None for name in SELECTORS}
    return Selectors(
        entry=given["entry"],
        link=given["link"],
        title=given["title"],
        date=given["date"],
        summary=given["summary"],
        article=given["article"],
    )
