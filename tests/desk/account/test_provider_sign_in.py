"""Signing in by an OpenID Connect provider, also by one that lies."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from storage.model import Role
from supplierwatch.desk.accounts.oidc import provider as provider_module
from tests.desk.account.oidc_provider import (
    CLIENT,
    KEY,
    OTHER_KEY,
    SECRET,
    Answer,
    Provider,
    running_provider,
)
from tests.desk.browser import Browser, Page, RunningDesk, running_desk

BACK = "/sign-in/provider/back"
VERIFIED = {"email": "Ruth@trust.example", "email_verified": True}


@pytest.fixture(autouse=True)
def nothing_is_known_of_a_provider() -> None:
    """Forget what providers of other tests said of themselves."""
    provider_module._latest.clear()


@contextmanager
def desk_with_provider(
    folder: Path, more: str = "", *, people: bool = True
) -> Iterator[tuple[RunningDesk, Provider]]:
    """A desk with a user of each role, whose users may sign in by a provider."""
    with ExitStack() as stack:
        times: list[Callable[[], float]] = []
        provider = stack.enter_context(running_provider(lambda: times[0]()))
        settings = f"""
[desk]
oidc_issuer = "{provider.issuer}"
oidc_client_id = "{CLIENT}"
{more}
"""
        desk = stack.enter_context(
            running_desk(
                folder,
                public_url="https://watch.trust.example",
                more=settings,
                environ={"SUPPLIERWATCH_OIDC_SECRET": SECRET},
            )
        )
        times.append(lambda: desk.clock().timestamp())
        if people:
            desk.people()
        yield desk, provider


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[RunningDesk, Provider]]:
    """A desk that makes users at their first sign-in."""
    with desk_with_provider(tmp_path, "oidc_new_users = true") as made:
        yield made


def sign_in(browser: Browser, provider: Provider, **changes: str) -> Page:
    """Go to the provider and back."""
    there = browser.ask("/sign-in/provider?next=%2Fsearch")
    assert there.code == 303
    query = provider.authorize(there.headers["location"])
    return browser.ask(f"{BACK}?{urlencode(query | changes)}")


def set_email(desk: RunningDesk, name: str, email: str) -> None:
    with desk.service.store.transaction() as unit:
        user = unit.users.find_by_name(name)
        assert user is not None
        unit.users.set_email(user.user_id, email)


def list_names(desk: RunningDesk) -> set[str]:
    with desk.service.store.reading() as unit:
        return {user.name for user in unit.users.list()}


def test_a_new_user_signs_in_and_is_the_same_one_the_next_time(
    both: tuple[RunningDesk, Provider],
) -> None:
    desk, provider = both
    provider.claims = {"sub": "s-1", "preferred_username": "ruth"} | VERIFIED
    browser = desk.browser()

    answer = sign_in(browser, provider)

    assert (answer.code, answer.headers["location"]) == (303, "/search")
    assert "ruth" in browser.ask("/").words
    provider.claims = {"sub": "s-1", "preferred_username": "operator"}  # a name proves nothing
    other = desk.browser()
    assert sign_in(other, provider).code == 303
    assert other.ask("/operator").code == 403
    assert list_names(desk) == {"reader", "editor", "operator", "ruth"}


def test_what_signing_in_by_a_provider_changes_is_in_the_audit_trail(
    both: tuple[RunningDesk, Provider],
) -> None:
    desk, provider = both
    provider.claims = {"sub": "s-1", "preferred_username": "ruth"}
    sign_in(desk.browser(), provider)
    words = desk.browser("operator").ask("/changes").words
    for action in ("user.added", "user.identity-linked", "session.opened"):
        assert action in words
    assert "oidc" in words


def test_the_cookie_of_a_sign_in_is_bound_to_the_host_and_ends_with_it(
    both: tuple[RunningDesk, Provider],
) -> None:
    desk, provider = both
    browser = desk.browser()
    cookie = browser.ask("/sign-in/provider").headers["set-cookie"]
    assert cookie.startswith("__Host-supplierwatch-attempt=")
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    sign_in(browser, provider)
    assert list(browser.cookies) == ["__Host-supplierwatch"]


def _set(**claims: Any) -> Callable[[Answer], None]:
    return lambda answer: answer.claims.update(claims)


def _drop(name: str) -> Callable[[Answer], None]:
    return lambda answer: answer.claims.pop(name)


def _later(name: str, seconds: int) -> Callable[[Answer], None]:
    return lambda answer: answer.claims.update({name: answer.claims["iat"] + seconds})


def _sign_by_nothing(answer: Answer) -> None:
    signed = jwt.encode(answer.header, answer.claims, KEY).split(".")
    answer.token = f"eyJhbGciOiJub25lIn0.{signed[1]}."


def _sign_by_public_key(answer: Answer) -> None:
    secret = OctKey.import_key(KEY.as_pem(private=False))
    answer.token = jwt.encode({"alg": "HS256", "kid": "first"}, answer.claims, secret)


def _sign_by_another_key(answer: Answer) -> None:
    answer.key = OTHER_KEY


def _carry_its_key(answer: Answer) -> None:
    answer.key = OTHER_KEY
    answer.header = {"alg": "RS256", "kid": "first", "jwk": OTHER_KEY.as_dict(private=False)}


def _name_another_key(answer: Answer) -> None:
    answer.header = {"alg": "RS256", "kid": "second"}


def _change_after_signing(answer: Answer) -> None:
    one = jwt.encode(answer.header, answer.claims, KEY).split(".")
    other = jwt.encode(answer.header, answer.claims | {"sub": "s-2"}, KEY).split(".")
    answer.token = ".".join((one[0], other[1], one[2]))


def _send(body: bytes, status: int = 200, **headers: str) -> Callable[[Answer], None]:
    def lie(answer: Answer) -> None:
        answer.body, answer.status, answer.headers = body, status, headers

    return lie


LIES: dict[str, Callable[[Answer], None]] = {
    "another issuer": _set(iss="https://login.evil.example"),
    "no issuer": _drop("iss"),
    "another audience": _set(aud="another client"),
    "several audiences": _set(aud=[CLIENT, "another client"]),
    "made for another": _set(azp="another client"),
    "another nonce": _set(nonce="n"),
    "no nonce": _drop("nonce"),
    "over": _later("exp", -61),
    "without end": _drop("exp"),
    "end as text": _set(exp="9999999999"),
    "made in the future": _later("iat", 3600),
    "made long ago": _later("iat", -3600),
    "not valid yet": _later("nbf", 3600),
    "no subject": _drop("sub"),
    "a number as subject": _set(sub=1),
    "a subject without end": _set(sub="s" * 300),
    "no signature": _sign_by_nothing,
    "public key as secret": _sign_by_public_key,
    "another key": _sign_by_another_key,
    "its own key": _carry_its_key,
    "unknown key": _name_another_key,
    "changed after signing": _change_after_signing,
    "no token": _send(b"{}"),
    "a list": _send(b"[]"),
    "no JSON": _send(b"<html>"),
    "deep": _send(b"[" * 60_000),
    "without end in bytes": _send(b'{"id_token": "' + b"x" * 200_000 + b'"}'),
    "a token of blanks": _send(b'{"id_token": " . . "}'),
    "an error": _send(b'{"error": "invalid_grant"}', 400),
    "a redirect": _send(b"", 302, Location="http://127.0.0.1:9/token"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_no_lie_signs_anybody_in(
    both: tuple[RunningDesk, Provider], lie: Callable[[Answer], None]
) -> None:
    desk, provider = both
    provider.lie = lie
    browser = desk.browser()

    answer = sign_in(browser, provider)

    assert answer.code in (403, 502)
    assert answer.heading == "Sign in"
    assert not browser.cookies
    assert list_names(desk) == {"reader", "editor", "operator"}


def test_the_answer_to_another_state_is_not_taken(both: tuple[RunningDesk, Provider]) -> None:
    desk, provider = both
    assert sign_in(desk.browser(), provider, state="x").code == 403
    assert "/token" not in provider.asked


def test_an_answer_to_another_browser_is_not_taken(both: tuple[RunningDesk, Provider]) -> None:
    desk, provider = both
    theirs, ours = desk.browser(), desk.browser()
    query = provider.authorize(theirs.ask("/sign-in/provider").headers["location"])
    assert ours.ask(f"{BACK}?{urlencode(query)}").code == 403
    ours.ask("/sign-in/provider")
    assert ours.ask(f"{BACK}?{urlencode(query)}").code == 403
    assert "/token" not in provider.asked


def test_an_answer_is_used_once_also_with_its_cookie(both: tuple[RunningDesk, Provider]) -> None:
    desk, provider = both
    browser = desk.browser()
    query = provider.authorize(browser.ask("/sign-in/provider").headers["location"])
    kept = dict(browser.cookies)
    assert browser.ask(f"{BACK}?{urlencode(query)}").code == 303
    again = desk.browser()
    again.cookies = kept
    assert again.ask(f"{BACK}?{urlencode(query)}").code == 403
    assert provider.asked.count("/token") == 1


def test_a_code_of_another_attempt_is_refused_by_the_verifier(
    both: tuple[RunningDesk, Provider],
) -> None:
    desk, provider = both
    stolen = provider.authorize(desk.browser().ask("/sign-in/provider").headers["location"])
    assert sign_in(desk.browser(), provider, code=stolen["code"]).code == 502


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://login.evil.example"}, {"code": ""}, {"error": "access_denied"}],
    ids=["issuer", "no-code", "error"],
)
def test_an_answer_without_a_code_of_this_issuer_is_not_taken(
    both: tuple[RunningDesk, Provider], changes: dict[str, str]
) -> None:
    desk, provider = both
    assert sign_in(desk.browser(), provider, **changes).code == 403
    assert "/token" not in provider.asked


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://login.evil.example"},
        {"token_endpoint": "http://login.evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
    ],
    ids=["issuer", "in-clear", "no-web-address", "no-endpoint"],
)
def test_a_document_that_leads_elsewhere_is_not_used(
    both: tuple[RunningDesk, Provider], discovery: dict[str, Any]
) -> None:
    desk, provider = both
    provider.discovery = discovery
    assert desk.browser().ask("/sign-in/provider").code == 502


def test_keys_elsewhere_in_the_private_network_are_not_fetched(
    both: tuple[RunningDesk, Provider],
) -> None:
    desk, provider = both
    with socket.create_server(("127.0.0.2", 0)) as elsewhere:
        elsewhere.setblocking(False)
        port = elsewhere.getsockname()[1]
        provider.discovery = {"jwks_uri": f"https://127.0.0.2:{port}/keys"}
        assert sign_in(desk.browser(), provider).code == 502
        with pytest.raises(BlockingIOError):  # nobody has connected
            elsewhere.accept()


def test_a_new_key_of_the_provider_is_asked_for_once_a_minute(
    both: tuple[RunningDesk, Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, provider = both
    assert sign_in(desk.browser(), provider).code == 303
    provider.lie = _name_another_key
    provider.keys = [KEY.as_dict(private=False) | {"kid": "second"}]
    assert sign_in(desk.browser(), provider).code == 403
    assert provider.asked.count("/keys") == 1
    monkeypatch.setattr(provider_module, "KEYS_AGAIN", 0.0)
    assert sign_in(desk.browser(), provider).code == 303


def test_where_no_users_are_made_only_those_with_a_verified_address_come_in(
    tmp_path: Path,
) -> None:
    with desk_with_provider(tmp_path) as (desk, provider):
        set_email(desk, "editor", "ruth@trust.example")
        for claims in ({}, {"preferred_username": "editor"}, VERIFIED | {"email_verified": "true"}):
            provider.claims = {"sub": "s-1"} | claims
            assert sign_in(desk.browser(), provider).code == 403, claims
        provider.claims = {"sub": "s-1"} | VERIFIED
        browser = desk.browser()
        assert sign_in(browser, provider).code == 303
        assert browser.ask("/new-watch").code == 200
        provider.claims = {"sub": "s-2"} | VERIFIED  # the address is another's there by now
        assert sign_in(desk.browser(), provider).code == 403


def test_a_name_that_is_taken_is_nobody_elses(both: tuple[RunningDesk, Provider]) -> None:
    desk, provider = both
    provider.claims = {"sub": "s-1", "preferred_username": "operator"}
    answer = sign_in(desk.browser(), provider)
    assert (answer.code, "Your name is taken here" in answer.words) == (403, True)


def test_a_disabled_user_does_not_come_in_by_the_provider(
    both: tuple[RunningDesk, Provider],
) -> None:
    desk, provider = both
    provider.claims = {"sub": "s-1", "preferred_username": "ruth"}
    assert sign_in(desk.browser(), provider).code == 303
    with desk.service.store.transaction() as unit:
        user = unit.users.find_by_name("ruth")
        assert user is not None
        unit.users.disable(user.user_id, desk.clock())
    assert sign_in(desk.browser(), provider).code == 403


def test_the_claim_gives_the_highest_role_and_takes_it_again(tmp_path: Path) -> None:
    more = """oidc_new_users = true
