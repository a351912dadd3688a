"""Polls of feeds that are none, break off or redirect; and very long ones."""

from __future__ import annotations

import gzip

import pytest

from storage.model import TextState
from tests.crawler.polling.test_polls import MARCH, list_in_feed, publish
from tests.support.crawls import AGENT, Crawls, a_source
from tests.support.site import (
    FEED_TYPE,
    Entry,
    FakeSite,
    answer,
    article_page,
    cut_short,
    drop,
    feed,
    head,
    long_text,
    raw,
    redirect,
    slow,
)


def test_feeds_that_are_none_wipe_nothing_and_say_what_they_are(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(2), etag='"1"')
    crawls.run(source)
    before = crawls.state("outlet")
    cases = {
        "not-a-feed": answer(
            '<html><head><title>Outlet</title><link rel="alternate" type="application/rss+xml" '
            'href="/rss"></head><body><p>Welcome</p></body></html>'
        ),
        "blocked": answer(
            "<html><title>Just a moment...</title></html>",
            status=403,
            headers={"cf-mitigated": "challenge"},
        ),
        "failed": answer(status=500),
    }
    for outcome, reply in cases.items():
        site.behave("/feed.xml", reply)
        assert crawls.run(source).report("outlet")["outcome"] == outcome
        after = crawls.state("outlet")
        assert after.validators == before.validators
        assert after.last_success_at == before.last_success_at
    site.page("/feed.xml", b"", content_type=FEED_TYPE)
    assert crawls.run(source).report("outlet")["outcome"] == "not-a-feed"
    assert len(crawls.items()) == 2
    assert crawls.state("outlet").failures == 4


def test_a_page_in_place_of_a_feed_names_the_feeds_that_it_offers(
    site: FakeSite, crawls: Crawls
) -> None:
    site.page(
        "/feed.xml",
        '<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>',
    )
    report = crawls.run(a_source("outlet", site.url("/feed.xml"))).report("outlet")
    assert site.url("/rss") in report["errors"][0]


