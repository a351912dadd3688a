"""Describes which settings of a source differ from the defaults, and how often it has news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from config.model import DATED_KINDS, DEFAULT_GROUP, DEFAULT_MAX_AGE, Source
from config.values.cadence import write_duration
from supplierwatch.formatting.times import format_span

_SELECTORS = ("entry", "link", "title", "date", "summary", "article")


def list_differences(
    source: Source, max_ages: Mapping[str, timedelta | None]
) -> tuple[tuple[str, str], ...]:
    """Return (name, value) of each setting that is not the default, in the order of the file.

    Args:
        source: as declared.
        max_ages: kind -> the age that settings.toml gives all sources of it.
    """
    usual_age = DEFAULT_MAX_AGE if source.kind in DATED_KINDS else None
    given = [
        ("enabled", source.enabled, True),
        ("every", source.every, timedelta(minutes=15)),
        ("min_every", source.min_every, timedelta(minutes=5)),
        ("max_every", source.max_every, timedelta(hours=24)),
        ("item_kind", source.item_kind, "news"),
        ("confidence", source.confidence, "unconfirmed"),
        ("language", source.language, None),
        ("press_of", source.press_of, None),
        ("licence", source.licence, "headline"),
        ("group", source.group, DEFAULT_GROUP),
        ("max_age", source.max_age, max_ages.get(source.kind, usual_age)),
        ("relook", source.relook, True),
        ("verify_tls", source.verify_tls, True),
        *((f"select.{name}", getattr(source.select, name), None) for name in _SELECTORS),
        ("select.remove", ", ".join(source.select.remove) or None, None),
    ]
    return tuple((name, _format_value(value)) for name, value, usual in given if value != usual)


def _format_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return write_duration(value)
    return "off" if value is None else str(value)


def describe_gap(gap: timedelta | None) -> str:
    """Return how long a gap is, in one unit: `3 h`; empty where none is known."""
    return "" if gap is None else format_span(max(gap, timedelta(minutes=1)))
