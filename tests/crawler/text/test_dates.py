"""Dates as feeds, pages, documents and APIs write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.date_forms import choose_date_language, find_dates, find_first_date, fold
from crawler.text.dates import (
    convert_struct_time,
    explain_refused_date,
    parse_date,
    parse_published,
    published_date,
    read_date,
)
from crawler.text.month_names import MONTHS

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
THE_DAY = datetime(2026, 3, 2, tzinfo=UTC)
HALF_PAST_NINE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02",
        "2026-3-2",
        "2026/03/02",
        "2026.03.02",
        "20260302",
        "2026-061",
        "2026-W10-1",
        "2 March 2026",
        "2nd of March, 2026",
        "Monday 2nd March 2026",
        "2-Mar-2026",
        "2Mar2026",
        "02 Mar 26",
        "March 2, 2026",
        "Mar. 2nd 2026",
        "02/03/2026",
        "2.3.2026",
        "2. März 2026",
        "2. března 2026",
        "2026. március 2.",
        "2 ožujka 2026",
        "2 martie 2026",
        "2. maaliskuuta 2026",
        "2. märts 2026",
        "2 Μαρτίου 2026",
        "2 марта 2026",
        "2 березня 2026",
        "2 Mart 2026",
        "2 mars 2026",
        "2 Mawrth 2026",
        "2026年3月2日",
        "2026. 3. 2.",
        "2 de març de 2026",
        "2 de marzo de 2026",
        "٢ مارس ٢٠٢٦",
        "2 tháng 3, 2026",
        "Published: 2 March 2026",
        "No. 7, 2 March 2026",
    ],
)
def test_a_day_is_read_in_any_form(written: str) -> None:
    assert parse_date(written) == THE_DAY


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02T09:30",
        "2026-03-02T09:30:00Z",
        "2026-03-02 09:30:00.123456",
        "20260302T093000Z",
        "2026-03-02T093000Z",
        "202603020930",
        "20260302093000",
        "Mon, 02 Mar 2026 09:30:00 GMT",
        "Mon,2 Mar 2026 09:30:00 +0000",
        "Mon Mar  2 09:30:00 2026",
        "Mon Mar 02 09:30:00 UTC 2026",
        "2-Mar-2026 09:30",
        "02/03/2026 09:30",
        "2 March 2026 at 9.30am",
        "2 March 2026, 9:30 a.m.",
        "09:30, 2 March 2026",
        "9:30 AM GMT, March 2, 2026",
        "10:30 AM CET, March 2, 2026",
        "4:30 AM EST 3/2/2026",
        "2 March 2026\N{NARROW NO-BREAK SPACE}9:30\N{NO-BREAK SPACE}AM",
        "2 mars 2026 à 09h30",
        "2/Mar/2026:09:30:00 +0000",
        "Mon 2 Mar 2026 09.30 GMT",
        "Mon 2 Mar 2026 10.30 CET",
        "2. März 2026, 09.30 Uhr",
        "2 mars 2026 à 9 h 30",
        "2 marca 2026 r., godz. 9:30",
        "2. března 2026 v 9:30",
        "2 марта 2026 г. 09:30",
        "2 марта 2026 года в 9:30",
        "2026年3月2日 9時30分",
        "2-3-2026 16.30 WIB",
        "Updated 9:30 GMT, 2 March 2026",
        "20260302103000+0100",
        "1772443800",
        "1772443800000",
        "1772443800123456",
        "1772443800.0",
        "/Date(1772443800000+0100)/",
        "D:20260302093000Z",
        "D:20260302103000+01'00'",
        "2026-03-02T10:30:00 CET",
        "2026-03-02T04:30:00-05:00",
        "2026-03-02T04:30:00\N{MINUS SIGN}0500",
        "2 March 2026 4:30 AM EST",
        "2 March 2026 4:30 AM ET",
        "Mon, 02 Mar 2026 10:30:00 +1:00",
        "Mon, 02 Mar 2026 10:30:00 GMT+1",
        "Mon Mar 02 2026 10:30:00 GMT+0100 (Central European Standard Time)",
        "Mon, 02 Mar 2026 09:30:00 Europe/London",
    ],
)
def test_a_time_is_read_in_any_form(written: str) -> None:
    assert parse_date(written) == HALF_PAST_NINE


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("BST", 1),
        ("bst", 1),
        ("(BST)", 1),
        ("British Summer Time", 1),
        ("IST", 5.5),
        ("WEST", 1),
        ("CEST", 2),
        ("MESZ", 2),
        ("EEST", 3),
        ("Europe/London", 1),
        ("Europe/Paris", 2),
        ("europe/dublin", 1),
        ("GMT", 0),
        ("UT", 0),
        ("Z", 0),
        ("Z[UTC]", 0),
        ("EDT", -4),
        ("ET", -4),
        ("AEST", 10),
        ("UTC+05:30", 5.5),
        ("+0545", 5.75),
        ("Nowhere/Land", 0),
        ("+9900", 0),
    ],
)
def test_a_zone_is_read_by_what_it_says(zone: str, hours: float) -> None:
    meant = datetime(2026, 7, 2, 9, 30, tzinfo=UTC) - timedelta(hours=hours)
    for date in ("Thu, 02 Jul 2026", "2026-07-02"):
        assert parse_date(f"{date} 09:30:00 {zone}") == meant


def test_every_language_has_twelve_names_in_order() -> None:
    assert MONTHS["december"] == MONTHS["grudnia"] == MONTHS["nollaig"] == 12
    assert MONTHS["srpna"] == 8  # Czech
    assert MONTHS["srpnja"] == 7  # Croatian
    assert "listopada" not in MONTHS


def test_the_language_tells_irish_from_indian_time() -> None:
    written = "Thu, 02 Jul 2026 09:30:00 IST"
    assert parse_date(written, language="en-IE") == datetime(2026, 7, 2, 8, 30, tzinfo=UTC)
    assert parse_date(written, language="he") == datetime(2026, 7, 2, 6, 30, tzinfo=UTC)
    assert parse_date(written, language="en-IN") == datetime(2026, 7, 2, 4, tzinfo=UTC)


def test_a_summer_zone_is_an_hour_off_in_winter_too() -> None:
    assert parse_date("2 Jan 2026 09:30 BST") == datetime(2026, 1, 2, 8, 30, tzinfo=UTC)
    assert parse_date("2 Jan 2026 09:30 Europe/London") == datetime(2026, 1, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("9:30 PM", 21, 30),
        ("9.30pm", 21, 30),
        ("9pm", 21, 0),
        ("12:30 AM", 0, 30),
        ("12:30 PM", 12, 30),
        ("21:30 PM", 21, 30),
        ("00:00:00 GMT", 0, 0),
        ("09:30:60", 9, 30),
    ],
)
def test_the_halves_of_a_day_are_told(written: str, hour: int, minute: int) -> None:
    found = read_date(f"2 March 2026 {written}")
    assert found is not None
    assert found.timed
    assert (found.at.hour, found.at.minute) == (hour, minute)


def test_midnight_of_a_zone_is_not_midnight_utc() -> None:
    assert parse_date("02 Jul 2026 00:00:00 BST") == datetime(2026, 7, 1, 23, tzinfo=UTC)
    assert parse_date("2026-03-01T24:00:00Z") == THE_DAY


@pytest.mark.parametrize(
    ("written", "language", "meant"),
    [
        ("03/02/2026", "en-US", THE_DAY),
        ("03/02/2026", "en_US.UTF-8", THE_DAY),
        ("02/03/2026", "en-GB", THE_DAY),
        ("02/03/2026", "en", THE_DAY),
        ("02/03/2026", None, THE_DAY),
        ("02/03/2026", "fr", THE_DAY),
        ("02.03.2026", "en-US", THE_DAY),
        ("03/02/2026 4:30 AM EST", None, HALF_PAST_NINE),
        ("03/22/2026", "en-GB", datetime(2026, 3, 22, tzinfo=UTC)),
        ("22/03/2026", "en-US", datetime(2026, 3, 22, tzinfo=UTC)),
    ],
)
def test_the_language_orders_a_numeric_date(
    written: str, language: str | None, meant: datetime
) -> None:
    assert parse_date(written, language=language) == meant


def test_a_numeric_date_is_not_read_as_one_to_come() -> None:
    assert parse_published("07/12/2026", now=NOW) == datetime(2026, 7, 12, tzinfo=UTC)
    assert parse_published("07/10/2026", now=NOW) == datetime(2026, 10, 7, tzinfo=UTC)
    assert parse_date("07/12/2026") == datetime(2026, 12, 7, tzinfo=UTC)


def test_the_other_dates_of_a_source_order_its_numbers() -> None:
    assert choose_date_language(["07/08/2026", "07/25/2026"], "en") == "en-us"
    assert choose_date_language(["07/08/2026", "25/07/2026"], "en-US") == "en-gb"
    assert choose_date_language(["07/08/2026", None, "2026-07-25"], "fr") == "fr"


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "  ",
        "last Tuesday",
        "yesterday",
        "today at 09:30",
        "2 hours ago",
        "09:30",
        "2026",
        "July 2026",
        "2026-07",
        "2 July",
        "2 Jul 09:30",
        "2026-02-30",
        "30/02/2026",
        "2026-13-01",
        "0000-01-01",
        "2026-000",
        "2026-W60-1",
        "0",
        "1772",
        "99999999999",
        "Version 2.1.26.4",
        "call 020 7946 0123",
        "10.1000/182",
    ],
)
def test_what_names_no_day_is_no_date(written: str | None) -> None:
    assert parse_date(written) is None


def test_the_time_of_an_update_is_not_that_of_the_date_behind_it() -> None:
    assert parse_date("Updated 10:15, published 2 March 2026") == THE_DAY


def test_an_impossible_time_leaves_the_day() -> None:
    assert parse_date("2 March 2026 29:99") == THE_DAY


@pytest.mark.parametrize(("before", "is_read"), [(180, True), (200, False)])
def test_a_date_is_read_within_the_first_characters_of_its_field(
    before: int, is_read: bool
) -> None:
    assert (parse_date("- " * (before // 2) + "2 March 2026") == THE_DAY) is is_read


@given(st.text(max_size=60) | st.from_regex(r"[0-9A-Za-z:/,. +-]{1,40}", fullmatch=True))
def test_any_text_gives_a_date_in_utc_or_none(written: str) -> None:
    found = parse_date(written)
    assert found is None or found.tzinfo is UTC
    for date in find_dates(fold(written)):
        assert date.at.tzinfo is UTC


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2099, 1, 1)),  # noqa: DTZ001
    st.sampled_from(["%Y-%m-%dT%H:%M:%SZ", "%a, %d %b %Y %H:%M:%S GMT", "%Y%m%dT%H%M%SZ",
                     "%d %B %Y %I:%M:%S %p", "%B %d, %Y, %H:%M:%S UTC", "%Y/%m/%d %H:%M:%S",
                     "%a %b %d %H:%M:%S %Y", "%H:%M:%S, %d-%b-%Y", "%d/%m/%Y %H:%M:%S"]),
)  # fmt: skip
def test_what_is_written_is_read(moment: datetime, form: str) -> None:
    moment = moment.replace(microsecond=0)
    assert parse_date(moment.strftime(form)) == moment.replace(tzinfo=UTC)


@given(st.datetimes(min_value=datetime(2001, 9, 10), max_value=datetime(2099, 1, 1)))  # noqa: DTZ001
def test_an_epoch_is_read_in_seconds_and_milliseconds(moment: datetime) -> None:
    since = int(moment.replace(tzinfo=UTC, microsecond=0).timestamp())
    for written in (f"{since}", f"{since}000", f"{since}.5", f"/Date({since}000)/"):
        assert parse_date(written) == datetime.fromtimestamp(since, UTC)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("Mon, 01 Jan 0001 00:00:00 +0000", "before 1990"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "before 1990"),
        ("1989-12-31T23:59:59Z", "before 1990"),
        ("2026-11-29T12:00:01Z", "more than two days ahead"),
        ("31 Dec 9998", "more than two days ahead"),
        ("soon", "no date with a day, a month and a year"),
    ],
)
def test_dates_that_cannot_be_of_publication_are_none_and_said_why(written: str, why: str) -> None:
    assert parse_published(written, now=NOW) is None
    assert explain_refused_date(written, now=NOW) == why


def test_the_bounds_of_publication_are_within() -> None:
    for kept in (datetime(1990, 1, 1, tzinfo=UTC), NOW + timedelta(days=2)):
        assert published_date(kept, now=NOW) == kept
    assert published_date(NOW + timedelta(days=90), now=NOW, is_meeting=True) is not None


def test_a_librarys_date_is_held_to_the_text() -> None:
    parsed = time.struct_time((2026, 3, 2, 9, 30, 0, 0, 61, 0))
    assert convert_struct_time(parsed, written="2 Μάρτιος 2026 09:30") == HALF_PAST_NINE
    assert convert_struct_time(parsed, written="26-03-02T09:30") == HALF_PAST_NINE
    assert convert_struct_time(parsed, written="Μάρτιος 2026") is None  # a day that is not there
    assert convert_struct_time(parsed, written="2 Μάρτιος") is None  # a year that is not there
    assert convert_struct_time(parsed, written=None) is None
    assert convert_struct_time(None, written="2 March 2026") is None


def test_dates_in_prose_are_found_in_order_with_their_times() -> None:
    text = fold("Written 2 March 2026, 9:30am; seen on March 4th, 2026. Costs 3.4 in 2025-26.")
    found = find_dates(text)
    assert [text[one.start : one.end] for one in found] == [
        "2 March 2026, 9:30am",
        "March 4th, 2026",
    ]


@given(
    st.integers(0, 13), st.integers(0, 32), st.integers(0, 25), st.integers(0, 61),
    st.sampled_from(("", ":00", ":59", ":60", ":07.5", ":07.123456789", ":07.1234567891", ".55")),
    st.sampled_from(("", "Z", "z", "+01:00", "+0100", "-03:30", "+14:00", "+15:00", "+01", " BST")),
    st.sampled_from(("2026", "1999", "0001", "9999", "0000")),
)  # fmt: skip
def test_a_stamp_is_read_as_other_forms_are(
    month: int, day: int, hour: int, minute: int, second: str, zone: str, year: str
) -> None:
    written = f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}{second}{zone}"
    read, other = read_date(written), find_first_date(written)
    assert (read is None) == (other is None)
    if read is not None and other is not None:
        assert (read.at, read.offset, read.timed) == (other.at, other.offset, other.timed)
