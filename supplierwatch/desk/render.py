"""Renders the templates of the desk. All text is escaped; times are in the zone of the user."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.text.sanitize import line
from storage.rules.local_time import later, local_time
from supplierwatch.desk import static
from supplierwatch.formatting.source_settings import describe_gap
from supplierwatch.formatting.times import ago, format_span, iso

MAX_RELATIVE = timedelta(days=7)  # longer ago is shown as a date
_ZONE: ContextVar[tzinfo | None] = ContextVar("zone", default=None)


def render_template(name: str, values: Mapping[str, Any], timezone: str | None = None) -> str:
    """Render a template, with times in a zone; by default in that of the machine."""
    reset = _ZONE.set(_find_zone(timezone))
    try:
        return _build_environment().get_template(name).render(**values)
    finally:
        _ZONE.reset(reset)


def _find_zone(name: str | None) -> tzinfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (OSError, ValueError):  # a zone that this machine does not know
        return None


@cache
def _build_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "gap": describe_gap,
        "clock": clock_text,
        "day": _format_day,
        "iso": iso,
        "ago": _format_ago,
        "line": line,
        "span": _format_seconds,
    }
    environment.globals["static"] = static.get_address
    return environment


def _format_seconds(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.0f} s" if seconds < 120 else format_span(timedelta(seconds=seconds))


def _format_ago(moment: datetime | None) -> str:
    now = datetime.now(UTC)
    if moment is not None and later(moment, MAX_RELATIVE) < now:
        return _format_day(moment)
    return ago(moment, now)


def clock_text(moment: datetime | None) -> str:
    """Format a time to the minute in the zone of the page: `Tue 24 Nov 2026, 07:30 GMT`."""
    if moment is None:
        return ""
    local = local_time(moment, _ZONE.get())
    return f"{local:%a} {local.day} {local:%b} {local.year:04}, {local:%H:%M %Z}"


def _format_day(moment: datetime | None) -> str:
    if moment is None:
        return "no date"
    local = local_time(moment, _ZONE.get())
    return f"{local.day} {local:%b} {local.year:04}"
