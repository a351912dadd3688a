"""Sources, subscriptions and briefings by the API: made, read, changed, removed, and recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from config.editing.source_draft import read_source
from supplierwatch.desk.editing import file_edits
from tests.desk.api.api_client import ApiClient, client, problem_of
from tests.desk.browser import Page, RunningDesk
from tests.supplierwatch.instance import an_article

SOURCE = {
    "key": "thornby",
    "kind": "feed",
    "url": "https://thornby.example/feed.xml",
    "name": "Thornby Post",
    "every": "2h",
}
SUBSCRIPTION = {
    "key": "desk-hours",
    "to": ["ruth@trust.example"],
    "watches": ["corvid"],
    "cadence": "weekdays at 09:00",
}
NEW: Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "source": ("sources.toml", SOURCE, {"name": "Thornby Evening Post", "enabled": False}),
    "subscription": ("subscriptions.toml", SUBSCRIPTION, {"watches": ["*"], "edits": False}),
}


def text_of(desk: RunningDesk, name: str) -> str:
    return (desk.instance.config / name).read_text(encoding="utf-8")


def actions(desk: RunningDesk, subject: str) -> list[str]:
    with desk.service.store.reading() as unit:
        return [e.change.action for e in unit.audit.list(limit=100) if e.change.subject == subject]


def send(program: ApiClient, method: str, path: str, body: Any = None, **headers: str) -> Page:
    return program.ask(path, method=method, body=body, **headers)


def without_key(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "key"}


@pytest.mark.parametrize("noun", NEW)
def test_a_table_is_made_read_changed_and_removed(desk: RunningDesk, noun: str) -> None:
    name, body, edit = NEW[noun]
    before, program = text_of(desk, name), client(desk, "editor")
    place = f"/{noun}s/{body['key']}/definition"

    made = send(program, "POST", f"/{noun}s", body)
    assert made.code == 201, made.text
    assert made.headers["location"] == f"/api/v1{place}"
    there = program.json(place)
    assert {field: there[field] for field in body} == body
    changed = without_key(body) | edit
    etag = program.ask(place).headers["etag"]
    assert send(program, "PUT", place, changed, If_Match=etag).code == 200
    assert program.json(place) == there | edit
    assert send(program, "PUT", place, changed, If_Match=etag).code == 412
    assert send(program, "PUT", place, changed).code == 428
    assert send(program, "DELETE", place, If_Match="*").code == 200

    assert text_of(desk, name).strip() == before.strip()
    assert program.ask(place).code == 404
    assert actions(desk, str(body["key"])) == [
        f"{noun}.removed",
        f"{noun}.changed",
        f"{noun}.added",
    ]


@pytest.mark.parametrize(
    ("noun", "change", "code", "said"),
    [
        ("source", {"url": "no address"}, 422, "not be valid"),
        ("source", {"kind": "telegram"}, 422, "not be valid"),
        ("source", {"every": "soon"}, 422, "not be valid"),
        ("source", {"key": "trolley"}, 409, "already"),
        ("source", {"select": {"entry": 7}}, 422, "#/select/entry"),
        ("source", {"headers": {"Cookie": "x"}}, 422, "#/headers"),
        ("subscription", {"watches": ["nobody"]}, 422, "not be valid"),
        ("subscription", {"to": ["no address"]}, 422, "not be valid"),
        ("subscription", {"to": []}, 422, "#/to"),
        ("subscription", {"cadence": "when it rains"}, 422, "not be valid"),
        ("subscription", {"key": "morning"}, 409, "already"),
    ],
)
def test_what_check_refuses_is_not_saved(
    desk: RunningDesk, noun: str, change: dict[str, Any], code: int, said: str
) -> None:
    name, body, _ = NEW[noun]
    before = text_of(desk, name)
    page = send(client(desk, "editor"), "POST", f"/{noun}s", body | change)
    assert page.code == code, page.text
    problem_of(page)
    assert said in page.text
    assert text_of(desk, name) == before
    assert actions(desk, str((body | change)["key"])) == []


def test_what_the_document_does_not_have_stays(desk: RunningDesk) -> None:
    path = desk.instance.config / "sources.toml"
    more = """
