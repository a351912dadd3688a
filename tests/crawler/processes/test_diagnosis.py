"""`doctor`: a source examined step by step."""

from __future__ import annotations

import codecs

import pytest

from config.model import Source
from crawler.processes.inspect import Step, inspect_source
from tests.crawler.polling.test_polls import list_in_feed, publish
from tests.support.crawls import Crawls, a_source, crawl_settings
from tests.support.site import (
    FEED_TYPE,
    Entry,
    FakeSite,
    answer,
    article_page,
    long_text,
    redirect,
)


def examined(site: FakeSite, **settings: tuple[str, ...]) -> dict[str, Step]:
    source = a_source("outlet", site.url("/feed.xml"))
    return {step.step: step for step in inspect_source(source, crawl_settings(**settings))}


def test_a_sound_source_goes_through_every_step(site: FakeSite) -> None:
    publish(site, range(8), etag='"1"')
    steps = examined(site)
    assert list(steps) == [
        *("fetch", "decode", "listing", "dates", "page", "extraction", "decision", "identity"),
    ]
    assert all(step.ok for step in steps.values())
    assert "changes are detected by etag" in steps["fetch"].lines
    assert "8 entries, language not declared" in steps["listing"].lines
    assert "and 3 more" in steps["listing"].lines
    assert "newest 2026-03-02 16:00 UTC, oldest 2026-03-02 09:00 UTC" in steps["dates"].lines
    assert any("full text" in line for line in steps["decision"].lines)
    assert len([one for one in site.requests() if one.path.endswith(".html")]) == 1


def test_a_page_that_cannot_be_read_is_said_to_be_kept_as_thin(site: FakeSite) -> None:
    publish(site, range(1))
    site.behave("/0.html", answer(status=403))
    steps = examined(site)
    assert not steps["page"].ok
    assert any("thin (http-403)" in line for line in steps["decision"].lines)


def test_a_page_in_place_of_a_feed_ends_the_examination(site: FakeSite) -> None:
    site.page("/feed.xml", "<html><body><p>Welcome</p></body></html>")
    steps = examined(site)
    assert list(steps) == ["fetch", "decode", "listing"]
    assert steps["fetch"].ok
    assert not steps["listing"].ok
    assert steps["listing"].lines[0].startswith("not-a-feed")


def test_an_address_that_is_not_allowed_is_explained(site: FakeSite) -> None:
    steps = examined(site, allowed_hosts=())
    assert not steps["fetch"].ok
    assert "allowed_hosts" in steps["fetch"].lines[0]


def test_a_feed_that_has_moved_for_good_says_so(site: FakeSite) -> None:
    publish(site, range(1))
    site.behave("/old.xml", redirect("/feed.xml", status=301))
    source = a_source("outlet", site.url("/old.xml"))
    fetch = inspect_source(source, crawl_settings())[0]
    assert any("for good" in line for line in fetch.lines)


def test_dates_that_cannot_be_read_are_shown(site: FakeSite) -> None:
    list_in_feed(site, [Entry(title="Undated", link=site.url("/0.html"), guid="1")])
    assert "0 of 1 entries have a date that can be read" in examined(site)["dates"].lines


def test_dates_that_cannot_be_are_shown_as_written_with_the_reason(site: FakeSite) -> None:
    items = "".join(
        f"<item><title>No {n}</title><link>{site.url(f'/{n}.html')}</link>"
        f"<pubDate>{date}</pubDate></item>"
        for n, date in enumerate(("Mon, 01 Jan 0001 00:00:00 GMT", "31 Dec 2998", "a Tuesday"))
    )
    body = f'<rss version="2.0"><channel><title>Outlet</title>{items}</channel></rss>'
    site.page("/feed.xml", body, content_type=FEED_TYPE)
    site.page("/0.html", article_page("No 0", long_text("wards")))
    steps = examined(site)
    assert steps["dates"].lines == (
        "0 of 3 entries have a date that can be read",
        "not a publication date: 'Mon, 01 Jan 0001 00:00:00 GMT' (before 1990)",
        "not a publication date: '31 Dec 2998' (more than two days ahead)",
        "not a publication date: 'a Tuesday' (no date with a day, a month and a year)",
    )
    shown = next(line for line in steps["decision"].lines if "published" in line)
    assert "written as 'Mon, 01 Jan 0001 00:00:00 GMT'" in shown


def identity(crawls: Crawls, source: Source) -> tuple[str, ...]:
    """What is said of the newest entry against what is stored."""
    steps = inspect_source(source, crawl_settings(), database_url=crawls.store.url)
    return {step.step: step for step in steps}["identity"].lines


def test_the_newest_entry_is_held_against_what_is_stored(site: FakeSite, crawls: Crawls) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(3))
    assert identity(crawls, source) == (
        "of 3 entries 3 are new to the archive, 0 changed, 0 known and unchanged",
        "the newest one would be a new item",
    )
    crawls.run(source)
    assert "is known as item 3 by its address, and has not changed" in identity(crawls, source)[1]

    site.page("/2.html", article_page("Trust 2 reviews its records", long_text("another text")))
    assert identity(crawls, source)[1] == (
        "the newest one would be revision 2 of item 3: its text has changed"
    )
    assert [item.revision for item in crawls.items()] == [1, 1, 1]  # nothing was stored


def test_where_nothing_is_stored_that_is_said(site: FakeSite) -> None:
    publish(site, range(1))
    assert examined(site)["identity"].lines == (
        "nothing is stored yet: every entry would be new, and baseline",
    )


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        ("Café".encode(), "text/xml; charset=iso-8859-1", "utf-8: its bytes are valid UTF-8"),
        ("Café".encode("latin-1"), "text/xml; charset=iso-8859-1", "cp1252: it is declared"),
        (b"Cafe", "text/xml", "utf-8: nothing else is declared"),
        ("Café".encode("latin-1"), "text/xml; charset=utf-8", "cp1252: it is declared as UTF-8"),
        ("Café".encode("utf-8-sig"), "text/xml", "utf-8: it has a byte-order mark"),
    ],
)
def test_it_is_said_how_bytes_are_read_and_why(
    site: FakeSite, body: bytes, content_type: str, said: str
) -> None:
    made = b"<rss version='2.0'><channel><title>" + body + b"</title></channel></rss>"
    if body.startswith(codecs.BOM_UTF8):
        made = codecs.BOM_UTF8 + made.replace(codecs.BOM_UTF8, b"")
    site.page("/feed.xml", made, content_type=content_type)
    assert said in examined(site)["decode"].lines[0]


def test_letters_that_came_damaged_are_named(site: FakeSite) -> None:
    damaged = "The trust’s board and the ministry’s plan".encode().decode("cp1252")
    body = f"<rss version='2.0'><channel><title>{damaged}</title></channel></rss>"
    site.page("/feed.xml", body, content_type=FEED_TYPE)
    assert "letters damaged" in examined(site)["decode"].lines[-1]
