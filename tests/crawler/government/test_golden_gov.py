"""What GOV.UK and Parliament say, beside what is to be read from it, whole.

The documents are ours, in the shapes that FIELD.md tells; neither service was asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.government.govuk_api import read_content, read_results, split_closing_notice
from crawler.government.hansard import read_contributions
from crawler.government.written_questions import (
    detail_address,
    merge_by_question,
    read_list,
    read_question,
)
from crawler.kinds.govuk import _set_date_to_update as by_update
from crawler.listings.feeds import parse_feed
from crawler.listings.listing import Listing
from storage.model import FetchedEntry, FetchedPage, PageText
from tests import DATA
from tests.support.pages import a_fetched_page

DOCUMENTS = DATA / "gov"
NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
GOVUK = "https://www.gov.example/api/search.json?q=wards"
QUESTIONS = "https://questions-statements-api.parliament.example/api/writtenquestions/questions"
SPOKEN = "https://hansard-api.parliament.example/search/contributions/Spoken.json"


def came(name: str, url: str) -> FetchedPage:
    body = (DOCUMENTS / name).read_bytes()
    return a_fetched_page(body, url, content_type="application/json", fetched_at=NOW)


def of_entry(entry: FetchedEntry) -> dict[str, Any]:
    return {
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "text": entry.content.split("\n") if entry.content else [],
        "authors": entry.authors,
        "published": entry.published_at,
        "published_as_written": entry.published_raw,
        "kind": entry.kind,
    }


def of_listing(listing: Listing) -> dict[str, Any]:
    return {
        "entries": [of_entry(one) for one in listing.entries],
        "damage": listing.degraded,
        "next": listing.more,
    }


def of_text(text: PageText) -> dict[str, Any]:
    return {
        "title": text.title,
        "summary": text.summary,
        "text": text.text.split("\n"),
        "authors": text.authors,
        "published": text.published_at,
        "language": text.language,
    }


def of_feed(page: FetchedPage) -> dict[str, Any]:
    feed = parse_feed(
        page.body,
        source_key="gov",
        url=page.final_url,
        content_type="application/atom+xml",
        fetched_at=NOW,
    )
    entries, ended = split_closing_notice(feed.entries)
    return {"entries": [of_entry(by_update(one)) for one in entries], "ended": ended}


def of_questions(page: FetchedPage) -> dict[str, Any]:
    listing = read_list(QUESTIONS, page, source_key="gov")
    read = of_listing(listing)
    read["details"] = [detail_address(QUESTIONS, one) for one in merge_by_question(listing)]
    return read


READERS: dict[str, tuple[str, Callable[[FetchedPage], dict[str, Any]]]] = {
    "search.json": (
        f"{GOVUK}&start=0",
        lambda page: of_listing(
            read_results(GOVUK, page, source_key="gov", since=datetime(2026, 1, 1, tzinfo=UTC))
        ),
    ),
    "content-item.json": (
        "https://www.gov.example/api/content/government/news/bed-planner",
        lambda page: of_text(read_content(page)),
    ),
    "content-item-parts.json": (
        "https://www.gov.example/api/content/guidance/ward-tablets",
        lambda page: of_text(read_content(page)),
    ),
    "finder.atom": ("https://www.gov.example/search/news.atom", of_feed),
    "questions.json": (
        f"{QUESTIONS}?tabledWhenFrom=2026-11-14&skip=0&take=100",
        of_questions,
    ),
    "question.json": (f"{QUESTIONS}/1803771", lambda page: of_text(read_question(page))),
    "hansard.json": (
        f"{SPOKEN}?queryParameters.skip=0",
        lambda page: of_listing(read_contributions(SPOKEN, page, source_key="gov")),
    ),
}


def answer_of(name: str) -> Path:
    return DOCUMENTS / f"{name.partition('.')[0]}.read.json"


def test_each_document_has_its_answer_and_its_reader() -> None:
    names = {path.name for path in DOCUMENTS.iterdir()}
    assert names == {*READERS, *(answer_of(name).name for name in READERS)}


@pytest.mark.parametrize("name", READERS)
def test_what_a_document_says_is_read_whole(name: str) -> None:
    url, read = READERS[name]
    said = json.loads(json.dumps(read(came(name, url)), default=str))
    assert said == json.loads(answer_of(name).read_text("utf-8"))
