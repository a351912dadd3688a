"""What /health says of the jobs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from storage.jobs import JobCounts
from supplierwatch.health.reasons import Reason

# usual waits end within a second; crawls queue up behind each other
LONGEST_WAIT = timedelta(minutes=2)
LONGEST_CRAWL_WAIT = timedelta(minutes=30)
CRAWL = "crawl"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """Jobs and workers at one time. `failing`: steps of which a job failed recently."""

    workers: int = 0
    counts: tuple[JobCounts, ...] = ()
    failing: frozenset[str] = frozenset()


def job_reasons(state: JobState) -> Sequence[Reason]:
    """Return what is wrong with jobs and workers."""
    found = []
    waiting = [each for each in state.counts if each.waiting]
    if not state.workers and waiting:
        found.append(
            Reason(
                key="no-workers",
                text=f"no worker takes jobs, and {sum(each.waiting for each in waiting)} wait: "
                "start `supplierwatch worker`",
                weight="failing",
                urgent=True,
            )
        )
    found += [
        _build_late_reason(each)
        for each in waiting
        if each.oldest and each.oldest > _get_longest_wait(each.step)
    ]
    found += [_build_failing_reason(step) for step in sorted(state.failing)]
    return found


def describe_jobs(state: JobState, *, leads: bool) -> dict[str, Any]:
    """Return the same as JSON-ready values."""
    return {
        "leads": leads,
        "workers": state.workers,
        "jobs": {
            each.step: {
                "waiting": each.waiting,
                "running": each.running,
                "failed": each.failed,
                "oldest_seconds": None if each.oldest is None else each.oldest.total_seconds(),
            }
            for each in state.counts
        },
    }


def _get_longest_wait(step: str) -> timedelta:
    return LONGEST_CRAWL_WAIT if step == CRAWL else LONGEST_WAIT


def _build_late_reason(counts: JobCounts) -> Reason:
    seconds = 0.0 if counts.oldest is None else counts.oldest.total_seconds()
    return Reason(
        key=f"jobs-late:{counts.step}",
        text=f"{counts.waiting} jobs of the step {counts.step} wait, the oldest for "
        f"{seconds:.0f} seconds: start more workers, or check that they do that step",
        weight="degraded",
    )


def _build_failing_reason(step: str) -> Reason:
    return Reason(
        key=f"jobs-failing:{step}",
        text=f"jobs of the step {step} fail: the log of the workers has the cause; it is tried "
        "again every ten seconds",
        weight="failing",
        urgent=True,
    )
