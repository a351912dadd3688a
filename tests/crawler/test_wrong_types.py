"""Answers of every API with each value in turn of another type, out of range, or absent.

A parser raises its declared error alone; what is wrong with one record costs no other record; and
what it makes of the record itself can be normalised and stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.errors import NotAFeed, Unreadable
from crawler.extraction.normalise import normalise
from crawler.government.govuk_api import read_content, read_results
from crawler.government.hansard import read_contributions
from crawler.government.written_questions import read_list, read_question
from crawler.listings.json_feed import read_json_feed
from crawler.tenders.ocds import read_package
from crawler.tenders.ocds_entries import build_entry, merge_by_process
from crawler.tenders.ocds_release import Release
from storage.model import FetchedEntry, FetchedPage
from storage.store import Store
from tests.support.content.wrong_types import WRONG, Path, each_value, with_value, without
from tests.support.pages import a_fetched_page
from tests.support.sizes import size

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PERIOD = {"startDate": "2026-12-01T00:00:00Z", "endDate": "2028-11-30T00:00:00Z"}
QUESTIONS = "https://api.test/api/writtenquestions/questions?searchTerm=wards"
SPOKEN = "https://api.test/search/contributions/Spoken.json"
SEARCH = "https://api.test/search.json"


def answered(body: bytes, url: str) -> FetchedPage:
    return a_fetched_page(body, url, content_type="application/json", fetched_at=NOW)


def a_whole_release(number: int) -> dict[str, Any]:
    """A release with every field that is read."""
    value = {"amount": 1_250_000, "amountGross": 1_500_000, "currency": "GBP"}
    buyer = {
        "id": "GB-PPON-1",
        "name": "Fenmoor NHS Trust",
        "roles": ["buyer", "procuringEntity"],
        "identifier": {"legalName": "Fenmoor", "scheme": "GB-COH", "id": "01"},
        "additionalIdentifiers": [{"scheme": "GB-COH", "id": "02"}],
    }
    code = {"scheme": "CPV", "id": "48000000", "description": "Software"}
    item = {
        "classification": code,
        "additionalClassifications": [code],
        "deliveryAddresses": [{"region": "UKC", "countryName": "England", "locality": "Fen"}],
    }
    document = {
        "url": f"https://api.test/Notice/{number}",
        "noticeType": "UK6",
        "description": "Contract award notice",
        "documentType": "awardNotice",
    }
    lot = {"id": "1", "title": "Lot", "description": "Wards of the north", "value": value}
    award = {
        "id": "1",
        "title": "Ward system",
        "status": "active",
        "date": "2026-11-01T00:00:00Z",
        "value": value,
        "suppliers": [{"id": "GB-COH-03", "name": "Halcyon Health"}],
        "items": [item],
        "contractPeriod": PERIOD,
        "documents": [document],
    }
    return {
        "ocid": f"ocds-h6vhtk-{number}",
        "id": f"{number}-2026",
        "date": "2026-11-26T09:00:00Z",
        "language": "en",
        "title": "Ward system",
        "description": "A ward system for the north.",
        "tag": ["award", "contractUpdate"],
        "buyer": {"id": "GB-PPON-1", "name": "Fenmoor NHS Trust"},
        "parties": [buyer, {"id": "GB-COH-03", "name": "Halcyon Health", "roles": ["supplier"]}],
        "planning": {
            "project": {"title": "Wards"},
            "budget": {"amount": value},
            "documents": [document],
            "rationale": "The old one is at its end.",
        },
        "tender": {
            "title": f"Ward system {number}",
            "description": "Replacement of the ward system by Halcyon Health.",
            "value": value,
            "minValue": {"amount": 1, "currency": "GBP"},
            "maxValue": value,
            "procuringEntity": {"id": "GB-PPON-1", "name": "Fenmoor NHS Trust"},
            "procurementMethod": "open",
            "procurementMethodDetails": "Open procedure",
            "tenderPeriod": {"endDate": "2026-12-24T12:00:00Z"},
            "expressionOfInterestDeadline": "2026-12-24T12:00:00Z",
            "contractPeriod": PERIOD,
            "lots": [lot | {"contractPeriod": PERIOD}],
            "items": [item],
            "documents": [document],
        },
        "awards": [award],
        "contracts": [{"id": "1", "status": "active", "value": value, "period": PERIOD}],
    }


def an_undecided_release(number: int) -> dict[str, Any]:
    whole = a_whole_release(number)
    return {name: value for name, value in whole.items() if name not in ("awards", "contracts")}


def a_question(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "uin": str(70000 + number),
        "house": "Commons",
        "dateTabled": "2026-11-20T00:00:00",
        "dateForAnswer": "2026-11-30T00:00:00",
        "questionText": "<p>To ask what she pays to Halcyon Health.</p>",
        "answeringBodyId": 17,
        "answeringBodyName": "Department of Fictional Health",
        "askingMember": {"id": 1, "name": "Ada Fenwick"},
        "answeringMember": {"id": 2, "name": "Ben Okoro"},
        "isWithdrawn": False,
        "answerIsHolding": False,
        "answerIsCorrection": False,
        "dateAnswered": "2026-11-25T00:00:00",
        "dateAnswerCorrected": None,
        "answerText": "<p>Four million pounds.</p>",
        "heading": f"Ward systems {number}",
        "attachments": [{"title": "Table"}],
    }


def a_contribution(number: int) -> dict[str, Any]:
    return {
        "ContributionExtId": f"C{number}",
        "ContributionTextFull": f"Halcyon Health has the wards of number {number}.",
        "ContributionText": "Halcyon Health has the wards.",
        "AttributedTo": "Ada Fenwick (Fenmoor)",
        "MemberName": "Ada Fenwick",
        "DebateSection": "Wards",
        "DebateSectionExtId": f"D{number}",
        "House": "Commons",
        "SittingDate": "2026-11-25T00:00:00",
    }


def a_result(number: int) -> dict[str, Any]:
    return {
        "title": f"Wards {number}",
        "description": "Halcyon Health",
        "link": f"/guidance/{number}",
        "public_timestamp": "2026-11-25T09:30:00+00:00",
        "format": "guidance",
    }


def an_item(number: int) -> dict[str, Any]:
    return {
        "id": f"urn:{number}",
        "url": f"https://outlet.test/{number}",
        "external_url": "https://elsewhere.test/a",
        "title": f"Wards {number}",
        "summary": "Halcyon Health",
        "content_html": "<p>Halcyon Health has the wards.</p>",
        "content_text": "Halcyon Health has the wards.",
        "date_published": "2026-11-25T09:30:00Z",
        "date_modified": "2026-11-26T09:30:00Z",
        "authors": [{"name": "Ada Fenwick"}],
        "author": {"name": "Ada Fenwick"},
        "language": "en",
        "tags": ["wards"],
    }


def read_releases(body: bytes) -> Sequence[FetchedEntry]:
    return merge_by_process(
        [
            build_entry(Release(release), source_key="tenders", service=SEARCH, fetched_at=NOW)
            for release in read_package(body).releases
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API: what its answer is around its records, how they are made and read."""

    record: Callable[[int], dict[str, Any]]
    around: Callable[[list[Any]], dict[str, Any]]
    records: str
    read: Callable[[bytes], Sequence[FetchedEntry]]

    def document(self) -> dict[str, Any]:
        return self.around([self.record(number) for number in (1, 2, 3)])


