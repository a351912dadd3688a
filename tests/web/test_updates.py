"""Today, left open, offers to show stories that were found meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from supplierwatch.desk.api import live_updates
from tests.desk.browser import RunningDesk
from tests.supplierwatch.instance import an_article
from tests.web import steps
from tests.web.steps import Person
from tests.web.tabs import open_tab

OFFER_MS = 60_000


def test_an_open_page_offers_new_stories_and_shows_them_when_asked(
    new_desk: RunningDesk, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_updates, "POLL_SECONDS", 0.1)
    new_desk.people()
    new_desk.instance.stores(an_article("a1"))
    with open_tab(chromium) as tab:
        host, port = new_desk.address
        ruth = Person(page=tab.page, home=f"http://{host}:{port}")
        steps.sign_in(ruth, "editor")
        ruth.go("/")
        shown = ruth.page.locator(".story").count()
        button = ruth.page.locator(".updates button")
        assert not button.is_visible()

        body = "Halcyon will run the records of Thornby from May, its board was told on Monday."
        other = an_article("a2", title="Halcyon wins the Thornby contract", body=body)
        new_desk.instance.stores(other)
        button.wait_for(state="visible", timeout=OFFER_MS)
        assert button.inner_text() == "1 new story"
        assert ruth.page.title().startswith("(1) ")
        assert ruth.page.locator(".story").count() == shown

        button.click()
        assert ruth.page.locator(".story").count() == shown + 1
        assert not button.is_visible()
        assert not ruth.page.title().startswith("(")
        assert ruth.page.evaluate("document.activeElement.tagName") == "H1"
