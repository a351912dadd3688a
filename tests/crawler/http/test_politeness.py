"""Being asked to wait, and being sent away (RELIABILITY trap 8, C-05, C-06)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage.model import TextState
from tests.crawler.polling.test_polls import publish
from tests.support.crawls import Crawls, a_source
from tests.support.site import FakeSite, answer


@pytest.mark.parametrize(
    ("status", "value", "at_least", "at_most"),
    [
        (429, "7200", timedelta(hours=2), timedelta(hours=2.1)),
        (503, "Thu, 01 Jan 2099 00:00:00 GMT", timedelta(hours=23.9), timedelta(hours=24.1)),
        (429, "-1", timedelta(minutes=14), timedelta(minutes=17)),
        (503, "soon", timedelta(minutes=14), timedelta(minutes=17)),
    ],
)
def test_a_source_that_asks_for_time_is_asked_once_and_then_left_alone(
    site: FakeSite,
    crawls: Crawls,
    status: int,
    value: str,
    at_least: timedelta,
    at_most: timedelta,
) -> None:
    # Scrapy asks three times within a tenth of a second
    site.behave("/feed.xml", answer(status=status, headers={"Retry-After": value}))
    assert crawls.run(a_source("outlet", site.url("/feed.xml"))).code == 0
    assert len(site.requests("/feed.xml")) == 1
    wait = crawls.state("outlet").next_at - datetime.now(UTC)
    assert at_least <= wait + timedelta(seconds=30)
    assert wait <= at_most


def test_a_host_that_asks_for_time_among_its_pages_gets_it(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(6), etag='"1"')
    site.behave("/3.html", answer(status=429, headers={"Retry-After": "3600"}))
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    assert [item.text_state for item in crawls.items()] == [
        *[TextState.LISTED] * 4,
        *[TextState.FULL] * 2,
    ]
    assert [one.path for one in site.requests()][-1] == "/3.html"
    wait = crawls.state("outlet").next_at - datetime.now(UTC)
    assert wait > timedelta(minutes=59)


def test_a_source_that_is_gone_for_good_is_asked_once_a_week_and_keeps_its_items(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(2))
    crawls.run(source)
    site.behave("/feed.xml", answer(status=410))
    report = crawls.run(source).report("outlet")
    assert "removed it for good" in report["errors"][0]
    assert crawls.state("outlet").next_at - datetime.now(UTC) > timedelta(days=6.9)
    assert len(crawls.items()) == 2


def test_a_temporary_error_is_asked_twice_and_then_at_the_next_poll(
    site: FakeSite, crawls: Crawls
) -> None:
    site.behave("/feed.xml", answer(status=500))
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    assert len(site.requests("/feed.xml")) == 2


def test_several_sources_of_a_silent_host_do_not_each_wait_for_it(
    site: FakeSite, crawls: Crawls
) -> None:
    from tests.support.site import hang

    for number in range(8):
        site.behave(f"/{number}.xml", hang())
    sources = [a_source(f"s{n}", site.url(f"/{n}.xml")) for n in range(8)]
    crawled = crawls.run(*sources, timeout=1)
    asked = [request for n in range(8) for request in site.requests(f"/{n}.xml")]
    assert len(asked) < len(sources)
    assert {crawled.report(source.key)["outcome"] for source in sources} == {"failed"}
