"""What the API changes: watches, users and tokens, once for each key, recorded in each case."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from storage.model import AuditEntry, Role, Scope
from supplierwatch.desk.api.json_bodies import MAX_BODY
from supplierwatch.desk.editing import file_edits
from tests.desk.api.api_client import ApiClient, client, problem_of, token_of
from tests.desk.browser import Page, RunningDesk
from tests.supplierwatch.instance import an_article

NEW = {"key": "millbrook", "label": "Millbrook", "query": "millbrook AND halcyon"}


def audit(desk: RunningDesk) -> list[tuple[str, str, str]]:
    return [(e.change.action, e.change.subject, e.actor.name) for e in entries(desk)]


def entries(desk: RunningDesk) -> tuple[AuditEntry, ...]:
    with desk.service.store.reading() as unit:
        return unit.audit.list(limit=100)


def file_of(desk: RunningDesk) -> str:
    return (desk.instance.config / "watches.toml").read_text(encoding="utf-8")


def post(program: ApiClient, path: str, body: Any, **headers: str) -> Page:
    return program.ask(path, method="POST", body=body, **headers)


def edit(program: ApiClient, key: str, body: Any, **headers: str) -> Page:
    return program.ask(f"/watches/{key}/definition", method="PUT", body=body, **headers)


def tag(program: ApiClient, key: str) -> str:
    return program.ask(f"/watches/{key}/definition").headers["etag"]


def test_a_watch_is_made_read_changed_and_deleted(desk: RunningDesk) -> None:
    before, program = file_of(desk), client(desk, "editor")

    made = post(program, "/watches", NEW)
    assert made.code == 201, made.text
    assert made.headers["location"] == "/api/v1/watches/millbrook/definition"
    there = program.json("/watches/millbrook/definition")
    assert there["query"] == "millbrook AND halcyon"
    body = {"label": "Millbrook", "keywords": ["Millbrook Trust", "roll-out"], "exact": True}
    changed = edit(program, "millbrook", body, If_Match=tag(program, "millbrook"))
    assert changed.code == 200, changed.text
    assert program.json("/watches/millbrook/definition")["keywords"] == body["keywords"]
    gone = program.ask(
        "/watches/millbrook/definition", method="DELETE", If_Match=tag(program, "millbrook")
    )
    assert gone.code == 200, gone.text

    assert file_of(desk).strip() == before.strip()
    assert program.ask("/watches/millbrook/definition").code == 404
    actions = [action for action, subject, who in audit(desk) if subject == "millbrook"]
    assert actions == ["watch.deleted", "watch.changed", "watch.added"]
    [_, change, _] = entries(desk)
    assert (change.change.before, change.change.after) == (
        "millbrook AND halcyon",
        "Millbrook Trust, roll-out",
    )
    assert (change.actor.name, change.actor.client) == ("editor", "127.0.0.1")
    assert change.actor.via.startswith("token ")


def test_an_edit_of_what_was_changed_meanwhile_is_refused(desk: RunningDesk) -> None:
    program = client(desk, "editor")
    old = tag(program, "corvid")
    assert edit(program, "corvid", {"query": "corvid OR rook"}, If_Match=old).code == 200
    after = file_of(desk)
    for method in ("PUT", "DELETE"):
        body = {"query": "x"} if method == "PUT" else None
        page = program.ask(
            "/watches/corvid/definition", method=method, body=body, If_Match=f'{old}, "x"'
        )
        assert page.code == 412
        problem_of(page)
    assert edit(program, "corvid", {"query": "x"}).code == 428
    assert file_of(desk) == after
    assert edit(program, "corvid", {"query": "rook"}, If_Match="*").code == 200


def test_the_query_of_a_version_is_put_back(desk: RunningDesk) -> None:
    program = client(desk, "editor")
    desk.instance.stores()
    [version] = program.json("/watches/corvid")["versions"]
    assert edit(program, "corvid", {"query": "rook"}, If_Match="*").code == 200
    number = version["version"]
    for wanted, code in ((number, 200), (number + 7, 404)):
        page = post(program, f"/watches/corvid/versions/{wanted}/restore", None, If_Match="*")
        assert page.code == code, page.text
    assert program.json("/watches/corvid/definition")["query"] == version["query"]


def test_a_preview_changes_nothing_and_says_what_would_be_found(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Millbrook halts its Halcyon roll-out"))
    before, program = file_of(desk), client(desk, "editor", [Scope.READ])
    seen = json.loads(post(program, "/watch-previews", NEW).text)
    assert (seen["is_new"], seen["found"]) == (True, 1)
    assert seen["changes"]["found"][0]["title"] == "Millbrook halts its Halcyon roll-out"
    assert file_of(desk) == before
    assert entries(desk) == ()


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (NEW | {"query": "millbrook AND ("}, 422, "column"),
        (NEW | {"key": "Mill Brook"}, 422, "not be valid"),
        (NEW | {"key": "corvid"}, 409, "already"),
        (NEW | {"keywords": ["x"]}, 422, "either"),
        ({"key": "millbrook"}, 422, "either"),
        (NEW | {"query": 7}, 422, "#/query"),
        (NEW | {"more": 7}, 422, "#/more"),
        (NEW | {"label": "a\0b"}, 422, "NUL"),
        (NEW | {"query": "x" * 20_001}, 422, "#/query"),
        ([], 422, "#"),
        (b"{", 400, "not JSON"),
        (b'{"key": "\xff"}', 400, "not JSON"),
        (b'{"key": "\\ud800"}', 400, "not JSON"),
        (b"[" * 5_000, 400, "not JSON"),
        (b" " * (MAX_BODY + 1), 413, "bytes"),
    ],
    ids=str,
)
def test_a_watch_that_cannot_be_is_refused(
    desk: RunningDesk, body: Any, code: int, said: str
) -> None:
    before = file_of(desk)
    page = post(client(desk, "editor"), "/watches", body)
    assert page.code == code, page.text
    problem_of(page)
    assert said in page.text
    assert (file_of(desk), entries(desk)) == (before, ())


@pytest.mark.parametrize("media_type", ["text/plain", "", "application/json; charset=utf-16"])
def test_a_body_that_is_not_declared_as_json_is_refused(desk: RunningDesk, media_type: str) -> None:
    page = post(client(desk, "editor"), "/watches", NEW, Content_Type=media_type)
    assert page.code == 415
    problem_of(page)


def test_a_folder_that_cannot_be_written_gives_the_text_to_paste(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(file_edits, "replace_file", refuse)
    page = post(client(desk, "editor"), "/watches", NEW)
    assert page.code == 503
    assert "[[watch]]" in str(problem_of(page)["toml"])
    assert entries(desk) == (), "what was not written is not recorded"


MAKING: Mapping[str, Any] = {
    "/watches": NEW,
    "/tokens": {"label": "newsroom", "scopes": ["read"], "days": 30},
    "/users": {"name": "ruth", "role": "reader"},
    "/users/1/links": None,
}


@pytest.mark.parametrize("path", MAKING)
def test_a_repeated_request_with_a_key_makes_nothing_again(desk: RunningDesk, path: str) -> None:
    program = client(desk)
    first = post(program, path, MAKING[path], Idempotency_Key="k1")
    recorded = entries(desk)
    again = post(program, path, MAKING[path], Idempotency_Key='"k1"')
    assert (first.code, again.code) == (201, 201)
    assert entries(desk) == recorded
    assert again.headers.get("location") == first.headers.get("location")
    secrets = {"secret", "link"}
    one, two = json.loads(first.text), json.loads(again.text)
    assert {k: v for k, v in one.items() if k not in secrets} == {
        k: v for k, v in two.items() if k not in secrets
    }
    assert all(two[name] is None and one[name] for name in secrets & set(one))
    other = post(program, path, {"label": "another", "scopes": ["read"]}, Idempotency_Key="k1")
    assert other.code == 422


def test_a_key_belongs_to_its_user(desk: RunningDesk) -> None:
    body = {"label": "mine", "scopes": ["read"]}
    for name in ("reader", "editor"):
        page = post(client(desk, name), "/tokens", body, Idempotency_Key="k1")
        assert json.loads(page.text)["secret"]


def test_a_request_that_failed_leaves_its_key_free(desk: RunningDesk) -> None:
    program = client(desk)
    body = {"name": "operator", "role": "reader"}
    assert post(program, "/users", body, Idempotency_Key="k1").code == 422
    assert post(program, "/users", body | {"name": "ruth"}, Idempotency_Key="k1").code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256, '"'])
def test_what_is_no_key_is_refused(desk: RunningDesk, key: str) -> None:
    header = key.encode().decode("latin-1")
    page = post(client(desk), "/users", {"name": "r", "role": "reader"}, Idempotency_Key=header)
    assert page.code == 400


def test_of_many_requests_at_once_with_one_key_one_makes_something(desk: RunningDesk) -> None:
    program, codes = client(desk), list[int]()

    def ask() -> None:
        body = {"name": "ruth", "role": "reader"}
        codes.append(post(program, "/users", body, Idempotency_Key="k1").code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [201] * 6
    assert [action for action, _, _ in audit(desk)] == ["user.linked", "user.added"]


def test_a_user_is_added_changed_and_linked(desk: RunningDesk) -> None:
    program = client(desk)
    made = json.loads(post(program, "/users", {"name": "ruth", "role": "reader"}).text)
    path = made["link"].partition(str(desk.address[1]))[2]
    assert desk.browser().ask(path).heading == "Set a password"
    number = made["id"]
    body = {"role": "editor", "email": "ruth@trust.example", "disabled": True}
    changed = program.json(f"/users/{number}", method="PUT", body=body)
    assert (changed["role"], changed["email"]) == ("editor", "ruth@trust.example")
    assert changed["disabled_at"] is not None
    assert post(program, f"/users/{number}/links", None).code == 409
    assert [action for action, _, _ in audit(desk)] == [
        "user.email",
        "user.role",
        "user.disabled",
        "user.linked",
        "user.added",
    ]
    program.json(f"/users/{number}", method="PUT", body=body)
    assert len(entries(desk)) == 5, "nothing was changed"


def test_the_last_operator_stays_one(desk: RunningDesk) -> None:
    program = client(desk)
    [number] = [u["id"] for u in program.json("/users")["users"] if u["name"] == "operator"]
    for body in ({"role": "reader"}, {"role": "operator", "disabled": True}):
        page = program.ask(f"/users/{number}", method="PUT", body=body)
        assert page.code == 422
        assert "only operator" in problem_of(page)["detail"]
    assert program.json(f"/users/{number}")["role"] == str(Role.OPERATOR)


@pytest.mark.parametrize(
    "email", ["ruth", "a@b@c", "ruth@", "@trust.example", "a b@c.example", "<a@b.example>"]
)
def test_what_is_no_address_is_refused(desk: RunningDesk, email: str) -> None:
    page = post(client(desk), "/users", {"name": "ruth", "role": "reader", "email": email})
    assert page.code == 422
    assert "#/email" in page.text


def test_a_token_makes_no_token_that_may_do_more_or_lasts_longer(desk: RunningDesk) -> None:
    program = ApiClient(desk=desk, token=token_of(desk, scopes=[Scope.READ, Scope.WRITE]))
    body = {"label": "x", "scopes": ["read"], "days": 3_000}
    assert post(program, "/tokens", body | {"scopes": ["operate"]}).code == 409
    made = json.loads(post(program, "/tokens", body).text)
    assert made["expires_at"] <= program.json("/me")["token"]["expires_at"]


def test_a_token_is_revoked_by_its_user_alone(desk: RunningDesk) -> None:
    mine = client(desk, "reader").json("/me")["token"]["id"]
    other = client(desk, "editor")
    assert other.ask(f"/tokens/{mine}", method="DELETE").code == 404
    program = client(desk, "reader")
    assert program.ask(f"/tokens/{mine}", method="DELETE").code == 200
    assert mine not in [each["id"] for each in program.json("/tokens")["tokens"]]


def test_no_secret_stands_in_the_database(desk: RunningDesk) -> None:
    program = client(desk)
    secrets = [
        json.loads(post(program, path, MAKING[path], Idempotency_Key=f"k{n}").text)
        for n, path in enumerate(["/tokens", "/users", "/users/1/links"])
    ]
    found = [each.get("secret") or each["link"].rpartition("/")[2] for each in secrets]
    with desk.service.store._engine.connect() as connection:
        stored = str(
            [
                connection.exec_driver_sql(f"SELECT * FROM {table}").all()
                for table in ("desk_answer", "audit", "desk_link", "desk_token")
            ]
        )
    assert "newsroom" in stored
    assert not [secret for secret in found if secret in stored]
