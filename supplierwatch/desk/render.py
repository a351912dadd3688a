"""Renders the templates of the desk. All text is escaped; times are those of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.text.sanitize import line
from supplierwatch.desk import static
from supplierwatch.formatting.times import ago, clock, day, iso


def template(name: str, values: Mapping[str, Any]) -> str:
    """Render a template."""
    return _environment().get_template(name).render(**values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"clock": clock, "day": day, "iso": iso, "ago": _ago, "line": line}
    made.globals["static"] = static.address_of
    return made


def _ago(moment: datetime | None) -> str:
    return ago(moment, datetime.now(UTC))
