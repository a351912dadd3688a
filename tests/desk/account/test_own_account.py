"""A user changes their own password by the present one; what else was signed in is over."""

from __future__ import annotations

import pytest

from supplierwatch.desk.accounts.passwords import MAX_FAILURES
from tests.desk.api.api_client import client
from tests.desk.browser import PASSWORD, Browser, Page, RunningDesk

NEW = "nine tall cranes"


def change(browser: Browser, current: str = PASSWORD, password: str = NEW) -> Page:
    form = {"csrf": browser.ask("/account").csrf, "current": current, "password": password}
    return browser.ask("/account/password", form)


def test_a_new_password_ends_other_sessions_and_tokens_and_keeps_this_one(
    desk: RunningDesk,
) -> None:
    browser, other, program = desk.browser("reader"), desk.browser("reader"), client(desk, "reader")
    changed = change(browser)
    assert (changed.code, changed.headers["location"]) == (303, "/account?changed=1")
    assert "Your password is changed" in browser.ask("/account?changed=1").words
    assert other.ask("/").code == 303
    assert program.ask("/me").code == 401
    assert desk.browser().sign_in("reader").code == 403
    assert desk.browser().sign_in("reader", NEW).code == 303


@pytest.mark.parametrize(
    ("current", "password", "code"),
    [("a wrong one", NEW, 403), ("", NEW, 403), (PASSWORD, "short", 400), (PASSWORD, "", 400)],
)
def test_a_password_that_cannot_be_set_changes_nothing(
    desk: RunningDesk, current: str, password: str, code: int
) -> None:
    browser = desk.browser("reader")
    assert change(browser, current, password).code == code
    assert desk.browser().sign_in("reader").code == 303


def test_guessing_the_present_password_is_slowed_down(desk: RunningDesk) -> None:
    browser = desk.browser("reader")
    for _ in range(MAX_FAILURES):
        assert change(browser, "a guess of many").code == 403
    assert change(browser).code == 429
    assert desk.browser().sign_in("reader").code == 429
