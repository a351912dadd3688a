"""Counts stories by day or week, compares them with the usual, and ranks suppliers. Pure.

A story that several outlets carry counts once, when a watch first found it. A day is the 24 hours
up to the time of the message, because for a morning digest the calendar day has hardly begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.digest.anomaly import WEEKS, compute_usual
from storage.mentions.volumes import CountedMention, group_by_day
from storage.rules.local_time import local_time

DAYS = 14
SHARE_DAYS = 30
MIN_SHARE_STORIES = 3  # stories; with fewer, no shares are shown
MAX_SHARES = 6
_DAY = timedelta(days=1)


class Bar(NamedTuple):
    """The number of stories of one day, or of the seven days that end with it."""

    until: date
    stories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Stories by day or week, newest last, and the usual number. The last period may be partial."""

    bars: tuple[Bar, ...]
    weekly: bool
    until: str = ""  # the time of day at which each day ends
    usually: float | None
    weekday: bool = False  # `usually` is of the same weekday

    @property
    def figures(self) -> str:
        """The numbers in a line: `2, 0, 3`."""
        return ", ".join(str(bar.stories) for bar in self.bars)

    @property
    def said(self) -> str:
        """The chart in words, for readers who see no pictures."""
        span = _format_dates(self.bars[0].until, self.bars[-1].until)
        of = "Stories a week, in weeks that end" if self.weekly else f"{self.heading},"
        return f"{of} {span}: {self.figures}.{self.usual_said}"

    @property
    def heading(self) -> str:
        """What one bar counts."""
        return "Stories a week" if self.weekly else f"Stories in 24 hours until {self.until}"

    @property
    def usual_said(self) -> str:
        """` Usually 3 on a Tuesday.`, or empty if there is too little history."""
        if self.usually is None:
            return ""
        number = f"{self.usually:.0f}" if self.usually == int(self.usually) else f"{self.usually}"
        on = f" on a {self.bars[-1].until:%A}" if self.weekday and not self.weekly else ""
        return f" Usually {number}{on}."


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierShare:
    """One supplier's share of the stories of the last 30 days."""

    name: str
    stories: int
    share: int  # per cent of the stories of all suppliers


def volume(
    found: Sequence[CountedMention],
    *,
    now: datetime,
    zone: ZoneInfo,
    since: date | None,
    weekly: bool,
) -> Volume | None:
    """Count the recent stories; return None if the watches are too young, or nothing was found.

    Args:
        found: the mentions of the last nine weeks, oldest first.
        now: the time of the message.
        zone: the time zone of the days.
        since: the first whole day of the oldest watch; None if unknown.
        weekly: count by week, for weekly digests.
    """
    local = local_time(now, zone)
    today = local.date()
    if since is None or (today - since).days < DAYS:
        return None
    # one second more: the second of the message belongs to its day
    past = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second + 1)
    began = group_by_day(found, zone, begins=past)
    days = {day + _DAY: len(stories) for day, stories in began.items()}
    if weekly:
        bars = tuple(
            Bar(end, sum(days.get(end - back * _DAY, 0) for back in range(7)))
            for end in (today - 7 * back * _DAY for back in reversed(range(WEEKS)))
            if end - 6 * _DAY >= since or end == today
        )
        before = [bar.stories for bar in bars[:-1]]
        usually = float(median(before)) if len(before) >= 2 else None
        made = Volume(bars=bars, weekly=True, usually=usually)
    else:
        bars = tuple(
            Bar(day, days.get(day, 0))
            for day in (today - back * _DAY for back in reversed(range(DAYS)))
        )
        of = compute_usual(days, today, since)
        made = Volume(
            bars=bars,
            weekly=False,
            until=f"{local:%H:%M}",
            usually=None if of is None else of.median,
            weekday=of is not None and of.weekday,
        )
    return made if any(bar.stories for bar in made.bars) else None


def share_of_voice(
    found: Sequence[CountedMention],
    suppliers: Mapping[int, Sequence[str]],
    now: datetime,
) -> tuple[SupplierShare, ...]:
    """Compute the share of voice of the last 30 days, largest first; empty for a single supplier.

    Args:
        found: the mentions, as for `volume`.
        suppliers: item id -> the suppliers that occur in it.
        now: the time of the message.
    """
    stories: dict[str, set[int]] = {}
    for each in found:
        if each.at >= now - SHARE_DAYS * _DAY:
            for name in suppliers.get(each.item_id, ()):
                stories.setdefault(name, set()).add(each.story_id)
    total = sum(len(each) for each in stories.values())
    if len(stories) < 2 or len(set().union(*stories.values())) < MIN_SHARE_STORIES:
        return ()
    ranked = sorted(stories.items(), key=lambda pair: (-len(pair[1]), pair[0].casefold()))
    return tuple(
        SupplierShare(name=name, stories=len(each), share=round(100 * len(each) / total))
        for name, each in ranked[:MAX_SHARES]
    )


def _format_dates(first: date, last: date) -> str:
    """Format `11 to 24 November` or `28 October to 10 November`."""
    begins = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{begins} to {last.day} {last:%B}"
