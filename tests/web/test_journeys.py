"""What people do in a browser: the first link, a colleague who can read only."""

from __future__ import annotations

from typing import Any

from storage.model import Role
from tests.desk.browser import PASSWORD, RunningDesk


def home_of(desk: RunningDesk) -> str:
    """The address of a desk."""
    return f"http://127.0.0.1:{desk.address[1]}"


def make_first_user(desk: RunningDesk, tab: Any) -> None:
    """Follow the first link and set a password."""
    tab.goto(home_of(desk) + desk.link())
    tab.get_by_label("Name").fill("ruth")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Save and sign in").click()
    tab.get_by_role("link", name="ruth, operator").wait_for()


def test_the_first_link_makes_an_operator_and_is_over_then(new_desk: RunningDesk, tab: Any) -> None:
    link = new_desk.link()
    tab.goto(home_of(new_desk) + link)
    tab.get_by_label("Name").fill("ruth")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Save and sign in").click()
    tab.get_by_role("link", name="ruth, operator").wait_for()

    tab.goto(home_of(new_desk) + link)

    assert tab.get_by_role("heading", level=1).inner_text() == "This link is over"


def test_a_reader_is_added_and_refused_the_editor(new_desk: RunningDesk, tab: Any) -> None:
    make_first_user(new_desk, tab)
    tab.goto(home_of(new_desk) + "/users")
    form = tab.locator("form", has=tab.get_by_role("button", name="Add, and show the link"))
    form.get_by_label("Name").fill("owen")
    form.get_by_label("Role").select_option(str(Role.READER))
    form.get_by_role("button").click()
    link = tab.get_by_role("textbox", name="Link").input_value()

    other = tab.context.browser.new_context()
    page = other.new_page()
    page.goto(link)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Save and sign in").click()
    page.get_by_role("link", name="owen, reader").wait_for()
    answer = page.goto(home_of(new_desk) + "/new-watch")

    assert answer.status == 403
    assert "role editor; yours is reader" in page.locator("main").inner_text()
    other.close()
