"""Dates that cannot be of publication, from APIs; deadlines and periods stay."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crawler.government.govuk_api import read_content, read_results
from crawler.government.hansard import read_contributions
from crawler.government.written_questions import read_question
from crawler.tenders.ocds_entries import build_entry
from crawler.tenders.ocds_release import Release
from storage.model import FetchedPage

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
IMPOSSIBLE = ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-11-30T12:00:00Z", "9999-12-31"]
impossible = pytest.mark.parametrize("raw", IMPOSSIBLE)


def answered(answer: dict[str, Any], url: str = "https://api.test/search.json") -> FetchedPage:
    return FetchedPage(
        requested_url=url,
        final_url=url,
        status=200,
        content_type="application/json",
        body=json.dumps(answer).encode(),
        etag=None,
        last_modified=None,
        fetched_at=NOW,
    )


@impossible
def test_of_a_search_of_govuk(raw: str) -> None:
    results = [
        {"title": "Wards", "link": f"/{n}", "public_timestamp": stamp}
        for n, stamp in enumerate((raw, "2026-11-26T09:30:00+00:00"))
    ]
    listing = read_results(
        "https://api.test/search.json",
        answered({"results": results, "total": 200}),
        source_key="govuk",
        since=datetime(2026, 11, 25, tzinfo=UTC),
    )
    assert [entry.published_raw for entry in listing.entries] == [raw, "2026-11-26T09:30:00+00:00"]
    assert listing.entries[0].published_at is None
    assert listing.more  # such a date does not end the search for new ones


@impossible
def test_of_a_content_item(raw: str) -> None:
    item = {"title": "Wards", "details": {"body": "<p>Text.</p>"}, "public_updated_at": raw}
    text = read_content(answered(item))
    assert (text.published_at, text.published_raw) == (None, raw)


@impossible
def test_of_a_contribution_to_a_debate(raw: str) -> None:
    url = "https://api.test/search/contributions/Spoken.json"
    one = {"ContributionTextFull": "Wards.", "DebateSectionExtId": "A", "SittingDate": raw}
    page = answered({"Results": [one], "TotalResultCount": 1}, url)
    (entry,) = read_contributions(url, page, source_key="hansard").entries
    assert entry.published_at is None
    assert (entry.published_raw or "").startswith(raw)


@impossible
def test_of_a_written_question(raw: str) -> None:
    text = read_question(answered({"value": {"questionText": "Wards?", "dateTabled": raw}}))
    assert text.published_at is None
    assert text.published_raw is not None


@impossible
def test_of_a_notice_whose_deadline_and_contract_stay(raw: str) -> None:
    release = Release(
        {
            "ocid": "ocds-1",
            "date": raw,
            "tender": {
                "title": "Wards",
                "tenderPeriod": {"endDate": "2031-02-01T12:00:00Z"},
                "contractPeriod": {"startDate": "1985-04-01", "endDate": "2041-03-31"},
            },
        }
    )
    entry = build_entry(release, source_key="tenders", service="https://api.test/", fetched_at=NOW)
    assert (entry.published_at, entry.published_raw) == (None, raw)
    assert entry.notice is not None
    assert entry.notice.deadline == datetime(2031, 2, 1, 12, tzinfo=UTC)
    assert (entry.notice.starts_on, entry.notice.ends_on) == (date(1985, 4, 1), date(2041, 3, 31))
