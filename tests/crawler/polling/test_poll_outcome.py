"""What an answer means for a poll."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import NotAFeed
from crawler.fetch_errors import FetchFailed, RobotsDenied
from crawler.http.conditional import NO_VALIDATORS, body_hash
from crawler.http.response import FetchResponse, gunzip_body, is_cut_short
from crawler.listings.listing import Listed, Listing
from crawler.reading.poll_outcome import decide_outcome, failed_outcome
from storage.model import FetchedEntry, Validators
from tests.support.pages import a_fetched_page

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KNOWN = Validators(etag='"1"', last_modified=None, body_hash=body_hash(b"as before"))
CHALLENGE = b"<html><head><title>Just a moment...</title></head></html>"
ENTRY = FetchedEntry(
    source_key="outlet",
    url="https://outlet.example/1",
    guid="1",
    title="One",
    summary="",
    content="",
    authors=(),
    published_raw=None,
    published_at=None,
    updated_at=None,
    language=None,
    fetched_at=NOW,
)


def an_answer(
    status: int = 200, body: bytes = b"news", headers: Mapping[str, str] | None = None
) -> FetchResponse:
    page = a_fetched_page(
        body,
        "https://outlet.example/feed",
        status=status,
        content_type=None,
        fetched_at=NOW,
    )
    return FetchResponse(page=page, headers=headers or {})


def a_listing(answer: FetchResponse, *, entries: int = 1, degraded: str | None = None) -> Listing:
    return Listing(entries=(ENTRY,) * entries, degraded=degraded, ttl=timedelta(minutes=30))


def no_feed(answer: FetchResponse) -> Listing:
    raise NotAFeed("an HTML page")


def judged(answer: FetchResponse, *, sent: Validators = KNOWN) -> Listed:
    return decide_outcome(answer, known=KNOWN, sent=sent, read=a_listing, now=NOW)


def test_a_listing_that_was_read_is_a_success_with_its_validators() -> None:
    listed = judged(an_answer(headers={"etag": '"2"', "cache-control": "max-age=7200"}))
    assert listed.outcome == "ok"
    assert listed.validators == Validators(
        etag='"2"', last_modified=None, body_hash=body_hash(b"news")
    )
    assert listed.ttl == timedelta(hours=2)


def test_an_empty_listing_is_a_success() -> None:
    listed = decide_outcome(
        an_answer(),
        known=KNOWN,
        sent=KNOWN,
        read=lambda answer: a_listing(answer, entries=0),
        now=NOW,
    )
    assert (listed.outcome, listed.error) == ("empty", None)


def test_a_damaged_listing_keeps_its_entries_and_stores_no_validators() -> None:
    listed = decide_outcome(
        an_answer(),
        known=KNOWN,
        sent=KNOWN,
        read=lambda answer: a_listing(answer, degraded="truncated"),
        now=NOW,
    )
    assert listed.outcome == "ok"
    assert listed.listing is not None
    assert listed.validators is None
    assert "truncated" in str(listed.error)


def test_304_changes_nothing() -> None:
    listed = judged(an_answer(304, b""))
    assert (listed.outcome, listed.listing) == ("not-modified", None)
    assert listed.validators == KNOWN


def test_304_without_a_question_is_a_fault_of_the_server() -> None:
    assert judged(an_answer(304, b""), sent=NO_VALIDATORS).outcome == "failed"


def test_an_equal_body_needs_no_work_even_when_the_etag_changes_each_time() -> None:
    listed = judged(an_answer(200, b"as before", {"etag": '"random"'}))
    assert (listed.outcome, listed.listing) == ("not-modified", None)
    assert listed.validators is not None
    assert listed.validators.etag == '"random"'


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (403, b"<html>Forbidden</html>", "blocked"),
        (403, CHALLENGE, "blocked"),
        (503, CHALLENGE, "blocked"),
        (401, b"", "blocked"),
        (503, b"<html>Maintenance</html>", "failed"),
        (429, b"", "failed"),
        (404, b"<html>Not found</html>", "failed"),
        (410, b"", "failed"),
        (500, b"", "failed"),
        (204, b"", "failed"),
    ],
)
def test_errors_are_told_apart(status: int, body: bytes, outcome: str) -> None:
    listed = judged(an_answer(status, body))
    assert (listed.outcome, listed.http_status) == (outcome, status)
    assert str(status) in str(listed.error)
    assert listed.validators is None


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_a_server_asks_for_is_kept(status: int) -> None:
    listed = judged(an_answer(status, b"", {"retry-after": "600"}))
    assert listed.retry_after == NOW + timedelta(minutes=10)


def test_a_page_in_place_of_a_feed_is_not_an_empty_feed() -> None:
    listed = decide_outcome(an_answer(), known=KNOWN, sent=KNOWN, read=no_feed, now=NOW)
    assert (listed.outcome, listed.error) == ("not-a-feed", "an HTML page")
    assert listed.validators is None


def test_a_challenge_with_status_200_in_place_of_a_feed_is_a_block() -> None:
    listed = decide_outcome(
        an_answer(200, CHALLENGE), known=KNOWN, sent=KNOWN, read=no_feed, now=NOW
    )
    assert listed.outcome == "blocked"


def test_an_article_about_challenges_is_none() -> None:
    page = b"<html><title>How Cloudflare says: just a moment</title><body>datadome</body></html>"
    assert not an_answer(200, page).is_blocked


def test_robots_that_forbid_block_and_robots_that_cannot_be_read_fail() -> None:
    assert failed_outcome(RobotsDenied("robots.txt does not allow it")).outcome == "blocked"
    assert failed_outcome(RobotsDenied("no answer", unreachable=True)).outcome == "failed"
    assert (
        failed_outcome(FetchFailed("no complete answer in time", cause="timeout")).outcome
        == "failed"
    )


def test_a_gzip_file_that_does_not_say_so_is_unpacked() -> None:
    assert gunzip_body(gzip.compress(b"<rss/>"), limit=100) == b"<rss/>"
    assert gunzip_body(b"<rss/>", limit=3) == b"<rss/>"


def test_a_gzip_bomb_that_does_not_say_so_is_refused() -> None:
    with pytest.raises(FetchFailed, match="more than 1000 bytes"):
        gunzip_body(gzip.compress(b"\0" * 1_000_000), limit=1000)


def test_a_damaged_gzip_file_is_refused() -> None:
    with pytest.raises(FetchFailed, match="damaged"):
        gunzip_body(gzip.compress(b"<rss/>")[:-9], limit=1000)


def test_half_a_gzip_stream_is_known_as_such() -> None:
    whole = gzip.compress(b"news " * 10_000)
    assert not is_cut_short("gzip", whole, limit=1_000_000)
    assert is_cut_short("gzip", whole[:-20], limit=1_000_000)
    assert is_cut_short("GZIP", whole[:40] + b"junk" * 20, limit=1_000_000)
    assert not is_cut_short("", whole[:-20], limit=1_000_000)
    assert not is_cut_short("gzip", b"not gzip at all", limit=1_000_000)
    assert not is_cut_short("gzip", whole[:-20], limit=100)
