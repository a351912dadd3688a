"""Renders the templates of the desk. All text is escaped; times are in the zone of the user.

Texts, times and numbers are in the language in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from alerts.text.sanitize import line
from storage.rules.local_time import later, local_time
from supplierwatch.desk import static
from supplierwatch.formatting.source_settings import describe_gap
from supplierwatch.formatting.times import ago, format_span, iso
from supplierwatch.formatting.translation import (
    ENGLISH,
    format_number,
    format_share,
    ngettext,
    present_language,
    translate_phrase,
)
from supplierwatch.formatting.translation import gettext as _

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
        extensions=["jinja2.ext.i18n"],
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
        "number": format_number,
        "phrase": _translate_phrase,
        "share": format_share,
        "span": _format_seconds,
        "weekday": format_weekday,
        "word": _translate_word,
    }
    environment.globals["static"] = static.get_address
    environment.globals["language"] = lambda: present_language().tag
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment


@pass_context  # without a context Jinja would translate constants once, when it compiles
def _translate_word(context: Context, text: object) -> str:
    """Translate a word of a fixed set that a template has in a variable; any other stays."""
    return _(str(text))


@pass_context
def _translate_phrase(context: Context, text: str) -> str:
    return translate_phrase(text)


def _format_seconds(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 120:
        return _("%(n)s s", n=format_number(seconds))
    return format_span(timedelta(seconds=seconds))


def _format_ago(moment: datetime | None) -> str:
    now = datetime.now(UTC)
    if moment is not None and later(moment, MAX_RELATIVE) < now:
        return _format_day(moment)
    return ago(moment, now)


def clock_text(moment: datetime | None) -> str:
    """Format a time to the minute in the zone of the page: `Tue 24 Nov 2026, 07:30 GMT`."""
    if moment is None:
        return ""
    local, language = local_time(moment, _ZONE.get()), present_language()
    if language.tag == ENGLISH:
        return f"{local:%a} {local.day} {local:%b} {local.year:04}, {local:%H:%M %Z}"
    day = format_skeleton("yMMMEd", local, locale=language.locale)
    return f"{day}, {local:%H:%M %Z}"


def _format_day(moment: datetime | None) -> str:
    if moment is None:
        return _("no date")
    local, language = local_time(moment, _ZONE.get()), present_language()
    if language.tag == ENGLISH:
        return f"{local.day} {local:%b} {local.year:04}"
    return format_skeleton("yMMMd", local, locale=language.locale)


def format_long_day(moment: datetime) -> str:
    """Format a day in full: `24 November 2026`."""
    language = present_language()
    if language.tag == ENGLISH:
        return f"{moment.day} {moment:%B %Y}"
    return format_date(moment, "long", locale=language.locale)


def format_weekday(local: datetime) -> str:
    """Format a time of a zone of its own in full: `Tuesday 24 November 2026, 07:30`."""
    language = present_language()
    if language.tag == ENGLISH:
        return f"{local:%A} {local.day} {local:%B} {local:%Y, %H:%M}"
    return f"{format_date(local, 'full', locale=language.locale)}, {local:%H:%M}"