def test_a_truncated_feed_keeps_what_is_there_and_is_asked_for_again(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    entries = publish(site, range(4))
    whole = feed(entries)
    cut = whole[: whole.rindex(b"<item>") + 20]
    site.page("/feed.xml", cut, content_type=FEED_TYPE, etag='"cut"')
    crawls.run(source)
    assert len(crawls.items()) >= 3
    state = crawls.state("outlet")
    assert (state.validators.etag, state.baseline_done_at) == (None, None)
    site.page("/feed.xml", whole, content_type=FEED_TYPE, etag='"whole"')
    crawls.run(source)
    assert len(crawls.items()) == 4
    assert all(item.baseline for item in crawls.items())
    assert crawls.state("outlet").validators.etag == '"whole"'


def test_half_a_gzip_stream_is_kept_and_asked_for_again(site: FakeSite, crawls: Crawls) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    entries = publish(site, range(40))
    half = gzip.compress(feed(entries))[:-300]
    headers = {"Content-Encoding": "gzip", "ETag": '"1"', "Content-Type": FEED_TYPE}
    site.behave("/feed.xml", raw(head(200, headers | {"Content-Length": str(len(half))}) + half))
    report = crawls.run(source, pages=1).report("outlet")
    assert 0 < report["listed"] < 40
    assert crawls.state("outlet").validators.etag is None
    list_in_feed(site, entries, etag='"1"')
    crawls.run(source, pages=1)
    assert len(crawls.items()) == 40
    assert crawls.state("outlet").validators.etag == '"1"'


def test_a_feed_that_breaks_off_is_a_failure_and_is_asked_twice_at_most(
    site: FakeSite, crawls: Crawls
) -> None:
    site.behave("/feed.xml", cut_short(b"<rss>", promised=5000))
    report = crawls.run(a_source("outlet", site.url("/feed.xml"))).report("outlet")
    assert report["outcome"] == "failed"
    assert "closed before the response was complete" in report["errors"][0]
    assert len(site.requests("/feed.xml")) == 2


def test_a_dropped_connection_is_a_failure_that_says_so(site: FakeSite, crawls: Crawls) -> None:
    # Scrapy ends such a crawl as "finished"
    site.behave("/feed.xml", drop())
    crawled = crawls.run(a_source("outlet", site.url("/feed.xml")))
    assert crawled.report("outlet")["outcome"] == "failed"
    assert crawls.state("outlet").last_error


def test_requests_are_honest_and_carry_no_cookies(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(2))
    site.behave(
        "/0.html",
        answer(article_page("A", long_text("a")), headers={"Set-Cookie": "track=1; Path=/"}),
    )
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    for asked in site.requests():
        assert asked.headers["user-agent"] == AGENT
        assert "cookie" not in asked.headers
        assert "referer" not in asked.headers


def test_one_host_is_asked_one_thing_at_a_time_whatever_its_sources(
    site: FakeSite, crawls: Crawls
) -> None:
    entries = publish(site, range(6))
    sources = []
    for number in range(3):
        part = feed(entries[number * 2 : number * 2 + 2], title=f"Part {number}")
        address = site.page(f"/part{number}.xml", part, content_type=FEED_TYPE)
        # certificates that do not count put a source into another Scrapy crawler
        sources.append(a_source(f"part{number}", address, verify_tls=number != 1))
    for number in range(6):
        # answers take a moment: what is asked meanwhile is seen
        page = article_page(f"Trust {number}", long_text(f"record review {number}"))
        site.behave(f"/{number}.html", slow(answer(page), seconds=0.2))
    crawls.run(*sources)
    assert len(crawls.items()) == 6
    assert site.most_open["127.0.0.2"] == 1


def test_an_article_behind_a_redirect_is_found_under_both_addresses(
    site: FakeSite, crawls: Crawls
) -> None:
    site.page("/real.html", article_page("A real one", long_text("a redirect")))
    site.behave("/short", redirect("/real.html", status=301))
    list_in_feed(site, [Entry(title="A real one", link=site.url("/short"), guid="1")])
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    with crawls.store.reading() as unit:
        for path in ("/short", "/real.html"):
            found = unit.items.find_url(site.url(path))
            assert found is not None
            assert found.text_state is TextState.FULL


def test_redirects_without_end_are_given_up(site: FakeSite, crawls: Crawls) -> None:
    site.behave("/feed.xml", redirect("/feed.xml"))
    report = crawls.run(a_source("outlet", site.url("/feed.xml"))).report("outlet")
    assert "too many redirects" in report["errors"][0]
    assert len(site.requests("/feed.xml")) <= 6


def test_a_feed_of_thousands_of_entries_is_stored_whole(site: FakeSite, crawls: Crawls) -> None:
    entries = [
        Entry(title=f"Notice {n}", link=site.url(f"/{n}"), guid=f"g{n}", published=MARCH)
        for n in range(2000)
    ]
    list_in_feed(site, entries)
    crawled = crawls.run(a_source("outlet", site.url("/feed.xml")), pages=1)
    assert crawled.report("outlet")["new"] == 2000
    with crawls.store.reading() as unit:
        assert unit.items.count() == 2000


@pytest.mark.long
def test_ten_thousand_entries_are_stored_whole_by_the_first_poll(
    site: FakeSite, crawls: Crawls
) -> None:
    """Row 22; they are read in parts of a thousand."""
    entries = [
        Entry(title=f"Notice {n}", link=site.url(f"/{n}"), guid=f"g{n}", published=MARCH)
        for n in range(10_000)
    ]
    list_in_feed(site, entries, etag='"1"')
    child = crawls.start(a_source("outlet", site.url("/feed.xml")), pages=1, deadline=400)
    assert child.wait(400) == 0
    with crawls.store.reading() as unit:
        assert unit.items.count() == 10_000
    state = crawls.state("outlet")
    assert (state.continue_at, state.validators.etag) == (0, '"1"')
    assert state.baseline_done_at is not None
