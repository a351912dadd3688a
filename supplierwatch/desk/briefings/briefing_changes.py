"""Changes of briefings, each with its entry in the audit trail, for the pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.model import Actor, Briefing, BriefingEntry, Change
from storage.store import Unit
from supplierwatch.formatting.console import plural


def make_briefing(unit: Unit, actor: Actor, user_id: int, title: str, now: datetime) -> int | None:
    """Make an empty briefing and return its number; None where the user has as many as may be."""
    number = unit.briefings.make(user_id, title, now)
    if number is not None:
        _record(unit, actor, "made", number, title, now)
    return number


def add_articles(
    unit: Unit, actor: Actor, number: int, item_ids: Sequence[int], now: datetime
) -> None:
    """Add articles at the end of a briefing, except unknown ones and those it has."""
    added = unit.briefings.add(number, item_ids, now)
    if added:
        _record(unit, actor, "added-to", number, plural(added, "article"), now)


def replace_briefing(
    unit: Unit,
    actor: Actor,
    number: int,
    *,
    title: str,
    introduction: str,
    entries: Sequence[BriefingEntry],
    now: datetime,
) -> None:
    """Store title, introduction, and the articles of a briefing in this order."""
    unit.briefings.replace(number, title=title, introduction=introduction, entries=entries, now=now)
    _record(unit, actor, "changed", number, title, now)


def remove_briefing(unit: Unit, actor: Actor, briefing: Briefing, now: datetime) -> None:
    """Remove a briefing; its articles stay in the archive."""
    unit.briefings.remove(briefing.briefing_id)
    _record(unit, actor, "removed", briefing.briefing_id, briefing.title, now)


def _record(unit: Unit, actor: Actor, action: str, number: int, after: str, now: datetime) -> None:
    change = Change(action=f"briefing.{action}", subject=str(number), after=after)
    unit.audit.record(actor, change, now)
