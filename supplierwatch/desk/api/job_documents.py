"""Background jobs as documents of the API, and the answer to a request that starts one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.editing.source_draft import SELECTORS
from crawler.processes.inspect import FoundSource
from storage.model import Change
from supplierwatch.desk.api.endpoint import BASE, Answer, ApiRequest
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    many,
    perhaps,
    record,
)
from supplierwatch.desk.api.writing import writing
from supplierwatch.desk.background_jobs.jobs import BUSY, Job
from supplierwatch.desk.background_jobs.source_examinations import DISCOVERY, find_alike
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.times import iso

RETRY_AFTER = "60"  # seconds
JOB = record(
    id=TEXT,
    kind=TEXT,
    title=TEXT,
    subject=TEXT,
    by=TEXT,
    started_at=MOMENT,
    running=FLAG,
    succeeded=perhaps(FLAG),
    error=perhaps(TEXT),
    result=perhaps(TEXT),
    steps=many(record(name=TEXT, ok=FLAG, lines=many(TEXT))),
    found=many(
        record(
            kind=TEXT,
            url=TEXT,
            title=TEXT,
            select=record(**dict.fromkeys(SELECTORS, TEXT)),
            entries=COUNT,
            newest_at=perhaps(MOMENT),
            sample=many(record(title=TEXT, url=TEXT, published_at=perhaps(MOMENT))),
            declared=many(TEXT),
        )
    ),
)


def answer_with_job(request: ApiRequest, change: Change, start: Callable[[], Job | None]) -> Answer:
    """Start a job, record it, and answer with it.

    Args:
        request: of the user who asks.
        change: for the audit trail.
        start: starts the job; None where too much runs already.

    Raises:
        ApiProblem: 409 where too much runs already.
    """
    with writing(request) as written:
        written.unit.audit.record(request.actor, change, request.now)
        job = start()  # last: it is not rolled back
        if job is None:
            raise ApiProblem(409, BUSY, headers={"Retry-After": RETRY_AFTER})
        return written.finish(
            Answer(
                document=job_json(request.source, job),
                status=201,
                location=f"{BASE}/jobs/{job.job_id}",
            )
        )


def job_json(desk: DeskSource, job: Job) -> dict[str, Any]:
    """Return the state of a job as JSON-ready values."""
    found = job.result or () if job.kind == DISCOVERY else ()
    return {
        "id": job.job_id,
        "kind": job.kind,
        "title": job.title,
        "subject": job.subject,
        "by": job.by,
        "started_at": iso(job.started_at),
        "running": job.running,
        "succeeded": None if job.running else not job.error and job.result is not False,
        "error": job.error or None,
        "result": job.result if isinstance(job.result, str) else None,
        "steps": [
            {"name": each.name, "ok": each.ok, "lines": list(each.lines)} for each in job.steps
        ],
        "found": [_found_json(desk, each) for each in found],
    }


def _found_json(desk: DeskSource, found: FoundSource) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "url": found.url,
        "title": found.title,
        "select": {name: getattr(found.select, name) or "" for name in SELECTORS},
        "entries": found.entries,
        "newest_at": iso(found.newest_at),
        "sample": [
            {"title": each.title, "url": each.url, "published_at": iso(each.published_at)}
            for each in found.sample
        ],
        "declared": list(find_alike(desk, found.url)),
    }
