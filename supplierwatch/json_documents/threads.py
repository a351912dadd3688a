"""Threads of suppliers: the document of `supplier --json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alerts.threads.model import Ahead, Matter, SupplierThread
from supplierwatch.formatting.thread_events import event_json
from supplierwatch.formatting.times import iso


def thread_json(
    thread: SupplierThread, names: Mapping[str, str], since: datetime | None = None
) -> dict[str, Any]:
    """Return the document of `supplier --json`; `names`: source key -> its name."""
    return {
        "supplier": {"key": thread.key, "name": thread.name},
        "since": iso(since),
        "complete": thread.complete,
        "items": thread.items,
        "matters": [_matter_json(matter, names) for matter in thread.matters],
        "alarms": [event_json(event, names) for event in thread.alarms],
    }


def _matter_json(matter: Matter, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": matter.number,
        "title": matter.title,
        "value": matter.value,
        "last_at": iso(matter.last_at),
        "items": list(matter.item_ids),
        "life": [
            {"stage": step.stage, "at": iso(step.at), "item": step.item_id}
            for step in matter.stages
        ],
        "ahead": [_ahead_json(each) for each in matter.ahead],
        "events": [event_json(event, names) for event in matter.events],
        "joins": [
            {"item": join.item_id, "with": join.with_item, "reasons": list(join.reasons)}
            for join in matter.joins
        ],
    }


def _ahead_json(ahead: Ahead) -> dict[str, Any]:
    return {
        "kind": ahead.kind,
        "first": ahead.first.isoformat(),
        "last": ahead.last.isoformat(),
        "said": ahead.said,
        "item": ahead.item_id,
        "soon": ahead.soon,
    }
