"""What servers say about time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.http.retry_after import CEILING, parse_max_age, parse_retry_after

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 7 ", timedelta(seconds=7)),
        ("Mon, 02 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Monday, 02-Mar-26 13:00:00 GMT", timedelta(hours=1)),
        ("Mon, 02 Mar 2026 14:05:00 +0200", timedelta(minutes=5)),
        ("Thu, 01 Jan 2099 00:00:00 GMT", CEILING),
        ("86401", CEILING),
        ("9" * 400, CEILING),
    ],
)
def test_both_forms_are_heeded_up_to_a_day(value: str, wait: timedelta) -> None:
    assert parse_retry_after(value, NOW) == NOW + wait


@pytest.mark.parametrize(
    "value", [None, "", "-5", "soon", "0", "Mon, 02 Mar 2026 11:00:00 GMT", "1.5", "٣"]
)
def test_absent_past_and_meaningless_values_ask_for_no_wait(value: str | None) -> None:
    assert parse_retry_after(value, NOW) is None


@pytest.mark.parametrize(
    ("value", "age"),
    [
        ("max-age=600", timedelta(minutes=10)),
        ('public, Max-Age="60"', timedelta(minutes=1)),
        ("no-cache, max-age=600", None),
        ("no-store", None),
        ("max-age=-1", None),
        ("max-age=abc", None),
        (None, None),
    ],
)
def test_max_age(value: str | None, age: timedelta | None) -> None:
    assert parse_max_age(value) == age
