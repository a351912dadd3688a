"""What a child process says on stdout: one JSON object a line, for its parent alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

Emit = Callable[[dict[str, Any]], None]


def line_of(event: dict[str, Any]) -> str:
    """An event as one line; datetimes become ISO text."""
    return json.dumps(event, default=_plain) + "\n"


def event_of(line: str) -> dict[str, Any] | None:
    """The event in a line, None where the line is not one (a child may die in mid-line)."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
