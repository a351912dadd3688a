"""Pages that list articles: beside what is to be read from them, and polled from loopback."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import lxml.html
import pytest

from config.model import Selectors, Source
from crawler.errors import NotAFeed
from crawler.listings.listing_pages import read_listed_links
from crawler.processes.inspect import inspect_source
from storage.model import TextState
from tests import DATA
from tests.support.crawls import Crawls, a_source, crawl_settings
from tests.support.site import FakeSite, article_page, long_text

LISTINGS = DATA / "listings"
NAMES = sorted({path.stem for path in LISTINGS.iterdir()})
SELECT = Selectors(entry="li.story", title="h3", date=".on", summary="p")


def quayside(site: FakeSite, select: Selectors = SELECT) -> Source:
    return a_source("quayside", site.url("/news"), kind="page", select=select)


def list_stories(site: FakeSite, *stories: str) -> None:
    items = "".join(f"<li class='story'>{story}</li>" for story in stories)
    site.page("/news", f"<html lang='en'><main><ul>{items}</ul></main></html>")


def test_each_listing_has_its_answer_and_each_answer_its_listing() -> None:
    expected = {f"{name}{end}" for name in NAMES for end in (".html", ".json")}
    assert {path.name for path in LISTINGS.iterdir()} == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_listing_is_read_as_its_answer_says(name: str) -> None:
    said = json.loads((LISTINGS / f"{name}.json").read_text("utf-8"))
    document = lxml.html.document_fromstring((LISTINGS / f"{name}.html").read_text("utf-8"))
    found = read_listed_links(
        document, base=said.pop("base"), select=Selectors(**said.pop("select"))
    )
    assert json.loads(json.dumps(asdict(found), default=str)) == said


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("3 November 2026", (2026, 11, 3)),
        ("Tue 3rd Nov 2026, 10.30am", (2026, 11, 3)),
        ("03/11/2026", (2026, 11, 3)),
        ("2026-11-03", (2026, 11, 3)),
        ("November 3, 2026", (2026, 11, 3)),
    ],
)
def test_days_are_read_as_they_are_written_here(written: str, day: tuple[int, int, int]) -> None:
    document = lxml.html.document_fromstring(
        f"<li class='story'><a href='/a'>A</a><b class='on'>{written}</b></li>"
    )
    (found,) = read_listed_links(document, base="https://q.example/", select=SELECT).links
    assert found.published_at is not None
    assert found.published_at.date() == datetime(*day, tzinfo=UTC).date()


@pytest.mark.parametrize(
    ("select", "said"),
    [
        pytest.param(Selectors(), "select.entry", id="no-selector"),
        pytest.param(Selectors(entry=".gone"), "'.gone'", id="changed-layout"),
        pytest.param(Selectors(entry="li", link="b a"), "'b a'", id="no-links"),
    ],
)
def test_a_page_that_does_not_fit_names_the_selector(select: Selectors, said: str) -> None:
    document = lxml.html.document_fromstring("<ul><li><a href='/a'>A</a></li></ul>")
    with pytest.raises(NotAFeed, match="select") as refused:
        read_listed_links(document, base="https://q.example/", select=select)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("html", "link"),
    [
        pytest.param("<a class='e' href='/a'>A</a>", None, id="the-entry-is-the-link"),
        pytest.param("<a href='/a'><i class='e'><b>A</b></i></a>", "b", id="a-link-around-it"),
        pytest.param("<p class='e'><a href='/no'>x</a><b><a href='/a'>A</a></b>", "b", id="within"),
    ],
)
def test_the_link_of_an_entry_is_found(html: str, link: str | None) -> None:
    document = lxml.html.document_fromstring(f"<div>{html}</div>")
    found = read_listed_links(
        document, base="https://q.example/", select=Selectors(entry=".e", link=link)
    )
    assert [one.url for one in found.links] == ["https://q.example/a"]


def test_a_listing_page_is_polled_and_its_articles_are_read(site: FakeSite, crawls: Crawls) -> None:
    site.page("/a", article_page("Wards", long_text("Halcyon Health")))
    list_stories(
        site, "<h3><a href='/a'>Wards tally</a></h3><i class='on'>2 March 2026</i><p>T.</p>"
    )
    report = crawls.run(quayside(site)).report("quayside")
    assert (report["outcome"], report["completed"]) == ("ok", 1)
    (item,) = crawls.items()
    assert (item.title, item.text_state) == ("Wards tally", TextState.FULL)
    assert item.published_at is not None
    assert item.published_at.date().isoformat() == "2026-03-02"


def test_a_new_story_on_the_page_is_news(site: FakeSite, crawls: Crawls) -> None:
    for path in ("/a", "/b"):
        site.page(path, article_page(path, long_text(path)))
    list_stories(site, "<a href='/a'><h3>A</h3></a>")
    crawls.run(quayside(site))
    list_stories(site, "<a href='/b'><h3>B</h3></a>", "<a href='/a'><h3>A</h3></a>")
    assert crawls.run(quayside(site)).report("quayside")["new"] == 1
    assert {item.title: item.baseline for item in crawls.items()} == {"A": True, "B": False}


def test_entries_without_a_link_are_counted(site: FakeSite, crawls: Crawls) -> None:
    site.page("/a", article_page("A", long_text("wards")))
    list_stories(site, "<a href='/a'><h3>A</h3></a>", "<h3>B</h3>")
    report = crawls.run(quayside(site)).report("quayside")
    assert (report["outcome"], report["listed"]) == ("ok", 1)
    assert "1 of 2 entries have no link" in report["errors"][0]


def test_a_changed_layout_is_no_empty_listing(site: FakeSite, crawls: Crawls) -> None:
    list_stories(site, "<a href='/a'><h3>A</h3></a>")
    crawls.run(quayside(site))
    site.page("/news", "<main><div class='tile'><a href='/b'>B</a></div></main>")
    report = crawls.run(quayside(site)).report("quayside")
    assert report["outcome"] == "not-a-feed"
    assert "select.entry = 'li.story'" in report["errors"][0]


def test_doctor_names_the_selector_that_finds_nothing(site: FakeSite) -> None:
    site.page("/news", "<main>Welcome</main>")
    steps = {one.step: one for one in inspect_source(quayside(site), crawl_settings())}
    assert not steps["listing"].ok
    assert "li.story" in steps["listing"].lines[0]
