"""Durations, cadences and quiet hours are read as people write them, or refused with a hint."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.schedule.cron import parse_cron
from config.model import Cadence, QuietHours
from config.values.cadence import read_cadence, read_duration, read_quiet_hours, write_duration
from config.values.invalid_value import InvalidValue


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(days=7)),
        (" 15 Minutes ", timedelta(minutes=15)),
        ("1.5h", timedelta(minutes=90)),
        ("0s", timedelta(0)),
    ],
)
def test_a_length_of_time_is_read(text: str, length: timedelta) -> None:
    assert read_duration(text) == length


@pytest.mark.parametrize("text", ["", "15", "m", "-5m", "15 parsecs", "1h30m", "mm5"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_duration(text)

    assert "15m" in caught.value.hint


@given(st.integers(0, 10_000_000))
def test_a_length_that_was_written_is_read_back(seconds: int) -> None:
    length = timedelta(seconds=seconds)

    try:
        assert read_duration(write_duration(length)) == length
    except InvalidValue:  # more digits than a person writes
        assert len(write_duration(length)) > 7


@pytest.mark.parametrize(
    ("text", "cadence"),
    [
        ("immediate", Cadence(kind="immediate", text="immediate")),
        ("Hourly", Cadence(kind="hourly", text="hourly")),
        ("daily at 07:30", Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")),
        ("daily  at 7:30", Cadence(kind="daily", at=time(7, 30), text="daily at 7:30")),
        (
            "weekly on Monday at 08:00",
            Cadence(kind="weekly", weekday="mon", at=time(8), text="weekly on monday at 08:00"),
        ),
        (
            "weekly on fri at 16:00",
            Cadence(kind="weekly", weekday="fri", at=time(16), text="weekly on fri at 16:00"),
        ),
        (
            "cron 30 7 * * mon-fri",
            Cadence(kind="cron", cron="30 7 * * mon-fri", text="cron 30 7 * * mon-fri"),
        ),
        (
            "30 7 * * 1-5",
            Cadence(kind="cron", cron="30 7 * * 1-5", text="cron 30 7 * * 1-5"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_cadence_is_read(text: str, cadence: Cadence) -> None:
    assert read_cadence(text) == cadence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("daily", "daily at 07:30"),
        ("daily at 25:00", "00:00 to 23:59"),
        ("daily at 07:60", "00:00 to 23:59"),
        ("weekly at 07:30", "weekly on monday"),
        ("weekly on weekdays at 07:30", "mon-fri"),
        ("every 5 minutes", "immediate, hourly"),
        ("cron 30 7 * *", "minute hour day month weekday"),
        ("cron 61 7 * * *", "0 to 59"),
        ("cron 0 7 * * funday", "sun to sat"),
        ("cron 0 7 31-1 * *", "1 to 31"),
        ("cron */0 7 * * *", "steps */n"),
    ],
)
def test_what_is_no_cadence_is_refused_with_the_form_that_is(text: str, words: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_cadence(text)

    assert words in caught.value.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("weekdays at 07:30", "30 7 * * mon,tue,wed,thu,fri"),
        ("Mon-Fri 8:00", "0 8 * * mon,tue,wed,thu,fri"),
        ("Mon–Fri at 8am", "0 8 * * mon,tue,wed,thu,fri"),
        ("Monday to Friday at 8.15", "15 8 * * mon,tue,wed,thu,fri"),
        ("every weekday at 8", "0 8 * * mon,tue,wed,thu,fri"),
        ("07:30 on weekdays", "30 7 * * mon,tue,wed,thu,fri"),
        ("every working day at 9 am", "0 9 * * mon,tue,wed,thu,fri"),
        ("weekends at 10:00", "0 10 * * sat,sun"),
        ("Fri-Mon at 10", "0 10 * * mon,fri,sat,sun"),
        ("mon, wed and fri at 8:30pm", "30 20 * * mon,wed,fri"),
        ("Tue/Thu 12:00", "0 12 * * tue,thu"),
        ("mondays and thursdays at 9", "0 9 * * mon,thu"),
        ("daily at 8:00 and 17:00", "0 8,17 * * *"),
        ("daily at 9am", time(9)),
        ("daily 0730", time(7, 30)),
        ("weekdays at 0815", "15 8 * * mon,tue,wed,thu,fri"),
        ("every day at 12am", time(0)),
        ("each day at 12.30 p.m.", time(12, 30)),
        ("at 9am daily", time(9)),
        ("once a day at noon", time(12)),
        ("daily @ 18", time(18)),
        ("every Monday at 9am", ("mon", time(9))),
        ("Fridays 16:00", ("fri", time(16))),
        ("weekly at 9 on friday", ("fri", time(9))),
        ("Immediately", "immediate"),
        ("as it happens", "immediate"),
        ("every hour", "hourly"),
    ],
)
def test_days_and_times_are_read_as_people_write_them(text: str, expected: object) -> None:
    read = read_cadence(text)

    assert read.cron == expected or (
        (read.kind == "daily" and read.at == expected)
        or (read.kind == "weekly" and (read.weekday, read.at) == expected)
        or (read.kind == expected and read.cron is None)
    )
    if read.cron is not None:
        parse_cron(read.cron)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("every weekday", "every weekday at 07:30"),
        ("@daily", "daily at 07:30"),
        ("daily at 2560", "00:00 to 23:59"),
        ("daily 123", "00:00 to 23:59"),
        ("twice a day", "daily at 08:00 and 17:00"),
        ("twice a week", "mon, thu at 07:30"),
        ("three times a week", "mon, wed, fri at 07:30"),
        ("every weekday morning", "weekdays at 07:30"),
        ("every 2 hours", "cron 0 */2 * * *"),
        ("monthly", "cron 30 7 1 * *"),
        ("fortnightly", "cron 30 7 1,15 * *"),
        ("weekly", "weekly on monday at 07:30"),
        ("every morning", "daily at 07:30"),
        ("9am", "daily at 09:00, or weekdays at 09:00"),
        ("daily at 13pm", "1am to 12pm"),
        ("daily at 9:30 and 17:00", "a subscription for each"),
        ("sometimes", "weekdays at 07:30"),
        ("mon- at 9", "weekdays at 07:30"),
        ("x" * 10_000, "weekdays at 07:30"),
    ],
)
def test_what_names_no_day_or_time_gets_the_form_that_works(text: str, instead: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_cadence(text)

    assert instead in caught.value.hint


# fmt: off
WORDS = st.sampled_from([
    "daily", "every", "weekdays", "mon", "fri", "-", "to", "and", "at", "on", "9am", "07:30",
    "25:00", "12", "noon", ",", "/", "weekly", "7.5", "pm",
])
# fmt: on


def test_words_longer_than_any_cadence_are_refused() -> None:
    assert read_cadence("daily at 07:30" + " " * 300).kind == "daily"  # blanks do not count
    with pytest.raises(InvalidValue) as caught:
        read_cadence("daily at 07:30" + " and 08:30" * 12)
    assert "daily at 07:30" in caught.value.hint


@given(st.lists(WORDS, max_size=9).map(" ".join))
def test_any_words_are_a_cadence_that_can_be_kept_or_a_mistake(text: str) -> None:
    try:
        read = read_cadence(text)
    except InvalidValue:
        return
    if read.kind == "cron":
        parse_cron(read.cron or "")
    assert (read.kind in ("daily", "weekly")) == (read.at is not None)


# fmt: off
CRON_PARTS = (
    "*", "*/5", "*/0", "0", "1", "5", "7", "8", "12", "13", "23", "24", "31", "32", "59", "60",
    "1-5", "5-1", "mon", "sun-sat", "fri-mon", "jan", "dec-jan", "1,15", "1,", ",", "-5", "5-",
    "a", "1/2", "1-9/3", "*/x", "٣", "*-5", "1-2-3", "/", "mon/2", "*,5", "00001", "1/", "5/99",
)
# fmt: on


@given(st.lists(st.sampled_from(CRON_PARTS), min_size=5, max_size=5))
def test_config_accepts_just_the_cron_that_alerts_can_read(parts: list[str]) -> None:
    text = " ".join(parts)
    try:
        parse_cron(text)
        readable = True
    except ValueError:
        readable = False

    try:
        read_cadence(f"cron {text}")
        accepted = True
    except InvalidValue:
        accepted = False

    assert accepted == readable


@pytest.mark.parametrize("text", ["21:00-07:00", "21:00 – 7:00", "21:00 to 07:00"])
def test_quiet_hours_are_read(text: str) -> None:
    assert read_quiet_hours(text) == QuietHours(start=time(21), end=time(7))


@pytest.mark.parametrize("text", ["21-7", "21:00", "21:00-24:00", "09:00-09:00", ""])
def test_what_is_no_span_of_quiet_hours_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        read_quiet_hours(text)