APIS: Mapping[str, Api] = {
    "OCDS, decided": Api(
        record=a_whole_release,
        around=lambda those: {"releases": those, "links": {"next": f"{SEARCH}?cursor=a"}},
        records="releases",
        read=read_releases,
    ),
    "OCDS, undecided": Api(
        record=an_undecided_release,
        around=lambda those: {"releases": those},
        records="releases",
        read=read_releases,
    ),
    "questions": Api(
        record=lambda number: {"value": a_question(number), "links": []},
        around=lambda those: {"results": those, "totalResults": 3},
        records="results",
        read=lambda body: (
            read_list(
                QUESTIONS,
                answered(body, f"{QUESTIONS}&tabledWhenFrom=2026-11-20&skip=0"),
                source_key="questions",
            ).entries
        ),
    ),
    "Hansard": Api(
        record=a_contribution,
        around=lambda those: {"Results": those, "TotalResultCount": 3},
        records="Results",
        read=lambda body: (
            read_contributions(SPOKEN, answered(body, SPOKEN), source_key="hansard").entries
        ),
    ),
    "GOV.UK": Api(
        record=a_result,
        around=lambda those: {"results": those, "total": 300, "start": 0},
        records="results",
        read=lambda body: (
            read_results(SEARCH, answered(body, SEARCH), source_key="govuk", since=NOW).entries
        ),
    ),
    "JSON Feed": Api(
        record=an_item,
        around=lambda those: {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Outlet",
            "home_page_url": "https://outlet.test/",
            "language": "en",
            "items": those,
        },
        records="items",
        read=lambda body: read_json_feed(body, source_key="feed", fetched_at=NOW).entries,
    ),
}
each_api = pytest.mark.parametrize("api", APIS.values(), ids=APIS)