oidc_role_claim = "roles"
oidc_roles = { reader = ["staff"], operator = ["admins"] }"""
    with desk_with_provider(tmp_path, more) as (desk, provider):
        known = {"sub": "s-1", "preferred_username": "ruth"}
        for claim, code in (
            (None, 403),
            (["others"], 403),
            ({"admins": True}, 403),
            (["staff", "admins"], 303),
            ("staff", 303),
            ([], 403),
        ):
            provider.claims = known | {"roles": claim}
            assert sign_in(desk.browser(), provider).code == code, claim
        with desk.service.store.reading() as unit:
            user = unit.users.find_by_name("ruth")
            assert user is not None
            assert user.role is Role.READER
            changes = [each.change for each in unit.audit.list(limit=100, subject="ruth")]
        assert ("user.role", "operator", "reader") in [
            (c.action, c.before, c.after) for c in changes
        ]


def test_nobody_is_made_the_first_user_by_a_provider(tmp_path: Path) -> None:
    with desk_with_provider(tmp_path, "oidc_new_users = true", people=False) as (desk, provider):
        assert sign_in(desk.browser(), provider).code == 403
        assert not list_names(desk)


def test_without_configuration_there_is_no_such_page(desk: RunningDesk) -> None:
    assert desk.browser().ask("/sign-in/provider").code == 404
    assert desk.browser().ask(BACK).code == 404
    assert "/sign-in/provider" not in desk.browser().ask("/sign-in").text
