"""From an empty installation to a briefing and a colleague, with scripts and without."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.services import Installation, Running, eventually, own_words
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed
from tests.web import steps
from tests.web.steps import Person
from tests.web.tabs import open_tab

BEFORE = ("Thornholt signs for three years",)
THEN = ("Millbrook pauses the move", "Carrow counts the letters that went astray")


def publish(site: FakeSite, titles: Sequence[str]) -> None:
    """Let the outlet list articles about the supplier, each with its page."""
    entries = []
    for number, title in enumerate(titles):
        text = f"Halcyon Health told the trust about it: {title}.\n\n{own_words(number)}"
        link = site.page(f"/{number}", article_page(title, text))
        entries.append(Entry(title=title, link=link, guid=str(number)))
    site.page("/feed.xml", feed(entries), content_type=FEED_TYPE)
    named = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    site.page("/", f"<html><head><title>The Outlet</title>{named}</head><body></body></html>")


@pytest.fixture
def outlet() -> Iterator[FakeSite]:
    """An outlet on loopback."""
    with FakeSite() as site:
        publish(site, BEFORE)
        yield site


@pytest.fixture
def nothing_yet(tmp_path: Path) -> Installation:
    """An installation without sources, suppliers, watches or subscriptions."""
    made = Installation(folder=tmp_path)
    made.config.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made.settings(service=f'listen = "127.0.0.1:{free.getsockname()[1]}"\n')
    for name in ("sources", "suppliers", "watches", "subscriptions"):
        made.write(f"{name}.toml", "# none yet\n")
    return made


def first_link(running: Running) -> str:
    """The link that the service has printed."""
    pattern = re.compile(r"desk: +(\S+/link/\S+)")
    assert eventually(lambda: pattern.search(running.log) is not None, within=120), running.log
    return pattern.findall(running.log)[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_a_newsroom_begins_from_nothing(
    chromium: Browser, nothing_yet: Installation, outlet: FakeSite, *, scripts: bool
) -> None:
    with (
        nothing_yet.running() as running,
        open_tab(chromium, scripts=scripts) as tab,
    ):
        tab.expected.add(404)  # what was saved is there once the service has taken it up
        link = first_link(running)
        ruth = Person(page=tab.page, home=link.partition("/link/")[0])
        steps.use_first_link(ruth, link)
        assert "There is no watch yet" in tab.page.locator("main").inner_text()

        steps.add_source(ruth, outlet.url("/"))
        ruth.go("/sources/outlet")
        ruth.wait_for(lambda: tab.page.get_by_role("link", name=BEFORE[0]))
        assert "1 found since" in steps.write_watch(ruth)
        steps.add_subscription(ruth)
        ruth.go("/subscriptions/morning")
        ruth.wait_for(lambda: tab.page.get_by_role("button", name="Send now"))

        publish(outlet, [*BEFORE, *THEN])
        assert "2 new" in steps.poll_now(ruth)
        ruth.go("/")
        for title in THEN:
            ruth.wait_for(lambda title=title: steps.story(ruth, title))  # type: ignore[misc]
        assert steps.story(ruth, BEFORE[0]).count() == 0  # what was there before is no news

        assert "1 message" in steps.send_digest(ruth)
        assert any(THEN[0] in mail.read_text() for mail in nothing_yet.mails)

        steps.call_not_relevant(ruth, THEN[1], "The other Halcyon")
        ruth.go("/")
        assert steps.story(ruth, THEN[1]).count() == 0
        assert "The other Halcyon" in str(tab.page.locator("#not-relevant").text_content())

        steps.make_briefing(ruth, THEN[0], "They will be asked about this.")
        assert ruth.heading == "For the board"
        printed = tab.page.locator("main").inner_text()
        assert THEN[0] in printed
        assert "They will be asked about this." in printed

        hers = steps.add_reader(ruth, "owen")
        with open_tab(chromium, scripts=scripts) as other:
            owen = Person(page=other.page, home=ruth.home)
            steps.use_first_link(owen, hers, "owen")
            look_as_reader(owen, tab_troubles=other.expected)


def look_as_reader(owen: Person, *, tab_troubles: set[int]) -> None:
    """A reader sees what was found, and is neither offered nor allowed what changes things."""
    owen.go("/")
    assert steps.story(owen, THEN[0]).count() == 1
    assert owen.page.get_by_role("button", name="Not relevant").count() == 0
    offered = owen.page.get_by_role("navigation", name="Pages").inner_text()
    assert "Users" not in offered
    assert "Messages" not in offered
    owen.go("/watches")
    assert owen.page.get_by_role("link", name="Write a new watch").count() == 0
    tab_troubles.add(403)
    for path in ("/new-watch", "/new-source", "/subscriptions", "/messages", "/users", "/changes"):
        assert owen.go(path) == 403, path
        assert owen.heading == "Not allowed"
    owen.go("/account")
    token = owen.page.locator('input[name="csrf"]').first.get_attribute("value")
    for path in ("/sources/outlet/poll", "/item/2/team", "/users"):
        sent: dict[str, Any] = {"csrf": token or "", "name": "eve", "role": "operator"}
        headers = {"Origin": owen.home}
        answer = owen.page.request.post(owen.home + path, form=sent, headers=headers)
        assert answer.status == 403, path
