"""Failed tasks: the entries of `quarantine --json`."""

from __future__ import annotations

from typing import Any

from storage.telling.quarantine import FailedTask
from supplierwatch.formatting.times import iso
from supplierwatch.health.quarantine_mail import describe_task


def failed_task_json(failed_task: FailedTask) -> dict[str, Any]:
    """Return a failed task as JSON-ready values."""
    return {
        "task": failed_task.task,
        "subject": failed_task.subject,
        "what": describe_task(failed_task),
        "attempts": failed_task.attempts,
        "cause": failed_task.cause,
        "since": iso(failed_task.first_at),
        "last_at": iso(failed_task.last_at),
        "next_at": None if failed_task.quarantined_at is not None else iso(failed_task.retry_at),
        "set_aside_at": iso(failed_task.quarantined_at),
    }
