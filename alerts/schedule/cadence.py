"""Computes due times of a cadence: local times of its time zone, converted to UTC. Pure.

A local time that a clock change skips is moved by the length of the gap (01:30 becomes 02:30); one
that occurs twice means the first (RFC 5545, section 3.3.5). What falls due in quiet hours is
postponed to their end, so that all of it becomes one message.
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
# 29 February is at most eight years away (1896 to 1904); without a day by then, it is never due
_HORIZON_DAYS = 8 * 366 + 2


def next_due(
    cadence: Cadence, timezone: str, quiet_hours: QuietHours | None, after: datetime
) -> datetime | None:
    """Return the first due time after `after`, in UTC, with quiet hours applied.

    None for `immediate`, which is due whenever a mention is pending outside quiet hours, and for a
    cron expression that matches no date.
    """
    zone = ZoneInfo(timezone)
    for slot in _due_times(cadence, zone, after):
        held = held_until(quiet_hours, timezone, slot)
        due = held if held is not None else slot
        if due > after:
            return due
    return None


def held_until(quiet_hours: QuietHours | None, timezone: str, now: datetime) -> datetime | None:
    """Return the end, in UTC, of the quiet hours that contain `now`; None outside quiet hours."""
    if quiet_hours is None or quiet_hours.start == quiet_hours.end:
        return None
    zone = ZoneInfo(timezone)
    local = local_time(now, zone)
    start, end, clock = quiet_hours.start, quiet_hours.end, local.time().replace(tzinfo=None)
    over_midnight = start > end
    in_quiet_hours = (clock >= start or clock < end) if over_midnight else start <= clock < end
    if not in_quiet_hours:
        return None
    ends_on = local.date() + _DAY if over_midnight and clock >= start else local.date()
    ends_at = _to_utc(ends_on, end, zone)
    # in a repeated hour, the first 01:30 has passed at the second 01:10
    return ends_at if ends_at > now else _to_utc(ends_on, end, zone, fold=1)


def slot_day(cadence: Cadence, timezone: str, now: datetime) -> date:
    """Return the local date that a digest created at `now` counts for: that of its last due time.

    Subscription and date are the key that prevents two digests of one day when the clock changes;
    a daily digest that is late and created after midnight counts for the day before.
    """
    zone = ZoneInfo(timezone)
    today = local_time(now, zone).date()
    if cadence.kind in {"daily", "weekly"}:
        assert cadence.at is not None  # noqa: S101  # config refuses such a cadence
        for back in range(9):
            day = today - back * _DAY
            if _is_due_on(cadence, day):
                moment = _to_utc(day, cadence.at, zone)
                if moment <= now:
                    return local_time(moment, zone).date()
    return today


def once_a_day(cadence: Cadence) -> bool:
    """Return whether a cadence allows at most one digest for a local date."""
    return cadence.kind in {"daily", "weekly"}


def _due_times(cadence: Cadence, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Yield due times in order, without quiet hours; the first may be before `after`."""
    if cadence.kind == "immediate":
        return iter(())
    if cadence.kind == "hourly":
        return _full_hours(zone, after)
    # two days back: quiet hours may have postponed a time of yesterday beyond `after`
    first = local_time(after, zone).date() - 2 * _DAY
    return _times_by_day(cadence, zone, first)


def _full_hours(zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    moment = after.replace(second=0, microsecond=0)
    for _ in range(4 * 24 * 60):
        moment += _MINUTE
        # checked each minute: the clock change of Lord Howe Island is half an hour
        if local_time(moment, zone).minute == 0:
            yield moment


def _times_by_day(cadence: Cadence, zone: ZoneInfo, first: date) -> Iterator[datetime]:
    for offset in range(_HORIZON_DAYS):
        day = first + offset * _DAY
        if _is_due_on(cadence, day):
            for at in _times_of_day(cadence):
                yield _to_utc(day, at, zone)


def _is_due_on(cadence: Cadence, day: date) -> bool:
    region = cadence.not_on_bank_holidays_of
    if region is None:
        return _falls_on(cadence, day)
    if is_bank_holiday(region, day):
        return False
    # a due day on a holiday is moved to the first day after it that is none
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


def _times_of_day(cadence: Cadence) -> tuple[time, ...]:
    if cadence.kind == "cron":
        return parse_cron(cadence.cron or "").times
    assert cadence.at is not None  # noqa: S101  # config refuses such a cadence
    return (cadence.at,)


def _to_utc(day: date, at: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return local_time(datetime.combine(day, at).replace(tzinfo=zone, fold=fold), UTC)
