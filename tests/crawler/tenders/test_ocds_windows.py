"""The windows by which procurement services are asked: no moment is left out, none is too long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.tenders.ocds_windows import (
    BASELINE,
    CONTRACTS_FINDER,
    FIND_A_TENDER,
    LATE,
    ProcurementApi,
    TimeWindow,
    build_address,
    covered_until,
    find_next_page,
    first_window,
    next_window,
    parse_window,
    service_of,
)

NOW = datetime(2026, 11, 24, 7, 0, 30, tzinfo=UTC)
FTS = "https://www.find-tender.service.gov.uk/api/1.0/ocdsReleasePackages"
CF = "https://www.contractsfinder.service.gov.uk/Published/Notices/OCDS/Search"
SERVICES = {FTS: FIND_A_TENDER, CF: CONTRACTS_FINDER}
MOMENTS = st.integers(0, 35 * 24 * 3600).map(lambda seconds: NOW - timedelta(seconds=seconds))


def walked(service: ProcurementApi, since: datetime | None) -> list[TimeWindow]:
    """All windows of a poll without end."""
    windows = [first_window(service, since=since, now=NOW)]
    while (following := next_window(service, windows[-1], now=NOW)) is not None:
        windows.append(following)
    return windows


@given(st.none() | MOMENTS, st.sampled_from(list(SERVICES.values())))
def test_windows_reach_from_where_a_poll_begins_to_now_without_a_gap(
    since: datetime | None, service: ProcurementApi
) -> None:
    windows = walked(service, since)

    assert windows[0].since <= (since or NOW - BASELINE)
    assert all(before.until == after.since for before, after in pairwise(windows))
    assert all(timedelta(0) < w.until - w.since <= service.longest for w in windows)
    assert NOW - windows[-1].until <= timedelta(minutes=1)


def test_what_bears_a_time_may_come_a_little_later() -> None:
    windows = walked(FIND_A_TENDER, NOW - timedelta(hours=7))

    assert covered_until(windows[0], now=NOW) == windows[0].until
    assert covered_until(windows[-1], now=NOW) == NOW - LATE
    assert first_window(FIND_A_TENDER, since=NOW, now=NOW).since <= NOW - LATE


@given(MOMENTS, st.none() | st.text(min_size=1, max_size=20), st.sampled_from(list(SERVICES)))
def test_a_window_is_known_again_by_its_address(
    since: datetime, cursor: str | None, search: str
) -> None:
    window = TimeWindow(since=since, until=since + timedelta(hours=1), cursor=cursor)

    assert parse_window(build_address(f"{search}?stages=award&limit=7", window)) == window


def test_the_address_keeps_what_else_is_asked_for_and_encodes_no_colon() -> None:
    window = TimeWindow(since=NOW - timedelta(hours=1), until=NOW, cursor="a/b=")

    assert build_address(f"{CF}?stages=planning,award&limit=7", window) == (
        f"{CF}?stages=planning,award&publishedFrom=2026-11-24T06:00:30"
        "&publishedTo=2026-11-24T07:00:30&limit=100&cursor=a%2Fb%3D"
    )


@pytest.mark.parametrize("url", list(SERVICES))
def test_a_service_is_told_by_its_host_or_its_path(url: str) -> None:
    assert service_of(url) is SERVICES[url]
    assert service_of(f"http://127.0.0.1:8000{urlsplit(url).path}") is SERVICES[url]


def test_of_a_link_to_the_next_page_only_the_place_is_taken() -> None:
    window = TimeWindow(since=NOW - timedelta(hours=1), until=NOW)

    following = find_next_page(window, "http://internal.example/?updatedFrom=x&cursor=abc%3D%3D")

    assert following == TimeWindow(since=window.since, until=NOW, cursor="abc==")
    assert (
        find_next_page(window, "https://www.find-tender.service.gov.uk/api?updatedFrom=x") is None
    )
    assert find_next_page(window, None) is None


def test_halves_end() -> None:
    window: TimeWindow | None = TimeWindow(since=NOW - timedelta(days=1), until=NOW)
    halved = 0
    while window is not None and halved < 50:
        window, halved = window.halved, halved + 1

    assert halved == 7


@pytest.mark.parametrize("query", ["", "?updatedFrom=x&updatedTo=y", "?updatedFrom=2026-11-24"])
def test_an_address_without_a_window_has_none(query: str) -> None:
    assert parse_window(FTS + query) is None
