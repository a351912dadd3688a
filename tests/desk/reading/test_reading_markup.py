"""The pages of readers as markup: ids once, a label on every control, one heading of the page."""

from __future__ import annotations

import itertools

import pytest
from lxml import html

from storage.model import AsideBlock
from tests.desk.browser import RunningDesk
from tests.supplierwatch.instance import BODY, an_article

PATHS = (
    *("/", "/?show=unread", "/?show=starred", "/?show=mine", "/?tag=board", "/?days=30"),
    *("/item/1", "/item/1?watch=corvid", "/item/2", "/story/2"),
    *(
        "/search",
        "/search?q=trust",
        "/search?q=AND",
        "/search?q=nothing-at-all",
        "/search?q=corvid",
    ),
)


@pytest.fixture
def told(desk: RunningDesk) -> RunningDesk:
    text = "The trust said on Monday that Halcyon Health goes on with its work. " * 12
    block = AsideBlock(rule="recurring", text="Our pages are paid for by Corvid Data.")
    desk.instance.stores(
        an_article("a1", title="Halcyon pauses at the trust", asides=(block,)),
        an_article("b1", title="Halcyon goes on", body=text),
        an_article(
            "b2",
            source_key="trolley",
            url="https://trolley.example/b2",
            title="Halcyon goes on",
            body=text + "Its staff were told before.",
        ),
    )
    edited = BODY.replace("four million", "nine million")
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust", body=edited))
    browser = desk.browser("editor")
    csrf = browser.ask("/").csrf
    for action, fields in (
        ("team", {"do": "note", "text": "Call the trust"}),
        ("team", {"do": "tag", "text": "board"}),
        ("team", {"do": "assign", "text": "editor"}),
        ("team", {"do": "irrelevant", "watch": "no-board", "text": "no"}),
        ("mine", {"do": "star"}),
    ):
        form = {"csrf": csrf, "back": "/"} | fields
        assert browser.ask(f"/item/1/{action}", form).code == 303
    form = {"csrf": csrf, "back": "/", "what": "story", "days": "7"}
    assert browser.ask("/item/2/mute", form).code == 303
    return desk


def test_ids_are_unique_and_every_control_has_a_label(told: RunningDesk) -> None:
    browser = told.browser("editor")
    for path in PATHS:
        page = html.fromstring(browser.ask(path).text)
        ids = [each.get("id") for each in page.xpath("//*[@id]")]
        assert sorted(ids) == sorted(set(ids)), path
        for control in page.xpath("//input[@type!='hidden' or not(@type)] | //select | //textarea"):
            if control.get("type") == "hidden":
                continue
            labelled = control.xpath("ancestor::label") or page.xpath(
                "//label[@for=$for]", **{"for": control.get("id", "")}
            )
            assert labelled, (path, control.get("name"))
        for button in page.xpath("//button"):
            assert button.text_content().strip() or button.get("aria-label"), path
        for one in page.xpath("//*[@aria-labelledby or @aria-describedby]"):
            named = one.get("aria-labelledby") or one.get("aria-describedby")
            assert named in ids, (path, named)


def test_a_page_has_one_main_heading_and_skips_no_level(told: RunningDesk) -> None:
    browser = told.browser("editor")
    for path in PATHS:
        page = html.fromstring(browser.ask(path).text)
        levels = [
            int(each.tag[1]) for each in page.xpath("//main//*[self::h1 or self::h2 or self::h3]")
        ]
        assert levels.count(1) == 1, path
        for before, after in itertools.pairwise(levels):
            assert after <= before + 1 or path.startswith("/search"), (path, levels)


def test_a_form_that_changes_something_has_the_token_of_the_session(told: RunningDesk) -> None:
    browser = told.browser("editor")
    for path in PATHS:
        page = html.fromstring(browser.ask(path).text)
        for form in page.xpath("//form[@method='post']"):
            assert form.xpath(".//input[@name='csrf']/@value")[0], (path, form.get("action"))


def test_what_is_told_at_the_side_is_there(told: RunningDesk) -> None:
    words = told.browser("editor").ask("/").words
    for said in ("Tags #board 1", "You muted a story", "Coverage", "Set aside", "Not relevant"):
        assert said in words, said
