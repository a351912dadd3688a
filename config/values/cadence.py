"""Parses durations, cadences and quiet hours. Pure."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import cast

from config.model import Cadence, QuietHours, Weekday
from config.values.cadence_words import WEEKDAYS, make_time, read_words
from config.values.invalid_value import InvalidValue

CADENCES = (
    "write immediate, hourly, daily at 07:30, weekdays at 07:30, weekly on monday at 07:30, "
    "or cron and five fields: cron 30 7 * * mon-fri"
)
# forms without a definite time -> what to write instead
_UNCLEAR = (
    (re.compile(r"(?:twice|two times|2x) (?:a|per|each|every) week\b.*"), "mon, thu at 07:30"),
    (
        re.compile(r"(?:three times|thrice|3x) (?:a|per|each|every) week\b.*"),
        "mon, wed, fri at 07:30",
    ),
    (re.compile(r"(?=.*\b(?:weekday|workday)s?\b).*\bmornings?\b.*"), "weekdays at 07:30"),
    (re.compile(r".*\b(?:twice|two times|2x)\b.*"), "daily at 08:00 and 17:00"),
    (re.compile(r".*\b(?:three times|thrice|3x)\b.*"), "daily at 08:00, 12:00 and 17:00"),
    (re.compile(r"every \d{1,3} ?(?:h|hours?)"), "cron 0 */2 * * * for every two hours"),
    (
        re.compile(r"every \d{1,3} ?(?:m|mins?|minutes?)"),
        "immediate, hourly, or cron */30 * * * * for each half hour",
    ),
    (re.compile(r"(?:monthly|every month|once a month).*"), "cron 30 7 1 * *"),
    (re.compile(r"(?:fortnightly|every (?:two|2) weeks).*"), "cron 30 7 1,15 * *"),
    (re.compile(r"(?:weekly|every week|once a week)"), "weekly on monday at 07:30"),
    (re.compile(r".*\b(?:morning|mornings)\b.*"), "daily at 07:30"),
    (re.compile(r".*\b(?:evening|evenings|night|afternoon)\b.*"), "daily at 18:00"),
)
_MAX_LENGTH = 120  # characters of a cadence in words
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_UNITS = r"s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?|w|weeks?"
_DURATION = re.compile(rf"(\d{{1,6}}(?:\.\d{{1,3}})?)\s*({_UNITS})")
_AT = r"(\d{1,2}):(\d{2})"
_WEEKLY = re.compile(rf"weekly on (\w+) at {_AT}")
_LETTERS_FIRST = re.compile(r"[a-z]")
_QUIET = re.compile(rf"{_AT}\s*(?:-|–|to)\s*{_AT}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CRON_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_CRON_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 7, _CRON_DAYS),
)


def read_duration(text: str) -> timedelta:
    """Parse a number and a unit: '90s', '15m', '2h', '1d', '1w', or with the unit spelled out.

    Raises:
        InvalidValue: the text has another form.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None:
        raise InvalidValue("is not a duration", "write a number and a unit: 90s, 15m, 2h or 1d")
    return timedelta(seconds=float(found[1]) * _SECONDS[found[2][0]])


def read_max_age(text: str) -> timedelta | None:
    """Parse a duration of a day or more, or 'off' for none (None).

    Raises:
        InvalidValue: the text has another form, or the duration is shorter.
    """
    if text.strip().lower() == "off":
        return None
    length = read_duration(text)
    if length < timedelta(days=1):
        raise InvalidValue(
            "is out of bounds", 'write 1d or more, or "off" where nothing is too old'
        )
    return length


def write_duration(length: timedelta) -> str:
    """Format a duration so that `read_duration` parses it back, rounded to whole seconds."""
    seconds = round(length.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


def read_cadence(text: str) -> Cadence:
    """Parse immediate, hourly, days and times of day, or cron FIVE FIELDS.

    Raises:
        InvalidValue: the text has another form.
    """
    words = " ".join(text.lower().split())
    if found := _WEEKLY.fullmatch(words):
        day = _read_weekday(found[1])
        return Cadence(kind="weekly", weekday=day, at=_read_time(found[2], found[3]), text=words)
    if words.startswith("cron ") or (len(words.split()) == 5 and not _LETTERS_FIRST.match(words)):
        expression = words.removeprefix("cron ")
        _check_cron(expression)
        return Cadence(kind="cron", cron=expression, text=f"cron {expression}")
    if len(words) > _MAX_LENGTH:
        raise InvalidValue("is not a cadence", CADENCES)
    for form, instead in _UNCLEAR:
        if form.fullmatch(words):
            raise InvalidValue("is not a cadence", f"write {instead}")
    if (written := read_words(words)) is not None:
        return written
    raise InvalidValue("is not a cadence", CADENCES)


def read_quiet_hours(text: str) -> QuietHours:
    """Parse two times of day with a dash between them: '21:00-07:00'.

    Raises:
        InvalidValue: the text has another form, or both times are equal.
    """
    found = _QUIET.fullmatch(text.strip().lower())
    if found is None:
        raise InvalidValue(
            "is not a span of quiet hours", "write two times with a dash between: 21:00-07:00"
        )
    start, end = _read_time(found[1], found[2]), _read_time(found[3], found[4])
    if start == end:
        raise InvalidValue(
            "begins and ends at the same time",
            "leave the line out for no quiet hours; to stop a subscription, remove it",
        )
    return QuietHours(start=start, end=end)


def _read_time(hour: str, minute: str) -> time:
    return make_time(int(hour), int(minute), written=f"{hour}:{minute}")


def _read_weekday(text: str) -> Weekday:
    name = text.removesuffix("s") if text.endswith("days") else text
    for day in WEEKDAYS:
        if name in (day, day[:3]):
            return cast(Weekday, day[:3])
    raise InvalidValue(
        f"has {text!r}, which is not a weekday",
        "write monday to sunday; for several days write cron 30 7 * * mon-fri",
    )


def _check_cron(text: str) -> None:
    """Check a cron expression by the grammar of `alerts.schedule.cron`; a test compares the two."""
    fields = text.split()
    if len(fields) != len(_CRON_FIELDS):
        raise InvalidValue(
            f"has {len(fields)} fields after cron, not five",
            "write minute hour day month weekday: cron 30 7 * * mon-fri",
        )
    for field, (name, low, high, names) in zip(fields, _CRON_FIELDS, strict=True):
        for part in field.split(","):
            span, slash, step = part.partition("/")
            good = not slash or _read_cron_number(step, 1, high, ()) is not None
            if span != "*":
                ends = [_read_cron_number(end, low, high, names) for end in span.split("-", 1)]
                first, last = ends[0], ends[-1]
                good = good and first is not None and last is not None and first <= last
            if not good:
                also = f" or {names[0]} to {names[-1]}" if names else ""
                raise InvalidValue(
                    f"has {part!r} for the {name}",
                    f"write *, numbers from {low} to {high}{also}, spans a-b or steps */n",
                )


def _read_cron_number(text: str, low: int, high: int, names: tuple[str, ...]) -> int | None:
    if text in names:
        return names.index(text) + (1 if low == 1 else 0)
    digits = text.lstrip("0") or "0"
    if text.isascii() and text.isdigit() and len(digits) < 3 and low <= int(digits) <= high:
        return int(digits)
    return None
