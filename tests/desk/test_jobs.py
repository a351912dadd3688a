"""Jobs of the desk: a few at a time, bounded in what is kept, and honest about failures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from supplierwatch.desk.background_jobs import jobs
from supplierwatch.desk.background_jobs.jobs import Job, Jobs, JobStep, Report, new_job

NOW = datetime(2026, 11, 27, tzinfo=UTC)
LONGEST = 60.0  # seconds; a busy machine


def a_job(subject: str = "ward") -> Job:
    return new_job("doctor", "Examining", subject, "ruth", NOW)


def run(known: Jobs, work: Callable[[Report], Any]) -> Job:
    """Run a job to its end."""
    job, ended = a_job(), threading.Event()

    def signalling(report: Report) -> Any:
        try:
            return work(report)
        finally:
            ended.set()

    assert known.start(job, signalling)
    assert ended.wait(LONGEST)
    for thread in threading.enumerate():
        if thread.name.startswith("job-"):
            thread.join(LONGEST)
    found = known.get(job.job_id)
    assert found is not None
    return found


def test_steps_and_result_of_a_job_are_kept_and_bounded() -> None:
    def work(report: Report) -> str:
        for number in range(jobs.MAX_STEPS + 5):
            report(JobStep(name=f"{number}", ok=True, lines=("x" * 9_000,) * 99))
        return "done"

    job = run(Jobs(), work)
    assert (job.running, job.result, job.error) == (False, "done", "")
    assert len(job.steps) == jobs.MAX_STEPS
    assert len(job.steps[0].lines) == jobs.MAX_LINES
    assert len(job.steps[0].lines[0]) == jobs.MAX_CHARACTERS


def test_a_job_that_fails_says_why() -> None:
    def work(_report: Report) -> None:
        raise RuntimeError("no network")

    job = run(Jobs(), work)
    assert (job.running, job.error) == (False, "RuntimeError: no network")


def test_only_a_few_run_at_a_time_and_none_begins_at_the_end() -> None:
    known, go = Jobs(), threading.Event()
    started = [known.start(a_job(), lambda _: go.wait(LONGEST)) for _ in range(3)]
    assert started == [True, True, False]
    go.set()
    for thread in threading.enumerate():
        if thread.name.startswith("job-"):
            thread.join(LONGEST)
    assert known.start(a_job(), lambda _: None)
    known.ending.set()
    assert not known.start(a_job(), lambda _: None)


def test_the_oldest_that_have_ended_are_forgotten() -> None:
    known, first = Jobs(), a_job()
    known.keep(first, "kept")
    assert known.get(first.job_id) is not None
    for _ in range(jobs.MAX_KEPT):
        known.keep(a_job(), "")
    assert known.get(first.job_id) is None
