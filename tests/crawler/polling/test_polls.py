"""Whole polls, in child processes, against a site on loopback, into a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.model import TextState
from tests.support.crawls import Crawls, a_source, titles
from tests.support.site import (
    FEED_TYPE,
    Entry,
    FakeSite,
    answer,
    article_page,
    feed,
    long_text,
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
        unit.pages.record_failure(item.item_id, reason="http-500", now=now, retry_at=now)
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
