"""Texts of the welcome message. Pure."""

from __future__ import annotations

from alerts.digest.welcome_content import SubscriptionPlan, Welcome
from alerts.messages.formats import clock, counted
from alerts.text.sanitize import line, shorten

MAX_SILENT = 12  # sources by name


def welcome_subject(welcome: Welcome) -> str:
    """Build the subject of a welcome message."""
    watching = counted(len(welcome.watches), "watch", "watches")
    sources = counted(welcome.sources_answered, "source")
    return f"Media watch has begun: {watching} over {sources}"


def welcome_lead(welcome: Welcome) -> str:
    """Describe what has been read and stored so far."""
    return (
        f"{welcome.sources_answered} of {counted(welcome.sources_total, 'source')} answered, "
        f"with {counted(welcome.items_stored, 'item')} stored so far. What was there already is "
        f"listed below once and never sent as new."
    )


def plan(planned: SubscriptionPlan, welcome: Welcome) -> str:
    """State when the next message of a subscription comes."""
    if planned.next_at is None:
        return f"{planned.schedule}: as soon as something is found"
    return f"{planned.schedule}: next {clock(planned.next_at, welcome.timezone, welcome.now)}"


def silent_lines(welcome: Welcome) -> tuple[str, ...]:
    """List the sources that have not answered yet, at most `MAX_SILENT` by name."""
    lines = [silent_source(name, cause) for name, cause in welcome.silent[:MAX_SILENT]]
    if len(welcome.silent) > MAX_SILENT:
        lines.append(
            f"and {len(welcome.silent) - MAX_SILENT} more: supplierwatch sources has them all"
        )
    return tuple(lines)


def silent_source(name: str, cause: str) -> str:
    """Format a source that has not answered yet, with the cause if one is known."""
    return f"{shorten(line(name), 60)}: {line(cause, 120)}" if cause else shorten(line(name), 60)
