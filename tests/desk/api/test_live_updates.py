"""Server-sent events: an open page learns of new mentions, within limits."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager

import pytest

from storage.model import Role, Scope
from supplierwatch.desk.api import live_updates
from tests.desk.api.api_client import client, problem_of, token_of
from tests.desk.browser import RunningDesk
from tests.supplierwatch.instance import an_article

PATH = "/api/v1/updates"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_updates, "POLL_SECONDS", 0.05)


@contextmanager
def stream(
    desk: RunningDesk, query: str = "", **headers: str
) -> Iterator[http.client.HTTPResponse]:
    """An open stream, after its first line."""
    sent = {"Authorization": f"Bearer {token_of(desk)}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(*desk.address, timeout=30)) as connection:
        connection.request("GET", PATH + query, headers=sent)
        answer = connection.getresponse()
        if answer.status == 200:
            assert answer.readline().startswith(b"retry: ")
            assert answer.readline() == b"\n"
        yield answer


def next_event(answer: http.client.HTTPResponse) -> Mapping[str, str]:
    """The fields of the next event."""
    fields = {}
    while line := answer.readline().decode().strip():
        name, _, value = line.partition(": ")
        fields[name] = value
    return fields


def newest(desk: RunningDesk) -> int:
    with desk.service.store.reading() as unit:
        return unit.users.newest_mention()


def test_an_event_is_sent_when_there_are_new_mentions(desk: RunningDesk) -> None:
    with stream(desk) as first, stream(desk) as second:
        assert first.getheader("Content-Type", "").startswith("text/event-stream")
        assert first.getheader("Cache-Control") == "no-store"
        desk.instance.stores(an_article("a1"))
        assert newest(desk) > 0
        expected = {
            "id": str(newest(desk)),
            "event": "mentions",
            "data": f'{{"newest": {newest(desk)}}}',
        }
        assert next_event(first) == next_event(second) == expected


def test_whoever_connects_again_is_told_what_came_meanwhile(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    with stream(desk, Last_Event_ID="0") as answer:
        assert next_event(answer)["id"] == str(newest(desk))


def test_a_page_is_told_what_came_since_it_was_made(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    with stream(desk, "?seen=0") as answer:
        assert next_event(answer)["id"] == str(newest(desk))


@pytest.mark.parametrize("given", ["-1", "1e3", "seven", "9" * 40, "٣"])
def test_an_id_that_is_none_is_ignored(desk: RunningDesk, given: str) -> None:
    desk.instance.stores(an_article("a1"))
    before = newest(desk)
    with stream(desk, Last_Event_ID=given.encode().decode("latin-1")) as answer:
        desk.instance.stores(an_article("a2", title="Halcyon trust goes on"))
        assert next_event(answer)["id"] == str(newest(desk)) != str(before)


def test_it_ends_by_itself_so_that_rights_are_checked_again(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_updates, "STREAM_SECONDS", 0.2)
    with stream(desk) as answer:
        assert answer.read() == b""


def test_only_so_many_are_open_and_each_that_ends_makes_room(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_updates, "MAX_STREAMS", 2)
    program = client(desk)
    with ExitStack() as open_streams:
        for _ in range(2):
            open_streams.enter_context(stream(desk))
        refused = program.ask(PATH)
        assert refused.code == 503
        assert int(refused.headers["retry-after"]) > 0
        problem_of(refused)
        assert program.ask("/mentions").code == 200
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        with stream(desk) as answer:
            if answer.status == 200:
                break
        time.sleep(0.05)
    else:
        pytest.fail("no stream made room")


def test_it_is_for_readers_with_the_scope(desk: RunningDesk) -> None:
    reader = token_of(desk, str(Role.READER), [Scope.READ])
    with stream(desk, Authorization=f"Bearer {reader}") as answer:
        assert answer.status == 200
    assert client(desk, str(Role.READER), [Scope.WRITE]).ask(PATH).code == 403
    assert desk.browser().ask(PATH).code == 401
    assert desk.browser().ask(PATH, headers={"X-Forwarded-For": "203.0.113.9"}).code == 401


def test_other_methods_are_refused_and_head_opens_no_stream(desk: RunningDesk) -> None:
    page = client(desk).ask(PATH, method="POST")
    assert page.code == 405
    problem_of(page)
    head = client(desk).ask(PATH, method="HEAD")
    assert (head.code, head.body) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
