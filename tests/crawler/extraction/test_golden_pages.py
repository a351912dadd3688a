"""Pages beside what is to be read from them, whole: nothing more, nothing less."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import Unreadable
from crawler.extraction.page import extract
from crawler.text.mojibake import repair_text
from storage.model import FetchedPage
from tests import DATA
from tests.support.pages import a_fetched_page
from tests.support.sizes import examples

PAGES = DATA / "pages"
NAMES = sorted({path.stem for path in PAGES.iterdir()})


def told(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((PAGES / f"{name}.json").read_text("utf-8"))
    return said


def page(name: str) -> FetchedPage:
    return a_fetched_page(
        (PAGES / f"{name}.html").read_bytes(),
        told(name)["url"],
        content_type="text/html",
        fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_each_page_has_its_answer_and_each_answer_its_page() -> None:
    assert NAMES
    assert {path.name for path in PAGES.iterdir()} == {
        f"{name}.{end}" for name in NAMES for end in ("html", "json")
    }


@pytest.mark.parametrize("name", [name for name in NAMES if "unreadable" not in told(name)])
def test_the_article_of_a_page_is_read_whole_and_alone(name: str) -> None:
    meant, read = told(name), extract(page(name))
    assert repair_text(read.title or "", within=read.text) == meant["title"]
    assert read.published_at == datetime.fromisoformat(meant["published"])
    assert list(read.authors) == meant["authors"]
    assert read.canonical_url == meant["canonical"]
    assert repair_text(read.text).split("\n") == meant["text"]
    assert repair_text(read.comments).split("\n") == (meant["comments"] or [""])


@pytest.mark.parametrize("name", [name for name in NAMES if "unreadable" in told(name)])
def test_a_page_without_an_article_says_why(name: str) -> None:
    with pytest.raises(Unreadable, match=told(name)["unreadable"]):
        extract(page(name))


@pytest.mark.parametrize("body", [b"%PDF-1.7 ...", b"PK\x03\x04...", b"\x89PNG..."])
def test_other_documents_are_no_pages_whatever_their_header_says(body: bytes) -> None:
    with pytest.raises(Unreadable, match="not a web page"):
        extract(replace(page(NAMES[0]), body=body))


@settings(max_examples=examples(80), deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.tuples(st.sampled_from(NAMES), st.integers(0, 4000), st.binary(max_size=30)),
    )
)
def test_whatever_comes_is_read_or_refused(made: bytes | tuple[str, int, bytes]) -> None:
    if isinstance(made, bytes):
        body = made
    else:
        name, cut, tail = made
        body = page(name).body[:cut] + tail
    try:
        text = extract(replace(page(NAMES[0]), body=body)).text
    except Unreadable:
        return
    assert text.strip()
