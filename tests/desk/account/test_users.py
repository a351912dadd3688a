"""The page of users: what an operator may change, and what nobody may."""

from __future__ import annotations

import logging
import re
from html import unescape
from pathlib import Path

import pytest

from storage.model import Role, User
from tests.desk.browser import PASSWORD, Browser, Page, RunningDesk, running_desk


def submit(browser: Browser, path: str, **values: str) -> Page:
    return browser.ask(path, {"csrf": browser.ask("/users").csrf, **values})


def link_of(page: Page) -> str:
    found = re.search(r'value="(http[^"]*/link/[^"]+)"', page.text)
    return "" if found is None else unescape(found[1])


def user_of(desk: RunningDesk, name: str) -> User:
    with desk.service.store.reading() as unit:
        found = unit.users.find_by_name(name)
    assert found is not None
    return found


def test_an_added_user_sets_their_password_by_the_link_that_is_shown_once(
    desk: RunningDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser = desk.browser("operator")

    link = link_of(submit(browser, "/users", name=" Ruth Amery ", role="editor"))

    host = f"http://127.0.0.1:{desk.address[1]}"
    assert link.startswith(f"{host}/link/")
    assert link_of(browser.ask("/users")) == ""
    assert link.rpartition("/")[2] not in caplog.text
    assert "desk.user-added name=Ruth Amery role=editor by=operator" in caplog.text
    theirs = desk.browser()
    assert theirs.ask(link.removeprefix(host), {"password": PASSWORD}).code == 303
    assert "Ruth Amery, editor" in theirs.ask("/").words


def test_the_link_has_the_public_address(tmp_path: Path) -> None:
    with running_desk(tmp_path, public_url="https://watch.trust.example") as made:
        made.people()
        page = submit(made.browser("operator"), "/users/link", name="reader")
    assert link_of(page).startswith("https://watch.trust.example/link/")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("", "reader"),
        ("  ", "reader"),
        ("x" * 61, "reader"),
        ("a\u202eb", "reader"),
        ("a\nb", "reader"),
        ("editor", "reader"),
        ("ruth", ""),
        ("ruth", "admin"),
        ("ruth", "OPERATOR"),
    ],
)
def test_a_user_who_cannot_be_is_not_added(desk: RunningDesk, name: str, role: str) -> None:
    page = submit(desk.browser("operator"), "/users", name=name, role=role)
    assert (page.code, page.heading, link_of(page)) == (400, "Users", "")
    with desk.service.store.reading() as unit:
        assert len(unit.users.list()) == len(Role)
    assert user_of(desk, "editor").role is Role.EDITOR


def test_a_role_takes_effect_in_sessions_that_are_open(desk: RunningDesk) -> None:
    reader = desk.browser("reader")
    assert reader.ask("/users").code == 403
    assert submit(desk.browser("operator"), "/users/role", name="reader", role="operator").code == (
        303
    )
    assert reader.ask("/users").code == 200


@pytest.mark.parametrize("what", ["role", "disable"])
def test_the_last_operator_stays(desk: RunningDesk, what: str) -> None:
    browser = desk.browser("operator")
    refused = submit(browser, f"/users/{what}", name="operator", role="reader")
    assert refused.code == 400
    assert "only operator" in refused.words

    # one who has set no password cannot look after anything
    submit(browser, "/users", name="ruth", role="operator")
    assert submit(browser, f"/users/{what}", name="operator", role="reader").code == 400

    submit(browser, "/users/role", name="editor", role="operator")
    assert submit(browser, f"/users/{what}", name="operator", role="reader").code == 303


def test_a_disabled_user_is_out_until_admitted_again(desk: RunningDesk) -> None:
    browser, editor = desk.browser("operator"), desk.browser("editor")
    assert submit(browser, "/users/disable", name="editor").code == 303
    assert editor.ask("/").code == 303
    assert desk.browser().sign_in("editor").code == 403
    refused = submit(browser, "/users/link", name="editor")
    assert (refused.code, link_of(refused)) == (400, "")

    assert submit(browser, "/users/disable", name="editor", undo="1").code == 303
    assert desk.browser().sign_in("editor").code == 303


def test_a_second_link_ends_the_first(desk: RunningDesk) -> None:
    browser = desk.browser("operator")
    first, second = (link_of(submit(browser, "/users/link", name="reader")) for _ in "12")
    assert desk.browser().ask(f"/link/{first.rpartition('/')[2]}").code == 404
    assert desk.browser().ask(f"/link/{second.rpartition('/')[2]}").code == 200


@pytest.mark.parametrize("what", ["role", "link", "disable"])
@pytest.mark.parametrize("name", ["", "nobody", "READER", "reader "])
def test_a_user_who_is_none_is_missing(desk: RunningDesk, what: str, name: str) -> None:
    assert submit(desk.browser("operator"), f"/users/{what}", name=name, role="reader").code == 404