def changes(document: Any, *, below: Path) -> Iterator[tuple[Path, str, bytes]]:
    """Yield where, what and the changed document; a part of them in `make test`."""
    found = [
        (at, name)
        for at in each_value(document)
        if at[: len(below)] == below
        for name in (*WRONG, "absent")
    ]
    for at, name in size(found, found[::23], found[::211]):
        absent = name == "absent"
        yield at, name, without(document, at) if absent else with_value(document, at, WRONG[name])


def store(entry: FetchedEntry, target: Store) -> None:
    article = normalise(
        entry, item_kind="news", page=None, text=None, thin_reason=None, language=None
    )
    with target.transaction() as unit:
        unit.items.put(article, now=NOW, baseline=False)
        unit.items._db.rollback()  # the next one is not compared with it


@pytest.mark.sized
@each_api
def test_a_wrong_value_costs_no_other_record(api: Api, sqlite_store: Store) -> None:
    document = api.document()
    first, _, third = api.read(json.dumps(document).encode())
    for at, name, body in changes(document, below=(api.records, 1)):
        entries = api.read(body)
        assert first in entries, (at, name)
        assert third in entries, (at, name)
        for entry in entries:
            if entry not in (first, third):
                store(entry, sqlite_store)


@pytest.mark.sized
@each_api
def test_a_wrong_value_around_the_records_is_survived_or_declared(api: Api) -> None:
    document = api.document()
    for at, _, body in changes(document, below=()):
        if at[0] == api.records and len(at) > 1:
            continue
        with suppress(NotAFeed):
            api.read(body)


@pytest.mark.sized
@pytest.mark.parametrize("nested", [True, False], ids=["as served", "by itself"])
def test_a_question_with_a_wrong_value_is_read_or_unreadable(nested: bool) -> None:
    document: Any = {"value": a_question(1)} if nested else a_question(1)
    for _, _, body in changes(document, below=()):
        with suppress(Unreadable):
            read_question(answered(body, QUESTIONS))


@pytest.mark.sized
def test_a_content_item_with_a_wrong_value_is_read_or_unreadable() -> None:
    document = {
        "title": "Wards",
        "description": "Halcyon Health",
        "locale": "en",
        "public_updated_at": "2026-11-25T09:30:00Z",
        "withdrawn_notice": {"explanation": "<p>Gone.</p>"},
        "details": {
            "body": [{"content_type": "text/html", "content": "<p>Wards.</p>"}],
            "parts": [{"title": "Part", "body": "<p>Halcyon.</p>"}],
        },
    }
    for _, _, body in changes(document, below=()):
        with suppress(Unreadable):
            read_content(answered(body, SEARCH))
