"""Background jobs of the desk: work that takes longer than a request, with a page of its progress.

Only the latest jobs are kept, in this process: results are of use for minutes, and what has to
last a job stores itself.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextvars import copy_context
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from supplierwatch.formatting.translation import mark_text

log = logging.getLogger(__name__)

MAX_RUNNING = 2  # each may have a crawl process of its own
MAX_KEPT = 40
BUSY = mark_text("Two jobs are running already: try again in a minute.")
MAX_STEPS = 60
MAX_LINES = 40  # of a step
MAX_CHARACTERS = 400  # of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStep:
    """A step of a job: its name, whether it succeeded, and its lines of output."""

    name: str
    ok: bool
    lines: tuple[str, ...] = ()


Report = Callable[[JobStep], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The state of a job at a moment.

    Args:
        job_id: random; whoever knows it and has the role may see it.
        kind: of job, by which its page shows it.
        title: what it does, in words.
        subject: what it is about: a key, an address.
        by: the name of the user who asked.
        started_at: when.
        steps: the steps that are done.
        result: None while it runs, and where it failed.
        error: why it failed.
    """

    job_id: str
    kind: str
    title: str
    subject: str
    by: str
    started_at: datetime
    steps: tuple[JobStep, ...] = ()
    running: bool = True
    result: Any = None
    error: str = ""
    group: str | None = None  # that started it; None: who sees all groups


class Jobs:
    """Starts jobs, a few at a time, and keeps the latest."""

    def __init__(self, ending: threading.Event | None = None) -> None:
        self.ending = ending or threading.Event()  # once set, jobs should end
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Job] = OrderedDict()
        self._group: str | None = None

    def within(self, group: str) -> Jobs:
        """Return the same jobs, of which only those that a group has started are shown."""
        restricted = copy(self)
        restricted._group = group
        return restricted

    def start(self, job: Job, work: Callable[[Report], Any]) -> bool:
        """Run `work` in a thread of its own; False without starting it where too much runs."""
        with self._lock:
            running = sum(each.running for each in self._known.values())
            if running >= MAX_RUNNING or self.ending.is_set():
                return False
            self._add(replace(job, group=self._group))
        # what it reports is in the language of who asked
        run = copy_context().run
        threading.Thread(
            target=run, args=(self._run, job.job_id, work), name=f"job-{job.kind}", daemon=True
        ).start()
        return True

    def keep(self, job: Job, result: Any) -> None:
        """Keep a result that is ready at once, for the next page."""
        with self._lock:
            self._add(replace(job, running=False, result=result, group=self._group))

    def _add(self, job: Job) -> None:
        self._known[job.job_id] = job
        over = [key for key, each in self._known.items() if not each.running]
        for key in over[: max(0, len(self._known) - MAX_KEPT)]:
            del self._known[key]

    def get(self, job_id: str) -> Job | None:
        """Return the state of a job; None for one that is not kept any more."""
        with self._lock:
            found = self._known.get(job_id)
        return found if found is not None and self._shows(found) else None

    def _shows(self, job: Job) -> bool:
        return self._group is None or job.group == self._group

    def latest(self, kind: str, subject: str) -> Job | None:
        """Return the latest job of a kind about something."""
        with self._lock:
            found = [
                each
                for each in self._known.values()
                if each.kind == kind and each.subject == subject and self._shows(each)
            ]
        return found[-1] if found else None

    def _run(self, job_id: str, work: Callable[[Report], Any]) -> None:
        try:
            result = work(lambda step: self._add_step(job_id, step))
        except Exception as error:
            log.exception("desk.job-failed job=%s", job_id)
            self._change(job_id, running=False, error=f"{type(error).__name__}: {error}")
            return
        self._change(job_id, running=False, result=result)

    def _add_step(self, job_id: str, step: JobStep) -> None:
        lines = tuple(line[:MAX_CHARACTERS] for line in step.lines[:MAX_LINES])
        with self._lock:
            job = self._known[job_id]
            if len(job.steps) < MAX_STEPS:
                steps = (*job.steps, replace(step, lines=lines))
                self._known[job_id] = replace(job, steps=steps)

    def _change(self, job_id: str, **changes: Any) -> None:
        with self._lock:
            self._known[job_id] = replace(self._known[job_id], **changes)


def new_job(kind: str, title: str, subject: str, by: str, now: datetime) -> Job:
    """Return a job that is not started yet."""
    return Job(
        job_id=secrets.token_hex(8),
        kind=kind,
        title=title,
        subject=subject,
        by=by,
        started_at=now,
    )