# of the library
[[source]]
key = "quiet"
kind = "feed"
url = "https://quiet.example/f"
licence = "full-text"
"""
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    body = {"kind": "feed", "url": "https://quiet.example/new", "name": "Quiet"}
    page = send(client(desk, "editor"), "PUT", "/sources/quiet/definition", body, If_Match="*")
    assert page.code == 200, page.text
    assert 'licence = "full-text"' in path.read_text(encoding="utf-8")
    assert "# of the library" in path.read_text(encoding="utf-8")
    found = read_source(path.read_bytes(), "quiet")
    assert found is not None
    assert (found.url, found.texts["name"]) == ("https://quiet.example/new", "Quiet")


def test_where_the_file_cannot_be_written_it_answers_what_to_paste(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(file_edits, "replace_file", refuse)
    page = send(client(desk, "editor"), "POST", "/sources", SOURCE)
    assert page.code == 503
    assert "thornby" in problem_of(page)["toml"]
    assert actions(desk, "thornby") == []


def test_the_same_request_sent_again_makes_one_source(desk: RunningDesk) -> None:
    program = client(desk, "editor")
    first, again = (
        send(program, "POST", "/sources", SOURCE, Idempotency_Key="k1") for _ in range(2)
    )
    assert (first.code, again.code) == (201, 201)
    assert first.text == again.text
    assert text_of(desk, "sources.toml").count("thornby.example") == 1


def test_a_briefing_is_made_ordered_sent_once_and_removed(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    desk.instance.stores(an_article("a2", title="Corvid buys a rookery", body="Corvid bought it."))
    program = client(desk, "editor")
    entries = [{"item": 1, "comment": "First."}, {"item": 2, "comment": ""}]
    made = send(program, "POST", "/briefings", {"title": "For the board", "entries": entries})
    assert made.code == 201, made.text
    number = json.loads(made.text)["id"]
    place = f"/briefings/{number}/definition"
    assert made.headers["location"] == f"/api/v1{place}"
    assert program.json(place)["entries"] == entries

    turned = [{"item": 2, "comment": "Now first."}, {"item": 1, "comment": ""}]
    body = {"title": "For the board", "introduction": "Two.", "entries": turned}
    etag = program.ask(place).headers["etag"]
    assert send(program, "PUT", place, body, If_Match=etag).code == 200
    assert program.json(place)["entries"] == turned
    assert send(program, "PUT", place, body, If_Match=etag).code == 412

    sending = f"/briefings/{number}/send"
    known = program.json("/subscriptions/morning/definition")["to"][:1]
    assert send(program, "POST", sending, {"to": ["eve@elsewhere.example"]}).code == 422
    for expected in ({"sent_to": known, "sent_before": []}, {"sent_to": [], "sent_before": known}):
        assert json.loads(send(program, "POST", sending, {"to": known}).text) == expected
    assert send(client(desk, "reader"), "POST", sending, {"to": known}).code == 403

    assert client(desk, "operator").ask(place).code == 404
    assert send(program, "DELETE", place, If_Match="*").code == 200
    assert program.ask(place).code == 404
    assert actions(desk, str(number)) == [
        "briefing.removed",
        "briefing.sent",
        "briefing.changed",
        "briefing.made",
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"title": " "}, "empty"),
        ({"title": "x", "entries": [{"item": 1}, {"item": 1}]}, "twice"),
        ({"title": "x", "entries": [{"item": 99}]}, "no article 99"),
        ({"title": "x", "entries": [{"item": 0}]}, "#/entries/0/item"),
    ],
)
def test_a_briefing_that_cannot_be_is_refused(
    desk: RunningDesk, body: dict[str, Any], said: str
) -> None:
    desk.instance.stores(an_article("a1"))
    program = client(desk, "reader")
    page = send(program, "POST", "/briefings", body)
    assert page.code == 422, page.text
    assert said in page.text
    assert program.json("/briefings")["briefings"] == []


def test_a_full_briefing_is_replaced_by_others(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.users.briefings.MAX_ENTRIES", 1)
    desk.instance.stores(an_article("a1"))
    desk.instance.stores(an_article("a2", title="Corvid buys a rookery", body="Corvid bought it."))
    program = client(desk, "reader")
    body = {"title": "One", "entries": [{"item": 1, "comment": ""}]}
    number = json.loads(send(program, "POST", "/briefings", body).text)["id"]
    place = f"/briefings/{number}/definition"
    body["entries"] = [{"item": 2, "comment": ""}]
    assert send(program, "PUT", place, body, If_Match="*").code == 200
    assert program.json(place)["entries"] == body["entries"]


def test_a_report_alone_in_its_event_cannot_be_taken_out_nor_put_back(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    program = client(desk, "editor")
    for path, body in (("take-out", None), ("put-back", {})):
        page = send(program, "POST", f"/items/1/event/{path}", body)
        assert page.code == 409, page.text
        assert "nothing to" in problem_of(page)["detail"]
        assert send(program, "POST", f"/items/99/event/{path}", body).code == 404


def test_failed_work_is_tried_again_on_request(desk: RunningDesk) -> None:
    with desk.service.store.transaction() as unit:
        unit.quarantine.begin("show", "17", desk.clock(), cause="it could not be shown")
    program = client(desk, "operator")
    assert [each["subject"] for each in program.json("/service")["quarantine"]] == ["17"]
    page = send(program, "POST", "/quarantine/retry", {"task": "show"})
    assert json.loads(page.text) == {"retried": 1}
    assert program.json("/service")["quarantine"] == []
    assert actions(desk, "show") == ["work.retried"]
