"""Search: what is found, narrowed by facets and dates, and taken as a file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from lxml import etree

from supplierwatch.desk.pages.reading import search as search_page
from supplierwatch.desk.reading import faceted_search
from tests.desk.browser import Browser, RunningDesk
from tests.supplierwatch.instance import an_article

DAY = timedelta(days=1)


@pytest.fixture
def stored(desk: RunningDesk) -> RunningDesk:
    now = datetime.now(UTC)
    desk.instance.stores(
        an_article("a1", title="Halcyon pauses at the trust", published_at=now),
        an_article("a2", title="Halcyon goes on", published_at=now - 3 * DAY, language="cy"),
        an_article(
            "a3",
            source_key="trolley",
            url="https://trolley.example/a3",
            kind="release",
            title="A trust pauses",
            body="The trust has paused its programme for now, it said on Monday morning. " * 3,
            published_at=now - 3 * DAY,
        ),
    )
    return desk


def ask(desk: RunningDesk, query: str) -> str:
    page = desk.browser("reader").ask(f"/search?{query}")
    assert page.code == 200, page.words
    return page.words


def test_what_was_found_is_counted_by_each_facet(stored: RunningDesk) -> None:
    words = ask(stored, "q=trust")
    for said in (
        "3 found among 3 items",
        "Halcyon Health 2",
        "The Ward Ledger 2",
        "trolley 1",
        "press releases 1",
        "ward-ledger.example 2",
        "cy 1",
    ):
        assert said in words, said
    assert "about" not in words


@pytest.mark.parametrize(
    ("narrowed", "many"),
    [
        ("supplier=halcyon", 2),
        ("source=trolley", 1),
        ("kind=release", 1),
        ("site=trolley.example", 1),
        ("lang=cy", 1),
        ("supplier=halcyon&lang=en", 1),
        ("supplier=no-such&kind=x&lang=%3Cb%3E&site=a+b&from=x", 3),
    ],
)
def test_a_facet_narrows_what_is_found(stored: RunningDesk, narrowed: str, many: int) -> None:
    assert f"{many} found among" in ask(stored, f"q=trust&{narrowed}")


def test_a_bar_of_the_histogram_narrows_to_its_days(stored: RunningDesk) -> None:
    day = (datetime.now(UTC) - 3 * DAY).date()
    words = ask(stored, f"q=trust&from={day}&to={day}")
    assert "2 found among" in words
    assert f"dated {day} to {day}" in words
    page = stored.browser("reader").ask("/search?q=trust")
    assert f"from={day}&amp;to={day}" in page.text


def test_facets_alone_are_a_search(stored: RunningDesk) -> None:
    assert "1 found among" in ask(stored, "source=trolley")


def test_more_than_is_counted_is_about_right_and_says_so(
    stored: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faceted_search, "MAX_COUNTED", 2)
    words = ask(stored, "q=trust")
    assert "More than 2 found" in words
    assert "Counts are about right" in words
    assert "about 1" in words


def test_hits_come_in_pages(stored: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_page, "LIMIT", 2)
    browser = stored.browser("reader")
    first, second = browser.ask("/search?q=trust"), browser.ask("/search?q=trust&page=2")
    assert (first.text.count('class="story"'), second.text.count('class="story"')) == (2, 1)
    assert 'rel="next"' in first.text
    assert 'rel="prev"' in second.text
    for page in ("9999", "0", "x", "9" * 30):
        assert browser.ask(f"/search?q=trust&page={page}").code == 200


def test_what_is_wrong_is_said_while_one_types(stored: RunningDesk) -> None:
    browser = stored.browser("reader")
    wrong = browser.ask(f"/search/state?q={quote('halcyon AND (')}")
    assert "column" in wrong.words
    assert "^" in wrong.words
    right = browser.ask("/search/state?q=halcyon")
    assert "“halcyon”" in right.words
    assert "<h1" not in right.text


def test_an_editor_saves_a_narrowed_search_without_its_dates(stored: RunningDesk) -> None:
    page = stored.browser("editor").ask("/search?q=trust&kind=release&from=2020-01-01")
    assert 'href="/new-watch?q=%28trust%29+AND+type%3Arelease"' in page.text


def test_what_was_found_is_a_table_or_lines_or_a_feed(stored: RunningDesk) -> None:
    browser = stored.browser("reader")
    table = browser.ask("/search/export?q=trust&form=csv")
    assert table.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert {row["title"] for row in rows} == {
        "Halcyon pauses at the trust",
        "Halcyon goes on",
        "A trust pauses",
    }
    lines = browser.ask("/search/export?q=trust&form=jsonl&source=trolley").text.splitlines()
    [only] = [json.loads(each) for each in lines]
    assert (only["title"], only["why"]["words"]) == ("A trust pauses", ["trust"])
    feed = etree.fromstring(browser.ask("/search/export?q=trust&form=atom").text.encode())
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 3


@pytest.mark.parametrize("query", ["", "q=trust", "q=trust&form=exe", "q=AND&form=csv"])
def test_without_a_search_or_a_form_there_is_no_file(stored: RunningDesk, query: str) -> None:
    assert stored.browser("reader").ask(f"/search/export?{query}").code == 404


def post(browser: Browser, path: str, **fields: str) -> bytes:
    import http.client
    from contextlib import closing
    from urllib.parse import urlencode

    form = urlencode({"csrf": browser.ask("/").csrf} | fields)
    host = f"127.0.0.1:{browser.address[1]}"
    headers = {
        "Host": host,
        "Origin": f"http://{host}",
        "Cookie": "; ".join(f"{k}={v}" for k, v in browser.cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    with closing(http.client.HTTPConnection(*browser.address, timeout=60)) as connection:
        connection.request("POST", path, form, headers)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read()


@pytest.mark.parametrize(
    ("path", "items"), [("/search/evidence", 3), ("/item/1/evidence", 1), ("/story/1/evidence", 1)]
)
def test_evidence_is_a_chained_zip(stored: RunningDesk, path: str, items: int) -> None:
    packed = post(stored.browser("editor"), path, q="trust")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    assert len([name for name in names if name.endswith("/item.json")]) == items
    assert manifest["number"] == 1
    with stored.service.store.reading() as unit:
        assert unit.captures.last_export() is not None
