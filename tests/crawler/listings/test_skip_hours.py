"""Hours and days on which a feed says that nothing comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.listings.skip_hours import HOURS, read_silent_hours


def a_feed(head: str, entries: str = "<item><title>One</title></item>") -> bytes:
    return f"<rss version='2.0'><channel><title>T</title>{head}{entries}</channel></rss>".encode()


def test_hours_count_on_every_day_and_days_with_all_their_hours() -> None:
    found = read_silent_hours(
        a_feed(
            "<skipHours><hour>0</hour><hour> 23 </hour></skipHours>"
            "<skipDays><day>Sunday</day></skipDays>"
        )
    )
    assert {0, 23, 24, 47} <= found
    assert set(range(6 * 24, 7 * 24)) <= found
    assert len(found) == 24 + 6 * 2


def test_twenty_four_is_midnight_and_nonsense_is_nothing() -> None:
    assert 0 in read_silent_hours(a_feed("<skipHours><hour>24</hour></skipHours>"))
    assert (
        read_silent_hours(a_feed("<skipHours><hour>31</hour><hour>x</hour></skipHours>")) == set()
    )
    assert read_silent_hours(a_feed("<skipDays><day>Caturday</day></skipDays>")) == set()


def test_a_feed_that_names_every_hour_names_none() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert read_silent_hours(a_feed(f"<skipHours>{hours}</skipHours>")) == set()


def test_what_stands_behind_the_entries_counts_too_and_in_an_entry_does_not() -> None:
    wish = "<skipHours><hour>3</hour></skipHours>"
    assert 3 in read_silent_hours(a_feed("", "<item/>" + wish))
    quoted = "<item><description>&lt;skipHours&gt;&lt;hour&gt;3</description></item>"
    assert read_silent_hours(a_feed("", quoted)) == set()


@given(body=st.binary(max_size=300))
def test_any_bytes_are_read(body: bytes) -> None:
    assert len(read_silent_hours(body)) < HOURS
