"""Releases and parts of them without end are read up to a number, and the answer says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from crawler.tenders.ocds import MAX_RECORDS, MAX_RELEASES, read_package
from crawler.tenders.ocds_entries import build_entry
from crawler.tenders.ocds_release import Release

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_so_many_releases_are_read_of_one_response() -> None:
    listed = [{"ocid": f"ocds-{number}"} for number in range(MAX_RELEASES + 1)]
    package = read_package(json.dumps({"releases": listed}).encode())
    assert len(package.releases) == MAX_RELEASES
    assert package.damage == f"only {MAX_RELEASES} of {MAX_RELEASES + 1} releases were read"
    cut_short = read_package(json.dumps({"releases": listed}).encode()[:-3])
    assert len(cut_short.releases) == MAX_RELEASES
    assert not cut_short.whole


def test_so_many_parties_of_a_release_are_named() -> None:
    parties = [{"id": str(number), "name": f"Trust {number}"} for number in range(MAX_RECORDS + 5)]
    release = Release({"ocid": "ocds-1", "tender": {"title": "Wards"}, "parties": parties})
    entry = build_entry(release, source_key="t", service="https://api.test/", fetched_at=NOW)
    assert f"Trust {MAX_RECORDS - 1}" in entry.content
    assert f"Trust {MAX_RECORDS};" not in entry.content
