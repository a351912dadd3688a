"""Adding a source by any address: it is looked at while its page shows how far, then chosen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.crawler.polling.test_polls import publish
from tests.desk.browser import Browser, Page, RunningDesk
from tests.desk.forms import form_of, send, take_up
from tests.supplierwatch.instance import SOURCES
from tests.support.site import FakeSite

HEADLINES = (
    "Millbrook pauses its move to the platform",
    "Trusts in the north wait for the review",
    "Halcyon wins a contract for bed planning",
)
LONGEST = 120.0  # seconds; a busy machine


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as made:
        yield made


def finished(browser: Browser, answer: Page) -> Page:
    """The page of a job once it has ended."""
    assert answer.code == 303, answer.words
    where = answer.headers["location"]
    assert urlsplit(where).path.startswith("/jobs/")
    end = time.monotonic() + LONGEST
    page = browser.ask(where)
    while "data-refresh" in page.text and time.monotonic() < end:
        time.sleep(0.2)
        page = browser.ask(where)
    assert "data-refresh" not in page.text
    return page


def looked_at(browser: Browser, address: str) -> Page:
    page = browser.ask("/new-source")
    return finished(browser, browser.ask("/new-source", {"csrf": page.csrf, "address": address}))


def option(page: Page, number: int) -> str:
    found = page.text.split('href="/new-source/choose?job=')[1].split("&")[0]
    return f"/new-source/choose?job={found}&option={number}"


def test_a_page_leads_to_its_feed_which_is_chosen_examined_and_added(
    desk: RunningDesk, site: FakeSite
) -> None:
    publish(site, range(3))
    head = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    site.page("/news", f"<html><head>{head}</head><body><p>Welcome</p></body></html>")
    browser = desk.browser("editor")

    page = looked_at(browser, site.url("/news"))
    assert "1 way to read it" in page.words
    assert site.url("/feed.xml") in page.words
    assert desk.instance.config.joinpath("sources.toml").read_text() == SOURCES

    page = browser.ask(option(page, 0))
    assert form_of(page).values["kind"] == "feed"
    assert "3 entries" in page.words
    examined = finished(browser, send(browser, "/new-source/try", page))
    assert "This source can be read." in examined.words
    page = send(browser, "/new-source/save", page, key="local", name="Local News")
    assert page.heading == "Saved"
    assert desk.instance.config.joinpath("sources.toml").read_text() == (
        f"{SOURCES}\n[[source]]\nkey = 'local'\nkind = 'feed'\nurl = '{site.url('/feed.xml')}'\n"
        "name = 'Local News'\n"
    )
    take_up(desk)
    assert browser.ask("/sources/local").heading == "Local News"
    page = looked_at(browser, site.url("/feed.xml"))
    assert "Declared already: local" in page.words


def test_a_page_without_a_feed_offers_its_links_and_the_person_confirms(
    desk: RunningDesk, site: FakeSite
) -> None:
    links = "".join(
        f'<li class="story"><a href="/{n}.html">{title}</a></li>'
        for n, title in enumerate(HEADLINES)
    )
    site.page("/news", f"<html><body><main><ul>{links}</ul></main></body></html>")
    browser = desk.browser("editor")
    page = looked_at(browser, site.url("/news"))
    assert "The links that the page lists" in page.words
    for title in HEADLINES:
        assert title in page.words
    page = browser.ask(option(page, 0))
    assert form_of(page).values["select_entry"] == "li.story"
    page = send(browser, "/new-source/save", page, key="local")
    assert page.heading == "Saved"
    text = desk.instance.config.joinpath("sources.toml").read_text()
    assert "kind = 'page'" in text
    assert "select = {entry = 'li.story'}" in text


def test_an_address_with_nothing_to_read_says_what_to_do(desk: RunningDesk, site: FakeSite) -> None:
    site.page("/about", "<html><body><p>Nothing is listed.</p></body></html>")
    page = looked_at(desk.browser("editor"), site.url("/about"))
    assert "Nothing that lists articles was found there." in page.words


def test_a_private_address_is_not_fetched(desk: RunningDesk, site: FakeSite) -> None:
    settings = desk.instance.config / "settings.toml"
    settings.write_text(settings.read_text().replace('allowed_hosts = ["127.0.0.0/8"]', ""))
    take_up(desk)
    publish(site, range(1))
    page = looked_at(desk.browser("editor"), site.url("/feed.xml"))
    assert "allowed_hosts" in page.words
    assert site.requests() == []


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", "ftp://x.example", "https://u:p@x.example", "x" * 3_000, "a b"],
)
def test_what_is_no_address_is_refused_before_anything_is_fetched(
    desk: RunningDesk, address: str
) -> None:
    browser = desk.browser("editor")
    csrf = browser.ask("/new-source").csrf
    page = browser.ask("/new-source", {"csrf": csrf, "address": address})
    assert page.code == 400
    assert "The address" in page.words


def test_a_key_that_is_taken_is_refused_and_what_was_typed_stays(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    form = {
        "csrf": browser.ask("/new-source").csrf,
        "base": form_of(browser.ask("/sources/trolley/edit")).values["base"],
        "key": "trolley",
        "kind": "feed",
        "url": "https://new.example/feed",
        "enabled": "1",
        "relook": "1",
        "verify_tls": "1",
    }
    page = browser.ask("/new-source/save", form)
    assert page.code == 400
    assert "There is a source trolley already" in page.words
    assert form_of(page).values["url"] == "https://new.example/feed"


@pytest.mark.parametrize(
    "path",
    ["/jobs/0123", "/jobs/%3Cscript%3E", "/new-source/choose", "/new-source/choose?job=a&option=0"],
)
def test_a_job_that_is_not_known_is_missing(desk: RunningDesk, path: str) -> None:
    assert desk.browser("editor").ask(path).code == 404
