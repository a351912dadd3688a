"""Listings that come in parts: all are read, and a part that fails loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.listings.listing import Listing

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_a_joined_listing_reaches_as_far_as_its_last_part() -> None:
    first = Listing(entries=(), language="en", covered_until=NINE)

    joined = first.with_part(Listing(entries=(), degraded="cut short", covered_until=None))

    assert (joined.language, joined.degraded, joined.covered_until) == ("en", "cut short", NINE)
