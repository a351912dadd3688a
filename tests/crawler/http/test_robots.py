"""robots.txt, over real sockets: what Scrapy 2.19 gets wrong (RELIABILITY trap 9, C-01, C-02)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.crawler.polling.test_polls import publish
from tests.support.crawls import Crawls, a_source
from tests.support.site import FEED_TYPE, FakeSite, Reply, answer, drop, feed, hang, redirect

CLOSED = "User-agent: *\nDisallow: /"


def robots(text: str, status: int = 200) -> Reply:
    return answer(text, status=status, content_type="text/plain")


def test_a_host_whose_robots_txt_fails_is_not_fetched_from(site: FakeSite, crawls: Crawls) -> None:
    replies = {"500": robots("", 500), "503": robots("", 503), "hang": hang(), "drop": drop()}
    publish(site, range(1))
    sources = []
    for number, (name, reply) in enumerate(replies.items(), start=2):
        host = f"127.0.0.{number}"
        site.behave("/robots.txt", reply, host=host)
        sources.append(a_source(name, site.url("/feed.xml", host=host)))
    crawled = crawls.run(*sources, timeout=1)
    for name in replies:
        report = crawled.report(name)
        assert report["outcome"] == "failed", name
        assert "nothing may be fetched" in report["errors"][0]
    assert {one.path for one in site.requests()} == {"/robots.txt"}


def test_a_host_without_robots_txt_allows_everything(site: FakeSite, crawls: Crawls) -> None:
    statuses = (401, 403, 404, 429)
    site.page("/feed.xml", feed([]), content_type=FEED_TYPE)
    sources = []
    for number, status in enumerate(statuses, start=2):
        host = f"127.0.0.{number}"
        site.behave("/robots.txt", robots(CLOSED, status), host=host)
        sources.append(a_source(f"s{status}", site.url("/feed.xml", host=host)))
    crawled = crawls.run(*sources)
    assert [crawled.report(source.key)["outcome"] for source in sources] == ["empty"] * 4


def test_what_is_forbidden_is_not_fetched_and_blocks_the_source(
    site: FakeSite, crawls: Crawls
) -> None:
    publish(site, range(1))
    site.behave("/robots.txt", robots("User-agent: supplierwatch\nDisallow: /feed"))
    report = crawls.run(a_source("outlet", site.url("/feed.xml"))).report("outlet")
    assert report["outcome"] == "blocked"
    assert site.requests("/feed.xml") == []


def test_forbidden_pages_stay_thin(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(2))
    site.behave("/robots.txt", robots("User-agent: *\nDisallow: /0.html"))
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    assert [item.thin_reason for item in crawls.items()] == ["robots", None]
    assert site.requests("/0.html") == []


def test_robots_txt_is_asked_once_a_day_over_all_crawls(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(1))
    source = a_source("outlet", site.url("/feed.xml"))
    crawls.run(source)
    crawls.run(source)
    assert len(site.requests("/robots.txt")) == 1
    origin = site.url("")
    with crawls.store.transaction() as unit:
        unit.robots_files.put(origin, datetime.now(UTC) - timedelta(hours=25), 200, "")
    crawls.run(source)
    assert len(site.requests("/robots.txt")) == 2


def test_an_old_copy_serves_while_the_host_cannot_be_asked(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(2))
    site.behave("/robots.txt", robots("", 500))
    with crawls.store.transaction() as unit:
        long_ago = datetime.now(UTC) - timedelta(days=20)
        unit.robots_files.put(site.url(""), long_ago, 200, "User-agent: *\nDisallow: /0")
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    assert [item.thin_reason for item in crawls.items()] == ["robots", None]


def test_a_redirect_to_another_host_is_held_to_that_hosts_rules(
    site: FakeSite, crawls: Crawls
) -> None:
    site.behave("/feed.xml", redirect(site.url("/other.xml", host="127.0.0.3")))
    site.behave("/robots.txt", robots(CLOSED), host="127.0.0.3")
    report = crawls.run(a_source("outlet", site.url("/feed.xml"))).report("outlet")
    assert report["outcome"] == "blocked"
    assert site.requests("/other.xml") == []


def test_redirects_of_robots_txt_are_followed(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(1))
    for hop in range(4):
        site.behave(f"/hop{hop}", redirect(f"/hop{hop + 1}"))
    site.behave("/robots.txt", redirect("/hop0"))
    site.behave("/hop4", robots(CLOSED))
    assert (
        crawls.run(a_source("outlet", site.url("/feed.xml"))).report("outlet")["outcome"]
        == "blocked"
    )


def test_crawl_delay_is_kept_between_all_requests(site: FakeSite, crawls: Crawls) -> None:
    publish(site, range(2))
    site.behave("/robots.txt", robots("User-agent: *\nCrawl-delay: 1.0\nDisallow:"))
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    times = [one.at for one in site.requests()]
    assert len(times) == 4
    gaps = [later - earlier for earlier, later in pairwise(times)]
    # seen by the site, which may have been late to see the first of two
    assert min(gaps) >= 0.6
