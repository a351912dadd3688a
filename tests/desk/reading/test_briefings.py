"""Briefings: selected, ordered, commented on, printed; whose they are, and what they may show."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from storage.model import BriefingEntry
from storage.users.briefings import MAX_BRIEFINGS, MAX_ENTRIES
from tests.desk.browser import Browser, Page, RunningDesk
from tests.desk.forms import take_up
from tests.desk.hostile_text import HOSTILE, RunningMarkup
from tests.supplierwatch.instance import SOURCES, an_article


@pytest.fixture
def told(desk: RunningDesk) -> RunningDesk:
    desk.instance.stores(
        an_article("a1", title="Halcyon pauses at the trust"),
        an_article("a2", title="Halcyon goes on", body="Halcyon Health goes on at the trust."),
    )
    return desk


def tick(browser: Browser, *items: int, title: str = "June") -> Page:
    fields = [("csrf", browser.ask("/").csrf), ("title", title), *(("item", n) for n in items)]
    return browser.ask(
        "/briefings",
        method="POST",
        body=urlencode(fields).encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{browser.address[1]}",
        },
    )


def edit(browser: Browser, **fields: str) -> Page:
    csrf = browser.ask("/").csrf
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    return browser.ask("/briefings/1", {"csrf": csrf, "do": "save", **given})


@pytest.mark.parametrize("path", ["/", "/search?q=halcyon", "/suppliers/halcyon"])
def test_stories_can_be_ticked_where_they_are_listed(told: RunningDesk, path: str) -> None:
    page = told.browser("reader").ask(path)
    assert 'name="item" value="1" form="basket"' in page.text
    assert '<form id="basket"' in page.text


def test_ticked_stories_make_a_briefing_that_is_ordered_and_commented_on(
    told: RunningDesk,
) -> None:
    browser = told.browser("reader")
    assert tick(browser, 1, 2, 99).headers["location"] == "/briefings/1"
    edit(browser, title="July", introduction="What moved.", place_2="1", comment_1="Ask them.")

    words = browser.ask("/briefings/1/printed").words
    assert words.index("Halcyon goes on") < words.index("Halcyon pauses at the trust")
    for said in ("July", "What moved.", "Ask them.", "The Ward Ledger", "evidence"):
        assert said in words
    edit(browser, leave_out_1="1")
    assert "Halcyon pauses" not in browser.ask("/briefings/1/printed").words


def test_the_title_of_a_briefing_adds_to_it(told: RunningDesk) -> None:
    browser = told.browser("reader")
    tick(browser, 1, title="June")
    assert tick(browser, 2, title=" june ").headers["location"] == "/briefings/1"
    assert "2 articles" in browser.ask("/briefings").words


def test_full_texts_stand_in_it_only_with_a_licence(told: RunningDesk) -> None:
    browser = told.browser("reader")
    tick(browser, 1)
    said, rest = "the trust told staff on Monday", "Two other trusts are watching"
    words = browser.ask("/briefings/1/printed").words
    assert said in words
    assert rest not in words
    assert rest not in browser.ask("/briefings/1/markdown").text
    name = 'name = "The Ward Ledger"'
    licensed = SOURCES.replace(name, f'{name}\nlicence = "full-text"')
    told.instance.write("sources.toml", licensed)
    take_up(told)
    assert rest in browser.ask("/briefings/1/printed").words
    assert rest in browser.ask("/briefings/1/markdown").text


def test_a_briefing_belongs_to_one_user(told: RunningDesk) -> None:
    tick(told.browser("reader"), 1)
    other = told.browser("operator")
    for path in ("/briefings/1", "/briefings/1/printed", "/briefings/1/markdown"):
        assert other.ask(path).code == 404, path
    assert edit(other, title="Mine").code == 404
    assert "You have no briefing yet" in other.ask("/briefings").words
    assert "June" in told.browser("reader").ask("/briefings").words


def test_a_briefing_is_removed(told: RunningDesk) -> None:
    browser = told.browser("reader")
    tick(browser, 1)
    assert edit(browser, do="remove").headers["location"] == "/briefings"
    assert browser.ask("/briefings/1").code == 404


def test_hostile_texts_stay_text_in_a_briefing(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("h", title=f"Halcyon trust {HOSTILE}", summary=HOSTILE))
    browser = desk.browser("reader")
    tick(browser, 1, title=HOSTILE)
    edit(browser, title=HOSTILE, introduction=HOSTILE, comment_1=HOSTILE, place_1=HOSTILE)
    for path in ("/briefings", "/briefings/1", "/briefings/1/printed"):
        page = browser.ask(path)
        markup = RunningMarkup()
        markup.feed(page.text)
        assert (page.code, markup.found) == (200, []), path
    file = browser.ask("/briefings/1/markdown").text
    assert "<script" not in file.replace("\\<", "")


def test_briefings_and_their_entries_are_bounded(told: RunningDesk) -> None:
    now = told.clock()
    with told.service.store.transaction() as unit:
        user = unit.users.find_by_name("reader")
        assert user is not None
        made = [unit.briefings.make(user.user_id, "t" * 999, now) for _ in range(MAX_BRIEFINGS)]
        assert unit.briefings.make(user.user_id, "one more", now) is None
        assert made[0] is not None
        assert unit.briefings.add(made[0], [1, 1, 99, *range(100, 100 + MAX_ENTRIES)], now) == 1
        entry = BriefingEntry(item_id=1, comment="c" * 9_999)
        unit.briefings.replace(
            made[0], title="t", introduction="i" * 9_999, entries=[entry, entry], now=now
        )
        found = unit.briefings.get(made[0], user.user_id)
    assert found is not None
    assert [len(each.comment) for each in found.entries] == [2_000]
    assert len(found.introduction) == 2_000
    assert tick(told.browser("reader"), 1).code == 400
