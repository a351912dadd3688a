"""Strangers at the web service, lost data, a mail server that is away, killed children."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from tests.attack.newsroom import PAST, Newsroom, a_newsroom
from tests.attack.party import Party
from tests.attack.processes import command_of, descendants
from tests.attack.work_clock import CLOCK, eventually
from tests.support.site import hang

pytestmark = pytest.mark.attack

HANGING = Party(key="hanging", pages={"/1.html": hang})
DESCRIPTORS = 256
CONNECTIONS = 300
LOG_LINES = 2_000  # of one round; an attack that is answered line by line writes 53,000


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    with a_newsroom(tmp_path_factory.mktemp("service"), [HANGING]) as made:
        yield made


@pytest.fixture
def room(shared: Newsroom) -> Newsroom:
    """A newsroom whose service works as usual: started anew only where the last test broke it."""
    if shared.process is None or shared.process.poll() is not None or not shared.round().held:
        shared.renew()
    return shared


@contextlib.contextmanager
def half_sent(port: int, many: int) -> Iterator[list[socket.socket]]:
    """Connections on which half a request was sent."""
    opened = []
    for _ in range(many):
        with contextlib.suppress(OSError):
            one = socket.create_connection(("127.0.0.1", port), timeout=2)
            opened.append(one)
            one.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ")
    try:
        yield opened
    finally:
        for one in opened:
            one.close()


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has hung up."""
    connection.setblocking(False)
    try:
        while connection.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def test_half_sent_requests_cost_the_readers_nothing(room: Newsroom) -> None:
    resource.prlimit(room.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    lines = room.log.count("\n")
    with half_sent(room.port, CONNECTIONS) as opened:
        found = room.round()
        assert found.held, found
        assert room.log.count("\n") - lines < LOG_LINES
        # who sends nothing more is hung up on, and others are answered again
        assert eventually(lambda: all(is_closed(one) for one in opened), within=90)
        assert eventually(lambda: bool(room.health()), within=30)


def test_requests_that_drip_and_answers_that_nobody_reads_are_ended(room: Newsroom) -> None:
    with half_sent(room.port, 50) as dripping, half_sent(room.port, 50) as unread:
        for one in unread:
            with contextlib.suppress(OSError):
                one.sendall(b"1\r\n\r\n" + b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 500)
        ended = CLOCK.now() + 90
        while CLOCK.now() < ended and not all(is_closed(one) for one in dripping):
            for one in dripping:
                with contextlib.suppress(OSError):
                    one.sendall(b"x")
            time.sleep(1)
        assert all(is_closed(one) for one in dripping)
        assert room.round().held


def test_a_mail_server_that_is_away_is_told_of_and_all_is_told_once_it_is_back(
    room: Newsroom,
) -> None:
    room.mail.inbox.refuse = dict.fromkeys(
        ("all@trust.example", "corvid@trust.example"), "451 4.3.0 try again later"
    )
    expected = room.publish()
    room.make_due()
    assert eventually(
        lambda: (
            room.let_alerts_go(),
            len(room.rows("SELECT 1 FROM outbox WHERE state = 'retry'")) >= 2,
        )[1],
        within=60,
    )
    long_ago = "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-20 minutes')"
    room.change(f"UPDATE outbox SET created_at = {long_ago} WHERE state = 'retry'")
    # what was delivered before the server went away is older still
    longer_ago = long_ago.replace("-20", "-40")
    room.change(f"UPDATE outbox SET sent_at = {longer_ago} WHERE state = 'sent'")
    assert eventually(lambda: room.health().get("status") in ("degraded", "failing"), within=60)
    assert "mail" in str(room.health()).lower()
    room.mail.inbox.refuse = {}

    def all_told() -> bool:
        room.change(
            f"UPDATE outbox SET next_at = '{PAST}', due_at = '{PAST}' WHERE state = 'retry'"
        )
        room.let_alerts_go()
        return expected <= room.told().keys()

    assert eventually(all_told, within=60, every=1.0)
    assert max(room.told().values()) == 1


def kill_crawls(room: Newsroom) -> None:
    """Kill every process of crawls."""
    for pid in descendants(room.pid)[1:]:
        if "crawler" in command_of(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_a_page_at_which_crawls_are_killed_is_set_aside_and_named(room: Newsroom) -> None:
    kill_crawls(room)
    room.usual = max(room.usual, room.round().seconds)  # crawls begin anew: that takes longer
    HANGING.strike(room.site, room.host_of(HANGING))
    for _ in range(3):
        asked = len(room.site.requests("/1.html"))

        def asks_again(asked: int = asked) -> bool:
            # once it is seen that the crawl was killed, the source has to wait again
            room.make_due(HANGING)
            room.change(f"UPDATE item SET page_due_at = '{PAST}' WHERE source_key = 'hanging'")
            return len(room.site.requests("/1.html")) > asked

        assert eventually(asks_again, within=120, every=1.0)
        kill_crawls(room)
    found = room.round(HANGING)
    assert found.held, found
    assert eventually(lambda: bool(room.names(HANGING)), within=30), room.account(HANGING)


def test_a_data_folder_that_is_emptied_is_told_of(room: Newsroom) -> None:
    for path in room.data.glob("supplierwatch.db*"):
        path.unlink()

    def has_said_so() -> bool:
        assert room.process is not None
        # one that ends leaves nothing that says ok; whoever runs it sees its exit code
        return room.process.poll() not in (None, 0) or room.health().get("status") == "failing"

    assert eventually(has_said_so, within=60)
    assert eventually(lambda: str(room.data) in room.log, within=60)
