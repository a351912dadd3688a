"""Whole polls, in child processes, against a site on loopback, into a database."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from storage.model import TextState
from tests.support.crawls import AGENT, Crawls, a_source, titles
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

MARCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def publish(
    site: FakeSite, numbers: range, *, host: str | None = None, etag: str | None = None
) -> list[Entry]:
    """Put articles on the site and list them in its feed, the newest first."""
    entries = []
    for number in reversed(numbers):
        title = f"Trust {number} reviews its records"
        link = site.page(
            f"/{number}.html",
            article_page(title, long_text(f"record review {number}")),
            host=host,
            etag=f'"page-{number}"',
        )
        published = MARCH + timedelta(hours=number)
        entries.append(Entry(title=title, link=link, guid=f"g{number}", published=published))
    list_in_feed(site, entries, host=host, etag=etag)
    return entries


def list_in_feed(
    site: FakeSite, entries: list[Entry], *, host: str | None = None, etag: str | None = None
) -> None:
    site.page("/feed.xml", feed(entries), host=host, content_type=FEED_TYPE, etag=etag)


def test_a_feed_is_read_through_to_its_pages(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(3))
    crawled = crawls.run(a_source("outlet", site.url("/feed.xml")))
    assert crawled.code == 0
    report = crawled.report("outlet")
    assert (report["outcome"], report["listed"], report["new"], report["completed"]) == (
        "ok",
        3,
        3,
        3,
    )
    items = crawls.items()
    assert titles(items) == [f"Trust {n} reviews its records" for n in range(3)]
    assert all(item.text_state is TextState.FULL for item in items)
    assert "record review 2" in items[2].body
    assert "Most read" not in items[2].body
    assert crawls.state("outlet").baseline_done_at is not None


def test_the_first_poll_is_baseline_and_later_ones_are_not(site: FakeSite, crawls: Crawls) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(2))
    crawls.run(source)
    publish(site, range(3))
    crawls.run(source)
    assert [item.baseline for item in crawls.items()] == [True, True, False]


def test_a_feed_without_entries_ends_the_baseline(site: FakeSite, crawls: Crawls) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(0))
    assert crawls.run(source).report("outlet")["outcome"] == "empty"
    publish(site, range(1))
    crawls.run(source)
    assert [item.baseline for item in crawls.items()] == [False]


def test_a_second_poll_fetches_the_feed_alone_and_conditionally(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(3), etag='W/"feed 1"')
    crawls.run(source)
    site.forget()
    report = crawls.run(source).report("outlet")
    assert (report["outcome"], report["http_status"]) == ("not-modified", 304)
    assert [one.path for one in site.requests()] == ["/feed.xml"]
    assert site.requests()[0].headers["if-none-match"] == 'W/"feed 1"'


def test_an_unchanged_feed_without_validators_is_no_work(site: FakeSite, crawls: Crawls) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(2))
    crawls.run(source)
    report = crawls.run(source).report("outlet")
    assert (report["outcome"], report["http_status"], report["listed"]) == ("not-modified", 200, 0)
    assert len(crawls.items()) == 2


def test_a_changed_entry_is_read_again_and_becomes_a_revision(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    entries = publish(site, range(2))
    crawls.run(source)
    site.page(
        "/1.html", article_page("Trust 1 cancels its review", long_text("a cancelled review"))
    )
    changed = Entry(
        title="Trust 1 cancels its review",
        link=entries[0].link,
        guid=entries[0].guid,
        published=entries[0].published,
    )
    list_in_feed(site, [changed, entries[1]])
    site.forget()
    report = crawls.run(source).report("outlet")
    assert (report["new"], report["revised"], report["duplicate"]) == (0, 1, 2)
    assert sorted(one.path for one in site.requests()) == ["/1.html", "/feed.xml"]
    item = crawls.items()[1]
    assert (item.title, item.revision) == ("Trust 1 cancels its review", 2)
    assert "a cancelled review" in item.body
    crawls.run(source)
    assert [one.revision for one in crawls.items()] == [1, 2]


def test_a_changed_entry_whose_page_is_unchanged_costs_one_conditional_request(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    entries = publish(site, range(1))
    crawls.run(source)
    list_in_feed(
        site,
        [
            Entry(
                title=entries[0].title,
                link=entries[0].link,
                guid=entries[0].guid,
                summary="Another teaser.",
                published=entries[0].published,
            )
        ],
    )
    site.forget()
    crawls.run(source)
    assert site.requests("/0.html")[0].headers["if-none-match"] == '"page-0"'
    site.forget()
    crawls.run(source)
    assert site.requests("/0.html") == []
    assert [item.revision for item in crawls.items()] == [1]


def test_a_baseline_reads_the_newest_pages_and_the_rest_later(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(7), etag='"1"')
    crawls.run(source, pages=3)
    states = [item.text_state for item in crawls.items()]
    assert states == [TextState.LISTED] * 4 + [TextState.FULL] * 3
    next_at = crawls.state("outlet").next_at - datetime.now(UTC)
    assert next_at < timedelta(minutes=6)
    crawls.run(source, pages=3)
    crawls.run(source, pages=3)
    items = crawls.items()
    assert all(item.text_state is TextState.FULL for item in items)
    assert all(item.baseline for item in items)
    assert len(site.requests()) == 1 + 3 + 7  # robots.txt, the feed thrice, each page once


def test_what_comes_after_the_baseline_is_read_in_full_however_much_it_is(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(1))
    crawls.run(source, pages=2)
    publish(site, range(8))
    crawls.run(source, pages=2)
    assert {item.text_state for item in crawls.items()} == {TextState.FULL}


def test_a_page_that_cannot_be_read_leaves_a_thin_item(site: FakeSite, crawls: Crawls) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(3), etag='"1"')
    site.behave("/1.html", answer("<html>Subscribers only</html>", status=403))
    crawled = crawls.run(source)
    assert crawled.report("outlet")["thin"] == 1
    thin = crawls.items()[1]
    assert (thin.text_state, thin.thin_reason) == (TextState.THIN, "http-403")
    assert thin.title == "Trust 1 reviews its records"
    assert thin.summary == "A teaser."
    assert [event["reason"] for event in crawled.events if event["event"] == "page.thin"] == [
        "http-403"
    ]
    site.forget()
    crawls.run(source)
    assert site.requests("/1.html") == []  # not before its time


def test_the_full_text_that_comes_later_completes_the_item(site: FakeSite, crawls: Crawls) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(1), etag='"1"')
    site.behave("/0.html", answer(status=500))
    crawls.run(source)
    item = crawls.items()[0]
    assert item.text_state is TextState.THIN
    with crawls.store.transaction() as unit:  # its time has come
        now = datetime.now(UTC)
        unit.items.page_failed(item.item_id, reason="http-500", now=now, retry_at=now)
    site.page("/0.html", article_page(item.title, long_text("a text that came late")))
    report = crawls.run(source).report("outlet")
    assert report["completed"] == 1
    assert "a text that came late" in crawls.items()[0].body


def test_one_article_in_two_sources_is_one_item_with_two_carriers(
    site: FakeSite, crawls: Crawls
) -> None:
    entries = publish(site, range(2))
    site.page("/digest.xml", feed(entries[:1], title="Another"), content_type=FEED_TYPE)
    first, second = (
        a_source("outlet", site.url("/feed.xml")),
        a_source("digest", site.url("/digest.xml")),
    )
    crawls.run(first, second)
    site.forget()
    crawls.run(second, first)
    items = crawls.items()
    assert len(items) == 2
    assert {carrier.source_key for carrier in items[1].carriers} == {"outlet", "digest"}
    assert [one for one in site.requests() if one.path.endswith(".html")] == []


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
    assert "broke off" in report["errors"][0]
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
