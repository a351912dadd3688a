"""`doctor`: a source examined step by step."""

from __future__ import annotations

from crawler.inspect import Step, inspect_source
from tests.crawler.test_crawl import list_in_feed, publish
from tests.support.crawls import a_source, crawl_settings
from tests.support.site import Entry, FakeSite, answer, redirect


def examined(site: FakeSite, **settings: tuple[str, ...]) -> dict[str, Step]:
    source = a_source("outlet", site.url("/feed.xml"))
    return {step.step: step for step in inspect_source(source, crawl_settings(**settings))}


def test_a_sound_source_goes_through_every_step(site: FakeSite) -> None:
    publish(site, range(8), etag='"1"')
    steps = examined(site)
    assert list(steps) == ["fetch", "listing", "dates", "page", "extraction", "decision"]
    assert all(step.ok for step in steps.values())
    assert "conditional requests by etag" in steps["fetch"].lines
    assert "8 entries, language not said" in steps["listing"].lines
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
    assert list(steps) == ["fetch", "listing"]
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
