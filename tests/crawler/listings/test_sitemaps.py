"""Sitemaps beside what is to be read from them, and which parts of an index are worth asking."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import NotAFeed
from crawler.listings.sitemaps import (
    MAX_PARTS,
    SitemapEntry,
    find_sitemaps_in_robots,
    read_sitemap,
    select_newest,
    select_parts,
)
from tests import DATA

SITEMAPS = DATA / "sitemaps"
NAMES = sorted({path.stem for path in SITEMAPS.iterdir()})
BASE = "https://ledger.example/sitemap.xml"
NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)


def place(path: str, *, days: int | None = None) -> SitemapEntry:
    lastmod = None if days is None else NOW - timedelta(days=days)
    return SitemapEntry(loc=f"https://ledger.example/{path}", lastmod=lastmod)


def test_each_sitemap_has_its_answer_and_each_answer_its_sitemap() -> None:
    expected = {f"{name}{end}" for name in NAMES for end in (".xml", ".json")}
    assert {path.name for path in SITEMAPS.iterdir()} == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_sitemap_is_read_as_its_answer_says(name: str) -> None:
    sitemap = read_sitemap((SITEMAPS / f"{name}.xml").read_text("utf-8"), base=BASE)
    read = json.loads(json.dumps(asdict(sitemap), default=str))
    assert read == json.loads((SITEMAPS / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("text", ["", "   ", "<html><body>Hello", "<rss/>", "{}", "&", "<a"])
def test_what_is_no_sitemap_is_refused(text: str) -> None:
    with pytest.raises(NotAFeed):
        read_sitemap(text, base=BASE)


def test_entities_of_a_sitemap_are_not_resolved() -> None:
    text = (
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        "<urlset><url><loc>https://ledger.example/a&x;</loc></url></urlset>"
    )
    (found,) = read_sitemap(text, base=BASE).entries
    assert "https://ledger.example/a" in found.loc
    assert Path("/etc/hostname").read_text().strip() not in found.loc


@given(st.text(alphabet=st.sampled_from(list("<>/&;a:=\"' \n![]-urlsetoc")), max_size=200))
def test_no_text_breaks_the_reader(inner: str) -> None:
    try:
        read_sitemap(f"<urlset><url><loc>{inner}</loc></url></urlset>", base=BASE)
    except NotAFeed:
        return


@pytest.mark.parametrize(
    ("parts", "chosen"),
    [
        pytest.param(
            [place("a.xml", days=3), place("old.xml", days=90), place("b.xml", days=1)],
            ["b.xml", "a.xml"],
            id="recently-changed-newest-first",
        ),
        pytest.param(
            [place("pages.xml"), place("news.xml"), place("newsletter.xml")],
            ["news.xml"],
            id="named-after-news",
        ),
        pytest.param(
            [place("post-sitemap9.xml"), place("post-sitemap10.xml"), place("author-sitemap.xml")],
            ["post-sitemap10.xml", "post-sitemap9.xml"],
            id="numbered-and-undated",
        ),
        pytest.param([place("video.xml")], ["video.xml"], id="nothing-else"),
    ],
)
def test_parts_of_an_index_are_chosen(parts: list[SitemapEntry], chosen: list[str]) -> None:
    found = select_parts(parts, now=NOW)
    assert [url.removeprefix("https://ledger.example/") for url in found] == chosen


def test_an_index_of_thousands_is_bounded() -> None:
    parts = [place(f"part{n}.xml", days=1) for n in range(3000)]
    assert len(select_parts(parts, now=NOW)) == MAX_PARTS


def test_the_newest_are_kept_wherever_they_stand() -> None:
    dated = [place(str(n), days=n % 7) for n in range(70)]
    kept = select_newest(dated, most=10)
    assert {one.lastmod for one in kept} == {NOW}
    undated = [place(str(n)) for n in range(10)]
    assert select_newest(undated, most=4) == (*undated[:2], *undated[-2:])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param(
            "User-agent: *\nDisallow:\nSitemap: /a.xml\n sitemap : https://b.example/b.xml # b",
            ["https://ledger.example/a.xml", "https://b.example/b.xml"],
            id="several",
        ),
        pytest.param(
            "Sitemap: /sitemap.xml\r\nSITEMAP: /news.xml\r\n",
            ["https://ledger.example/news.xml"],
            id="news-alone",
        ),
        pytest.param("# Sitemap: /a.xml\nNot a Sitemap: /b.xml", [], id="none"),
    ],
)
def test_robots_txt_names_sitemaps(text: str, named: list[str]) -> None:
    assert list(find_sitemaps_in_robots(text, base="https://ledger.example/robots.txt")) == named
