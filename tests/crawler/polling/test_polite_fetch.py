"""Which requests of a poll are sent at all, without a crawl around them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crawler.fetch_errors import FetchFailed, HostUnavailable
from crawler.http.hosts.host_state import GIVE_UP_AFTER, HostState
from crawler.http.response import FetchResponse
from crawler.polling.polite_fetch import fetch_politely
from crawler.polling.poll_context import PollContext
from storage.model import FetchedPage

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SILENCE = FetchFailed("no answer", cause="timeout")


class Host:
    """Answers requests in turn: with a status, or an error that is raised; the last is repeated."""

    def __init__(self, *answers: int | FetchFailed, headers: Mapping[str, str] | None = None):
        self.answers = list(answers)
        self.headers = headers or {}
        self.asked: list[str] = []
        parts = SimpleNamespace(hosts=HostState(), fetch=self.fetch, clock=lambda: NOW)
        self.context = cast("PollContext", parts)

    async def fetch(self, url: str, _: Mapping[str, str]) -> FetchResponse:
        self.asked.append(url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, FetchFailed):
            raise answer
        return a_response(url, answer, self.headers)

    def ask(self, url: str) -> Any:
        return asyncio.run(fetch_politely(self.context, url))


def a_response(url: str, status: int, headers: Mapping[str, str]) -> FetchResponse:
    page = FetchedPage(
        requested_url=url,
        final_url=url,
        status=status,
        content_type=None,
        body=b"",
        etag=None,
        last_modified=None,
        fetched_at=NOW,
    )
    return FetchResponse(page=page, headers=headers)


def test_a_host_that_does_not_answer_is_asked_no_more_and_another_one_is() -> None:
    host = Host(SILENCE)
    for number in range(GIVE_UP_AFTER + 3):
        with pytest.raises(FetchFailed if number < GIVE_UP_AFTER else HostUnavailable):
            host.ask(f"https://silent.example/{number}")
    assert len(host.asked) == GIVE_UP_AFTER
    host.answers = [200]
    assert host.ask("https://other.example/").status == 200


def test_an_answer_in_between_begins_the_count_anew() -> None:
    host = Host(SILENCE, 500, SILENCE, 200)
    for number, fails in enumerate([True, False, True, False]):
        if fails:
            with pytest.raises(FetchFailed):
                host.ask(f"https://slow.example/{number}")
        else:
            host.ask(f"https://slow.example/{number}")
    assert len(host.asked) == 4


@pytest.mark.parametrize(("status", "headers"), [(429, {}), (503, {"retry-after": "60"})])
def test_a_host_that_wants_to_be_left_alone_is_asked_no_more(
    status: int, headers: Mapping[str, str]
) -> None:
    host = Host(status, headers=headers)
    assert host.ask("https://busy.example/1").status == status
    with pytest.raises(HostUnavailable):
        host.ask("https://busy.example/2")
    assert len(host.asked) == 1
