"""Conditional GET."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.http.conditional import (
    NO_VALIDATORS,
    body_hash,
    request_headers,
    should_fetch_in_full,
    validators_after_200,
    validators_after_304,
)
from storage.model import Validators

KNOWN = Validators(etag='W/"a b"', last_modified="Mon, 02 Mar 2026 12:00:00 GMT", body_hash="h")


def test_validators_go_back_byte_for_byte() -> None:
    assert request_headers(KNOWN.etag, KNOWN.last_modified) == {
        "If-None-Match": 'W/"a b"',
        "If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT",
    }


def test_nothing_known_asks_unconditionally() -> None:
    assert request_headers(NO_VALIDATORS.etag, NO_VALIDATORS.last_modified) == {}


def test_a_304_may_renew_the_date_and_keeps_the_rest() -> None:
    after = validators_after_304(KNOWN, {"last-modified": "Tue, 03 Mar 2026 12:00:00 GMT"})
    assert after == Validators(
        etag=KNOWN.etag, last_modified="Tue, 03 Mar 2026 12:00:00 GMT", body_hash="h"
    )


def test_a_full_answer_replaces_everything() -> None:
    assert validators_after_200({"etag": '"2"'}, b"body") == Validators(
        etag='"2"', last_modified=None, body_hash=body_hash(b"body")
    )


@pytest.mark.parametrize(
    ("last", "full"),
    [
        (None, True),
        (datetime(2026, 3, 2, 0, 1, tzinfo=UTC), False),
        (datetime(2026, 3, 1, 23, 59, tzinfo=UTC), True),
    ],
)
def test_the_first_poll_of_a_day_asks_in_full(last: datetime | None, full: bool) -> None:
    assert should_fetch_in_full(last, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) is full
