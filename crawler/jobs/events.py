"""Encodes and decodes the events that a child process writes to stdout: a JSON object a line."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

Emit = Callable[[dict[str, Any]], None]


def encode_event(event: dict[str, Any]) -> str:
    """Encode an event as one line of JSON; datetimes become ISO 8601 text."""
    return json.dumps(event, default=_convert_value) + "\n"


def decode_event(line: str) -> dict[str, Any] | None:
    """Decode an event; None if the line is not one (a child may end in the middle of a line)."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _convert_value(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)
