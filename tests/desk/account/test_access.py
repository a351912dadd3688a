"""Who may use which page of the desk, from where, and by which forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.model import Role
from supplierwatch.desk import site
from supplierwatch.desk.accounts.passwords import MAX_FAILURES
from supplierwatch.desk.pages.account import sign_in as sign_in_page
from tests.desk.browser import HASH, PASSWORD, RunningDesk, running_desk

# every route with the least role that may use it; None: everybody
LEAST = {
    ("GET", "/"): "reader",
    ("POST", "/read"): "reader",
    ("GET", "/search"): "reader",
    ("GET", "/search/state"): "reader",
    ("GET", "/search/export"): "reader",
    ("POST", "/search/evidence"): "editor",
    ("GET", "/item/{number}"): "reader",
    ("GET", "/item/{number}/say"): "reader",
    ("POST", "/item/{number}/mine"): "reader",
    ("POST", "/item/{number}/team"): "editor",
    ("POST", "/item/{number}/event"): "editor",
    ("POST", "/item/{number}/mute"): "reader",
    ("POST", "/item/{number}/evidence"): "editor",
    ("GET", "/story/{number}"): "reader",
    ("POST", "/story/{number}/evidence"): "editor",
    ("POST", "/mutes/end"): "reader",
    ("POST", "/time-zone"): "reader",
    ("POST", "/account/language"): "reader",
    ("POST", "/group"): "reader",
    ("GET", "/briefings"): "reader",
    ("POST", "/briefings"): "reader",
    ("GET", "/briefings/{number}"): "reader",
    ("POST", "/briefings/{number}"): "reader",
    ("GET", "/briefings/{number}/printed"): "reader",
    ("GET", "/briefings/{number}/markdown"): "reader",
    ("GET", "/briefings/{number}/docx"): "reader",
    ("GET", "/briefings/{number}/mail"): "editor",
    ("GET", "/briefings/{number}/send"): "editor",
    ("POST", "/briefings/{number}/send"): "editor",
    ("GET", "/suppliers"): "reader",
    ("GET", "/suppliers/{key}"): "reader",
    ("GET", "/suppliers/{key}/export"): "reader",
    ("GET", "/watches"): "reader",
    ("GET", "/watches/{key}"): "reader",
    ("GET", "/watches/{key}/edit"): "editor",
    ("POST", "/watches/{key}/edit"): "editor",
    ("POST", "/watches/{key}/restore"): "editor",
    ("POST", "/watches/{key}/accept"): "editor",
    ("POST", "/watches/{key}/dismiss"): "editor",
    ("GET", "/new-watch"): "editor",
    ("POST", "/new-watch"): "editor",
    ("GET", "/sources"): "reader",
    ("GET", "/sources/{key}"): "reader",
    ("POST", "/sources/{key}/poll"): "editor",
    ("POST", "/sources/{key}/doctor"): "editor",
    ("POST", "/sources/{key}/switch"): "editor",
    ("GET", "/sources/{key}/edit"): "editor",
    ("POST", "/sources/{key}/edit"): "editor",
    ("GET", "/sources/{key}/remove"): "editor",
    ("POST", "/sources/{key}/remove"): "editor",
    ("GET", "/new-source"): "editor",
    ("POST", "/new-source"): "editor",
    ("GET", "/new-source/choose"): "editor",
    ("POST", "/new-source/try"): "editor",
    ("POST", "/new-source/save"): "editor",
    ("GET", "/opml"): "reader",
    ("POST", "/opml"): "editor",
    ("GET", "/opml/export"): "reader",
    ("POST", "/opml/add"): "editor",
    ("GET", "/jobs/{job}"): "editor",
    ("GET", "/subscriptions"): "editor",
    ("GET", "/subscriptions/{key}"): "editor",
    ("GET", "/subscriptions/{key}/preview"): "editor",
    ("POST", "/subscriptions/{key}/send"): "operator",
    ("GET", "/shown/{job}/{number}"): "editor",
    ("GET", "/new-subscription"): "editor",
    ("POST", "/new-subscription"): "editor",
    ("GET", "/subscriptions/{key}/edit"): "editor",
    ("POST", "/subscriptions/{key}/edit"): "editor",
    ("GET", "/subscriptions/{key}/remove"): "editor",
    ("POST", "/subscriptions/{key}/remove"): "editor",
    ("GET", "/messages"): "operator",
    ("GET", "/messages/{number}"): "operator",
    ("POST", "/messages/{number}"): "operator",
    ("GET", "/messages/{number}/shown"): "operator",
    ("GET", "/channels"): "operator",
    ("POST", "/channels"): "operator",
    ("GET", "/set-aside"): "operator",
    ("POST", "/set-aside"): "operator",
    ("GET", "/operator"): "operator",
    ("GET", "/changes"): "operator",
    ("GET", "/users"): "operator",
    ("POST", "/users"): "operator",
    ("POST", "/users/role"): "operator",
    ("POST", "/users/email"): "operator",
    ("POST", "/users/groups"): "operator",
    ("POST", "/users/link"): "operator",
    ("POST", "/users/disable"): "operator",
    ("GET", "/account"): "reader",
    ("POST", "/account/password"): "reader",
    ("GET", "/tokens"): "reader",
    ("POST", "/tokens"): "reader",
    ("POST", "/tokens/revoke"): "reader",
    ("GET", "/sign-in"): None,
    ("POST", "/sign-in"): None,
    ("GET", "/sign-in/provider"): None,
    ("GET", "/sign-in/provider/back"): None,
    ("POST", "/sign-out"): None,
    ("GET", "/sign-in/forgotten"): None,
    ("POST", "/sign-in/forgotten"): None,
    ("GET", "/link/{token}"): None,
    ("POST", "/link/{token}"): None,
}
ROLES = (None, *(str(role) for role in Role))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("desk")) as made:
        made.people()
        yield made


def test_every_route_stands_in_the_table() -> None:
    assert {(page.method, page.path) for page in site.load_pages()} == set(LEAST)


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_each_role_reaches_its_pages_and_no_others(desk: RunningDesk, role: str | None) -> None:
    browser = desk.browser(role)
    order = [str(each) for each in Role]
    csrf = browser.ask("/").csrf
    for (method, path), least in LEAST.items():
        if least is None:
            continue
        asked = path.replace("{number}", "1").replace("{key}", "corvid")
        form = {"csrf": csrf} if method == "POST" else None
        answer = browser.ask(asked, form)
        where = (method, path, role)
        if role is None:
            assert answer.code in (303, 403), where
            assert answer.code == 403 or answer.headers["location"].startswith("/sign-in"), where
        elif order.index(role) < order.index(least):
            assert (answer.code, answer.heading) == (403, "Not allowed"), where
        else:
            # 400, 409: a form without its fields
            if path == "/account/password":  # without the present one
                assert answer.heading == "Your account", where
                continue
            assert answer.code in (200, 303, 400, 404, 409), where
            assert not answer.headers.get("location", "").startswith("/sign-in"), where


def test_before_the_first_user_only_this_machine_reaches_a_page(new_desk: RunningDesk) -> None:
    for elsewhere in (
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Host": "watch.trust.example"},
    ):
        answer = new_desk.browser().ask("/sign-in", headers=elsewhere)
        assert (answer.code, answer.heading) == (404, "Not open yet"), elsewhere
        link = new_desk.link()
        form = {"name": "eve", "password": PASSWORD}
        assert new_desk.browser().ask(link, form, headers=elsewhere).code in (403, 404), elsewhere
    assert new_desk.browser().ask("/sign-in").code == 200
    with new_desk.service.store.reading() as unit:
        assert not unit.users.has_any()


def test_the_first_link_makes_an_operator_once(new_desk: RunningDesk) -> None:
    link, browser = new_desk.link(), new_desk.browser()
    assert browser.ask(link).heading == "The first user"
    assert browser.ask(link, {"name": "ruth", "password": "short"}).code == 403
    assert browser.ask(link, {"name": " ", "password": PASSWORD}).code == 403

    made = browser.ask(link, {"name": "ruth", "password": PASSWORD})

    assert (made.code, made.headers["location"]) == (303, "/")
    assert browser.ask("/operator").heading == "Service"
    again = new_desk.browser().ask(link, {"name": "eve", "password": PASSWORD})
    assert (again.code, again.heading) == (404, "This link is no longer valid")


def test_a_first_link_of_a_desk_that_has_users_is_over(new_desk: RunningDesk) -> None:
    link = new_desk.link()
    new_desk.people()
    assert new_desk.browser().ask(link).code == 404


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(days=-3)], ids=["over", "ahead"])
def test_a_link_works_for_a_day(new_desk: RunningDesk, later: timedelta) -> None:
    link = new_desk.link()
    new_desk.clock.advance(later)
    assert new_desk.browser().ask(link).code == 404


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(desk: RunningDesk) -> None:
    wrong = desk.browser().sign_in("reader", "another password")
    unknown = desk.browser().sign_in("reader of nothing", PASSWORD)
    assert wrong.code == unknown.code == 403
    assert wrong.text.replace("reader", "") == unknown.text.replace("reader of nothing", "")


def test_an_unknown_name_costs_a_hash_too(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    right = sign_in_page.verify_password

    def count(password: str, password_hash: str | None) -> bool:
        asked.append(password_hash)
        return right(password, password_hash)

    monkeypatch.setattr(sign_in_page, "verify_password", count)
    desk.browser().sign_in("nobody", PASSWORD)
    assert asked == [None]


def test_guessing_is_slowed_down_also_with_the_right_password_at_last(desk: RunningDesk) -> None:
    for _ in range(MAX_FAILURES):
        assert desk.browser().sign_in("editor", "a guess of many").code == 403
    assert desk.browser().sign_in("editor").code == 429
    assert desk.browser().sign_in("operator").code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
    ids=["foreign", "null", "other-port"],
)
def test_a_form_of_another_page_changes_nothing(desk: RunningDesk, headers: dict[str, str]) -> None:
    browser = desk.browser("reader")
    csrf = browser.ask("/").csrf
    assert browser.ask("/sign-out", {"csrf": csrf}, headers=headers).code == 403
    assert browser.ask("/").code == 200
    assert (
        desk.browser()
        .ask("/sign-in", {"name": "reader", "password": PASSWORD}, headers=headers)
        .code
        == 403
    )


@pytest.mark.parametrize("csrf", ["", "x", "é" * 20])
def test_a_form_without_the_token_of_the_session_changes_nothing(
    desk: RunningDesk, csrf: str
) -> None:
    browser = desk.browser("reader")
    assert browser.ask("/sign-out", {"csrf": csrf}).code == 403
    assert browser.ask("/").code == 200


def test_signing_out_ends_the_session_and_everywhere_ends_all(desk: RunningDesk) -> None:
    one, other = desk.browser("reader"), desk.browser("reader")
    kept = dict(one.cookies)
    assert one.ask("/sign-out", {"csrf": one.ask("/").csrf}).code == 303
    one.cookies = kept
    assert one.ask("/").code == 303, "the cookie alone is worth nothing any more"
    third = desk.browser("reader")
    third.ask("/sign-out", {"csrf": third.ask("/").csrf, "everywhere": "1"})
    assert other.ask("/").code == 303


def test_a_session_ends_with_its_user_its_password_and_its_time(new_desk: RunningDesk) -> None:
    new_desk.people()
    store, clock = new_desk.service.store, new_desk.clock

    def signed_in_after(change: str) -> bool:
        browser = new_desk.browser("reader")
        with store.transaction() as unit:
            user = unit.users.find_by_name("reader")
            assert user is not None
            if change == "disabled":
                unit.users.disable(user.user_id, clock())
            elif change == "password":
                unit.users.set_password(user.user_id, HASH)
        if change == "time":
            clock.advance(timedelta(days=31))
        return browser.ask("/").code == 200

    assert signed_in_after("nothing")
    assert not signed_in_after("password")
    assert not signed_in_after("time")
    assert not signed_in_after("disabled")
    assert new_desk.browser().sign_in("reader").code == 403


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/ok\r\nX: 1",
        "javascript:1",
        "",
    ],
)
def test_signing_in_leads_to_no_other_site(desk: RunningDesk, target: str) -> None:
    form = {"name": "reader", "password": PASSWORD, "next": target}
    assert desk.browser().ask("/sign-in", form).headers["location"] == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(desk: RunningDesk) -> None:
    to = desk.browser().ask("/search?q=halcyon").headers["location"]
    assert to == "/sign-in?next=%2Fsearch%3Fq%3Dhalcyon"
    form = {"name": "reader", "password": PASSWORD, "next": "/search?q=halcyon"}
    assert desk.browser().ask("/sign-in", form).headers["location"] == "/search?q=halcyon"


def test_behind_tls_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    with running_desk(tmp_path, public_url="https://watch.trust.example") as made:
        made.people()
        cookie = made.browser().sign_in("reader").headers["set-cookie"]
    assert cookie.startswith("__Host-supplierwatch=")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_no_page_lets_a_script_of_another_in(desk: RunningDesk) -> None:
    for path in ("/sign-in", "/", "/no-such-page"):
        policy = desk.browser("reader").ask(path).headers.get("content-security-policy", "")
        if path != "/no-such-page":
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy


def test_a_form_without_end_is_refused(desk: RunningDesk) -> None:
    browser = desk.browser()
    assert browser.ask("/sign-in", {"name": "x" * 40_000}).code == 413
    assert browser.ask("/sign-in", {f"n{at}": "" for at in range(200)}).code == 413
