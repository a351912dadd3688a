"""Dates as feeds and pages write them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.dates import from_struct, parse_date


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-3-2", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-02T09:30", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("2026-03-02T09:30:15Z", datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)),
        ("2026-07-02T09:30:15+01:00", datetime(2026, 7, 2, 8, 30, 15, tzinfo=UTC)),
        ("2026-07-02 09:30:15.123+0100", datetime(2026, 7, 2, 8, 30, 15, tzinfo=UTC)),
        ("2026-07-02T09:30:60Z", datetime(2026, 7, 2, 9, 30, 59, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 09:30:00 GMT", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("Thu, 02 Jul 2026 09:30:00 +0100", datetime(2026, 7, 2, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_utc(written: str, meant: datetime) -> None:
    assert parse_date(written) == meant


@pytest.mark.parametrize(
    "written", [None, "", "  ", "last Tuesday", "2026-02-30", "2026-13-01", "0000-01-01"]
)
def test_what_no_calendar_has_is_no_date(written: str | None) -> None:
    assert parse_date(written) is None


@given(st.text(max_size=40))
def test_any_text_gives_an_aware_date_or_none(written: str) -> None:
    found = parse_date(written)
    assert found is None or found.tzinfo is UTC


def test_a_struct_is_read_as_utc_in_any_zone() -> None:
    assert from_struct(time.gmtime(0)) == datetime(1970, 1, 1, tzinfo=UTC)
    assert from_struct(None) is None
