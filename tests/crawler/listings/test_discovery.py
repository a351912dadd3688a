"""A feed source that was given a site's address: the feed that the site offers is read."""

from __future__ import annotations

import pytest

from crawler.listings.feeds import choose_main_feed
from crawler.processes.inspect import inspect_source
from tests.support.crawls import Crawls, a_source, crawl_settings, titles
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed, long_text, redirect

SITE = "https://outlet.example"


def offer(site: FakeSite, path: str, *feeds: str, host: str | None = None) -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{one}">' for one in feeds
    )
    site.page(path, f"<html><head>{links}</head><body>Welcome</body></html>", host=host)


def put_feed(site: FakeSite, path: str, title: str) -> None:
    site.page("/a", article_page(title, long_text("wards")))
    site.page(path, feed([Entry(title=title, link=site.url("/a"))]), content_type=FEED_TYPE)


@pytest.mark.parametrize(
    ("offered", "page", "best"),
    [
        pytest.param(["/comments/feed/", "/feed/"], "/", "/feed/", id="no-comments"),
        pytest.param(["/feed/", "/nhs/feed/"], "/", "/feed/", id="first-of-several"),
        pytest.param(["/feed/", "/nhs/feed/"], "/nhs", "/nhs/feed/", id="of-its-section"),
        pytest.param(["/a/comments"], "/a", None, id="comments-alone"),
    ],
)
def test_the_main_feed_is_chosen(offered: list[str], page: str, best: str | None) -> None:
    found = choose_main_feed([SITE + one for one in offered], SITE + page)
    assert found == (best and SITE + best)


def test_the_feed_that_a_front_page_offers_is_read(site: FakeSite, crawls: Crawls) -> None:
    offer(site, "/", "/comments/feed", "/feed")
    put_feed(site, "/feed", "Halcyon in the wards")
    report = crawls.run(a_source("outlet", site.url("/"))).report("outlet")
    assert (report["outcome"], report["errors"]) == ("ok", [])
    assert titles(crawls.items()) == ["Halcyon in the wards"]


def test_what_is_new_in_a_feed_that_was_found_is_seen_though_the_page_stays(
    site: FakeSite, crawls: Crawls
) -> None:
    offer(site, "/", "/feed")
    put_feed(site, "/feed", "One")
    crawls.run(a_source("outlet", site.url("/")))
    site.page("/b", article_page("Two", long_text("clinics")))
    site.page("/feed", feed([Entry(title="Two", link=site.url("/b"))]), content_type=FEED_TYPE)
    crawls.run(a_source("outlet", site.url("/")))
    assert titles(crawls.items()) == ["One", "Two"]


def test_pages_that_name_each_other_as_feeds_end(site: FakeSite, crawls: Crawls) -> None:
    offer(site, "/", "/other")
    offer(site, "/other", "/")
    report = crawls.run(a_source("outlet", site.url("/"))).report("outlet")
    assert report["outcome"] == "failed"
    assert site.url("/other") in report["errors"][0]


def test_a_feed_that_leads_to_another_host_is_not_replaced_by_one_of_that(
    site: FakeSite, crawls: Crawls
) -> None:
    offer(site, "/parked", "/feed", host="127.0.0.3")
    site.behave("/feed.xml", redirect(site.url("/parked", host="127.0.0.3"), status=301))
    report = crawls.run(a_source("outlet", site.url("/feed.xml"))).report("outlet")
    assert report["outcome"] == "not-a-feed"
    assert site.requests("/feed") == []


def test_doctor_says_which_feed_was_found(site: FakeSite) -> None:
    offer(site, "/", "/feed", "/second")
    put_feed(site, "/feed", "Halcyon in the wards")
    source = a_source("outlet", site.url("/"))
    steps = {one.step: one for one in inspect_source(source, crawl_settings())}
    note = f"a web page; of the 2 feeds that it links to, {site.url('/feed')} is read"
    assert note in steps["listing"].lines
    assert "- Halcyon in the wards" in steps["parts"].lines
