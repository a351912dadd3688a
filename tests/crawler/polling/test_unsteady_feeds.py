"""Feeds that change what identifies their entries: nothing is lost, and nothing comes twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.crawls import Crawls, a_source
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed, long_text

MARCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MANY = 12
Link = Callable[[FakeSite, int], str]


def publish(
    site: FakeSite,
    *,
    link: Link,
    guid: Callable[[int], str | None],
    days: int = 0,
    many: int = MANY,
) -> None:
    """A feed of the same articles, at the addresses and under the identifiers of this poll."""
    entries = []
    for number in range(many):
        title = f"Trust {number} reviews its records"
        body = article_page(title, long_text(f"record review {number}"))
        address = link(site, number)
        site.page("/" + address.split("/", 3)[3].partition("?")[0], body)
        published = MARCH + timedelta(hours=number, days=days)
        summary = f"The board of trust {number} met on Monday"
        entries.append(
            Entry(
                title=title, link=address, guid=guid(number), published=published, summary=summary
            )
        )
    site.page("/feed.xml", feed(reversed(entries)), content_type=FEED_TYPE)


def plainly(site: FakeSite, number: int) -> str:
    return site.url(f"/news/{number}")


def named(number: int) -> str:
    return f"guid-{number}"


def nameless(number: int) -> None:
    return None


CHANGED: dict[str, Link] = {
    "another host": lambda site, n: site.url(f"/news/{n}", host="127.0.0.3"),
    "tracking": lambda site, n: site.url(f"/news/{n}?utm_source=rss&utm_campaign=x{n}"),
    "a session": lambda site, n: site.url(f"/news/{n}?sessionid=abc{n * 7}"),
    "other paths": lambda site, n: site.url(f"/2026/03/{n}-story"),
}


@pytest.mark.parametrize("change", CHANGED)
@pytest.mark.parametrize("guid", [named, nameless], ids=["named", "nameless"])
def test_a_feed_that_changes_all_its_links_brings_nothing_new(
    site: FakeSite, crawls: Crawls, change: str, guid: Callable[[int], str | None]
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, link=plainly, guid=guid)
    crawls.run(source)
    publish(site, link=CHANGED[change], guid=guid)
    report = crawls.run(source).report("outlet")
    assert report["outcome"] == "ok"
    items = crawls.items()
    assert len(items) == MANY
    assert {item.revision for item in items} == {1}


@pytest.mark.parametrize("guid", [named, nameless], ids=["named", "nameless"])
def test_a_feed_that_dates_all_its_entries_anew_brings_nothing_new(
    site: FakeSite, crawls: Crawls, guid: Callable[[int], str | None]
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, link=plainly, guid=guid)
    crawls.run(source)
    publish(site, link=plainly, guid=guid, days=3)
    crawls.run(source)
    items = crawls.items()
    assert len(items) == MANY
    assert {item.revision for item in items} == {1}


def test_identifiers_that_change_at_every_poll_bring_nothing_new(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    for poll in range(3):
        publish(site, link=plainly, guid=lambda number, poll=poll: f"poll-{poll}-{number}")
        crawls.run(source)
    assert len(crawls.items()) == MANY


def test_a_new_entry_among_changed_ones_is_found(site: FakeSite, crawls: Crawls) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, link=plainly, guid=nameless)
    crawls.run(source)
    publish(site, link=CHANGED["other paths"], guid=nameless, many=MANY + 1)
    crawls.run(source)
    titles = [item.title for item in crawls.items()]
    assert len(titles) == MANY + 1
    assert titles[-1] == f"Trust {MANY} reviews its records"
