"""Suggested changes on the page of a watch: shown, previewed, accepted, dismissed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from storage.model import MarkKind
from tests.desk.browser import Page, RunningDesk
from tests.desk.forms import form_of, send, take_up
from tests.supplierwatch.marked_stories import (
    WEATHER,
    WITH_ICE,
    mark_stories,
    store_stories,
)

WATCH = "/watches/ice"


def file_of(desk: RunningDesk) -> str:
    return (desk.instance.config / "watches.toml").read_text(encoding="utf-8")


def section(page: Page) -> str:
    found = re.search(r'<section id="proposals".*?</section>', page.text, re.DOTALL)
    return "" if found is None else found[0]


def proposal_of(page: Page) -> str:
    found = re.search(r'name="proposal" value="([0-9a-f]{10})"', page.text)
    assert found is not None, page.words
    return found[1]


def test_an_editor_sees_what_would_be_dropped_and_accepts_by_one_click(
    marked: RunningDesk,
) -> None:
    browser = marked.browser("editor")
    page = browser.ask(WATCH)
    assert "Suggested changes" in page.words
    assert "Drops 3 of 3 stories that were marked as not relevant, and 1 of 3 others" in page.words
    assert WEATHER[3][:40] in section(page)
    assert '<ins>cs("ICE")</ins>'.replace('"', "&#34;") in section(page)
    assert section(marked.browser("reader").ask(WATCH)) == ""
    assert file_of(marked) == WITH_ICE

    form = {"csrf": page.csrf, "proposal": proposal_of(page)}
    saved = browser.ask(f"{WATCH}/accept", form)

    assert saved.heading == "Saved"
    assert file_of(marked) == WITH_ICE.replace("'ICE'", "'cs(\"ICE\")'")
    with marked.service.store.reading() as unit:
        [entry] = unit.audit.list(limit=5, thing="watch", subject="ice")
    assert (entry.actor.name, entry.change.before, entry.change.after) == (
        "editor",
        "ICE",
        'cs("ICE")',
    )
    again = browser.ask(f"{WATCH}/accept", form)
    assert again.code == 400, "the file has been changed since, and is not in force yet"
    assert "changed in watches.toml meanwhile" in again.words
    take_up(marked)
    assert section(browser.ask(WATCH)) == "", "what is dropped is no longer found"
    assert browser.ask(f"{WATCH}/accept", form).code == 404


def test_the_effect_is_previewed_by_the_editor_and_saved_from_there(marked: RunningDesk) -> None:
    browser = marked.browser("editor")
    number = proposal_of(browser.ask(WATCH))
    page = browser.ask(f"{WATCH}/edit?proposal={number}")
    assert "The edit adds 0 and drops 4." in page.words
    assert form_of(page).values["query"] == 'cs("ICE")'
    assert file_of(marked) == WITH_ICE
    assert send(browser, f"{WATCH}/edit", page, "save").heading == "Saved"
    assert file_of(marked) == WITH_ICE.replace("'ICE'", "'cs(\"ICE\")'")


def test_a_dismissed_one_is_gone_for_all_until_it_drops_more(marked: RunningDesk) -> None:
    browser = marked.browser("editor")
    page = browser.ask(WATCH)
    form = {"csrf": page.csrf, "proposal": proposal_of(page)}
    answer = browser.ask(f"{WATCH}/dismiss", form)
    assert (answer.code, answer.headers["location"]) == (303, f"{WATCH}#proposals")
    operator = marked.browser("operator")
    assert "3 stories are marked as not relevant, which suggest no change." in (
        operator.ask(WATCH).words
    )
    assert file_of(marked) == WITH_ICE
    mark_stories(marked.instance, unwanted=WEATHER[3:], starred=(), user=1)
    assert "Drops 4 of 4 stories" in operator.ask(WATCH).words


@pytest.mark.parametrize("proposal", ["0123456789", "", "x" * 50])
def test_what_is_not_offered_is_refused(marked: RunningDesk, proposal: str) -> None:
    browser = marked.browser("editor")
    form = {"csrf": browser.ask(WATCH).csrf, "proposal": proposal}
    for action in ("accept", "dismiss"):
        assert browser.ask(f"{WATCH}/{action}", form).code == 404
    assert browser.ask(f"/watches/nobody/{'accept'}", form).code == 404
    assert file_of(marked) == WITH_ICE


def test_not_relevant_on_today_links_to_them_once_there_are_enough(desk: RunningDesk) -> None:
    store_stories(desk.instance)
    take_up(desk)
    mark_stories(desk.instance, unwanted=WEATHER[:2])
    desk.clock.advance(timedelta(minutes=1))
    editor, link = desk.browser("editor"), 'href="/watches/ice#proposals"'
    today = editor.ask("/")
    assert "Not relevant to ice" in today.words
    assert link not in today.text
    with desk.service.store.reading() as unit:
        [item] = [each for each in unit.items.newest(limit=50) if each.body == WEATHER[2]]
    form = {"csrf": today.csrf, "do": "irrelevant", "watch": "ice", "text": "weather", "back": "/"}
    assert editor.ask(f"/item/{item.item_id}/team", form).code == 303
    assert editor.ask("/").text.count(link) == 3
    assert link not in desk.browser("reader").ask("/").text


def test_a_story_that_somebody_starred_bars_what_drops_it(marked: RunningDesk) -> None:
    store = marked.service.store
    with store.transaction() as unit:
        [item] = [each for each in unit.items.newest(limit=50) if each.body == WEATHER[3]]
        unit.marks.add(item.item_id, MarkKind.STAR, 2, marked.clock())
    page = marked.browser("editor").ask(WATCH)
    assert "Accept" not in page.words
    assert "which suggest no change" in page.words
