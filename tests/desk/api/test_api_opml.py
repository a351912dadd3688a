"""Feeds as OPML by the API: exported, previewed, added once."""

from __future__ import annotations

import pytest

from tests.desk.api.api_client import ApiClient, client, problem_of
from tests.desk.api.test_api_writes import audit, post
from tests.desk.browser import RunningDesk
from tests.desk.test_opml import OPML, file_of
from tests.supplierwatch.instance import SOURCES


def test_feeds_are_exported_and_what_is_exported_is_known(desk: RunningDesk) -> None:
    program = client(desk, "editor")
    made = program.json("/opml")
    assert (made["feeds"], made["others"]) == (2, 0)
    assert 'xmlUrl="https://ward-ledger.example/feed"' in made["opml"]
    again = program.json("/opml", 201, method="POST", body={"opml": made["opml"]})
    assert (again["saved"], again["added"], again["known"]) == (False, [], 2)
    assert file_of(desk) == SOURCES


def test_feeds_are_previewed_and_added_once_for_each_key(desk: RunningDesk) -> None:
    program = client(desk, "editor")
    body = {"opml": OPML, "preview": True}
    shown = program.json("/opml", 201, method="POST", body=body)
    assert (shown["saved"], shown["added"], shown["known"]) == (False, ["bed-times"], 1)
    assert "gopher://old.example/feed" in shown["refused"][0]
    assert file_of(desk) == SOURCES
    assert audit(desk) == []
    added = program.json("/opml", 201, method="POST", body={"opml": OPML}, Idempotency_Key="o1")
    assert added["saved"]
    assert file_of(desk) == f"{SOURCES}\n{added['toml']}\n"
    assert audit(desk) == [("source.added", "bed-times", "editor")]
    again = program.json("/opml", 201, method="POST", body={"opml": OPML}, Idempotency_Key="o1")
    assert again == added
    assert file_of(desk).count("bed-times") == 1


@pytest.mark.parametrize(
    "text", ["no xml", "<html></html>", '<?xml version="1.0" encoding="utf-16"?><opml/>', "\ud800"]
)
def test_what_is_no_opml_is_refused(desk: RunningDesk, text: str) -> None:
    page = post(client(desk, "editor"), "/opml", {"opml": text})
    assert page.code in (400, 422)
    problem_of(page)
    assert file_of(desk) == SOURCES


def test_only_this_address_takes_a_long_body_and_of_known_callers_alone(
    desk: RunningDesk,
) -> None:
    program = client(desk, "editor")
    large = {"opml": OPML.replace("<body>", f"<body><!--{'x' * 300_000}-->"), "preview": True}
    assert post(program, "/opml", large).code == 201
    assert post(program, "/opml", {"opml": "x" * 540_000}).code == 413
    assert post(ApiClient(desk=desk, token="swt_nobody"), "/opml", large).code in (401, 413)
    assert post(program, "/watches", {"key": "x" * 40_000}).code == 413


def test_a_file_that_cannot_be_written_gives_the_text_to_paste(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("supplierwatch.desk.editing.file_edits.replace_file", refuse)
    page = post(client(desk, "editor"), "/opml", {"opml": OPML})
    assert page.code == 503
    assert "bed-times" in problem_of(page)["toml"]
    assert audit(desk) == []
