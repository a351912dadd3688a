"""What the pages of the desk show, with texts of friends and of strangers."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from storage.model import AsideBlock
from supplierwatch.desk import static
from tests.desk.browser import RunningDesk
from tests.desk.hostile_text import HOSTILE, QUOTED, RunningMarkup
from tests.supplierwatch.instance import an_article


def test_today_shows_what_is_new_to_this_user(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    browser = desk.browser("reader")

    page = browser.ask("/")
    assert "Halcyon pauses at the trust" in page.words
    assert "1 unread story" in page.words
    newest = re.search(r'name="newest" value="(\d+)"', page.text)
    assert newest is not None
    assert browser.ask("/read", {"csrf": page.csrf, "newest": newest[1]}).code == 303

    page = browser.ask("/")
    assert "Halcyon pauses at the trust" in page.words
    assert "Nothing unread" in page.words
    assert "1 unread story" in desk.browser("editor").ask("/").words


def test_what_came_after_the_page_was_shown_stays_new(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    browser = desk.browser("reader")
    page = browser.ask("/")
    newest = re.search(r'name="newest" value="(\d+)"', page.text)
    assert newest is not None
    desk.instance.stores(an_article("a2", title="Halcyon goes on at another trust"))

    browser.ask("/read", {"csrf": page.csrf, "newest": newest[1]})

    assert "1 unread story" in browser.ask("/").words


@pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 30, "²"])
def test_a_number_that_is_none_marks_nothing(desk: RunningDesk, newest: str) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    browser = desk.browser("reader")
    browser.ask("/read", {"csrf": browser.ask("/").csrf, "newest": newest})
    assert "1 unread story" in browser.ask("/").words


def test_search_finds_and_says_what_is_wrong_with_a_query(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    browser = desk.browser("reader")
    page = browser.ask("/search?q=halcyon")
    assert "1 found among 1 items" in page.words
    assert "<mark>Halcyon</mark>" in page.text
    page = browser.ask("/search?q=halcyon+AND+%28")
    assert page.code == 400
    assert "column" in page.words


def test_search_leads_to_what_was_set_aside_from_pages(desk: RunningDesk) -> None:
    block = AsideBlock(rule="recurring", text="Our pages are paid for by Corvid Data.")
    desk.instance.stores(an_article("a1", title="Wards are moved", asides=(block,)))
    browser = desk.browser("reader")
    page = browser.ask("/search?q=corvid")
    assert "1 more in text set aside from pages: search aside:corvid" in page.words
    assert "q=aside%3Acorvid" in page.text
    assert "1 found" in browser.ask("/search?q=aside%3Acorvid").words


def test_an_article_says_what_each_watch_made_of_it(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    page = desk.browser("reader").ask("/item/1")
    assert page.heading == "Halcyon pauses at the trust"
    assert "halcyon-trusts : found, still to be sent" in page.words
    page = desk.browser("reader").ask("/item/1?watch=corvid")
    assert "corvid : not found. Nothing satisfies" in page.words


@pytest.mark.parametrize("number", ["0", "99", "x", "9" * 30, "%00", "-1"])
def test_an_article_that_is_none_is_missing(desk: RunningDesk, number: str) -> None:
    assert desk.browser("reader").ask(f"/item/{number}").code == 404


def test_no_text_of_a_stranger_becomes_markup(desk: RunningDesk) -> None:
    desk.instance.stores(
        an_article(
            "a1",
            title=f"Halcyon trust {HOSTILE}",
            body=f"Halcyon told the trust {HOSTILE}.",
            summary=HOSTILE,
            authors=(HOSTILE,),
            url=f"https://ward-ledger.example/a?{HOSTILE}",
        )
    )
    desk.instance.stores(
        an_article(
            "copy",
            source_key="trolley",
            url="https://trolley.example/copy",
            title=f"Halcyon trust {HOSTILE}",
            body=f"Halcyon told the trust {HOSTILE}. " + "The trust has not answered yet. " * 20,
        ),
        an_article(
            "copied",
            url="https://ward-ledger.example/copied",
            title=f"Halcyon trust {HOSTILE}",
            body=f"Halcyon told the trust {HOSTILE}. " + "The trust has not answered yet. " * 20,
        ),
    )
    browser = desk.browser("operator")
    csrf = browser.ask("/").csrf
    image = "<img src=x onerror=alert(2)>"
    for said in (
        {"do": "note", "text": HOSTILE},
        {"do": "tag", "text": image},
        {"do": "irrelevant", "watch": "halcyon-trusts", "text": HOSTILE},
    ):
        assert browser.ask("/item/1/team", {"csrf": csrf, "back": "/"} | said).code == 303
    back = {"csrf": csrf, "back": f'/"><script>{HOSTILE}', "do": "note", "text": ""}
    refused = browser.ask("/item/1/team", back)
    assert refused.code == 400
    assert "<script>alert" not in refused.text
    paths = ["/?show=starred", f"/?tag={quote(image, safe='')}", "/story/2", "/item/2"]
    paths += [f"/search/state?q={QUOTED}", "/search?q=halcyon&sort=relevance"]
    paths += [f"/search?q=halcyon&source={QUOTED}&from={QUOTED}"]
    paths += [f"/item/1?watch={QUOTED}", "/item/1?watch=corvid"]
    paths += ["/", "/item/1", "/watches", "/watches/corvid", "/watches/halcyon-trusts", "/sources"]
    paths += ["/messages", "/operator", "/search?q=halcyon", "/users"]
    paths += ["/watches/halcyon-trusts/edit?version=1", f"/new-watch?q={QUOTED}"]
    paths += [f"/watches/{QUOTED}/edit"]
    paths += [f"/search?q={QUOTED}", f"/watches/{QUOTED}"]
    paths += [f"/sign-in?next={QUOTED}", f"/messages?state={QUOTED}"]
    for path in paths:
        page = browser.ask(path)
        markup = RunningMarkup()
        markup.feed(page.text)
        assert markup.found == [], path


def test_style_and_script_stay_small_and_come_from_this_site(desk: RunningDesk) -> None:
    browser = desk.browser()
    for name, most in (("desk.css", 30_000), ("desk.js", 60_000)):
        page = browser.ask(static.get_address(name))
        assert page.code == 200
        assert len(page.text) <= most
        assert "immutable" in page.headers["cache-control"]
        assert "http:" not in page.text
        assert "https:" not in page.text
