"""Who may use which address of the API: by token with which scope, by session, from where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations

import pytest

from storage.model import Role, Scope
from supplierwatch.desk.api import routing
from supplierwatch.service.desk_source import ServiceSource
from tests.desk.api.api_client import client, problem_of, token_of
from tests.desk.browser import HASH, REPORT, RunningDesk, running_desk
from tests.supplierwatch.instance import an_article

# every route with the least role and the scope of a token that it needs; None: everybody
READ, WRITE, OPERATE = {Scope.READ}, {Scope.WRITE}, {Scope.OPERATE}
ADMINISTER = {Scope.WRITE, Scope.OPERATE}
NEEDS: dict[tuple[str, str], tuple[str | None, set[Scope]]] = {
    ("GET", "/mentions"): ("reader", READ),
    ("GET", "/today"): ("reader", READ),
    ("POST", "/today/read"): ("reader", WRITE),
    ("GET", "/search"): ("reader", READ),
    ("GET", "/search/parse"): ("reader", READ),
    ("GET", "/search/facets"): ("reader", READ),
    ("GET", "/items/{id}"): ("reader", READ),
    ("GET", "/items/{id}/versions/{number}"): ("reader", READ),
    ("GET", "/items/{id}/marks"): ("reader", READ),
    ("POST", "/items/{id}/marks"): ("editor", WRITE),
    ("DELETE", "/items/{id}/marks/{mark}"): ("editor", WRITE),
    ("PUT", "/items/{id}/own"): ("reader", WRITE),
    ("POST", "/items/{id}/event/take-out"): ("editor", WRITE),
    ("POST", "/items/{id}/event/put-back"): ("editor", WRITE),
    ("GET", "/mutes"): ("reader", READ),
    ("POST", "/mutes"): ("reader", WRITE),
    ("DELETE", "/mutes/{id}"): ("reader", WRITE),
    ("GET", "/tags"): ("reader", READ),
    ("GET", "/briefings"): ("reader", READ),
    ("GET", "/briefings/{id}"): ("reader", READ),
    ("POST", "/briefings"): ("reader", WRITE),
    ("GET", "/briefings/{id}/definition"): ("reader", READ),
    ("PUT", "/briefings/{id}/definition"): ("reader", WRITE),
    ("DELETE", "/briefings/{id}/definition"): ("reader", WRITE),
    ("POST", "/briefings/{id}/send"): ("editor", WRITE),
    ("GET", "/suppliers"): ("reader", READ),
    ("GET", "/suppliers/{key}/thread"): ("reader", READ),
    ("GET", "/watches"): ("reader", READ),
    ("POST", "/watches"): ("editor", WRITE),
    ("GET", "/watches/{key}"): ("reader", READ),
    ("GET", "/watches/{key}/definition"): ("reader", READ),
    ("PUT", "/watches/{key}/definition"): ("editor", WRITE),
    ("DELETE", "/watches/{key}/definition"): ("editor", WRITE),
    ("POST", "/watches/{key}/versions/{number}/restore"): ("editor", WRITE),
    ("GET", "/watches/{key}/proposals"): ("editor", READ),
    ("POST", "/watches/{key}/proposals/{id}/accept"): ("editor", WRITE),
    ("POST", "/watches/{key}/proposals/{id}/dismiss"): ("editor", WRITE),
    ("POST", "/watch-previews"): ("editor", READ),
    ("GET", "/sources"): ("reader", READ),
    ("GET", "/sources/{key}"): ("reader", READ),
    ("POST", "/sources"): ("editor", WRITE),
    ("GET", "/sources/{key}/definition"): ("reader", READ),
    ("PUT", "/sources/{key}/definition"): ("editor", WRITE),
    ("DELETE", "/sources/{key}/definition"): ("editor", WRITE),
    ("POST", "/sources/{key}/poll"): ("editor", WRITE),
    ("POST", "/source-discoveries"): ("editor", WRITE),
    ("POST", "/source-examinations"): ("editor", WRITE),
    ("GET", "/jobs/{id}"): ("editor", READ),
    ("GET", "/opml"): ("reader", READ),
    ("POST", "/opml"): ("editor", WRITE),
    ("GET", "/subscriptions"): ("editor", READ),
    ("GET", "/subscriptions/{key}"): ("editor", READ),
    ("POST", "/subscriptions"): ("editor", WRITE),
    ("GET", "/subscriptions/{key}/definition"): ("editor", READ),
    ("PUT", "/subscriptions/{key}/definition"): ("editor", WRITE),
    ("DELETE", "/subscriptions/{key}/definition"): ("editor", WRITE),
    ("GET", "/subscriptions/{key}/preview"): ("editor", READ),
    ("POST", "/subscriptions/{key}/send"): ("operator", ADMINISTER),
    ("GET", "/messages"): ("operator", OPERATE),
    ("GET", "/messages/{id}"): ("operator", OPERATE),
    ("GET", "/channels"): ("operator", OPERATE),
    ("POST", "/channels/{key}/test"): ("operator", ADMINISTER),
    ("POST", "/messages/{id}/hold"): ("operator", ADMINISTER),
    ("POST", "/quarantine/retry"): ("operator", ADMINISTER),
    ("POST", "/messages/{id}/release"): ("operator", ADMINISTER),
    ("POST", "/messages/{id}/resend"): ("operator", ADMINISTER),
    ("GET", "/service"): ("operator", OPERATE),
    ("GET", "/changes"): ("operator", OPERATE),
    ("GET", "/users"): ("operator", OPERATE),
    ("POST", "/users"): ("operator", ADMINISTER),
    ("GET", "/users/{id}"): ("operator", OPERATE),
    ("PUT", "/users/{id}"): ("operator", ADMINISTER),
    ("POST", "/users/{id}/links"): ("operator", ADMINISTER),
    ("GET", "/tokens"): ("reader", READ),
    ("POST", "/tokens"): ("reader", WRITE),
    ("DELETE", "/tokens/{id}"): ("reader", WRITE),
    ("GET", "/me"): ("reader", READ),
    ("PUT", "/me"): ("reader", WRITE),
    ("GET", "/openapi.json"): (None, set()),
}
# answers to what is allowed; 409: the article is in no event, or two jobs run already
ALLOWED = (200, 201, 404, 409, 415, 428)
# there is none of this number
OWN = {"/briefings/{id}", "/briefings/{id}/definition", "/jobs/{id}", "/messages/{id}"}
ELSEWHERE = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("desk")) as made:
        made.people()
        made.instance.stores(an_article("a1"))
        yield made


def real(path: str) -> str:
    """The path with numbers and keys; all are there but the token."""
    filled = path.replace("/tokens/{id}", "/tokens/999999").replace("{id}", "1")
    filled = "/messages/999999" if path == "/messages/{id}" else filled
    for thing, key in (
        ("sources", "trolley"),
        ("subscriptions", "morning"),
        ("suppliers", "halcyon"),
    ):
        filled = filled.replace(f"/{thing}/{{key}}", f"/{thing}/{key}")
    filled = filled.replace("{number}", "1").replace("{key}", "corvid")
    filled = filled.replace("{mark}", "1")
    return filled + ("?q=halcyon" if "/search" in filled else "")


def test_every_route_stands_in_the_table(desk: RunningDesk) -> None:
    routes = routing.routes(ServiceSource(desk.service, lambda: REPORT, {}))
    paths = {f"/api/v1{path}" for _, path in NEEDS}
    assert {route.path for route in routes} == {*paths, "/api", "/api/{rest:path}"}
    declared = {(each.method, each.path) for each in routing.load_endpoints()}
    assert {*declared, ("GET", "/openapi.json")} == set(NEEDS)


def test_the_declarations_say_what_the_table_says() -> None:
    for endpoint in routing.load_endpoints():
        needs = (str(endpoint.role), endpoint.scopes)
        assert NEEDS[endpoint.method, endpoint.path] == needs, endpoint.path


def powerset() -> list[set[Scope]]:
    return [set(each) for n in range(1, 4) for each in combinations(Scope, n)]


@pytest.mark.parametrize("role", [str(role) for role in Role])
@pytest.mark.parametrize("scopes", powerset(), ids=lambda each: "+".join(sorted(each)))
def test_a_token_reaches_what_role_and_scopes_allow(
    desk: RunningDesk, role: str, scopes: set[Scope]
) -> None:
    program = client(desk, role, scopes)
    for (method, path), (least, needed) in NEEDS.items():
        if least is None:
            continue
        page = program.ask(real(path), method=method)
        allowed = Role(role).includes(Role(least)) and needed <= scopes
        # without a body and If-Match nothing is changed
        found = 404 if path in OWN else 200
        fine = (found,) if method == "GET" else ALLOWED
        assert page.code in (fine if allowed else (403,)), (method, path, role, scopes)
        if not allowed:
            problem_of(page)
        if not needed <= scopes:
            assert f'scope="{" ".join(sorted(needed))}"' in page.headers["www-authenticate"]


@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_a_session_of_the_desk_reads_what_its_role_allows(desk: RunningDesk, role: str) -> None:
    browser = desk.browser(role)
    for (method, path), (least, _) in NEEDS.items():
        if least is not None and method == "GET":
            allowed = Role(role).includes(Role(least))
            found = 404 if path in OWN else 200
            assert browser.ask(f"/api/v1{real(path)}").code == (found if allowed else 403), path


def test_a_session_changes_something_from_the_pages_of_the_desk_alone(desk: RunningDesk) -> None:
    browser = desk.browser("operator")
    csrf = {"X-CSRF-Token": browser.ask("/").csrf}
    here = {"Origin": f"http://127.0.0.1:{desk.address[1]}"}
    foreign: list[dict[str, str]] = [
        {},
        here,
        {"X-CSRF-Token": "x"} | here,
        {"X-CSRF-Token": "\xe9"} | here,
        csrf | {"Origin": "https://evil.example"},
        csrf | {"Origin": "null"},
        csrf | {"Sec-Fetch-Site": "cross-site"},
    ]
    for (method, path), (least, _) in NEEDS.items():
        if least is None or method == "GET":
            continue
        for headers in foreign:
            page = browser.ask(f"/api/v1{real(path)}", method=method, headers=headers)
            assert page.code == 403, (method, path, headers)
            assert "own pages" in problem_of(page)["detail"]
        page = browser.ask(f"/api/v1{real(path)}", method=method, headers=csrf | here)
        assert page.code in ALLOWED, (method, path)


def test_nobody_is_answered_without_token_and_session(desk: RunningDesk) -> None:
    for (method, path), (least, _) in NEEDS.items():
        if least is not None:
            page = desk.browser().ask(f"/api/v1{real(path)}", method=method)
            assert page.code == 401, path
            assert problem_of(page)["detail"].startswith("Send `Authorization")
            assert page.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header",
    ["Bearer swt_of-nobody", "Bearer", "Bearer ", "Basic cnV0aDp4", "swt_x", "Bearer a b", ""],
)
def test_what_is_no_token_is_refused_also_beside_a_session(desk: RunningDesk, header: str) -> None:
    page = desk.browser("reader").ask("/api/v1/me", headers={"Authorization": header})
    assert page.code == 401
    assert "error=" in page.headers["www-authenticate"]
    problem_of(page)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_name_of_the_scheme_may_be_in_any_case(desk: RunningDesk, scheme: str) -> None:
    header = f"{scheme} {token_of(desk)}"
    assert desk.browser().ask("/api/v1/me", headers={"Authorization": header}).code == 200


def test_a_token_ends_with_its_time_its_user_and_its_password(new_desk: RunningDesk) -> None:
    new_desk.people()
    store, clock = new_desk.service.store, new_desk.clock

    def works_after(change: str) -> bool:
        program = client(new_desk, "reader")
        with store.transaction() as unit:
            user = unit.users.find_by_name("reader")
            assert user is not None
            if change == "revoked":
                [token] = unit.tokens.of_user(user.user_id)
                assert unit.tokens.revoke(user.user_id, token.token_id)
            elif change == "password":
                unit.users.set_password(user.user_id, HASH)
            elif change == "disabled":
                unit.users.disable(user.user_id, clock())
        if change == "time":
            clock.advance(timedelta(days=1))
        return program.ask("/me").code == 200

    assert not works_after("revoked")
    assert works_after("nothing")
    assert not works_after("time")
    assert not works_after("password")
    assert not works_after("disabled")


def test_a_token_of_a_former_operator_operates_no_more(new_desk: RunningDesk) -> None:
    new_desk.people()
    program = client(new_desk)
    assert program.ask("/service").code == 200
    with new_desk.service.store.transaction() as unit:
        user = unit.users.find_by_name("operator")
        assert user is not None
        unit.users.set_role(user.user_id, Role.READER)
    assert program.ask("/service").code == 403


def test_a_token_opens_no_page_of_the_desk(desk: RunningDesk) -> None:
    header = {"Authorization": f"Bearer {token_of(desk)}"}
    assert desk.browser().ask("/messages", headers=header).code == 303


def test_before_the_first_user_nothing_is_answered_elsewhere(new_desk: RunningDesk) -> None:
    asked = [("GET", "/metrics"), ("GET", "/api"), ("POST", "/api/v1/nothing")]
    asked += [(method, f"/api/v1{real(path)}") for method, path in NEEDS]
    for method, path in asked:
        page = new_desk.browser().ask(path, method=method, headers=ELSEWHERE)
        assert page.code == 404, path
        assert problem_of(page)["detail"].startswith("The desk is not open")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_a_method_that_an_address_has_not_is_refused(desk: RunningDesk, method: str) -> None:
    allowed: dict[str, set[str]] = {"/metrics": {"GET", "HEAD"}}
    for known, path in NEEDS:
        methods = allowed.setdefault(f"/api/v1{real(path)}", set())
        methods |= {"GET", "HEAD"} if known == "GET" else {known}
    program = client(desk)
    for path, methods in allowed.items():
        if method not in methods:
            page = program.ask(path, method=method)
            assert page.code == 405, path
            assert set(page.headers["allow"].split(", ")) == methods
            problem_of(page)


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/mentions",
        "/api/v1/mentions/",
        "/api/v1//mentions",
        "/api/v1/items/1/x",
        "/api/v1/%2e%2e/health",
        "/api/v1/items/",
    ],
)
def test_an_address_that_is_none_has_its_problem_details(desk: RunningDesk, path: str) -> None:
    page = client(desk).ask(path)
    assert page.code == 404
    problem_of(page)
    assert client(desk).ask(path, method="POST").code == 404


def test_metrics_are_for_this_machine_and_for_tokens_of_operators(desk: RunningDesk) -> None:
    def code(**headers: str) -> int:
        return desk.browser().ask("/metrics", headers=ELSEWHERE | headers).code

    assert desk.browser().ask("/metrics").code == 200
    assert code() == 401
    assert code(Authorization=f"Bearer {token_of(desk)}") == 200
    assert code(Authorization=f"Bearer {token_of(desk, scopes=[Scope.OPERATE])}") == 200
    assert code(Authorization=f"Bearer {token_of(desk, scopes=[Scope.READ])}") == 403
    assert code(Authorization=f"Bearer {token_of(desk, 'editor')}") == 403
