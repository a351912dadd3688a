"""What programs say of stories, and mute: as the forms of the desk do it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.desk.api.api_client import ApiClient, client, problem_of
from tests.desk.browser import RunningDesk
from tests.supplierwatch.instance import an_article


@pytest.fixture
def stored(desk: RunningDesk) -> RunningDesk:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    return desk


def mark(program: ApiClient, code: int = 201, **body: str) -> Any:
    return program.json("/items/1/marks", code, method="POST", body=body)


def test_a_program_and_the_page_say_the_same(stored: RunningDesk) -> None:
    editor = client(stored, "editor")
    mark(editor, kind="note", text="Call the trust")
    mark(editor, kind="assignment", assignee="reader")
    page = stored.browser("reader").ask("/?show=mine")
    assert "Call the trust" in page.words
    assert "For reader" in page.words
    said = client(stored, "reader").json("/items/1/marks")
    assert [(each["kind"], each["by"]) for each in said["marks"]] == [
        ("note", "editor"),
        ("assignment", "editor"),
    ]
    [story] = client(stored, "reader").json("/today?show=mine")["stories"]
    assert (story["story"], story["unread"], len(story["marks"])) == (1, True, 2)


def test_a_note_is_made_once_for_its_key(stored: RunningDesk) -> None:
    editor = client(stored, "editor")
    for _ in range(2):
        body = {"kind": "note", "text": "Call the trust"}
        page = editor.ask("/items/1/marks", method="POST", body=body, Idempotency_Key="k1")
        assert page.code == 201
    assert len(editor.json("/items/1/marks")["marks"]) == 1


def test_what_was_said_is_taken_back_and_stays_in_the_history(stored: RunningDesk) -> None:
    editor = client(stored, "editor")
    [made] = mark(editor, kind="tag", text="Board")["marks"]
    said = editor.json(f"/items/1/marks/{made['id']}", method="DELETE")
    assert said["marks"] == []
    [ended] = said["history"]
    assert (ended["text"], ended["ended_by"]) == ("board", "editor")
    assert editor.ask(f"/items/1/marks/{made['id']}", method="DELETE").code == 404


def test_somebody_elses_note_and_star_stay(stored: RunningDesk) -> None:
    [made] = mark(client(stored, "operator"), kind="note", text="Mine")["marks"]
    editor = client(stored, "editor")
    page = editor.ask(f"/items/1/marks/{made['id']}", method="DELETE")
    assert page.code == 409
    assert "operator's" in problem_of(page)["detail"]
    own = {"read": True, "starred": True}
    said = client(stored, "reader").json("/items/1/own", method="PUT", body=own)
    assert (said["starred"], said["unread"]) == (True, False)
    star = said["history"][0]["id"]
    assert editor.ask(f"/items/1/marks/{star}", method="DELETE").code == 404
    assert editor.json("/items/1/marks")["starred"] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "star"}, 422),
        ({"kind": "note"}, 409),
        ({"kind": "tag", "text": "a,b"}, 409),
        ({"kind": "note", "text": "x" * 3_000}, 422),
        ({"kind": "assignment", "assignee": "nobody"}, 409),
        ({"kind": "irrelevant", "watch": "no-such"}, 409),
        ({"kind": "irrelevant", "watch": "corvid", "text": "x" * 301}, 409),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_refused(
    stored: RunningDesk, body: dict[str, str], code: int
) -> None:
    page = client(stored, "editor").ask("/items/1/marks", method="POST", body=body)
    assert page.code == code
    problem_of(page)


def test_a_mute_is_listed_until_it_ends(stored: RunningDesk) -> None:
    reader = client(stored, "reader")
    body = {"kind": "story", "days": 7, "item": 1}
    made = json.loads(reader.ask("/mutes", method="POST", body=body).text)
    [story] = reader.json("/today")["stories"]
    assert story["part"] == "muted"
    assert [each["id"] for each in reader.json("/mutes")["own"]] == [made["id"]]
    assert client(stored, "editor").json("/mutes")["own"] == []
    assert client(stored, "editor").ask(f"/mutes/{made['id']}", method="DELETE").code == 404
    assert reader.ask(f"/mutes/{made['id']}", method="DELETE").code == 200
    assert reader.json("/mutes")["own"] == []


def test_a_reader_ends_no_mute_of_a_subscription(stored: RunningDesk) -> None:
    body = {"kind": "outlet", "days": 7, "source": "ward-ledger", "subscription": "morning"}
    page = client(stored, "editor").ask("/mutes", method="POST", body=body)
    number = json.loads(page.text)["id"]
    reader = client(stored, "reader")
    assert [each["id"] for each in reader.json("/mutes")["of_subscriptions"]] == [number]
    assert reader.ask(f"/mutes/{number}", method="DELETE").code == 403
    assert reader.ask("/mutes", method="POST", body=body).code == 409
    assert client(stored, "editor").ask(f"/mutes/{number}", method="DELETE").code == 200
    with stored.service.store.reading() as unit:
        entries = unit.audit.list(limit=9)
    assert [(each.change.action, each.change.subject) for each in entries] == [
        ("subscription.unmuted", "morning"),
        ("subscription.muted", "morning"),
    ]


def test_today_by_a_tag_needs_the_tag(stored: RunningDesk) -> None:
    mark(client(stored, "editor"), kind="tag", text="board")
    reader = client(stored, "reader")
    assert len(reader.json("/today?show=tag&tag=board")["stories"]) == 1
    assert reader.json("/today?show=tag&tag=other")["stories"] == []
    for query in ("show=tag", "tag=board", "show=unread&tag=board"):
        assert reader.ask(f"/today?{query}").code == 400
    assert reader.json("/tags") == {"tags": [{"tag": "board", "stories": 1}]}
