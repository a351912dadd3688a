"""/health over HTTP: an answer for probes, causes for this machine alone."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.types import Message

from supplierwatch.errors import ListenRefused
from supplierwatch.web.app import build_app
from supplierwatch.web.server import WebServer

SECRET = "the index of /srv/watch is damaged"
CODES = {"ok": 200, "degraded": 200, "failing": 503}


class Health:
    """A state that can be set."""

    def __init__(self, status: str = "ok") -> None:
        self.status = status

    def report(self) -> dict[str, Any]:
        return {"status": self.status, "database": SECRET, "notices": [{"text": SECRET}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the application answered."""

    code: int
    headers: dict[str, str]
    body: str

    @property
    def said(self) -> Any:
        return json.loads(self.body)


def ask(
    status: str = "ok",
    path: str = "/health",
    *,
    host: str = "127.0.0.1",
    method: str = "GET",
    headers: dict[str, str] | None = None,
) -> Answer:
    """Ask the application, as the server would on behalf of `host`."""
    sent: list[Message] = []
    given = {"Host": "localhost:8080"} | (headers or {})

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(k.lower().encode(), v.encode()) for k, v in given.items()],
        "client": (host, 50000),
        "server": ("127.0.0.1", 8080),
    }
    asyncio.run(build_app(Health(status).report)(scope, receive, send))
    return Answer(
        code=sent[0]["status"],
        headers={k.decode(): v.decode() for k, v in sent[0]["headers"]},
        body=b"".join(each.get("body", b"") for each in sent[1:]).decode(),
    )


@pytest.mark.parametrize("status", CODES)
def test_the_code_says_whether_the_service_works(status: str) -> None:
    answer = ask(status)
    assert (answer.code, answer.said["status"]) == (CODES[status], status)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_this_machine_is_told_the_causes(host: str) -> None:
    assert SECRET in ask("failing", host=host).body


@pytest.mark.parametrize("host", ["192.0.2.7", "10.0.0.2", "2001:db8::1"])
@pytest.mark.parametrize("status", CODES)
def test_a_stranger_is_told_the_status_alone(host: str, status: str) -> None:
    answer = ask(status, host=host)
    assert (answer.code, answer.said) == (CODES[status], {"status": status})


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "Via"]
)
def test_a_proxy_on_this_machine_speaks_for_strangers(header: str) -> None:
    answer = ask("failing", headers={header: "192.0.2.7"})
    assert (answer.code, answer.said) == (503, {"status": "failing"})


@pytest.mark.parametrize("name", ["watch.example", "watch.example:8080", "127.0.0.1.evil.example"])
def test_a_page_that_points_its_own_name_here_is_a_stranger(name: str) -> None:
    assert ask("failing", headers={"Host": name}).said == {"status": "failing"}


@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST"])
def test_this_machine_is_known_by_its_usual_names(name: str) -> None:
    assert SECRET in ask("failing", headers={"Host": name}).body


def test_liveness_does_not_depend_on_the_state() -> None:
    answer = ask("failing", "/health/live", host="192.0.2.7")
    assert (answer.code, answer.said) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/health/../settings.toml"])
def test_nothing_else_is_there(path: str) -> None:
    assert ask("ok", path).code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(method: str) -> None:
    assert ask("ok", method=method).code == 405


def test_answers_are_not_kept() -> None:
    headers = ask("ok").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def server() -> Iterator[WebServer]:
    made = WebServer(Health("failing").report, listen="127.0.0.1:0")
    made.start()
    yield made
    made.stop()


def fetch(address: tuple[str, int], **headers: str) -> tuple[int, dict[str, Any]]:
    with closing(http.client.HTTPConnection(*address, timeout=10)) as connection:
        connection.request("GET", "/health", headers=headers)
        answer = connection.getresponse()
        assert answer.getheader("Server") is None
        return answer.status, json.loads(answer.read())


def test_the_server_answers_with_the_causes_and_the_code(server: WebServer) -> None:
    assert server.address is not None
    code, said = fetch(server.address)
    assert (code, said["database"]) == (503, SECRET)


def test_the_server_takes_no_forwarded_address_for_its_own(server: WebServer) -> None:
    # a server that believed the header would take this stranger for this machine
    assert server.address is not None
    forged = {"X-Forwarded-For": "127.0.0.1"}
    assert fetch(server.address, **forged) == (503, {"status": "failing"})


def test_nobody_is_answered_after_the_end(server: WebServer) -> None:
    assert server.address is not None
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(server.address, timeout=5)


def test_no_address_means_no_server() -> None:
    made = WebServer(Health().report, listen=None)
    made.start()
    assert made.address is None
    made.stop()


def test_an_address_that_is_taken_is_an_error_with_its_mend(server: WebServer) -> None:
    assert server.address is not None
    taken = f"127.0.0.1:{server.address[1]}"
    with pytest.raises(ListenRefused) as refused:
        WebServer(Health().report, listen=taken).start()
    assert f"cannot listen on {taken}: Address already in use" in str(refused.value)
    assert 'listen = ""' in str(refused.value)


@pytest.mark.parametrize(
    "listen", ["192.0.2.1:8080", "no-such-host.invalid:8080"], ids=["not-ours", "unknown-name"]
)
def test_an_address_that_this_machine_does_not_have_is_refused(listen: str) -> None:
    with pytest.raises(ListenRefused, match=listen):
        WebServer(Health().report, listen=listen).start()


def test_it_listens_by_name_and_on_ipv6() -> None:
    for listen in ("localhost:0", "[::1]:0"):
        made = WebServer(Health().report, listen=listen)
        try:
            made.start()
        except ListenRefused as refused:
            if "[::1]" in listen and not socket.has_ipv6:
                pytest.skip(f"no IPv6 here: {refused}")
            raise
        assert made.address is not None
        assert fetch(made.address)[0] == 200
        made.stop()
