"""When a subscription is due: wall-clock times in its zone as moments in UTC. Pure.

A wall-clock time that a clock change skips is kept that much later (01:30 becomes 02:30); one that
comes twice counts the first time (RFC 5545, section 3.3.5). Quiet hours hold what falls due in
them until they end, so that all of it becomes one message.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.schedule.bank_holidays import is_bank_holiday
from alerts.schedule.cron import parse_cron
from config.model import Cadence, QuietHours
from storage.rules.local_time import local_time

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
# 29 February is eight years away at most (1896 to 1904); what finds no day by then is never due
_HORIZON_DAYS = 8 * 366 + 2


def next_due(
    cadence: Cadence, timezone: str, quiet_hours: QuietHours | None, after: datetime
) -> datetime | None:
    """The first moment after `after` at which a digest is to be cut, quiet hours respected.

    None for `immediate`, which is due whenever something waits and `held_until` does not hold it,
    and for a cron expression that never holds.
    """
    zone = ZoneInfo(timezone)
    for slot in _slots(cadence, zone, after):
        held = held_until(quiet_hours, timezone, slot)
        due = held if held is not None else slot
        if due > after:
            return due
    return None


def held_until(quiet_hours: QuietHours | None, timezone: str, now: datetime) -> datetime | None:
    """The end of the quiet hours that `now` lies in, or None if it lies in none."""
    if quiet_hours is None or quiet_hours.start == quiet_hours.end:
        return None
    zone = ZoneInfo(timezone)
    local = local_time(now, zone)
    start, end, clock = quiet_hours.start, quiet_hours.end, local.time().replace(tzinfo=None)
    over_midnight = start > end
    inside = (clock >= start or clock < end) if over_midnight else start <= clock < end
    if not inside:
        return None
    ends_on = local.date() + _DAY if over_midnight and clock >= start else local.date()
    moment = _moment(ends_on, end, zone)
    # in the hour that comes twice the first 01:30 is over when the second 01:10 is reached
    return moment if moment > now else _moment(ends_on, end, zone, fold=1)


def slot_day(cadence: Cadence, timezone: str, now: datetime) -> date:
    """The local date that a digest cut at `now` counts for: that of its last due time.

    With the subscription it makes the key by which a clock change cannot cut a day twice; a daily
    digest that is caught up after midnight still counts for the day before.
    """
    zone = ZoneInfo(timezone)
    today = local_time(now, zone).date()
    if cadence.kind in {"daily", "weekly"}:
        assert cadence.at is not None  # noqa: S101  # config refuses such a cadence
        for back in range(9):
            day = today - back * _DAY
            if _holds(cadence, day):
                moment = _moment(day, cadence.at, zone)
                if moment <= now:
                    return local_time(moment, zone).date()
    return today


def once_a_day(cadence: Cadence) -> bool:
    """Whether at most one digest may be cut for a local date."""
    return cadence.kind in {"daily", "weekly"}


def _slots(cadence: Cadence, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The due times after `after`, and perhaps the last before it, in order; quiet hours apart."""
    if cadence.kind == "immediate":
        return iter(())
    if cadence.kind == "hourly":
        return _hours(zone, after)
    # two days back: quiet hours may have held a slot of yesterday until after `after`
    first = local_time(after, zone).date() - 2 * _DAY
    return _day_slots(cadence, zone, first)


def _hours(zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    moment = after.replace(second=0, microsecond=0)
    for _ in range(4 * 24 * 60):
        moment += _MINUTE
        # asked of the wall clock each minute: Lord Howe's clock is moved by half an hour
        if local_time(moment, zone).minute == 0:
            yield moment


def _day_slots(cadence: Cadence, zone: ZoneInfo, first: date) -> Iterator[datetime]:
    for offset in range(_HORIZON_DAYS):
        day = first + offset * _DAY
        if _holds(cadence, day):
            for at in _times(cadence):
                yield _moment(day, at, zone)


def _holds(cadence: Cadence, day: date) -> bool:
    region = cadence.not_on_bank_holidays_of
    if region is None:
        return _falls_on(cadence, day)
    if is_bank_holiday(region, day):
        return False
    # what falls on holidays is due on the first day after them
    while not _falls_on(cadence, day):
        day -= _DAY
        if not is_bank_holiday(region, day):
            return False
    return True


def _falls_on(cadence: Cadence, day: date) -> bool:
    if cadence.kind == "weekly":
        return _WEEKDAYS[day.weekday()] == cadence.weekday
    if cadence.kind == "cron":
        return parse_cron(cadence.cron or "").on(day)
    return True


def _times(cadence: Cadence) -> tuple[time, ...]:
    if cadence.kind == "cron":
        return parse_cron(cadence.cron or "").times
    assert cadence.at is not None  # noqa: S101  # config refuses such a cadence
    return (cadence.at,)


def _moment(day: date, at: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return local_time(datetime.combine(day, at).replace(tzinfo=zone, fold=fold), UTC)
