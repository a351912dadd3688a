"""The desk by keyboard alone: the order of tabs, what has the focus, and the keys of Today."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.desk.browser import RunningDesk
from tests.supplierwatch.instance import an_article
from tests.support.services import own_words
from tests.web.demo_desk import DemoDesk
from tests.web.steps import Person, use_first_link
from tests.web.tabs import Tab

STOPS = 60  # presses of Tab at the most
# what has the focus: its place in the document, what one sees of it, and whether it can be seen
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const all = [...document.querySelectorAll('*')];
  return {
    at: all.indexOf(one),
    says: (one.innerText || one.getAttribute('aria-label') || one.name || '').trim().slice(0, 60),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
  };
}"""
PAGES = ("/", "/search?q=corvantis", "/item/1", "/sources", "/watches/corvantis/edit", "/users")


def walk(page: Page) -> list[dict[str, Any]]:
    """Press Tab through a page; return what had the focus, in order."""
    stops: list[dict[str, Any]] = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        stops.append(focused)
    return stops


@pytest.mark.parametrize("path", PAGES)
def test_tabs_go_through_a_page_in_its_order_and_show_where_they_are(
    demo: DemoDesk, demo_tab: Tab, path: str
) -> None:
    demo_tab.page.goto(demo.home + path)

    stops = walk(demo_tab.page)

    assert len(stops) > 8
    assert stops[0]["says"] == "Skip to the content"
    places = [stop["at"] for stop in stops]
    assert places == sorted(places)
    assert [stop for stop in stops if not stop["outlined"]] == []
    assert [stop for stop in stops if not stop["seen"]] == []


def test_the_first_stop_skips_to_the_content(demo: DemoDesk, demo_tab: Tab) -> None:
    page = demo_tab.page
    page.goto(demo.home + "/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_menu_opens_and_closes_by_keyboard(demo: DemoDesk, demo_tab: Tab) -> None:
    page = demo_tab.page
    page.goto(demo.home + "/")
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Your account"

    page.keyboard.press("Escape")

    assert page.locator(".menu[open]").count() == 0
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def publish(desk: RunningDesk, *names: str) -> None:
    """Store articles as a poll would, and match them."""
    for number, name in enumerate(names):
        body = f"Halcyon Health told the trust about {name}. {own_words(number)}"
        with desk.service.store.transaction() as unit:
            article = an_article(name, title=f"Halcyon and {name}", body=body)
            unit.items.put(article, now=desk.clock(), baseline=False)
    desk.service.match()


def test_keys_go_through_the_stories(new_desk: RunningDesk, tab: Page) -> None:
    home = f"http://127.0.0.1:{new_desk.address[1]}"
    use_first_link(Person(page=tab, home=home), home + new_desk.link())
    publish(new_desk, "millbrook", "thornholt", "carrow")
    tab.goto(f"{home}/")
    at = tab.locator(".story.at")

    tab.keyboard.press("j")
    first = at.locator("h3").inner_text()
    tab.keyboard.press("j")
    assert at.locator("h3").inner_text() != first
    tab.keyboard.press("k")
    assert at.locator("h3").inner_text() == first

    tab.keyboard.press("s")
    tab.locator(".story.starred.at").wait_for()
    tab.keyboard.press("m")
    tab.locator(".story.at:not(.new)").wait_for()
    assert "2 unread" in tab.locator(".lead").inner_text()

    tab.keyboard.press("?")
    assert tab.locator("dialog[open]").count() == 1
    tab.keyboard.press("Escape")
    assert tab.locator("dialog[open]").count() == 0

    tab.keyboard.press("o")
    tab.wait_for_url("**/item/*")
    assert tab.get_by_role("heading", level=1).inner_text() == first
    tab.keyboard.press("/")
    tab.wait_for_url("**/search")
