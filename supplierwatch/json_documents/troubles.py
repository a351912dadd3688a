"""Failed tasks: the entries of `quarantine --json`."""

from __future__ import annotations

from typing import Any

from storage.telling.quarantine import Trouble
from supplierwatch.formatting.times import iso
from supplierwatch.health.quarantine_mail import words_of


def trouble_json(trouble: Trouble) -> dict[str, Any]:
    """Return a failed task as JSON-ready values."""
    return {
        "task": trouble.task,
        "subject": trouble.subject,
        "what": words_of(trouble),
        "attempts": trouble.attempts,
        "cause": trouble.cause,
        "since": iso(trouble.first_at),
        "last_at": iso(trouble.last_at),
        "next_at": None if trouble.quarantined_at is not None else iso(trouble.retry_at),
        "set_aside_at": iso(trouble.quarantined_at),
    }
