"""The page of tokens: made once, shown once, revoked by their own user alone."""

from __future__ import annotations

import re

import pytest

from storage.model import ApiToken, Scope
from tests.desk.api.api_client import ApiClient, token_of
from tests.desk.browser import Browser, Page, RunningDesk


def submit(browser: Browser, path: str, **values: str) -> Page:
    form = {name.replace("_", "-"): value for name, value in values.items()}
    return browser.ask(path, {"csrf": browser.ask("/tokens").csrf, **form})


def secret_of(page: Page) -> str:
    found = re.search(r'value="(swt_[\w-]+)"', page.text)
    return "" if found is None else found[1]


def tokens_of(desk: RunningDesk, name: str) -> tuple[ApiToken, ...]:
    with desk.service.store.reading() as unit:
        user = unit.users.find_by_name(name)
        assert user is not None
        return unit.tokens.of_user(user.user_id)


def test_a_token_is_made_shown_once_and_works(desk: RunningDesk) -> None:
    browser = desk.browser("reader")
    page = submit(browser, "/tokens", label="newsroom", days="30", scope_read="1")
    secret = secret_of(page)
    assert ApiClient(desk=desk, token=secret).json("/me")["token"]["label"] == "newsroom"
    again = browser.ask("/tokens")
    assert "newsroom" in again.words
    assert secret not in again.text
    [token] = tokens_of(desk, "reader")
    assert (token.scopes, (token.expires_at - token.created_at).days) == ({Scope.READ}, 30)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"label": "", "days": "30", "scope_read": "1"}, "A label has"),
        ({"label": "x" * 101, "days": "30", "scope_read": "1"}, "A label has"),
        ({"label": "a\u202eb", "days": "30", "scope_read": "1"}, "A label has"),
        ({"label": "x", "days": "0", "scope_read": "1"}, "valid for 1 to"),
        ({"label": "x", "days": "99999", "scope_read": "1"}, "valid for 1 to"),
        ({"label": "x", "days": "²", "scope_read": "1"}, "valid for 1 to"),
        ({"label": "x", "days": "30"}, "one scope"),
        ({"label": "x", "days": "30", "scope_operate": "1"}, "for operators"),
    ],
)
def test_what_cannot_be_made_is_said(desk: RunningDesk, values: dict[str, str], said: str) -> None:
    page = submit(desk.browser("editor"), "/tokens", **values)
    assert page.code == 400
    assert said in page.words
    assert tokens_of(desk, "editor") == ()


def test_each_scope_that_a_role_may_have_can_be_ticked(desk: RunningDesk) -> None:
    offered = {
        role: set(re.findall(r'name="scope-(\w+)"', desk.browser(role).ask("/tokens").text))
        for role in ("reader", "operator")
    }
    assert offered == {"reader": {"read", "write"}, "operator": {str(each) for each in Scope}}


def test_a_user_revokes_their_own_tokens_alone(desk: RunningDesk) -> None:
    token_of(desk, "operator")
    [theirs] = tokens_of(desk, "operator")
    number = str(theirs.token_id)
    for given in (number, "x", "", "9" * 30, "²"):
        assert submit(desk.browser("reader"), "/tokens/revoke", token=given).code == 303
    assert tokens_of(desk, "operator") == (theirs,)
    submit(desk.browser("operator"), "/tokens/revoke", token=number)
    assert tokens_of(desk, "operator") == ()


def test_a_label_is_text(desk: RunningDesk) -> None:
    label = "<script>alert(1)</script>"
    page = submit(desk.browser("reader"), "/tokens", label=label, days="1", scope_read="1")
    assert "<script>alert" not in page.text
    assert label in page.words or "&lt;script&gt;" in page.text
