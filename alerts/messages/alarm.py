"""The content of alarms about unusual volume and silence, and its wording. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts.digest.anomaly import Sensitivity, Usual
from alerts.digest.entry import Entry
from alerts.digest.reader_links import ReaderLinks
from alerts.messages.formats import clock, counted
from alerts.text.sanitize import line, shorten
from storage.crawling.coverage import Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The content of an alarm. `lines` are paragraphs, the reason first."""

    subject: str
    lines: tuple[str, ...]
    entries: tuple[Entry, ...]
    recipient: str
    subscription: str
    timezone: str
    now: datetime
    contact: str | None
    links: ReaderLinks | None = None


def unusual_subject(name: str, stories: int, of: Usual) -> str:
    """Format `Unusual: 14 stories on Corvid Data today, usually 2`."""
    about = shorten(line(name), 70)
    return (
        f"Unusual: {_count_stories(stories)} on {about} today, usually {_format_number(of.median)}"
    )


def unusual_lines(
    name: str, stories: int, of: Usual, day: date, sensitivity: Sensitivity, subscription: str
) -> tuple[str, ...]:
    """Explain an unusual day: the reason, and why this reader gets the alarm."""
    kind = f"{day:%A}" if of.weekday else "day"
    each = f"{of.low}" if of.low == of.high else f"{of.low} to {of.high}"
    on, span = f"On a {kind}", f"{each} on the last {of.days} {kind}s"
    return (
        f"{_count_stories(stories)} on {line(name)} so far today. {on} there are usually "
        f"{_format_number(of.median)} ({span}). A story that several outlets carry counts once.",
        f'Told because {subscription} asks for what is unusual ("{sensitivity}": here '
        f"{of.threshold(sensitivity)} stories or more). No more is said of it for three days.",
    )


def silence_lines(
    what: str, since: datetime, within: timedelta, zone: str, now: datetime, cover: Coverage
) -> tuple[str, ...]:
    """Explain that a watch found nothing, and what was read meanwhile.

    `since` is its last mention, `within` the expected interval, `zone` a time zone name.
    """
    first = (
        f"{what} has found nothing new since {clock(since, zone, now)}; "
        f"something was expected within {span_words(within)}."
    )
    if cover.items_read == 0:
        return (first, "In that time no item at all was read: look at the monitor itself first.")
    return (
        first,
        f"Meanwhile {cover.sources_answered} of {counted(cover.sources_total, 'source')} answer "
        f"and {counted(cover.items_read, 'new item')} came, so that this silence is the media's.",
    )


def span_words(span: timedelta) -> str:
    """Format a span as `7 days` or `36 hours`."""
    hours = round(span / timedelta(hours=1))
    if hours % 24 == 0:
        return counted(hours // 24, "day")
    return counted(hours, "hour")


def _count_stories(number: int) -> str:
    return counted(number, "story", "stories")


def _format_number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"
