"""Any address that somebody pastes: by which kinds it can be read, with a sample of each."""

from __future__ import annotations

import threading

from crawler.processes.inspect import FoundSource, Step, discover_source, inspect_source
from tests.crawler.polling.test_polls import publish
from tests.support.crawls import a_source, crawl_settings
from tests.support.site import FakeSite, answer

HEADLINES = (
    "Millbrook pauses its move to the platform",
    "Trusts in the north wait for the review",
    "Halcyon wins a contract for bed planning",
)


def discovered(site: FakeSite, path: str) -> tuple[tuple[Step, ...], tuple[FoundSource, ...]]:
    return discover_source(a_source("outlet", site.url(path)), crawl_settings())


def test_a_feed_is_found_at_its_own_address(site: FakeSite) -> None:
    publish(site, range(4))
    steps, (found,) = discovered(site, "/feed.xml")
    assert [step.ok for step in steps] == [True, True]
    assert (found.kind, found.url, found.entries) == ("feed", site.url("/feed.xml"), 4)
    assert len(found.sample) == 4
    assert found.newest_at is not None


def test_a_page_leads_to_its_feed_and_to_the_links_that_it_lists(site: FakeSite) -> None:
    publish(site, range(2))
    links = "".join(
        f'<article><h2><a href="/{n}.html">{title}</a></h2></article>'
        for n, title in enumerate(HEADLINES)
    )
    head = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    site.page("/news", f"<html><head>{head}</head><body><main>{links}</main></body></html>")

    _, found = discovered(site, "/news")

    assert [(one.kind, one.url) for one in found] == [
        ("feed", site.url("/feed.xml")),
        ("page", site.url("/news")),
    ]
    assert found[1].select.entry is not None
    assert [one.title for one in found[1].sample] == list(HEADLINES)


def test_an_address_without_a_listing_says_so(site: FakeSite) -> None:
    site.page("/about", "<html><body><p>Nothing is listed here.</p></body></html>")
    steps, found = discovered(site, "/about")
    assert found == ()
    assert not steps[-1].ok
    assert "nothing that lists entries" in steps[-1].lines[0]


def test_an_address_that_fails_is_tried_once(site: FakeSite) -> None:
    site.behave("/gone", answer(status=404))
    steps, found = discovered(site, "/gone")
    assert (found, [step.step for step in steps]) == ((), ["fetch"])
    assert len([one for one in site.requests() if one.path == "/gone"]) == 1


def test_a_private_address_is_not_fetched(site: FakeSite) -> None:
    publish(site, range(1))
    source = a_source("outlet", site.url("/feed.xml"))
    steps, found = discover_source(source, crawl_settings(allowed_hosts=()))
    assert found == ()
    assert "allowed_hosts" in steps[0].lines[0]
    assert site.requests() == []


def test_steps_are_told_as_they_are_done_and_the_process_ends_when_asked(site: FakeSite) -> None:
    publish(site, range(1))
    source = a_source("outlet", site.url("/feed.xml"))
    told: list[str] = []
    steps = inspect_source(source, crawl_settings(), progress=lambda step: told.append(step.step))
    assert told == [step.step for step in steps]
    ending = threading.Event()
    ending.set()
    assert not inspect_source(source, crawl_settings(), ending=ending)[-1].ok
