"""The door of the service: who sends half, too much, too slowly or too often holds nobody up."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from supplierwatch.web import limits
from supplierwatch.web.server import WebServer
from tests.support.servers.ports import a_free_port
from tests.support.services import an_installation, eventually, publish
from tests.support.site import FakeSite

pytestmark = pytest.mark.slow  # each starts a server

HALF = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
WHOLE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    monkeypatch.setattr(limits, "MAX_CONNECTIONS", 8)
    monkeypatch.setattr(limits, "REQUEST_WITHIN", 1.5)
    monkeypatch.setattr(limits, "MAX_LIFETIME", 6.0)
    made = WebServer(lambda: {"status": "ok"}, listen="127.0.0.1:0")
    made.start()
    yield made
    made.stop()


PATIENCE = 240.0  # seconds; only a failure waits so long


def connect(server: WebServer) -> socket.socket:
    assert server.address is not None
    return socket.create_connection(server.address, timeout=30)


def ask_live(address: tuple[str, int]) -> int:
    with closing(http.client.HTTPConnection(*address, timeout=30)) as connection:
        connection.request("GET", "/health/live")
        return connection.getresponse().status


def is_answered(server: WebServer) -> bool:
    assert server.address is not None
    try:
        return ask_live(server.address) == 200
    except OSError:
        return False


def is_closed(peer: socket.socket) -> bool:
    """Whether the server ended the connection; waits for it to say anything."""
    try:
        while peer.recv(65536):
            pass
    except (ConnectionResetError, BrokenPipeError):
        return True
    except TimeoutError:
        return False
    return True


def send_until_ended(peer: socket.socket, data: bytes, *, reads: bool = False) -> None:
    """Send `data` again and again until the server ends the connection."""
    try:
        while True:
            peer.sendall(data)
            if reads and not peer.recv(65536):
                return
    except (ConnectionResetError, BrokenPipeError):
        return


def test_a_request_that_never_becomes_whole_is_ended(server: WebServer) -> None:
    with connect(server) as peer:
        peer.sendall(HALF)
        assert is_closed(peer)
    assert server.numbers()["timed_out"] == 1


def test_a_connection_that_says_nothing_is_ended(server: WebServer) -> None:
    with connect(server) as peer:
        assert is_closed(peer)


def test_bytes_that_drip_buy_no_time(server: WebServer) -> None:
    with connect(server) as peer:
        peer.sendall(HALF)
        over = threading.Event()

        def drip() -> None:
            while not over.wait(0.1):
                try:
                    peer.sendall(b"x")
                except OSError:
                    return

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        assert is_closed(peer)
        over.set()
        dripping.join(10)
    assert server.numbers()["timed_out"] == 1


def test_a_body_that_never_ends_is_ended(server: WebServer) -> None:
    with connect(server) as peer:
        peer.sendall(b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\nabc")
        assert is_closed(peer)
    assert server.numbers()["timed_out"] == 1


def test_chunks_without_end_are_ended_at_the_limit(server: WebServer) -> None:
    with connect(server) as peer:
        peer.sendall(b"POST /health HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        send_until_ended(peer, b"400\r\n" + b"x" * 0x400 + b"\r\n")
    assert server.numbers()["too_large"] == 1
    assert is_answered(server)


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 200_000 + b"\r\n",
        b"\x00\x16\x03\x01" * 100_000,
    ],
    ids=["long target", "long header", "many headers", "no HTTP"],
)
def test_requests_that_are_too_large_or_none_are_ended(server: WebServer, request_: bytes) -> None:
    with connect(server) as peer:
        try:
            peer.sendall(request_)
        except OSError:
            return
        assert is_closed(peer)
    assert is_answered(server)


def test_half_sent_requests_beyond_the_limit_make_room_for_who_sends_a_whole_one(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REQUEST_WITHIN", 600.0)  # time alone frees nobody here
    monkeypatch.setattr(limits, "MAX_LIFETIME", 600.0)
    monkeypatch.setattr(limits, "EVICTABLE_AFTER", 0.0)
    with ExitStack() as stack:
        for _ in range(40):
            peer = stack.enter_context(connect(server))
            peer.sendall(HALF)
        assert eventually(lambda: server.numbers()["evicted"] >= 32)
        assert server.numbers()["open"] <= 8
        assert is_answered(server)


def test_connections_beyond_the_limit_are_closed_at_once_and_counted(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EVICTABLE_AFTER", 600.0)
    monkeypatch.setattr(limits, "REQUEST_WITHIN", 600.0)
    monkeypatch.setattr(limits, "MAX_LIFETIME", 600.0)
    with ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(connect(server)).sendall(HALF)
        assert eventually(lambda: server.numbers()["open"] == 8)
        assert is_closed(stack.enter_context(connect(server)))
        assert server.numbers()["refused"] == 1
    assert eventually(lambda: is_answered(server))


def test_a_connection_that_asks_for_ever_is_ended(server: WebServer) -> None:
    with connect(server) as peer:
        send_until_ended(peer, WHOLE, reads=True)
    assert is_answered(server)


def test_a_pipeline_whose_answers_nobody_reads_is_ended(server: WebServer) -> None:
    with connect(server) as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        send_until_ended(peer, WHOLE * 100)
    assert is_answered(server)


def test_a_reader_who_reads_nothing_of_a_long_answer_is_ended() -> None:
    class LongFeeds:
        def feed(self, path: str, watch_key: str) -> Any:
            return type("Made", (), {"body": b"x" * 32_000_000, "tag": '"1"'})()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "MAX_LIFETIME", 2.0)
        server = WebServer(dict, listen="127.0.0.1:0", feeds=LongFeeds())
        server.start()
        try:
            with connect(server) as peer:
                peer.sendall(b"GET /feeds/halcyon/abc.atom HTTP/1.1\r\nHost: x\r\n\r\n")
                assert eventually(lambda: server.numbers()["timed_out"] == 1)
                assert eventually(lambda: server.numbers()["open"] == 0)
        finally:
            server.stop()


def test_a_few_requests_are_answered_at_a_time() -> None:
    lock, go_on = threading.Lock(), threading.Event()
    at_work = most = 0

    def report() -> dict[str, Any]:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        go_on.wait(60)
        with lock:
            at_work -= 1
        return {"status": "ok"}

    server = WebServer(report, listen="127.0.0.1:0")
    server.start()
    try:
        with ExitStack() as stack:
            peers = [stack.enter_context(connect(server)) for _ in range(12)]
            for peer in peers:
                peer.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert eventually(lambda: most == limits.THREADS)
            assert is_answered(server)  # that the process lives is said by no thread of these
            go_on.set()
            assert all(peer.recv(65536).startswith(b"HTTP/1.1 200") for peer in peers)
        assert most == limits.THREADS
    finally:
        go_on.set()
        server.stop()


@pytest.mark.parametrize(("soft", "most"), [(256, 64), (20_000, 100), (1024, 100), (8, 4)])
def test_connections_have_at_most_a_quarter_of_the_descriptors(
    soft: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.resource, "getrlimit", lambda _: (soft, soft))
    assert limits.compute_connection_limit() == most


@pytest.mark.long
def test_three_hundred_half_sent_requests_hold_up_neither_crawling_nor_telling(
    tmp_path: Path,
) -> None:
    with FakeSite() as site, ExitStack() as stack:
        publish(site, 1)
        place = an_installation(tmp_path, site)
        port = a_free_port()
        place.settings(service=f'listen = "127.0.0.1:{port}"\n')
        limited = ("prlimit", "--nofile=256:256")
        service = stack.enter_context(place.running(before=limited))
        assert eventually(place.welcomed, within=PATIENCE), service.log
        for _ in range(300):
            peer = stack.enter_context(socket.socket())
            peer.settimeout(30)
            peer.connect(("127.0.0.1", port))
            try:
                peer.sendall(HALF)
            except OSError:
                continue  # refused at once
        publish(site, 2)
        place.make_due()
        assert eventually(
            lambda: any("alert" in path.name for path in place.mails), within=PATIENCE
        ), service.log

        def health() -> Any:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as asked:
                asked.request("GET", "/health")
                return json.loads(asked.getresponse().read())

        said: list[Any] = []

        def answers() -> bool:
            try:
                said.append(health())
            except (OSError, http.client.HTTPException):
                return False
            return True

        assert eventually(answers, within=PATIENCE), service.log
        assert said[-1]["web"]["limit"] == 64
        assert said[-1]["web"]["evicted"] + said[-1]["web"]["refused"] > 200
        assert all(not one["error"] for one in said[-1]["workers"].values())
        assert len(service.log.splitlines()) < 1_000
        assert service.ends_within(15)
