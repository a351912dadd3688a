"""Which items are old when they are listed: their age counts from the poll before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.age import is_old

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.datetimes(timezones=st.just(UTC))


def old(published: timedelta, *, outage: timedelta = timedelta(minutes=15)) -> bool:
    """Whether an item of that age is old, after its source was not read for `outage`."""
    return is_old(NOW - published, first_seen_at=NOW, caught_up_at=NOW - outage, max_age=14 * DAY)


@pytest.mark.parametrize(
    ("age", "outage", "expected"),
    [
        pytest.param(timedelta(0), timedelta(minutes=15), False, id="today"),
        pytest.param(13 * DAY, timedelta(minutes=15), False, id="within"),
        pytest.param(15 * DAY, timedelta(minutes=15), True, id="beyond"),
        pytest.param(3000 * DAY, timedelta(minutes=15), True, id="years"),
        pytest.param(15 * DAY, 20 * DAY, False, id="published during an outage"),
        pytest.param(33 * DAY, 20 * DAY, False, id="published shortly before an outage"),
        pytest.param(35 * DAY, 20 * DAY, True, id="published long before an outage"),
        pytest.param(15 * DAY, -100 * DAY, True, id="the clock ran ahead at the last poll"),
        pytest.param(-2 * DAY, timedelta(minutes=15), False, id="dated ahead"),
    ],
)
def test_age_counts_from_the_last_poll(age: timedelta, outage: timedelta, expected: bool) -> None:
    assert old(age, outage=outage) is expected


def test_without_a_date_or_a_bound_nothing_is_old() -> None:
    assert not is_old(None, first_seen_at=NOW, caught_up_at=NOW, max_age=DAY)
    assert not is_old(NOW - 9000 * DAY, first_seen_at=NOW, caught_up_at=NOW, max_age=None)


def test_the_first_items_of_a_source_count_from_when_they_are_listed() -> None:
    assert is_old(NOW - 15 * DAY, first_seen_at=NOW, caught_up_at=None, max_age=14 * DAY)


@given(published=MOMENTS, seen=MOMENTS, caught_up=st.none() | MOMENTS)
def test_any_dates_are_decided_and_a_longer_outage_makes_nothing_old(
    published: datetime, seen: datetime, caught_up: datetime | None
) -> None:
    is_it = is_old(published, first_seen_at=seen, caught_up_at=caught_up, max_age=14 * DAY)
    without = is_old(published, first_seen_at=seen, caught_up_at=None, max_age=14 * DAY)
    assert without or not is_it
