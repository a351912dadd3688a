"""The audit trail: the entries of `user audit --json`."""

from __future__ import annotations

from storage.model import AuditEntry
from supplierwatch.formatting.times import iso


def change_json(entry: AuditEntry) -> dict[str, object]:
    """Return an entry as JSON-ready values."""
    return {
        "id": entry.entry_id,
        "at": iso(entry.at),
        "actor": entry.actor.name,
        "via": entry.actor.via,
        "client": entry.actor.client or None,
        "action": entry.change.action,
        "subject": entry.change.subject,
        "before": entry.change.before or None,
        "after": entry.change.after or None,
    }
