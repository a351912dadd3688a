"""Parses cadences as people write them: 'weekdays at 07:30', 'daily at 9am', 'Mon-Fri 8:00'. Pure.

A cadence is some days and some times of day, in any order, with filler words between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from typing import cast

from config.model import Cadence, Weekday
from config.values.invalid_value import InvalidValue

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALL, _WORKING, _WEEKEND = tuple(range(7)), tuple(range(5)), (5, 6)
_DAYS = {
    **{day: (number,) for number, day in enumerate(WEEKDAYS)},
    **{day[:3]: (number,) for number, day in enumerate(WEEKDAYS)},
    "tues": (1,),
    "weds": (2,),
    "thur": (3,),
    "thurs": (3,),
    **dict.fromkeys(("daily", "day", "days", "everyday"), _ALL),
    **dict.fromkeys(("weekday", "weekdays", "workday", "workdays"), _WORKING),
    **dict.fromkeys(("weekend", "weekends"), _WEEKEND),
}
_FILLERS = frozenset(
    ("at", "on", "and", "every", "each", "all", "the", "weekly", "week", "once", "a", "&", "+", "@")
)
_IMMEDIATE = frozenset(
    [
        "immediate",
        "immediately",
        "instant",
        "instantly",
        "now",
        "live",
        "realtime",
        "real-time",
        "asap",
        "asithappens",
    ]
)
_HOURLY = frozenset({"hourly", "everyhour", "onceanhour", "eachhour"})
_NAMED_TIMES = {"noon": time(12), "midday": time(12), "midnight": time(0)}
# 7, 7:30, 7.30pm, 07h30, 0730
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|(?<=\d\d)(\d{2}))?(?:\s?+([ap])\.?m\b\.?)?")
_DIGITS_OF_CLOCK = 4  # of a time without a sign in it: 0730
_WORD = re.compile(r"\d[\d:.h]*+(?:\s?+[ap]\.?m\b\.?)?|[^\W\d]++|[-–—&+]|[^\s,;/]")


def read_words(text: str) -> Cadence | None:
    """Parse days and times of day; None where the text is something else.

    Args:
        text: in lower case, words separated by single spaces.

    Raises:
        InvalidValue: the text names days or times, but is not a cadence.
    """
    joined = text.replace(" ", "")
    if joined in _IMMEDIATE:
        return Cadence(kind="immediate", text="immediate")
    if joined in _HOURLY:
        return Cadence(kind="hourly", text="hourly")
    words = _WORD.findall(re.sub(r"\b(?:working|business) day", "workday", text))
    days: set[int] = set()
    times: list[time] = []
    span_from: int | None = None
    last_day: int | None = None
    for at, word in enumerate(words):
        named = _DAYS.get(word) or _DAYS.get(word.removesuffix("s"))
        if word in "-–—" or (word in ("to", "until", "till", "through") and last_day is not None):
            if last_day is None:
                return None
            span_from = last_day
        elif named is not None:
            if span_from is not None:
                if len(named) != 1:
                    return None
                days |= set(_list_span_days(span_from, named[0]))
            else:
                days |= set(named)
            span_from, last_day = None, named[-1] if len(named) == 1 else None
        elif word in _NAMED_TIMES:
            times.append(_NAMED_TIMES[word])
        elif word[0].isdigit():
            times.append(_read_clock(word, alone=_is_bare(words, at)))
        elif word not in _FILLERS:
            return None
    if span_from is not None or not (days or times):
        return None
    return _build_cadence(text, sorted(days), sorted(set(times)))


def _is_bare(words: Sequence[str], at: int) -> bool:
    """Return whether a number stands without "at": a time needs one, or minutes, or am."""
    is_number = words[at].isdigit() and len(words[at]) < _DIGITS_OF_CLOCK
    return is_number and (at == 0 or words[at - 1] not in ("at", "and", "&", "+", "@"))


def _read_clock(word: str, *, alone: bool) -> time:
    found = _TIME.fullmatch(word)
    if found is None or alone:
        raise InvalidValue(
            f"has {word!r}, which is not a time of day", "write 00:00 to 23:59, as in 07:30"
        )
    hour, minute, half = int(found[1]), int(found[2] or found[3] or 0), found[4]
    if half is not None:
        if not 1 <= hour <= 12:
            raise InvalidValue(
                f"has {word!r}, which is not a time of day", "write 1am to 12pm, or 00:00 to 23:59"
            )
        hour = hour % 12 + (12 if half == "p" else 0)
    return make_time(hour, minute, written=word)


def make_time(hour: int, minute: int, *, written: str) -> time:
    """Return a time of day.

    Raises:
        InvalidValue: the hour or minute is out of range.
    """
    if hour > 23 or minute > 59:
        raise InvalidValue(
            f"has {written}, which is not a time of day", "write 00:00 to 23:59, as in 07:30"
        )
    return time(hour, minute)


def _list_span_days(first: int, last: int) -> tuple[int, ...]:
    """Return the days from `first` to `last`, across the end of the week if `last` is earlier."""
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def _build_cadence(text: str, days: Sequence[int], times: Sequence[time]) -> Cadence:
    if not days:
        clock = f"{times[0]:%H:%M}"
        if "week" in text:
            raise InvalidValue("names no day", f"write weekly on monday at {clock}")
        raise InvalidValue("names no day", f"write daily at {clock}, or weekdays at {clock}")
    if not times:
        raise InvalidValue(f"names no time of day: {text}", f"write {text.lstrip('@ ')} at 07:30")
    if len(times) == 1 and len(days) == 7:
        return Cadence(kind="daily", at=times[0], text=text)
    if len(times) == 1 and len(days) == 1:
        day = cast(Weekday, WEEKDAYS[days[0]][:3])
        return Cadence(kind="weekly", weekday=day, at=times[0], text=text)
    minutes = {each.minute for each in times}
    if len(minutes) > 1:
        raise InvalidValue(
            "has times with different minutes",
            "write times with the same minutes, or a subscription for each",
        )
    hours = ",".join(str(each.hour) for each in times)
    listed = "*" if len(days) == 7 else ",".join(WEEKDAYS[day][:3] for day in days)
    return Cadence(kind="cron", cron=f"{minutes.pop()} {hours} * * {listed}", text=text)
