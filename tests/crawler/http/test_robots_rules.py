"""What robots.txt allows (RFC 9309)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.http.robots_rules import (
    MAX_CHARACTERS,
    RobotsCopy,
    decode_robots,
    is_fresh,
    origin_of,
    product_token,
    rules_of,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE = "https://outlet.example/private/a.html"
CLOSED = "User-agent: *\nDisallow: /"


def copy(status: int | None, body: str = CLOSED, fetched_at: datetime = NOW) -> RobotsCopy:
    return RobotsCopy(fetched_at=fetched_at, status=status, body=body)


def allows(body: str, url: str = PAGE, *, token: str = "supplierwatch") -> bool:
    return rules_of(copy(200, body), token).allows(url)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
def test_no_robots_file_allows_everything(status: int) -> None:
    assert rules_of(copy(status), "supplierwatch").allows(PAGE)


@pytest.mark.parametrize("status", [500, 502, 503, None])
def test_a_host_that_cannot_say_what_it_allows_allows_nothing(status: int | None) -> None:
    # Scrapy fetches here
    assert not rules_of(copy(status, body=""), "supplierwatch").allows(PAGE)


def test_the_longest_match_decides() -> None:
    rules = "User-agent: *\nDisallow: /private/\nAllow: /private/a.html"
    assert allows(rules)
    assert not allows(rules, "https://outlet.example/private/b.html")


def test_rules_for_us_go_before_rules_for_all_whatever_their_case() -> None:
    rules = f"{CLOSED}\n\nUser-agent: SupplierWatch\nAllow: /"
    assert allows(rules)
    assert not allows(rules, token="another")


def test_a_web_page_in_place_of_rules_forbids_nothing() -> None:
    assert allows("<!DOCTYPE html><html><body>Not found</body></html>")


def test_a_rule_after_half_a_megabyte_is_obeyed() -> None:
    assert not allows(decode_robots(b"# filler\n" * 65_000 + CLOSED.encode()))


def test_a_file_without_end_is_cut_at_a_line() -> None:
    text = decode_robots(b"Disallow: /x\n" * 200_000)
    assert len(text) <= MAX_CHARACTERS
    assert text.endswith("Disallow: /x")


def test_a_byte_order_mark_does_not_hide_the_first_rule() -> None:
    assert not allows(decode_robots(b"\xef\xbb\xbf" + CLOSED.encode()))


@pytest.mark.parametrize(
    ("line", "delay"),
    [("Crawl-delay: 2.5", 2.5), ("Crawl-delay: 86400", 60.0), ("Crawl-delay: -3", 0.0), ("", 0.0)],
)
def test_crawl_delay_is_heeded_up_to_a_minute(line: str, delay: float) -> None:
    rules = rules_of(copy(200, f"User-agent: *\n{line}\nDisallow:"), "supplierwatch")
    assert rules.crawl_delay == delay


@pytest.mark.parametrize(
    ("status", "age", "fresh"),
    [
        (200, timedelta(hours=23), True),
        (404, timedelta(hours=23), True),
        (200, timedelta(hours=25), False),
        (500, timedelta(minutes=1), False),
        (200, timedelta(hours=-1), False),
    ],
)
def test_a_copy_serves_for_a_day_if_the_host_was_reached(
    status: int, age: timedelta, fresh: bool
) -> None:
    assert is_fresh(copy(status, fetched_at=NOW - age), NOW) is fresh


def test_the_token_is_the_name_in_the_user_agent() -> None:
    assert product_token("supplierwatch/0.1 (+https://watch.trust.example)") == "supplierwatch"


def test_rules_belong_to_scheme_host_and_port() -> None:
    assert origin_of("HTTPS://Outlet.example:8443/a?b#c") == "https://outlet.example:8443"
