"""The JSON shape of an event of a thread, in documents and in files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.threads.model import ThreadEvent
from supplierwatch.formatting.times import iso


def event_json(event: ThreadEvent, names: Mapping[str, str]) -> dict[str, Any]:
    """Return an event as JSON-ready values."""
    return {
        "at": iso(event.at),
        "kind": event.kind,
        "stage": event.stage,
        "what": event.what,
        "title": event.title,
        "text": event.text,
        "item": event.item_id,
        "source": event.source_key,
        "source_name": names.get(event.source_key, event.source_key),
        "url": event.url,
    }
